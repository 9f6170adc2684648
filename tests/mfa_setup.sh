#!/bin/sh
# mfa_setup.sh BUILD: `genauth-mfa setup` against the emulator over TLS: the
# interview on a terminal, files of answers, what is written and what is left
# behind when that fails. What it writes has to be root's: needs root. Rows
# that need an account, a log or a full disk need in_private_system.sh.
set -u
build=$1
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
if [ "$(id -u)" != 0 ]; then
	skip 'setup writes what belongs to root: not root'
	finish setup
	rm -rf "$work"
	exit
fi
leave()
{
	emulator_stop
	[ ! -d "$work/full" ] || umount "$work/full" 2>/dev/null || :
	rm -rf "$work"
}
trap leave EXIT
trap 'exit 1' INT TERM
export TERM=xterm LC_ALL=C.UTF-8
unset NO_COLOR || :

program=$build/inst/sbin/genauth-mfa
etc=$work/etc
conf=$etc/genauth.conf
answers=$work/answers
emulator_start "$work/emulator"
ca=$work/emulator/ca.pem
key_id=6229ffaaaaaaaaaacade3e3d
app_id=64355eaaaaaaaaaa11d8ae12
secret=$(cat "$work/emulator/access_key_secret")
app_secret=$(cat "$work/emulator/app_secret")
export control

# ran: what the last run printed is kept for the search for secrets.
ran()
{
	cat "$work/stdout" "$work/stderr" >"$work/all"
	cat "$work/all" >>"$work/everything"
}

# setup ARGUMENT...: without a terminal.
setup()
{
	setsid "$program" --config "$conf" setup "$@" \
	    >"$work/stdout" 2>"$work/stderr" </dev/null
	status=$?
	ran
}

# interview [PROMPT ANSWER]... : [ARGUMENT]...
interview()
{
	interview_pairs=0
	for word in "$@"; do
		[ "$word" != : ] || break
		interview_pairs=$((interview_pairs + 1))
	done
	interview_i=0
	for word in "$@"; do # the program goes behind the ':'
		shift
		set -- "$@" "$word"
		if [ "$interview_i" = "$interview_pairs" ]; then
			set -- "$@" "$program" --config "$conf" setup
		fi
		interview_i=$((interview_i + 1))
	done
	"$top/tests/answer.exp" "$@" >"$work/stdout" 2>"$work/stderr"
	status=$?
	ran
}

# other ARGUMENT...: another command, with what was written.
other()
{
	setsid "$program" --config "$conf" "$@" >"$work/stdout" \
	    2>"$work/stderr" </dev/null
	status=$?
	ran
}

said()
{
	grep -qF -e "$1" "$work/all"
}

# good_answers [LINE]...: the answers of a first configuration, and more.
good_answers()
{
	{
		cat <<END
management_url = $url
app_url = $url
app_id = $app_id
access_key_id = $key_id
access_key_secret = $secret
ca_file = $ca
END
		[ $# -eq 0 ] || printf '%s\n' "$@"
	} >"$answers"
	chmod 600 "$answers"
}

# change NAME VALUE / drop NAME: of the answers.
change()
{
	sed -i "s|^$1 = .*|$1 = $2|" "$answers"
}

drop()
{
	sed -i "/^$1 = /d" "$answers"
}

# anew: nothing is configured. configured: as by the good answers.
anew()
{
	rm -rf "$etc"
	good_answers
}

configured()
{
	anew
	setup --from "$answers"
	[ "$status" = 0 ] || not_ok 'the good answers are taken' "$work/all"
}

# What is there, and who may do what with it; same: it is as it was.
snapshot()
{
	(cd "$work" && find etc -printf '%p %y %m %U %G %l\n' 2>/dev/null |
	    sort && find etc -type f -exec cksum {} + 2>/dev/null | sort)
}

remember()
{
	snapshot >"$work/before"
}

same()
{
	snapshot >"$work/after"
	diff "$work/before" "$work/after"
}

nothing_there()
{
	[ ! -e "$etc" ]
}

# mode PATH OCTAL: and root's.
mode()
{
	[ "$(stat -c '%a %u %g' "$1")" = "$2 0 0" ]
}

only_files()
{
	(cd "$etc" && find . -mindepth 1 | sed 's|./||' | sort | tr '\n' ' ') |
	    tee "$work/files"
	[ "$(cat "$work/files")" = "$* " ]
}

# documents TEXT: a whole line of README.md or docs/, spaces apart.
documents()
{
	cat "$top/README.md" "$top"/docs/*.md 2>/dev/null | tr -s ' ' |
	    sed 's/^ //' | grep -qxF -e "$1" ||
	    { echo "not in README.md or docs: $1"; return 1; }
}

settings_are_documented()
{
	sed -n '/sshd_config.d/,/^Then/p' "$work/all" | tr -d '\r' |
	    grep -E '^[A-Z][A-Za-z]+ [a-z:-]+$' >"$work/settings"
	[ "$(wc -l <"$work/settings")" = 4 ] || return 1
	while read -r line; do
		tr '\n' ' ' <"$top/pam.d/sshd" | tr -s '# ' ' ' |
		    grep -qF -e "$line" ||
		    { echo "not in pam.d/sshd: $line"; return 1; }
		documents "$line" || return 1
	done <"$work/settings"
}

line_is_documented()
{
	tr -d '\r' <"$work/all" | grep -E '^auth .*pam_genauth' >"$work/line"
	[ "$(wc -l <"$work/line")" = 1 ] || return 1
	grep -qxF -e "$(cat "$work/line")" "$top/pam.d/sshd" ||
	    { echo 'not in pam.d/sshd'; return 1; }
	documents "$(tr -s ' ' <"$work/line")"
}

echo '# a first configuration on a terminal'
anew
skip_verify='Login name to verify'
interview 'flow \[trigger]: ' '' 'Management API' "$url" '(PEM)' "$ca" \
    'Id of the management key: ' "$key_id" 'Its secret' "$secret" \
    'address: ' "$url" "s id: " "$app_id" "s secret" '' \
    'Write this? \[y/N] ' y "$skip_verify" '' :
ends 'first run' 0 changed
check 'it says what answers' said "ok: $url answers from "
check 'and that the key is accepted' said 'ok: the key is accepted'
check 'and that the application is there' said 'ok: the application is there'
check 'it shows what it is about to write' said "  app_id = $app_id"
check 'of the secret only how long it is' said \
    'the secret, 32 characters, not shown'
cat >"$work/expected" <<END
# Options: man genauth.conf. To try them: genauth-mfa config check, ping.
management_url = $url
ca_file = $ca
access_key_id = $key_id
access_key_secret_file = $etc/access_key_secret
app_url = $url
app_id = $app_id
END
check 'the configuration' diff "$work/expected" "$conf"
check 'the secret, in a file of its own' test \
    "$(cat "$etc/access_key_secret")" = "$secret"
check 'and nothing else' only_files access_key_secret genauth.conf
check 'the directory is 755 root' mode "$etc" 755
check 'the configuration is 644 root' mode "$conf" 644
check 'the secret is 600 root' mode "$etc/access_key_secret" 600
cat "$work/stdout" >"$work/all"
check 'the PAM line is the one of pam.d/sshd' line_is_documented
check 'the sshd_config settings are those of pam.d/sshd' \
    settings_are_documented
other config check
ends 'a login can read it' 0
other ping
ends 'and reach the service with it' 0

echo '# running it again'
remember
interview 'flow' '' "API \\[$url]" '' "key \\[$key_id]" '' \
    "\\[the one in $etc/access_key_secret]" '' "address \\[$url]" '' \
    "id \\[$app_id]" '' 's secret (not shown) \[none]' '' "$skip_verify" '' :
ends 'Enter keeps everything' 0 unchanged
check 'nothing is touched' same
cat >"$conf" <<END
# ours
  management_url  =  https://wrong.example   # the old one

tries = 2 # not three
ca_file = $ca
access_key_id = $key_id
access_key_secret_file = $etc/access_key_secret
app_id = $app_id
app_url = $url
users = alice # only her
END
cp "$conf" "$work/by_hand"
interview 'flow' '' 'wrong.example]' "$url" 'key \[' '' 'the one in' '' \
    'address \[' '' 'id \[' '' 's secret' '' 'Write' y "$skip_verify" '' :
ends 'one answer is another' 0 '(was https://wrong.example)'
sed "s|https://wrong.example|$url|" "$work/by_hand" >"$work/expected"
check 'one value is changed, all else is as it was' \
    diff "$work/expected" "$conf"
check 'what was there is FILE.old' diff "$work/by_hand" "$conf.old"
interview 'flow' '' 'API \[' '' 'key \[' '' 'the one in' '' 'address \[' '' \
    'id \[' '' 's secret' "$app_secret" \
    'Write' "!echo 'tries_by = somebody' >>'$conf'; echo y" :
ends 'somebody edits it meanwhile' 3 'was changed meanwhile'
check 'that stays' grep -q 'tries_by = somebody' "$conf"
check 'the secret is not left behind' test ! -e "$etc/app_secret"
sed -i '/^tries_by/d' "$conf"
chmod 600 "$conf"
good_answers 'tries = 3'
setup --from "$answers"
ends 'a closer mode' 0
check 'is kept' mode "$conf" 600

echo '# answers that are not right'
anew
interview 'flow' sign 'wants one of: trigger signin*flow' '' \
    'Management API' 'http://localhost' \
    'must begin with https://*Management API' "$(printf '\003')" :
ends 'words, and http://' 1 'nothing was written'
check 'Ctrl-C leaves nothing' nothing_there
interview 'flow' '' 'Management API' "$url" \
    'unable to get local issuer certificate*(PEM)' '' \
    'Management API' "$(printf '\004')" :
ends 'an unknown authority, and Enter' 1 'omebody'
check 'it never offers to go on without' sh -c \
    "! grep -qiE 'insecure|anyway|verification off' '$work/all'"
check 'leaves nothing' nothing_there
interview 'flow' '' 'Management API' "$url" '(PEM)' /nonexistent \
    'cannot be opened*(PEM)' "$conf/x" 'cannot be opened*(PEM)' "$ca" \
    'Id of' '' :
ends 'a certificate file that is not there' 1 'ok: '
cp "$ca" "$work/open.pem"
chmod 666 "$work/open.pem"
interview 'flow' '' 'Management API' "$url" '(PEM)' "$work/open.pem" \
    'can be written by group or others*(PEM)' "$(printf '\003')" :
ends 'one that anybody may write' 1
interview 'flow' '' 'Management API' https://localhost:1 \
    'Proxy, as' http://localhost:1 'Proxy, as' '' \
    'Management API \[https://localhost:1]' "$(printf '\003')" :
ends 'nobody there, and a proxy that is not there' 1 'cannot be reached'
check 'leaves nothing' nothing_there
mkdir -m 755 "$etc"
echo "ca_file = $ca" >"$conf"
remember
interview 'flow' '' 'Management API' https://localhost:1 \
    'Proxy, as' http://localhost:1 'Proxy, as' '' 'Management API' "$url" \
    'Id of' "$key_id" 'Its secret' not-the-secret \
    'does not accept*Id of the management key \[' '' \
    'as typed before' "$secret" 'the key is accepted*address: ' "$url" \
    'id: ' nonsense 'no application of that id*id \[' "$app_id" \
    's secret' '' 'Write' n :
ends 'each is asked for again, until it is right' 1 'nothing was written'
check 'a proxy of no help is forgotten' sh -c \
    "! grep -q '  proxy =' '$work/all'"
check 'no leaves all as it was' same
interview 'flow' '' 'Management API' "$url" 'Id of' "$key_id" \
    'Its secret' "$(printf 'x%0600d' 0)" 'at most 512 bytes*Its secret' \
    "$(printf '\003')" :
ends 'a secret that is too long' 1
interview 'flow' '' 'Management API' 'https://localhost # x' \
    'https://HOST*Management API' "$url" 'Id of' 'a # b' \
    'cannot stand in a configuration*Id of' "$(printf '\003')" :
ends 'an answer that would be a comment' 1
door POST '/fault?name=http_status&value=404&path=get-management-token' \
    >/dev/null
interview 'flow' '' 'Management API' "$url" 'Id of' "$key_id" \
    'Its secret' "$secret" 'does not accept*Id of' "$(printf '\003')" :
ends 'a "no" of any kind is one to the key' 1
door DELETE /fault >/dev/null
door POST '/fault?name=not_json&path=get-management-token' >/dev/null
interview 'flow' '' 'Management API' "$url" 'Id of' "$key_id" \
    'Its secret' "$secret" "not the*Management API \\[$url]" \
    "$(printf '\003')" :
ends 'not the management API: the address is asked for again' 1
door DELETE /fault >/dev/null
check 'all is as it was' same
door DELETE /requests >/dev/null
door POST '/fault?name=latency_ms&value=3000&path=get-management-token' \
    >/dev/null
"$top/tests/answer.exp" 'flow' '' 'Management API' "$url" 'Id of' "$key_id" \
    'Its secret' "$secret" : "$program" --config "$conf" setup \
    >"$work/slow" 2>&1 &
slow=$!
tries=0
until door GET /requests | grep -q get-management-token ||
    [ "$tries" -gt 100 ]; do
	tries=$((tries + 1))
	sleep 0.1
done
for child in $(ps -o pid= --ppid "$slow"); do
	kill -INT "$child"
done
wait "$slow"
status=$?
cp "$work/slow" "$work/all"
ends 'SIGINT while the service is asked' 1 'nothing was written'
door DELETE /fault >/dev/null
check 'all is as it was' same
printf 'app_url = http://x\ntries = many\n' >>"$conf"
remember
interview :
ends 'a line that no answer could mend' 3 'mend these lines first'
check 'is told, the other is not' sh -c "grep -q 'tries: wants' '$work/all' &&
    ! grep -q app_url '$work/all'"
check 'all is as it was' same
sed -i '/^tries/d' "$conf"
interview 'flow' '' 'Management API' "$url" 'Id of' "$key_id" \
    'Its secret' "$secret" 'address \[http://x]: ' '' \
    'must begin with https://*address \[' "$url" 'id: ' "$app_id" \
    's secret' '' 'Write' y "$skip_verify" '' :
ends 'one that an answer mends' 0 changed

echo '# other ways on a terminal'
anew
interview 'flow' signin 'address: ' "$url" '(PEM)' "$ca" 's id: ' "$app_id" \
    's secret' "$app_secret" 'Write' y "$skip_verify" '' :
ends 'flow = signin' 0 changed
check 'no key is asked for' sh -c "! grep -q access_key '$work/all' '$conf'"
check 'the application secret has its file' test \
    "$(cat "$etc/app_secret")" = "$app_secret"
other config check
ends 'a login can read it' 0
anew
interview 'flow' '' 'Management API' "$url" '(PEM)' "$ca" 'Id of' "$key_id" \
    'secret' "$secret" 'address' "$url" 'id: ' "$app_id" 's secret' '' : \
    --dry-run
ends '--dry-run' 0 'would be changed'
check 'writes nothing' nothing_there
interview 'flow' '' 'Management API' https://x.example 'Id of' "$key_id" \
    'secret' "$secret" 'address' https://y.example 'id: ' "$app_id" \
    's secret' '' 'Write' y : --offline
ends '--offline asks nobody' 0 changed
check 'and verifies nobody' sh -c "! grep -q 'to verify' '$work/all'"
anew
interview 'flow' '' 'Management API' "$url" '(PEM)' "$ca" 'Id of' "$key_id" \
    'secret' "$secret" 'address' "$url" 'id: ' "$app_id" 's secret' '' \
    "$skip_verify" '' : --yes
ends '--yes does not ask whether to write' 0 changed
if [ -n "${PRIVATE_LOG-}" ]; then
	interview 'flow' '' 'Management API' '' 'Id of' '' 'secret' '' \
	    'address' '' 'id' '' 's secret' '' "$skip_verify" ghost \
	    'not know this person*'"$skip_verify" alice \
	    'erification code' "!curl -sS --noproxy '*' \
	    '$control/totp?user=alice'" :
	ends 'somebody is verified, after somebody who is nobody' 0 allow
	check 'the lines come last' said 'pam_genauth.so'
else
	skip 'verifying needs an account here: no private system'
fi
door POST '/fault?name=api_error&value=403:1001&path=mfa-settings' >/dev/null
interview 'flow' '' 'Management API' '' 'Id of' '' 'secret' '' \
    'the key may not read*address' '' 'id' '' 's secret' '' \
    "$skip_verify" '' :
ends 'a key of few rights is warned of, and taken' 0 unchanged
door DELETE /fault >/dev/null
door POST '/fault?name=not_json&path=public-config' >/dev/null
interview 'flow' '' 'Management API' '' 'Id of' '' 'secret' '' \
    'address' '' 'id' '' 'does not tell*s secret' '' "$skip_verify" '' :
ends 'an application that cannot be asked about, too' 0 unchanged
door DELETE /fault >/dev/null
setup
ends 'without a terminal and answers' 2 '--from FILE'
echo 'provider = flashback' >>"$conf"
interview :
ends 'Flashback' 3 'logins need it'

echo '# from a file of answers'
anew
setup --from "$answers" --dry-run
ends '--dry-run' 0 'would be changed'
check 'writes nothing' nothing_there
setup --from "$answers"
ends 'first run' 0
check 'says changed, and that alone' test "$(cat "$work/stdout")" = changed
check 'the files' only_files access_key_secret genauth.conf
check 'the directory' mode "$etc" 755
check 'the configuration' mode "$conf" 644
check 'the secret' mode "$etc/access_key_secret" 600
other ping
ends 'it works' 0
remember
setup --from "$answers"
ends 'second run' 0
check 'says unchanged' test "$(cat "$work/stdout")" = unchanged
check 'and touches nothing' same
change app_url https://localhost:1
setup --from "$answers"
ends 'a service that is not there' 6 'cannot be reached'
check 'writes nothing' same
setup --from "$answers" --offline --json
ends '--offline writes it all the same' 0
check 'as JSON' json 'rows.length === 1 && rows[0].changed === true &&
	rows[0].written === true && rows[0].options === "app_url" &&
	rows[0].configuration === "'"$conf"'" &&
	rows[0].previous === "'"$conf"'.old"'
setup --from "$answers" --json
ends 'nothing to do asks nobody: the service may be away' 0
check 'as JSON' json 'rows[0].changed === false && rows[0].written === false &&
	rows[0].options === "" && rows[0].previous === null'
change app_url "$url"
setup --from "$answers" --dry-run --json
check '--dry-run as JSON' json 'rows.length === 1 &&
	rows[0].changed === true && rows[0].written === false'
configured
echo 'tries = 2 # by hand' >>"$conf"
good_answers 'users = alice bob' 'lockout = off'
setup --from "$answers"
ends 'any option' 0
check 'is taken' grep -qx 'users = alice bob' "$conf"
check 'others are kept' grep -qx 'tries = 2 # by hand' "$conf"
good_answers 'flow = signin' "app_secret = $app_secret"
drop 'access_key_[a-z]*'
drop management_url
rm -rf "$etc"
setup --from "$answers"
ends 'flow = signin needs no key' 0
check 'and gets none' only_files app_secret genauth.conf

echo '# answers that are refused'
configured
remember
chmod 640 "$answers"
setup --from "$answers"
ends 'a file that others may read' 3 'is a secret, but open'
chmod 600 "$answers"
chown 65534 "$answers"
setup --from "$answers"
ends 'a file of somebody else' 3 'belongs to user 65534'
chown 0 "$answers"
ln -s "$answers" "$work/link"
setup --from "$work/link"
ends 'a link' 3 'is a symbolic link'
setup --from "$work/none"
ends 'no file' 3 'cannot be opened'
good_answers 'aplication_id = x' 'verify_usr = alice' 'access_key_secrt = x'
setup --from "$answers"
ends 'unknown names' 3 'did you mean verify_user'
check 'each of them, with the nearest' said 'did you mean access_key_secret'
good_answers 'tries = many' 'conf = /x' "app_id = $app_id" \
    'proxy = socks5://x:1'
setup --from "$answers"
ends 'a value that is not right' 3 'tries: wants a number'
check 'and an argument' said 'conf cannot be set in a file'
check 'and a second time' said 'app_id is set already'
check 'and a proxy' said 'must begin with http://'
good_answers 'access_key_secret = again'
setup --from "$answers"
ends 'a secret twice' 3 'set already'
good_answers "access_key_secret_file = $etc/access_key_secret"
setup --from "$answers"
ends 'a secret and a file with it' 3 'keep one of them'
check 'nothing of it is done' same
anew
drop 'app_[a-z]*'
drop 'access_key_[a-z]*'
drop management_url
setup --from "$answers"
ends 'what is missing' 3 'app_url is missing'
check 'all of it' test "$(grep -c ' is missing$' "$work/all")" = 5
good_answers
change management_url http://localhost
setup --from "$answers"
ends 'http://' 3 'must begin with https://'
good_answers
change access_key_secret not-the-secret
setup --from "$answers"
ends 'a wrong secret' 5 'does not accept'
good_answers
change access_key_id nobody
setup --from "$answers"
ends 'a wrong key id' 5 'does not accept'
good_answers
drop ca_file
setup --from "$answers"
ends 'an unknown authority' 6 'issuer certificate'
good_answers
change ca_file "$answers"
setup --from "$answers"
ends 'a file that holds no certificate' 3
good_answers
change app_id nonsense
setup --from "$answers"
ends 'an unknown application' 3 'no application of that id'
good_answers 'proxy = http://localhost:1'
setup --from "$answers"
ends 'a proxy that is not there' 6 'cannot be reached'
for fault in foreign_certificate expired_certificate; do
	good_answers
	door POST "/fault?name=$fault" >/dev/null
	setup --from "$answers"
	ends "$fault" 6
	door DELETE /fault >/dev/null
done
good_answers 'verifier_user = nobody-here'
setup --from "$answers"
ends 'what would deny every login' 3 verifier_user
good_answers 'fail = open' 'flow = signin'
setup --from "$answers"
ends 'options that are not right together' 3 'cannot go with flow = signin'
check 'under the name the file would have' said "$conf: fail"
good_answers 'provider = flashback'
setup --from "$answers"
ends 'flashback' 3 'logins need it'
good_answers
setup --from "$answers" --provider flashback
ends 'and --provider flashback' 2 'logins need it'
check 'nothing of it leaves anything' nothing_there
good_answers 'verify_user = ghost'
setup --from "$answers"
ends 'verify_user: nobody' 4 'does not know this person'
for row in 'dave 1' 'erin 1'; do
	change verify_user "${row% *}"
	setup --from "$answers"
	ends "verify_user: ${row% *}, who could not log in" "${row#* }"
done
check 'nothing is written' nothing_there
change verify_user bob
setup --from "$answers"
ends 'verify_user: bob, who has a phone' 0 changed
check 'nobody was sent a code' test ! -s "$work/emulator/outbox"

echo '# secrets and their files'
configured
change access_key_secret another-secret-of-the-key
cp "$conf" "$work/by_hand"
setup --from "$answers" --offline
ends 'another secret' 0 changed
check 'gets a file of its own' test "$(cat "$etc/access_key_secret.2")" = \
    another-secret-of-the-key
check 'the old one is where it was' test \
    "$(cat "$etc/access_key_secret")" = "$secret"
conf=$conf.old
other ping
ends 'the old configuration still works' 0
conf=$etc/genauth.conf
setup --from "$answers" --offline
ends 'again' 0 unchanged
good_answers
setup --from "$answers"
ends 'back to the first one' 0 changed
check 'which is there already' only_files access_key_secret \
    access_key_secret.2 genauth.conf genauth.conf.old
check 'and named' diff "$work/by_hand" "$conf"
anew
mkdir -m 755 "$etc"
echo 'somebody else needs this' >"$etc/access_key_secret"
setup --from "$answers"
ends 'a file in the way' 0 changed
check 'is left alone' grep -q 'somebody else' "$etc/access_key_secret"
anew
mkdir -m 755 "$etc"
ln -s "$work/elsewhere" "$etc/access_key_secret"
setup --from "$answers"
ends 'a link in the way' 0 changed
check 'is not followed' test ! -e "$work/elsewhere"

echo '# where it must not write'
anew
mkdir -m 755 "$work/real"
ln -s "$work/real" "$etc"
setup --from "$answers"
ends 'a directory that is a link' 3 'symbolic link'
rm "$etc"
mkdir "$etc"
chmod 775 "$etc"
setup --from "$answers"
ends 'one that a group may write' 3 'can be written by group or others'
chmod 755 "$etc"
chown 65534 "$etc"
setup --from "$answers"
ends 'one of somebody else' 3 'belongs to somebody else'
chown 0 "$etc"
touch "$work/target"
ln -s "$work/target" "$conf"
setup --from "$answers"
ends 'a configuration that is a link' 3 'is a symbolic link'
check 'which is not followed' test ! -s "$work/target"
rm "$conf"
echo '# open' >"$conf"
chmod 666 "$conf"
setup --from "$answers"
ends 'one that anybody may write' 3 'can be written by group or others'
rm "$conf"
mkdir "$work/loose"
mkdir -m 755 "$work/loose/etc"
chmod 777 "$work/loose"
conf=$work/loose/etc/genauth.conf
setup --from "$answers"
ends 'a directory in one that anybody may write' 3 "$work/loose can be"
check 'nothing is written there' test -z "$(ls -A "$work/loose/etc")"
conf=$etc/none/genauth.conf
setup --from "$answers"
ends 'one directory is made' 0
conf=$etc/none/of/these/genauth.conf
setup --from "$answers"
ends 'not two' 3 'No such file'
conf=$etc/genauth.conf
anew
mkdir -m 755 "$etc"
exec 9<"$etc"
flock 9
setup --from "$answers"
ends 'two at a time' 3 'another genauth-mfa setup'
exec 9<&-
check 'leave nothing' test -z "$(ls -A "$etc")"
if chmod 755 "$work" && setpriv --reuid 65534 --regid 65534 --clear-groups \
    test -x "$program" 2>/dev/null; then
	setsid setpriv --reuid 65534 --regid 65534 --clear-groups "$program" \
	    --config "$conf" setup --from "$answers" >"$work/stdout" \
	    2>"$work/stderr" </dev/null
	status=$?
	ran
	ends 'not root' 3 'try it with sudo'
else
	skip 'not root: nobody cannot reach the program here'
fi

echo '# the audit'
if [ -n "${PRIVATE_LOG-}" ]; then
	: >"$PRIVATE_LOG"
	configured
	tries=0
	until grep -q 'phase=result' "$PRIVATE_LOG" || [ "$tries" -gt 100 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	check 'two lines in syslog' test "$(grep -c \
	    'event=mfa phase=[a-z]* action=setup detail="management_url' \
	    "$PRIVATE_LOG")" = 2
	check 'the second with what came of it' grep -q 'result=done' \
	    "$PRIVATE_LOG"
	check 'without the secret' sh -c "! grep -qF '$secret' '$PRIVATE_LOG'"
	: >"$PRIVATE_LOG"
	setup --from "$answers"
	sleep 0.2
	check 'none where nothing changes' test ! -s "$PRIVATE_LOG"
else
	skip 'the lines in syslog: no private system'
fi
anew
echo "audit_file = $work/none/audit" >>"$answers"
setup --from "$answers"
ends 'what cannot be noted is not done' 3 'nothing was written'
check 'nothing is there' nothing_there
change audit_file "$work/audit"
setup --from "$answers"
ends 'with audit_file' 0
cp "$work/audit" "$work/stdout"
check 'two lines' json 'rows.length === 2 && rows[0].phase === "intent" &&
	rows[1].result === "done" && rows[1].action === "setup" &&
	rows[1].detail.includes("access_key_secret_file")'
check 'without the secret' sh -c "! grep -qF '$secret' '$work/audit'"
echo 'require_reason = yes' >>"$answers"
setup --from "$answers"
ends 'require_reason' 2 '--reason'
echo 'require_reason = yes' >>"$conf"
interview :
ends 'on a terminal that is told before the first question' 2 \
    "require_reason is set in $conf"
sed -i '/^require_reason/d' "$conf"
setup --from "$answers" --reason 'ticket 42'
ends 'with a reason' 0 changed

echo '# a full disk'
if [ -n "${PRIVATE_LOG-}" ] && mkdir "$work/full" &&
    mount -t tmpfs -o size=4k,mode=755 tmpfs "$work/full"; then
	configured
	cp "$conf" "$work/by_hand"
	cp "$conf" "$work/full/genauth.conf"
	change access_key_secret another-secret
	conf=$work/full/genauth.conf
	for size in 4k 8k; do
		mount -o remount,size=$size "$work/full"
		setup --from "$answers" --offline
		ends "no room within $size" 3 'No space left'
		check 'leaves all as it was' sh -c "
		    diff '$work/by_hand' '$conf' &&
		    [ \"\$(ls -A '$work/full')\" = genauth.conf ]"
	done
	mount -o remount,size=64k "$work/full"
	setup --from "$answers" --offline
	ends 'with room it is done' 0 changed
	umount "$work/full"
	conf=$etc/genauth.conf
else
	skip 'a full disk: no private system'
fi

echo '# calls that fail, and a sudden end'
# renewed: a configuration that works, and answers that change all of it.
renewed()
{
	configured
	good_answers 'tries = 2'
	change access_key_secret another-secret
	cp "$conf" "$work/by_hand"
	remember
}

# traced WHAT: with this fault of a system call. A leak checker cannot trace
# who is traced.
traced()
{
	ASAN_OPTIONS=detect_leaks=0 \
	    setsid strace -qq -o "$work/trace" -e "inject=$1" "$program" --config \
	    "$conf" setup --from "$answers" --offline >"$work/stdout" \
	    2>"$work/stderr" </dev/null
	status=$?
	ran
}

can_trace=no
if strace -qq -o "$work/trace" true 2>/dev/null; then
	can_trace=yes
else
	skip 'calls that fail: no strace here'
fi
[ $can_trace = no ] || renewed
for fault in fchown:error=EIO:when=1 fchown:error=EIO:when=2 \
    fchmod:error=EIO:when=1 fchmod:error=EIO:when=2 \
    fsync:error=EIO:when=1 fsync:error=ENOSPC:when=2 \
    fsync:error=EIO:when=3 linkat:error=EEXIST:when=1 \
    linkat:error=EPERM:when=2 renameat:error=EIO:when=1; do
	[ $can_trace = yes ] || break
	traced "$fault"
	ends "$fault" 3 'nothing was changed'
	check 'all is as it was' same
done
if [ $can_trace = yes ]; then
	traced renameat:error=EIO:when=2
	ends 'renameat:error=EIO:when=2' 3 'nothing was changed'
	check 'the configuration is as it was' diff "$work/by_hand" "$conf"
	traced fsync:error=EIO:when=4
	ends 'fsync:error=EIO:when=4 comes too late' 0 'a power cut'
fi
for call in linkat:when=1 linkat:when=2 renameat:when=1 renameat:when=2 \
    fsync:when=1 fsync:when=2 fsync:when=3; do
	[ $can_trace = yes ] || break
	renewed
	traced "${call%:*}:signal=KILL:${call#*:}"
	check "killed in $call" test "$status" = 137
	if cmp -s "$work/by_hand" "$conf"; then
		other ping
		ends 'the old one works' 0
	else
		check 'the new one is whole' grep -qx 'tries = 2' "$conf"
		other config check
		ends 'and can be read' 0
	fi
	setup --from "$answers" --offline
	ends 'the next run succeeds' 0
	check 'and clears up' sh -c "! ls -A '$etc' | grep -q '^\\.'"
done

echo '# secrets'
if [ $can_trace = yes ]; then
	anew
	ASAN_OPTIONS=detect_leaks=0 \
	    setsid strace -f -qq -s 65536 -o "$work/trace" "$program" --config \
	    "$conf" setup --from "$answers" >"$work/stdout" 2>&1 </dev/null
	check 'the secret is written once' test \
	    "$(grep -F "$secret" "$work/trace" | grep -c 'write(')" = 1
	check 'to its file alone' test "$(grep -F "$secret" "$work/trace" |
	    grep -cvE '(read|write)\(')" = 0
else
	skip 'the secret in system calls: no strace here'
fi
check 'nothing that was shown or noted holds a secret' sh -c \
    "! grep -qF -e '$secret' -e '$app_secret' -e another-secret \
    -e not-the-secret '$work/everything' '$work/audit' '$conf'"

finish setup
