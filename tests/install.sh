#!/bin/sh
# install.sh BUILD [SUITE]: the Debian packages from installing to purging, in an
# empty Debian of that SUITE (bookworm): nothing changes until somebody says so,
# logins by ssh with a code, the profile for every service, upgrade, removal,
# and nothing left. For bookworm the packages are those that packages.sh left
# in packages/ beside BUILD; for another suite they are built in it.
# What is fetched (by apt's own sources) is kept in chroot/ beside BUILD.
# shellcheck disable=SC2016,SC2086 # formats; commands in variables are words
set -u
build=$1
suite=${2-bookworm}
top=$(cd "$(dirname "$0")/.." && pwd)
cache=$(dirname "$build")/chroot
packages=$(dirname "$build")/packages
base=$cache/$suite.tar

# give_up WHY: skipped, out loud.
give_up()
{
	echo "SKIPPED an empty $suite: $1"
	echo 'install: 0 passed, 0 failed, 1 skipped'
	exit 0
}

# sources: apt's lines for SUITE: where this host gets its own suite from.
sources()
{
	. /etc/os-release
	[ "$ID" = debian ] || return 0
	apt-get indextargets 'Created-By: Packages' \
	    --format '$(CODENAME) $(REPO_URI) $(COMPONENT)' |
	    sort -u | sed -n "s/^$VERSION_CODENAME\([^ ]*\) \([^ ]*\) main$/deb \2 $suite\1 main/p"
}

# make_base: what of it is there already is used again.
make_base()
{
	[ ! -e "$base" ] || return 0
	mkdir -p "$cache"
	[ -n "$(sources)" ] || apt-get update >/dev/null 2>&1
	[ -n "$(sources)" ] || give_up 'apt has no sources of Debian here'
	# Proxies and the like.
	apt-config dump | grep -E '^Acquire::(Check-|http|https|Retries)' \
	    >"$cache/apt.conf"
	sources | mmdebstrap --quiet --mode=root --variant=apt --format=tar \
	    --aptopt="$cache/apt.conf" --dpkgopt=force-unsafe-io \
	    --skip=cleanup/apt/lists "$suite" "$base.new" - \
	    >"$cache/log" 2>&1 &&
	    mv "$base.new" "$base"
}

if [ "${INSTALL_TEST-}" != entered ]; then
	[ "$(id -u)" = 0 ] || give_up 'not root'
	unshare --mount --pid --fork true 2>/dev/null ||
		give_up 'no namespaces here'
	command -v mmdebstrap >/dev/null 2>&1 || give_up 'no mmdebstrap here'
	make_base || {
		tail -n 20 "$cache/log"
		give_up 'it could not be fetched'
	}
	INSTALL_TEST=entered exec unshare --mount --propagation private --pid \
	    --fork --kill-child "$0" "$@"
fi

# All of it lies in memory, and is gone when this ends.
work=$(mktemp -d)
mount -t tmpfs -o mode=755 tmpfs "$work"
leave()
{
	emulator_stop
	umount -l "$work"
	rmdir "$work"
}
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
trap leave EXIT
trap 'exit 1' INT TERM
root=$work/root
log=$work/log
mkdir "$root"
in_root="chroot $root env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
	TERM=dumb LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive"
apt="$in_root apt-get -q -y -o Dpkg::Use-Pty=0
	-o APT::Keep-Downloaded-Packages=true"

# must COMMAND...: what is no test, and has to work.
must()
{
	"$@" >"$work/must.out" 2>&1 || {
		tail -n 30 "$work/must.out"
		echo "failed: $*"
		exit 1
	}
}

# The few devices that there have to be, and a log.
make_devices()
{
	for device in null zero full random urandom tty; do
		: >"$root/dev/$device"
		mount --bind "/dev/$device" "$root/dev/$device"
	done
	mkdir "$root/dev/pts" "$root/dev/shm"
	mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts \
	    "$root/dev/pts"
	ln -s pts/ptmx "$root/dev/ptmx"
	ln -s /proc/self/fd "$root/dev/fd"
	mount -t proc proc "$root/proc"
	"$build/syslog-catcher" "$root/dev/log" "$log" &
}

# A host with ssh and somebody on it, as it was before any of this.
# (ca-certificates: apt recommends it, so that it would stay.)
make_host()
{
	mkdir -p "$cache/archives-$suite/partial"
	mount --bind "$cache/archives-$suite" "$root/var/cache/apt/archives"
	cp /etc/resolv.conf "$root/etc/"
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"
	must $apt update
	must $apt install --no-install-recommends openssh-server \
	    openssh-client pamtester sudo ca-certificates
	must $in_root useradd -m -s /bin/sh alice
	echo alice:unix-password | must $in_root chpasswd
	mkdir -p "$root/run/sshd" "$root/packages"
	{
		printf '[127.0.0.1]:%s ' "$port"
		cut -d ' ' -f 1,2 "$root/etc/ssh/ssh_host_ed25519_key.pub"
	} >"$root/root/known_hosts"
}

# picture FILE: of each file: owner, mode, contents. Not of what apt and dpkg
# keep of their own work, logs, what ssh shows, and what is mounted.
picture()
{
	$in_root find / -xdev \( -path /var/lib/apt -o -path /var/lib/dpkg \
	    -o -path /var/cache -o -path /var/log -o -path /tmp \
	    -o -path /proc -o -path /dev -o -path /packages \
	    -o -path /run/motd.dynamic \) -prune -o \
	    -printf '%p %y %m %u %g %l\n' | sort >"$1"
	$in_root find / -xdev \( -path /var -o -path /proc -o -path /dev \
	    -o -path /tmp -o -path /packages -o -path /run \) -prune -o -type f \
	    -exec md5sum {} + | sort -k 2 >>"$1"
}

sshd_start()
{
	$in_root /usr/sbin/sshd -D -p "$port" -o ListenAddress=127.0.0.1 \
	    -o PidFile=/run/sshd.pid -E /tmp/sshd.log &
	sshd_pid=$!
	sshd_tries=0
	until [ -e "$root/run/sshd.pid" ]; do
		sshd_tries=$((sshd_tries + 1))
		if [ "$sshd_tries" -gt 100 ]; then
			cat "$root/tmp/sshd.log"
			exit 1
		fi
		sleep 0.1
	done
}

sshd_stop()
{
	kill "$(cat "$root/run/sshd.pid")"
	wait "$sshd_pid"
	rm -f "$root/run/sshd.pid"
}

# pam_lines: what of PAM's decides about logins.
pam_lines()
{
	(cd "$root" && md5sum etc/pam.conf etc/pam.d/* var/lib/pam/*)
}

# service_start: the emulator from its package.
service_start()
{
	: >"$work/emulator.out"
	$in_root genauth-emulator --dir /root/emulator \
	    >"$work/emulator.out" 2>"$work/emulator.err" &
	emulator_pid=$!
	until grep -q '^genauth-emulator ready' "$work/emulator.out"; do
		kill -0 "$emulator_pid" 2>/dev/null || {
			cat "$work/emulator.err"
			exit 1
		}
		sleep 0.1
	done
	control=$(sed -n 's/.*(control \([^)]*\)).*/\1/p' "$work/emulator.out")
	code="!curl -sS --noproxy '*' -X POST '$control/advance?seconds=30' >/dev/null;
		curl -sS --noproxy '*' '$control/totp?user=alice'"
}

# The answers of somebody who has read what the emulator wrote.
first_configuration()
{
	(
		umask 077
		{
			grep -E '^(management_url|app_url|app_id|access_key_id) ' \
			    "$root/root/emulator/genauth.conf"
			printf 'access_key_secret = %s\n' \
			    "$(cat "$root/root/emulator/access_key_secret")"
			echo 'ca_file = /root/emulator/ca.pem'
			echo 'verify_user = alice'
		} >"$root/root/answers"
	)
	$in_root genauth-mfa setup --from /root/answers
}

# Only root reads the secret, nobody else writes the rest.
configuration_is_safe()
{
	(cd "$root/etc/genauth" && stat -c '%n %U %a' .  genauth.conf \
	    access_key_secret) | tee "$work/modes"
	printf '%s\n' '. root 755' 'genauth.conf root 644' \
	    'access_key_secret root 600' | diff - "$work/modes"
}

the_two_lines()
{
	sed -i 's/^@include common-auth$/&\nauth requisite pam_genauth.so/' \
	    "$root/etc/pam.d/sshd"
	cat >"$root/etc/ssh/sshd_config.d/genauth.conf" <<'END'
UsePAM yes
KbdInteractiveAuthentication yes
PasswordAuthentication no
AuthenticationMethods keyboard-interactive:pam
END
}

take_the_lines_back()
{
	sed -i '/^auth requisite pam_genauth.so$/d' "$root/etc/pam.d/sshd"
	rm "$root/etc/ssh/sshd_config.d/genauth.conf"
}

# fails_naming FILE COMMAND...
fails_naming()
{
	named=$1
	shift
	! "$@" >"$work/refused" 2>&1 && cat "$work/refused" &&
	    grep -q "^$named:[0-9]*:" "$work/refused"
}

is_installed()
{
	[ "$($in_root dpkg-query -W -f '${Status}' libpam-genauth)" = \
	    'install ok installed' ]
}

must tar -xpf "$base" -C "$root" --exclude './dev/*'
port=$(free_port)
ssh="$in_root ssh -F none -p $port -o UserKnownHostsFile=/root/known_hosts
	-o NumberOfPasswordPrompts=1 alice@127.0.0.1"
ssh_asked="$ssh -o PreferredAuthentications=keyboard-interactive"
make_devices
if [ "$suite" = bookworm ]; then
	make_host
	cp "$packages"/*.deb "$root/packages/"
else
	make_host
	must cp "$packages"/pam_genauth-*.tar.gz "$top/debian/build.sh" \
	    "$root/packages/"
	must tar -xf "$root"/packages/pam_genauth-*.tar.gz -C "$root/tmp"
	must $in_root sh -c 'cd /tmp/pam_genauth-* && apt-get build-dep -q -y \
	    -o Dpkg::Use-Pty=0 --no-install-recommends .'
	must $in_root DEB_BUILD_OPTIONS="parallel=$(nproc)" sh -c \
	    'cd /packages && ./build.sh pam_genauth-*.tar.gz .'
fi
rm -f "$root"/packages/*-dbgsym_*
picture "$work/before"
pam_lines >"$work/pam.before"

echo '# installed, and nothing else'
check 'apt install' $in_root sh -c 'cd /packages && apt-get install -q -y \
    -o APT::Keep-Downloaded-Packages=true -o Dpkg::Use-Pty=0 \
    ./libpam-genauth_*.deb ./genauth-mfa_*.deb ./genauth-emulator_*.deb'
pam_lines >"$work/pam.after"
check 'no file of PAM is another' diff "$work/pam.before" "$work/pam.after"
check 'dpkg -V finds every file as it was packed' test -z "$($in_root dpkg -V \
    libpam-genauth genauth-mfa genauth-emulator)"
for program in 'genauth-mfa --version' 'genauth-emulator --version'; do
	check "$program" $in_root $program
done
sshd_start
works 'ssh: the password is enough, as before' 'assword: ' unix-password : \
    $ssh true
sshd_stop

echo '# set up'
service_start
check 'genauth-mfa setup' first_configuration
check 'the secret is root'\''s alone' configuration_is_safe
rm -f "$root/root/answers"
check 'genauth-mfa ping' $in_root genauth-mfa ping
the_two_lines
sshd_start
: >"$log"
works 'ssh: password and code' 'assword: ' unix-password \
    'erification code' "$code" : $ssh_asked echo welcome
check 'ssh: the command ran' seen welcome
sleep 0.2
check 'the log has it' grep -q \
    'event=login verdict=allow .*user=alice .*factor=otp' "$log"
fails 'ssh: wrong codes only' 'assword: ' unix-password \
    'erification code' 000000 'not right' 000001 'not right' 000002 : \
    $ssh_asked true
door DELETE /requests >/dev/null
fails 'ssh: a wrong password ends it' 'assword: ' wrong : $ssh_asked true
no_requests 'ssh: and the service never hears of it'
check 'genauth-mfa doctor: all clear' $in_root genauth-mfa doctor
sshd_stop

echo '# upgraded'
upgrade()
{
	strace -f -qq -o "$work/trace" \
	    -e trace=rename,renameat,renameat2,unlink,unlinkat \
	    $in_root sh -c 'dpkg -i /packages/libpam-genauth_*.deb'
}
renamed()
{
	grep -qE "rename.*/$1.dpkg-new\", .*/$1\"" "$work/trace" &&
	    ! grep -E "unlink.*/$1\"" "$work/trace"
}
if command -v strace >/dev/null 2>&1; then
	check 'dpkg -i over what is there' upgrade
	check 'r35 an upgrade renames the module into its place' \
	    renamed pam_genauth.so
	check 'r35 an upgrade renames the verifier into its place' \
	    renamed genauth-verifier
else
	skip 'r35 an upgrade renames: no strace here'
fi

echo '# not removed while it is needed'
check 'removing is refused, and the line named' fails_naming \
    /etc/pam.d/sshd $apt remove libpam-genauth
check 'it is still installed' is_installed
take_the_lines_back
pam_lines >"$work/pam.after"
check 'the lines removed, PAM is as it was' \
    diff "$work/pam.before" "$work/pam.after"

echo '# pam-auth-update'
# Any service that includes common-auth, and has no line of its own.
login="$in_root pamtester sudo alice authenticate"
conf=$root/etc/genauth/genauth.conf
echo 'state_dir = /var/lib/genauth' >>"$conf"
check 'pam-auth-update --enable genauth' \
    $in_root pam-auth-update --enable genauth
works 'profile: password and code' 'assword' unix-password \
    'erification code' "$code" : $login
fails 'profile: wrong codes only' 'assword' unix-password \
    'erification code' 000000 'not right' 000001 'not right' 000002 : \
    $login
# Another package's profile, which ends its block when it is content.
cat >"$root/usr/share/pam-configs/content" <<'END'
Name: Content
Default: no
Priority: 900
Auth-Type: Additional
Auth:
	[success=end default=ignore]	pam_permit.so
END
must $in_root pam-auth-update --enable content
fails 'profile: no other profile jumps over it' 'assword' unix-password \
    'erification code' '' : $login
must $in_root pam-auth-update --disable content
rm "$root/usr/share/pam-configs/content"
door DELETE /requests >/dev/null
fails 'profile: a wrong password ends it' 'assword' wrong : $login
no_requests 'profile: and the service never hears of it'
works 'profile: jobs, which nobody logs in for' : \
    $in_root pamtester sudo alice 'setcred(PAM_ESTABLISH_CRED)' \
    acct_mgmt open_session close_session
cp "$conf" "$work/genauth.conf"
echo 'users = !alice *' >>"$conf"
works 'profile: whom the rules exempt needs the password only' \
    'assword' unix-password : $login
fails 'profile: but that' 'assword' wrong : $login
echo 'no such option' >>"$conf"
fails 'profile: a configuration that is not right denies' \
    'assword' unix-password : $login
cp "$work/genauth.conf" "$conf"
mv "$root/usr/libexec/genauth-verifier" "$root/usr/libexec/away"
fails 'profile: no verifier, no login' 'assword' unix-password : $login
mv "$root/usr/libexec/away" "$root/usr/libexec/genauth-verifier"
module=$(find "$root/usr/lib" -name pam_genauth.so)
mv "$module" "$module.away"
fails 'profile: no module, no login' 'assword' unix-password : $login
mv "$module.away" "$module"
# Whoever edits between the marks has to do the rest by hand, too.
cp "$root/etc/pam.d/common-auth" "$work/common-auth"
sed -i 's/^# here are the per-package.*/&\nauth optional pam_echo.so/' \
    "$root/etc/pam.d/common-auth"
check 'common-auth was edited: removing is refused' fails_naming \
    /etc/pam.d/common-auth $apt remove libpam-genauth
check 'and it is still installed' is_installed
fails 'and still asks' 'assword' unix-password 'erification code' '' : $login
cp "$work/common-auth" "$root/etc/pam.d/common-auth"
check 'an upgrade keeps the profile' $in_root sh -c \
    'dpkg -i /packages/libpam-genauth_*.deb'
check 'as it was' cmp "$work/common-auth" "$root/etc/pam.d/common-auth"

echo '# removed and purged'
check 'apt remove' $apt remove libpam-genauth
works 'the password is enough again' 'assword' unix-password : $login
emulator_stop
check 'apt purge' $apt purge libpam-genauth genauth-mfa genauth-emulator
check 'what the administrator wrote is left' test -s "$conf"
rm -r "$root/etc/genauth" "$root/root/emulator"
must $apt autoremove --purge
pam_lines >"$work/pam.after"
check 'no file of PAM is another' diff "$work/pam.before" "$work/pam.after"
picture "$work/after"
check 'nothing else is' sh -c \
    "diff '$work/before' '$work/after' | head -n 40 | (! grep .)"
finish install
