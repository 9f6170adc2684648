#!/bin/sh
# mfa_frame.sh BUILD: genauth-mfa around its commands: the command line, the
# environment, the terminal, the configuration, ping, verify, completion.
# Needs no root; what only root can see is counted as skipped.
# shellcheck disable=SC2016 # $mfa belongs to expect
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

program=$build/inst/sbin/genauth-mfa
conf=$work/emulator/genauth.conf

# mfa ARGUMENT...: status in $status, output in $work/out and $work/err.
mfa()
{
	"$program" --config "$conf" "$@" >"$work/out" 2>"$work/err" </dev/null
	status=$?
}

# ends STATUS NAME ARGUMENT...: it ends with that status. An error says
# something on standard error, and only there.
ends()
{
	ends_status=$1 ends_name=$2
	shift 2
	mfa "$@"
	if [ "$status" = "$ends_status" ]; then
		ok "$ends_name"
	else
		cat "$work/out" "$work/err" >"$work/both"
		not_ok "$ends_name (status $status)" "$work/both"
	fi
}

told()
{
	grep -qF -e "$1" "$work/err"
}

shown()
{
	grep -qF -e "$1" "$work/out"
}

silent()
{
	[ ! -s "$work/out" ]
}

# valid_json: each line of the output is one JSON object.
valid_json()
{
	[ -s "$work/out" ] && node -e '
		const lines = require("fs").readFileSync(0, "utf8").split("\n");
		if (lines.pop() !== "") process.exit(1);
		for (const line of lines)
			if (typeof JSON.parse(line) !== "object")
				process.exit(1);' <"$work/out"
}

# member NAME [LINE]: the value in that line (from 0) of the JSON output.
member()
{
	node -e '
		const lines = require("fs").readFileSync(0, "utf8").split("\n");
		console.log(String(JSON.parse(lines[process.argv[2] || 0])
			[process.argv[1]]));' "$@" <"$work/out"
}

emulator_start "$work/emulator"

echo '# the command line'
ends 2 'no command is a usage error'
check 'which lists the commands on standard error' told 'self unbind-phone'
check 'and nothing on standard output' silent
ends 0 'help' help
check 'it lists the commands' shown 'config check'
ends 0 'help of one command' help self enroll
check 'with its options' shown '--access-token-file FILE'
check 'and no other' sh -c "! grep -q -e --jobs '$work/out'"
ends 0 '--help behind a command is the same' self enroll --help
check 'with its options' shown '--access-token-file FILE'
ends 2 'help of a command that is not there' help enrol
ends 0 '--version' --version
check 'says it' shown 'genauth-mfa 0.'
ends 2 'a misspelt command' unbnd alice OTP
check 'gets the nearest name' told 'did you mean unbind'
ends 2 'a misspelt second word' self factrs
check 'gets the nearest name' told 'did you mean self factors'
ends 2 'half a command' self
check 'gets the words there are' told 'self wants one of: factors factor'
ends 2 'a misspelt option' --jsno ping
check 'gets the nearest name' told 'did you mean --json'
ends 2 'an abbreviated option' --js ping
ends 2 'a short option' -y ping
ends 2 'an option that the command does not take' kick alice --jobs 3
check 'says so' told '--jobs is not an option of kick'
ends 2 'an option twice' --reason a --reason b kick alice
ends 2 'an option without its value' kick alice --reason
ends 2 'a flag with a value' --json=yes ping
ends 2 'an option with an empty value' --reason= kick alice
ends 2 'a number out of range' reset --from - --jobs 65
ends 2 'a number that is none' reset --from - --jobs 1x
ends 2 'a provider that is not there' --provider duo ping
check 'gets those there are' told 'wants one of: genauth flashback'
ends 2 'an id type that is not there' --id-type uid status alice
ends 2 'a user missing' status
check 'gets the usage' told 'status USER'
ends 2 'a user too many' status alice bob
ends 2 'a reason too long' kick alice --reason "$(printf '%0501d' 0)"
ends 0 'options before and behind a command' --json config show --yes
check 'JSON was asked for' valid_json
ends 2 'behind -- everything is an operand' verify -- --json alice
ends 4 'so a name may begin with a dash' verify -- -alice
cp "$conf" "$work/relative.conf"
check 'a relative configuration is found' sh -c \
    "cd '$work' && '$program' --config relative.conf config check"

echo '# configuration'
ends 0 'config check of a good file' config check --json
check 'is JSON' valid_json
check 'the file is there with its mode' test "$(member mode)" = 0644
check 'and no mistake' test "$(member mistake)" = null
ends 0 'config show' config show --json
check 'is JSON' valid_json
check 'the default is from nowhere' sh -c \
    "grep -q '\"option\":\"tries\",\"value\":\"3\",\"default\":\"3\",\"from\":\"default\"' '$work/out'"
check 'what is set comes from a line' grep -q \
    '"option":"management_url","value":"[^"]*","default":null,"from":"[^"]*genauth.conf:3"' \
    "$work/out"
check 'what is given comes from the argument' grep -q \
    '"option":"conf".*"from":"argument"' "$work/out"
check 'a secret is told by its length' shown \
    '"option":"access_key_secret","value":"set, 32 bytes"'
secret=$(cat "$work/emulator/access_key_secret")
check 'and not shown' sh -c "! grep -qF '$secret' '$work/out' '$work/err'"
ends 0 'an argument wins' --id-type email config show --json
check 'and is named as the source' shown \
    '"option":"user_id_type","value":"email","default":"username","from":"argument"'
cp "$conf" "$work/good.conf"
cat >>"$conf" <<END
trys = 3
audit_file = relative
END
chmod 644 "$work/emulator/access_key_secret"
ends 3 'config check of a bad file' config check
check 'names line and nearest name' shown \
    'genauth.conf:10 '
check 'the nearest name' shown 'unknown option "trys", did you mean tries'
check 'every mistake' shown 'audit_file: wants a path from / on'
check 'the secret that is open' shown 'is a secret, but open'
check 'and the modes' shown 0644
ends 3 'the same as JSON' config check --json
check 'is JSON' valid_json
ends 3 'every other command tells them too' ping
check 'on standard error' told 'genauth.conf:10: unknown option "trys"'
check 'and nothing on standard output' silent
cp "$work/good.conf" "$conf"
chmod 600 "$work/emulator/access_key_secret"
printf 'app_secret_file = /nonexistent/app\n' >>"$work/good.conf"
sed -i '/app_secret_file/d' "$conf"
printf 'app_secret_file = /nonexistent/app\n' >>"$conf"
ends 3 'a secret that only some commands read is checked' config check
check 'and named' shown '/nonexistent/app'
ends 0 'but others do not need it' ping
sed -i '/app_secret_file/d' "$conf"
ends 3 'logins cannot be had from Flashback' --provider flashback verify alice
ends 3 'Flashback needs its token' --provider flashback reset alice --yes
check 'and says so' told 'access_token_file is missing'
if [ "$(id -u)" = 0 ]; then
	chmod 755 "$work" "$work/emulator"
	setpriv --reuid 65534 --regid 65534 --clear-groups \
	    "$program" --config "$conf" ping >"$work/out" 2>"$work/err"
	check 'who may not read the secret is told' test $? = 3
	check 'why, and what to do' told 'try it with sudo'
	chmod 700 "$work"
else
	skip 'who may not read the secret is told'
fi

echo '# ping'
ends 0 'ping' ping --json
check 'is JSON' valid_json
for pair in result=ok 'address=127.0.0.1 port '"${url##*:}" tls=TLSv1.3 \
    'subject=CN = localhost' clock_skew_s=0 key_accepted=true \
    may_read_mfa=true
do
	check "it shows $pair" test "$(member "${pair%%=*}")" = "${pair#*=}"
done
check 'days left' test "$(member days_left)" -ge 28
check 'an issuer' sh -c "'$program' --config '$conf' ping | grep -q '^Issuer .*emulator'"
check 'latency in ms' test "$(member latency_ms)" -ge 0
check 'it changes nothing' sh -c "! curl -sS --noproxy '*' '$control/requests' |
    grep -qE 'DELETE|update-user|kick'"
printf 'not the secret\n' >"$work/emulator/access_key_secret"
ends 5 'a key that is not accepted' ping --json
check 'is shown' test "$(member key_accepted)" = false
printf '%s' "$secret" >"$work/emulator/access_key_secret"
sed -i 's/^app_url = .*/app_url = https:\/\/localhost:1/' "$conf"
ends 6 'a service that is not there' ping --json
check 'is named' test "$(member result 1)" = unreachable
check 'with the reason' sh -c "grep -q 'port 1 ' '$work/out'"
sed -i 's/^app_url = .*/app_url = https:\/\/genauth.invalid/' "$conf"
ends 6 'a name that is not there' ping --json
check 'is named' sh -c "grep -q 'resolve host: genauth.invalid' '$work/out'"
cp "$work/good.conf" "$conf"
sed -i '/nonexistent/d' "$conf"
sed -i "s,^ca_file = .*,ca_file = $work/other.pem," "$conf"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
    -subj /CN=other -keyout "$work/other.key" -out "$work/other.pem" \
    2>/dev/null
ends 6 'an authority that is not ours' ping --json
check 'is a matter of TLS' test "$(member result)" = tls
cat >"$work/tls12.conf" <<END
management_url = https://localhost:$((19000 + $$ % 1000))
app_url = https://localhost:$((19000 + $$ % 1000))
app_id = a
access_key_id = k
access_key_secret_file = $work/emulator/access_key_secret
ca_file = $work/server.pem
END
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost \
    -keyout "$work/server.key" -out "$work/server.pem" 2>/dev/null
openssl s_server -accept $((19000 + $$ % 1000)) -www -tls1_2 -quiet \
    -key "$work/server.key" -cert "$work/server.pem" >"$work/s_server" 2>&1 &
server=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
	"$program" --config "$work/tls12.conf" ping --json >"$work/out" \
	    2>"$work/err"
	grep -q TLSv1.2 "$work/out" && break
	sleep 0.2
done
kill "$server"
wait "$server" 2>/dev/null
check 'TLS 1.2 is told from 1.3' test "$(member tls)" = TLSv1.2
check 'days left of another certificate' grep -qE '"days_left":[89],' \
    "$work/out"
cp "$work/good.conf" "$conf"
sed -i '/nonexistent/d' "$conf"

echo '# the environment is emptied before libcurl starts'
home=$work/home
mkdir "$home"
echo 'machine localhost login eve password eve' >"$home/.netrc"
echo 'proxy = "http://localhost:1"' >"$home/.curlrc"
printf 'openssl_conf = x\n[x]\nproviders = y\n[y]\nz = z\n[z]\nmodule = /nonexistent.so\nactivate = 1\n' \
    >"$work/openssl.cnf"
env HOME="$home" CURL_HOME="$home" SSLKEYLOGFILE="$work/keylog" \
    https_proxy=http://localhost:1 HTTPS_PROXY=http://localhost:1 \
    all_proxy=http://localhost:1 ALL_PROXY=http://localhost:1 \
    SSL_CERT_FILE=/nonexistent SSL_CERT_DIR=/nonexistent \
    CURL_CA_BUNDLE=/nonexistent OPENSSL_CONF="$work/openssl.cnf" \
    RES_OPTIONS=timeout:1 LOCALDOMAIN=invalid GENAUTH_SECRET=x \
    "$program" --config "$conf" ping --json >"$work/out" 2>"$work/err"
check 'with all of them set, ping works' test $? = 0
check 'no TLS secret was written' test ! -e "$work/keylog"
check 'no proxy was asked' test "$(member result)" = ok
check 'the same as with none of them' test "$(member key_accepted)" = true
check 'SSLKEYLOGFILE is obeyed by curl itself, so the test can fail' sh -c \
    "SSLKEYLOGFILE='$work/keylog' curl -sS --noproxy '*' --cacert '$work/emulator/ca.pem' '$url/' >/dev/null; test -s '$work/keylog'"

echo '# standard descriptors'
"$program" --config "$conf" config show >&- 2>"$work/err"
check 'a closed standard output is told' test $? = 3
"$program" --config "$conf" config show >/dev/full 2>"$work/err"
check 'a full disk is told' test $? = 3
check 'by words' told 'genauth-mfa: '
"$program" --config "$conf" ping <&- >&- 2>&-
check 'no socket becomes a closed descriptor' test $? != 139

echo '# verify, on a terminal'
export TERM=xterm
# on_terminal EXPECT-LINES: a shell on a terminal, the program as $mfa.
on_terminal()
{
	cat >"$work/session.exp" <<END
set timeout 20
log_user 1
proc fails {what} { puts "FAILED: \$what"; exit 1 }
proc echo_is_on {} {
	send "stty -a | tr ' ;' '\\\\n\\\\n' | grep -x -e '-*echo' | sed 's/^/<<</'\r"
	expect {
		-re {<<<echo} { }
		-re {<<<-echo} { fails "echo is off" }
	}
}
set env(PS1) "ready> "
spawn -noecho sh
expect_before {
	timeout { fails "timeout" }
	eof { fails "eof" }
}
expect "ready> "
set mfa "'$program' --config '$conf'"
$1
send "exit\r"
expect_before
expect eof
END
	expect "$work/session.exp" >"$work/session" 2>&1
}

# terminal NAME EXPECT-LINES
terminal()
{
	if on_terminal "$2"; then
		ok "$1"
	else
		not_ok "$1" "$work/session"
	fi
}

code=$(otp alice)
terminal 'a right code' '
send "$mfa verify alice; echo status=\$?\r"
expect "Verification code"
send "'"$code"'\r"
expect -re "Verdict +allow"
expect "status=0"
echo_is_on'
check 'the code was not echoed' sh -c \
    "! sed 's/send.*//' '$work/session' | grep -q '$code'"
terminal 'wrong codes' '
send "$mfa verify alice; echo status=\$?\r"
expect "Verification code"
send "000000\r"
expect "That code is not right"
send "000000\r"
expect "That code is not right"
send "000000\r"
expect "Too many wrong codes"
expect -re "Reason +tries_used_up"
expect "status=1"
echo_is_on'
terminal 'Ctrl-C leaves the terminal as it was' '
send "$mfa verify alice; echo status=\$?\r"
expect "Verification code"
send "\003"
expect "ready> "
echo_is_on'
terminal 'Ctrl-\ leaves the terminal as it was' '
send "$mfa verify alice; echo status=\$?\r"
expect "Verification code"
send "\034"
expect "ready> "
echo_is_on'
terminal 'Ctrl-D is no answer' '
send "$mfa verify alice; echo status=\$?\r"
expect "Verification code"
send "\004"
expect -re "Reason +conversation"
expect "status=1"
echo_is_on'
terminal 'SIGTERM leaves the terminal as it was' '
send "(sleep 1; kill \$(cat '"$work"'/pid)) & sh -c '"'echo \\\$\\\$ >$work/pid; exec $program --config $conf verify alice'"'\r"
expect "Verification code"
expect "ready> "
echo_is_on'
door POST '/advance?seconds=60' >/dev/null
code=$(otp alice)
terminal 'Ctrl-Z gives the terminal back, and fg asks again' '
send "$mfa verify alice; echo status=\$?\r"
expect "Verification code"
send "\032"
expect "ready> "
echo_is_on
expect "ready> "
send "fg\r"
expect "Verification code"
send "'"$code"'\r"
expect -re "Verdict +allow"
expect "ready> "
echo_is_on'
ends 4 'a person who is not there' verify nobody --json
check 'is JSON' valid_json
check 'and told' test "$(member reason)" = unknown_person
setsid -w "$program" --config "$conf" verify alice </dev/null \
    >"$work/out" 2>"$work/err"
check 'without a terminal there is no answer' test $? = 1

echo '# interrupted while the service is slow'
door POST '/fault?name=latency_ms&value=3000' >/dev/null
"$program" --config "$conf" ping >"$work/out" 2>"$work/err" &
slow=$!
sleep 1
kill -TERM "$slow"
sleep 0.5
check 'the first signal is told' told 'interrupted; what is under way'
check 'and lets the request end' kill -0 "$slow"
kill -TERM "$slow"
wait "$slow" 2>/dev/null
check 'the second one ends it at once' test $? = 143
door DELETE /fault >/dev/null

echo '# the audit'
if [ ! -S /dev/log ]; then
	ends 3 'without syslog and audit_file nothing is changed' \
	    kick alice --yes
	check 'and that is told' told 'set audit_file'
	check 'the service was not asked to' sh -c \
	    "! curl -sS --noproxy '*' '$control/requests' | grep -q kick"
else
	skip 'without syslog and audit_file nothing is changed'
fi
echo "audit_file = $work/audit" >>"$conf"
ends 0 'a change leaves its lines' kick alice --yes --reason 'lost "phone"'
cp "$work/audit" "$work/out"
check 'as JSON' valid_json
check 'two of them' test "$(wc -l <"$work/audit")" = 2
check 'the intent first' test "$(member phase 0)" = intent
check 'then the result' test "$(member result 1)" = 'done'
check 'with the reason' test "$(member reason 1)" = 'lost "phone"'
echo 'require_reason = yes' >>"$conf"
ends 2 'require_reason wants a reason' kick alice --yes
check 'and says so' told '--reason'
ends 0 'and takes one' kick alice --yes --reason 'ticket 42'

echo '# completion'
ends 2 'a shell that is not known' completion fish
ends 0 'completion for zsh' completion zsh
check 'is for zsh' shown '#compdef genauth-mfa'
ends 0 'completion for bash' completion bash
cp "$work/out" "$work/completion"

# completes WORDS... EXPECTED: the last word is being typed.
completes()
{
	# shellcheck disable=SC2016 # bash expands it
	bash --norc -c '. "$1"; shift; wanted=$1; shift
		COMP_WORDS=(genauth-mfa "$@"); COMP_CWORD=$#; _genauth_mfa
		printf "%s\n" "${COMPREPLY[@]}" | grep -qxe "$wanted"' \
	    bash "$work/completion" "$@"
}

check 'bash takes it' bash -n "$work/completion"
check 'commands' completes unbind un
check 'second words' completes unbind-phone self unb
check 'options of the command' completes --remove-contact unbind alice --re
check 'not those of another' sh -c \
    "! bash --norc -c '. \"$work/completion\"; COMP_WORDS=(genauth-mfa kick --jo); COMP_CWORD=2; _genauth_mfa; printf \"%s\n\" \"\${COMPREPLY[@]}\"' | grep -q jobs"
check 'values of an option' completes flashback --provider f
check 'behind an option with a value' completes status --reason x sta
check 'words of help' completes config help con

finish mfa_frame
