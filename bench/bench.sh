#!/bin/sh
# What a login costs, beside a bare libcurl program and the other second
# factors that are installed here. Everything runs on loopback and out of a
# temporary directory that is removed at the end.
# usage: bench.sh BUILD [--quick] [--rounds N]
set -eu

usage='usage: bench.sh BUILD [--quick] [--rounds N]'
top=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:?$usage}" && pwd)
shift
rounds=200
seconds=1
while [ $# -gt 0 ]; do
	case $1 in
	--quick) rounds=30 seconds=0.3 ;;
	--rounds) rounds=${2:?$usage}; shift ;;
	*) echo "$usage" >&2; exit 2 ;;
	esac
	shift
done

work=$(mktemp -d)
duo_pid='' radius_pid=''
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"

stop()
{
	if [ -n "$1" ]; then
		kill "$1" 2>/dev/null || :
		wait "$1" 2>/dev/null || :
	fi
}

# The token cached for this emulator is of no use to anybody later.
clean_up()
{
	emulator_stop
	stop "$duo_pid"
	stop "$radius_pid"
	find "$runtime" -type f -newer "$work/started" -delete 2>/dev/null || :
	rm -rf "$work"
}

runtime=$build/inst/run
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$work/pam.d"
touch "$work/started"

# await FILE WORDS PID: until the words are in the file, or nobody writes it.
await()
{
	await_tries=0
	until grep -q "$2" "$1" 2>/dev/null; do
		await_tries=$((await_tries + 1))
		if [ "$await_tries" -gt 100 ] || ! kill -0 "$3" 2>/dev/null
		then
			return 1
		fi
		sleep 0.1
	done
}

# module_is_there NAME
module_is_there()
{
	for path in /lib*/security /lib/*/security /usr/lib*/security \
	    /usr/lib/*/security; do
		[ ! -e "$path/$1.so" ] || return 0
	done
	return 1
}

# json_text FILE NAME
json_text()
{
	sed -n "s/.*\"$2\":[[:space:]]*\"\([^\"]*\)\".*/\1/p" "$1"
}

# pam_service NAME LINE
pam_service()
{
	printf 'auth required %s\n' "$2" >"$work/pam.d/$1"
}

pam_service other pam_deny.so
pam_service pam_permit pam_permit.so

emulator_start "$work/emulator" --switch totp_replay=allow
pam_service pam_genauth \
    "$build/inst/security/pam_genauth.so conf=$work/emulator/genauth.conf user_map=$work/map"
# Only who has an account on this host is asked about: GenAuth's alice is us.
me=$(id -un)
echo "$me = alice" >"$work/map"
chmod 600 "$work/map"
door GET '/user?user=alice' >"$work/alice"
secret=$(json_text "$work/alice" otpSecret)
app_id=$(json_text "$work/emulator/emulator.json" appId)
printf '{"accessKeyId":"%s","accessKeySecret":"%s"}' \
    "$(json_text "$work/emulator/emulator.json" accessKeyId)" \
    "$(cat "$work/emulator/access_key_secret")" >"$work/key"
curl -sS --fail --noproxy '*' --cacert "$work/emulator/ca.pem" \
    -H 'content-type: application/json' -d "@$work/key" \
    "$url/api/v3/get-management-token" >"$work/token.json"
json_text "$work/token.json" access_token >"$work/token"

google_secret=GEZDGNBVGY3TQOJQGEZDGNBVGY
google_start()
{
	printf '%s\n" TOTP_AUTH\n' "$google_secret" >"$work/google"
	chmod 400 "$work/google"
	pam_service pam_google_authenticator \
	    "pam_google_authenticator.so secret=$work/google user=$me"
}

duo_start()
{
	"$build/bench-duo-mock" "$work/duo-ca.pem" >"$work/duo.out" &
	duo_pid=$!
	await "$work/duo.out" '^ready' "$duo_pid" || return 1
	cat >"$work/duo.conf" <<END
[duo]
host = $(sed -n 's/^ready //p' "$work/duo.out")
ikey = DIXXXXXXXXXXXXXXXXXX
skey = 0123456789012345678901234567890123456789
cafile = $work/duo-ca.pem
failmode = secure
autopush = yes
END
	chmod 600 "$work/duo.conf"
	pam_service pam_duo "pam_duo.so conf=$work/duo.conf"
}

# radius_listen PORT
radius_listen()
{
	cat >"$work/radius/radiusd.conf" <<END
raddbdir = $work/radius
logdir = $work/radius
run_dir = $work/radius
libdir = /usr/lib/freeradius
max_requests = 131072
cleanup_delay = 0
client localhost { ipaddr = 127.0.0.1
	secret = benchbench }
server default {
	listen { type = auth
		ipaddr = 127.0.0.1
		port = $1 }
	authorize {
		if (&User-Password == "123456") {
			update control { &Auth-Type := Accept }
		}
	}
}
END
	freeradius -f -d "$work/radius" -n radiusd -l "$work/radius/log" \
	    >"$work/radius/out" 2>&1 &
	radius_pid=$!
	await "$work/radius/log" 'Ready to process' "$radius_pid"
}

radius_start()
{
	PATH=$PATH:/usr/sbin
	mkdir "$work/radius"
	# FreeRADIUS cannot be asked which port it took
	radius_port=$((20000 + $$ % 20000))
	radius_listen "$radius_port" || return 1
	echo "127.0.0.1:$radius_port benchbench 3" >"$work/radius.conf"
	chmod 600 "$work/radius.conf"
	pam_service pam_radius_auth \
	    "pam_radius_auth.so conf=$work/radius.conf"
}

# can_use NAME PACKAGES START ANSWER: is it here, and does a login work? Says
# why not.
can_use()
{
	if ! module_is_there "$1"; then
		echo "$1: not installed (Debian: $2)"
	elif ! "$3"; then
		echo "$1: its server does not start (Debian: $2)"
	elif ! "$build/bench-login" --rounds 1 --seconds 0.01 : "$1" "$host" \
	    "$work/pam.d" "$1" "$me" "$4" >"$work/try" 2>&1; then
		echo "$1: a login fails here: $(head -n 1 "$work/try")"
	else
		return 0
	fi
	return 1
}

host=$build/bench-pam-login
me=$(id -un)
set -- : pam_permit "$host" "$work/pam.d" pam_permit "$me" none \
    : 'bare libcurl' "$build/bench-bare-libcurl" "$work/emulator/ca.pem" \
    "$url" "$work/token" "$app_id" alice "totp:$secret" \
    : ' its libraries only' "$build/bench-bare-libcurl" --load-only \
    : pam_genauth "$host" "$work/pam.d" pam_genauth "$me" "totp:$secret"
if can_use pam_duo libpam-duo duo_start none; then
	set -- "$@" : pam_duo "$host" "$work/pam.d" pam_duo "$me" none
fi
if can_use pam_radius_auth 'libpam-radius-auth, freeradius' radius_start \
    123456; then
	set -- "$@" : pam_radius_auth "$host" "$work/pam.d" pam_radius_auth \
	    "$me" 123456
fi
if can_use pam_google_authenticator libpam-google-authenticator \
    google_start "totp:$google_secret"; then
	set -- "$@" : pam_google_auth "$host" "$work/pam.d" \
	    pam_google_authenticator "$me" "totp:$google_secret"
fi
"$build/bench-login" --rounds "$rounds" --seconds "$seconds" "$@"
