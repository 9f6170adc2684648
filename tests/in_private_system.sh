#!/bin/sh
# in_private_system.sh BUILD COMMAND...
# Runs COMMAND as root in a mount namespace where /etc, /run, /dev and the PAM
# modules are copies, and BUILD's runtime directory is empty: test users exist,
# pam_genauth.so is installed, syslog is the file $PRIVATE_LOG. Nothing of it
# is left when COMMAND ends.
set -eu

if [ "${PRIVATE_SYSTEM-}" != entered ]; then
	PRIVATE_SYSTEM=entered exec unshare --mount --propagation private \
	    "$0" "$@"
fi
build=$1
shift

private=$(mktemp -d /tmp/private_system.XXXXXX)
mount -t tmpfs tmpfs "$private"
catcher=
leave()
{
	[ -z "$catcher" ] || kill "$catcher" 2>/dev/null || :
	cd /
	umount -l "$private" && rmdir "$private"
}
trap leave EXIT
trap 'exit 1' INT TERM

# overlay DIRECTORY: changes to it stay in here.
overlay()
{
	name=$(echo "$1" | tr / _)
	mkdir -p "$private/upper$name" "$private/work$name"
	mount -t overlay overlay -o \
	    "lowerdir=$1,upperdir=$private/upper$name,workdir=$private/work$name" \
	    "$1"
}

modules=$(dirname "$(find /usr/lib /lib -name pam_unix.so | head -n 1)")
overlay /etc
overlay "$modules"
cp "$build/inst/security/pam_genauth.so" "$modules/"
mkdir -p "$private/run/sshd" "$private/dev" "$private/home"
chmod 755 "$private" "$private/run" "$private/run/sshd" "$private/home"
mount --bind "$private/run" /run
# Caches and records of logins, of nobody else's tests.
if [ -d "$build/inst" ]; then
	mkdir -m 700 "$build/inst/run" 2>/dev/null || :
	mkdir -m 700 "$private/runtime"
	mount --bind "$private/runtime" "$build/inst/run"
fi
mkdir "$private/varlog"
mount --bind "$private/varlog" /var/log

# A /dev with a log of ours.
for node in null zero full random urandom tty; do
	: >"$private/dev/$node"
	mount --bind "/dev/$node" "$private/dev/$node"
done
mkdir "$private/dev/pts" "$private/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts \
    "$private/dev/pts"
mount -t tmpfs tmpfs "$private/dev/shm"
ln -s pts/ptmx "$private/dev/ptmx"
ln -s /proc/self/fd "$private/dev/fd"
chmod 755 "$private/dev"
PRIVATE_LOG=$private/log
"$build/syslog-catcher" "$private/dev/log" "$PRIVATE_LOG" &
catcher=$!
mount --rbind "$private/dev" /dev

# The stacks of a fresh Debian, and people.
cat >/etc/pam.d/common-auth <<'END'
auth	[success=1 default=ignore]	pam_unix.so nullok
auth	requisite			pam_deny.so
auth	required			pam_permit.so
END
cat >/etc/pam.d/common-account <<'END'
account	[success=1 new_authtok_reqd=done default=ignore]	pam_unix.so
account	requisite			pam_deny.so
account	required			pam_permit.so
END
for kind in session session-noninteractive; do
	cat >/etc/pam.d/common-$kind <<'END'
session	[default=1]			pam_permit.so
session	requisite			pam_deny.so
session	required			pam_permit.so
session	required			pam_unix.so
END
done
for person in alice bob carol dave erin; do
	sed -i "/^$person:/d" /etc/passwd /etc/shadow # theirs, not a real one
	printf '%s:x:%d:%d::%s:/bin/sh\n' "$person" \
	    "$((70000 + $(printf %d "'$person") ))" 65534 \
	    "$private/home/$person" >>/etc/passwd
	# the password is "unix-password"
	printf '%s:%s:19000:0:99999:7:::\n' "$person" \
	    "$(openssl passwd -6 unix-password)" >>/etc/shadow
	mkdir -p "$private/home/$person"
	chown "$person" "$private/home/$person"
done
export PRIVATE_LOG
"$@"
