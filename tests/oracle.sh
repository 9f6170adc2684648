#!/bin/sh
# Runs the official SDK (tests/oracle, version and contents pinned by the lock
# file) against an emulator. Installs the SDK outside the source tree. Ends with
# a line `oracle: N passed, N failed, N skipped`.
# usage: oracle.sh PATH_TO_EMULATOR [FOLDER_TO_INSTALL_INTO]
set -eu

emulator=${1:?usage: oracle.sh PATH_TO_EMULATOR [FOLDER]}
source=$(CDPATH='' cd -- "$(dirname -- "$0")/oracle" && pwd)
temp=$(mktemp -d)
install=${2:-$temp/sdk}
pid=

trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; rm -rf "$temp"' EXIT
trap 'exit 1' INT TERM

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
	echo 'SKIPPED the SDK: node and npm are needed'
	echo 'oracle: 0 passed, 0 failed, 1 skipped'
	exit 0
fi

mkdir -p "$install"
cp "$source/package.json" "$source/package-lock.json" "$source/oracle.js" \
	"$install"
(cd "$install" && npm ci --ignore-scripts --no-audit --no-fund \
    --fetch-retries=1 --cache "$temp/npm") >"$temp/npm.log" 2>&1 || {
	if grep -qE 'ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH' \
	    "$temp/npm.log"; then
		echo 'SKIPPED the SDK: the npm registry cannot be reached'
		echo 'oracle: 0 passed, 0 failed, 1 skipped'
		exit 0
	fi
	cat "$temp/npm.log" >&2
	exit 1
}

"$emulator" --dir "$temp/emulator" >"$temp/ready" &
pid=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
	grep -q '^genauth-emulator ready' "$temp/ready" && break
	sleep 0.5
done
grep -q '^genauth-emulator ready' "$temp/ready" || {
	echo "oracle.sh: the emulator did not start" >&2
	exit 1
}

status=0
env -u http_proxy -u https_proxy -u HTTP_PROXY -u HTTPS_PROXY \
	NODE_EXTRA_CA_CERTS="$temp/emulator/ca.pem" \
	node --dns-result-order=ipv4first "$install/oracle.js" \
	"$temp/emulator/emulator.json" || status=$?

kill "$pid"
wait "$pid" || {
	echo "oracle.sh: the emulator did not end well" >&2
	status=1
}
pid=
exit "$status"
