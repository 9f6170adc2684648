#!/bin/sh
# mfa_bulk.sh BUILD: genauth-mfa reset --from, against the emulator over TLS:
# ten thousand people through three kills, Ctrl-C on a terminal, a service
# that throttles or breaks down, people who do not exist. Needs no root.
set -u
build=$1
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
mfa_pid=
leave()
{
	[ -z "$mfa_pid" ] || kill -9 "$mfa_pid" 2>/dev/null
	emulator_stop
	rm -rf "$work"
}
trap leave EXIT
trap 'exit 1' INT TERM
export TERM=xterm LC_ALL=C.UTF-8
unset NO_COLOR || :

many=10000
conf=$work/emulator/genauth.conf
mfa=$build/inst/sbin/genauth-mfa

# people FIRST COUNT: a list of the emulator's people.
people()
{
	seq -f 'person%05.0f' "$1" "$(($1 + $2 - 1))"
}

# reset ARGUMENT...: without a terminal. Sets $status; leaves stdout, stderr.
reset()
{
	setsid "$mfa" --config "$conf" --yes reset "$@" \
	    >"$work/stdout" 2>"$work/stderr" </dev/null
	status=$?
	echo "status $status" >>"$work/stderr"
}

# start ARGUMENT...: the same in the background; $mfa_pid is the program's.
start()
{
	"$mfa" --config "$conf" --yes reset "$@" \
	    >"$work/stdout" 2>"$work/stderr" </dev/null &
	mfa_pid=$!
}

# ended: wait for it. Sets $status.
ended()
{
	wait "$mfa_pid" 2>/dev/null
	status=$?
	mfa_pid=
}

# ends NAME STATUS [TEXT]: how the last run ended, and what it said.
ends()
{
	if [ "$status" != "$2" ]; then
		echo "status $status" >>"$work/stderr"
		not_ok "$1 (status $2)" "$work/stderr"
	elif [ -n "${3-}" ] &&
	    ! grep -qF -e "$3" "$work/stdout" "$work/stderr"; then
		not_ok "$1 (says: $3)" "$work/stderr"
	else
		ok "$1"
	fi
}

# lines FILE: how many it has; 0 where there is none.
lines()
{
	[ ! -e "$1" ] || wc -l <"$1"
	[ -e "$1" ] || echo 0
}

# await_lines FILE COUNT: until the running one has written so many.
await_lines()
{
	while [ "$(lines "$1")" -lt "$2" ] && kill -0 "$mfa_pid" 2>/dev/null
	do
		sleep 0.02
	done
}

# done_in JOURNAL; begun_in JOURNAL: the names, sorted; doubled names stay.
done_in()
{
	sed -n 's/^[0-9a-f]\{8\} done ok //p' "$1" | sort
}

begun_in()
{
	sed -n 's/^[0-9a-f]\{8\} begin //p' "$1" | sort -u
}

# unbound: who is unbound by the emulator's own count: NAME REQUESTS REMOVED.
unbound()
{
	door GET /unbinds | node -e '
const all = JSON.parse(require("fs").readFileSync(0, "utf8"));
for (const u of all)
	console.log(u.username, u.requests, u.removed);' | sort
}

# random MAX: from 0 to MAX - 1.
random()
{
	echo $(($(od -An -N4 -tu4 /dev/urandom) % $1))
}

# same FILE FILE: with the first differences where they are not.
same()
{
	diff "$1" "$2" >"$work/diff" || { head -n 20 "$work/diff"; false; }
}

emulator_start "$work/emulator" --people $((many + 3500))
echo "audit_file = $work/audit" >>"$conf"

# --- ten thousand people, killed three times

people 1 $many >"$work/list"
journal=$work/journal
unnoted=0
for part in 0 1 2; do
	at=$((part * 2 * many / 3 + 200 + $(random 5000)))
	start --from "$work/list" --jobs 16 --journal "$journal"
	await_lines "$journal" $at
	kill -9 "$mfa_pid"
	ended
	done_in "$journal" >"$work/done"
	begun_in "$journal" >"$work/begun"
	unbound | cut -d' ' -f1 >"$work/unbound"
	comm -13 "$work/done" "$work/unbound" >"$work/unnoted"
	unnoted=$((unnoted + $(lines "$work/unnoted")))
	echo "        killed with $(lines "$work/done") done, $(comm -23 \
	    "$work/begun" "$work/done" | wc -l) under way, of whom $(lines \
	    "$work/unnoted") were unbound already"
	check "kill $((part + 1)) hit a run under way" test "$status" = 137 -a \
	    "$(lines "$work/done")" -lt $many
	check "kill $((part + 1)): nobody was touched who was not noted" \
	    test -z "$(comm -13 "$work/begun" "$work/unbound")"
done
check 'some were unbound without that being noted' test "$unnoted" -gt 0
reset --from "$work/list" --jobs 16 --journal "$journal"
ends 'the fourth run does the rest' 0 ", 0 failed, 0 not done"
done_in "$journal" >"$work/done"
check 'each was done once, says the journal' same "$work/list" "$work/done"
sed 's/$/ 1 1/' "$work/list" >"$work/want"
unbound >"$work/unbound"
check 'each was unbound once, says the emulator' \
    same "$work/want" "$work/unbound"
door DELETE /requests >/dev/null
reset --from "$work/list" --jobs 16 --journal "$journal"
ends 'a fifth run has nothing to do' 0 "all $many are done already"
check 'and asks the service nothing' test "$(door GET /requests)" = '[]'
reset --from "$work/list" --journal "$journal" --keep-sessions
ends 'a journal of other settings is refused' 3 'was begun for'
printf '00000000 done ok x\n' >>"$journal"
printf '00000000 done ok y\n' >>"$journal"
reset --from "$work/list" --journal "$journal"
ends 'a damaged journal is refused' 3 "is damaged in line"

# --- how fast

first=$((many + 1))
for jobs in 1 4 16; do
	people $first 1000 >"$work/list"
	first=$((first + 1000))
	door DELETE /requests >/dev/null
	before=$(date +%s%N)
	reset --from "$work/list" --jobs $jobs --journal "$work/speed.$jobs"
	ms=$((($(date +%s%N) - before) / 1000000))
	echo "        $jobs at once: $((1000 * 1000 / ms)) people/s"
	door GET /requests | grep -o '"connection":[^0-9]*[0-9]*' | sort -u \
	    >"$work/connections"
	check "$jobs at once need at most $jobs connections" \
	    test "$status" = 0 -a "$(lines "$work/connections")" -le $jobs
done
check 'they share one token' test "$(door GET /requests |
    grep -c get-management-token)" -le 1

# --- a service that throttles

people $first 60 >"$work/list"
door POST '/fault?name=retry_after_s&value=3&path=mfa-bound&count=1' >/dev/null
before=$(date +%s)
start --from "$work/list" --jobs 4 --journal "$work/throttled"
until [ "$(door GET /requests | grep -c '429')" -gt 0 ]; do
	sleep 0.05
done
sleep 0.5
seen=$(lines "$work/throttled")
sleep 1.5
check 'all pause when one is told to wait' \
    test "$(lines "$work/throttled")" = "$seen"
ended
ends 'and go on afterwards' 0 '60 people: 60 reset, 0 failed, 0 not done'
check 'not before the time the service said' \
    test $(($(date +%s) - before)) -ge 3
door POST '/fault?name=retry_after_s&value=4000' >/dev/null
reset --from "$work/list" --jobs 4
ends 'who is told to wait an hour stops' 6 'asks for too much patience'
door DELETE /fault >/dev/null

# --- a service that breaks down

first=$((first + 60))
people $first 200 >"$work/list"
start --from "$work/list" --jobs 4 --journal "$work/broken"
await_lines "$work/broken" 50
door POST '/fault?name=http_status&value=503' >/dev/null
ended
ends 'a service that breaks down ends the run' 6 \
    'leaves out who is done'
check 'after ten failures and those under way' test \
    "$(grep -c ' done busy ' "$work/broken")" -le 20
door DELETE /fault >/dev/null
reset --from "$work/list" --jobs 4 --journal "$work/broken"
ends 'the next run does the rest, and who failed' 0 ', 0 failed, 0 not done'
check 'nobody was unbound twice' test -z "$(unbound | grep -v ' 1 1$')"

# --- people who do not exist

first=$((first + 200))
{
	people $first 20
	echo '# gone'
	echo nobody1
	echo 'no body 2'
	echo '../../x|y'
	people $((first + 20)) 20
} >"$work/list"
reset --json --from "$work/list" --jobs 4 --journal "$work/strangers"
ends 'who does not exist is a failure, the rest is done' 7 \
    'to go on, run the same command again'
grep -o 'genauth-mfa: .*: the service does not know this person (request id' \
    "$work/stderr" | sort >"$work/said"
sort >"$work/want" <<'END'
genauth-mfa: ../../x|y: the service does not know this person (request id
genauth-mfa: no body 2: the service does not know this person (request id
genauth-mfa: nobody1: the service does not know this person (request id
END
check 'who failed is listed, with the request id' \
    same "$work/want" "$work/said"
check 'the result is a JSON object per person' node -e '
const lines = require("fs").readFileSync(process.argv[1], "utf8").split("\n");
if (lines.pop() !== "" || lines.length !== 43)
	throw lines.length;
const all = lines.map((l) => JSON.parse(l));
const good = all.filter((p) => p.result === "done" && p.removed === "OTP" &&
    p.sessions_ended === true && /^person/.test(p.user) && p.id);
const bad = all.filter((p) => p.result === "unknown_person" && p.request_id);
if (good.length !== 40 || bad.length !== 3 ||
    new Set(all.map((p) => p.user)).size !== 43)
	throw [good.length, bad.length];' "$work/stdout"
reset --from "$work/list" --journal "$work/strangers"
ends 'the next run tries just those again' 7 '0 reset, 40 had been before, 3'
check 'a line for each of them' test "$(grep -c ': failed: ' \
    "$work/stdout")" = 3

# --- lists that are wrong, and runs that change nothing

door DELETE /requests >/dev/null
printf 'alice\nb\033ob\nca\377rol\ndave\r\nalice\n' >"$work/list"
reset --from "$work/list"
ends 'a list with mistakes is refused' 2 'line 2: the name holds control'
check 'all of them are told' sh -c "grep -q 'line 3: ' '$work/stderr' &&
    grep -q 'line 4: .*carriage return' '$work/stderr'"
reset --from "$work/none"
ends 'a list that is not there' 2 'No such file'
printf 'alice\n' >"$work/list"
setsid "$mfa" --config "$conf" reset --from - <"$work/list" \
    >"$work/stdout" 2>"$work/stderr"
status=$?
ends 'a list on standard input needs --yes' 2 '--from - needs --yes'
setsid "$mfa" --config "$conf" reset --from "$work/list" </dev/null \
    >"$work/stdout" 2>"$work/stderr"
status=$?
ends 'without a terminal --yes is needed' 2 \
    "Reset MFA of 1 people from $work/list?"
check 'none of that asked the service anything' \
    test "$(door GET /requests)" = '[]'
first=$((first + 40))
people $first 3 >"$work/list"
reset --dry-run --json --from "$work/list" --journal "$work/dry"
ends 'a dry run' 0
check 'shows the requests' sh -c \
    "test \"\$(grep -c '\"method\":\"DELETE\"' '$work/stdout')\" = 3"
check 'and makes none of them' sh -c "! grep -q '$(head -n 1 "$work/list")' \
    '$work/unbound' && test ! -e '$work/dry'"
setsid "$mfa" --config "$conf" --yes reset --from - <"$work/list" \
    >"$work/stdout" 2>"$work/stderr"
status=$?
ends 'a list on standard input' 0 '3 people: 3 reset, 0 failed, 0 not done'

# --- on a terminal: the question, the bar, Ctrl-C

first=$((first + 3))
people $first 100 >"$work/list"
door POST '/fault?name=latency_ms&value=20' >/dev/null
cat >"$work/terminal.exp" <<'END'
set timeout 20
set stty_init "rows 24 columns 100"
spawn {*}$argv
expect "Reset MFA of 100 people from" { send "y\r" }
expect -re {\[=+> *\] [0-9]+ of 100 +[0-9]+/s +[-0-9:]+ left} {
	send_error "bar seen\n"
}
send "\003"
expect eof
exit [lindex [wait] 3]
END
expect -f "$work/terminal.exp" "$mfa" --config "$conf" reset \
    --from "$work/list" --jobs 4 --journal "$work/ctrlc" \
    >"$work/stdout" 2>"$work/stderr"
status=$?
ends 'Ctrl-C ends a run on a terminal' 1 'to go on, run the same command again'
check 'after the question and with a bar' grep -q 'bar seen' "$work/stderr"
check 'the bar is gone in the end' sh -c \
    "tr '\\r' '\\n' <'$work/stdout' | tail -n 4 | grep -q '^.\[K100 people: '"
done_in "$work/ctrlc" >"$work/done"
begun_in "$work/ctrlc" >"$work/begun"
check 'those under way were finished, and no more begun' \
    same "$work/begun" "$work/done"
check 'and not all' test "$(lines "$work/done")" -gt 0 -a \
    "$(lines "$work/done")" -lt 100
door DELETE /fault >/dev/null
reset --from "$work/list" --jobs 4 --journal "$work/ctrlc"
ends 'the next run does the rest' 0 \
    "$(lines "$work/done") had been before, 0 failed, 0 not done"
check 'nobody was unbound twice in all of this' \
    test -z "$(unbound | grep -v ' 1 1$')"
finish 'many people'
