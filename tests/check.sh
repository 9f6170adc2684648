#!/bin/sh
# check.sh BUILD: everything that can run here, with one closing line.
set -u
build=$1
top=$(cd "$(dirname "$0")/.." && pwd)
total_passed=0 total_failed=0 total_skipped=0
started=0 shown=0
# Most parts wait most of the time: for each other's answers, for denials that
# take their time.
lanes=$(($(nproc) + 1))
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# part NAME COMMAND...: begins it as soon as a lane is free.
part()
{
	while show_ended && [ $((started - ended)) -ge "$lanes" ]; do
		sleep 0.2
	done
	started=$((started + 1))
	mkdir "$results/$started"
	echo "$1" >"$results/$started/name"
	shift
	(
		part_dir=$results/$started
		begun=$(date +%s)
		"$@" >"$part_dir/out" 2>&1 </dev/null
		echo $? >"$part_dir/status.new"
		echo $(($(date +%s) - begun)) >"$part_dir/seconds"
		mv "$part_dir/status.new" "$part_dir/status"
	) &
}

# show_ended: what has ended, in the order in which it began. Sets $ended.
show_ended()
{
	while [ -e "$results/$((shown + 1))/status" ]; do
		shown=$((shown + 1))
		show_part "$results/$shown"
	done
	ended=$(find "$results" -name status | wc -l)
}

# show_part DIRECTORY: what it said, and adds up its closing line.
show_part()
{
	name=$(cat "$1/name") status=$(cat "$1/status")
	printf '\n== %s\n' "$name"
	cat "$1/out"
	printf '# %s s\n' "$(cat "$1/seconds")"
	counts=$(sed -n \
	    's/.*: \([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' \
	    "$1/out" | tail -n 1)
	# shellcheck disable=SC2086 # three numbers
	set -- ${counts:-0 0 0}
	total_passed=$((total_passed + $1))
	total_failed=$((total_failed + $2))
	total_skipped=$((total_skipped + $3))
	if [ "$status" -ne 0 ] && [ "$2" -eq 0 ] || [ -z "$counts" ]; then
		total_failed=$((total_failed + 1))
		printf '%s ended with status %s\n' "$name" "$status"
	fi
	grep -E '^(FAILED|SKIPPED) ' "$results/$shown/out" |
	    sed "s/\$/ ($name)/" >>"$results/odd"
}

# unit BUILD: `make check`, counting each test of each program.
unit()
{
	make -C "$1" check VERBOSE=1 >"$1/check.log" 2>&1
	status=$?
	good=$(cat "$1"/test_*.log 2>/dev/null | grep -c '\[       OK \]')
	bad=$(cat "$1"/test_*.log 2>/dev/null |
	    grep -cE '^\[  FAILED  \] [a-z0-9_]+$')
	cat "$1"/test_*.log 2>/dev/null |
	    grep -oE '^\[  SKIPPED \] [a-z0-9_]+$' | sort -u
	omitted=$(cat "$1"/test_*.log 2>/dev/null |
	    grep -oE '^\[  SKIPPED \] [a-z0-9_]+$' | sort -u | wc -l)
	if [ "$status" -ne 0 ] || [ "$good" -eq 0 ]; then
		tail -n 150 "$1/check.log"
		[ "$bad" -gt 0 ] || bad=1
	fi
	echo "unit tests: $good passed, $bad failed, $omitted skipped"
	[ "$bad" -eq 0 ]
}

# in_private BUILD COMMAND...: where alice has an account, if that can be had.
in_private()
{
	if [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null; then
		"$top/tests/in_private_system.sh" "$@"
	else
		shift
		"$@"
	fi
}

# as_root WHY COMMAND...: or counted as skipped.
as_root()
{
	why=$1
	shift
	if [ "$(id -u)" != 0 ]; then
		echo "SKIPPED $why: not root"
		echo "$why: 0 passed, 0 failed, 1 skipped"
	elif ! unshare --mount true 2>/dev/null; then
		echo "SKIPPED $why: no mount namespaces here"
		echo "$why: 0 passed, 0 failed, 1 skipped"
	else
		"$top/tests/in_private_system.sh" "$@"
	fi
}

distcheck()
{
	if make -C "$build/default" distcheck \
	    >"$build/distcheck.log" 2>&1; then
		echo 'distcheck: 1 passed, 0 failed, 0 skipped'
	else
		tail -n 60 "$build/distcheck.log"
		echo 'distcheck: 0 passed, 1 failed, 0 skipped'
		return 1
	fi
}

packages()
{
	"$top/tests/packages.sh" "$build/default"
}

installing()
{
	"$top/tests/install.sh" "$build/default" bookworm
}

# in_turn STEP...: those that need what the one before made, or its place; the
# closing line is all of theirs.
in_turn()
{
	: >"$build/in_turn.log"
	for step in "$@"; do
		printf '# %s\n' "$step" >>"$build/in_turn.log"
		"$step" >>"$build/in_turn.log" 2>&1 || :
	done
	cat "$build/in_turn.log"
	sed -n 's/.*: \([0-9]* passed, [0-9]* failed, [0-9]* skipped\)$/\1/p' \
	    "$build/in_turn.log" | awk -v steps=$# '
		{ passed += $1; failed += $3; skipped += $5 }
		END {
			if (NR != steps)
				failed++
			printf "in turn: %d passed, %d failed, %d skipped\n",
			    passed, failed, skipped
			exit failed > 0
		}'
}

oracle()
{
	"$top/tests/oracle.sh" "$build/default/inst/bin/genauth-emulator"
}

part 'unit tests, gcc' unit "$build/default"
part 'unit tests, clang' unit "$build/clang"
part 'unit tests, address and undefined behaviour sanitizers' \
    unit "$build/sanitized"
part 'distcheck, packages, from installing to purging' \
    in_turn distcheck packages installing
part 'a moment of fuzzing' "$top/fuzz/fuzz.sh" "$build/fuzz" 2
part 'layers and lint' "$top/tests/layers.sh" "$top" "$build/default"
part 'messages' "$top/tests/messages.sh" "$top" "$build/default"
part 'static analysis' "$top/tests/analysis.sh" "$top" "$build/default"
part 'the official SDK against the emulator' oracle
part 'logins through pam_wrapper' "$top/tests/e2e.sh" "$build/default"
part 'logins through pam_wrapper, sanitized' \
    "$top/tests/e2e.sh" "$build/sanitized"
for commands in frame admin self unlock setup explain; do
	for kind in default sanitized; do
		part "genauth-mfa, $commands, $kind" in_private "$build/$kind" \
		    "$top/tests/mfa_$commands.sh" "$build/$kind"
	done
done
for kind in default sanitized; do
	part "genauth-mfa doctor, $kind" in_private "$build/$kind" \
	    "$top/tests/mfa_doctor.sh" "$build/$kind"
done
part 'genauth-mfa, 10,000 people' "$top/tests/mfa_bulk.sh" "$build/default"
part 'real sshd, sudo, su and login' as_root hosts "$build/default" \
    "$top/tests/hosts.sh" "$build/default"
part 'the sandbox' as_root sandbox "$build/default" \
    "$top/tests/sandbox.sh" "$build/default"
part 'hostile surroundings' "$top/tests/surroundings.sh" "$build/default"
part 'the stacks of pam.d' "$top/tests/stacks.sh" "$build/default"
part 'scp, sftp, rsync, git, plink' as_root clients "$build/default" \
    "$top/tests/clients.sh" "$build/default"
part 'what people see' as_root golden "$build/default" \
    "$top/tests/golden.sh" "$build/default"
part 'what the documents say' "$top/tests/docs.sh" "$build/default"
part 'the service as an enemy' as_root enemy "$build/default" \
    "$top/tests/enemy.sh" "$build/default"
part 'failing calls' "$top/tests/faults.sh" "$build/default"
part 'secrets' as_root secrets "$build/default" \
    "$top/tests/secrets.sh" "$build/default"
part 'load' as_root load "$build/default" \
    "$top/tests/load.sh" "$build/default"
part 'RPM packages' "$top/tests/rpm.sh" "$build/default"
part "Fedora's and RHEL's stacks" as_root rhel "$build/default" \
    "$top/tests/rhel.sh" "$build/default"
part 'the AppArmor profile' as_root apparmor "$build/default" \
    "$top/tests/apparmor.sh" "$build/default"
part 'the CI file' "$top/tests/ci.sh" "$top"
while show_ended && [ "$shown" -lt "$started" ]; do
	sleep 0.2
done
printf '\n== figures\n'
cat "$results"/*/out | sed -n 's/^figure  /  /p'
if [ -s "$results/odd" ]; then
	printf '\n== what failed or was skipped\n'
	cat "$results/odd"
fi
printf '\n%d passed, %d failed, %d skipped\n' \
    "$total_passed" "$total_failed" "$total_skipped"
[ "$total_failed" -eq 0 ]
