#!/bin/sh
# clients.sh BUILD: the programs that people and scripts reach a host with:
# what moves files, what has a terminal and what has none. Who can be asked
# gets in, with password and code as with key and code; who cannot be asked is
# told so and does not hang. Runs in a private system only (see
# in_private_system.sh).
#
# Measured on Debian 12 with OpenSSH 9.2p1, PuTTY 0.78, rsync 3.5.0, git 2.39.5,
# sudo 1.9.13p3 and util-linux 2.38.1:
# - scp (by SFTP and, -O, by its old protocol), sftp, rsync, git, plink and pscp
#   ask for password and code on the terminal, as ssh does. `sftp -b` does not
#   ask unless -o BatchMode=no stands before it.
# - PuTTY's clients show each prompt behind "| ", fold long ones at 80 columns
#   behind ">  ", and ask anew after a denial for as long as sshd lets them.
# - ssh without a terminal asks SSH_ASKPASS where SSH_ASKPASS_REQUIRE=force (or a
#   display) says so, with password and code each as a question of its own;
#   otherwise it ends at once, as with BatchMode.
# - Sessions over a ControlMaster are authenticated once, by the first.
# - `sudo -S` and su without a terminal read password and code from two lines of
#   standard input; sudo -A calls SUDO_ASKPASS twice. At the end of the input the
#   login is denied at once: sudo writes "no password was provided", su writes
#   "Conversation error".
# shellcheck disable=SC2086 # commands in variables are words
set -u
build=$1
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
# shellcheck source=tests/hosts_lib.sh
. "$top/tests/hosts_lib.sh"

# here PROGRAM WHAT: is it? Otherwise WHAT is skipped.
here()
{
	command -v "$1" >/dev/null 2>&1 && return 0
	skip "$2: no $1 here"
	return 1
}

# asked NAME [PROMPT ANSWER]... : COMMAND...: works, once the questions of this
# way in are answered.
asked()
{
	asked_name="$1, $way and code"
	shift
	if [ "$way" = password ]; then
		works "$asked_name" 'assword: ' unix-password \
		    'erification code' "$code" "$@"
	else
		works "$asked_name" 'erification code' "$code" "$@"
	fi
}

# arrived NAME FILE: the bytes that were sent.
arrived()
{
	check "$1, $way and code: each byte arrived" cmp "$work/sent" "$2"
	rm -f "$2"
}

# alone COMMAND...: without a terminal; ends by itself or with status 124.
alone()
{
	timeout 20 setsid -w "$@" >"$work/terminal.out" 2>&1
}

# alone_works NAME COMMAND... <INPUT
alone_works()
{
	alone_name=$1
	shift
	if alone "$@"; then
		ok "$alone_name"
	else
		not_ok "$alone_name" "$work/terminal.out"
	fi
}

# alone_fails NAME TEXT COMMAND... <INPUT: by itself, and says TEXT.
alone_fails()
{
	alone_name=$1
	alone_text=$2
	shift 2
	alone "$@"
	alone_status=$?
	if [ "$alone_status" -ne 0 ] && [ "$alone_status" -ne 124 ] &&
	    seen "$alone_text"; then
		ok "$alone_name"
	else
		echo "status $alone_status" >>"$work/terminal.out"
		not_ok "$alone_name" "$work/terminal.out"
	fi
}

copies()
{
	asked 'scp' : scp $ssh_options $identity -P "$port" "$work/sent" \
	    "$there:up"
	arrived 'scp' "$home/up"
	asked 'scp -O' : scp -O $ssh_options $identity -P "$port" \
	    "$work/sent" "$there:up"
	arrived 'scp -O' "$home/up"
	asked 'sftp' 'sftp> ' "put $work/sent up" 'sftp> ' \
	    "get up $work/down" 'sftp> ' bye \
	    : sftp $ssh_options $identity -P "$port" "$there"
	arrived 'sftp, up' "$home/up"
	arrived 'sftp, down' "$work/down"
	fails "sftp -b, $way and code: asks nothing" \
	    : sftp $ssh_options $identity -P "$port" -b "$work/batch" "$there"
	asked 'sftp -b, BatchMode=no' : sftp $ssh_options $identity -o BatchMode=no \
	    -P "$port" -b "$work/batch" "$there"
	arrived 'sftp -b, BatchMode=no' "$home/up"
	if here rsync "rsync, $way and code"; then
		asked 'rsync' : rsync -e "$ssh" "$work/sent" "$there:up"
		arrived 'rsync' "$home/up"
	fi
}

git_over_ssh()
{
	here git "git, $way and code" || return 0
	rm -rf "$work/clone" "$home/repository"
	$as_alice git init -q --bare -b main "$home/repository"
	asked 'git clone' : env GIT_SSH_COMMAND="$ssh" \
	    git clone -q "$there:repository" "$work/clone"
	cp "$work/sent" "$work/clone/file"
	git -C "$work/clone" checkout -q -B main
	git -C "$work/clone" add file
	git -C "$work/clone" -c user.name=alice \
	    -c user.email=alice@example.com commit -q -m file
	asked 'git push' : env GIT_SSH_COMMAND="$ssh" \
	    git -C "$work/clone" push -q origin main
	$as_alice git --git-dir="$home/repository" show main:file \
	    >"$work/pushed"
	arrived 'git push' "$work/pushed"
}

# plink and pscp, PuTTY's clients of the command line.
putty()
{
	for program in plink pscp puttygen; do
		here $program "PuTTY, $way and code" || return 0
	done
	puttygen "$work/user_key" -O private -o "$work/user.ppk"
	options="-P $port -hostkey $fingerprint"
	[ "$way" = password ] || options="$options -i $work/user.ppk"
	asked 'pscp' : env HOME="$work" pscp $options "$work/sent" "$there:up"
	check "pscp, $way and code: each byte arrived" \
	    cmp "$work/sent" "$home/up"
	asked 'plink' : env HOME="$work" sh -c \
	    "plink -no-antispoof $options $there 'cat up' >'$work/down'"
	arrived 'plink' "$work/down"
	rm -f "$home/up"
}

# one_connection: the first session asks, those that share it do not.
one_connection()
{
	# The terminal is gone when the first has been let in: no SIGHUP for it.
	asked 'ControlMaster' : sh -c "trap '' HUP; exec $ssh -f -M \
	    -S $work/connection $there sleep 20 >'$work/master.out' 2>&1"
	door DELETE /requests >/dev/null
	alone_works "ControlMaster, $way and code: the next is asked nothing" \
	    $ssh -o BatchMode=yes -S "$work/connection" "$there" cat \
	    <"$work/sent"
	check "ControlMaster, $way and code: each byte came back" \
	    cmp "$work/sent" "$work/terminal.out"
	no_requests "ControlMaster, $way and code: nor is the service"
	$ssh -S "$work/connection" -O exit "$there" 2>/dev/null
}

# Who is alone is denied before the service hears of it.
ssh_alone()
{
	asked 'ssh -T' : $ssh -T "$there" \
	    'test ! -t 0 && echo no terminal there'
	check "ssh -T, $way and code: the command ran" \
	    seen 'no terminal there'
	door DELETE /requests >/dev/null
	: >"$PRIVATE_LOG"
	alone_fails "ssh BatchMode, $way and code: denied" \
	    "Permission denied ($still_wanted)" \
	    $ssh -o BatchMode=yes "$there" true </dev/null
	logged 'Connection closed by authenticating user alice'
	no_requests "ssh BatchMode, $way and code: the service never hears of it"
	alone_fails "ssh without a terminal, $way and code: denied" \
	    "Permission denied ($still_wanted)" $ssh "$there" true </dev/null
	alone_works "ssh SSH_ASKPASS, $way and code" \
	    env SSH_ASKPASS="$work/askpass" SSH_ASKPASS_REQUIRE=force \
	    $ssh "$there" true </dev/null
}

# over_ssh PASSWORD|KEY SSHD-CONFIGURATION: everything that comes by ssh.
over_ssh()
{
	way=$1
	echo "# by ssh, with $way and code"
	sshd_start "$2" 'Subsystem sftp internal-sftp'
	copies
	git_over_ssh
	putty
	one_connection
	ssh_alone
	sshd_stop
}

# sudo and su on a terminal are hosts.sh's; here nobody is at one.
sudo_alone()
{
	echo '# sudo without a terminal'
	printf 'unix-password\n%s\n' "$(otp alice)" >"$work/answers"
	alone_works 'sudo -S: both answers from standard input' \
	    $as_alice sudo -S id -un <"$work/answers"
	check 'sudo -S: runs as root' seen root
	printf 'unix-password\n000000\n000001\n000002\n' >"$work/answers"
	: >"$PRIVATE_LOG"
	alone_fails 'sudo -S: wrong codes' 'Too many wrong codes' \
	    $as_alice sudo -S id -un <"$work/answers"
	logged 'verdict=deny reason=tries_used_up user=alice service=sudo'
	echo unix-password >"$work/answers"
	alone_fails 'sudo -S: no code' 'no password was provided' \
	    $as_alice sudo -S id -un <"$work/answers"
	logged 'verdict=deny reason=conversation user=alice service=sudo'
	alone_works 'sudo -A: both answers from SUDO_ASKPASS' \
	    $as_alice env SUDO_ASKPASS="$work/askpass" sudo -A id -un \
	    </dev/null
	check 'sudo -A: runs as root' seen root
	alone_fails 'sudo: nobody to ask' 'a terminal is required' \
	    $as_alice sudo id -un </dev/null
	alone_fails 'sudo -n: not to ask' 'a password is required' \
	    $as_alice sudo -n id -un </dev/null
}

su_alone()
{
	echo '# su without a terminal'
	: >"$PRIVATE_LOG"
	alone_fails 'su: nobody to ask' 'su: Authentication failure' \
	    $as_bob su alice -c true </dev/null
	logged 'FAILED SU (to alice) bob'
	printf 'unix-password\n%s\n' "$(otp alice)" >"$work/answers"
	alone_works 'su: both answers from standard input' \
	    $as_bob su alice -c true <"$work/answers"
	echo unix-password >"$work/answers"
	: >"$PRIVATE_LOG"
	alone_fails 'su: a password, and no code' 'su: Conversation error' \
	    $as_bob su alice -c true <"$work/answers"
	logged 'verdict=deny reason=conversation user=alice service=su'
}

there=alice@127.0.0.1
home=$(getent passwd alice | cut -d : -f 6)
fingerprint=$(ssh-keygen -l -f "$work/host_key.pub" | cut -d ' ' -f 2)
head -c 300000 /dev/urandom >"$work/sent"
echo "put $work/sent up" >"$work/batch"
# What desktops and editors answer with; it finds the question in $1.
cat >"$work/askpass" <<LINES
#!/bin/sh
case \$1 in
*erification\ code*)
	curl -sS --noproxy '*' -X POST '$control/advance?seconds=30' >/dev/null
	curl -sS --noproxy '*' '$control/totp?user=alice' ;;
*assword*) echo unix-password ;;
esac
LINES
chmod 755 "$work/askpass"

identity='-o PreferredAuthentications=keyboard-interactive'
ssh="$ssh_base $identity"
still_wanted=keyboard-interactive
over_ssh password "$password_and_code"
cp "$top/pam.d/sshd-key" /etc/pam.d/sshd
identity="-i $work/user_key"
identity="$identity -o PreferredAuthentications=publickey,keyboard-interactive"
ssh="$ssh_base $identity"
over_ssh key "$key_and_code"
sudo_alone
su_alone
finish clients
