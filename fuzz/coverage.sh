#!/bin/sh
# coverage.sh BUILD: which lines of src/ the corpora of fuzz/ reach, which the
# unit tests, and which neither. BUILD was configured with
# --disable-hardening CFLAGS='-g -O0 --coverage', and holds nothing else.
set -u
build=$(cd "$1" && pwd) || exit 1
top=$(cd "$(dirname "$0")/.." && pwd)
log=$build/coverage.log

forget()
{
	find "$build" -name '*.gcda' -delete
}

# report NAME: percent of lines by folder; those of each file are left in
# BUILD/NAME.csv and, with the lines that are missing, BUILD/NAME.txt.
report()
{
	(cd "$build" && gcovr --root "$top" --object-directory . \
	    --gcov-ignore-parse-errors --filter "$top/src/" \
	    --csv "$1.csv" --txt "$1.txt" >>"$log" 2>&1)
	gcovr_status=$?
	[ $gcovr_status -eq 0 ] || tail -n 5 "$log"
	awk -F, -v name="$1" '
	NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	{
		split($at["filename"], path, "/")
		lines[path[2]] += $at["line_total"]
		hit[path[2]] += $at["line_covered"]
	}
	END {
		for (folder in lines)
			printf "%-8s %-10s %5d of %5d lines, %5.1f %%\n", name,
			    folder, hit[folder], lines[folder],
			    100 * hit[folder] / lines[folder]
	}' "$build/$1.csv" | sort
	return $gcovr_status
}

# run_each FILE...: the program named after each, where it was built.
run_each()
{
	for file in "$@"; do
		program=$(basename "$file" .c)
		[ -x "$build/$program" ] || program=fuzz-$program
		[ -x "$build/$program" ] || continue
		(cd "$build" && "./$program") >>"$log" 2>&1 ||
			echo "$program failed (see $log)"
	done
}

quietly_make()
{
	make -C "$build" "$@" >>"$log" 2>&1 && return 0
	tail -n 40 "$log"
	exit 1
}

: >"$log"
quietly_make -j"$(nproc)" all
quietly_make -j"$(nproc)" check TESTS=
forget
run_each "$top"/fuzz/corpus/*
report corpora || exit 1
forget
run_each "$top"/tests/test_*.c
report tests || exit 1
run_each "$top"/fuzz/corpus/*
report both || exit 1
echo 'Lines of the module and the login that nothing reaches:'
sed -n -E 's,^(src/(module|login)/[^ ]*) .* ([0-9]+%) +,  \1 ,p' \
    "$build/both.txt" | awk 'NF > 1'
