#!/bin/sh
# demo.sh BUILD: shows logins that need a GenAuth factor, against the emulator
# on loopback. As root: the real sshd, sudo and su, in a private system that
# vanishes. Otherwise: pamtester under pam_wrapper.
set -eu
build=$1
top=$(cd "$(dirname "$0")/.." && pwd)
if [ "$(id -u)" = 0 ] && [ -z "${PRIVATE_LOG-}" ] &&
    unshare --mount true 2>/dev/null; then
	exec "$top/tests/in_private_system.sh" "$build" "$0" "$build"
fi
work=$(mktemp -d)
chmod 755 "$work"
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
leave()
{
	[ ! -e "$work/sshd.pid" ] || kill "$(cat "$work/sshd.pid")" || :
	emulator_stop
	rm -rf "$work"
}
trap leave EXIT
trap 'exit 1' INT TERM
export ANSWER_SHOW=1

act()
{
	printf '\n== %s\n' "$1"
}

# show WANTED-STATUS COMMAND-AS-SHOWN [PROMPT ANSWER]... : COMMAND...
show()
{
	wanted=$1
	printf '$ %s\n' "$2"
	shift 2
	status=0
	"$top/tests/answer.exp" "$@" || status=$?
	if [ -n "${PRIVATE_LOG-}" ]; then
		sleep 0.2
		sed -n 's/.*\(event=login.*\)/log: \1/p' "$PRIVATE_LOG" |
		    fold -s -w 74 | sed '2,$s/^/     /'
		: >"$PRIVATE_LOG"
	fi
	if { [ "$wanted" = in ] && [ "$status" -ne 0 ]; } ||
	    { [ "$wanted" = out ] && [ "$status" -eq 0 ]; }; then
		echo "The demo went wrong: status $status." >&2
		exit 1
	fi
}

code="!curl -sS --noproxy '*' -X POST \$control/advance?seconds=30 >/dev/null;
	curl -sS --noproxy '*' \$control/totp?user=alice"
# The code for the secret that the terminal shows: groups of four.
# shellcheck disable=SC2016 # for the shell that answer.exp starts
new_code='!secret=$(printf "%s\n" "$ANSWER_SCREEN" |
	grep -oE "[A-Z2-7]{4}( [A-Z2-7]{4})+" | tail -n 1 | tr -d " ");
	curl -sS --noproxy "*" "$control/totp?secret=$secret"'
sms="!sed -n 's/.*\"code\":\"\\([^\"]*\\)\".*/\\1/p' \$outbox | tail -n 1"

# The second act. lost_phone SSH-COMMAND...
lost_phone()
{
	mfa=$build/inst/sbin/genauth-mfa
	act 'alice has lost her phone: what does the administrator see?'
	show in 'genauth-mfa factors alice' : "$mfa" factors alice
	act 'everything an administrator can unbind goes, her sessions too'
	show in 'genauth-mfa reset alice --reason "lost phone, ticket 4711"' \
	    '[y/N]' y : "$mfa" reset alice --reason 'lost phone, ticket 4711'
	act 'ssh: whoever has the phone has no use for it'
	show out 'ssh alice@127.0.0.1' 'assword: ' unix-password \
	    'Second factor' "!curl -sS --noproxy '*' '$control/totp?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'" \
	    'not look like a code' '' : "$@" true
	act 'alice enrols her new phone herself'
	show in 'genauth-mfa self enroll otp' 'ccount' alice \
	    'assword' alice-password 'Code from the app' "$new_code" \
	    'press Enter' '' : "$mfa" self enroll otp
	act 'ssh: password, then the code of the new phone'
	show in 'ssh alice@127.0.0.1 id -un' 'assword: ' unix-password \
	    'erification code' "$code" : "$@" id -un
}

with_real_hosts()
{
	port=$(free_port)
	conf_dir=$build/inst/etc/genauth
	mkdir -p "$work/genauth" "$conf_dir"
	mkdir -m 700 "$work/run"
	[ -d "$build/inst/run" ] || mkdir -m 700 "$build/inst/run"
	mount --bind "$work/genauth" "$conf_dir"
	mount --bind "$work/run" "$build/inst/run"
	emulator_start "$conf_dir"
	outbox=$conf_dir/outbox
	export control outbox
	ssh-keygen -q -t ed25519 -N '' -f "$work/host_key"
	echo "[127.0.0.1]:$port $(cut -d ' ' -f 1,2 "$work/host_key.pub")" \
	    >"$work/known_hosts"
	cat >"$work/sshd_config" <<END
Port $port
ListenAddress 127.0.0.1
HostKey $work/host_key
PidFile $work/sshd.pid
UsePAM yes
UseDNS no
PrintMotd no
PrintLastLog no
PasswordAuthentication no
KbdInteractiveAuthentication yes
END
	cp "$top/pam.d/sshd" "$top/pam.d/sudo" /etc/pam.d/
	mkdir -p /etc/sudoers.d
	echo 'alice ALL=(ALL) ALL' >/etc/sudoers.d/pam_genauth_demo
	chmod 440 /etc/sudoers.d/pam_genauth_demo
	/usr/sbin/sshd -f "$work/sshd_config"
	set -- ssh -F none -p "$port" \
	    -o UserKnownHostsFile="$work/known_hosts" \
	    -o NumberOfPasswordPrompts=1 \
	    -o PreferredAuthentications=keyboard-interactive alice@127.0.0.1

	act 'ssh: password, then the code of the authenticator app'
	show in 'ssh alice@127.0.0.1 uptime -p' 'assword: ' unix-password \
	    'erification code' "$code" : "$@" uptime -p
	act 'ssh: a wrong code, then a code by SMS'
	show in 'ssh alice@127.0.0.1 id -un' 'assword: ' unix-password \
	    'erification code' 123456 'not right' s 'Code from the SMS' \
	    "$sms" : "$@" id -un
	act 'ssh: wrong codes only'
	show out 'ssh alice@127.0.0.1' 'assword: ' unix-password \
	    'erification code' 000000 'not right' 000001 'not right' 000002 \
	    : "$@" true
	act 'sudo: password and code'
	show in 'sudo id -un' 'assword for alice: ' unix-password \
	    'erification code' "$code" : setpriv --reuid=alice \
	    --regid=65534 --clear-groups sudo id -un
	lost_phone "$@"
	emulator_stop
	act 'ssh: the service is down, and fail = closed (the default)'
	show out 'ssh alice@127.0.0.1' 'assword: ' unix-password : "$@" true
	umount "$conf_dir" "$build/inst/run"
}

with_pam_wrapper()
{
	echo 'Not root, or no mount namespaces here: showing pamtester under'
	echo 'pam_wrapper, where root would see the real sshd and sudo.'
	emulator_start "$work/emulator"
	outbox=$work/emulator/outbox
	export control outbox
	mkdir "$work/services"
	echo 'auth required pam_deny.so' >"$work/services/other"
	# Only who has an account on this host is asked about: GenAuth's alice
	# is you.
	me=$(id -un)
	echo "$me = alice" >"$work/map"
	chmod 600 "$work/map"
	cat >"$work/services/demo" <<END
auth required $build/inst/security/pam_genauth.so conf=$work/emulator/genauth.conf user_map=$work/map
END
	set -- env LD_PRELOAD=libpam_wrapper.so PAM_WRAPPER=1 \
	    PAM_WRAPPER_SERVICE_DIR="$work/services" \
	    pamtester demo "$me" authenticate
	shown="pamtester demo $me authenticate"
	act 'the code of the authenticator app'
	show in "$shown" 'erification code' "$code" : "$@"
	act 'a wrong code, then a code by SMS'
	show in "$shown" 'erification code' 123456 'not right' s \
	    'Code from the SMS' "$sms" : "$@"
	act 'wrong codes only'
	show out "$shown" 'erification code' 000000 'not right' 000001 \
	    'not right' 000002 : "$@"
	emulator_stop
	act 'the service is down, and fail = closed (the default)'
	show out "$shown" 'erification code' 123456 : "$@"
}

echo 'The emulator plays GenAuth on loopback. alice has an authenticator app,'
echo 'a phone and a mailbox bound. What she types stands in [brackets].'
if [ -n "${PRIVATE_LOG-}" ]; then
	with_real_hosts
else
	with_pam_wrapper
fi
printf '\nAll as it should be. ./run check proves more; docs/quickstart.md'
printf ' says how to install.\n'
