#!/bin/sh
# rhel.sh BUILD: packaging/rpm/pam.d/genauth-auth among the files that Fedora
# and RHEL put into /etc/pam.d: who gets in by it, and who does not; and that
# what docs/rhel.md warns of is so. Runs in a private system only (see
# in_private_system.sh).
set -u
build=$1
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
# shellcheck source=tests/hosts_lib.sh
. "$top/tests/hosts_lib.sh"

# As authselect writes both, with the features with-faillock and no SSSD.
for file in system-auth password-auth; do
	cat >"/etc/pam.d/$file" <<'LINES'
auth        required      pam_env.so
auth        required      pam_faildelay.so delay=1000
auth        required      pam_faillock.so preauth silent
auth        sufficient    pam_unix.so nullok nodelay
auth        required      pam_faillock.so authfail
auth        required      pam_deny.so
account     required      pam_faillock.so
account     required      pam_unix.so
LINES
done
sed 's/delay=2000000/delay=1000/; s/pam_unix.so$/& nodelay/' \
    "$top/packaging/rpm/pam.d/genauth-auth" >/etc/pam.d/genauth-auth
: >/etc/pam.d/postlogin
printf 'deny = 3\nnodelay\n' >/etc/security/faillock.conf

# service NAME LINE...
service()
{
	service_name=$1
	shift
	printf '%s\n' "$@" 'account include system-auth' \
	    >"/etc/pam.d/$service_name"
}

# What comes behind the colon of works and fails: host SERVICE.
# shellcheck disable=SC2016 # for the shell that runs it
printf '#!/bin/sh\nexec pamtester "$1" alice authenticate acct_mgmt\n' \
    >"$work/host"
chmod 755 "$work/host"
host=$work/host

service rhel-sshd 'auth substack genauth-auth' 'auth include postlogin'
service rhel-sudo 'auth include genauth-auth'
service added-sshd 'auth substack password-auth' 'auth include postlogin' \
    'auth required pam_genauth.so'
service added-sudo 'auth include system-auth' 'auth required pam_genauth.so'
module=$(find /usr/lib /lib -name pam_genauth.so 2>/dev/null | head -n 1)

for service in rhel-sshd rhel-sudo; do
	echo "# $service"
	faillock --user alice --reset
	works "$service: password and code" assword unix-password \
	    'erification code' "$code" : "$host" "$service"
	fails "$service: wrong codes" assword unix-password \
	    'erification code' 000000 'not right' 000001 'not right' 000002 : \
	    "$host" "$service"
	faillock --user alice >"$work/faillock"
	check "$service: a wrong code is no wrong password" \
	    sh -c "! grep ' V\$' '$work/faillock'"
	door DELETE /requests >/dev/null
	fails "$service: a wrong password" assword wrong : "$host" "$service"
	no_requests "$service: nobody is asked for a code then"
	mv "$module" "$module.away"
	fails "$service: the module is missing" assword unix-password : \
	    "$host" "$service"
	mv "$module.away" "$module"
	faillock --user alice --reset
	for _ in 1 2 3; do
		terminal assword wrong : "$host" "$service"
	done
	fails "$service: locked, the right password does not help" \
	    assword unix-password : "$host" "$service"
	no_requests "$service: the service hears nothing of all this"
done

echo '# what a line added to the files as they are would do'
faillock --user alice --reset
works 'sudo: behind include system-auth the factor is never asked for' \
    assword unix-password : "$host" added-sudo
fails 'sshd: behind substack password-auth it is asked for too early' \
    assword wrong 'erification code' 000000 'not right' 000001 \
    'not right' 000002 : "$host" added-sshd

echo '# SSSD'
sed -n "s/^#   \(sed -i .*\)/\1/p" "$top/packaging/rpm/pam.d/genauth-auth" \
    >"$work/switch_on"
check 'genauth-auth says how to switch SSSD on' sh -e "$work/switch_on"
# without libpam-sss a stand-in: whoever pam_unix does not know it lets in
sed -i 's/pam_sss.so use_first_pass/pam_succeed_if.so user = alice/' \
    /etc/pam.d/genauth-auth
faillock --user alice --reset
works 'sssd: local, password and code' assword unix-password \
    'erification code' "$code" : "$host" rhel-sshd
works 'sssd: of SSSD, password and code' assword theirs \
    'erification code' "$code" : "$host" rhel-sshd
fails 'sssd: of SSSD, wrong codes' assword theirs \
    'erification code' 000000 'not right' 000001 'not right' 000002 : \
    "$host" rhel-sshd
sed -i 's/user = alice/user = nobody/' /etc/pam.d/genauth-auth
door DELETE /requests >/dev/null
fails 'sssd: a wrong password' assword theirs : "$host" rhel-sshd
no_requests 'sssd: nobody is asked for a code then'
finish rhel
