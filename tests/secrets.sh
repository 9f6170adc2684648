#!/bin/sh
# secrets.sh BUILD: R22. Logins of every flow and factor at full debug, through
# pamtester, su, sshd and genauth-mfa, with passwords, codes and keys that are
# known here; then everything they left is searched for those: the log, what
# was shown, the arguments, environment and written files of every process
# (strace saw each of them), a crashed verifier's core, and the memory of a
# PAM host that lives on. Each search has to find a planted text first. Runs
# in a private system only (see in_private_system.sh).
# shellcheck disable=SC2086 # commands in variables are words
set -u
build=$1
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
if ! command -v strace >/dev/null 2>&1; then
	skip 'secrets: no strace here'
	finish secrets
	rm -rf "$work"
	exit
fi

# No text of these is part of another, and all survive every encoding of
# forms and URLs as they are.
unix_password=MarkUnixPassw0rd71BehindTheSixteenth
genauth_password=MarkGenauthPassw0rd82BehindTheSixteenth
wrong_password=MarkWrongPassw0rd93BehindTheSixteenth
wrong_code=739184
key_secret=MarkManagementSecret0123456789ab
app_secret=MarkApplicationSecret0123456789a
canary=PlantedToBeFound4711
sed "s/\"alice-password\"/\"$genauth_password\"/
    s/\"userPoolId\"/\"accessKeySecret\": \"$key_secret\", &/
    s/\"userPoolId\"/\"appSecret\": \"$app_secret\", &/" \
    "$top/src/emulator/seed.json" >"$work/seed.json"
emulator_options="--seed $work/seed.json"
# shellcheck source=tests/hosts_lib.sh
. "$top/tests/hosts_lib.sh"
conf=$conf_dir/genauth.conf
echo 'debug = yes' >>"$conf"
grep -v '^management_url\|^access_key' "$conf" >"$conf_dir/signin.conf"
app_id=$(sed -n 's/^app_id = //p' "$conf")
hash=$(openssl passwd -6 "$unix_password")
awk -F : -v OFS=: -v hash="$hash" '$1 == "alice" {$2 = hash} {print}' \
    /etc/shadow >"$work/shadow"
cat "$work/shadow" >/etc/shadow

# What must not be found, a line each; and what may be shown to the person it
# is for, but be nowhere else.
secrets=$work/secrets shown_once=$work/shown_once
: >"$shown_once"
cat >"$secrets" <<LINES
$unix_password
$genauth_password
$wrong_password
$wrong_code
$key_secret
$app_secret
$(printf '%s' "$app_id:$app_secret" | base64 -w 0)
JBSWY3DPEHPK3PXP
"password"
"salt"
eyJ
LINES

# Answers that are secrets from the moment they are typed.
learn="tee -a '$secrets'; echo >>'$secrets'"
ask="curl -sS --fail --noproxy '*'"
code="!$ask -X POST '$control/advance?seconds=30' >/dev/null
    $ask '$control/totp?user=alice' | $learn"
sms="!$ask '$control/outbox?to=18800008888' | $learn"
email="!$ask '$control/outbox?to=alice@example.com' | $learn"
password_and_code="!$ask -X POST '$control/advance?seconds=30' >/dev/null
    printf %s '$genauth_password'
    $ask '$control/totp?user=alice' | $learn"

trace=$work/trace
traced="strace -A -f -qq -v -s 65536 -o $trace"
traced="$traced -e trace=execve,execveat,open,openat,creat,rename,renameat,renameat2"
pam="$traced pamtester -E SSH_AUTH_INFO_0=publickey"
mfa="$traced $build/inst/sbin/genauth-mfa"

# service NAME [ARGUMENT...]: in /etc/pam.d.
service()
{
	service_name=$1
	shift
	cat >"/etc/pam.d/$service_name" <<LINES
auth required pam_genauth.so $*
account required pam_genauth.so $*
account required pam_permit.so
LINES
}
service trigger
service signed management_auth=signed
service push '[factors=push otp]'
service account account=push push_timeout=10
service signin "conf=$conf_dir/signin.conf" flow=signin
service append "conf=$conf_dir/signin.conf" flow=signin append=yes

# in_/out: as works and fails, keeping what was shown.
in_()
{
	works "$@"
	cat "$work/terminal.out" >>"$work/shown"
}

out()
{
	fails "$@"
	cat "$work/terminal.out" >>"$work/shown"
}

# phone CONFIRM | CANCEL: the answer to the next push.
phone()
{
	phone_tries=0
	until door POST "/push?action=$1" >/dev/null 2>&1; do
		phone_tries=$((phone_tries + 1))
		[ "$phone_tries" -lt 200 ] || return 1
		sleep 0.1
	done
}

switched()
{
	door POST "/switch?name=$1&value=$2" >/dev/null
}

echo '# logins'
in_ 'trigger: an authenticator code' 'ode' "$code" : \
    $pam trigger alice authenticate
in_ 'trigger: signed calls' 'ode' "$code" : $pam signed alice authenticate
out 'trigger: wrong codes' 'ode' "$wrong_code" 'not right' "$wrong_code" \
    'not right' "$wrong_code" : $pam trigger alice authenticate
out 'trigger: a password where a code is asked for' 'ode' "$genauth_password" \
    'not look' "$wrong_password" 'not look' "$unix_password" : \
    $pam trigger alice authenticate
in_ 'trigger: SMS' 'ode' s 'ode' "$sms" : $pam trigger alice authenticate
in_ 'trigger: e-mail' 'ode' e 'ode' "$email" : $pam trigger alice authenticate
recovery=$(recovery_code alice)
in_ 'trigger: a recovery code' 'ode' "$recovery" 'press Enter' '' : \
    $pam trigger alice authenticate
echo "$recovery" >>"$secrets"
recovery_code alice >>"$shown_once"
phone CONFIRM &
in_ 'trigger: a push' : $pam push alice authenticate
wait "$!"
phone CONFIRM &
in_ 'account phase: a push' : $pam account alice acct_mgmt
wait "$!"
for mode in challenge ignore; do
	switched signin_mfa "$mode"
	in_ "signin, $mode: password and code" 'assword' "$genauth_password" \
	    'ode' "$code" : $pam signin alice authenticate
	out "signin, $mode: wrong codes" 'assword' "$genauth_password" \
	    'ode' "$wrong_code" 'not right' "$wrong_code" \
	    'not right' "$wrong_code" : $pam signin alice authenticate
	in_ "signin, $mode: both in one answer" 'assword' \
	    "$password_and_code" : $pam append alice authenticate
	out "signin, $mode: a wrong password" 'assword' "$wrong_password" : \
	    $pam signin alice authenticate
done
in_ 'su: password and code' 'assword: ' "$unix_password" 'ode' "$code" : \
    $traced $as_bob su alice -c true
out 'su: a wrong password' 'assword: ' "$wrong_password" : \
    $traced $as_bob su alice -c true
sleep 0.5
cat "$PRIVATE_LOG" >"$work/log" # sshd_start begins a new one
sshd_under=$traced
sshd_start 'PasswordAuthentication no' 'KbdInteractiveAuthentication yes' \
    'AuthenticationMethods keyboard-interactive:pam'
sshd_under=
in_ 'sshd: password and code' 'assword: ' "$unix_password" 'ode' "$code" : \
    $ssh_alice alice@127.0.0.1 true
out 'sshd: wrong codes' 'assword: ' "$unix_password" 'ode' "$wrong_code" \
    'not right' "$wrong_code" 'not right' "$wrong_code" : \
    $ssh_alice alice@127.0.0.1 true
sshd_stop

echo '# memory of a host after the login'
cp /etc/pam.d/common-auth /etc/pam.d/stacked
echo 'auth required pam_genauth.so' >>/etc/pam.d/stacked
# next_code: one that was not used yet.
next_code()
{
	otp alice >"$work/code"
	cat "$work/code"
	{ cat "$work/code"; echo; } >>"$secrets"
}

# remembers NAME SERVICE ANSWER...: none of them, after the login. Of what the
# stack keeps in PAM's own items nothing is said: libpam drops those.
remembers()
{
	remembers_name=$1 remembers_service=$2
	shift 2
	printf '%s\n' "$canary" "$@" >"$work/answers"
	: >"$work/ended"
	"$build/memory-host" "$remembers_service" alice <"$work/answers" \
	    >"$work/ended" &
	host_pid=$!
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ -s "$work/ended" ] && break
		sleep 0.2
	done
	echo "$canary" | "$build/memory-search" "$host_pid" \
	    >"$work/planted" 2>&1
	check "control: memory, $remembers_name ($(cat "$work/ended"))" \
	    grep -q 'text 1 in' "$work/planted"
	# free() writes over the first 16 bytes itself.
	for answer; do
		printf '%s\n' "$answer"
		printf '%s' "$answer" | cut -c 17-
	done >"$work/wanted"
	check "r22 memory: $remembers_name" \
	    sh -c "'$build/memory-search' $host_pid <'$work/wanted'"
	kill "$host_pid"
	wait "$host_pid" 2>/dev/null || :
}
switched signin_mfa challenge
remembers 'a right code' trigger "$(next_code)"
remembers 'a wrong code, then a right one' trigger "$wrong_code" "$(next_code)"
remembers 'GenAuth password and code' signin "$genauth_password" "$(next_code)"
remembers 'both in one answer' append "$genauth_password,$(next_code)"
remembers 'a wrong GenAuth password' signin "$wrong_password"
remembers 'Unix password and code' stacked "$unix_password" "$(next_code)"

echo '# a verifier that crashes'
mkdir "$work/cores"
# shellcheck disable=SC2016 # for the inner shell
core_control=$(cd "$work/cores" && prlimit --core=unlimited \
    strace -qq -o "$work/crash" sh -c 'kill -SEGV $$' 2>/dev/null
    grep -c 'killed by SIGSEGV (core dumped)' "$work/crash")
rm -rf "$work/cores"
if [ "$core_control" != 1 ]; then
	skip 'r22 no core: none is written here of anything'
else
	ok 'control: a crash leaves a core'
	rm -f "$work/crash"
	mkfifo "$work/silence"
	prlimit --core=unlimited strace -f -qq -e trace=execve \
	    -o "$work/crash" pamtester trigger alice authenticate \
	    <"$work/silence" >"$work/crash.out" 2>&1 &
	crash_pid=$!
	exec 9>"$work/silence"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		grep -q 'ode' "$work/crash.out" 2>/dev/null && break
		sleep 0.5
	done
	verifier=$(sed -n 's/^\([0-9]*\)  *execve(".*genauth-verifier.*/\1/p' \
	    "$work/crash")
	kill -SEGV "$verifier"
	echo 000000 >&9
	exec 9>&-
	if wait "$crash_pid"; then
		not_ok 'r01 a verifier that crashes denies' "$work/crash.out"
	else
		ok 'r01 a verifier that crashes denies'
	fi
	if grep -q "^$verifier  *+++ killed by SIGSEGV +++" "$work/crash"; then
		ok 'r22 it was killed, and left no core'
	else
		not_ok 'r22 it was killed, and left no core' "$work/crash"
	fi
fi

echo '# genauth-mfa'
switched signin_mfa ignore
in_ 'verify' 'ode' "$code" : $mfa verify alice
out 'verify, wrong codes' 'ode' "$wrong_code" 'not right' "$wrong_code" \
    'not right' "$wrong_code" : $mfa verify alice
in_ 'self factors' 'GenAuth account' alice 'GenAuth password: ' \
    "$genauth_password" : $mfa self factors
out 'self, a wrong password' 'GenAuth account' alice 'GenAuth password: ' \
    "$wrong_password" : $mfa self factors
in_ 'status' : $mfa status alice
in_ 'reset' : $mfa --yes --reason test reset alice

# What is planted goes the way that a secret would.
$traced env PLANTED="$canary" sh -c "echo $canary >/run/planted" 9>&-
logger -p authpriv.info "$canary"
echo "$canary" >>"$work/shown"
sleep 0.5
token_file=$(grep -l '^genauth-token-1 ' "$work/runtime"/*)
cat "$shown_once" >>"$secrets"
grep . "$secrets" | sort -u >"$work/all"
grep -vxFf "$shown_once" "$work/all" >"$work/not_shown"

# hunt NAME TEXTS FILE...: the canary is in them, and none of the texts.
hunt()
{
	hunt_name=$1 texts=$2
	shift 2
	check "control: $hunt_name" grep -aqF -e "$canary" "$@"
	if grep -anFf "$texts" "$@" >"$work/hits" /dev/null; then
		not_ok "r22 $hunt_name" "$work/hits"
	else
		ok "r22 $hunt_name"
	fi
}

echo '# what they left'
cat "$PRIVATE_LOG" >>"$work/log"
check 'the log is of all of them' sh -c "
    grep -q 'service=append' '$work/log' && grep -q 'service=sshd' '$work/log'"
check 'no token of a push lives on' sh -c "! grep 'not revoked' '$work/log'"
hunt 'the log' "$work/all" "$work/log"
hunt 'what was shown' "$work/not_shown" "$work/shown"
grep execve "$trace" >"$work/execs"
hunt 'arguments and environments' "$work/all" "$work/execs"
# Every file that one of them opened for writing, and everything that there is
# in the private system; but the emulator's and this test's own. ($work/runtime
# is what is mounted at $build/inst/run.)
{
	grep -E 'O_WRONLY|O_RDWR|O_CREAT|creat\(|rename' "$trace" |
	    grep -oE '"/[^"]*"' | tr -d '"'
	find "$(dirname "$PRIVATE_LOG")" /run /var/log /dev/shm \
	    "$work/runtime" -xdev -type f
} | grep -v "^$conf_dir/\|^$build/inst/run/\|^/proc/\|^/dev/[ptnu]" |
    sort -u | while read -r file; do
	[ -f "$file" ] && [ "$file" != "$token_file" ] && echo "$file"
done >"$work/files"
# shellcheck disable=SC2046 # none of them has a space
hunt 'files' "$work/all" $(cat "$work/files")
check 'r22 the token is in one file, and that is root'\''s alone' \
    test "$(stat -c '%a %u' "$token_file")" = '600 0'
printed='\[[0-9]{4,8}\]|([0-9a-f]{4}-){5}|eyJ|[a-z]-password\b|secret'
check 'control: golden transcripts' sh -c \
    "sed 's/<code>/123456/' '$top/tests/golden/su/right.txt' |
    grep -qE '$printed'"
grep -rnE "$printed" "$top/tests/golden" |
    grep -v '\[000000\]\|unix-password' >"$work/hits"
check 'r22 golden transcripts' test ! -s "$work/hits"
printf 'figure  secrets looked for in %d processes, %d log lines, %d files: %d\n' \
    "$(grep -c 'execve(.*= 0$' "$trace")" "$(wc -l <"$work/log")" \
    "$(wc -l <"$work/files")" "$(wc -l <"$work/all")"

finish secrets
