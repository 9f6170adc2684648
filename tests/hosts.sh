#!/bin/sh
# hosts.sh BUILD: the real sshd, sudo, su and login with the files of pam.d/.
# Runs in a private system only (see in_private_system.sh).
set -u
build=$1
top=$(cd "$(dirname "$0")/.." && pwd)
: "${PRIVATE_LOG:?run me through in_private_system.sh}"
work=$(mktemp -d)
chmod 755 "$work"
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
sshd_pid=
leave()
{
	sshd_stop
	emulator_stop
	rm -rf "$work"
}
trap leave EXIT
trap 'exit 1' INT TERM

port=$(free_port)
export SSH_AUTH_SOCK=

# terminal [PROMPT ANSWER]... : COMMAND...: what was seen is in terminal.out.
terminal()
{
	"$top/tests/answer.exp" "$@" >"$work/terminal.out" 2>&1
}

seen()
{
	grep -qF -e "$1" "$work/terminal.out"
}

works()
{
	works_name=$1
	shift
	if terminal "$@"; then
		ok "$works_name"
	else
		not_ok "$works_name" "$work/terminal.out"
	fi
}

fails()
{
	fails_name=$1
	shift
	if terminal "$@"; then
		not_ok "$fails_name (was let in)" "$work/terminal.out"
	elif grep -q '^answer.exp:' "$work/terminal.out"; then
		not_ok "$fails_name" "$work/terminal.out"
	else
		ok "$fails_name"
	fi
}

logged()
{
	sleep 0.2
	check "log: $1" grep -qF -e "$1" "$PRIVATE_LOG"
	: >"$PRIVATE_LOG"
}

# no_requests NAME: since the last `door DELETE /requests`.
no_requests()
{
	door GET /requests >"$work/requests"
	check "$1" sh -c "! grep -q '\"path\"' '$work/requests'"
}

# sshd_start CONFIGURATION-LINE...
sshd_start()
{
	{
		cat <<END
Port $port
ListenAddress 127.0.0.1
HostKey $work/host_key
PidFile $work/sshd.pid
UsePAM yes
UseDNS no
PrintMotd no
PrintLastLog no
StrictModes no
AuthorizedKeysFile $work/authorized_keys
LogLevel VERBOSE
END
		printf '%s\n' "$@"
	} >"$work/sshd_config"
	: >"$PRIVATE_LOG"
	# shellcheck disable=SC2086 # empty, or strace and its arguments
	${sshd_under-} /usr/sbin/sshd -D -f "$work/sshd_config" &
	sshd_pid=$!
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ -e "$work/sshd.pid" ] && return 0
		sleep 0.1
	done
	echo 'sshd did not start' >&2
	exit 1
}

sshd_stop()
{
	[ -z "$sshd_pid" ] && return 0
	kill "$(cat "$work/sshd.pid")" 2>/dev/null || :
	wait "$sshd_pid" 2>/dev/null || :
	sshd_pid=
	rm -f "$work/sshd.pid"
}

ssh_base="ssh -F none -p $port -o UserKnownHostsFile=$work/known_hosts
	-o NumberOfPasswordPrompts=1"
ssh_alice="$ssh_base -o PreferredAuthentications=publickey,keyboard-interactive"
ssh_by_password="$ssh_base -o PreferredAuthentications=password"

# The configuration stands where the module looks for it by default.
conf_dir=$build/inst/etc/genauth
mkdir -p "$work/genauth" "$conf_dir"
mount --bind "$work/genauth" "$conf_dir"
emulator_start "$conf_dir"
ssh-keygen -q -t ed25519 -N '' -f "$work/host_key"
echo "[127.0.0.1]:$port $(cut -d ' ' -f 1,2 "$work/host_key.pub")" \
    >"$work/known_hosts"
ssh-keygen -q -t ed25519 -N '' -f "$work/user_key"
cp "$work/user_key.pub" "$work/authorized_keys"
chmod 644 "$work/authorized_keys"
for file in sshd sudo su login; do
	cp "$top/pam.d/$file" "/etc/pam.d/$file"
done

# An answer beginning with ! is run when the prompt is there: the code is then
# of the emulator's present.
code="!curl -sS --noproxy '*' -X POST '$control/advance?seconds=30' >/dev/null;
	curl -sS --noproxy '*' '$control/totp?user=alice'"

echo '# sshd, keyboard-interactive'
sshd_start 'PasswordAuthentication no' 'KbdInteractiveAuthentication yes' \
    'AuthenticationMethods keyboard-interactive:pam'
# shellcheck disable=SC2086 # $ssh_alice is words, here and below
{
works 'ssh: password and code' 'assword: ' unix-password \
    'erification code' "$code" : $ssh_alice alice@127.0.0.1 echo welcome
check 'ssh: the command ran' seen welcome
logged 'event=login verdict=allow user=alice service=sshd rhost=127.0.0.1 tty=ssh'
check 'ssh: contacts are shown masked after the password' \
    seen 's: SMS to ***8888, e: e-mail to a***@example.com'
works 'ssh: a wrong code, then a right one' 'assword: ' unix-password \
    'erification code' 000000 'That code is not right' "$code" : \
    $ssh_alice alice@127.0.0.1 true
fails 'ssh: wrong codes only' 'assword: ' unix-password \
    'erification code' 000000 'not right' 000001 'not right' 000002 : \
    $ssh_alice alice@127.0.0.1 true
logged 'verdict=deny reason=tries_used_up user=alice service=sshd'
door DELETE /requests >/dev/null
fails 'ssh: a wrong password ends it' 'assword: ' wrong : \
    $ssh_alice alice@127.0.0.1 true
no_requests 'ssh: and the service never hears of it'
fails 'ssh: the password typed again is no code' 'assword: ' unix-password \
    'erification code' unix-password 'not look like a code' unix-password \
    'not look like a code' unix-password : $ssh_alice alice@127.0.0.1 true
logged 'verdict=deny reason=not_a_code user=alice'
works 'ssh: bob is sent an SMS' 'assword: ' unix-password 'SMS to ***7777' \
    "!sed -n 's/.*\"code\":\"\\([^\"]*\\)\".*/\\1/p' '$conf_dir/outbox' | tail -n 1" \
    : $ssh_alice bob@127.0.0.1 true
logged 'verdict=allow user=bob service=sshd rhost=127.0.0.1 tty=ssh rule=* factor=sms'
old_recovery=$(recovery_code alice)
works 'ssh: a recovery code, and the new one acknowledged' 'assword: ' \
    unix-password 'erification code' "$old_recovery" 'Write down the new one' \
    '' : $ssh_alice alice@127.0.0.1 true
fails 'ssh: erin is suspended' 'assword: ' unix-password : \
    $ssh_alice erin@127.0.0.1 true
logged 'reason=inactive_person user=erin'
}
sshd_stop

echo '# sshd, PasswordAuthentication'
sshd_start 'PasswordAuthentication yes' 'KbdInteractiveAuthentication no'
door DELETE /requests >/dev/null
for person in alice bob; do
	# shellcheck disable=SC2086
	fails "ssh: PasswordAuthentication denies $person" \
	    'assword: ' unix-password : \
	    $ssh_by_password \
	    "$person@127.0.0.1" true
	logged 'set PasswordAuthentication no and KbdInteractiveAuthentication yes'
done
no_requests 'ssh: nothing was sent to the service'
# shellcheck disable=SC2086
fails 'ssh: nor for somebody unknown' 'assword: ' unix-password : \
    $ssh_by_password nobody-here@127.0.0.1 true
no_requests 'ssh: still nothing was sent'
sshd_stop

echo '# sshd, publickey and keyboard-interactive'
cp "$top/pam.d/sshd-key" /etc/pam.d/sshd
sshd_start 'PasswordAuthentication no' 'KbdInteractiveAuthentication yes' \
    'AuthenticationMethods publickey,keyboard-interactive:pam'
# shellcheck disable=SC2086
{
works 'ssh: key and code' 'erification code' "$code" : \
    $ssh_alice -i "$work/user_key" alice@127.0.0.1 true
check 'ssh: the key counts as a first factor' seen 'SMS to ***8888'
fails 'ssh: key and wrong codes' 'erification code' 000000 \
    'not right' 000001 'not right' 000002 : \
    $ssh_alice -i "$work/user_key" alice@127.0.0.1 true
sed -i 's/pam_genauth.so/pam_genauth.so users=bob/' /etc/pam.d/sshd
works 'ssh: whom the rules exempt needs the key only' : \
    $ssh_alice -i "$work/user_key" alice@127.0.0.1 true
logged 'verdict=skip user=alice service=sshd'
cp "$top/pam.d/sshd-key" /etc/pam.d/sshd
door DELETE /requests >/dev/null
fails 'ssh: a code without a key' : $ssh_alice alice@127.0.0.1 true
no_requests 'ssh: and the service never hears of it'
}
sshd_stop

echo '# sshd under strace'
if command -v strace >/dev/null 2>&1; then
	sshd_under="strace -f -qq -e trace=execve,socket,connect,clone,clone3
	    -o $work/trace"
	sshd_start 'PasswordAuthentication no' \
	    'KbdInteractiveAuthentication yes' \
	    'AuthenticationMethods publickey,keyboard-interactive:pam'
	sshd_under=
	# shellcheck disable=SC2086
	works 'ssh: a login under strace' 'erification code' "$code" : \
	    $ssh_alice -i "$work/user_key" alice@127.0.0.1 true
	sshd_stop
	awk '/execve\(.*genauth-verifier/ {print $1}' "$work/trace" |
	    sort -u >"$work/verifiers"
	# The verifier's lines out (a thread it starts carries its own number),
	# and those of the listening sshd, which connects to nothing either
	# but asks the kernel which of its own addresses it prefers.
	head -n 1 "$work/trace" | awk '{print $1}' >>"$work/verifiers"
	awk 'NR == FNR {skip[$1]; next}
	    ($1 in skip) {if (match($0, /= [0-9]+$/) && /CLONE_THREAD/)
		skip[substr($0, RSTART + 2)]; next}
	    {print}' "$work/verifiers" "$work/trace" >"$work/sshd.trace"
	check 'one verifier was started' \
	    test "$(wc -l <"$work/verifiers")" = 2
	check 'the login of sshd was traced' \
	    grep -q 'execve(' "$work/sshd.trace"
	check 'the verifier went to the network' sh -c \
	    "grep '^$(head -n 1 "$work/verifiers") ' '$work/trace' | grep -q 'connect(.*AF_INET'"
	check 'sshd made no connection' sh -c \
	    "grep -E 'connect\(.*AF_INET' '$work/sshd.trace' | grep -v 'htons($port)' | (! grep .)"
	check 'sshd got no thread' \
	    sh -c "! grep -E 'CLONE_THREAD' '$work/sshd.trace'"
else
	skip 'sshd under strace: no strace here'
fi

echo '# sudo'
mkdir -p /etc/sudoers.d
printf 'Defaults timestamp_timeout=0\nDefaults passwd_tries=1\nalice ALL=(ALL) ALL\nbob ALL=(ALL) ALL\n' \
    >/etc/sudoers.d/pam_genauth_test
chmod 440 /etc/sudoers.d/pam_genauth_test
: >"$PRIVATE_LOG"
works 'sudo: password and code' 'assword for alice: ' unix-password \
    'erification code' "$code" : setpriv --reuid=alice --regid=65534 \
    --clear-groups sudo id -un
check 'sudo: runs as root' seen root
logged 'event=login verdict=allow user=alice service=sudo tty=/dev/pts/'
fails 'sudo: wrong codes' 'assword for alice: ' unix-password \
    'erification code' 000000 'not right' 000001 'not right' 000002 : \
    setpriv --reuid=alice --regid=65534 --clear-groups sudo id -un
logged 'verdict=deny reason=tries_used_up user=alice service=sudo'

echo '# su'
works 'su: password and code' 'assword: ' unix-password \
    'erification code' "$code" : setpriv --reuid=bob --regid=65534 \
    --clear-groups su alice -c 'id -un'
check 'su: became alice' seen alice
logged 'event=login verdict=allow user=alice service=su '
fails 'su: an empty answer' 'assword: ' unix-password 'erification code' '' \
    : setpriv --reuid=bob --regid=65534 --clear-groups su alice -c 'id -un'
logged 'verdict=deny reason=conversation user=alice service=su'
check 'su: root is not asked' su alice -c true
mkdir -m 777 "$work/bob"
works 'r09 su: a hostile environment changes nothing' \
    'assword: ' unix-password 'erification code' "$code" : \
    setpriv --reuid=bob --regid=65534 --clear-groups \
    env https_proxy=http://127.0.0.1:1 SSLKEYLOGFILE="$work/bob/keys" \
    OPENSSL_CONF=/nonexistent SSL_CERT_FILE=/dev/null HOME="$work/bob" \
    su alice -c 'id -un'
check 'r09 su: no TLS secrets were written' test ! -e "$work/bob/keys"
: >"$PRIVATE_LOG"

# Limits are the caller's to set, and must not look like a service that is
# away, even where that is excused: reviewed, and once allowed.
sed -i 's/pam_genauth.so/pam_genauth.so fail=open/' /etc/pam.d/su
for limit in '-n 7' '-n 8' '-n 12' '-n 20' '-v 16000' '-v 20000' '-v 22000' \
    '-v 24000' '-v 26000' '-v 40000' '-f 0' '-s 64' '-d 2000'; do
	terminal 'assword: ' unix-password : setpriv --reuid=bob \
	    --regid=65534 --clear-groups sh -c \
	    "ulimit $limit; exec timeout 20 su alice -c 'echo in as \$(id -un)'"
	check "r09 su: ulimit $limit lets nobody in" sh -c \
	    "! grep -q 'in as alice' '$work/terminal.out'"
done
check 'r09 su: none of them looked like a service that is away' sh -c \
    "! grep -q 'verdict=allow' '$PRIVATE_LOG'"
works 'su: a soft limit is raised' 'assword: ' unix-password \
    'erification code' "$code" : setpriv --reuid=bob --regid=65534 \
    --clear-groups sh -c "ulimit -S -n 16; exec su alice -c 'id -un'"
cp "$top/pam.d/su" /etc/pam.d/su
: >"$PRIVATE_LOG"

echo '# login'
works 'login: password and code' 'assword: ' unix-password \
    'erification code' "$code" '$ ' 'id -un; exit' \
    : login alice
check 'login: became alice' grep -qx 'alice.' "$work/terminal.out"
logged 'event=login verdict=allow user=alice service=login'

echo '# what is missing denies'
mv "$build/inst/libexec/genauth-verifier" "$work/"
fails 'su: the verifier is missing' 'assword: ' unix-password : setpriv \
    --reuid=bob --regid=65534 --clear-groups su alice -c 'id -un'
mv "$work/genauth-verifier" "$build/inst/libexec/"
logged 'login denied: cannot start'
module=$(find /usr/lib /lib -name pam_genauth.so 2>/dev/null | head -n 1)
mv "$module" "$module.away"
fails 'r35 su: the module is missing' 'assword: ' unix-password : setpriv \
    --reuid=bob --regid=65534 --clear-groups su alice -c 'id -un'
mv "$module.away" "$module"
emulator_stop
fails 'su: the service is down' 'assword: ' unix-password : setpriv \
    --reuid=bob --regid=65534 --clear-groups su alice -c 'id -un'
check 'su: and says so' seen 'Try again later'
logged 'verdict=deny reason=unreachable user=alice'
umount "$conf_dir"

finish hosts
