# What the tests of real hosts (sshd, sudo, su, login) share. Sourced after
# lib.sh, in a private system only (see in_private_system.sh). Wants $build,
# $top and $work as lib.sh does, and makes the service's configuration, keys
# and people ready there.
# shellcheck shell=sh disable=SC2034,SC2154 # set and used by those who source
: "${PRIVATE_LOG:?run me through in_private_system.sh}"

# Lines for every genauth.conf: nothing of one login is to be felt by the next.
steady_options='fail_delay = 0
lockout = off
breaker = off'

# logged TEXT: since the last time.
logged()
{
	sleep 0.2
	check "log: $1" grep -qF -e "$1" "$PRIVATE_LOG"
	: >"$PRIVATE_LOG"
}

# service_start: the emulator, and its configuration where the module looks
# for it by default. Sets $code besides what emulator_start sets.
service_start()
{
	# shellcheck disable=SC2086 # empty, or arguments
	emulator_start "$conf_dir" ${emulator_options-}
	printf '%s\n' "$steady_options" >>"$conf_dir/genauth.conf"
	# An answer beginning with ! is run when the prompt is there: the code
	# is then of the emulator's present.
	code="!curl -sS --noproxy '*' -X POST '$control/advance?seconds=30' >/dev/null;
		curl -sS --noproxy '*' '$control/totp?user=alice'"
}

# sshd_start CONFIGURATION-LINE...
sshd_start()
{
	{
		cat <<LINES
Port $port
ListenAddress 127.0.0.1
HostKey $work/host_key
PidFile $work/sshd.pid
UsePAM yes
UseDNS no
PrintMotd no
PrintLastLog no
StrictModes no
AuthorizedKeysFile $work/authorized_keys
LogLevel VERBOSE
LINES
		printf '%s\n' "$@"
	} >"$work/sshd_config"
	: >"$PRIVATE_LOG"
	# shellcheck disable=SC2086 # empty, or strace and its arguments
	${sshd_under-} /usr/sbin/sshd -D -f "$work/sshd_config" &
	sshd_pid=$!
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ -e "$work/sshd.pid" ] && return 0
		sleep 0.1
	done
	echo 'sshd did not start' >&2
	exit 1
}

sshd_stop()
{
	[ -z "$sshd_pid" ] && return 0
	kill "$(cat "$work/sshd.pid")" 2>/dev/null || :
	wait "$sshd_pid" 2>/dev/null || :
	sshd_pid=
	rm -f "$work/sshd.pid"
}

hosts_leave()
{
	sshd_stop
	emulator_stop
	rm -rf "$work"
}

sshd_pid=
trap hosts_leave EXIT
trap 'exit 1' INT TERM
chmod 755 "$work"
export SSH_AUTH_SOCK=
port=$(free_port)
password_and_code='PasswordAuthentication no
KbdInteractiveAuthentication yes
AuthenticationMethods keyboard-interactive:pam'
key_and_code='PasswordAuthentication no
KbdInteractiveAuthentication yes
AuthenticationMethods publickey,keyboard-interactive:pam'
# One line each: git and rsync are given such words as one string.
ssh_options="-F none -o UserKnownHostsFile=$work/known_hosts"
ssh_options="$ssh_options -o NumberOfPasswordPrompts=1"
ssh_base="ssh $ssh_options -p $port"
ssh_alice="$ssh_base -o PreferredAuthentications=publickey,keyboard-interactive"
ssh_by_password="$ssh_base -o PreferredAuthentications=password"
as_alice='setpriv --reuid=alice --regid=65534 --clear-groups'
as_bob='setpriv --reuid=bob --regid=65534 --clear-groups'

# What a build keeps from login to login is this test's own, too.
conf_dir=$build/inst/etc/genauth
mkdir -p "$work/genauth" "$work/runtime" "$conf_dir" "$build/inst/run"
mount --bind "$work/genauth" "$conf_dir"
mount --bind "$work/runtime" "$build/inst/run"
chmod 700 "$work/runtime"
service_start
ssh-keygen -q -t ed25519 -N '' -f "$work/host_key"
echo "[127.0.0.1]:$port $(cut -d ' ' -f 1,2 "$work/host_key.pub")" \
    >"$work/known_hosts"
ssh-keygen -q -t ed25519 -N '' -f "$work/user_key"
cp "$work/user_key.pub" "$work/authorized_keys"
chmod 644 "$work/authorized_keys"
# pam_unix's pause of two seconds after each failure would be most of a test.
sed -i 's/pam_unix.so/& nodelay/' /etc/pam.d/common-auth
for file in sshd sudo su login; do
	cp "$top/pam.d/$file" "/etc/pam.d/$file"
done
mkdir -p /etc/sudoers.d
cat >/etc/sudoers.d/pam_genauth_test <<'LINES'
Defaults timestamp_timeout=0
Defaults passwd_tries=1
alice ALL=(ALL) ALL
bob ALL=(ALL) ALL
LINES
chmod 440 /etc/sudoers.d/pam_genauth_test
