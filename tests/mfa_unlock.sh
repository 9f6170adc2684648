#!/bin/sh
# mfa_unlock.sh BUILD: what a host has on record of a login: wrong codes are
# counted from login to login, `status` shows them, the login is locked out,
# and `genauth-mfa unlock` clears that. Needs no root; as root it shows more.
set -u
build=$1
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
leave()
{
	emulator_stop
	rm -rf "$work"
}
trap leave EXIT
trap 'exit 1' INT TERM
export TERM=xterm LC_ALL=C.UTF-8
unset NO_COLOR || :

program=$build/inst/sbin/genauth-mfa
state=$work/state
login=$(id -un) # an account of this host, whoever runs this

# the service, too, has somebody of that name, who is somebody else
sed "s/\"mallory\"/\"$login\"/" "$top/src/emulator/seed.json" \
    >"$work/seed.json"
emulator_start "$work/emulator" --seed "$work/seed.json"
conf=$work/emulator/genauth.conf
printf '%s = alice\n' "$login" >"$work/map"
cat >>"$conf" <<END
audit_file = $work/audit
user_map = $work/map
state_dir = $state
lockout = 4/600
tries = 3
fail_delay = 0
END
good=$work/good.conf
cp "$conf" "$good"

# mfa ARGUMENT...: without a terminal. Leaves $status, stdout and stderr.
mfa()
{
	door DELETE /requests >/dev/null 2>&1
	setsid "$program" --config "$conf" "$@" \
	    >"$work/stdout" 2>"$work/stderr" </dev/null
	status=$?
	cat "$work/stdout" "$work/stderr" >"$work/all"
}

# on_terminal [PROMPT ANSWER]... : PROGRAM ARGUMENT...
on_terminal()
{
	"$top/tests/answer.exp" "$@" >"$work/stdout" 2>"$work/stderr"
	status=$?
	cat "$work/stdout" "$work/stderr" >"$work/all"
}

# out TEXT: on standard output.
out()
{
	grep -qE -e "$1" "$work/stdout"
}

asked_nobody()
{
	[ "$(door GET /requests | grep -c '"path"' || :)" = 0 ]
}

# The record of $login: state_dir may hold more.
record()
{
	find "$state" -type f -size +0 2>/dev/null |
	    grep -E '/[0-9a-f]{64}$' | head -n 1
}

# on_record EXPRESSION: true of what `status` says, without changing it.
on_record()
{
	mfa --json status "$login" && json "$1"
}

# wrong COUNT: a login with so many wrong codes.
wrong()
{
	case $1 in
	1) on_terminal 'Verification code' 000000 'Verification code' '' \
	    : "$program" --config "$conf" verify "$login" ;;
	3) on_terminal 'Verification code' 000000 'Verification code' 000000 \
	    'Verification code' 000000 \
	    : "$program" --config "$conf" verify "$login" ;;
	esac
}

right()
{
	on_terminal 'Verification code' "$(otp alice)" \
	    : "$program" --config "$conf" verify "$login"
}

lock()
{
	wrong 3
	wrong 1
}

echo '# nothing on record'
mfa unlock "$login"
ends 'nothing on record is nothing to do' 0 'nothing on record'
check 'the service is not asked' asked_nobody
check 'nothing is noted' test ! -e "$work/audit"
mfa --json unlock "$login"
check 'as JSON' json 'rows.length === 1 && rows[0].user === "'"$login"'" &&
	rows[0].wrong_codes_here === 0 && rows[0].locked_out_s === 0 &&
	rows[0].pushes_here === 0 && rows[0].push_pause_s === 0 &&
	rows[0].result === "nothing on record"'
mfa status "$login"
ends 'status' 0
check 'it shows no wrong codes' out 'Wrong codes here +0 of 4 within 600 s'
check 'and no lock' out 'Locked out here +no'
check 'who only looks makes no record' test ! -e "$state"

echo '# wrong codes are counted, shown, and lock the login out'
wrong 3
ends 'three wrong codes end a login' 1
mfa status "$login"
check 'they are on record' out 'Wrong codes here +3 of 4 within 600 s'
check 'not locked yet' out 'Locked out here +no'
wrong 1
mfa status "$login"
ends 'status of a login that is locked out' 0
check 'the fourth locks the login out' out \
    "Locked out here +for [0-9]+ s \(genauth-mfa unlock $login\)"
check 'as JSON' on_record 'rows[0].wrong_codes_here === 4 &&
	rows[0].locked_out_s > 0 && rows[0].locked_out_s <= 600 &&
	rows[0].username === "alice"'
mfa verify "$login"
ends 'and it is not asked for a code' 1 'too many wrong codes on this host'
mfa --id-type username status "$login"
ends 'with --id-type the name is the service'\''s' 0 "$login"
check 'and no login of this host' out 'Wrong codes here *$'
mfa --json --id-type username status "$login"
check 'null as JSON' json 'rows[0].wrong_codes_here === null &&
	rows[0].locked_out_s === null && rows[0].username === "'"$login"'"'

echo '# unlock asks first'
mfa unlock "$login"
ends 'without terminal and --yes nothing is done' 1 'needs --yes'
mfa --dry-run unlock "$login"
ends 'dry run' 0 'would be cleared'
check 'it shows what is on record' out 'Wrong codes here +4 of 4'
on_terminal 'wrong codes: 4, *of '"$login"'? \[y/N\] ' n \
    : "$program" --config "$conf" unlock "$login"
ends 'no is no' 1 'nothing was changed'
check 'none of these is noted' test ! -e "$work/audit"
check 'none of these unlocked' on_record 'rows[0].locked_out_s > 0'

echo '# unlock'
on_terminal 'wrong codes: 4, *of '"$login"'? \[y/N\] ' y \
    : "$program" --config "$conf" --reason 'ticket 43' unlock "$login"
ends 'yes is yes' 0 cleared
check 'it says what was on record' out 'Wrong codes here +4 of 4'
check 'noted before and after' \
    test "$(grep -c '"action":"unlock"' "$work/audit")" = 2
check 'with login and reason' sh -c "grep -F '\"user\":\"$login\"' \
    '$work/audit' | grep -F 'ticket 43' | grep -qF '\"result\":\"done\"'"
check 'nothing is on record' on_record 'rows[0].wrong_codes_here === 0 &&
	rows[0].locked_out_s === 0'
right
ends 'the right code lets in again' 0 allow
check 'and is not counted' on_record 'rows[0].wrong_codes_here === 0'
lock
mfa --json --yes unlock "$login"
ends 'with --yes nobody is asked' 0
check 'as JSON' json 'rows.length === 1 && rows[0].user === "'"$login"'" &&
	rows[0].wrong_codes_here === 4 && rows[0].locked_out_s > 0 &&
	rows[0].result === "cleared"'

echo '# a record that cannot be read'
wrong 1
printf 'no record of ours\n' >"$(record)"
mfa verify "$login"
ends 'it denies' 3
mfa status "$login"
ends 'status works all the same' 0 'the record cannot be read'
mfa --json status "$login"
ends 'as JSON, too' 0
check 'with null' json 'rows[0].wrong_codes_here === null &&
	rows[0].otp === "bound"'
mfa unlock "$login"
ends 'it is not cleared unasked' 1 'needs --yes'
on_terminal 'a record that cannot be read' y \
    : "$program" --config "$conf" unlock "$login"
ends 'it is cleared' 0 cleared
right
ends 'and the login works again' 0 allow

echo '# the service is not needed'
lock
sed '/^access_key/d' "$good" >"$conf"
mfa --yes unlock "$login"
ends 'nor its key' 0 cleared
check 'nor is it asked' asked_nobody
cp "$good" "$conf"
lock
sed 's|:[0-9]*$|:1|' "$good" >"$conf"
mfa --yes unlock "$login"
ends 'it may be down' 0 cleared
cp "$good" "$conf"

echo '# what is refused'
mfa --yes unlock no-such-login
ends 'a name that is no account of this host' 4 'no account of this host'
mfa unlock ''
ends 'no name' 2 'is empty'
mfa unlock "$(printf 'root\nx')"
ends 'no clean name' 2 'control characters'
mfa unlock
ends 'no operand' 2 'usage: genauth-mfa'
wrong 1
rm -f "$work/audit"
sed "s|^audit_file.*|audit_file = $work/none/audit|" "$good" >"$conf"
mfa --yes unlock "$login"
ends 'what cannot be noted is not done' 3
cp "$good" "$conf"
check 'and is on record still' on_record 'rows[0].wrong_codes_here === 1'
echo 'require_reason = yes' >>"$conf"
mfa --yes unlock "$login"
ends 'no reason where one is required' 2 reason
mfa --yes --reason 'ticket 44' unlock "$login"
ends 'a reason' 0 cleared
cp "$good" "$conf"

echo '# no lockout, no place'
if ! id bob >/dev/null 2>&1; then
	mfa --json status bob
	ends 'a person who is no account of this host' 0
	check 'has nothing on record' json 'rows[0].wrong_codes_here === null &&
	    rows[0].push_pause_s === null && rows[0].username === "bob"'
else
	skip 'a person who is no account of this host'
fi
sed 's/^lockout.*/lockout = off/' "$good" >"$conf"
mfa status "$login"
ends 'lockout = off' 0 'not counted: lockout is off'
mfa --json status "$login"
check 'as JSON' json 'rows[0].wrong_codes_here === null &&
	rows[0].locked_out_s === null && rows[0].pushes_here === 0'
: >"$work/file"
sed "s|^state_dir.*|state_dir = $work/file|" "$good" >"$conf"
mfa status "$login"
ends 'status where there is no directory' 0 'the record cannot be read'
mfa --yes unlock "$login"
ends 'unlock where there is none' 3 "$work/file"
cp "$good" "$conf"
if [ "$(id -u)" = 0 ]; then
	lock
	chmod 755 "$work" "$work/emulator"
	setpriv --reuid 65534 --regid 65534 --clear-groups "$program" \
	    --config "$conf" --yes unlock root \
	    >"$work/stdout" 2>"$work/stderr" </dev/null
	status=$?
	cat "$work/stdout" "$work/stderr" >"$work/all"
	ends 'who is not root may not' 3 'this is for root'
	chmod 700 "$work"
	check 'nothing was unlocked' on_record 'rows[0].locked_out_s > 0'
else
	skip 'who is not root may not'
fi

finish 'unlock'
