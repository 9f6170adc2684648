#!/bin/sh
# ci.sh TOP: what stands in .github/workflows/: that it is YAML with the parts
# that GitHub wants, and calls only what there is. Running it is GitHub's.
set -u
top=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
workflow=$top/.github/workflows/ci.yml
if ! python3 -c 'import yaml' 2>/dev/null; then
	skip 'the CI file: no python3-yaml here'
	finish ci
	exit
fi

# Each step of each job as one line. YAML takes a bare `on` for a truth.
steps()
{
	python3 - "$workflow" <<'END_OF_PYTHON'
import sys, yaml
with open(sys.argv[1]) as f:
    flow = yaml.safe_load(f)
assert set(flow) == {"name", True, "permissions", "concurrency", "jobs"}, flow
assert flow["permissions"] == {"contents": "read"}
for name, job in flow["jobs"].items():
    assert {"runs-on", "timeout-minutes", "container", "steps"} <= set(job), name
    assert job["container"]["options"] == "--privileged", name
    for step in job["steps"]:
        (kind, what), = step.items()
        print(name, kind, what)
END_OF_PYTHON
}

steps_are_read()
{
	steps >"$work/steps" && [ "$(grep -c ' run ' "$work/steps")" -ge 2 ]
}

# run_knows COMMAND: among the cases of ./run
run_knows()
{
	grep -qx "$1)" "$top/run"
}

calls_what_there_is()
{
	sed -n 's/^[a-z]* run //p' "$work/steps" | while read -r line; do
		command=$(echo "$line" |
		    sed -nE 's/^([A-Z_]+=[0-9]+ )?\.\/run ([a-z]+)$/\2/p')
		if [ -z "$command" ] || ! run_knows "$command"; then
			echo "not of ./run: $line"
			return 1
		fi
	done
}

# Somebody else's code, by the tag of a release.
actions_are_pinned()
{
	! grep ' uses ' "$work/steps" |
	    grep -vE ' uses actions/checkout@v[0-9]+\.[0-9]+\.[0-9]+$'
}

check 'ci.yml is YAML, with what GitHub wants' steps_are_read
check 'it calls nothing but commands of ./run' calls_what_there_is
check 'it runs ./run check' grep -qx 'check run ./run check' "$work/steps"
check 'it uses nothing but a pinned release of checkout' actions_are_pinned
finish ci
