#!/bin/sh
# e2e.sh BUILD: logins through pamtester, the real module and verifier, and the
# emulator. Refusals are listed as plainly as successes. Runs as root, in a
# private system (see in_private_system.sh): only who has an account on the
# host is ever asked about.
set -u
build=$1
top=$(cd "$(dirname "$0")/.." && pwd)
if [ "$(id -u)" = 0 ] && [ -z "${PRIVATE_LOG-}" ] &&
    unshare --mount true 2>/dev/null; then
	exec "$top/tests/in_private_system.sh" "$build" "$0" "$build"
fi
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
if [ -z "${PRIVATE_LOG-}" ]; then
	skip 'logins: not root, or no mount namespaces here'
	finish logins
	exit
fi

module=$build/inst/security/pam_genauth.so
preload=libpam_wrapper.so
asan=$(cc -print-file-name=libasan.so)
if nm -D --undefined-only "$module" | grep -q __asan; then
	preload="$asan $preload"
	asan_first=$asan
else
	asan_first=
fi
services=$work/services
mkdir "$services"
echo 'auth required pam_deny.so' >"$services/other"

# What only tests of it want.
quiet="fail_delay=0 lockout=off breaker=off"

# service NAME [ARGUMENT...]: a stack of the module alone.
service()
{
	service_name=$1
	shift
	cat >"$services/$service_name" <<END
auth required $module $quiet $*
account required $module $quiet $*
account required pam_permit.so
END
}

# login SERVICE USER [OPERATION]: the answers come from standard input; what
# was seen is left in $work/login.out. The host says that it has seen a key,
# unless $first_factor is empty.
login()
{
	LD_PRELOAD=$preload PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR=$services \
	    ASAN_OPTIONS=detect_leaks=0 \
	    pamtester -I rhost="${rhost-}" \
	    -E SSH_AUTH_INFO_0="${first_factor-publickey}" "$1" "$2" \
	    "${3-authenticate}" >"$work/login.out" 2>&1
}

# seen TEXT: in what the last login showed.
seen()
{
	grep -qF -e "$1" "$work/login.out"
}

# logged TEXT: in the last line about a login, or skipped without a log.
logged()
{
	sleep 0.1
	grep 'event=\|pam_genauth' "$PRIVATE_LOG" | tail -n 1 >"$work/line"
	if grep -qF -e "$1" "$work/line"; then
		ok "log: $1"
	else
		not_ok "log: $1" "$work/line"
	fi
}

# no_requests NAME: since the last `door DELETE /requests`.
no_requests()
{
	door GET /requests >"$work/requests"
	check "$1" sh -c "! grep -q '\"path\"' '$work/requests'"
}

# allows NAME SERVICE USER / denies NAME SERVICE USER TEXT
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
	elif [ -n "${4-}" ] && ! seen "$4"; then
		not_ok "$1 (denied without: $4)" "$work/login.out"
	else
		ok "$1"
	fi
}

unavailable='Authentication service cannot retrieve'
auth_error='Authentication failure'
service_error='Error in service module'
conf=$work/emulator/genauth.conf

emulator_start "$work/emulator"
service ok "conf=$conf"
service short "conf=$conf" prompt=short
service one_try "conf=$conf" tries=1
service open "conf=$conf" fail=open verifier_user=65533
service signed "conf=$conf" management_auth=signed
service debug "conf=$conf" debug
service sms_only "conf=$conf" factors=sms

echo '# each factor'
otp alice | allows 'a right authenticator code' ok alice
logged 'verdict=allow user=alice service=ok rule=* factor=otp provider=genauth request_id='
{ echo 000000; otp alice; } | allows 'a wrong code, then a right one' ok alice
check 'the wrong code is told in the next prompt' \
    seen 'That code is not right. Verification code'
yes 000000 | head -n 9 | denies 'three wrong codes' ok alice \
    'Have exhausted maximum number of retries'
logged 'verdict=deny reason=tries_used_up user=alice'
yes 000000 | denies 'one wrong code where one try is allowed' one_try alice \
    'Have exhausted maximum number of retries'
door POST '/advance?seconds=60' >/dev/null
sent=$(sent_count 18800008888)
{ echo s; sent_code 18800008888 "$sent"; } |
    allows 'SMS, chosen by its letter' ok alice
logged 'factor=sms'
sent=$(sent_count alice@example.com)
{ echo e; sent_code alice@example.com "$sent"; } |
    allows 'e-mail, chosen by its letter' ok alice
sent=$(sent_count 18800007777)
sent_code 18800007777 "$sent" |
    allows 'SMS is sent at once where it is the only factor' ok bob
sent_code 18800007777 0 | denies 'a spent SMS code' ok bob
check 'asked for too soon, it says so' \
    seen 'A code was sent a moment ago: use that one.'
sent=$(sent_count carol@example.com)
sent_code carol@example.com "$sent" | allows 'e-mail only' ok carol
otp alice | allows 'short prompt' short alice
check 'the short prompt is short' seen 'Code: '
otp alice | allows 'signed management calls' signed alice

echo '# recovery code'
recovery=$(recovery_code alice)
{ echo "$recovery"; echo; } | allows 'a recovery code' ok alice
check 'the new recovery code is shown' seen 'Write down the new one'
new=$(grep -oE '([0-9a-f]{4}-){5}[0-9a-f]{4}' "$work/login.out" | tail -n 1)
check 'and it is the one the service holds now' \
    test "$new" = "$(recovery_code alice)"
{ echo "$recovery"; echo; } | denies 'a spent recovery code' ok alice
{ echo "$new"; echo; } | allows 'the new recovery code' ok alice

echo '# people'
denies 'no factor' ok dave 'A code is needed' </dev/null
logged 'reason=no_factor user=dave'
denies 'a suspended account' ok erin 'A code is needed' </dev/null
logged 'reason=inactive_person user=erin'
denies 'r31 a person the service does not know' ok root \
    'A code is needed' </dev/null
logged 'reason=unknown_person user=root'
door DELETE /requests >/dev/null
yes 000000 | denies 'r31 somebody without an account here' ok nobody-here \
    'Have exhausted maximum number of retries'
logged 'reason=unknown_person user=nobody-here'
no_requests 'and the service never hears of it'
code=$(otp alice)
echo "$code" | allows 'a code' ok alice
echo "$code" | denies 'r08 the same code again' ok alice
printf '\n' | denies 'r05 an empty answer' ok alice
denies 'r05 end of input' ok alice </dev/null
{ echo hunter2; echo hunter2; echo hunter2; } |
    denies 'something that is no code' ok alice "$auth_error"
logged 'reason=not_a_code'
for name in 'alice|../../x' 'al ice' "alice'" '"; rm' 'ä' '%00' 'alice&userIdType=email'
do
	denies "r26 the name $name" ok "$name" </dev/null
done

echo '# three requests on one connection'
otp alice | login ok alice
door DELETE /requests >/dev/null
otp alice | allows 'a login with a cached token' ok alice
door GET /requests | tr -d ' \t\n' >"$work/requests"
cat >"$work/three" <<'END'
"path":"/api/v3/get-user"
"path":"/api/v3/get-mfa-trigger-data"
"path":"/api/v2/mfa/totp/verify"
END
grep -o '"path":"[^"]*"' "$work/requests" >"$work/paths"
if [ -w "$build/inst" ]; then
	check 'makes exactly three requests' \
	    diff "$work/three" "$work/paths"
else
	skip 'three requests: no token is cached in a build of somebody else'
fi
check 'on one connection' \
    test "$(grep -oE '"connection":[0-9]+' "$work/requests" | sort -u | wc -l)" = 1
door POST '/advance?seconds=8000' >/dev/null
otp alice | allows 'an expired token is fetched again' ok alice

echo '# who needs it'
cat >"$services/exempt" <<END
auth required $module $quiet conf=$conf [users=!alice *]
auth required pam_permit.so
END
allows 'an exempt user' exempt alice </dev/null
logged 'verdict=skip user=alice service=exempt rule=!alice'
denies 'everybody else is asked' exempt dave 'A code is needed' </dev/null
printf 'alice = carol@example.com\n' >"$work/map"
chmod 600 "$work/map"
service mapped "conf=$conf" "user_map=$work/map" user_id_type=email
sent=$(sent_count carol@example.com)
door POST '/advance?seconds=60' >/dev/null
sent_code carol@example.com "$sent" | allows 'a mapped user' mapped alice

# from ADDRESS NAME SERVICE USER RULE: where a login comes from exempts it.
from()
{
	rhost=$1
	allows "$2" "$3" "$4" </dev/null
	rhost=
	logged "verdict=skip user=$4 service=$3 ${1:+rhost=$1 }rule=\"$5\""
}

cat >"$services/near" <<END
auth required $module $quiet conf=$conf local=no [networks=10.0.0.0/8 2001:db8::/32]
auth required pam_permit.so
END
from 10.1.2.3 'r33 a network' near alice networks=10.0.0.0/8
from ::ffff:10.1.2.3 'r33 the same, as IPv6 has it' near alice \
    networks=10.0.0.0/8
from 2001:db8::7 'r33 an IPv6 network' near alice networks=2001:db8::/32
from '' 'local = no' near alice local=no
for rhost in 192.0.2.7 host.example.com 10.0.0.1.example.com UNKNOWN; do
	denies "r33 $rhost is in none of them" near alice 'A code is needed' \
	    </dev/null
done
rhost=

echo '# who has shown nothing yet'
service nameless "conf=$conf"
# A person with every factor, with none, suspended, unknown there, unknown
# here: all see the same, and none of it says anything of them.
first_factor=
for person in alice dave erin root nobody-here; do
	printf '%s\n' 000000 s 000000 000000 >"$work/answers"
	login nameless "$person" <"$work/answers"
	sed "s/$person/PERSON/g" "$work/login.out" >"$work/seen.$person"
	check "$person: letters of all that is allowed, no contacts" \
	    grep -qF 'Verification code (or s: SMS, e: e-mail): ' \
	    "$work/login.out"
done
for person in dave erin root nobody-here; do
	sed 's/ Ref: ....$//' "$work/seen.alice" >"$work/seen"
	sed 's/ Ref: ....$//' "$work/seen.$person" >"$work/seen.it"
	check "$person is asked what alice is asked" \
	    diff "$work/seen" "$work/seen.it"
done
{ echo; } | denies 'r05 an empty answer to the first question' nameless alice
otp alice | allows 'a right code without anything before' nameless alice
sent=$(sent_count 18800007777)
door POST '/advance?seconds=60' >/dev/null
{ echo s; sent_code 18800007777 "$sent"; } | allows 'an SMS, asked for' \
    nameless bob
unset first_factor

echo '# push'
service push "conf=$conf" '[factors=push otp]'
service push_letter "conf=$conf" '[factors=otp push]' push_timeout=10
service push_only "conf=$conf" factors=push push_timeout=10
# phone ACTION: alice's phone answers the next push.
phone()
{
	phone_tries=0
	until door POST "/push?action=$1" >/dev/null 2>&1; do
		phone_tries=$((phone_tries + 1))
		[ "$phone_tries" -lt 100 ] || return 1
		sleep 0.1
	done
}
unlock()
{
	while door POST '/push?action=CANCEL' >/dev/null 2>&1; do :; done
	rm -f "$build"/inst/run/[0-9a-f]*
}
unlock
phone CONFIRM &
allows 'a push, approved' push alice </dev/null
logged 'verdict=allow user=alice service=push rule=* factor=push'
wait "$!"
door GET /requests >"$work/requests"
check 'the token that came with it was revoked' \
    grep -q '/oidc/token/revocation' "$work/requests"
phone CANCEL &
denies 'a push, refused' push alice 'Permission denied' </dev/null
logged 'verdict=deny reason=declined user=alice service=push'
wait "$!"
otp alice | allows 'a push too soon after one that was refused: a code' \
    push alice
check 'and it says how long' seen 'A push can be sent again in 1'
unlock
phone CONFIRM &
echo p | allows 'a push, chosen by its letter' push_letter alice
wait "$!"
door DELETE /requests >/dev/null
denies 'a push that nobody answers' push_only alice "$auth_error" </dev/null
logged 'verdict=deny reason=expired user=alice service=push_only'
door GET /requests >"$work/requests"
check 'is asked after once a second' sh -c \
    "n=\$(grep -c check-pushcode-status '$work/requests'); [ \$n -ge 9 ] && [ \$n -le 11 ]"
unlock
first_factor=
door DELETE /requests >/dev/null
denies 'no push without a first factor' push alice '' </dev/null
no_requests 'nobody is woken'
unset first_factor
door POST '/fault?name=other_person&path=/check-pushcode-status' >/dev/null
phone CONFIRM &
denies 'r19 a push that somebody else approved' push alice "$auth_error" \
    </dev/null
logged 'reason=other_person'
wait "$!"
door DELETE /fault >/dev/null
unlock

echo '# account phase'
service account "conf=$conf" account=push push_timeout=10
phone CONFIRM &
if login account alice acct_mgmt </dev/null; then
	ok 'account = push, approved'
else
	not_ok 'account = push, approved' "$work/login.out"
fi
logged 'verdict=allow user=alice service=account phase=account rule=* factor=push'
wait "$!"
phone CANCEL &
if login account alice acct_mgmt </dev/null; then
	not_ok 'account = push, refused (was let in)' "$work/login.out"
else
	ok 'account = push, refused'
fi
wait "$!"
if login ok alice acct_mgmt </dev/null; then
	ok 'account = ignore has no opinion'
else
	not_ok 'account = ignore has no opinion' "$work/login.out"
fi
logged 'verdict=skip user=alice service=ok phase=account rule="account=ignore"'
unlock

echo '# flow = signin'
grep -v '^management_url\|^access_key' "$conf" >"$work/signin.conf"
chmod 600 "$work/signin.conf"
service signin "conf=$work/signin.conf" flow=signin
service append "conf=$work/signin.conf" flow=signin append=yes
service first_pass "conf=$work/signin.conf" flow=signin use_first_pass
first_factor=
# switched NAME VALUE
switched()
{
	door POST "/switch?name=$1&value=$2" >/dev/null
}
for mode in challenge ignore; do
	switched signin_mfa "$mode"
	{ echo alice-password; otp alice; } |
	    allows "$mode: GenAuth password and code" signin alice
	logged 'verdict=allow user=alice service=signin rule=* factor=otp'
	{ echo alice-password; yes 000000; } |
	    denies "$mode: a wrong code" signin alice
	logged 'verdict=deny reason=tries_used_up user=alice service=signin'
	echo "alice-password,$(otp alice)" |
	    allows "$mode: both in one answer" append alice
	echo "alice-password$(otp alice)" |
	    allows "$mode: both in one answer, no comma" append alice
	denies "$mode: the password is no second factor" signin alice '' <<END
alice-password
END
	logged 'verdict=deny reason=conversation'
done
door DELETE /requests >/dev/null
{ echo alice-password; otp alice; } | login signin alice
door GET /requests >"$work/requests"
check 'no management call, and the token is revoked' sh -c "
    grep -q '/oidc/token/revocation' '$work/requests' &&
    ! grep -qE 'get-user|get-management-token|trigger' '$work/requests'"
switched signin_mfa challenge
wrong='The user name or the password is wrong.'
for person in alice nobody-here; do
	echo wrong | denies "signin: $person with a wrong password" signin \
	    "$person" "$wrong"
done
logged 'reason=unknown_person user=nobody-here'
echo erin-password | denies 'signin: a suspended account' signin erin
denies 'signin: use_first_pass where there is none' first_pass alice \
    </dev/null
rhost=192.0.2.99
{ echo alice-password; otp alice; } | allows 'signin: from somewhere' \
    signin alice
rhost=
check 'GenAuth hears from where' \
    sh -c "curl -sS --noproxy '*' '$control/user?user=alice' | grep -q 'lastIp.*192.0.2.99'"
switched signin_mfa ignore
unset first_factor

echo '# lockout'
cat >"$services/lockout" <<END
auth required $module conf=$conf fail_delay=0 breaker=off lockout=4/900
END
unlock
yes 000000 | denies 'three wrong codes count' lockout alice
yes 000000 | denies 'and the fourth' lockout alice \
    'Have exhausted maximum number of retries'
otp alice | denies 'then not even a right one' lockout alice 'Too many wrong codes lately'
logged 'verdict=deny reason=locked_out user=alice'
{ echo 000000; } | denies 'nobody else is locked out' lockout bob
unlock
yes 000000 | head -n 1 | login lockout alice
otp alice | allows 'a right code does not use a try' lockout alice
unlock
# 100 guesses at once have no more tries than one after the other.
door DELETE /requests >/dev/null
LD_PRELOAD=$asan_first ASAN_OPTIONS=detect_leaks=0 "$build/crowd" "$services" \
    lockout 100 alice 000000 >"$work/crowd"
door GET /requests | tr -d ' \t\n' >"$work/requests"
check 'r08 a hundred guesses at once: four reach the service' \
    test "$(grep -o '"path":"/api/v2/mfa/totp/verify"' "$work/requests" | wc -l)" = 4
check 'and all are denied' \
    diff "$work/crowd" - <<'END'
100 Have exhausted maximum number of retries for service
END
unlock

echo '# configuration'
# broken NAME LINE TEXT: a configuration with one more line denies.
broken()
{
	{ cat "$conf"; printf '%b\n' "$2"; } >"$work/broken.conf"
	service broken "conf=$work/broken.conf"
	echo 123456 | denies "r16 $1" broken alice "$service_error"
	sleep 0.1
	tail -n 3 "$PRIVATE_LOG" >"$work/lines"
	check "log: $3" grep -qF -e "$3" "$work/lines"
}
lines=$(wc -l <"$conf")
broken 'an unknown option' 'usres = *' \
    "broken.conf:$((lines + 1)): unknown option"
broken 'a doubled option' 'app_id = x' "broken.conf:$((lines + 1)):"
broken 'a bad number' 'tries = 11' "broken.conf:$((lines + 1)):"
broken 'r15 a list that selects nobody' 'users = !alice' "users"
broken 'plain http' 'proxy = ftp://x' "broken.conf:$((lines + 1)):"
broken 'a control character' 'users = a\033b' "broken.conf:$((lines + 1)):"
service missing "conf=$work/nothing.conf" fail=open
echo 123456 | denies 'a missing file, even failing open' missing alice \
    "$service_error"
cp "$conf" "$work/writable.conf"
chmod 666 "$work/writable.conf"
service writable "conf=$work/writable.conf"
echo 123456 | denies 'r06 a file others may write' writable alice \
    "$service_error"
ln -s "$conf" "$work/link.conf"
service link "conf=$work/link.conf"
echo 123456 | denies 'r07 a link' link alice "$service_error"
service argument "conf=$conf" colour=red
echo 123456 | denies 'an unknown argument' argument alice "$service_error"
cp -r "$work/emulator" "$work/readable"
chmod 644 "$work/readable/access_key_secret"
sed "s|$work/emulator|$work/readable|" "$conf" >"$work/readable.conf"
service readable "conf=$work/readable.conf"
echo 123456 | denies 'r06 a key that others may read' readable alice \
    "$service_error"

echo '# the service as it should not be'
# fault NAME FAULT TEXT: alice with a right code is denied while it lasts.
fault()
{
	code=$(otp alice)
	door POST "/fault?$2" >/dev/null
	echo "$code" | denies "$1" "${4-ok}" alice "$3"
	door DELETE /fault >/dev/null
}
fault 'HTTP 500' 'name=http_status&value=500' "$unavailable"
logged 'reason=busy'
fault 'HTTP 429' 'name=http_status&value=429' "$unavailable"
fault 'HTTP 403' 'name=http_status&value=403' "$unavailable"
fault 'r36 a redirect' 'name=redirect' "$unavailable"
fault 'r12 not JSON' 'name=not_json' "$unavailable"
fault 'r03 JSON cut short' 'name=cut_json' "$unavailable"
fault 'r03 a huge body' 'name=huge_body' "$unavailable"
fault 'bytes behind the reply' 'name=trailing_bytes' "$unavailable"
fault 'a doubled member' 'name=doubled_member' "$unavailable"
fault 'deep nesting' 'name=deep_nesting' "$unavailable"
fault 'a cut connection' 'name=cut_connection' "$unavailable"
fault 'a missing user id' 'name=missing_field&value=userId' "$unavailable"
fault 'a missing mfaToken' 'name=missing_field&value=mfaToken' "$unavailable"
fault 'a missing id in the verify reply' \
    'name=missing_field&value=id&path=/verify' "$unavailable"
fault 'r19 another person in the verify reply' \
    'name=other_person&path=/verify' "$auth_error"
logged 'reason=other_person'
fault 'r19 another person in the trigger data' \
    'name=other_person&path=/get-mfa-trigger-data' "$auth_error"
fault 'r10 an expired certificate' 'name=expired_certificate' "$unavailable"
logged 'reason=tls'
fault 'r10 a certificate of somebody else' 'name=foreign_certificate' \
    "$unavailable"
fault 'TLS faults deny even when failing open' 'name=foreign_certificate' \
    "$unavailable" open
fault 'bad replies deny even when failing open' 'name=not_json' \
    "$unavailable" open
fault 'a failure after the challenge began denies when failing open' \
    'name=http_status&value=500&path=/verify' "$unavailable" open
service slow "conf=$conf" request_timeout=1
fault 'a slow service' 'name=latency_ms&value=3000' "$unavailable" slow
logged 'reason=timeout'
door POST '/fault?name=terminal_escapes' >/dev/null
otp alice | login ok alice
check 'r11 no escape reaches the terminal' \
    sh -c "! grep -q '$(printf '\033')' '$work/login.out'"
door DELETE /fault >/dev/null
door POST '/fault?name=http_status&value=500' >/dev/null
allows 'failing open while the service says 500' open alice </dev/null
logged 'verdict=allow reason=busy'
door DELETE /fault >/dev/null

echo '# names and certificates as in the field'
dnsmasq --keep-in-foreground --no-resolv --no-hosts --user=root \
    --listen-address=127.9.9.9 --bind-interfaces --pid-file \
    --address=/genauth.test/127.0.0.1 >"$work/dns.log" 2>&1 &
dns_pid=$!
rm -f /etc/resolv.conf
echo 'nameserver 127.9.9.9' >/etc/resolv.conf
dns_tries=0
until getent hosts genauth.test >/dev/null || [ "$dns_tries" -gt 50 ]; do
	dns_tries=$((dns_tries + 1))
	sleep 0.1
done
sed 's|https://localhost|https://genauth.test|' "$conf" >"$work/named"
chmod 600 "$work/named"
service named "conf=$work/named"
echo 123456 | denies 'r10 a certificate for another name' named alice \
    "$unavailable"
logged 'reason=tls' # so the name was resolved, inside the sandbox
sed -i 's|genauth.test|nothing.invalid|' "$work/named"
echo 123456 | denies 'a name that does not resolve' named alice \
    "$unavailable"
logged 'reason=unreachable'
kill "$dns_pid"
if command -v node >/dev/null 2>&1; then
	# A name server that says nothing: libc would ask it for half a
	# minute, whatever our own limits are.
	node -e "require('dgram').createSocket('udp4')
	    .bind(53, '127.9.9.8', () => console.log('there'))" \
	    >"$work/dns" &
	dns_pid=$!
	echo 'nameserver 127.9.9.8' >/etc/resolv.conf
	service silent_dns "conf=$work/named" connect_timeout=1
	await_file "$work/dns"
	echo 123456 | denies 'a silent name server' silent_dns alice \
	    "$unavailable"
	logged 'reason=timeout'
	check 'and it is not waited for any longer' \
	    grep -qE 'ms=[0-9]{1,4}$' "$work/line"
	kill "$dns_pid"
else
	skip 'a silent name server: no node here'
fi
sed '/^ca_file/d' "$conf" >"$work/system_ca"
chmod 600 "$work/system_ca"
service system_ca "conf=$work/system_ca"
otp alice | denies 'r10 an authority the system does not trust' \
    system_ca alice "$unavailable"
logged 'reason=tls'
cp "$work/emulator/ca.pem" "/etc/ssl/certs/$(openssl x509 -hash \
    -noout -in "$work/emulator/ca.pem").0"
otp alice | allows 'an authority in the system directory' system_ca alice
cat >"$services/grouped" <<END
auth required $module conf=$conf [users=!@nogroup *]
auth required pam_permit.so
END
allows 'a group is looked up inside the sandbox' grouped alice </dev/null
logged 'verdict=skip user=alice service=grouped rule=!@nogroup'

echo '# hostile surroundings'
code=$(otp alice)
if echo "$code" | https_proxy=http://127.0.0.1:1 http_proxy=http://127.0.0.1:1 \
    SSLKEYLOGFILE=$work/keys SSL_CERT_FILE=/dev/null HOME=$work \
    OPENSSL_CONF=/dev/null LD_BIND_NOW=1 login ok alice; then
	ok 'r09 a hostile environment changes nothing'
else
	not_ok 'r09 a hostile environment changes nothing' "$work/login.out"
fi
check 'r09 no TLS secrets were written' test ! -e "$work/keys"

echo '# secrets'
recovery=$(recovery_code alice)
code=$(otp alice)
echo "$code" | allows 'a login at debug' debug alice
{ echo "$recovery"; echo; } | allows 'and one with a recovery code' debug alice
sleep 0.1
for secret in "$code" "$recovery" "$(recovery_code alice)" \
    "$(cat "$work/emulator/access_key_secret")" 'eyJ' '"password"' 'salt'
do
	check "r22 not in the log: $(printf %.3s "$secret")..." \
	    sh -c "! grep -qF -e '$secret' '$PRIVATE_LOG'"
done

echo '# a dead service'
cat >"$services/breaker" <<END
auth required $module conf=$conf fail_delay=0 lockout=off breaker=3/60 request_timeout=2
END
unlock
door POST '/fault?name=latency_ms&value=5000' >/dev/null
for i in 1 2 3; do
	denies "waits, $i" breaker alice "$unavailable" </dev/null
done
door DELETE /requests >/dev/null
denies 'the fourth is told at once' breaker alice "$unavailable" </dev/null
logged 'verdict=deny reason=unreachable user=alice service=breaker rule=* breaker=open'
no_requests 'and asks nobody'
door DELETE /fault >/dev/null
denies 'for a while' breaker alice "$unavailable" </dev/null
unlock
otp alice | allows 'another breaker lets in again' breaker alice
unlock
door POST '/fault?name=http_status&value=429' >/dev/null
for i in 1 2 3 4; do
	denies "throttled, $i" breaker alice "$unavailable" </dev/null
done
logged 'verdict=deny reason=throttled'
door DELETE /fault >/dev/null
unlock

echo '# the service is down'
emulator_stop
echo 123456 | denies 'nobody listens' ok alice "$unavailable"
logged 'reason=unreachable'
check 'the person is told what to do' seen 'Try again later'
allows 'failing open' open alice </dev/null
logged 'verdict=allow reason=unreachable'
# A hundred at once: all denied, none longer than the first, no lock is left.
LD_PRELOAD=$asan_first ASAN_OPTIONS=detect_leaks=0 "$build/crowd" "$services" \
    breaker 100 alice >"$work/crowd"
check 'a hundred logins at once are denied as one is' diff "$work/crowd" - <<'END'
100 Authentication service cannot retrieve authentication info
END
sleep 0.3
tail -n 150 "$PRIVATE_LOG" >"$work/lines"
check 'many of them without asking' sh -c \
    "[ \$(grep -c breaker=open '$work/lines') -ge 20 ]"
denies 'and the next one finds no lock' breaker alice "$unavailable" </dev/null
logged 'breaker=open'
unlock

finish logins
