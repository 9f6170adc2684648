#!/bin/sh
# enemy.sh BUILD: the service as an enemy. Bad certificates, replies that no
# service should send (enemy.js), and each fault of the emulator: every login
# is denied, with a reason of its own in the log, within login_timeout. Runs
# as root, in a private system (see in_private_system.sh).
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
	[ -z "${enemy_pid-}" ] || kill "$enemy_pid" 2>/dev/null
	emulator_stop
	rm -rf "$work"
}
trap leave EXIT
trap 'exit 1' INT TERM
if [ -z "${PRIVATE_LOG-}" ] || ! command -v node >/dev/null 2>&1; then
	skip 'the service as an enemy: not root, no mount namespaces, or no node'
	finish enemy
	exit
fi

module=$build/inst/security/pam_genauth.so
preload=libpam_wrapper.so
if nm -D --undefined-only "$module" | grep -q __asan; then
	preload="$(cc -print-file-name=libasan.so) $preload"
fi
services=$work/services
certs=$work/emulator/certs
mkdir "$services" "$work/out" "$work/status"
echo 'auth required pam_deny.so' >"$services/other"

# service NAME [ARGUMENT...]: nothing kept from one login to the next, and
# the shortest times there are.
service()
{
	service_name=$1
	shift
	echo "auth required $module fail_delay=0 lockout=off breaker=off" \
	    "login_timeout=10 push_timeout=10 $*" >"$services/$service_name"
}

# login ID USER: the answers come from standard input.
login()
{
	LD_PRELOAD=$preload PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR=$services \
	    ASAN_OPTIONS=detect_leaks=0 \
	    pamtester -E SSH_AUTH_INFO_0=publickey "$1" "$2" authenticate \
	    >"$work/out/$1" 2>&1
	echo $? >"$work/status/$1"
	rm "$services/$1" # each login of pam_wrapper copies all there are
}

# line_of ID: the one line in the log about that login, which may be late.
line_of()
{
	line_tries=0
	until grep "event=login .* service=$1 " "$PRIVATE_LOG" >"$work/line" ||
	    [ "$line_tries" -ge 50 ]; do
		line_tries=$((line_tries + 1))
		sleep 0.02
	done
	cat "$work/out/$1" >>"$work/line"
}

# denied NAME ID REASON: what became of that login.
denied()
{
	line_of "$2"
	denied_ms=$(sed -n 's/.* ms=\([0-9]*\)$/\1/p' "$work/line")
	if [ "$(cat "$work/status/$2")" = 0 ]; then
		not_ok "$1 (was let in)" "$work/line"
	elif ! grep -q " verdict=deny reason=$3 user=" "$work/line"; then
		not_ok "$1 (denied, but not with reason=$3)" "$work/line"
	elif [ "${denied_ms:-99999}" -gt 10200 ]; then
		not_ok "$1 (not within login_timeout)" "$work/line"
	else
		ok "$1: $3"
	fi
}

# allowed NAME ID
allowed()
{
	line_of "$2"
	if [ "$(cat "$work/status/$2")" = 0 ] &&
	    grep -q ' verdict=allow user=' "$work/line"; then
		ok "$1"
	else
		not_ok "$1" "$work/line"
	fi
}

# now_code: alice's, which is taken again and again here.
now_code()
{
	door GET '/totp?user=alice'
}

# answers FLOW CODE: what alice types.
answers()
{
	[ "$1" != signin ] || echo alice-password
	echo "$2"
}

# away REASON: may fail = open excuse it?
away()
{
	case $1 in
	unreachable | timeout | busy | throttled | too_slow) true ;;
	*) false ;;
	esac
}

# forget: what has been kept of logins so far.
forget()
{
	while door POST '/push?action=CANCEL' >/dev/null 2>&1; do :; done
	rm -f "$build"/inst/run/[0-9a-f]*
}

emulator_start "$work/emulator" --switch totp_replay=allow \
    --switch signin_mfa=challenge
conf=$work/emulator/genauth.conf

# The certificates. `openssl ca` alone sets the dates it is told.
mkdir "$certs"
cat >"$certs/ca.cnf" <<END2
[ca]
default_ca = test
[test]
database = $certs/index
new_certs_dir = $certs
rand_serial = yes
policy = any
default_md = sha256
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = none
[none]
END2
: >"$certs/index"

# key NAME [BITS]
key()
{
	if [ -n "${2-}" ]; then
		openssl genrsa -out "$certs/$1.key" "$2"
	else
		openssl ecparam -genkey -name prime256v1 -out "$certs/$1.key"
	fi >>"$work/openssl.log" 2>&1
}

# issue NAME ISSUER COMMON-NAME EXTENSIONS [BITS [ARGUMENT...]]: ISSUER may be
# NAME itself.
issue()
{
	issue_name=$1 issuer=$2 common=$3
	printf '%b\n' "$4" >"$certs/$1.ext"
	key "$1" "${5-}"
	shift 4
	[ $# -eq 0 ] || shift
	openssl req -new -config "$certs/ca.cnf" -subj "/CN=$common" \
	    -key "$certs/$issue_name.key" -out "$certs/$issue_name.csr" \
	    >>"$work/openssl.log" 2>&1
	if [ "$issuer" = "$issue_name" ]; then
		set -- -selfsign -keyfile "$certs/$issuer.key" "$@"
	else
		set -- -cert "$certs/$issuer.pem" -keyfile \
		    "$certs/$issuer.key" "$@"
	fi
	openssl ca -batch -config "$certs/ca.cnf" -notext -days 30 \
	    -in "$certs/$issue_name.csr" -out "$certs/$issue_name.pem" \
	    -extfile "$certs/$issue_name.ext" "$@" >>"$work/openssl.log" 2>&1 ||
	    not_ok "a certificate: $issue_name" "$work/openssl.log"
}

authority='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign'
san=subjectAltName=DNS
issue root root 'test authority' "$authority"
issue stranger stranger 'test authority' "$authority"
issue middle root 'test intermediate' "$authority"
issue good root enemy.test "$san:*.enemy.test,DNS:good.test"
issue expired root expired.test "$san:expired.test" '' \
    -startdate 20200101000000Z -enddate 20210101000000Z
issue future root future.test "$san:future.test" '' \
    -startdate 20480101000000Z -enddate 20490101000000Z
issue wrong-name root wrong-name.test "$san:wrong-nam.test,DNS:test"
issue address root 127.0.0.1 "$san:localhost,DNS:127.0.0.1"
issue ip-san root ip-san.test 'subjectAltName=IP:127.0.0.1'
issue self-signed self-signed self-signed.test "$san:self-signed.test"
issue unknown-ca stranger unknown-ca.test "$san:unknown-ca.test"
issue no-chain middle no-chain.test "$san:no-chain.test"
issue chain middle chain.test "$san:chain.test"
cat "$certs/middle.pem" >>"$certs/chain.pem"
issue sha1 root sha1.test "$san:sha1.test" '' -md sha1
issue rsa1024 root rsa1024.test "$san:rsa1024.test" 1024
issue cn-only root cn-only.test 'basicConstraints=CA:FALSE'
issue no-authority good no-authority.test "$san:no-authority.test"
cat "$certs/good.pem" >>"$certs/no-authority.pem"
issue client root client.test "$san:client.test\nextendedKeyUsage=clientAuth"
issue a root a.b.test "$san:*.test"
issue b root test "$san:*.test"
issue v root v.w.wild.test "$san:*.wild.test"
issue w root w.wild.test "$san:*.wild.test"
issue nul root nul.test "$san:nul.test.example"

node "$top/tests/enemy.js" "$work/emulator" "$url" >"$work/port" \
    2>"$work/enemy.err" &
enemy_pid=$!
enemy_tries=0
until [ -s "$work/port" ] || [ "$enemy_tries" -ge 100 ]; do
	enemy_tries=$((enemy_tries + 1))
	sleep 0.1
done
port=$(cat "$work/port")

# names HOST...: are all this host.
names()
{
	printf '127.0.0.1 %s\n' "$@" >>/etc/hosts
}

# service_at ID FLOW HOST [ARGUMENT...]
service_at()
{
	at_conf=$work/$1.conf
	sed "s|$url|https://$3:$port|; s|^ca_file.*|ca_file = $certs/root.pem|" \
	    "$conf" >"$at_conf"
	at_id=$1
	at_flow=$2
	shift 3
	if [ "$at_flow" = signin ]; then
		sed -i '/^management_url/d; /^access_key/d' "$at_conf"
		set -- flow=signin "$@"
	fi
	chmod 600 "$at_conf"
	service "$at_id" "conf=$at_conf" "$@"
}

echo '# certificates'
names expired.test future.test wrong-name.test ip-san.test self-signed.test \
    unknown-ca.test no-chain.test chain.test sha1.test rsa1024.test \
    cn-only.test no-authority.test client.test a.b.test b.test v.w.wild.test \
    w.wild.test good.test
code=$(now_code)
for host in expired.test future.test wrong-name.test 127.0.0.1 ip-san.test \
    self-signed.test unknown-ca.test no-chain.test sha1.test rsa1024.test \
    cn-only.test no-authority.test client.test a.b.test b.test v.w.wild.test
do
	for fail in closed open; do
		service_at "tls-$fail-$host" trigger "$host" "fail=$fail" \
		    verifier_user=65533
		echo "$code" | login "tls-$fail-$host" alice
		denied "r10 $host, fail=$fail" "tls-$fail-$host" tls
	done
	service_at "tls-signin-$host" signin "$host"
	answers signin "$code" | login "tls-signin-$host" alice
	denied "r10 $host, flow=signin" "tls-signin-$host" tls
done
check 'and none of them was told anything' \
    test ! -e "$work/emulator/requests"
for host in good.test chain.test w.wild.test; do
	for flow in trigger signin; do
		service_at "tls-$flow-$host" "$flow" "$host"
		answers "$flow" "$code" | login "tls-$flow-$host" alice
		allowed "$host, flow=$flow, is right" "tls-$flow-$host"
	done
done

# How long the person thinks before the answer, in seconds.
spoilt_pause=0

# spoilt WHAT PLACE FLOW REASON [ANSWER]: alice, with a right code unless
# ANSWER is another; even failing open, where the reason may not excuse it.
spoilt()
{
	spoilt_id=$3.$1.$2
	names "$1--$2.enemy.test"
	if [ "$3" = trigger ] && { [ "$2" = verify ] || ! away "$4"; }; then
		spoilt_fail='fail=open verifier_user=65533'
	else
		spoilt_fail=
	fi
	# shellcheck disable=SC2086 # none or two words
	service_at "$spoilt_id" "$3" "$1--$2.enemy.test" "${6-}" $spoilt_fail
	{
		sleep "$spoilt_pause"
		answers "$3" "${5-$code}"
	} | login "$spoilt_id" alice
}

echo '# replies'
slow='slow-body slow-head slow-headers slow-100 silent'
slow_pids=
for what in $slow; do
	for place in get-user verify signin; do
		flow=trigger
		[ "$place" != signin ] || flow=signin
		spoilt "$what" "$place" "$flow" timeout "$code" \
		    request_timeout=60 &
		slow_pids="$slow_pids $!"
		sleep 0.05
	done
done

# phone: alice approves the next push.
phone()
{
	phone_tries=0
	until door POST '/push?action=CONFIRM' >/dev/null 2>&1; do
		phone_tries=$((phone_tries + 1))
		[ "$phone_tries" -lt 50 ] || return 1
		sleep 0.05
	done
}

# unheard NAME [VALUE]: a phone cannot be asked about, for as long as a login
# may last. With an emulator of its own, for all of them go on at once.
unheard()
{
	everywhere=$work
	work=$work/unheard.$1 # where the emulator's output goes
	mkdir "$work"
	emulator_start "$work/emulator" \
	    --fault "$1${2:+=$2}@/check-pushcode-status"
	mkdir -m 700 "$work/state"
	echo "state_dir = $work/state" >>"$emulator_dir/genauth.conf"
	work=$everywhere
	service "unheard.$1" "conf=$emulator_dir/genauth.conf" factors=push \
	    request_timeout=1
	phone &
	login "unheard.$1" alice </dev/null
	wait "$!"
	emulator_stop
}

# what the emulator does while a phone is asked about, each with its value
unheard='latency_ms=1500 http_status=500 status_line=500 retry_after_s=60
	api_error=500 cut_connection lost_reply slow_bytes'
for what in $unheard; do
	value=${what#"${what%%=*}"}
	(unheard "${what%%=*}" "${value#=}") &
	slow_pids="$slow_pids $!"
done

# told WHAT REASON PLACE...: and judged at once.
told()
{
	told_what=$1 told_reason=$2
	shift 2
	for place in "$@"; do
		flow=trigger
		[ "$place" != signin ] || flow=signin
		spoilt "$told_what" "$place" "$flow" "$told_reason"
		denied "$told_what, $place" "$flow.$told_what.$place" \
		    "$told_reason"
	done
	if [ "$place" = verify ]; then
		spoilt "$told_what" verify signin "$told_reason"
		denied "$told_what, verify after signing in" \
		    "signin.$told_what.verify" "$told_reason"
	fi
}

code=$(now_code)
for what in nothing chunked space; do
	for place in get-user verify; do
		spoilt "$what" "$place" trigger bad_reply
		allowed "$what, $place: changes nothing" "trigger.$what.$place"
	done
done
# docs.authing.cn prints codes as text: v2 alone may
spoilt code-text verify trigger bad_reply
allowed 'code-text, verify: changes nothing' trigger.code-text.verify
told code-text bad_reply get-user
# Yesterday's yes, of somebody else: nothing else in it tells what it is to.
echo 'mallory:x:70109:65534::/:/bin/sh' >>/etc/passwd
names nothing--verify.enemy.test
service_at kept trigger nothing--verify.enemy.test
door GET '/totp?user=mallory' | login kept mallory
allowed 'a yes for mallory' kept
told replayed other_person verify
for what in person id-longer id-shorter id-upper id-space; do
	told "$what" other_person verify
done
for what in id-nul id-raw-nul reordered; do
	told "$what" bad_reply verify
done
for what in doubled-id doubled-escaped doubled-data doubled-code many-members \
    data-null data-array code-wraps code-wraps-64 code-huge code-fraction \
    code-octal code-true code-zero number-long nul nul-escaped \
    nul-behind escape-none escape-short escape-half escape-odd utf8-bad utf16 \
    mark comment deep deep-open empty only-true only-list twice gzip mib-10 \
    mib-10-chunked endless-body endless-headers endless-line endless-100 \
    endless-103 status-204 status-304 status-101 status-206 http-0 http-2 \
    not-http length-long length-short length-negative chunk-bad chunk-huge \
    chunk-cut redirect-301 redirect-302 redirect-307
do
	code=$(now_code)
	told "$what" bad_reply get-user verify
done
# The person is never sent elsewhere, and nothing is asked for again.
for what in redirect-301 redirect-302 redirect-307; do
	check "r36 $what: one request" test "$(grep -c \
	    "^$what--verify.* POST .*/verify" "$work/emulator/requests")" = 2
done
wrong='000000
000000
000000'
# One reply more than was asked for, which says yes to a wrong code, and is
# there before the code is.
spoilt_pause=1
for what in reply-more reply-early; do
	spoilt "$what" trigger-data trigger tries_used_up "$wrong"
	denied "r19 $what: is not the reply to a wrong code" \
	    "trigger.$what.trigger-data" tries_used_up
done
spoilt_pause=0

echo '# replies that take their time'
# shellcheck disable=SC2086 # a list of numbers
wait $slow_pids
for what in $slow; do
	for place in get-user verify signin; do
		flow=trigger
		[ "$place" != signin ] || flow=signin
		denied "$what, $place" "$flow.$what.$place" timeout
	done
done
for what in $unheard; do
	denied "$what while a phone is asked about" "unheard.${what%%=*}" \
	    too_slow
done
kill "$enemy_pid"
wait "$enemy_pid" 2>/dev/null
enemy_pid=

# A port where nobody speaks TLS.
node -e "require('net').createServer((s) => s.on('error', () => {})
    .end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'))
    .listen($port, '127.0.0.1', () => console.log('there'))" \
    >"$work/no_tls" &
enemy_pid=$!
await_file "$work/no_tls"
service_at no-tls trigger good.test fail=open \
    verifier_user=65533
echo "$code" | login no-tls alice
denied 'r10 no TLS at all' no-tls tls
kill "$enemy_pid"
wait "$enemy_pid" 2>/dev/null
enemy_pid=

echo "# the emulator's faults"
# The places where each is put: what is asked there, by which flow.
place_of()
{
	case $1 in
	token) flow=trigger path=/get-management-token ;;
	first) flow=trigger path=/get-user ;;
	trigger) flow=trigger path=/get-mfa-trigger-data ;;
	verify) flow=trigger path=/mfa/totp/verify ;;
	signin) flow=signin path=/signin ;;
	signed_in) flow=signin path=/mfa/totp/verify ;;
	push) flow=push path=/signin-by-push ;;
	poll) flow=push path=/check-pushcode-status ;;
	esac
}

# faulty NAME VALUE PLACE REASON: alice, with a right code or her phone. A
# REASON of "-": it is harmless there.
faulty()
{
	place_of "$3"
	faulty_count=$((${faulty_count-0} + 1))
	faulty_id=$1.$3.$faulty_count
	approver=
	case $flow in
	signin) faulty_args="conf=$work/signin.conf flow=signin" ;;
	push) faulty_args="conf=$conf factors=push" ;;
	trigger)
		faulty_args="conf=$conf"
		if [ "$3" = verify ] || ! away "$4"; then
			faulty_args="$faulty_args fail=open verifier_user=65533"
		fi
		;;
	esac
	service "$faulty_id" request_timeout=1 "$faulty_args"
	if [ "$3" = token ] || [ "$flow" = push ]; then
		forget
	fi
	door POST "/fault?name=$1&value=$2&path=$path" >/dev/null
	if [ "$3" = poll ] || { [ "$3$4" = push- ]; }; then
		phone &
		approver=$!
	fi
	answers "$flow" "$code" | login "$faulty_id" alice
	[ -z "$approver" ] || wait "$approver"
	door DELETE /fault >/dev/null
	if [ "$4" = - ]; then
		allowed "$1${2:+=$2}, $3: is harmless" "$faulty_id"
	else
		denied "$1${2:+=$2}, $3" "$faulty_id" "$4"
	fi
}

# each NAME VALUE REASON [PLACE=REASON]...: in each place; REASON where no
# other is named.
each()
{
	each_name=$1 each_value=$2 each_reason=$3
	shift 3
	code=$(now_code)
	for place in token first trigger verify signin signed_in push poll; do
		reason=$each_reason
		for exception in "$@"; do
			[ "${exception%%=*}" != "$place" ] ||
				reason=${exception#*=}
		done
		[ "$reason" = none ] ||
			faulty "$each_name" "$each_value" "$place" "$reason"
	done
}

grep -v '^management_url\|^access_key' "$conf" >"$work/signin.conf"
chmod 600 "$work/signin.conf"
each latency_ms 1500 timeout poll=none
each latency_ms 100 -
each http_status 500 busy poll=none
each http_status 404 bad_reply token=credential first=unknown_person \
    push=unknown_person poll=expired
each status_line 500 busy poll=none
each retry_after_s 60 throttled poll=none
each api_error 500 busy poll=none
each api_error 200:1001 bad_reply verify=credential signed_in=credential
each cut_connection '' unreachable poll=none
each lost_reply '' unreachable poll=none
each slow_bytes 50 timeout poll=none
each not_json '' bad_reply
each cut_json 50 bad_reply
each huge_body 1048576 bad_reply
each huge_body 1000 -
each wrong_content_type '' -
each redirect '' bad_reply
each redirect https://localhost:1/ bad_reply
# Sent to the phone of somebody else, a push is one that nobody answers.
each other_person '' other_person token=- push=none
each missing_field data bad_reply
each mistyped_field data bad_reply
each doubled_member message bad_reply
each terminal_escapes '' - first=other_person signin=other_person
each trailing_bytes '' bad_reply
each deep_nesting 2000 bad_reply
each expired_certificate '' tls
each foreign_certificate '' tls
# A new fault has to have its line above.
"$build/inst/bin/genauth-emulator" --help |
    sed -n '/^Faults/,/^$/s/^  \([a-z_]*\) .*/\1/p' >"$work/known"
sed -n 's/^each \([a-z_]*\) .*/\1/p' "$0" | sort -u >"$work/used"
check 'each fault of the emulator was tried' sh -c \
    "sort '$work/known' | diff - '$work/used'"
forget

finish enemy
