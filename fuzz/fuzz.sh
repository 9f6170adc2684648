#!/bin/sh
# fuzz.sh BUILD SECONDS [TARGET...]: fuzzes each harness for so many seconds,
# beginning with its corpus in fuzz/corpus; as many at a time as there are
# processors. BUILD was configured with CC=clang --enable-fuzzing. What is
# found stays in BUILD/found/TARGET, the corpus that grew in
# BUILD/grown/TARGET; fuzz/corpus is not touched, but for MERGE=1: then it
# gets the smallest part of what grew that reaches all that was reached.
# seed-* (written by hand) and found-* (what once failed) always stay.
set -u
build=$1 seconds=$2
shift 2
top=$(cd "$(dirname "$0")/.." && pwd)
passed=0 failed=0

# fuzz TARGET: its last words are in BUILD/found/TARGET.log.
fuzz()
{
	mkdir -p "$build/found/$1" "$build/grown/$1"
	nice -n 10 "$build/fuzz-$1" -max_total_time="$seconds" -timeout=10 \
	    -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1 \
	    -artifact_prefix="$build/found/$1/" \
	    "$build/grown/$1" "$top/fuzz/corpus/$1" \
	    >"$build/found/$1.log" 2>&1
	echo $? >"$build/found/$1.status"
}

# stat_of TARGET NAME: from those words.
stat_of()
{
	sed -n "s/^stat::$2: *//p" "$build/found/$1.log"
}

tell()
{
	covered=$(sed -n 's/.* cov: \([0-9]*\).*/\1/p' "$build/found/$1.log" |
	    tail -n 1)
	if [ "$(cat "$build/found/$1.status")" -eq 0 ]; then
		passed=$((passed + 1))
		printf 'ok   %-10s %9s runs, %5s edges\n' "$1" \
		    "$(stat_of "$1" number_of_executed_units)" "$covered"
	else
		failed=$((failed + 1))
		echo "FAIL $1: see $build/found/$1.log"
		grep -E 'does not hold|ERROR|SUMMARY|Test unit' \
		    "$build/found/$1.log"
	fi
}

merge()
{
	for input in "$top/fuzz/corpus/$1"/*; do
		case $(basename "$input") in
		seed-* | found-*) ;;
		*) mv "$input" "$build/grown/$1/" ;;
		esac
	done
	# by what is reached alone, not by how often
	"$build/fuzz-$1" -set_cover_merge=1 -use_counters=0 \
	    "$top/fuzz/corpus/$1" "$build/grown/$1" \
	    >"$build/found/$1.merge" 2>&1
}

[ $# -gt 0 ] || {
	for directory in "$top"/fuzz/corpus/*; do
		set -- "$@" "$(basename "$directory")"
	done
}
running=0
for target in "$@"; do
	fuzz "$target" &
	running=$((running + 1))
	if [ $running -ge "$(nproc)" ]; then
		wait
		running=0
	fi
done
wait
for target in "$@"; do
	tell "$target"
	[ "${MERGE-}" != 1 ] || merge "$target"
done
echo "fuzzing, ${seconds} s each: $passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
