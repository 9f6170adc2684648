#!/bin/sh
# hosts.sh BUILD: the real sshd, sudo, su and login with the files of pam.d/.
# Runs in a private system only (see in_private_system.sh).
# shellcheck disable=SC2086 # commands in variables are words
set -u
build=$1
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
# shellcheck source=tests/hosts_lib.sh
. "$top/tests/hosts_lib.sh"

echo '# sshd, keyboard-interactive'
sshd_start "$password_and_code"
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
fails 'ssh: erin is suspended, and asked as anybody is' \
    'assword: ' unix-password 'erification code' 000000 \
    'not right' 000001 'not right' 000002 : $ssh_alice erin@127.0.0.1 true
logged 'reason=inactive_person user=erin'
sshd_stop

echo '# sshd, PasswordAuthentication'
sshd_start 'PasswordAuthentication yes' 'KbdInteractiveAuthentication no'
door DELETE /requests >/dev/null
for person in alice bob; do
	fails "ssh: PasswordAuthentication denies $person" \
	    'assword: ' unix-password : \
	    $ssh_by_password "$person@127.0.0.1" true
	logged 'set PasswordAuthentication no and KbdInteractiveAuthentication yes'
done
no_requests 'ssh: nothing was sent to the service'
fails 'ssh: nor for somebody unknown' 'assword: ' unix-password : \
    $ssh_by_password nobody-here@127.0.0.1 true
no_requests 'ssh: still nothing was sent'
sshd_stop

echo '# sshd, publickey and keyboard-interactive'
cp "$top/pam.d/sshd-key" /etc/pam.d/sshd
sshd_start "$key_and_code"
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
sshd_stop

echo '# sshd under strace'
if command -v strace >/dev/null 2>&1; then
	sshd_under="strace -f -qq -e trace=execve,socket,connect,clone,clone3
	    -o $work/trace"
	sshd_start "$key_and_code"
	sshd_under=
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
: >"$PRIVATE_LOG"
works 'sudo: password and code' 'assword for alice: ' unix-password \
    'erification code' "$code" : $as_alice sudo id -un
check 'sudo: runs as root' seen root
logged 'event=login verdict=allow user=alice service=sudo tty=/dev/pts/'
fails 'sudo: wrong codes' 'assword for alice: ' unix-password \
    'erification code' 000000 'not right' 000001 'not right' 000002 \
    'Press Enter' '' : $as_alice sudo id -un
logged 'verdict=deny reason=tries_used_up user=alice service=sudo'

echo '# su'
works 'su: password and code' 'assword: ' unix-password \
    'erification code' "$code" : $as_bob su alice -c 'id -un'
check 'su: became alice' seen alice
logged 'event=login verdict=allow user=alice service=su '
fails 'su: an empty answer' 'assword: ' unix-password 'erification code' '' \
    : $as_bob su alice -c 'id -un'
logged 'verdict=deny reason=conversation user=alice service=su'
check 'su: root is not asked' su alice -c true

echo '# login'
works 'login: password and code' 'assword: ' unix-password \
    'erification code' "$code" '$ ' 'id -un; exit' \
    : login alice
check 'login: became alice' grep -qx 'alice.' "$work/terminal.out"
logged 'event=login verdict=allow user=alice service=login'

echo '# what is missing denies'
mkdir "$work/empty"
mount --bind "$work/empty" "$build/inst/libexec"
fails 'su: the verifier is missing' 'assword: ' unix-password \
    : $as_bob su alice -c 'id -un'
umount "$build/inst/libexec"
logged 'login denied: cannot start'
module=$(find /usr/lib /lib -name pam_genauth.so 2>/dev/null | head -n 1)
mv "$module" "$module.away"
fails 'r35 su: the module is missing' 'assword: ' unix-password \
    : $as_bob su alice -c 'id -un'
mv "$module.away" "$module"
emulator_stop
fails 'su: the service is down' 'assword: ' unix-password \
    : $as_bob su alice -c 'id -un'
check 'su: and says so' seen 'Try again later'
logged 'verdict=deny reason=unreachable user=alice'

finish hosts
