#!/bin/sh
# golden.sh BUILD [FLOW[/SCENARIO]]...: what people see at the real sshd, sudo,
# su and login, compared with tests/golden/FLOW/SCENARIO.txt; all rows of the
# table below, or those named. With GOLDEN_UPDATE=1 the files are written anew:
# read `git diff tests/golden` then. Runs in a private system only (see
# in_private_system.sh).
set -u
if [ "$(uname -n)" != server ]; then
	# shellcheck disable=SC2016 # for the inner shell
	exec unshare --uts sh -c 'hostname server && exec "$0" "$@"' "$0" "$@"
fi
build=$1
shift
top=$(cd "$(dirname "$0")/.." && pwd)
: "${PRIVATE_LOG:?run me through in_private_system.sh}"
golden=$top/tests/golden
work=$(mktemp -d)
chmod 755 "$work"
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
# shellcheck source=tests/answers.sh
. "$top/tests/answers.sh"
sshd_pid=
leave()
{
	sshd_stop
	emulator_stop
	rm -rf "$work"
}
trap leave EXIT
trap 'exit 1' INT TERM

# One row, one transcript: flow, scenario, exit status of the command, verdict
# and reason in the log ("-": the login never comes to us), and what the person
# answers: the words of answers.sh. What a scenario needs is at
# scenario_begin().
#
# Where a flow has no row for a scenario, this is why:
#   ssh-password          sshd asks for one password and can ask for nothing
#                         else: whatever the scenario, the login is denied
#   ssh-key-account-push  nobody can be asked anything, the phone answers: no
#                         codes, so none to be wrong and none to lock out for
#   su-script             nobody is there to answer
#   *-zh                  in Chinese (language = zh), what differs from English
#   ssh-ascii-zh          what ssh makes of it in a locale that is not UTF-8
# login ends with 0 when it gives up. push-timeout: the service lets the push
# go; push-unanswered: we do, after push_timeout, and once is enough of waiting.
rows()
{
	grep -v '^#' <<'END'
# flow               scenario         exit log               answers
ssh-kbdint           right            0    allow             password code
ssh-kbdint           wrong-then-right 0    allow             password wrong code
ssh-kbdint           sms              0    allow             password s sms
ssh-kbdint           email            0    allow             password e email
ssh-kbdint           push-approved    0    allow             password p enter
ssh-kbdint           push-refused     255  deny/declined     password p enter
ssh-kbdint           push-timeout     0    allow             password p enter code
ssh-kbdint           recovery         0    allow             password recovery enter
ssh-kbdint           down-closed      255  deny/unreachable  password
ssh-kbdint           down-open        0    allow/unreachable password
ssh-kbdint           lockout          255  deny/locked_out   password password
ssh-kbdint-zh        right            0    allow             password code
ssh-kbdint-zh        wrong-then-right 0    allow             password wrong code
ssh-kbdint-zh        sms              0    allow             password s sms
ssh-kbdint-zh        email            0    allow             password e email
ssh-kbdint-zh        push-approved    0    allow             password p enter
ssh-kbdint-zh        push-refused     255  deny/declined     password p enter enter
ssh-kbdint-zh        push-timeout     0    allow             password p enter code
ssh-kbdint-zh        recovery         0    allow             password recovery enter
ssh-kbdint-zh        down-closed      255  deny/unreachable  password enter
ssh-kbdint-zh        no-code          255  deny/conversation password none
ssh-kbdint-zh        lockout          255  deny/locked_out   password enter password
ssh-key-kbdint       right            0    allow             code
ssh-key-kbdint       wrong-then-right 0    allow             wrong code
ssh-key-kbdint       sms              0    allow             s sms
ssh-key-kbdint       email            0    allow             e email
ssh-key-kbdint       push-approved    0    allow             p enter
ssh-key-kbdint       push-refused     255  deny/declined     p enter
ssh-key-kbdint       push-timeout     0    allow             p enter code
ssh-key-kbdint       recovery         0    allow             recovery enter
ssh-key-kbdint       down-closed      255  deny/unreachable
ssh-key-kbdint       down-open        0    allow/unreachable
ssh-key-kbdint       lockout          255  deny/locked_out   password
ssh-password         right            255  deny/conversation password
ssh-password         down-open        255  deny/conversation password
ssh-key-account-push push-approved    0    allow
ssh-key-account-push push-refused     255  deny/declined
ssh-key-account-push push-timeout     255  deny/expired
ssh-key-account-push down-closed      255  deny/unreachable
ssh-key-account-push down-open        0    allow/unreachable
sudo-terminal        right            0    allow             password code
sudo-terminal        wrong-then-right 0    allow             password wrong code
sudo-terminal        sms              0    allow             password s sms
sudo-terminal        email            0    allow             password e email
sudo-terminal        push-approved    0    allow             password p enter
sudo-terminal        push-refused     1    deny/declined     password p enter enter
sudo-terminal        push-timeout     0    allow             password p enter code
sudo-terminal        recovery         0    allow             password recovery enter
sudo-terminal        down-closed      1    deny/unreachable  password enter
sudo-terminal        down-open        0    allow/unreachable password
sudo-terminal        lockout          1    deny/locked_out   password enter
ssh-ascii-zh         right            0    allow             password code
ssh-key-account-push-zh push-refused     255  deny/declined
sudo-terminal-zh     right            0    allow             password wide
sudo-terminal-zh     push-refused     1    deny/declined     password p enter enter
sudo-terminal-zh     down-closed      1    deny/unreachable  password enter
sudo-terminal-zh     lockout          1    deny/locked_out   password enter
sudo-S               right            0    allow             password code
sudo-S               wrong-then-right 0    allow             password wrong code
sudo-S               sms              0    allow             password s sms
sudo-S               email            0    allow             password e email
sudo-S               push-approved    0    allow             password p enter
sudo-S               push-refused     1    deny/declined     password p enter enter
sudo-S               push-timeout     0    allow             password p enter code
sudo-S               recovery         0    allow             password recovery enter
sudo-S               down-closed      1    deny/unreachable  password enter
sudo-S               down-open        0    allow/unreachable password
sudo-S               lockout          1    deny/locked_out   password enter
sudo-askpass         right            0    allow             password code
sudo-askpass         wrong-then-right 0    allow             password wrong code
sudo-askpass         sms              0    allow             password s sms
sudo-askpass         email            0    allow             password e email
sudo-askpass         push-approved    0    allow             password p enter
sudo-askpass         push-refused     1    deny/declined     password p enter enter
sudo-askpass         push-timeout     0    allow             password p enter code
sudo-askpass         recovery         0    allow             password recovery enter
sudo-askpass         down-closed      1    deny/unreachable  password enter
sudo-askpass         down-open        0    allow/unreachable password
sudo-askpass         lockout          1    deny/locked_out   password enter
su                   right            0    allow             password code
su                   wrong-then-right 0    allow             password wrong code
su                   sms              0    allow             password s sms
su                   email            0    allow             password e email
su                   push-approved    0    allow             password p
su                   push-refused     1    deny/declined     password p
su                   push-timeout     0    allow             password p code
su                   push-unanswered  0    allow             password p code
su                   recovery         0    allow             password recovery enter
su                   down-closed      1    deny/unreachable  password
su                   down-open        0    allow/unreachable password
su                   lockout          1    deny/locked_out   password
su-script            no-input         1    -
su-script            password-only    1    deny/conversation
login                right            0    allow             password code shell
login                wrong-then-right 0    allow             password wrong code shell
login                sms              0    allow             password s sms shell
login                email            0    allow             password e email shell
login                push-approved    0    allow             password p shell
login                push-refused     0    deny/declined     password p
login                push-timeout     0    allow             password p code shell
login                recovery         0    allow             password recovery enter shell
login                down-closed      0    deny/unreachable  password
login                down-open        0    allow/unreachable password shell
login                lockout          0    deny/locked_out   password
END
}

# surroundings USER: the words that run a command as USER, with nothing of
# ours in its environment.
surroundings()
{
	[ "$1" = root ] ||
	    echo "setpriv --reuid=$1 --regid=65534 --clear-groups"
	echo "env -i --chdir=$work/desk PATH=$work/bin:/usr/bin:/bin
	    HOME=$(getent passwd "$1" | cut -d : -f 6) LANG=C.UTF-8 TERM=dumb"
}

# on_terminal USER COMMAND WORD...: what was seen is in $work/seen.
on_terminal()
{
	on_user=$1 on_command=$2
	shift 2
	for word; do
		shift
		answer_word "$word"
		set -- "$@" "$prompt" "$answer"
	done
	# shellcheck disable=SC2046 # words
	ANSWER_SHOW=1 "$top/tests/answer.exp" "$@" : \
	    $(surroundings "$on_user") sh -c "$on_command" >"$work/seen" 2>&1
}

# from_fifo USER COMMAND WORD...: the answers go into the FIFO desk/answers.
from_fifo()
{
	(export ANSWER_STDIN="$work/desk/answers" && on_terminal "$@")
}

# without_terminal USER COMMAND
without_terminal()
{
	# shellcheck disable=SC2046 # words
	setsid --wait $(surroundings "$1") sh -c "$2" </dev/null \
	    >"$work/seen" 2>&1
}

# sshd_start METHODS YES-OR-NO: the latter for PasswordAuthentication.
sshd_start()
{
	cat >"$work/sshd_config" <<END
Port $port
ListenAddress 127.0.0.1
HostKey $work/host_key
PidFile $work/sshd.pid
UsePAM yes
UseDNS no
PrintMotd no
PrintLastLog no
StrictModes no
AuthorizedKeysFile $work/user_key.pub
AuthenticationMethods $1
PasswordAuthentication $2
KbdInteractiveAuthentication yes
END
	/usr/sbin/sshd -D -f "$work/sshd_config" &
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
	kill "$sshd_pid" 2>/dev/null || :
	wait "$sshd_pid" 2>/dev/null || :
	sshd_pid=
	rm -f "$work/sshd.pid"
}

# flow_begin FLOW: sets $flow_run, $flow_user and $flow_command.
flow_begin()
{
	sshd_stop
	flow_run=on_terminal flow_user=alice flow_language=en
	flow_command='ssh alice@server id -un'
	cp "$top/pam.d/sshd" /etc/pam.d/sshd
	[ "${1%-zh}" = "$1" ] || flow_language=zh
	case ${1%-zh} in
	ssh-kbdint) sshd_start keyboard-interactive:pam no ;;
	ssh-ascii)
		flow_command='LC_ALL=C ssh alice@server id -un'
		sshd_start keyboard-interactive:pam no ;;
	ssh-key-kbdint)
		cp "$top/pam.d/sshd-key" /etc/pam.d/sshd
		sshd_start publickey,keyboard-interactive:pam no ;;
	ssh-password) sshd_start password yes ;;
	ssh-key-account-push)
		sed -i 's/^@include common-account/account required pam_genauth.so account=push\n&/' \
		    /etc/pam.d/sshd
		sshd_start publickey no ;;
	sudo-terminal) flow_command='sudo id -un' ;;
	sudo-S)
		flow_run=from_fifo
		flow_command='sudo -S id -un <answers' ;;
	sudo-askpass)
		flow_command='SUDO_ASKPASS=/run/askpass sudo -A id -un' ;;
	su) flow_user=bob flow_command="su alice -c 'id -un'" ;;
	su-script) flow_run=without_terminal flow_user=bob ;;
	login) flow_user=root flow_command='login alice' ;;
	*) echo "no such flow: $1" >&2; exit 1 ;;
	esac
}

# scenario_begin SCENARIO: nothing is remembered of the one before.
scenario_begin()
{
	rm -rf "$work/run"/*
	# a code can be sent again, and no push is left over
	door POST '/advance?seconds=120' >/dev/null
	phone_pid=
	{
		cat "$work/base.conf"
		echo 'fail_delay = 0'
		[ "$flow_language" = en ] || echo "language = $flow_language"
	} >"$conf"
	case $1 in
	push-*) echo 'factors = otp sms email push recovery' >>"$conf" ;;
	esac
	case $1 in
	push-approved) phone CONFIRM & phone_pid=$! ;;
	push-refused) phone CANCEL & phone_pid=$! ;;
	push-timeout) push_lifetime 1 ;;
	push-unanswered) echo 'push_timeout = 10' >>"$conf" ;;
	down-*)
		sed -i 's,_url = .*,_url = https://localhost:1,' "$conf"
		echo "fail = ${1#down-}" >>"$conf"
		echo "verifier_user = 65533" >>"$conf" ;;
	lockout)
		echo 'lockout = 3/900' >>"$conf"
		on_terminal bob 'su alice' password wrong wrong wrong
		await_log ;;
	no-input) flow_command="su alice -c 'id -un'" ;;
	password-only)
		flow_command="echo unix-password | su alice -c 'id -un'" ;;
	esac
	: >"$PRIVATE_LOG"
}

# push_lifetime SECONDS: after which the service lets a push go.
push_lifetime()
{
	door POST "/switch?name=push_lifetime_s&value=$1" >/dev/null
}

scenario_end()
{
	push_lifetime 120
	[ -z "$phone_pid" ] || kill "$phone_pid" 2>/dev/null || :
	[ -z "$phone_pid" ] || wait "$phone_pid" 2>/dev/null || :
}

# The log may come a moment later than the login's end.
await_log()
{
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		grep -q 'event=login' "$PRIVATE_LOG" && return 0
		sleep 0.1
	done
}

# transcript STATUS
transcript()
{
	sign='$'
	[ "$flow_user" = root ] && sign='#'
	{
		printf '%s%s %s\n' "$flow_user" "$sign" "$flow_command"
		cat "$work/seen"
		printf '\nexit status: %d\n' "$1"
		grep -a 'event=\|pam_genauth' "$PRIVATE_LOG"
	} | mask
}

# logged VERDICT[/REASON]: in the transcript, or "-": there is no line.
logged()
{
	if [ "$1" = - ]; then
		! grep -q 'event=' "$work/transcript"
		return
	fi
	case $1 in
	*/*) logged_as="verdict=${1%/*} reason=${1#*/} user=" ;;
	*) logged_as="verdict=$1 user=" ;;
	esac
	grep -q "event=login $logged_as" "$work/transcript"
}

# compare FLOW/SCENARIO STATUS LOG GOT: GOT is the exit status there was.
compare()
{
	if [ "$2" -ne "$4" ]; then
		not_ok "$1: exit status $4, not $2" "$work/transcript"
	elif ! logged "$3"; then
		not_ok "$1: the log does not say $3" "$work/transcript"
	elif [ -n "${GOLDEN_UPDATE-}" ]; then
		mkdir -p "$golden/${1%/*}"
		check "$1: written" cp "$work/transcript" "$golden/$1.txt"
	else
		check "$1" diff -u "$golden/$1.txt" "$work/transcript"
	fi
}

# row FLOW SCENARIO STATUS LOG WORD...
row()
{
	row_name=$1/$2 row_status=$3 row_log=$4
	scenario_begin "$2"
	shift 4
	"$flow_run" "$flow_user" "$flow_command" "$@"
	status=$?
	[ "$row_log" = - ] || await_log
	scenario_end
	transcript "$status" >"$work/transcript"
	compare "$row_name" "$row_status" "$row_log" "$status"
}

# wanted FLOW/SCENARIO NAME...: is it one of these, or are there none?
wanted()
{
	wanted_row=$1
	shift
	[ $# -gt 0 ] || return 0
	for name; do
		case $wanted_row in
		"$name" | "$name"/*) return 0 ;;
		esac
	done
	return 1
}

each_file_has_its_row()
{
	rows | awk '{print $1 "/" $2 ".txt"}' | sort >"$work/in_table"
	(cd "$golden" && find . -type f | sed 's,^\./,,' | sort) \
	    >"$work/in_folder"
	diff -u "$work/in_table" "$work/in_folder"
}

# The configuration and what the logins leave behind stand where the module
# looks for them by default.
conf_dir=$build/inst/etc/genauth
conf=$conf_dir/genauth.conf
mkdir -p "$work/genauth" "$work/bin" "$work/desk" "$conf_dir"
[ -d "$build/inst/run" ] || mkdir -m 700 "$build/inst/run" # as a login would
mkdir -m 700 "$work/run"
mount --bind "$work/genauth" "$conf_dir"
mount --bind "$work/run" "$build/inst/run"
emulator_start "$conf_dir"
cp "$conf" "$work/base.conf"
mkfifo -m 666 "$work/desk/answers"
for file in sudo su login; do
	cp "$top/pam.d/$file" "/etc/pam.d/$file"
done

# The ssh of these people knows the server and has a key.
port=$(free_port)
ssh-keygen -q -t ed25519 -N '' -C server -f "$work/host_key"
ssh-keygen -q -t ed25519 -N '' -C alice -f "$work/user_key"
chown alice "$work/user_key"
echo "server $(cat "$work/host_key.pub")" >"$work/known_hosts"
cat >"$work/ssh_config" <<END
Host server
HostName 127.0.0.1
HostKeyAlias server
Port $port
UserKnownHostsFile $work/known_hosts
IdentityFile $work/user_key
NumberOfPasswordPrompts 1
END
cat >"$work/bin/ssh" <<END
#!/bin/sh
exec /usr/bin/ssh -F $work/ssh_config "\$@"
END
cat >/run/askpass <<'END'
#!/bin/sh
# What a window would ask, on the terminal.
printf 'askpass: %s' "$1" >/dev/tty
stty -echo </dev/tty
read -r answer </dev/tty
stty echo </dev/tty
echo >/dev/tty
printf '%s\n' "$answer"
END
chmod 755 "$work/bin/ssh" /run/askpass
# How long a denial takes is not in a transcript; login ends after one try, not
# after five.
sed -i 's/nullok/nullok nodelay/' /etc/pam.d/common-auth
sed -i 's/^LOGIN_RETRIES.*/LOGIN_RETRIES 1/' /etc/login.defs
echo '127.0.1.1 server' >>/etc/hosts
mkdir -p /etc/sudoers.d
cat >/etc/sudoers.d/pam_genauth_test <<'END'
Defaults timestamp_timeout=0, passwd_tries=1, lecture=never
alice ALL=(ALL) ALL
END
chmod 440 /etc/sudoers.d/pam_genauth_test

rows >"$work/rows"
flow_now=
while read -r flow scenario status log words <&3; do
	wanted "$flow/$scenario" "$@" || continue
	if [ "$flow" != "$flow_now" ]; then
		flow_now=$flow
		flow_begin "$flow"
	fi
	# shellcheck disable=SC2086 # words
	row "$flow" "$scenario" "$status" "$log" $words
done 3<"$work/rows"
if [ $# -eq 0 ]; then
	check 'each transcript has its row, and each row its transcript' \
	    each_file_has_its_row
fi
finish golden
