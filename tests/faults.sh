#!/bin/sh
# faults.sh BUILD [STRIDE [SCENARIO]]: each call of the module and of the verifier that
# can fail is made to fail, in logins against the emulator: see
# fault_driver.c. With STRIDE 1, every one of them; else, of those that were
# tried in that way before, every STRIDE-th. Runs as root, in a private system.
set -u
build=$1 stride=${2-397} only=${3-}
top=$(cd "$(dirname "$0")/.." && pwd)
if [ "$(id -u)" = 0 ] && [ -z "${PRIVATE_LOG-}" ] &&
    unshare --mount true 2>/dev/null; then
	exec "$top/tests/in_private_system.sh" "$build" "$0" "$build" "$stride" \
	    ${only:+"$only"}
fi
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

# called_by BINARY: the functions of others that it calls, without the names
# under which _FORTIFY_SOURCE checks them.
called_by()
{
	nm -D --undefined-only "$1" | awk '{print $NF}' |
	    sed -E 's/@.*//; s/^__(.*)_chk$/\1/' | sort -u
}

# listed WHO: in faults.list and faults.safe
listed()
{
	{
		grep "^[mv]*$1[mv]* " "$top/tests/faults.list" |
		    sed -E 's/^[^(]*[ *]([A-Za-z_0-9]+)\(.*/\1/'
		sed -E '/^(#|$)/d; s/:.*//' "$top/tests/faults.safe" |
		    tr ' ' '\n'
	} | sort
}

# none_forgotten WHO BINARY: each call is listed, and once.
none_forgotten()
{
	listed "$1" >"$work/listed"
	called_by "$2" >"$work/called"
	{
		comm -23 "$work/called" "$work/listed" | sed 's/$/ is missing/'
		uniq -d "$work/listed" | sed 's/$/ is there twice/'
	} | tee "$work/odd"
	[ -s "$work/called" ] && [ ! -s "$work/odd" ]
}

# none_left_over: and nothing is listed that nobody calls.
none_left_over()
{
	{
		listed m
		listed v
	} | sort -u >"$work/listed"
	{
		called_by "$build/inst/security/pam_genauth.so"
		called_by "$build/genauth-verifier"
	} | sort -u >"$work/called"
	comm -13 "$work/called" "$work/listed" | tee "$work/odd"
	[ ! -s "$work/odd" ]
}

if ! nm -D --undefined-only "$build/genauth-verifier" | grep -q __asan; then
	check 'each call of the module can fail, or is known not to' \
	    none_forgotten m "$build/inst/security/pam_genauth.so"
	check 'each call of the verifier can fail, or is known not to' \
	    none_forgotten v "$build/genauth-verifier"
	check 'no call is listed that nobody makes' none_left_over
fi
if [ -z "${PRIVATE_LOG-}" ]; then
	skip 'failing calls: not root, or no mount namespaces here'
	finish 'failing calls'
	exit
fi

services=$work/services
mkdir "$services"
echo 'auth required pam_deny.so' >"$services/other"
module=$build/.libs/module_faulty.so

# stack PHASE ARGUMENT...: ends with "module_unknown" where the module has no
# opinion.
stack()
{
	stack_phase=$1
	shift
	stack_code=$([ "$stack_phase" = auth ] && echo auth || echo acct)
	cat <<END
$stack_phase [success=2 ignore=1 default=die] $module $*
$stack_phase required pam_deny.so
$stack_phase [default=die] pam_debug.so $stack_code=module_unknown
$stack_phase required pam_permit.so
END
}

# service NAME [ARGUMENT...]
service()
{
	service_name=$1
	shift
	set -- "conf=$work/emulator/genauth.conf" fail_delay=0 tries=1 \
	    lockout=100/1 breaker=100/1 login_timeout=10 local=no networks=10.0.0.0/8 \
	    "user_map=$work/map" max_push=5 push_timeout=10 verifier_user=65533 "$@"
	for service_fail in open closed; do
		{
			stack auth "$@" "fail=$service_fail"
			stack account "$@" "fail=$service_fail"
		} >"$services/$service_name-$service_fail"
	done
}

emulator_start "$work/emulator" --switch totp_replay=allow
echo 'state_dir = /run/genauth-faults' >>"$work/emulator/genauth.conf"
echo 'alice = alice' >"$work/map"
chmod 600 "$work/map"
asked='[users=!@daemon !uid<1000 @nogroup]'
service code "$asked"
service cached "$asked"
service signed "$asked" management_auth=signed
service wrong "$asked"
service early "$asked"
service stranger
service signin "$asked" flow=signin
service password "$asked" flow=signin
service push "$asked" '[factors=push otp]' info=prompt
service refused "$asked" factors=push info=prompt
service phone "$asked" account=push '[factors=otp push]'
service again "$asked" account=push '[factors=otp push]'
service exempt '[users=!@nogroup *]'

started=$(date +%s)
"$build/fault-driver" "$services" "${control##*:}" "$stride" \
    ${only:+"$only"} >"$work/faults"
status=$?
cat "$work/faults"
for sanitizer in /run/genauth-faults.plan.sanitizer*; do
	[ -e "$sanitizer" ] && head -n 40 "$sanitizer"
done
points=$(sed -n 's/^\([0-9]*\) points,.*/\1/p' "$work/faults")
check "r01 ${points:-0} failing calls let nobody in and leave nothing" \
    test "$status" -eq 0
check 'and there are 500 of them' test "${points:-0}" -ge 500
figure "${points:-0} failing calls in $(($(date +%s) - started)) s: nobody let in, nothing left"
finish 'failing calls'
