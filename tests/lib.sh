# What the shell tests share. Sourced. Wants $build (an installed build), $top
# (the sources) and $work (a directory of the caller's, removed by it).
# shellcheck shell=sh disable=SC2034,SC2154 # set and used by those who source

# Messages in English, whoever runs this.
unset LC_ALL LC_MESSAGES
export LANG=C.UTF-8

# Results are lines in a file: many come from the end of a pipe.
ok()
{
	echo passed >>"$work/results"
	printf 'ok      %s\n' "$1"
}

# not_ok NAME [FILE]: with what was seen.
not_ok()
{
	echo failed >>"$work/results"
	printf 'FAILED  %s\n' "$1"
	if [ -n "${2-}" ] && [ -e "$2" ]; then
		tail -n 40 "$2" | sed 's/^/        | /'
	fi
}

skip()
{
	echo skipped >>"$work/results"
	printf 'SKIPPED %s\n' "$1"
}

# figure TEXT: a measured figure, which ./run check repeats at its end.
figure()
{
	printf 'figure  %s\n' "$1"
}

results()
{
	grep -c "^$1\$" "$work/results" || :
}

# check NAME COMMAND...: passes when the command does.
check()
{
	check_name=$1
	shift
	if "$@" >"$work/check.out" 2>&1; then
		ok "$check_name"
	else
		not_ok "$check_name" "$work/check.out"
	fi
}

# The closing line of a test file; its exit status is the test's.
finish()
{
	touch "$work/results"
	printf '%s: %d passed, %d failed, %d skipped\n' "$1" \
	    "$(results passed)" "$(results failed)" "$(results skipped)"
	[ "$(results failed)" -eq 0 ]
}

# await_file FILE: until something is in it, ten seconds at most.
await_file()
{
	for _ in $(seq 100); do
		[ ! -s "$1" ] || return 0
		sleep 0.1
	done
	return 1
}

# ends NAME STATUS [TEXT]: how the last run of genauth-mfa ended ($status), and
# what it said ($work/all).
ends()
{
	if [ "$status" != "$2" ]; then
		echo "status $status" >>"$work/all"
		not_ok "$1 (status $2)" "$work/all"
	elif [ -n "${3-}" ] && ! grep -qF -e "$3" "$work/all"; then
		not_ok "$1 (says: $3)" "$work/all"
	else
		ok "$1"
	fi
}

# json EXPRESSION: true of `rows`, the parsed lines of its standard output.
json()
{
	node -e 'const rows = require("fs").readFileSync(process.argv[1],
	    "utf8").trim().split("\n").map(l => JSON.parse(l));
	    process.exit(eval(process.argv[2]) ? 0 : 1)' "$work/stdout" "$1"
}

# free_port: of loopback, at this moment.
free_port()
{
	expect -c 'puts [lindex [fconfigure [socket -server none \
	    -myaddr 127.0.0.1 0] -sockname] 2]'
}

# emulator_start DIR [ARGUMENT...]: sets $url and $control.
emulator_start()
{
	emulator_dir=$1
	shift
	: >"$work/emulator.out"
	"$build/inst/bin/genauth-emulator" --dir "$emulator_dir" "$@" \
	    >"$work/emulator.out" 2>"$work/emulator.err" &
	emulator_pid=$!
	emulator_tries=0
	until grep -q '^genauth-emulator ready' "$work/emulator.out"; do
		emulator_tries=$((emulator_tries + 1))
		if [ "$emulator_tries" -gt 100 ] ||
		    ! kill -0 "$emulator_pid" 2>/dev/null; then
			echo 'the emulator did not start:' >&2
			cat "$work/emulator.err" >&2
			exit 1
		fi
		sleep 0.1
	done
	url=$(sed -n 's/.*ready: \([^ ]*\) .*/\1/p' "$work/emulator.out")
	control=$(sed -n 's/.*(control \([^)]*\)).*/\1/p' "$work/emulator.out")
}

emulator_stop()
{
	if [ -n "${emulator_pid-}" ]; then
		kill "$emulator_pid" 2>/dev/null || :
		wait "$emulator_pid" 2>/dev/null || :
	fi
	emulator_pid=
}

# door METHOD PATH: the emulator's side door.
door()
{
	curl -sS --fail --noproxy '*' -X "$1" "$control$2"
}

# otp USER: a code not used before: the emulator's clock goes on first.
otp()
{
	door POST '/advance?seconds=30' >/dev/null
	# who is denied early does not read it
	door GET "/totp?user=$1" 2>/dev/null || :
}

# recovery_code USER: the one the service holds now.
recovery_code()
{
	door GET "/user?user=$1" | sed -n 's/.*"recoveryCode":[^"]*"\([^"]*\)".*/\1/p'
}

# sent_code TO COUNT: wait until the outbox holds more than COUNT messages to
# TO, print the code of the last.
sent_count()
{
	grep -c "\"to\":\"$1\"" "$emulator_dir/outbox" 2>/dev/null || :
}

sent_code()
{
	sent_tries=0
	while [ "$(sent_count "$1")" -le "$2" ] && [ "$sent_tries" -lt 50 ]; do
		sent_tries=$((sent_tries + 1))
		sleep 0.1
	done
	grep "\"to\":\"$1\"" "$emulator_dir/outbox" | tail -n 1 |
	    sed 's/.*"code":"\([^"]*\)".*/\1/'
}

# terminal [PROMPT ANSWER]... : COMMAND...: what was seen is in terminal.out.
terminal()
{
	"$top/tests/answer.exp" "$@" >"$work/terminal.out" 2>&1
}

seen()
{
	grep -qF -e "$1" "$work/terminal.out"
}

# works NAME [PROMPT ANSWER]... : COMMAND...
works()
{
	works_name=$1
	shift
	if terminal "$@"; then
		ok "$works_name"
	else
		not_ok "$works_name" "$work/terminal.out"
	fi
}

# fails NAME [PROMPT ANSWER]... : COMMAND...: by itself, after every PROMPT.
fails()
{
	fails_name=$1
	shift
	if terminal "$@"; then
		not_ok "$fails_name (was let in)" "$work/terminal.out"
	elif grep -q '^answer.exp:' "$work/terminal.out"; then
		not_ok "$fails_name" "$work/terminal.out"
	else
		ok "$fails_name"
	fi
}

# no_requests NAME: since the last `door DELETE /requests`.
no_requests()
{
	door GET /requests >"$work/requests"
	check "$1" sh -c "! grep -q '\"path\"' '$work/requests'"
}
