#!/bin/sh
# stacks.sh BUILD [STACK]: each file of pam.d/ through the real program that it
# is for, with everything in order and with each fault there can be: who has no
# right code stays out, and the log says why. Then the same once more with the
# file's lines for pam_faillock switched on, as the file says how.
# All stacks at once, each in a private system of its own: almost all of the
# time is PAM's pause after a login that failed.
# shellcheck disable=SC2086 # commands in variables are words
set -u
build=$1
stack=${2-}
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"

# all_stacks: this file for each of them, its results added up.
all_stacks()
{
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' INT TERM
	for file in "$top"/pam.d/*; do
		name=$(basename "$file")
		"$top/tests/in_private_system.sh" "$build" "$0" "$build" \
		    "$name" >"$work/$name.out" 2>&1 &
	done
	wait
	for file in "$top"/pam.d/*; do
		name=$(basename "$file")
		grep -v "^stack $name:" "$work/$name.out"
		sed -n 's/^ok .*/passed/p; s/^FAILED .*/failed/p;
		    s/^SKIPPED .*/skipped/p' "$work/$name.out" \
		    >>"$work/results"
		grep -q "^stack $name:" "$work/$name.out" ||
			not_ok "$name: did not get to its end"
	done
	finish stacks
}

if [ -z "$stack" ]; then
	if [ -n "${PRIVATE_LOG-}" ]; then
		echo 'stacks.sh makes private systems itself: run it outside' >&2
		exit 2
	fi
	if [ "$(id -u)" != 0 ] || ! unshare --mount true 2>/dev/null; then
		skip 'each stack through its host: wants root and mount namespaces'
		finish stacks
	else
		all_stacks
	fi
	rm -rf "$work"
	exit
fi

# shellcheck source=tests/hosts_lib.sh
. "$top/tests/hosts_lib.sh"

# get_in [PROMPT ANSWER]...: is alice in, by this stack's program?
get_in()
{
	terminal "$@" : $entrance
	seen 'alice came in'
}

# gets_in NAME [PROMPT ANSWER]...
gets_in()
{
	gets_in_name=$1
	shift
	if get_in "$@"; then
		ok "$stack: $gets_in_name"
	else
		not_ok "$stack: $gets_in_name" "$work/terminal.out"
	fi
}

# stays_out NAME [PROMPT ANSWER]...: and nothing else was asked.
stays_out()
{
	stays_out_name=$1
	shift
	if get_in "$@"; then
		not_ok "$stack: $stays_out_name (was let in)" \
		    "$work/terminal.out"
	elif grep -q '^answer.exp:' "$work/terminal.out"; then
		not_ok "$stack: $stays_out_name" "$work/terminal.out"
	else
		ok "$stack: $stays_out_name"
	fi
}

# wrong_passwords COUNT
wrong_passwords()
{
	for _ in $(seq "$1"); do
		get_in assword wrong
	done
}

# counted COUNT: so many wrong passwords are on record.
counted()
{
	faillock --user alice >"$work/faillock"
	check "$stack: wrong passwords on record: $1" \
	    test "$(grep -c ' V$' "$work/faillock")" = "$1"
}

# every_fault HOW: who gets in, and who does not.
every_fault()
{
	echo "# $stack, $1"
	gets_in 'the right code' $password 'erification code' "$code"
	logged "verdict=allow user=alice service=$service"
	stays_out 'wrong codes' $password 'erification code' 000000 \
	    'not right' 000001 'not right' 000002 $enter
	logged "verdict=deny reason=tries_used_up user=alice service=$service"

	mv "$module" "$module.away"
	stays_out 'r35 the module is missing' $password
	logged 'PAM unable to dlopen(pam_genauth.so)'
	mv "$module.away" "$module"

	mount --bind "$work/empty" "$build/inst/libexec"
	stays_out 'the verifier is missing' $password
	logged 'login denied: cannot start'
	umount "$build/inst/libexec"

	cp -p "$conf_dir/genauth.conf" "$work/good.conf"
	echo 'fial = open' >>"$conf_dir/genauth.conf"
	stays_out 'a mistake in the configuration' $password $enter
	logged 'unknown option "fial"'
	rm "$conf_dir/genauth.conf"
	stays_out 'no configuration' $password $enter
	logged 'genauth.conf: cannot be opened'
	cp -p "$work/good.conf" "$conf_dir/genauth.conf"

	emulator_stop
	stays_out 'the service is down' $password $enter
	logged "verdict=deny reason=unreachable user=alice service=$service"
	service_start
}

# faillock_on: by the command that stands in the file.
faillock_on()
{
	sed -n 's/^#   \(sed -i .*\)/\1/p' "$top/pam.d/$stack" \
	    >"$work/switch_on"
	check "$stack: the file says how to switch pam_faillock on" \
	    sh -e "$work/switch_on"
	check "$stack: pam_faillock is on" grep -q '^auth.*pam_faillock.so' \
	    "/etc/pam.d/$service"
	printf 'deny = 3\n' >/etc/security/faillock.conf
}

# wrong_passwords_lock: what pam_faillock counts, and what it does not.
wrong_passwords_lock()
{
	echo "# $stack, wrong passwords"
	wrong_passwords 2
	counted 2
	stays_out 'the right password and wrong codes' $password \
	    'erification code' 000000 'not right' 000001 'not right' 000002 \
	    $enter
	counted 2
	gets_in 'two wrong passwords do not lock' $password \
	    'erification code' "$code"
	counted 0
	: >"$PRIVATE_LOG"
	wrong_passwords 3
	logged 'Consecutive login failures for user alice account temporarily locked'
	door DELETE /requests >/dev/null
	stays_out 'locked: the right password does not help' $when_locked
	check "$stack: locked: \"$told_when_locked\"" seen "$told_when_locked"
	no_requests "$stack: locked: the service never hears of it"
	if [ "$stack" = sshd ]; then
		cp "$work/terminal.out" "$work/right.out"
		stays_out 'locked: nor does a wrong one' assword wrong
		check 'sshd: locked: both look the same' \
		    cmp "$work/right.out" "$work/terminal.out"
	fi
	faillock --user alice --reset
	gets_in 'unlocked by root' $password 'erification code' "$code"
	mv "$faillock_module" "$faillock_module.away"
	stays_out 'r35 pam_faillock.so is missing' $when_locked
	mv "$faillock_module.away" "$faillock_module"
}

# What alice finds where she gets in; it does not wait for her.
cat >"$work/shell" <<'LINES'
#!/bin/sh
echo alice came in
LINES
chmod 755 "$work/shell"
sed -i "/^alice:/s|:[^:]*\$|:$work/shell|" /etc/passwd
mkdir "$work/empty"
module=$(find /usr/lib /lib -name pam_genauth.so 2>/dev/null | head -n 1)
faillock_module=$(dirname "$module")/pam_faillock.so

service=$stack
password='assword unix-password'
enter=''
when_locked=''
told_when_locked='The account is locked due to 3 failed logins'
case $stack in
sshd)
	sshd_start "$password_and_code"
	entrance="$ssh_alice alice@127.0.0.1"
	when_locked=$password
	told_when_locked='Permission denied'
	;;
sshd-key)
	service=sshd
	cp "$top/pam.d/sshd-key" /etc/pam.d/sshd
	sshd_start "$key_and_code"
	entrance="$ssh_alice -i $work/user_key alice@127.0.0.1"
	password=''
	;;
sudo)
	entrance="$as_alice sudo $work/shell"
	enter='nter: !true' # a refusal waits for it there
	# sudo shows nothing of what modules have to say.
	told_when_locked='1 incorrect password attempt'
	;;
su)
	entrance="$as_bob su alice"
	;;
login)
	entrance='login alice'
	# Otherwise it asks for the next user's name.
	sed -i '/LOGIN_RETRIES/d' /etc/login.defs
	echo 'LOGIN_RETRIES 1' >>/etc/login.defs
	;;
esac

: >"$PRIVATE_LOG"
every_fault 'as shipped'
if grep -q '^#faillock' "$top/pam.d/$stack"; then
	faillock_on
	every_fault 'with pam_faillock'
	wrong_passwords_lock
fi
finish "stack $stack"
