#!/bin/sh
# mfa_explain.sh BUILD: `genauth-mfa explain` against the emulator: what it
# says, that it asks nobody unless told to, and that it is what a login then
# does: the real module, by pamtester, over users, services, places and
# configurations. Runs as root in a private system (see in_private_system.sh);
# elsewhere the logins are skipped.
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
if [ -n "${PRIVATE_LOG-}" ]; then
	login=alice
else
	login=$(id -un)
fi
stranger=no-such-login

emulator_start "$work/emulator"
conf=$work/emulator/genauth.conf
printf '# somebody else\n%s = alice\n' "$login" >"$work/map"
chmod 755 "$work" "$work/emulator"
cat >>"$conf" <<END
user_map = $work/map
state_dir = $state
lockout = 4/600
breaker = off
fail_delay = 0
request_timeout = 2
verifier_user = 65533
END
good=$work/good.conf
cp "$conf" "$good"

# explain ARGUMENT...: leaves $status, stdout and stderr.
explain()
{
	door DELETE /requests >/dev/null 2>&1
	setsid "$program" --config "$conf" explain "$@" \
	    >"$work/stdout" 2>"$work/stderr" </dev/null
	status=$?
	cat "$work/stdout" "$work/stderr" >"$work/all"
}

# says NAME TEXT: on standard output.
says()
{
	if grep -qE -e "$2" "$work/stdout"; then
		ok "$1"
	else
		not_ok "$1 (says: $2)" "$work/all"
	fi
}

# json EXPRESSION: true of `row`, the parsed line of standard output.
json()
{
	node -e 'const row = JSON.parse(require("fs").readFileSync(
	    process.argv[1], "utf8")); process.exit(eval(process.argv[2]) ?
	    0 : 1)' "$work/stdout" "$1"
}

# member NAME: its text, or nothing for null.
member()
{
	sed -n "s/.*[{,]\"$1\":\"\(\([^\"\\\\]\|\\\\.\)*\)\".*/\1/p" \
	    "$work/stdout"
}

requests()
{
	door GET /requests | grep -c '"path"' || :
}

asked_nobody()
{
	[ "$(requests)" = 0 ]
}

# Of what was asked: nothing was sent or checked.
asked_only_who()
{
	door GET /requests | tr -d '\n\t ' | tr '{' '\n' |
	    sed -n 's/.*"path":"\([^"?]*\).*/\1/p' | sort -u >"$work/paths"
	printf '%s\n' /api/v3/get-mfa-trigger-data /api/v3/get-user \
	    /api/v3/get-management-token | sort >"$work/may"
	[ -s "$work/paths" ] && [ -z "$(comm -23 "$work/paths" "$work/may")" ]
}

fault()
{
	door DELETE /fault >/dev/null
	[ -z "${1-}" ] || door POST "/fault?name=$1" >/dev/null
}

# wrong COUNT: so many wrong codes, on the terminal, for the record.
wrong()
{
	wrong_left=$1
	while [ "$wrong_left" -gt 0 ]; do
		"$top/tests/answer.exp" 'Verification code' 000000 \
		    'Verification code' '' : "$program" --config "$conf" \
		    verify "$login" >/dev/null 2>&1
		wrong_left=$((wrong_left - 1))
	done
}

unlock()
{
	"$program" --config "$conf" --yes unlock "$login" >/dev/null 2>&1
}

echo '# who is asked'
explain "$login"
ends 'a login that needs a factor' 0
says 'the verdict' 'Verdict +a factor is asked for'
says 'the rule, and the list it is of' 'Rule +\*, of users = \*'
says 'where the rule is from' 'Rule from +default'
says 'the name at the service' 'At the service +alice \(user_id_type = username\)'
says 'the line of the user map' "Name from +$work/map:2\$"
says 'the factors as configured' \
    'Factors +otp sms email recovery, as far as they are bound'
says 'what is on record here' 'Wrong codes here +0 of 4 within 600 s'
says 'what if the service is down' 'Service down +denied until it is back'
says 'the timeouts' 'Timeouts +connection 5 s, reply 2 s, login 100 s'
says 'that the PAM line was not looked at' 'PAM line +not looked at'
says 'that no place was given' 'From +no address'
check 'nobody is asked' asked_nobody
check 'who only looks makes no record' test ! -e "$state"
check 'nothing is on standard error' test ! -s "$work/stderr"
explain --json "$login"
check 'as JSON' json 'row.user === "'"$login"'" && row.service === null &&
	row.rhost === null && row.verdict === "asked" &&
	row.reason === null && row.rule === "*" &&
	row.rule_from === "default" && row.account === "'"$login"'" &&
	row.identity === "alice" && row.id_type === "username" &&
	row.identity_from === "'"$work/map:2"'" && row.bound === null &&
	row.factors === "otp sms email recovery" &&
	row.account_phase === "ignored" && row.breaker === "off" &&
	row.service_down === "denied" && row.let_in_for === null &&
	row.pam_line === null && row.wrong_codes_here === 0 &&
	row.locked_out_s === 0'

echo '# the service is asked with --online only'
if command -v strace >/dev/null 2>&1; then
	strace -f -e trace=connect -o "$work/trace" "$program" --config \
	    "$conf" explain --json "$login" >/dev/null 2>&1
	check 'no connection but to local sockets' \
	    sh -c "! grep -v AF_UNIX '$work/trace' | grep connect"
	strace -f -e trace=connect -o "$work/trace" "$program" --config \
	    "$conf" explain --json --online "$login" >/dev/null 2>&1
	check 'with --online there is one' \
	    grep -q 'connect.*AF_INET' "$work/trace"
else
	skip 'no connection but to local sockets'
fi
explain --online "$login"
ends 'online' 0
says 'what is bound' 'Bound +otp sms email recovery$'
says 'what is offered of it' 'Factors +otp sms email recovery$'
check 'only who it is, and what is bound' asked_only_who
explain --json --online "$login" -- factors='sms recovery push'
check 'what is bound and allowed' json 'row.bound === "otp sms email recovery" &&
	row.factors === "sms push recovery" &&
	row.factors_without_first === "sms recovery"'
explain --online "$login" -- factors=push
says 'a push rings no phone before a first factor' \
    'No first factor +denied: without a password or key'
check 'and none now' asked_only_who
sed -i 's/= alice/= dave/' "$work/map"
explain --online "$login"
ends 'nothing bound' 1 'the person has no usable factor'
says 'it is denied' 'Verdict +denied'
says 'nothing is bound' 'Bound +none'
sed -i 's/= dave/= erin/' "$work/map"
explain --online "$login"
ends 'a suspended account' 1 'is not active'
says 'who is asked like anybody' 'denied whatever is answered'
sed -i 's/= erin/= no-such-person/' "$work/map"
explain --online "$login"
ends 'a person the service does not know' 4 'does not know this person'
says 'is denied' 'Verdict +denied'
explain "$login"
ends 'without --online that is not known' 0
sed -i 's/= no-such-person/= alice/' "$work/map"
explain --json --online "$login" -- fail=open
check 'the service is up, fail = open or not' json 'row.verdict === "asked"'
for name in 500 429; do
	fault "http_status&value=$name&path=get-user"
	explain --json --online "$login" -- fail=open
	ends "the service says $name" 6
	check 'fail = open lets in' json 'row.verdict === "let_in" &&
		row.let_in_for === "unreachable timeout busy throttled"'
	explain --json --online "$login"
	check 'fail = closed denies' json 'row.verdict === "denied" &&
		row.let_in_for === null'
done
fault 'other_person&value=dave&path=get-mfa-trigger-data'
explain --json --online "$login" -- fail=open
check 'an answer about somebody else is never excused' json '
	row.verdict === "denied" && row.reason === "other_person"'
fault

echo '# who is not'
explain "$login" --service sudo -- "users=!$login *"
ends 'exempt by name' 0
says 'the verdict' 'Verdict +no factor is needed'
says 'the rule' "Rule +!$login, of users = !$login \*"
says 'it is of the PAM line' 'Rule from +PAM line'
says 'the PAM line that was given' "PAM line +users=!$login \*"
explain "$login" -- users=nobody-we-know
ends 'no rule concerns the login' 0
says 'the verdict' 'Verdict +no factor is needed'
says 'why' 'no rule of users concerns this login'
printf 'networks = 10.0.0.0/8 2001:db8::/32\n' >>"$conf"
line=$(grep -n '^networks' "$conf" | cut -d: -f1)
explain "$login" --service sshd --rhost 10.1.2.3
says 'exempt by the place' 'Rule +10\.0\.0\.0/8, of networks = '
says 'the line of the file' "Rule from +$conf:$line"
explain "$login" --service sshd
says 'sshd always has an address' 'From +an address that nothing exempts'
says 'some of them are exempt' 'Note +from some addresses no factor is needed'
explain "$login" --service sshd --rhost ten.example.com
says 'a name exempts nobody' 'Note +ten\.example\.com is a name'
says 'and is asked' 'Verdict +a factor is asked for'
explain "$login" --service sudo -- local=no
says 'exempt as local' 'Rule +local=no'
explain "$login" --service sshd -- local=no
says 'but not by sshd' 'Verdict +a factor is asked for'
cp "$good" "$conf"

echo '# who has no account here'
explain "$stranger"
ends 'a stranger' 0
says 'is denied' 'Verdict +denied'
says 'and is asked like anybody' \
    'asked "Verification code \(or s: SMS, e: e-mail\): " like anybody'
check 'nobody is asked' asked_nobody
explain --online "$stranger"
ends 'a stranger, online' 4
check 'nobody is asked, as for a login' asked_nobody
explain --json "$stranger"
check 'as JSON' json 'row.verdict === "denied" &&
	row.reason === "unknown_person" && row.identity === null &&
	row.account === null && row.wrong_codes_here === null'
explain "$stranger" -- flow=signin append
says 'with flow = signin the password is asked for' \
    'asked "GenAuth password: "'
explain "$login" --online -- flow=signin
ends 'flow = signin' 0 'it takes the person'
check 'nobody can be asked about' asked_nobody

echo '# what stands in the way'
wrong 4
explain --json "$login"
ends 'locked out' 0
check 'is denied' json 'row.verdict === "denied" &&
	row.reason === "locked_out" && row.locked_out_s > 0 &&
	row.wrong_codes_here === 4 && /unlock/.test(row.why)'
explain --online --json "$login"
check 'it can be asked all the same' json 'row.reason === "locked_out" &&
	row.bound === "otp sms email recovery"'
record=$(find "$state" -type f -size +0 | grep -E '/[0-9a-f]{64}$' |
    head -n 1)
echo 'no record of ours' >"$record"
explain "$login"
ends 'a damaged record' 3 'genauth-mfa unlock'
says 'is denied' 'Verdict +denied'
unlock
chmod 755 "$state"
explain "$login"
ends 'a record where others could make one' 3 "$state has to be owned"
rm -rf "$state"
mkdir -m 755 "$state"
explain "$login"
ends 'a place that others could write to' 3 "$state has to be owned"
check 'makes no record there' test -z "$(ls "$state")"
rmdir "$state"
sed "s|^state_dir.*|state_dir = $work/none/state|" "$good" >"$conf"
explain "$login"
ends 'no place for a record' 3 "$work/none: No such file"
check 'makes none' test ! -e "$work/none"
cp "$good" "$conf"
sed -i "s/^$login = .*/somebody = $login/" "$work/map"
explain "$login"
ends 'a name that the user map gives to somebody else' 3 \
    "$work/map has no line for this login"
printf '%s = alice\n' "$login" >"$work/map"
explain "$login" -- users=@no-such-group
ends 'a group that is not there' 3 'users = @no-such-group'
says 'denies' 'Verdict +denied'

echo '# the breaker'
emulator_stop
sed -i 's/^breaker.*/breaker = 2\/600/' "$conf"
explain "$login" -- fail=open
ends 'the service is down: without --online that is not known' 0
says 'the breaker is closed' 'Breaker +closed: 0 of 2 logins'
explain "$login" --online -- fail=open
ends 'online it is' 6
says 'and this login is let in' 'Verdict +let in without a factor'
says 'because it cannot be reached' 'the service cannot be reached; fail = open'
"$program" --config "$conf" verify "$login" >/dev/null 2>&1
explain "$login"
says 'one login failed' 'Breaker +closed: 1 of 2 logins'
"$program" --config "$conf" verify "$login" >/dev/null 2>&1
explain --json "$login"
check 'it is open' json 'row.breaker === "open" &&
	row.verdict === "denied" && row.reason === "unreachable" &&
	/[0-9]+ s no login asks it/.test(row.why)'
explain --json "$login" --rhost 192.0.2.7 --service sshd
check 'that of those from afar is another' json 'row.breaker === "closed"'
explain --json "$login" --service sudo
check 'and so is that of sudo' json 'row.breaker === "closed"'
explain --json "$login" -- fail=open
check 'and lets in where it may' json 'row.verdict === "let_in"'
emulator_start "$work/emulator"
cp "$good" "$conf"
sed -i "s|^app_url.*|app_url = $url|; s|^management_url.*|management_url = $url|" \
    "$conf" "$good"

echo '# a configuration that denies everybody'
explain "$login" -- fial=open
ends 'an argument that is not one' 3 'did you mean fail'
says 'every login is denied' 'every login with this configuration is denied'
echo 'tries = 11' >>"$conf"
explain --json "$login"
ends 'a mistake in the file' 3 'tries: wants'
check 'as JSON' json 'row.verdict === "denied" && row.reason === "config" &&
	/tries/.test(row.why) && row.rule === null'
cp "$good" "$conf"
explain "$login" -- fail=open flow=signin
ends 'options that do not go together' 3 'fail: open cannot go with'
explain --json "$login" -- proxy=https://proxy.example.com:3128
ends 'a proxy that no login could use' 3 proxy
check 'denies' json 'row.verdict === "denied" && row.reason === "config"'
if [ "$(id -u)" = 0 ]; then
	explain "$login" -- verifier_user=no-such-user
	ends 'a user that the verifier cannot become' 3 no-such-user
else
	skip 'a user that the verifier cannot become'
fi

echo '# the command line'
explain
ends 'no user' 2 'usage: genauth-mfa'
explain ''
ends 'no name' 2 'is empty'
explain "$(printf 'root\nx')"
ends 'no clean name' 2 'control characters'
# shellcheck disable=SC2046 # 33 words
explain "$login" -- $(yes debug | head -n 33)
ends 'more arguments than the module takes' 2 'at most 32'
"$program" status --rhost x "$login" >"$work/all" 2>&1
check 'no other command takes --rhost' grep -qF 'not an option of status' \
    "$work/all"

echo '# it is what a login does'
if [ -z "${PRIVATE_LOG-}" ]; then
	skip 'the logins: not root, or no mount namespaces here'
	finish explain
	exit
fi
module=$build/inst/security/pam_genauth.so
preload=libpam_wrapper.so
if nm -D --undefined-only "$module" | grep -q __asan; then
	preload="$(cc -print-file-name=libasan.so) $preload"
fi
services=$work/services
mkdir "$services"
echo 'auth required pam_deny.so' >"$services/other"
cp "$work/map" "$work/map.real"
cat >"$work/map" <<'END'
bob = bob
carol = dave
END
echo 'wheelers:x:4711:alice,carol' >>/etc/group # of the private system

# brackets ARGUMENT...: as a PAM line writes them.
brackets()
{
	for word in "$@"; do
		printf ' [%s]' "$word"
	done
}

# The same login, explained and made. $service, $user and $place; the PAM
# line's arguments are the function's.
same()
{
	{
		printf 'auth required %s [conf=%s]' "$module" "$conf"
		brackets "$@"
		printf '\naccount required pam_permit.so\n'
	} >"$services/$service"
	"$program" explain --json --online --service "$service" \
	    ${place:+--rhost "$place"} "$user" -- "conf=$conf" "$@" \
	    >"$work/stdout" 2>"$work/stderr"
	verdict=$(member verdict) reason=$(member reason) rule=$(member rule)
	LD_PRELOAD=$preload PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR=$services \
	    ASAN_OPTIONS=detect_leaks=0 \
	    pamtester -I rhost="$place" -E SSH_AUTH_INFO_0=publickey \
	    "$service" "$user" authenticate >"$work/login.out" 2>&1 </dev/null
	tries=0
	until line=$(grep 'event=login' "$PRIVATE_LOG" | tail -n 1) &&
	    [ "$line" != "$last" ] || [ "$tries" -gt 50 ]; do
		tries=$((tries + 1))
		sleep 0.02
	done
	last=$line
	case $verdict in
	exempt) expected="verdict=skip" ;;
	asked) expected="verdict=deny reason=conversation" ;;
	let_in) expected="verdict=allow reason=$reason" ;;
	denied) expected="verdict=deny reason=$reason" ;;
	*) expected='no verdict at all' ;;
	esac
	# who is denied like anybody gives no answer here; then `why` says it
	compared=$((compared + 1))
	case $line in
	*"event=login $expected user="*) ;;
	*)
		{
			echo "$service $user from '$place': $*"
			echo "explained: $verdict $reason"
			echo "log: $line"
			cat "$work/stdout" "$work/stderr"
		} >>"$work/differ"
		;;
	esac
	case $line in
	*" rule=${rule:-}"*|*" rule=\"$rule"*) ;;
	*)
		[ -z "$rule" ] || {
			echo "$service $user from '$place': $*: rule $rule"
			echo "log: $line"
		} >>"$work/differ"
		;;
	esac
	echo "$verdict" >>"$work/verdicts"
}

last='' compared=0
: >"$work/differ"
: >"$work/verdicts"
for service in sshd sudo; do
	for place in '' 192.0.2.7 10.1.2.3 ::ffff:10.0.0.9; do
		[ "$service$place" != sshd ] || place=ten.example.com
		for user in alice bob carol dave erin root "$stranger" 'al ice'; do
			same
			same networks=10.0.0.0/8 local=no
			same 'users=!@wheelers *' fail=open
			same 'users=@wheelers' "user_map=$work/map.real"
		done
	done
done
for user in alice dave "$stranger"; do
	place=192.0.2.7 service=sshd
	same 'users=@no-such-group *'
	same "state_dir=$work" fail=open
	same proxy=https://proxy.example.com:3128 fail=open
	same verifier_user=no-such-user fail=open
	same verifier_user=no-such-user 'users=!alice *'
	same fial=open
	fault 'http_status&value=503&path=get-user'
	same fail=open
	same
	fault 'http_status&value=503&path=get-mfa-trigger-data'
	same fail=open
	same
	fault
	same management_url=https://localhost:1 fail=open
	same management_url=https://localhost:1
done
check "$compared logins were explained and made" test "$compared" -ge 200
check 'each came to what was explained' test ! -s "$work/differ"
[ ! -s "$work/differ" ] || head -n 40 "$work/differ"
for verdict in asked exempt denied let_in; do
	check "among them: $verdict" \
	    test "$(grep -cx "$verdict" "$work/verdicts")" -ge 3
done

finish explain
