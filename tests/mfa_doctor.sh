#!/bin/sh
# mfa_doctor.sh BUILD: `genauth-mfa doctor` over the systems of tests/stacks,
# good and bad, over each file of pam.d/, and over systems with files that are
# missing, open to others or of another version. Needs no root, but for what
# the real sshd and a service say: that wants a private system.
#
# A system is a folder; where it has a file `base`, that names another one that
# it is laid over. `expected` has a line for each serious finding or warning:
# severity, place, and words that have to be in it. There must be no others.
set -u
build=$1
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
root=$work/root
unset NO_COLOR || :
export LC_ALL=C.UTF-8

# system NAME: lays it out below $root.
system()
{
	rm -rf "$root"
	mkdir "$root"
	if [ -e "$top/tests/stacks/$1/base" ]; then
		cp -R "$top/tests/stacks/$(cat "$top/tests/stacks/$1/base")/." \
		    "$root"
	fi
	cp -R "$top/tests/stacks/$1/." "$root"
	chmod -R u+w,go-w "$root"
	chmod 600 "$root/etc/genauth/access_key_secret"
}

# doctor [ARGUMENT...]: over $root. Leaves $status, stdout and stderr.
doctor()
{
	"$build/inst/sbin/genauth-mfa" doctor --root "$root" \
	    --config /etc/genauth/genauth.conf "$@" \
	    >"$work/stdout" 2>"$work/stderr" </dev/null
	status=$?
	cat "$work/stdout" "$work/stderr" >"$work/all"
}

# found: the findings of --json as "severity place what", notes left out, nor
# what only root can see.
found()
{
	node -e 'for (const line of require("fs").readFileSync(
	    process.argv[1], "utf8").trim().split("\n")) {
		const r = JSON.parse(line);
		if (Object.keys(r).join() !== "severity,where,what,mend" ||
		    r.mend === null)
			process.exit(1);
		if (r.severity !== "note" && r.where !== "genauth-mfa doctor")
			console.log(r.severity, r.where, r.what);
	}' "$work/stdout"
}

# as_expected FILE: each of its lines once among the findings, and no more.
as_expected()
{
	found >"$work/found" || return 1
	while read -r severity place words; do
		grep -F "$severity $place " "$work/found" |
		    grep -qF -e "$words" ||
		    { echo "missing: $severity $place $words"; return 1; }
	done <"$1"
	cut -d ' ' -f 1,2 "$1" | sort -u >"$work/wanted"
	cut -d ' ' -f 1,2 "$work/found" | sort -u | diff "$work/wanted" - &&
	    [ "$(wc -l <"$1")" = "$(wc -l <"$work/found")" ]
}

# status_fits: exit status 1 where something serious is expected, else 0.
status_fits()
{
	if grep -q '^serious' "$work/found"; then
		[ "$status" = 1 ]
	else
		[ "$status" = 0 ]
	fi
}

echo '# the systems of tests/stacks'
for system in "$top"/tests/stacks/*/; do
	system=$(basename "$system")
	system "$system"
	doctor --json
	check "$system: finds what is there and nothing else" \
	    as_expected "$top/tests/stacks/$system/expected"
	check "$system: exit status" status_fits
	check "$system: nothing on standard error" test ! -s "$work/stderr"
done

echo '# the files of pam.d'
: >"$work/nothing"
for file in "$top"/pam.d/*; do
	name=$(basename "$file")
	system good
	cp "$file" "$root/etc/pam.d/${name%-key}"
	[ "$name" != sudo ] || cp "$file" "$root/etc/pam.d/sudo-i"
	if [ "$name" = sshd-key ]; then
		printf '%s\n' 'UsePAM yes' 'PasswordAuthentication no' \
		    'KbdInteractiveAuthentication yes' \
		    'AuthenticationMethods publickey,keyboard-interactive:pam' \
		    >"$root/etc/ssh/sshd_config"
	fi
	doctor --json
	check "$name: all clear" as_expected "$work/nothing"
	check "$name: exit status 0" test "$status" = 0
	grep -q '^#faillock' "$file" || continue
	sed -i 's/^#faillock //; s/^@include common-auth/#&/' \
	    "$root/etc/pam.d/$name"
	[ "$name" != sudo ] || cp "$root/etc/pam.d/sudo" "$root/etc/pam.d/sudo-i"
	doctor --json
	check "$name with faillock: all clear" as_expected "$work/nothing"
done

echo '# modules and verifier'
# with_module VERSION VERIFIER: the good system, with files of these versions.
with_module()
{
	system good
	modules=$root/usr/lib/x86_64-linux-gnu/security
	mkdir -p "$modules" "$root/usr/libexec"
	for name in deny permit unix cap faildelay nologin rootok group env \
	    limits keyinit loginuid mail motd selinux umask systemd shells \
	    lastlog; do
		: >"$modules/pam_$name.so"
	done
	printf 'ELF @(#)pam_genauth %s verifier=/usr/libexec/genauth-verifier\0' \
	    "$1" >"$modules/pam_genauth.so"
	printf 'ELF\0@(#)pam_genauth %s\0' "$2" \
	    >"$root/usr/libexec/genauth-verifier"
	chmod 755 "$root/usr/libexec/genauth-verifier"
}
# says SEVERITY PLACE WORDS: of a place its beginning will do.
says()
{
	grep -F "\"severity\":\"$1\",\"where\":\"$2" "$work/stdout" |
	    grep -qF -e "$3"
}
version=$("$build/inst/sbin/genauth-mfa" --version | cut -d ' ' -f 2)
if [ "$(id -u)" = 0 ]; then
	with_module "$version" "$version"
	doctor --json
	check 'both there and of one version: all clear' \
	    as_expected "$work/nothing"
	chmod g+w "$root/usr/libexec/genauth-verifier"
	doctor --json
	check 'a verifier that a group may change' says serious \
	    /usr/libexec/genauth-verifier 'mode 0775'
	with_module "$version" "$version"
	chown 12345 "$modules"
	doctor --json
	check "a directory on the module's way that is not root's" says \
	    serious /usr/lib/x86_64-linux-gnu/security 'user 12345'
else
	skip 'files with an owner: wants root'
fi
with_module "$version" 0.0.1
doctor --json
check 'another verifier' says serious /usr/libexec/genauth-verifier \
    'is of version 0.0.1'
with_module 9.9.9 9.9.9
doctor --json
check 'another module' says warning \
    /usr/lib/x86_64-linux-gnu/security/pam_genauth.so 'is of version 9.9.9'
with_module "$version" "$version"
rm "$root/usr/libexec/genauth-verifier"
doctor --json
check 'no verifier' says serious /usr/libexec/genauth-verifier 'not there'
with_module "$version" "$version"
rm "$modules/pam_genauth.so"
doctor --json
check 'no module' says serious /etc/pam.d/sshd:2 'no file of the module'
check 'and what that means' says serious /etc/pam.d/sshd:2 \
    'nobody can get in'
sed -i 's/^auth.*genauth/-auth optional pam_genauth/' "$root/etc/pam.d/sshd"
doctor --json
check 'no module, and nobody minds' says serious /etc/pam.d/sshd:2 \
    'module_unknown=ignore'

echo '# files'
system good
chmod 644 "$root/etc/genauth/access_key_secret"
doctor --json
check 'a secret that others may read' says serious \
    /etc/genauth/access_key_secret 'is a secret, but open'
system good
rm "$root/etc/genauth/genauth.conf"
doctor --json
check 'no configuration' says serious /etc/genauth/genauth.conf 'No such file'
# Outside, where a link of the system leads, is a stack that asks.
system debian12
printf 'auth requisite pam_genauth.so\n' >"$work/outside"
ln -sf "$work/outside" "$root/etc/pam.d/sshd"
ln -sf "../../../../../../../../../../..$work/outside" "$root/etc/pam.d/sudo"
doctor --json
check 'links do not lead out of --root' says serious /etc/pam.d \
    'no service asks'
system debian12
mkdir -p "$root/opt"
printf '@include common-auth\nauth requisite pam_genauth.so\n' \
    >"$root/opt/sshd"
ln -sf /opt/sshd "$root/etc/pam.d/sshd"
doctor
check 'but are followed within it' grep -q \
    '^sshd  *asks  */etc/pam.d/sshd:2' "$work/stdout"
system good
mkdir -p "$root/usr/lib"
mv "$root/etc/pam.d" "$root/usr/lib/pam.d"
doctor --json
check '/usr/lib/pam.d stands in' as_expected "$work/nothing"
system good
sed 's/^/sshd /' "$root/etc/pam.d/common-auth" >"$root/etc/pam.conf"
echo 'sshd auth requisite pam_genauth.so' >>"$root/etc/pam.conf"
rm -r "$root/etc/pam.d"
doctor
check 'so does /etc/pam.conf' grep -q '^sshd  *asks  */etc/pam.conf:5' \
    "$work/stdout"
rm "$root/etc/pam.conf"
doctor --json
check 'no PAM at all' says serious /etc/pam.d 'there is no'
root=$work/nowhere
doctor
check 'no such --root' test "$status" = 3

echo '# what people see'
root=$work/root
system optional
doctor
check 'the table comes first' sh -c "head -n 1 '$work/stdout' |
    grep -q '^SERVICE  *FACTOR  *LINE'"
check 'services that do not ask are in it' grep -q '^su  *does not ask' \
    "$work/stdout"
check 'the worst comes next' sh -c "grep -m 1 '^Severity' '$work/stdout' |
    grep -q serious"
check 'with its mend' grep -q '^Mend .*auth requisite pam_genauth' \
    "$work/stdout"
check 'the last line sums up' sh -c "tail -n 1 '$work/stdout' |
    grep -q '^Not in order: 1 serious'"
system good
doctor
check 'all clear' sh -c "tail -n 1 '$work/stdout' | grep -q '^All clear'"
find "$root" -newer "$work/stderr" >"$work/changed"
check 'nothing was changed' test ! -s "$work/changed"
"$build/inst/sbin/genauth-mfa" doctor nonsense >"$work/all" 2>&1
check 'no operands' test $? = 2

# this_system: doctor over the system that the test runs in.
this_system()
{
	"$build/inst/sbin/genauth-mfa" doctor \
	    --config "$work/emulator/genauth.conf" --json \
	    >"$work/stdout" 2>"$work/stderr" </dev/null
	status=$?
	cat "$work/stdout" "$work/stderr" >"$work/all"
}

live()
{
	emulator_start "$work/emulator"
	cp "$top/pam.d/sshd" /etc/pam.d/sshd
	printf '%s\n' 'UsePAM yes' 'KbdInteractiveAuthentication yes' \
	    'PasswordAuthentication no' 'LoginGraceTime 1m30s' \
	    'AuthenticationMethods keyboard-interactive:pam' \
	    >/etc/ssh/sshd_config
	this_system
	check 'the service sshd asks' says note /etc/pam.d/sshd: \
	    'service sshd: asks'
	check 'sshd itself was asked' sh -c "! grep 'sshd -T' '$work/stdout'"
	check 'and is too hasty' says warning /etc/ssh/sshd_config:4 \
	    'after 90 s'
	check 'the clocks agree' sh -c "! grep 'clock' '$work/stdout'"
	echo 'Nonsense yes' >>/etc/ssh/sshd_config
	this_system
	check 'an sshd that does not like its settings' says note /etc/ssh \
	    'sshd -T) could not be had'
	emulator_stop
	this_system
	check 'the service is away' says serious "$url" 'does not answer'
	check 'exit status 1' test "$status" = 1
	late_service
	this_system
	check 'a clock that goes wrong' says warning "$url" 'clock and the'
	kill "$late_pid"
	wait "$late_pid" 2>/dev/null
}

# late_service: one whose clock is an hour behind, in the emulator's place.
late_service()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
	    -nodes -days 2 -subj /CN=localhost \
	    -addext subjectAltName=DNS:localhost -keyout "$work/late.key" \
	    -out "$work/emulator/ca.pem" 2>/dev/null
	: >"$work/late.out"
	node -e 'const fs = require("fs");
	    const [key, cert, port] = process.argv.slice(1);
	    require("https").createServer({key: fs.readFileSync(key),
	    cert: fs.readFileSync(cert)}, (q, r) => r.writeHead(200,
	    {Date: new Date(Date.now() - 3600000).toUTCString()}).end("{}"))
	    .listen(port, "localhost", () => console.log("ready"))' \
	    "$work/late.key" "$work/emulator/ca.pem" "${url##*:}" \
	    >"$work/late.out" 2>&1 &
	late_pid=$!
	late_tries=0
	until grep -q ready "$work/late.out" || [ "$late_tries" -gt 100 ]; do
		late_tries=$((late_tries + 1))
		sleep 0.1
	done
}

echo '# this system'
if [ -n "${PRIVATE_LOG-}" ]; then
	late_pid=
	trap 'emulator_stop; [ -z "$late_pid" ] || kill "$late_pid" 2>/dev/null
	    rm -rf "$work"' EXIT
	live
else
	skip 'sshd -T and the service: wants a private system'
fi
finish 'genauth-mfa doctor'
