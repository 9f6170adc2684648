#!/bin/sh
# mfa_self.sh BUILD: the person's own commands of genauth-mfa, on terminals of
# their own, against the emulator over TLS. Needs no root.
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
export TERM=xterm LC_ALL=C.UTF-8 work
unset NO_COLOR || :

# A fresh emulator, a fresh audit file.
begin()
{
	emulator_stop
	rm -rf "$work/emulator"
	emulator_start "$work/emulator"
	export control
	conf=$work/emulator/genauth.conf
	rm -f "$work/audit"
	echo "audit_file = $work/audit" >>"$conf"
	echo 0 >"$work/advanced"
}

# self COMMAND... [: PROMPT ANSWER...]: runs genauth-mfa self COMMAND on a
# terminal. What the terminal, standard output and standard error showed is
# left in $work/tty, $work/stdout and $work/stderr, the status in $status.
self()
{
	self_command=
	while [ $# -gt 0 ] && [ "$1" != : ]; do
		self_command="$self_command '$1'"
		shift
	done
	[ $# -eq 0 ] || shift
	door DELETE /requests >/dev/null
	"$top/tests/answer.exp" "$@" : sh -c "$wide exec \
	    '$build/inst/sbin/genauth-mfa' --config '$conf' $options \
	    self $self_command >'$work/stdout' 2>'$work/stderr'" \
	    >"$work/tty" 2>&1
	status=$?
	cat "$work/tty" "$work/stdout" "$work/stderr" >"$work/all"
	cat "$work/all" >>"$work/everything"
}
options=''
wide=''

# The same, signed in with the seed's password of USER.
as()
{
	as_user=$1
	as_commands=
	shift
	while [ $# -gt 0 ] && [ "$1" != : ]; do
		as_commands="$as_commands$1 "
		shift
	done
	[ $# -eq 0 ] || shift
	# shellcheck disable=SC2086 # words without spaces
	self $as_commands : 'GenAuth account' "$as_user" \
	    'GenAuth password: ' "$as_user-password" "$@"
}

# asked PATH [HTTP-STATUS]: how often the service was asked that.
asked()
{
	door GET /requests | tr -d '\n\t ' | tr '}' '\n' |
	    grep -c "\"path\":\"$1\",\"status\":${2-}"
}

revoked()
{
	[ "$(asked /oidc/token/revocation 200)" = "${1-1}" ]
}

# is STATUS NAME [TEXT...]: the last one ended so, showed all of that on
# standard output or error, and revoked its token once.
is()
{
	is_status=$1 is_name=$2
	shift 2
	if [ "$status" -ne "$is_status" ]; then
		not_ok "$is_name (status $status)" "$work/all"
		return
	fi
	for is_text; do
		if ! grep -qF -e "$is_text" "$work/stdout" "$work/stderr"; then
			not_ok "$is_name (without: $is_text)" "$work/all"
			return
		fi
	done
	if [ "$is_tokens" -ge 0 ] && ! revoked "$is_tokens"; then
		not_ok "$is_name (token not revoked)" "$work/all"
		return
	fi
	ok "$is_name"
}
is_tokens=1

on_tty()
{
	grep -qF -e "$1" "$work/tty"
}

nothing_on()
{
	[ ! -s "$work/$1" ]
}

audited()
{
	tail -n 1 "$work/audit" >"$work/check.line"
	for audited_text; do
		grep -qF -e "$audited_text" "$work/check.line" || return 1
	done
}

user_has()
{
	door GET "/user?user=$1" | tr -d '\n\t ' | grep -qF -e "$2"
}

# otp.sh now|screen|late: the seed's alice's next code; the code for the last
# secret that the terminal showed; any code, after the enrolment grew old.
cat >"$work/otp.sh" <<'END'
door()
{
	curl -sS --noproxy '*' -X "$1" "$control$2"
}
advance()
{
	door POST "/advance?seconds=$1" >/dev/null
	echo "$(($(cat "$work/advanced") + $1))" >"$work/advanced.new"
	mv "$work/advanced.new" "$work/advanced"
}
hexadecimal()
{
	od -An -tx1 | tr -d ' \n'
}
case $1 in
now)
	advance 30
	door GET '/totp?user=alice'
	;;
late)
	advance 61
	echo 123456
	;;
screen)
	key=$(grep -oE '    ([A-Z2-7]{4} ?)+' "$work/tty" | tail -n 1 |
	    tr -d ' ' | base32 -d | hexadecimal)
	step=$((($(date +%s) + $(cat "$work/advanced")) / 30))
	bytes=
	for shift in 56 48 40 32 24 16 8 0; do
		bytes=$bytes\\$(printf %03o "$((step >> shift & 255))")
	done
	# shellcheck disable=SC2059 # octal escapes
	hash=$(printf "$bytes" | openssl dgst -sha1 -mac HMAC \
	    -macopt "hexkey:$key" | sed 's/.* //')
	offset=$((0x$(printf %s "$hash" | cut -c 40) * 2 + 1))
	part=$(printf %s "$hash" | cut -c "$offset-$((offset + 7))")
	printf '%06d\n' "$(((0x$part & 0x7fffffff) % 1000000))"
	;;
esac
END
otp_now="!sh '$work/otp.sh' now"
otp_screen="!sh '$work/otp.sh' screen"
mail="!curl -sS --noproxy '*' \$control/outbox?to="
sms_alice="${mail}18800008888"
mail_alice="${mail}alice@example.com"
interrupt=$(printf '\003')

OTP=f0a1b2c3d4e5f60718290a01
SMS=f1a1b2c3d4e5f60718290a01
EMAIL='f2a1b2c3d4e5f60718290a01|email'

begin

echo '# signing in'
as alice factors
is 0 'self factors' "$OTP" "$SMS" "$EMAIL" '+86 188****8888' \
    'a***e@example.com'
check 'nothing on standard error' nothing_on stderr
check 'the password is not echoed' sh -c "! grep -qF alice-password '$work/all'"
check 'contacts are masked' \
    sh -c "! grep -qE '18800008888|alice@example' '$work/all'"
is_tokens=0
self factors : account alice password: wrong-password
is 1 'a wrong password' 'sign in as alice: the account or the password is wrong' \
    'request id'
self factors : account nobody password: wrong-password
is 1 'an unknown account says the same' \
    'sign in as nobody: the account or the password is wrong'
as erin factors
is 1 'a suspended account' 'the account is not active'
self factors : account alice password: ''
is 1 'no password is no answer' 'no answer could be had'
check 'and nothing was sent' test "$(asked /api/v3/signin)" = 0
self factors : account alice password: "$interrupt"
is 1 'Ctrl-C at the password' 'interrupted'
check 'the terminal is asked only' test "$(asked /api/v3/signin)" = 0
for step in 2005:locked 2057:locked 1643:locked 2000:captcha \
    1639:'new password' 2058:'new password' 1576:'may not use' \
    1642:'a step that a terminal cannot do' 2921:'a terminal cannot do'; do
	code=${step%%:*}
	http=403
	[ "$code" != 1642 ] || http=300
	door POST "/fault?name=api_error&value=$http:$code&path=/api/v3/signin" \
	    >/dev/null
	as alice factors
	is 1 "sign-in answered with $code" "${step#*:}"
	door DELETE /fault >/dev/null
done
door POST '/fault?name=http_status&value=503&path=/api/v3/signin' >/dev/null
as alice factors
is 6 'the service is down' 'sign in as alice'
door DELETE /fault >/dev/null
is_tokens=1
door POST '/fault?name=http_status&value=503&path=/api/v3/list-enrolled-factors' \
    >/dev/null
as alice factors
is 6 'a failure after signing in' 'self factors'
door DELETE /fault >/dev/null
is_tokens=-1
door POST '/fault?name=http_status&value=503&path=/oidc/token/revocation' \
    >/dev/null
as alice factors
is 6 'a token that cannot be revoked is told' "$OTP" \
    'the access token may live on'
door DELETE /fault >/dev/null
is_tokens=1
door POST '/switch?name=client_auth&value=post' >/dev/null
as alice factors
is 0 'client_secret_post' "$OTP"
is_tokens=0
sed -i.with '/^app_secret_file/d' "$conf"
as alice factors
is 5 'without its secret the application is refused' 'app_secret_file'
is_tokens=1
door POST '/switch?name=client_auth&value=none' >/dev/null
sed -i '/^access_key/d; /^management_url/d' "$conf"
as alice factors
is 0 'a public client, and no management key in the configuration' "$OTP"
mv "$conf.with" "$conf"
chmod 644 "$conf"
door POST '/switch?name=client_auth&value=any' >/dev/null

echo '# signing in with a second factor'
door POST '/switch?name=signin_mfa&value=challenge' >/dev/null
as alice factors : 'erification code' "$otp_now"
is 0 'the code of the authenticator' "$OTP"
as alice factors : 'erification code' 000000 'not right' "$otp_now"
is 0 'a wrong code, then a right one' "$OTP"
as alice factors : 'erification code' s 'Code from the SMS' "$sms_alice"
is 0 'a code by SMS' "$SMS"
as bob factors : 'Code from the SMS' "${mail}18800007777"
is 0 'SMS where it is the only factor' '188****7777'
recovery=$(recovery_code alice)
as alice factors : 'erification code' "$recovery" 'Then press Enter' ''
is 0 'a recovery code' "$OTP"
check 'the next one is shown on the terminal alone' \
    sh -c "grep -qF '$(recovery_code alice)' '$work/tty' && \
	! grep -qF '$(recovery_code alice)' '$work/stdout' '$work/stderr'"
as alice factors : 'erification code' "$(recovery_code alice)" \
    'Then press Enter' "$interrupt"
is 1 'Ctrl-C behind the right code' 'interrupted'
is_tokens=0
as alice factors : 'erification code' 000000 'not right' 000001 \
    'not right' 000002
is 1 'wrong codes only' 'too many wrong codes'
as dave factors
is 1 'no factor to answer with' 'none of yours can be used'
door POST '/fault?name=other_person&value=mallory&path=/api/v2/mfa/totp/verify' \
    >/dev/null
as alice factors : 'erification code' "$otp_now"
is 1 'a verification for somebody else' 'answered for another person'
door DELETE /fault >/dev/null
is_tokens=1
door POST '/switch?name=signin_mfa&value=ignore' >/dev/null

echo '# with a token of one'"'"'s own'
token()
{
	curl -sS --noproxy '*' --cacert "$work/emulator/ca.pem" \
	    -H 'content-type: application/json' \
	    -H "x-authing-app-id: $(sed -n 's/^app_id = //p' "$conf")" \
	    -d "{\"connection\":\"PASSWORD\",\"passwordPayload\":{\"account\":\"$1\",
	    \"password\":\"$1-password\"},
	    \"client_id\":\"$(sed -n 's/^app_id = //p' "$conf")\",
	    \"client_secret\":\"$(cat "$work/emulator/app_secret")\"}" \
	    "$url/api/v3/signin" |
	    sed -n 's/.*"access_token":[^"]*"\([^"]*\)".*/\1/p'
}
(umask 077; token alice >"$work/token")
options="--access-token-file $work/token"
is_tokens=0
self factors
is 0 'self factors asks nothing' "$OTP"
check 'and does not show the token' \
    sh -c "! grep -qF \"\$(cat '$work/token')\" '$work/all'"
self factors
is 0 'the token is not revoked' "$OTP"
chmod 644 "$work/token"
self factors
is 3 'a token that others can read' "$work/token"
(umask 077; echo not.a.token >"$work/token2")
options="--access-token-file $work/token2"
self factors
is 5 'a token that is none' 'does not accept the access token'
(umask 077; echo 'two words' >"$work/token2")
self factors
is 3 'a file that holds no token' 'is not an access token'
options=''
is_tokens=1

echo '# self factor'
as alice factor "$EMAIL"
is 0 'an id with a bar in it' "$EMAIL" EMAIL 'a***e@example.com'
as alice factor 'f9|none'
is 4 'an id that is not there' 'you have no such factor'
options=--json
as alice factor "$EMAIL"
is 0 'as JSON' \
    "{\"id\":\"$EMAIL\",\"type\":\"EMAIL\",\"contact\":\"a***e@example.com\"}"
options=''
door POST '/switch?name=factor_list&value=object' >/dev/null
as bob factors
is 0 'a list that is a single object' '188****7777'
door POST '/switch?name=factor_list&value=array' >/dev/null
door POST '/fault?name=terminal_escapes&path=/api/v3/list-enrolled-factors' \
    >/dev/null
as alice factors
check 'escapes do not reach the terminal' \
    sh -c "! LC_ALL=C grep -q \"\$(printf '\\033')\" '$work/all'"
door DELETE /fault >/dev/null

echo '# self unbind'
as alice unbind "$OTP" : 'Unbind OTP of alice' n
is 1 'not confirmed' 'nothing was changed'
check 'nothing was sent' test "$(asked /api/v3/reset-factor)" = 0
options=--dry-run
as alice unbind "$OTP"
is 0 'dry run' /api/v3/reset-factor "$OTP"
check 'nothing was sent' test "$(asked /api/v3/reset-factor)" = 0
options=''
as alice unbind "$OTP" : 'y/N' "$interrupt"
is 1 'Ctrl-C at the question' 'nothing was changed'
check 'nothing was sent' test "$(asked /api/v3/reset-factor)" = 0
as alice unbind "$OTP" : 'y/N' y
is 0 'confirmed' "$OTP" yes
check 'it is gone' user_has alice '"otpSecret":""'
check 'it is in the audit' audited '"action":"self-unbind"' \
    '"user":"alice"' '"person_id":"65a1b2c3d4e5f60718290a01"' \
    '"detail":"OTP"' '"result":"done"'
as alice unbind "$OTP"
is 4 'once more: it is not there' 'you have no such factor'
door POST '/switch?name=reset_contact&value=refuse' >/dev/null
options=--yes
as alice unbind "$SMS"
is 1 'a factor the service does not reset' 'still bound: SMS' \
    'self unbind-phone' 'unbind the phone or e-mail instead'
check 'the audit knows it' audited '"result":"declined"'
door POST '/switch?name=reset_contact&value=ignore' >/dev/null
as alice unbind "$SMS"
is 1 'a yes that changes nothing is no yes' \
    'the service still reports it as bound'
door POST '/switch?name=reset_contact&value=remove' >/dev/null
door POST '/fault?name=lost_reply&path=/api/v3/reset-factor' >/dev/null
as alice unbind "$SMS"
is 0 'done, though the reply got lost' "$SMS" yes
door DELETE /fault >/dev/null
mv "$conf" "$conf.with"
sed 's,^audit_file.*,audit_file = /nowhere/audit,' "$conf.with" >"$conf"
as alice unbind "$EMAIL"
is 3 'no audit, no change' 'nothing was changed'
check 'nothing was sent' test "$(asked /api/v3/reset-factor)" = 0
{ cat "$conf.with"; echo 'require_reason = yes'; } >"$conf"
is_tokens=0
self unbind "$EMAIL"
is 2 'no reason where one is required' reason
mv "$conf.with" "$conf"
is_tokens=1
options=''

echo '# self unbind-phone, self unbind-email'
begin
options=--dry-run
as alice unbind-phone
is 0 'dry run' /api/v3/send-sms /api/v3/unbind-phone '188****8888'
check 'nothing was sent' test "$(asked /api/v3/send-sms)" = 0
options=''
as alice unbind-phone : 'Unbind the phone number +86 188****8888 of alice' n
is 1 'not confirmed' 'nothing was changed'
as alice unbind-phone : 'y/N' y 'Code sent to +86 188****8888' 000000 \
    'not right' 000000 'not right' 000000
is 1 'wrong codes only' 'too many wrong codes'
check 'the phone is there' user_has alice '"phone":"18800008888"'
as alice unbind-phone : 'y/N' y 'Code sent to' "$interrupt"
is 1 'Ctrl-C at the code' interrupted
as alice unbind-phone : 'y/N' y 'sent a moment ago: use that one' nonsense \
    'does not look like a code' "$sms_alice"
is 0 'the code that was sent a moment ago' '188****8888' yes
check 'the phone is gone' user_has alice '"phone":""'
check 'it is in the audit' audited '"action":"self-unbind"' \
    '"detail":"phone number"' '"result":"done"'
as alice unbind-email : 'y/N' y 'Code sent to' "$mail_alice"
is 1 'the last way to sign in is kept' \
    'that is the last way to sign in: bind a phone first' 'it says: '
check 'the address is there' user_has alice '"email":"alice@example.com"'
door POST '/user?user=alice&phone=18800008888' >/dev/null
door POST '/advance?seconds=61' >/dev/null
options=--json
as alice unbind-email : 'y/N' y 'Code sent to' "$mail_alice"
is 0 'unbind-email' '{"contact":"a***e@example.com","unbound":true}'
options=''
check 'the address is gone' user_has alice '"email":""'
as dave unbind-phone : 'Country code' 86 'Phone number' '188 0000 9999' \
    'y/N' y 'Code sent to +86 188****9999' "${mail}18800009999"
is 4 'a phone that is not bound' 'you have no such factor'
as dave unbind-email : 'E-mail address' nonsense
is 1 'an address that is none' 'no answer could be had'

echo '# self enroll'
begin
options=--dry-run
as dave enroll otp
is 0 'dry run' /api/v3/send-enroll-factor-request
check 'nothing was sent' \
    test "$(asked /api/v3/send-enroll-factor-request)" = 0
options=''
is_tokens=-1
self enroll face
is 2 'an unknown type' 'otp, sms or email'
is_tokens=1
as dave enroll otp : 'Code from the app' 000000 'not right' "$otp_screen" \
    'Then press Enter' ''
is 0 'self enroll otp' OTP yes f0a1b2c3d4e5f60718290a04
check 'the authenticator is bound' user_has dave '"otpSecret":"'
secret=$(door GET '/user?user=dave' | sed -n 's/.*"otpSecret":[^"]*"\(.*\)",/\1/p')
grouped=$(echo "$secret" | sed 's/..../& /g; s/ $//')
check 'the secret was shown in groups, on the terminal' on_tty "$grouped"
check 'the recovery code was shown' on_tty "$(recovery_code dave)"
check 'neither is on standard output or error' sh -c "! grep -qE \
    '$secret|$grouped|$(recovery_code dave)' '$work/stdout' '$work/stderr'"
check 'nothing on standard error' nothing_on stderr
check 'a QR code was drawn' sh -c "grep -qF '█▀' '$work/tty'"
check 'in colours of its own' sh -c "grep -qF '[0;30;47m' '$work/tty'"
check 'it is in the audit' audited '"action":"self-enroll"' \
    '"detail":"OTP"' '"result":"done"'
as dave enroll otp : 'has OTP bound already' n
is 1 'not replaced without a yes' 'nothing was changed'
door POST '/user?user=dave&otp_secret=&recovery_code=' >/dev/null
as dave enroll otp : 'Code from the app' 000000 'not right' 000000 \
    'not right' 000000
is 1 'wrong codes only' 'too many wrong codes'
check 'nothing is bound' user_has dave '"otpSecret":""'
check 'the audit knows it' audited '"result":"tries_used_up"'
as dave enroll otp : 'Code from the app' "$interrupt"
is 1 'Ctrl-C at the code' interrupted
check 'nothing is bound' user_has dave '"otpSecret":""'
as dave enroll otp : 'Code from the app' "!sh '$work/otp.sh' late" \
    'lives for a minute*Code from the app' "$otp_screen" 'Then press Enter' ''
is 0 'an enrolment that grew old begins anew' OTP yes
check 'with the last secret' user_has dave \
    "$(grep -oE '    ([A-Z2-7]{4} ?)+' "$work/tty" | tail -n 1 | tr -d ' ')"
door POST '/user?user=dave&otp_secret=&recovery_code=' >/dev/null
door POST '/fault?name=lost_reply&path=/api/v3/enroll-factor' >/dev/null
as dave enroll otp : 'Code from the app' "$otp_screen" 'Then press Enter' ''
is 0 'bound, though the reply got lost: the recovery code is shown' OTP yes
check 'it is the one that counts' on_tty "$(recovery_code dave)"
door DELETE /fault >/dev/null
door POST '/user?user=dave&otp_secret=&recovery_code=' >/dev/null
TERM=dumb
wide='stty cols 140;'
as dave enroll otp : 'Code from the app (i: the QR code inverted)' i \
    'Code from the app (i: the QR code inverted)' "$otp_screen" \
    'Then press Enter' "$interrupt"
is 0 'a poor terminal' OTP yes 'nobody confirmed to have its recovery code'
check 'draws the QR code in ASCII' sh -c "grep -qE '(##|  ){40}' '$work/tty' && \
    ! LC_ALL=C grep -q '[^ -~[:space:]]' '$work/tty'"
wide='stty cols 60;'
door POST '/user?user=dave&otp_secret=&recovery_code=' >/dev/null
as dave enroll otp : 'Code from the app' "$otp_screen" 'Then press Enter' ''
is 0 'a narrow one' OTP yes
check 'says that the QR code does not fit' on_tty 'A QR code does not fit here'
check 'and draws none' sh -c "! grep -qF '####' '$work/tty'"
TERM=xterm
wide=''
as dave enroll sms : 'Country code' +86 'Phone number' 18800009999 \
    'Code sent to +86 188****9999' 000000 'not right' "${mail}18800009999"
is 0 'self enroll sms' SMS yes
check 'the phone is bound' user_has dave '"phone":"18800009999"'
as dave enroll email : 'E-mail address' dave@example.com \
    'Code sent to d***e@example.com' "${mail}dave@example.com"
is 0 'self enroll email' EMAIL yes
check 'the address is bound' user_has dave '"email":"dave@example.com"'
as bob enroll email : 'E-mail address' dave@example.com
is 1 'an address of somebody else' 'belongs to somebody else'
as bob enroll email : 'E-mail address' bob@example.com 'Code sent to' \
    "$interrupt"
as bob enroll email : 'E-mail address' bob@example.com
is 1 'asked for too soon' 'a code was sent a moment ago'
as alice enroll otp : 'bound already' y 'Code from the app' \
    "$otp_screen" 'Then press Enter' ''
is 0 'replaced with a yes' OTP yes

echo '# self reset'
begin
options=--dry-run
as alice reset
is 0 'dry run' "$OTP" "$SMS" "$EMAIL"
check 'nothing was sent' test "$(asked /api/v3/reset-factor)" = 0
options=''
as alice reset : 'Unbind OTP, SMS (+86 188****8888), EMAIL (a***e@example.com) of alice' n
is 1 'not confirmed' 'nothing was changed'
door POST '/switch?name=reset_contact&value=refuse' >/dev/null
as alice reset : 'y/N' y
is 0 'what can be unbound is' "$OTP" 'still bound: SMS (+86 188****8888)' \
    'self unbind-phone' 'still bound: EMAIL' 'self unbind-email'
check 'the authenticator is gone' user_has alice '"otpSecret":""'
door POST '/switch?name=reset_contact&value=remove' >/dev/null
options='--yes --json'
as alice reset
is 0 'all of them' \
    "{\"id\":\"$SMS\",\"type\":\"SMS\",\"contact\":\"+86 188****8888\",\"unbound\":true}"
options=''
as alice reset
is 0 'nothing left' 'nothing is bound'
door POST '/fault?name=http_status&value=503&path=/api/v3/reset-factor' >/dev/null
options=--yes
as mallory reset
is 6 'the service fails meanwhile' 'still bound: OTP' 'self reset'
door DELETE /fault >/dev/null
options=''
as mallory reset : 'y/N' "!curl -sS --noproxy '*' -X POST -o /dev/null \
    \$control/fault?name=http_status\\&path=/api/v3/list-enrolled-factors;
    echo y"
is 6 'it fails when read back' 'what is still bound is not known'
check 'it was done' user_has mallory '"otpSecret":""'
door DELETE /fault >/dev/null

echo '# Flashback'
chmod 600 "$work/token"
echo flashback-alice >"$work/token"
cat >"$conf" <<END
provider = flashback
management_url = $url
access_token_file = $work/token
ca_file = $work/emulator/ca.pem
audit_file = $work/audit
END
is_tokens=0
options=--yes
self reset
is 0 'self reset' 'MFA'
check 'it is done' user_has alice '"flashbackMfa":false'
check 'it is in the audit' audited '"action":"self-reset"' \
    '"provider":"flashback"' '"result":"done"'
options=--dry-run
self reset
is 0 'dry run' /mfa/reset
check 'nothing was sent' test "$(asked /mfa/reset)" = 0
options=''
self reset : 'Reset your own MFA' n
is 1 'not confirmed' 'nothing was changed'
echo nobody >"$work/token"
options=--yes
self reset
is 5 'a token that is none' 'does not accept the access token'
for command in factors 'factor x' 'unbind x' unbind-phone unbind-email \
    'enroll otp'; do
	# shellcheck disable=SC2086 # words without spaces
	self $command
	is 2 "self $command is not offered" 'flashback does not offer this'
done

echo '# secrets'
check 'no password was ever shown' \
    sh -c "! grep -qE '(alice|bob|dave|erin)-password' '$work/everything'"
check 'no token was ever shown' sh -c "! grep -qF eyJ '$work/everything'"
check 'no secret is in the audit' \
    sh -c "! grep -qE 'password|eyJ|[A-Z2-7]{32}' '$work/audit'"
finish 'genauth-mfa self'
