#!/bin/sh
# load.sh BUILD [LOGINS [KILLS [SEED]]]: many logins at the same moment and
# many in one process, right and wrong codes mixed; counters under a hundred
# writers; verifiers killed at random moments. Prints the figures. The short
# form, without numbers, is for ./run check. Runs in a private system only (see
# in_private_system.sh).
set -u
build=$1
logins=${2-500}
kills=${3-100}
seed=${4-1}
top=$(cd "$(dirname "$0")/.." && pwd)
: "${PRIVATE_LOG:?run me through in_private_system.sh}"
work=$(mktemp -d)
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
codes_pid=
leave()
{
	[ -z "$codes_pid" ] || kill "$codes_pid" 2>/dev/null || :
	emulator_stop
	rm -rf "$work"
}
trap leave EXIT
trap 'exit 1' INT TERM

people=50
services=$work/services
conf=$work/emulator/genauth.conf
module=$build/inst/security/pam_genauth.so
mkdir -p "$services" "$work/runtime" "$build/inst/run"
chmod 700 "$work/runtime"
mount --bind "$work/runtime" "$build/inst/run"
echo 'auth required pam_deny.so' >"$services/other"
seq -f 'person%05g' "$people" | while read -r person; do
	echo "$person:x:71000:65534::/:/bin/false"
done >>/etc/passwd

# A code stays right for others within its step: they all have one secret.
emulator_start "$work/emulator" --people "$people" --switch totp_replay=allow
while door GET /totp?user=person00001 >"$work/code.new" 2>/dev/null; do
	mv "$work/code.new" "$work/code"
	sleep 2
done &
codes_pid=$!
until [ -s "$work/code" ]; do
	sleep 0.1
done

# service NAME ARGUMENT...
service()
{
	service_name=$1
	shift
	echo "auth required $module conf=$conf fail_delay=0 $*" \
	    >"$services/$service_name"
}

# host NAME CROWD-OR-THREADS SERVICE PEOPLE COUNT: its figures are printed.
host()
{
	check "$1" "$build/load-host" "$2" "$services" "$3" "$4" \
	    "$work/code" "$5"
	while read -r host_line; do
		figure "$host_line"
	done <"$work/check.out"
}

forget()
{
	rm -f "$work/runtime"/[0-9a-f]*
}

# verify_count: codes that the service was asked about.
verify_count()
{
	door GET /requests | tr -d ' \t\n' |
	    grep -o '"path":"/api/v2/mfa/totp/verify"' | wc -l
}

# wrong_codes USER: how many this host has on record.
wrong_codes()
{
	"$build/inst/sbin/genauth-mfa" --config "$conf" --json status "$1" |
	    tr -d ' \n' | sed -n 's/.*"wrong_codes_here":\([0-9]*\).*/\1/p'
}

# verdicts FROM: how many are in the log since line FROM.
verdicts()
{
	tail -n "+$1" "$PRIVATE_LOG" | grep -c 'event=login verdict='
}
log_line()
{
	echo "$(($(wc -l <"$PRIVATE_LOG") + 1))"
}

echo "# a hundred logins of $people people at the same moment"
service plain lockout=off breaker=off
from=$(log_line)
host 'r08 each ends as its codes deserve' crowd plain "$people" 100
sleep 0.5
check 'and each has its line in the log' test "$(verdicts "$from")" = 100

echo "# $logins logins in one process of 8 threads"
host 'each ends as its codes deserve, and nothing grows' \
    threads plain "$people" "$logins"

echo '# counters under a hundred writers'
# Of the twenty logins of each of five people, five bring one wrong code and
# five bring three.
forget
service counted lockout=100/900 breaker=off
host 'r08 a hundred logins of five people' crowd counted 5 100
for person in 1 2 3 4 5; do
	check "r08 person0000$person has twenty wrong codes on record" \
	    test "$(wrong_codes person0000$person)" = 20
done
forget
service limited lockout=7/900 breaker=off
door DELETE /requests >/dev/null
"$build/crowd" "$services" limited 100 \
    person00001,person00002,person00003,person00004,person00005 000000 \
    >"$work/crowd"
check 'r08 five people have seven tries each, whoever tries at once' \
    test "$(verify_count)" = 35
check 'r08 and all are denied' diff "$work/crowd" - <<'LINES'
100 Have exhausted maximum number of retries for service
LINES

# The breaker opens at the hundredth failure, neither earlier nor later.
forget
service broken lockout=off breaker=100/600
door POST '/fault?name=http_status&value=500' >/dev/null
"$build/crowd" "$services" broken 99 person00001,person00002 >"$work/crowd"
check 'ninety-nine fail' diff "$work/crowd" - <<'LINES'
99 Authentication service cannot retrieve authentication info
LINES
# asks NAME YES-OR-NO: does the next login ask the service?
asks()
{
	door DELETE /requests >/dev/null
	"$build/crowd" "$services" broken 1 person00001 >/dev/null
	door GET /requests >"$work/requests"
	if grep -q '"path"' "$work/requests"; then
		check "$1" test "$2" = yes
	else
		check "$1" test "$2" = no
	fi
}
asks 'the hundredth login still asks' yes
asks 'the breaker is open for the next one' no
door DELETE /fault >/dev/null
forget

echo "# $kills verifiers killed, seed $seed"
service killed lockout=20/900
check 'r01 who loses its verifier is denied, and nobody else' \
    "$build/load-killer" "$services" killed "$people" "$work/code" "$kills" \
    "$seed"
figure "$(cat "$work/check.out")"
host 'and no lock is left: a hundred at once' crowd killed "$people" 100

finish load
