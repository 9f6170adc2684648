#!/bin/sh
# mfa_admin.sh BUILD: the administrator's commands of genauth-mfa against the
# emulator over TLS: each command, each exit status, faults, and the questions
# on a terminal. Needs no root.
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

conf=$work/emulator/genauth.conf
alice=65a1b2c3d4e5f60718290a01
bob=65a1b2c3d4e5f60718290a02
secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP

# begin [ARGUMENT...]: a fresh emulator and an empty audit.
begin()
{
	emulator_stop
	rm -rf "$work/emulator"
	emulator_start "$work/emulator" "$@"
	cat >>"$conf" <<END
audit_file = $work/audit
request_timeout = 2
END
	rm -f "$work/audit"
	export control
}

# mfa ARGUMENT...: without a terminal. Leaves $status, stdout and stderr.
mfa()
{
	door DELETE /requests >/dev/null
	setsid "$build/inst/sbin/genauth-mfa" --config "$conf" "$@" \
	    >"$work/stdout" 2>"$work/stderr" </dev/null
	status=$?
	cat "$work/stdout" "$work/stderr" >"$work/all"
	cat "$work/all" >>"$work/everything"
}

# out TEXT / no_out TEXT: on standard output.
out()
{
	grep -qE -e "$1" "$work/stdout"
}

no_out()
{
	! grep -qE -e "$1" "$work/stdout"
}

# asked METHOD PATH-PART: how often since the last run began.
asked()
{
	door GET /requests | tr -d '\n\t ' | tr '{' '\n' |
	    grep -c "\"method\":\"$1\",\"path\":\"[^\"]*$2" || :
}

only_reads()
{
	[ "$(asked DELETE '')" = 0 ] && [ "$(asked POST '')" = \
	    "$(asked POST get-management-token)" ] &&
	    [ "$(asked GET '')" -gt 0 ]
}

# set_user NAME QUERY / has NAME MEMBER VALUE, by the side door.
set_user()
{
	door POST "/user?user=$1&$2" >/dev/null
}

has()
{
	door GET "/user?user=$1" | grep -qE "\"$2\":[[:space:]]*$3"
}

fault()
{
	door DELETE /fault >/dev/null
	[ -z "${1-}" ] || door POST "/fault?name=$1" >/dev/null
}

rebind()
{
	set_user alice "otp_secret=$secret&phone=18800008888&email=alice@example.com&face=no"
	door DELETE /unbinds >/dev/null
}

begin

echo '# status and factors'
mfa status alice
ends 'status' 0
check 'it shows account and masked contacts' out 'Activated'
check 'the phone is masked for administrators' out '\+86 188\*\*\*\*8888'
check 'so is the e-mail address' out 'a\*\*\*e@example\.com'
check 'it only reads' only_reads
check 'nothing is on standard error' test ! -s "$work/stderr"
mfa --json status alice
check 'as JSON' json 'rows.length === 1 && rows[0].username === "alice" &&
	rows[0].id === "'$alice'" && rows[0].account === "Activated" &&
	rows[0].otp === "bound" && rows[0].sms === "bound" &&
	rows[0].email_factor === "bound" && rows[0].face === "not bound" &&
	rows[0].phone === "+86 188****8888" && rows[0].last_mfa === null &&
	rows[0].note === null'
mfa status erin
ends 'a suspended person is found, too' 0 Suspended
mfa factors alice
ends 'factors' 0
check 'one row per factor' test "$(wc -l <"$work/stdout")" = 5
check 'it says how to remove' out 'SMS +bound .*unbind --remove-contact'
mfa --json factors alice
check 'as JSON, an object per line' json 'rows.length === 4 &&
	rows[0].type === "OTP" && rows[0].bound === "bound" &&
	rows[0].mfa_info === "yes" && rows[0].mfa_bound === "yes" &&
	rows[1].mfa_bound === null && rows[1].contact === "+86 188****8888"'
fault 'other_person&value=dave&path=get-user-mfa-info'
mfa status alice
check 'sources that disagree are told' out \
    'OTP: get-user-mfa-info says not bound, mfa-bound says bound'
mfa --json factors alice
check 'and named' json 'rows[0].bound === "disputed" &&
	rows[0].mfa_info === "no" && rows[0].mfa_bound === "yes"'
fault

echo '# who is meant'
for who in 'email alice@example.com' 'phone 18800008888' 'user_id '$alice \
    'external_id E1001' 'username alice'; do
	mfa --id-type "${who% *}" status "${who#* }"
	ends "--id-type ${who% *}" 0 "$alice"
done
mfa status ghost
ends 'nobody of that name' 4 'does not know this person'
for name in 'alice|../../x' "a b\"c'd" 'alice%00' 'alice/../bob' '张三' \
    'alice&userIdType=email'; do
	mfa status "$name"
	ends "a name is data: $name" 4
	check 'and asked for once' test "$(asked GET get-user)" = 1
done
mfa status "$(printf 'alice\nbob')"
ends 'a line break is refused' 2 'control characters'
mfa status ''
ends 'so is nothing' 2 'is empty'
mfa status "$(printf '%0300d' 0)"
ends 'so are 300 characters' 2 'longer than 255 bytes'
check 'and nobody is asked' test "$(asked GET '')" = 0
mfa --json status "$(printf 'alice\033[2J')"
ends 'so are escapes, and they are not shown' 2 'alice?[2J'
echo "user_map = $work/map" >>"$conf"
printf 'root = alice\n' >"$work/map"
mfa status root
ends 'the user map counts' 0 "$alice"
mfa status alice
ends 'a name that is somebody else'\''s by the map is refused' 3
mfa --id-type username status alice
ends 'with --id-type it does not count' 0 "$alice"
sed -i '/^user_map/d' "$conf"

echo '# errors of all reading'
mfa status
ends 'no user' 2 'usage: genauth-mfa'
mfa status alice bob
ends 'two users' 2
mfa unbind alice
ends 'no type' 2
mfa kick
ends 'kick: no user' 2
mfa reset
ends 'reset: no user' 2
mfa reset --jobs 2 alice
ends 'reset: --jobs without --from' 2
good=$conf
conf=$work/none
mfa status alice
ends 'no configuration' 3
conf=$work/bad.conf
sed 's|:[0-9]*$|:1|' "$good" >"$conf"
mfa status alice
ends 'a service that is not there' 6 'cannot be reached'
printf 'not the secret\n' >"$work/wrong_secret"
chmod 600 "$work/wrong_secret"
sed "s|^access_key_secret_file.*|access_key_secret_file = $work/wrong_secret|; \
    s|^access_key_id = |&x|" "$good" >"$conf"
mfa status alice
ends 'a key that is not accepted' 5
conf=$good
for row in 'api_error&value=403:1001 5' 'api_error&value=500 6' \
    'http_status&value=503 6' 'retry_after_s&value=900 6' \
    'latency_ms&value=4000 6' 'cut_connection 6' 'lost_reply 6' \
    'not_json 6' 'cut_json 6' 'huge_body 6' 'redirect 6' \
    'doubled_member 6' 'deep_nesting 6' 'trailing_bytes 6' \
    'missing_field&value=userId 6' 'mistyped_field&value=userId 6' \
    'status_line&value=500 6' 'foreign_certificate 6' \
    'expired_certificate 6' 'other_person&value=bob 1'; do
	fault "${row% *}&path=get-user"
	mfa status alice
	ends "fault ${row% *}" "${row##* }"
	check 'nothing on standard output' test ! -s "$work/stdout"
done
fault 'terminal_escapes'
mfa status alice
check 'escapes of the service are not passed on' \
    sh -c "! LC_ALL=C grep -q '$(printf '\033')' '$work/all'"
fault

echo '# unbind'
mfa --yes unbind alice OTP
ends 'OTP' 0
check 'it says unbound' out 'alice +'$alice' +OTP +unbound'
check 'it is' has alice otpSecret '""'
check 'one DELETE' test "$(asked DELETE /mfa-bound)" = 1
check 'audited before and after' \
    test "$(grep -c '"action":"unbind"' "$work/audit")" = 2
mfa --yes unbind alice otp
ends 'what is not bound is nothing to do' 0 'was not bound'
check 'no DELETE' only_reads
rebind
set_user alice face=yes
mfa --yes --json unbind alice FACE otp
ends 'OTP and FACE' 0
check 'as JSON' json 'rows.length === 2 && rows[0].type === "OTP" &&
	rows[1].type === "FACE" && rows.every(r => r.result === "unbound" &&
	r.user === "alice" && r.id === "'$alice'" && r.request_id.length > 9)'
check 'the face is gone, too' has alice face false
rebind
mfa --yes unbind alice OTP SMS
ends 'SMS is refused with the reason' 1 'phone number'
check 'and nothing is done' test "$(asked DELETE '')" = 0
mfa --yes --remove-contact unbind alice SMS EMAIL
ends 'contacts, when asked for' 0
check 'the phone number is gone' has alice phone '""'
check 'so is the address' has alice email '""'
check 'unbound is said of both' \
    test "$(grep -c ' unbound' "$work/stdout")" = 2
rebind
door POST '/switch?name=clear_contact&value=never' >/dev/null
mfa --yes --remove-contact unbind alice SMS
ends 'a contact that stays is not called unbound' 1 'still reports SMS'
check 'it says still bound' out 'still bound'
check 'not unbound' no_out ' unbound'
door POST '/switch?name=clear_contact&value=null' >/dev/null
mfa unbind alice OTP
ends 'without terminal and --yes nothing is done' 1 'needs --yes'
check 'OTP is there' has alice otpSecret "\"$secret\""
mfa --yes unbind alice TOTP
ends 'an unknown type' 2 'OTP, FACE, SMS and EMAIL'
mfa --yes unbind ghost OTP
ends 'nobody' 4
mfa --yes unbind erin OTP
ends 'of a suspended person' 0 unbound
mfa --dry-run unbind alice OTP SMS --remove-contact
ends 'dry run' 0
check 'it shows the requests' out \
    "DELETE +/api/v2/users/$alice/mfa-bound\?type=OTP"
check 'all of them' out 'POST +/api/v3/update-user'
check 'and only reads' only_reads

echo '# changes and a service that fails'
fault 'lost_reply&path=DELETE%20/api'
mfa --yes unbind alice OTP
ends 'a lost reply is read back' 0 unbound
check 'and not repeated' test "$(asked DELETE /mfa-bound)" = 1
rebind
fault 'cut_connection&path=DELETE%20/api'
mfa --yes unbind alice OTP
ends 'a request that got lost' 6 'cannot be reached'
check 'it says still bound' out 'still bound'
check 'and is not repeated' test "$(asked DELETE /mfa-bound)" = 1
fault 'retry_after_s&value=1&path=DELETE%20/api'
mfa --yes unbind alice OTP
ends '429 to a change' 6
check 'a change is not repeated' test "$(asked DELETE /mfa-bound)" = 1
fault 'latency_ms&value=3000&path=DELETE%20/api'
mfa --yes unbind alice OTP
ends 'a reply too late is read back' 6 'in time'
# the service does it all the same, in its own time
for _ in $(seq 100); do
	! has alice otpSecret '""' || break
	sleep 0.1
done
rebind
fault 'api_error&value=403&path=DELETE%20/api'
mfa --yes unbind alice OTP
ends 'a key without that right' 5
fault 'other_person&value=mallory&path=GET%20/api/v2/users'
mfa --yes unbind alice OTP
ends 'a yes that is not true' 1 'still reports OTP'
check 'is not called unbound' no_out ' unbound'
mfa --yes reset alice
ends 'nor by reset' 1 'still reports OTP'
fault 'missing_field&value=success&path=kick-users'
mfa --yes kick alice
ends 'kick without a clear success' 6
fault 'other_person&value=bob&path=update-user'
rebind
mfa --yes --remove-contact unbind alice SMS
ends 'a change of somebody else is an alarm' 1 'another person'
fault
rebind

echo '# reset and kick'
mfa --yes reset alice
ends 'reset' 0
check 'what is gone' out 'REMOVED +OTP$'
check 'what is left' out 'LEFT +SMS EMAIL$'
check 'and why' out 'unbind --remove-contact'
check 'the sessions are ended' test "$(asked POST kick-users)" = 1
rebind
set_user alice face=yes
mfa --yes --json reset --keep-sessions alice
ends 'reset with --keep-sessions' 0
check 'as JSON' json 'rows.length === 1 && rows[0].result === "done" &&
	rows[0].removed === "OTP FACE" && rows[0].left === "SMS EMAIL" &&
	rows[0].sessions_ended === false && rows[0].id === "'$alice'"'
check 'the sessions are kept' test "$(asked POST kick-users)" = 0
rebind
mfa --yes --json reset alice ghost mallory
ends 'of many, one failed' 7 'unknown'
check 'each has a line' json 'rows.length === 3 &&
	rows[0].result === "done" && rows[1].result === "unknown_person" &&
	rows[1].user === "ghost" && rows[1].id === null &&
	rows[2].result === "done"'
check 'nobody is unbound twice' test "$(door GET /unbinds |
    grep -cE '"requests":[[:space:]]*1,')" = 2
mfa --yes reset alice mallory
ends 'again: nothing to unbind' 0
check 'and none is' test "$(asked DELETE '')" = 0
rebind
mfa --dry-run reset alice bob
ends 'dry run' 0
check 'it shows the requests' out "alice +DELETE +/api/v2/users/$alice"
check 'for each' out 'bob +POST +/api/v3/kick-users'
check 'and only reads' only_reads
mfa --json --dry-run reset alice
check 'as JSON' json 'rows.length === 2 && rows[0].method === "DELETE" &&
	rows[0].path === "/api/v2/users/'$alice'/mfa-bound?type=OTP" &&
	rows[0].user === "alice" && rows[1].method === "POST"'
mfa --dry-run reset ghost
ends 'dry run of nobody' 4
mfa --yes kick bob
ends 'kick' 0 'sessions ended'
check 'one request' test "$(asked POST kick-users)" = 1
mfa --yes kick ghost
ends 'kick nobody' 4
mfa --dry-run kick bob
ends 'dry run of kick' 0 /api/v3/kick-users
check 'only reads' only_reads
mfa kick bob
ends 'kick without terminal and --yes' 1 'needs --yes'
sed 's/^provider.*/&\nmanagement_auth = signed/' "$conf" >"$work/signed.conf"
conf=$work/signed.conf
rebind
mfa --yes reset alice
ends 'reset with signed requests' 0
mfa --yes --remove-contact unbind alice EMAIL
ends 'a contact with signed requests' 0 unbound
conf=$good
rebind

echo '# audit'
rm -f "$work/audit"
mfa --yes --reason 'lost phone, ticket 7' reset alice
check 'the reason is in it' grep -q 'lost phone, ticket 7' "$work/audit"
check 'and the person' grep -q "$alice" "$work/audit"
check 'each line is JSON' sh -c "cp '$work/audit' '$work/stdout'"
check 'with a parser' json 'rows.length === 2'
rebind
sed "s|^audit_file.*|audit_file = $work/none/audit|" "$good" \
    >"$work/noaudit.conf"
conf=$work/noaudit.conf
for command in 'reset alice' 'unbind alice OTP' 'kick alice'; do
	# shellcheck disable=SC2086 # words
	mfa --yes $command
	ends "what cannot be noted is not done: $command" 3
	check 'only reads' only_reads
done
sed 's/^provider.*/&\nrequire_reason = yes/' "$good" >"$work/reason.conf"
conf=$work/reason.conf
for command in 'reset alice' 'unbind alice OTP' 'kick alice'; do
	# shellcheck disable=SC2086 # words
	mfa --yes $command
	ends "no reason where one is required: $command" 2 reason
	check 'nobody is asked' test "$(asked GET '')" = 0
done
mfa status alice
ends 'looking needs no reason' 0
conf=$good

echo '# on a terminal'
# on_terminal [PROMPT ANSWER]... : ARGUMENT...
on_terminal()
{
	terminal_pairs=0
	for word in "$@"; do
		[ "$word" != : ] || break
		terminal_pairs=$((terminal_pairs + 1))
	done
	door DELETE /requests >/dev/null
	# insert the program behind the ':'
	terminal_i=0
	for word in "$@"; do
		shift
		set -- "$@" "$word"
		if [ "$terminal_i" = "$terminal_pairs" ]; then
			set -- "$@" "$build/inst/sbin/genauth-mfa" \
			    --config "$conf"
		fi
		terminal_i=$((terminal_i + 1))
	done
	"$top/tests/answer.exp" "$@" >"$work/stdout" 2>"$work/stderr"
	status=$?
	cat "$work/stdout" "$work/stderr" >"$work/all"
	cat "$work/all" >>"$work/everything"
}
who='alice (Alice Example, a\*\*\*e@example.com)'
on_terminal "Reset MFA of $who? \\[y/N\\] " n : reset alice
ends 'no is no' 1 'nothing was changed'
check 'nothing was' only_reads
on_terminal "Reset MFA of $who? \\[y/N\\] " '' : reset alice
ends 'so is return' 1 'nothing was changed'
on_terminal "Reset MFA of $who? \\[y/N\\] " y : reset alice
ends 'yes is yes' 0 'done'
check 'it is done' has alice otpSecret '""'
rebind
on_terminal "Unbind OTP SMS of $who? \\[y/N\\] " y \
    'Remove the phone number +86 188\*\*\*\*8888 from the account of ' n : \
    --remove-contact unbind alice OTP SMS
ends 'the second question, with the phone number' 1 'nothing was changed'
check 'OTP is bound still' only_reads
on_terminal "Unbind EMAIL of $who? \\[y/N\\] " y \
    'Remove the e-mail address a\*\*\*e@example.com from the account' y : \
    --remove-contact unbind alice EMAIL
ends 'with the address' 0 unbound
rebind
on_terminal 'Reset MFA of alice' y 'Reset MFA of mallory' n : \
    reset alice mallory
ends 'one of two confirmed' 7 'not confirmed'
check 'the other is done' out 'alice .* done'
on_terminal 'End the sessions of bob (Bob Example' y : kick bob
ends 'kick is confirmed, too' 0 'sessions ended'
rebind
on_terminal 'Unbind OTP of alice' "!curl -s --noproxy '*' -X POST \
    '$control/fault?name=cut_connection&path=GET%20/api/v2/users' >/dev/null;
    echo y" : unbind alice OTP
ends 'what cannot be read back is not known' 6 'not known'
check 'and not called unbound' no_out 'OTP +unbound'
fault

echo '# ids with a |'
sed 's/65a1b2c3d4e5f60718290a01/65a1b2c3d4e5f60718290a|email/' \
    "$top/src/emulator/seed.json" >"$work/seed.json"
begin --seed "$work/seed.json"
mfa --yes reset alice
ends 'reset' 0 '65a1b2c3d4e5f60718290a|email'
check 'it is done' has alice otpSecret '""'
mfa --dry-run --json unbind mallory OTP
mfa --id-type user_id status '65a1b2c3d4e5f60718290a|email'
ends 'status by that id' 0 alice

echo '# Flashback'
begin
# flashback TOKEN: a configuration with that token.
flashback()
{
	conf=$work/flashback.conf
	printf '%s\n' "$1" >"$work/token"
	chmod 600 "$work/token"
	cat >"$conf" <<END
provider = flashback
management_url = $url
access_token_file = $work/token
ca_file = $work/emulator/ca.pem
audit_file = $work/audit
END
}
flashback flashback-alice
mfa --dry-run reset $bob
ends 'dry run' 0 'POST   /mfa/reset'
check 'nothing is asked' test "$(asked POST '')" = 0
mfa --yes reset $bob
ends 'an owner resets somebody else' 0 'MFA reset successfully'
check 'it is done' has bob flashbackMfa false
check 'and audited' test "$(grep -c "$bob" "$work/audit")" = 2
mfa --yes --json reset $bob
check 'as JSON' json 'rows[0].result === "done" && rows[0].id === "'$bob'"'
mfa --yes reset 65a1b2c3d4e5f60718290aff
ends '404' 4 'User not found'
mfa --yes reset $bob 65a1b2c3d4e5f60718290aff
ends 'one of two' 7
fault 'http_status&value=500&path=/mfa/reset'
mfa --yes reset $bob
ends '500' 6 'Failed to reset MFA'
fault 'missing_field&value=success&path=/mfa/reset'
mfa --yes reset $bob
ends '200 without success' 6 unexpected
fault
mfa --yes --id-type email reset bob@example.com
ends 'people by anything but their id' 2 'by user_id only'
flashback flashback-bob
mfa --yes reset $alice
ends '403' 5 'OWNER or ADMINISTRATOR role required'
check 'nothing is done' has alice flashbackMfa true
flashback nobody
mfa --yes reset $bob
ends '401' 5 Unauthorized
check 'the token is not shown' sh -c "! grep -q 'nobody' '$work/all'"
for command in 'status x' 'factors x' 'unbind x OTP' 'kick x'; do
	# shellcheck disable=SC2086 # words
	mfa --yes $command
	ends "not offered: $command" 2 'flashback does not offer this'
done
on_terminal "Reset MFA of $bob? \\[y/N\\] " n : reset $bob
ends 'it is confirmed, too' 1 'nothing was changed'

echo '# secrets'
check 'no secret was shown' sh -c "! grep -qF \
    -e \"\$(cat '$work/emulator/access_key_secret')\" -e '$secret' \
    -e flashback-alice -e flashback-bob '$work/everything' '$work/audit'"

finish 'administrator'
