#!/bin/sh
# apparmor.sh BUILD: the AppArmor profile of the verifier and the verifier
# itself, held against each other: the profile is one that AppArmor's parser
# takes; it allows each file that the verifier of a real login opens, and no
# more capabilities are needed than it grants; it does not allow what nobody
# needs. Loaded, and logged in under, where the kernel has AppArmor.
# Runs in a private system only (see in_private_system.sh).
set -u
build=$1
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
if ! command -v apparmor_parser >/dev/null 2>&1 ||
    ! command -v strace >/dev/null 2>&1; then
	skip 'the AppArmor profile: wants apparmor_parser and strace'
	finish apparmor
	rm -rf "$work"
	exit
fi
profile=$top/packaging/apparmor/genauth-verifier
verifier=$build/inst/libexec/genauth-verifier

parse()
{
	apparmor_parser --skip-kernel-load --skip-cache "$@" "$profile"
}

# allowed LETTER BIT: the parser's own words for what the profile allows, with
# abstractions and variables filled in, as expressions for grep. BIT is how it
# writes the permission for files of anybody's, not the owner's alone.
allowed()
{
	parse --dump rule-exprs 2>&1 | sed -nE '
	/ deny \(/d
	s/^rule: (.*)  ->  .*\(0x([0-9a-f]+)\/[0-9a-f]*\)<.*/\2 \1/p' |
	    while read -r bits expression; do
		[ $((0x$bits >> 14 & $2)) -eq 0 ] ||
			printf '%s\n' "$expression"
	done | sed 's,\[^/\\x00\],[^/],g; s,\[^\\x00\],.,g' >"$work/may.$1"
	[ -s "$work/may.$1" ]
}

# may LETTER PATH
may()
{
	echo "$2" | grep -qxE -f "$work/may.$1"
}

may_not()
{
	! may "$@"
}

check 'the parser takes the profile' parse
check 'what it allows to read' allowed r 0x04
check 'what it allows to write' allowed w 0x02
check 'what it allows to map as code' allowed m 0x40
check 'what it allows to lock' allowed k 0x20
check 'it forbids to start programs' grep -qx '  audit deny /\*\* x,' "$profile"
for path in /etc/shadow /etc/ssh/ssh_host_ed25519_key /root/.ssh/id_ed25519 \
    /home/alice/.netrc /tmp/x /etc/pam.d/sshd /proc/1/environ /dev/mem \
    /var/lib/sss/secrets/x /etc/ssl/private/key.pem; do
	check "it does not allow to read $path" may_not r "$path"
done
for path in /etc/genauth/genauth.conf /etc/passwd /usr/lib/libc.so.6 \
    /run/genauth/a/b /run/x /var/lib/x /usr/libexec/genauth-verifier; do
	check "it does not allow to write $path" may_not w "$path"
done
for path in /etc/genauth/x.so /run/genauth/x /var/lib/genauth/x; do
	check "it does not allow to map $path as code" may_not m "$path"
done

# shellcheck source=tests/hosts_lib.sh
. "$top/tests/hosts_lib.sh"
state_dir=$build/inst/run

# opened: lines "PERMISSIONS PATH", of the verifiers whose traces there are:
# what they opened, mapped as code, locked, made and connected to, after
# symbolic links, with this build's places as those of a package.
opened()
{
	grep -l 'execve("[^"]*/genauth-verifier"' "$work"/trace/t.* |
	    while read -r trace; do
		echo "$trace"
		sed -n 's/^clone.*CLONE_THREAD.* = \([0-9]*\)$/\1/p' \
		    "$trace" | sed "s,^,$work/trace/t.,"
	done | xargs cat | sed -nE '
	/^open.* = -1 /d
	/^open(at)?\(.*O_DIRECTORY/s/^.* = [0-9]+<(.*)>$/r \1\//p
	/^open(at)?\(.*O_DIRECTORY/d
	/^open(at)?\(.*O_RDWR/s/^.* = [0-9]+<(.*)>$/rw \1/p
	/^open(at)?\(.*O_WRONLY/s/^.* = [0-9]+<(.*)>$/w \1/p
	/^open(at)?\(.*O_RDONLY/s/^.* = [0-9]+<(.*)>$/r \1/p
	/^mmap\(.*PROT_EXEC/s/^.*, [0-9]+<(\/[^>]*)>, .*/m \1/p
	/^flock\(/s/^.*[0-9]<(\/[^>]*)>.*/k \1/p
	s/^mkdir\("([^"]*)".* = 0$/w \1\//p
	s/^connect\(.*sun_path="([^"]*)".*/w \1/p' |
	    sed "s, $verifier\$, /usr/libexec/genauth-verifier,
		s, $conf_dir/, /etc/genauth/,; s, $state_dir/, /run/genauth/,
		s, $work/state/, /var/lib/genauth/," | sort -u
}

# stack ARGUMENT...: of the module, which is all there is.
stack()
{
	echo "auth required pam_genauth.so $*" >/etc/pam.d/traced
}

# Alice's phone, when it is asked.
phone()
{
	phone_tries=0
	until door POST '/push?action=CONFIRM' >/dev/null 2>&1; do
		phone_tries=$((phone_tries + 1))
		[ "$phone_tries" -lt 300 ] || return 1
		sleep 0.1
	done
}

# traced_login ANSWER...: under strace; its status is the login's.
traced_login()
{
	rm -rf "$work/trace"
	mkdir "$work/trace"
	printf '%s\n' "$@" | strace -y -ff -qq -s 256 -o "$work/trace/t" \
	    -e trace=execve,open,openat,mmap,flock,mkdir,connect,clone,clone3,prctl \
	    pamtester -E SSH_AUTH_INFO_0=publickey traced alice authenticate \
	    >"$work/login.out" 2>&1
}

not_covered()
{
	opened >"$work/opened"
	[ -s "$work/opened" ] || echo 'nothing was traced'
	for letter in r w m k; do
		sed -n "s/^[rwmk]*${letter}[rwmk]* //p" "$work/opened" |
		    grep -vxE -f "$work/may.$letter" | sed "s/^/$letter /"
	done
}

# covered NAME yes|no EXPECTED-FILE ANSWER...: the login ended as said, opened
# what this test is about, and the profile allows all of it.
covered()
{
	covered_name=$1 covered_allowed=$2 covered_file=$3
	shift 3
	traced_login "$@"
	status=$?
	not_covered >"$work/extra"
	if [ "$covered_allowed" = yes ] && [ "$status" -ne 0 ] ||
	    [ "$covered_allowed" = no ] && [ "$status" -eq 0 ]; then
		not_ok "$covered_name: verdict" "$work/login.out"
	elif ! grep -qxE "[a-z]+ $covered_file" "$work/opened"; then
		not_ok "$covered_name: has not opened $covered_file" \
		    "$work/opened"
	elif [ -s "$work/extra" ]; then
		not_ok "$covered_name: not in the profile" "$work/extra"
	else
		ok "$covered_name: the profile has each file it opened"
	fi
}

echo '# files'
hash='[0-9a-f]{64}'
stack lockout=10/900 breaker=3/60
covered 'a right code' yes "/run/genauth/$hash" "$(otp alice)"
check 'no_new_privs comes after the exec: both ways to change domain are open' \
    sh -c "grep -l 'execve(\"$verifier\"' '$work'/trace/t.* | xargs cat |
	sed -n '/^execve/,\$p' | grep -q '^prctl(PR_SET_NO_NEW_PRIVS, 1' &&
	! grep -h -B 999 '^execve(\"$verifier\"' '$work'/trace/t.* |
	grep PR_SET_NO_NEW_PRIVS"
covered 'wrong codes' no "/run/genauth/$hash" 000000 000001 000002
stack lockout=10/900 '[factors=push otp]'
phone &
covered 'a push' yes "/run/genauth/$hash"
wait "$!"
echo 'alice: alice' >"$conf_dir/user_map"
stack "user_map=$conf_dir/user_map" 'users=@root,alice' verifier_user=nobody
covered 'user_map, users' yes '/etc/genauth/user_map' "$(otp alice)"
echo '127.0.0.1 localhost.' >>/etc/hosts
sed -i 's,//localhost:,//localhost.:,' "$conf_dir/genauth.conf"
stack ''
covered 'a service that the resolver has to find' yes '/etc/hosts' \
    "$(otp alice)"
cp "$conf_dir/genauth.conf" "$work/good.conf"
echo "state_dir = $work/state" >>"$conf_dir/genauth.conf"
stack lockout=10/900
covered 'state_dir' yes "/var/lib/genauth/$hash" "$(otp alice)"
cp "$work/good.conf" "$conf_dir/genauth.conf"
stack flow=signin
covered 'flow = signin' yes '/etc/genauth/app_secret' alice-password \
    "$(otp alice)"
stack provider=flashback "access_token_file=$conf_dir/access_key_secret"
covered 'flashback' no '/etc/genauth/access_key_secret' "$(otp alice)"
cp "$conf_dir/ca.pem" \
    "/etc/ssl/certs/$(openssl x509 -hash -noout -in "$conf_dir/ca.pem").0"
sed -i /ca_file/d "$conf_dir/genauth.conf"
stack ''
covered "the system's certificates" yes '/etc/ssl/certs/[0-9a-f]*\.0' \
    "$(otp alice)"
cp "$work/good.conf" "$conf_dir/genauth.conf"
stack fial=open
covered 'a mistake in the configuration' no '/etc/genauth/genauth.conf' ''
stack fail=closed
emulator_stop
covered 'the service is down' no '/etc/genauth/ca\.pem' ''
service_start

echo '# capabilities'
capabilities=$(sed -n 's/^  capability \(.*\),$/,+\1/p' "$profile" |
    tr -d '\n')
# login_with CAPABILITIES: a host that has no others, nor has what it starts.
login_with()
{
	otp alice | setpriv --inh-caps=-all --bounding-set="-all$1" \
	    pamtester -E SSH_AUTH_INFO_0=publickey traced alice authenticate
}
refused_with()
{
	! login_with "$1"
}

stack lockout=10/900
check "the profile's capabilities are enough: ${capabilities#,}" \
    login_with "$capabilities"
for capability in setuid setgid; do
	check "without $capability nobody gets in" refused_with \
	    "$(echo "$capabilities" | sed "s/,+$capability//")"
done

echo '# the kernel'
enabled=/sys/module/apparmor/parameters/enabled
loaded=$work/loaded
# The profile for this build's places, under a name of its own.
sed "s,/usr/libexec/genauth-verifier,$verifier,
    s,profile genauth-verifier ,profile genauth-verifier-test ,
    s,/etc/genauth/,$conf_dir/,; s,@{run}/genauth/,$state_dir/," \
    "$profile" >"$loaded"
check "the parser takes it with this build's places" \
    apparmor_parser --skip-kernel-load --skip-cache "$loaded"
if [ "$(cat $enabled 2>/dev/null)" = Y ] &&
    apparmor_parser --replace --skip-cache "$loaded" 2>/dev/null; then
	otp alice >"$work/code"
	check 'a login under the loaded profile' \
	    pamtester -E SSH_AUTH_INFO_0=publickey traced alice authenticate \
	    <"$work/code"
	apparmor_parser --remove "$loaded"
else
	skip 'a login under the loaded profile: this kernel has no AppArmor, or takes none from here'
fi
finish apparmor
