# docs_stage.sh: the host that the documents are tried on, see docs.sh: where
# they begin, what stands in for what is not here, what happens meanwhile.
# Sourced by docs.sh, in a private system (see in_private_system.sh).
# shellcheck shell=sh disable=SC2034,SC2154 # set and used by those who source

sshd_pid=
staying= # process groups
port=
emulator_dir=
url=https://localhost:1
control_port=1
# of the emulator's seed
app_id=64355eaaaaaaaaaa11d8ae12
key_id=6229ffaaaaaaaaaacade3e3d

leave()
{
	# shellcheck disable=SC2086 # words
	[ -z "$sshd_pid$staying" ] || kill -- $sshd_pid $staying 2>/dev/null || :
	emulator_stop
	cd /
	umount "$build/inst/etc/genauth" "$build/inst/run" 2>/dev/null || :
	rm -rf "$work"
}

# begin_on fresh | account | configured | nothing
#   fresh       a Debian with sshd and sudo, and nothing of ours
#   account     and alice and bob have accounts, here and at the service
#   configured  and genauth.conf is written
#   nothing     there are commands in a clone of the sources at most
begin_on()
{
	mkdir -p "$work/bin" "$work/empty" "$work/sources" "$work/desk"
	# What a document installs in earnest goes to $DESTDIR, or fails.
	mount --rbind /usr /usr
	mount -o remount,ro,bind /usr
	echo '127.0.1.1 server' >>/etc/hosts
	stand_ins
	[ -n "$1" ] || return 0
	mount -t tmpfs -o mode=755 tmpfs /home
	mount -t tmpfs -o mode=700 tmpfs /root
	mkdir -p /etc/genauth "$build/inst/etc/genauth"
	mkdir -m 700 /run/genauth
	[ -d "$build/inst/run" ] || mkdir -m 700 "$build/inst/run"
	mount --bind /etc/genauth "$build/inst/etc/genauth"
	mount --bind /run/genauth "$build/inst/run"
	port=$(free_port) control_port=$(free_port)
	control=http://127.0.0.1:$control_port
	case $1 in
	fresh)
		sed -i '/^alice:/d' /etc/passwd /etc/shadow
		emulator_dir=/etc/genauth
		;;
	account) world_service_up ;;
	configured)
		world_service_up
		configured
		;;
	*) echo "no such host: $1" >&2; exit 1 ;;
	esac
	host
}

configured()
{
	install -m 600 "$emulator_dir/access_key_secret" /etc/genauth/
	fill_in >/etc/genauth/genauth.conf <<END
management_url = https://api.genauth.ai
app_url = https://YOUR-APPLICATION.genauth.ai
app_id = YOUR-APPLICATION-ID
access_key_id = YOUR-KEY-ID
access_key_secret_file = /etc/genauth/access_key_secret
END
}

# host: sshd as Debian ships it, on a port of its own.
host()
{
	# Pauses after a wrong password, and sudo's first words, are not ours.
	sed -i 's/pam_unix.so/& nodelay/' /etc/pam.d/common-auth
	mkdir -p /etc/sudoers.d
	cat >/etc/sudoers.d/docs <<END
Defaults lecture=never
alice ALL=(ALL) ALL
END
	chmod 440 /etc/sudoers.d/docs
	ssh-keygen -q -A
	echo "server,bastion $(cut -d ' ' -f 1,2 \
	    /etc/ssh/ssh_host_ed25519_key.pub)" >"$work/known_hosts"
	ssh_from 127.0.0.1
	rm -f /run/sshd.pid
	/usr/sbin/sshd -D -o "Port=$port" -o ListenAddress=127.0.0.1 \
	    -o PidFile=/run/sshd.pid -o UseDNS=no &
	sshd_pid=$!
	await_file /run/sshd.pid
}

# ssh_from ADDRESS: where people's ssh comes from. The bastion is server, too,
# and always reached from elsewhere.
ssh_from()
{
	cat >"$work/ssh_config" <<END
Host bastion
BindAddress 127.0.0.2
HostKeyAlias bastion
Host server
BindAddress $1
HostKeyAlias server
Host *
HostName 127.0.0.1
Port $port
UserKnownHostsFile $work/known_hosts
NumberOfPasswordPrompts 1
END
}

await_file()
{
	for _ in $(seq 100); do
		[ -e "$1" ] && return 0
		sleep 0.1
	done
	echo "$1 did not come" >&2
	exit 1
}

# stand_ins: for what needs a booted system, packages or a network.
stand_ins()
{
	for command in ssh sftp; do
		echo "exec /usr/bin/$command -F '$work/ssh_config' \"\$@\"" |
		    stand_in "$command"
	done
	# The programs are here already; what is asked for has to be ours, or
	# what ./run installs.
	stand_in apt <<END
[ "\$1" != update ] || exit 0
action=\$1
shift
for package; do
	case \$action/\$package in
	install/./libpam-genauth_*.deb | install/./genauth-mfa_*.deb) ;;
	install/./genauth-emulator_*.deb) ;;
	purge/libpam-genauth | purge/genauth-mfa | purge/genauth-emulator) ;;
	install/*) dpkg-query -W "\$package" >/dev/null || exit ;;
	*) echo "apt \$action \$package: not that" >&2; exit 1 ;;
	esac
done
END
	cp "$work/bin/apt" "$work/bin/apt-get"
	# There is no systemd: sshd is told itself.
	stand_in systemctl <<END
case "\$*" in
'reload ssh' | 'restart ssh')
	pid=\$(cat /run/sshd.pid)
	rm /run/sshd.pid
	kill -HUP "\$pid"
	until [ -e /run/sshd.pid ]; do sleep 0.1; done
	;;
'restart rsyslog') ;;
*) echo "systemctl \$*: not that" >&2; exit 1 ;;
esac
END
	# The log is a file. The real journalctl says whether it would take
	# these arguments.
	stand_in journalctl <<END
/usr/bin/journalctl -D '$work/empty' -q --no-pager "\$@" 2>&1 | grep . && exit 1
sleep 0.3
count=1000 tag=. text= priority=7 form='s/^/Nov 22 10:00:00 server /'
while [ \$# -gt 0 ]; do
	case \$1 in
	-t) tag="\$2" ;;
	-g) text=\$2 ;;
	-n) count=\$2 ;;
	-p) [ "\$2" = alert ] && priority=1 ;;
	-o) form='s/^[^ ]*: //' ;;
	--since) ;;
	*) echo "journalctl \$1: not that" >&2; exit 1 ;;
	esac
	shift 2
done
found=\$(awk -F '[<>]' -v max="\$priority" '\$2 % 8 <= max' '$PRIVATE_LOG' |
    sed -E 's/^<[0-9]+>([A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} )?//' |
    grep -E "^\$tag" | grep -E -e "\$text" | tail -n "\$count")
if [ -z "\$found" ]; then
	[ -z "\$text" ]
	exit
fi
printf '%s\n' "\$found" | sed "\$form"
END
}

# stand_in NAME <SCRIPT
stand_in()
{
	{ echo '#!/bin/sh'; cat; } >"$work/bin/$1"
	chmod 755 "$work/bin/$1"
}

# fill_in <TEXT: with the emulator's values in place of the reader's, and the
# last reference there was in place of 7f3a.
fill_in()
{
	ref=$(sed -n 's/.* ref=\([0-9a-f]*\).*/\1/p' "$PRIVATE_LOG" | tail -n 1)
	sed -e "s,https://api.genauth.ai,$url,g" \
	    -e "s,https://YOUR-APPLICATION.genauth.ai,$url,g" \
	    -e "s/YOUR-APPLICATION-ID/$app_id/g" \
	    -e "s/YOUR-KEY-ID/$key_id/g" \
	    -e 's/YOUR-CONTROL-HOST/127.0.0.1/g; s/YOUR-BASTION/127.0.0.1/g' \
	    -e "s/ref=7f3a/ref=$ref/g; s/YOUR-KEY-SECRET/$(cat \
	        "$emulator_dir/access_key_secret" 2>/dev/null)/g" \
	    -e "s/127.0.0.1:8080/127.0.0.1:$control_port/g" \
	    -e 's,/usr/sbin/genauth-mfa,genauth-mfa,g' \
	    -e "s,/usr/share/doc/libpam-genauth/examples/pam.d,$top/pam.d,g"
}

# mask_more <TRANSCRIPT: after mask(), what is in no transcript but these.
mask_more()
{
	sed -E -e "s,https://localhost:[0-9]+,<url>,g" \
	    -e 's/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/<id>/g' \
	    -e '/^(Generating configure|Configuring default|Building default)$/d' \
	    -e 's/^\(A QR code does not fit here.*/(a QR code)/' \
	    -e 's/ \(i: the QR code inverted\)//' \
	    -e 's/^up .*/up <time>/; s/^ +[A-Z2-7]{4}( [A-Z2-7]{4}){7}/<secret>/' \
	    -e 's/[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} server/<time> server/' \
	    -e 's/(genauth-[a-z]+)\[[0-9]+\]/\1[<pid>]/'
}

home_of()
{
	case $1 in
	clone) echo "$top" ;;
	sources) echo "$work/sources" ;;
	*) getent passwd "$1" | cut -d : -f 6 ;;
	esac
}

# surroundings PERSON DIRECTORY: the words that run a command as that person.
surroundings()
{
	case $1 in
	root | clone | sources) ;;
	*) echo "setpriv --reuid=$1 --regid=$(id -g "$1") --init-groups" ;;
	esac
	echo "env -i --chdir=$2 HOME=$2 LANG=C.UTF-8 TERM=dumb USER=$1
	    PATH=$work/bin:$build/inst/sbin:$build/inst/bin:/usr/sbin:/usr/bin:/sbin:/bin
	    DESTDIR=$work/installed MAKEFLAGS=-j$(nproc) CFLAGS=-O0"
}

# stays NAME PERSON: $work/script goes on in a terminal of its own.
stays()
{
	: >"$work/staying"
	# shellcheck disable=SC2046 # words
	setsid $(surroundings "$2" "$(home_of "$2")") sh -eu "$work/script" \
	    >"$work/staying" 2>&1 &
	staying="$staying -$!"
	for _ in $(seq 100); do
		if grep -q ready "$work/staying"; then
			ok "$1"
			return
		fi
		sleep 0.1
	done
	not_ok "$1" "$work/staying"
}

# doc_word WORD: as answer_word(), with what only documents ask.
doc_word()
{
	case $1 in
	new-password) prompt='ew password*: ' answer=unix-password ;;
	yes) prompt='y/N*' answer=y ;;
	account) prompt='ccount*: ' answer=alice ;;
	genauth-password) prompt='assword*: ' answer=alice-password ;;
	new-code)
		prompt='Code from the app*: '
		# the secret that the terminal shows: groups of four
		answer="!$ask \"$control/totp?secret=\$(printf '%s\\n' \"\$ANSWER_SCREEN\" |
		    grep -oE '[A-Z2-7]{4}( [A-Z2-7]{4})+' | tail -n 1 | tr -d ' ')\"" ;;
	paste-access_key_secret | paste-app_secret)
		prompt=
		answer=$(cat "$emulator_dir/${1#paste-}"; printf '\r\004') ;;
	flow) prompt='flow*: ' answer= ;;
	management-url) prompt='Management API*: ' answer=$url ;;
	key-id) prompt='Id of the management key*: ' answer=$key_id ;;
	key-secret)
		prompt='Its secret*: '
		answer=$(cat "$emulator_dir/access_key_secret") ;;
	app-url) prompt="Application's address*: " answer=$url ;;
	app-id) prompt="Application's id*: " answer=$app_id ;;
	app-secret) prompt="Application's secret*: " answer= ;;
	verify-user) prompt='Login name to verify*: ' answer=alice ;;
	bye) prompt='sftp> ' answer=bye ;;
	bob-sms) prompt='ode*: ' answer="!$ask '$control/outbox?to=18800007777'" ;;
	*) answer_word "$1" ;;
	esac
	# a message can be sent again
	case $1 in
	*sms | email) door POST '/advance?seconds=120' >/dev/null ;;
	esac
}

# What happens meanwhile. -----------------------------------------------------

world_service_up()
{
	emulator_dir=$work/genauth
	emulator_start "$emulator_dir" --control "127.0.0.1:$control_port" \
	    --listen "localhost:${service_port:=$(free_port)}"
	cp "$emulator_dir/ca.pem" "/etc/ssl/certs/$(openssl x509 -noout -hash \
	    -in "$emulator_dir/ca.pem").0"
	# It has a new secret each time.
	[ ! -e /etc/genauth/access_key_secret ] ||
		cat "$emulator_dir/access_key_secret" \
		    >/etc/genauth/access_key_secret
}

# The application lets people sign in without a secret of its own.
world_public_application()
{
	door POST '/switch?name=client_auth&value=none' >/dev/null
}

# alice's last login was denied, for three wrong codes.
world_wrong_codes()
{
	set -- wrong wrong wrong
	for word; do
		answer_word "$word"
		set -- "$@" "$prompt" "$answer"
		shift
	done
	# shellcheck disable=SC2046 # words
	"$top/tests/answer.exp" assword: unix-password "$@" : \
	    $(surroundings alice /) ssh \
	    -o PreferredAuthentications=keyboard-interactive alice@server \
	    >"$work/wrong_codes" 2>&1
}

world_service_down()
{
	emulator_stop
}

phone_pid=

# phone_says CONFIRM | CANCEL: to the next push, which has to wait for none.
phone_says()
{
	"$build/inst/sbin/genauth-mfa" --yes unlock alice >"$work/unlock" 2>&1
	phone "$1" & phone_pid=$!
}

world_phone_approves()
{
	phone_says CONFIRM
}

world_phone_refuses()
{
	phone_says CANCEL
}

# Behind each block: who waited for a push in vain goes home, as does who went
# elsewhere.
world_goes_on()
{
	[ -z "$port" ] || ssh_from 127.0.0.1
	[ -n "$phone_pid" ] || return 0
	kill "$phone_pid" 2>/dev/null || :
	wait "$phone_pid" 2>/dev/null || :
	phone_pid=
}

# alice has a key on her laptop, and it is known here.
world_alice_has_a_key()
{
	home=$(home_of alice)
	install -d -m 700 -o alice "$home/.ssh"
	[ -e "$home/.ssh/id_ed25519" ] ||
	    ssh-keygen -q -t ed25519 -N '' -f "$home/.ssh/id_ed25519"
	cp "$home/.ssh/id_ed25519.pub" "$home/.ssh/authorized_keys"
	chown -R alice "$home/.ssh"
}

# That key is the one of deploy, too: her laptop is the control host.
world_control_host()
{
	world_alice_has_a_key
	home=$(home_of deploy)
	install -d -m 700 -o deploy "$home/.ssh"
	install -m 600 -o deploy "$(home_of alice)/.ssh/id_ed25519.pub" \
	    "$home/.ssh/authorized_keys"
}

world_elsewhere()
{
	ssh_from 127.0.0.2
}

world_sudo_asks()
{
	sed -i 's/^@include common-auth/&\nauth requisite pam_genauth.so/' \
	    /etc/pam.d/sudo
}

# A way back was tried, and not meant: things are as remembered.
world_remember()
{
	rm -rf "$work/remembered"
	mkdir "$work/remembered"
	cp -a /etc/pam.d /etc/genauth /etc/ssh /etc/group /etc/gshadow \
	    "$work/remembered"
}

world_went_on()
{
	cp -a "$work/remembered/." /etc
	"$work/bin/systemctl" reload ssh
}

# The first recipe of docs/ssh.md is in force.
world_password_and_code()
{
	sed -i 's/^@include common-auth/&\nauth requisite pam_genauth.so/' \
	    /etc/pam.d/sshd
	cat >/etc/ssh/sshd_config.d/genauth.conf <<END
UsePAM yes
KbdInteractiveAuthentication yes
PasswordAuthentication no
AuthenticationMethods keyboard-interactive:pam
END
	"$work/bin/systemctl" reload ssh
}
