#!/bin/sh
# sandbox.sh BUILD: what the verifier of a real login is and can, once its
# sandbox is entered: whom it became, what another process of that user can do
# to it, and each attempt of tests/attempts.c, made by the verifier itself.
# Runs in a private system only (see in_private_system.sh).
set -u
build=$1
top=$(cd "$(dirname "$0")/.." && pwd)
: "${PRIVATE_LOG:?run me through in_private_system.sh}"
work=$(mktemp -d)
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
host_pid=
first_factor=publickey
# The login that waits, if any.
host_end()
{
	if [ -n "$host_pid" ]; then
		exec 9>&-
		kill "$host_pid" 2>/dev/null
		wait "$host_pid" 2>/dev/null
	fi
	host_pid=
}

leave()
{
	host_end
	emulator_stop
	rm -f "$build/inst/run/try"
	rm -rf "$work"
}
trap leave EXIT
trap 'exit 1' INT TERM

module=$build/inst/security/pam_genauth.so
if nm -D --undefined-only "$module" | grep -q __asan; then
	skip 'the sandbox: sanitizers leave no room for a filter'
	finish sandbox
	exit
fi
services=/etc/pam.d # of the private system
chmod 755 "$work"
echo 'genauth:x:70200:70200::/nonexistent:/usr/sbin/nologin' >>/etc/passwd

# service NAME [ARGUMENT...]
service()
{
	service_name=$1
	shift
	cat >"$services/$service_name" <<END
auth required $module fail_delay=0 lockout=off breaker=off $*
END
}

# as_host SERVICE USER: becomes a PAM host; answers come from standard input.
# $host_under is what it is started by.
as_host()
{
	# shellcheck disable=SC2086 # empty, or a command with arguments
	exec ${host_under-} pamtester -E SSH_AUTH_INFO_0="$first_factor" "$1" \
	    "$2" authenticate
}

# login SERVICE USER: what was seen is in $work/login.out.
login()
{
	(as_host "$@") >"$work/login.out" 2>&1
}

allows()
{
	if login "$2" "$3"; then
		ok "$1"
	else
		not_ok "$1" "$work/login.out"
	fi
}

denies()
{
	if login "$2" "$3"; then
		not_ok "$1 (was let in)" "$work/login.out"
	else
		ok "$1"
	fi
}

# logged NAME TEXT: among the last lines of the log.
logged()
{
	sleep 0.1
	tail -n 8 "$PRIVATE_LOG" >"$work/lines"
	if grep -qF -e "$2" "$work/lines"; then
		ok "$1"
	else
		not_ok "$1" "$work/lines"
	fi
}

# children PID
children()
{
	grep -l "^PPid:	$1\$" /proc/[0-9]*/status 2>/dev/null |
	    cut -d / -f 3
}

# host_begin SERVICE USER: a login that waits for its answer. Sets $verifier.
host_begin()
{
	rm -f "$work/answers" "$work/login.out"
	mkfifo "$work/answers"
	(as_host "$@") <"$work/answers" >"$work/login.out" 2>&1 &
	host_pid=$!
	exec 9>"$work/answers"
	host_tries=0
	until grep -q 'code' "$work/login.out" 2>/dev/null; do
		host_tries=$((host_tries + 1))
		if [ "$host_tries" -gt 100 ]; then
			echo 'no question was asked:' >&2
			cat "$work/login.out" >&2
			exit 1
		fi
		sleep 0.1
	done
	verifier=$(children "$host_pid" | head -n 1)
}

# host_answer LINE...: then no more; its status is the login's.
host_answer()
{
	(trap '' PIPE; printf '%s\n' "$@" >&9) 2>/dev/null
	exec 9>&-
	wait "$host_pid"
	host_status=$?
	host_pid=
	return "$host_status"
}

# status_is NAME FIELD VALUE: of the verifier that waits.
status_is()
{
	status_value=$(sed -n "s/^$2:[[:space:]]*//p" "/proc/$verifier/status" |
	    tr -s '\t ' ' ' | sed 's/ $//')
	check "$1 ($2: $status_value)" test "$status_value" = "$3"
}

emulator_start "$work/emulator"
conf=$work/emulator/genauth.conf
service test_ok "conf=$conf"
service test_own "conf=$conf" verifier_user=genauth
service test_open "conf=$conf" verifier_user=65533 fail=open

echo '# whom it becomes'
host_begin test_ok alice
for id in Uid Gid; do
	status_is 'nobody in every respect' "$id" '65534 65534 65534 65534'
done
status_is 'of no other group' Groups ''
for set in CapInh CapPrm CapEff CapAmb; do
	status_is 'no capability' "$set" 0000000000000000
done
status_is 'no new privileges' NoNewPrivs 1
status_is 'a filter of system calls' Seccomp 2
check 'what /proc has of it is root'"'"'s' \
    test "$(stat -c %u "/proc/$verifier/environ")" = 0
check 'its directory is /' test "$(readlink "/proc/$verifier/cwd")" = /
check 'and the login goes on' host_answer "$(otp alice)"
host_begin test_own alice
status_is 'verifier_user' Uid '70200 70200 70200 70200'
status_is 'its group' Gid '70200 70200 70200 70200'
check 'and that login goes on' host_answer "$(otp alice)"
host_begin test_open alice
status_is 'verifier_user, a number' Uid '65533 65533 65533 65533'
status_is 'which is its group, too' Gid '65533 65533 65533 65533'
check 'and that login goes on, too' host_answer "$(otp alice)"
for name in root 0 4294967295 99999999999 no-such-user; do
	service test_bad "conf=$conf" "verifier_user=$name" fail=open
	otp alice | denies "verifier_user = $name is denied" test_bad alice
	logged "and the log says so" 'genauth.conf: verifier_user: '
	{ cat "$conf"; echo "verifier_user = $name"; } >"$work/bad.conf"
	chmod 600 "$work/bad.conf"
	check "config check finds verifier_user = $name" sh -c \
	    "'$build/inst/sbin/genauth-mfa' --config '$work/bad.conf' config check |
	    grep -q verifier_user"
done
service test_alias "conf=$conf" verifier_user=065534 fail=open
otp alice | denies 'nobody by another spelling, fail = open' test_alias alice
logged 'and the log says so' 'this one is nobody'
{
	cat "$conf"
	printf 'fail = open\nverifier_user = 065534\n'
} >"$work/bad.conf"
chmod 600 "$work/bad.conf"
check 'config check finds nobody by another spelling' sh -c \
    "'$build/inst/sbin/genauth-mfa' --config '$work/bad.conf' config check |
    grep -q 'this one is nobody'"
# Names are looked up by a thread, and those of nobody are counted.
echo '127.0.0.1 genauth.test' >>/etc/hosts
sed 's|https://localhost|https://genauth.test|' "$conf" >"$work/named.conf"
chmod 600 "$work/named.conf"
service test_named "conf=$work/named.conf"
host_under='prlimit --nproc=1:'
otp alice | denies 'a certificate for another name' test_named alice
logged 'whose processes were counted does not matter' 'reason=tls'
host_under=

echo '# root-only files'
cp -r "$work/emulator" "$work/closed"
chmod 700 "$work/closed"
chmod 600 "$work/closed"/*
sed -i "s|$work/emulator|$work/closed|" "$work/closed/genauth.conf"
service test_closed "conf=$work/closed/genauth.conf"
otp alice | allows 'ca_file and secrets may be root'"'"'s alone' test_closed \
    alice
: >"$work/closed/ca.pem"
otp alice | denies 'an empty ca_file trusts nobody' test_closed alice

echo '# a host that is not root'
mkdir "$work/alices"
cp "$work"/emulator/genauth.conf "$work"/emulator/ca.pem \
    "$work"/emulator/access_key_secret "$work/alices"
sed -i "s|$work/emulator|$work/alices|" "$work/alices/genauth.conf"
chown -R alice "$work/alices"
service test_hers "conf=$work/alices/genauth.conf" verifier_user=no-such-user
host_under='setpriv --reuid=alice --regid=65534 --clear-groups'
host_begin test_hers alice
alice=$(id -u alice)
status_is 'stays who it is' Uid "$alice $alice $alice $alice"
status_is 'in the sandbox' Seccomp 2
check 'and the login goes on' host_answer "$(otp alice)"
host_under=

echo '# another process of the same user'
# as_user UID COMMAND...
as_user()
{
	as_user_id=$1
	shift
	setpriv --reuid="$as_user_id" --regid="$as_user_id" --clear-groups \
	    "$@" >/dev/null 2>&1
}

cannot()
{
	cannot_name=$1
	shift
	if as_user 65534 "$@"; then
		not_ok "$cannot_name"
	else
		ok "$cannot_name"
	fi
}

host_begin test_ok alice
for file in mem maps environ stack auxv; do
	cannot "cannot read its $file" head -c 1 "/proc/$verifier/$file"
done
cannot 'cannot see its descriptors' ls "/proc/$verifier/fd"
cannot 'cannot enter its directory' ls "/proc/$verifier/root/"
if command -v strace >/dev/null 2>&1; then
	cannot 'cannot trace it' timeout 5 strace -o /dev/null -p "$verifier"
else
	skip 'tracing: no strace here'
fi
check 'and the login goes on' host_answer "$(otp alice)"
# It may send signals, and so end a login. Whatever one does, a wrong code
# stays wrong.
signals=0 reached=0
for signal in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 21 22 23 24 25 26 \
    27 28 29 30 31 34 64; do
	host_begin test_open alice
	as_user 65533 kill "-$signal" "$verifier" && reached=$((reached + 1))
	if host_answer 000000 000000 000000; then
		not_ok "signal $signal lets in" "$work/login.out"
	else
		signals=$((signals + 1))
	fi
done
check "no signal lets in ($reached of 31 sent)" test "$signals" = 31
# It may set limits: what then cannot be opened must not look like a service
# that is away.
first_factor=
for limit in 3 4 5 6 7 8 10; do
	service test_limited "conf=$conf" verifier_user=65533 fail=open
	host_begin test_limited alice
	as_user 65533 prlimit --pid "$verifier" --nofile="$limit:$limit"
	if host_answer 000000 000000 000000; then
		not_ok "limited to $limit descriptors it lets in" \
		    "$work/login.out"
	else
		ok "limited to $limit descriptors it denies"
	fi
done
# With a uid of its own nobody can: that is what fail = open wants.
host_begin test_open alice
cannot 'a uid of its own: no limits are set' \
    prlimit --pid "$verifier" --nofile=3:3
cannot 'a uid of its own: no signals are sent' kill -STOP "$verifier"
cannot 'a uid of its own: it is not slowed down' renice 19 "$verifier"
host_answer "$(otp alice)"
first_factor=publickey
service test_brief "conf=$conf" verifier_user=65533 login_timeout=10 fail=open
host_begin test_brief alice
as_user 65533 kill -s STOP "$verifier"
if host_answer "$(otp alice)"; then
	not_ok 'stopped for good it lets in' "$work/login.out"
else
	ok 'stopped for good it is ended, and denies'
fi
logged 'with an alarm' 'login denied: the verifier went on for longer'

echo '# a verifier that was taken over'
mount --bind "$build/hostile-verifier" "$build/inst/libexec/genauth-verifier"
rm -f "$build/inst/run/try"
otp alice | allows 'one that tries nothing lets in' test_ok alice
"$build/hostile-verifier" list >"$work/attempts"
check 'there are attempts' test "$(wc -l <"$work/attempts")" -ge 35
while read -r attempt end; do
	echo "$attempt" >"$build/inst/run/try"
	: >"$PRIVATE_LOG"
	otp alice | denies "$attempt: the login is denied" test_open alice
	case $end in
	killed) logged "$attempt: it is ended" 'login denied: the verifier failed' ;;
	*) logged "$attempt: it is refused" "attempt $attempt: " ;;
	esac
	check "$attempt: it could not" sh -c \
	    "! grep -q 'attempt $attempt: could' '$PRIVATE_LOG'"
done <"$work/attempts"
figure "$(wc -l <"$work/attempts") attempts of a verifier that was taken over"
check 'no file was made' test ! -e /dev/shm/pam_genauth_attempt
rm -f "$build/inst/run/try"
umount "$build/inst/libexec/genauth-verifier"

finish sandbox
