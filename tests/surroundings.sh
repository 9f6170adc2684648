#!/bin/sh
# surroundings.sh BUILD [HOST]: R9. Whoever starts su, sudo or another setuid program
# chooses its environment, limits, signals, descriptors and directory. In each
# of the surroundings below a right code has the verdict of a clean run, or,
# where that is allowed below, the login is denied and the log says so; a wrong
# code never lets in; and the verifier opens what it opens in a clean run.
# All with fail = open: nothing here may look like a service that is away.
# All hosts at once, each in a private system of its own.
# shellcheck disable=SC2086 # commands in variables are words
set -u
build=$1
entrance=${2-}
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"

# all_hosts: this file for each of them, its results added up.
all_hosts()
{
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' INT TERM
	for host in setuid-host su sudo; do
		"$top/tests/in_private_system.sh" "$build" "$0" "$build" \
		    "$host" >"$work/$host.out" 2>&1 &
	done
	wait
	for host in setuid-host su sudo; do
		grep -v "^surroundings of $host:" "$work/$host.out"
		sed -n 's/^ok .*/passed/p; s/^FAILED .*/failed/p;
		    s/^SKIPPED .*/skipped/p' "$work/$host.out" \
		    >>"$work/results"
		grep -q "^surroundings of $host:" "$work/$host.out" ||
			not_ok "$host: did not get to its end"
	done
	finish surroundings
}

if [ -z "$entrance" ]; then
	if [ "$(id -u)" != 0 ] || ! unshare --mount true 2>/dev/null; then
		skip 'hostile surroundings: wants root and mount namespaces'
		finish surroundings
	else
		all_hosts
	fi
	status=$?
	rm -rf "$work"
	exit "$status"
fi

# shellcheck source=tests/hosts_lib.sh
. "$top/tests/hosts_lib.sh"

inside=77 # the exit status of whoever came in, as setuid-host has it
path=/usr/sbin:/usr/bin:/sbin:/bin
state_dir=$build/inst/run
evil=$work/bob
cp "$build/setuid-host" "$work/"
chmod 4755 "$work/setuid-host"

# What the verifier may open or connect to, as files_opened writes it: its
# libraries, its configuration, the names of people and hosts, the time zone
# for syslog, its state, the log and the service. Nothing of the caller's.
allowed="open /dev/null
open /etc/ld\.so\.cache
open (/usr)?/lib(64)?/([a-z0-9_]*-linux-gnu/)?[A-Za-z0-9_.+-]*\.so[0-9.]*
open $conf_dir/(genauth\.conf|access_key_secret|ca\.pem)
open /etc/(nsswitch\.conf|passwd|group|hosts|host\.conf|resolv\.conf|gai\.conf)
open /etc/localtime
open /usr/lib/ssl/openssl\.cnf
open $state_dir
open STATE/[0-9a-f]{64}
connect /dev/log
connect /var/run/nscd/socket
connect (127\.0\.0\.1|::1):[0-9]+"

# The module alone: pam_unix would be most of the test's time.
stacks_of_module_alone()
{
	cat >"/etc/pam.d/$entrance" <<LINES
auth requisite pam_genauth.so tries=1 fail=open verifier_user=65533 $*
account required pam_permit.so
session required pam_permit.so
LINES
}

sudo_keeps_environment()
{
	cat >/etc/sudoers.d/pam_genauth_test <<'LINES'
Defaults !env_reset, setenv, targetpw, timestamp_timeout=0, passwd_tries=1
bob ALL=(ALL) ALL
LINES
}

# A name that the resolver has to find: curl knows "localhost" by itself.
service_by_name()
{
	echo '127.0.0.1 localhost.' >>/etc/hosts
	sed -i 's,//localhost:,//localhost.:,' "$conf_dir/genauth.conf"
}

# What the hostile variables point to: bob's, real, and harmful if read.
lay_traps()
{
	mkdir -p "$evil/certs" "$evil/engines" "$evil/locale" "$evil/gone"
	cp "$build/inst/security/pam_genauth.so" "$evil/evil.so"
	cp "$evil/evil.so" "$evil/engines/"
	for library in libcurl.so.4 libcjson.so.1 libpam.so.0; do
		cp "$evil/evil.so" "$evil/$library"
	done
	echo 'machine localhost login bob password bob' >"$evil/.netrc"
	printf 'proxy = "http://127.0.0.1:1"\ninsecure\n' >"$evil/.curlrc"
	printf 'openssl_conf = x\n[x]\nproviders = y\n[y]\ndefault = z\n%s' \
	    "[z]\nactivate = 0" >"$evil/openssl.cnf"
	printf 'localhost localhost.evil.test\n' >"$evil/aliases"
	printf 'module INTERNAL UTF-8// evil\n' >"$evil/gconv-modules"
	printf 'exit 77\n' >"$evil/rc"
	: >"$evil/empty"
	mkdir "$evil/bin"
	printf '#!/bin/sh\nexit 77\n' >"$evil/bin/genauth-verifier"
	chmod 755 "$evil/bin/genauth-verifier"
	chown -R bob "$evil"
}

traps_now()
{
	find "$evil" -type f -exec cksum {} + | sort
	find "$evil" ! -type f | sort
}

# enter PREFIX CODE: bob wants to become alice, in the surroundings
# that the shell words PREFIX make. With $under set below it, not setpriv.
enter()
{
	enter_prefix=$1
	enter_code=$2
	case $entrance in
	setuid-host) set -- "$work/setuid-host" setuid-host alice "$2" ;;
	su) set -- "$(command -v su)" alice -c "exit $inside" ;;
	sudo) set -- "$(command -v sudo)" -E -S -p '' -u alice \
		/bin/sh -c "exit $inside" ;;
	esac
	: >"$PRIVATE_LOG"
	{
		printf '%s\n' "$enter_code" |
		    timeout -s KILL 60 ${under:-$as_bob} env -i PATH="$path" \
		    /bin/sh -c "$enter_prefix exec \"\$@\"" sh "$@"
		echo $? >"$work/status"
	} 2>&1 | cat >"$work/entrance.out"
	status=$(cat "$work/status")
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		grep -q -e 'event=login' -e 'login denied' "$PRIVATE_LOG" &&
			break
		sleep 0.02
	done
	{
		echo "$entrance ended with status $status"
		cat "$PRIVATE_LOG"
	} >>"$work/entrance.out"
}

traced=
if command -v strace >/dev/null 2>&1; then
	traced="strace -u bob -ff -qq -s 256 -o $work/trace/t -e
	    trace=execve,execveat,open,openat,openat2,creat,connect,clone,clone3"
fi

# enter_traced PREFIX CODE: what was opened is in $work/opened.
enter_traced()
{
	rm -rf "$work/trace"
	mkdir "$work/trace"
	under=$traced
	enter "$@"
	under=
	[ -z "$traced" ] || files_opened >"$work/opened"
}

# traces_of_verifier: of its threads, too.
traces_of_verifier()
{
	grep -l 'execve(.*/genauth-verifier"' "$work"/trace/t.* |
	    while read -r trace; do
		echo "$trace"
		sed -n 's/^clone.*CLONE_THREAD.* = \([0-9]*\)$/\1/p' \
		    "$trace" | sed "s,^,$work/trace/t.,"
	done
}

files_opened()
{
	traces_of_verifier | xargs -r cat | sed -nE '
	s/^(open|creat)\("([^"]*)".*/open \2/p
	s/^openat2?\(AT_FDCWD, "([^"]*)".*/open \1/p
	s/^openat2?\([0-9]+, "([^"]*)".*/open STATE\/\1/p
	s/^connect\(.*sun_path="([^"]*)".*/connect \1/p
	s/^connect\(.*htons\(([0-9]+)\).*inet_addr\("([^"]*)".*/connect \2:\1/p
	s/^connect\(.*htons\(([0-9]+)\).*AF_INET6, "([^"]*)".*/connect \2:\1/p
	/^connect\(.*AF_(UNIX|INET|UNSPEC)/!s/^connect/&/p
	s/^execve(at)?\((.*)\/genauth-verifier".*\/\* 0 vars \*\/.*//
	s/^execve/&/p' | sort -u
}

not_allowed()
{
	echo "$allowed" >"$work/allowed"
	grep -vxE -f "$work/allowed" "$1"
}

# opened_as_it_should: the same as in a clean run where the person came in; a
# login that was denied may have got less far.
opened_as_it_should()
{
	[ -n "$traced" ] || return 0
	if not_allowed "$work/opened"; then
		return 1
	fi
	[ "$status" != "$inside" ] ||
		diff "$work/clean" "$work/opened"
}

# right_code_is_judged EXPECTED: in by the verifier's word, or denied for a reason that can be
# read where EXPECTED is "either". A host that got no further than to say
# itself that it cannot go on has denied, too.
right_code_is_judged()
{
	if [ "$status" = "$inside" ]; then
		grep -q 'verdict=allow user=alice' "$PRIVATE_LOG"
		return
	fi
	[ "$1" != same ] || return 1
	if grep -q -e 'verdict=deny reason=' -e 'login denied' "$PRIVATE_LOG"
	then
		echo denied >>"$work/denied"
	elif grep -q 'verdict=allow user=alice' "$PRIVATE_LOG"; then
		echo behind the verdict >>"$work/gave_up"
	else
		host_gave_up
	fi
}

# Ended by a signal, or by the dynamic linker, or before PAM was asked.
host_gave_up()
{
	echo before the verdict >>"$work/gave_up"
	[ "$status" -ge 2 ] || grep -qE '^(sudo|su): ' "$work/entrance.out"
}

wrong_code_is_denied()
{
	[ "$status" != "$inside" ] &&
		! grep -q 'verdict=allow' "$PRIVATE_LOG"
}

# surroundings NAME same|either PREFIX
surroundings()
{
	count=$((count + 1))
	enter_traced "$3" "$(otp alice)"
	if ! right_code_is_judged "$2"; then
		not_ok "r09 $entrance, $1: a right code" "$work/entrance.out"
		return
	fi
	if ! opened_as_it_should >"$work/diff"; then
		not_ok "r09 $entrance, $1: files opened" "$work/diff"
		return
	fi
	enter "$3" 000000
	if wrong_code_is_denied; then
		ok "r09 $entrance, $1"
	else
		not_ok "r09 $entrance, $1: a wrong code" "$work/entrance.out"
	fi
}

# table: lines NAME|same or either|shell words
table()
{
	while IFS='|' read -r name expected prefix; do
		surroundings "$name" "$expected" "$prefix" </dev/null
	done
}

# variables: lines NAME=VALUE, which change nothing.
variables()
{
	while read -r variable; do
		everything="$everything export '$variable';"
		surroundings "$variable" same "export '$variable';" </dev/null
	done <<LINES
http_proxy=http://127.0.0.1:1
HTTP_PROXY=http://127.0.0.1:1
https_proxy=http://127.0.0.1:1
HTTPS_PROXY=http://127.0.0.1:1
all_proxy=socks5://127.0.0.1:1
ALL_PROXY=socks5://127.0.0.1:1
no_proxy=*
NO_PROXY=*
SSLKEYLOGFILE=$evil/keys
SSL_CERT_FILE=$evil/empty
SSL_CERT_DIR=$evil/certs
OPENSSL_CONF=$evil/openssl.cnf
OPENSSL_MODULES=$evil/engines
OPENSSL_ENGINES=$evil/engines
OPENSSL_ia32cap=0
HOME=$evil
CURL_HOME=$evil
XDG_CONFIG_HOME=$evil
XDG_RUNTIME_DIR=$evil
CURL_CA_BUNDLE=$evil/empty
CURL_SSL_BACKEND=gnutls
NETRC=$evil/.netrc
LD_PRELOAD=$evil/evil.so
LD_LIBRARY_PATH=$evil
LD_AUDIT=$evil/evil.so
LD_BIND_NOW=1
LD_DEBUG=all
LD_DEBUG_OUTPUT=$evil/ld
LD_PROFILE=libc.so.6
LD_ORIGIN_PATH=$evil
GCONV_PATH=$evil
GETCONF_DIR=$evil
MALLOC_CHECK_=3
MALLOC_PERTURB_=170
MALLOC_ARENA_MAX=1
MALLOC_TRACE=$evil/malloc
GLIBC_TUNABLES=glibc.malloc.check=3:glibc.malloc.perturb=170
TMPDIR=$evil
LC_ALL=zh_CN.UTF-8
LANG=../../../../../$evil/locale
LANGUAGE=zh
LOCPATH=$evil/locale
NLSPATH=$evil/%N
RES_OPTIONS=attempts:1 timeout:1 ndots:15
HOSTALIASES=$evil/aliases
LOCALDOMAIN=evil.test
RESOLV_HOST_CONF=$evil/empty
RESOLV_MULTI=off
TZ=:$evil/empty
TZDIR=$evil
GNUTLS_SYSTEM_PRIORITY_FILE=$evil/empty
GNUTLS_FORCE_FIPS_MODE=1
GNUTLS_DEBUG_LEVEL=9
P11_KIT_CONFIG_FILE=$evil/empty
LDAPCONF=$evil/empty
KRB5_CONFIG=$evil/empty
SASL_PATH=$evil
NSS_WRAPPER_PASSWD=$evil/empty
NSS_WRAPPER_HOSTS=$evil/empty
PAM_WRAPPER=1
PATH=$evil/bin
IFS=/
ENV=$evil/rc
BASH_ENV=$evil/rc
SUDO_COMMAND=/bin/true
SUDO_USER=root
SSH_CONNECTION=203.0.113.1 1 203.0.113.2 22
SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA
POSIXLY_CORRECT=1
SYSTEMD_LOG_TARGET=console
LISTEN_FDS=1
LISTEN_PID=1
NOTIFY_SOCKET=$evil/notify
LINES
	# LC_ALL and LANG and the rest at once, and an environment that is full
	surroundings 'all of these variables' same "$everything"
	surroundings 'no variable at all' same 'exec env -i "$@";'
	# shellcheck disable=SC2016 # for the shell that enter starts
	surroundings 'a variable of 100,000 bytes' same \
	    'export BIG="$(head -c 100000 /dev/zero | tr "\0" x)";'
}

limits()
{
	table <<'LINES'
no descriptors but seven|either|ulimit -n 7;
no descriptors but eight|either|ulimit -n 8;
no descriptors but twelve|either|ulimit -n 12;
no descriptors but twenty|either|ulimit -n 20;
no more than sixteen descriptors, soft|same|ulimit -S -n 16;
address space 12 MB|either|ulimit -v 12000;
address space 16 MB|either|ulimit -v 16000;
address space 20 MB|either|ulimit -v 20000;
address space 22 MB|either|ulimit -v 22000;
address space 24 MB|either|ulimit -v 24000;
address space 26 MB|either|ulimit -v 26000;
address space 40 MB|either|ulimit -v 40000;
files of no byte|either|ulimit -f 0;
one second of CPU|either|ulimit -t 1;
a stack of 64 KB|either|ulimit -s 64;
data of 2 MB|either|ulimit -d 2000;
no more processes|either|ulimit -p 0;
no locked memory|same|ulimit -l 0;
no core files|same|ulimit -c 0;
core files of any size|same|ulimit -c unlimited;
LINES
}

process_state()
{
	rm -f "$state_dir"/* # made anew under the first umask
	table <<LINES
umask 0|same|umask 0;
umask 777|same|umask 777;
descriptor 0 closed|either|exec <&-;
descriptor 1 closed|same|exec >&-;
descriptor 2 closed|either|exec 2>&-;
descriptors 0 to 2 closed|either|exec <&- >&- 2>&-;
descriptor 3 open|same|exec 3<$evil/empty;
descriptors 3 to 9 open to write|same|exec 3>>$evil/empty 4>&3 5>&3 6>&3 7>&3 8>&3 9>&3;
descriptor 2 on a full device|either|exec 2>/dev/full;
a directory that is gone|same|mkdir $evil/d && cd $evil/d && rmdir $evil/d;
a directory that cannot be read|same|mkdir -p $evil/gone && cd $evil/gone && chmod 0 .;
SIGCHLD ignored|same|trap '' CHLD;
SIGPIPE ignored|same|trap '' PIPE;
SIGTERM, SIGINT, SIGHUP, SIGALRM ignored|same|trap '' TERM INT HUP ALRM;
all signals ignored|either|exec env --ignore-signal "\$@";
all signals blocked|either|exec env --block-signal "\$@";
SIGCHLD blocked|either|exec env --block-signal=CHLD "\$@";
nice 19|same|exec nice -n 19 "\$@";
a session of its own|same|exec setsid -w "\$@";
LINES
}

# Of the machine: what bob cannot make but may have waited for.
machine_state()
{
	stacks_of_module_alone lockout=10/900
	for kind in size=64k ro; do
		mount -t tmpfs -o "mode=700,size=64k" tmpfs "$state_dir"
		dd if=/dev/zero of="$state_dir/full" 2>/dev/null
		mount -o "remount,$kind" "$state_dir"
		case $kind in
		ro) surroundings 'a state directory that is read-only' either \
		    '' ;;
		*) surroundings 'a full disk under the state directory' \
		    either '' ;;
		esac
		umount "$state_dir"
	done
	stacks_of_module_alone
	# The machine's clock is not ours to set: the service's goes wrong.
	door POST '/advance?seconds=90000' >/dev/null
	surroundings "a clock 25 hours behind the service's" either ''
}

clock_of_boot()
{
	if ! unshare --time --monotonic 90000 --boottime 90000 true 2>/dev/null
	then
		skip 'r09 another time since boot: no time namespaces here'
		return
	fi
	for typed in "$(otp alice)" 000000; do
		under="unshare --time --monotonic 90000 --boottime 90000
		    $as_bob"
		enter '' "$typed"
		under=
		case $typed in
		000000) check "r09 $entrance, another time since boot: wrong" \
		    wrong_code_is_denied ;;
		*) check "r09 $entrance, another time since boot: right" \
		    right_code_is_judged same ;;
		esac
	done
}

# A setuid program that its caller traces is not setuid.
traced_by_its_caller()
{
	if [ -z "$traced" ]; then
		skip 'r09 a host traced by its caller: no strace here'
		return
	fi
	enter "exec strace -f -qq -o $evil/trace \"\$@\";" "$(otp alice)"
	check "r09 $entrance: traced by its caller, lets nobody in" \
	    wrong_code_is_denied
	rm -f "$evil/trace"
}

# Runs as root while su asks for the code: $build and $work are in its
# environment. What bob can see and do, and what the verifier is. (Signals to
# su itself are his to send: it is he who gave up, then.)
cat >"$work/look" <<'END'
here=$(readlink /proc/self/ns/mnt) # elsewhere other tests have theirs
for p in /proc/[0-9]*; do
	[ "$(readlink "$p/exe")" = "$build/inst/libexec/genauth-verifier" ] &&
		[ "$(readlink "$p/ns/mnt")" = "$here" ] && pid=${p#/proc/}
done
host=$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$pid/status")
echo "$host $pid" >"$work/pids"
wc -c <"/proc/$pid/environ" >"$work/environ"
ls -l "/proc/$pid/fd" | sed -n 's/.* \([0-9]*\) -> /\1 /p' |
    sed 's/:\[.*//' | sort -n >"$work/fds"
{
	readlink "/proc/$pid/cwd"
	grep -E '^(Uid|Gid|Groups|SigBlk|NoNewPrivs|Seccomp|Umask):' \
	    "/proc/$pid/status" | tr '\t' ' ' | sed 's/ *$//'
} >"$work/state"
for p in $host $pid; do
	for attempt in "cat /proc/$p/environ" "cat /proc/$p/maps" \
	    "head -c 1 /proc/$p/mem" "ls /proc/$p/fd/" "kill -9 $pid" \
	    "kill -STOP $pid" "timeout 5 strace -qq -o /dev/null -p $p" \
	    "timeout 20 gdb -nx -batch -ex detach -p $p"; do
		command -v ${attempt%% *} >/dev/null || continue
		$as_bob $attempt >"$work/attempt" 2>&1 </dev/null
		echo "$? $attempt"
	done
done >"$work/attempts"
END

# The file of pam.d/ as it is, a terminal, and a look at the verifier.
real_stack()
{
	case $entrance in
	su)
		set -- alice -c "exit $inside"
		goodbye=
		;;
	sudo)
		set -- -E -u alice /bin/sh -c "exit $inside"
		goodbye='按回车键' # it shows messages with questions only
		;;
	*) return ;;
	esac
	cp "$top/pam.d/$entrance" /etc/pam.d/
	export build work as_bob
	look_and_code="!sh $work/look >/dev/null 2>&1; ${code#!}"
	hostile="$everything umask 0; cd $evil; exec 3<empty 9>>empty \"\$@\""
	# the one thing that the caller's variables decide: the language
	terminal 'assword' unix-password '验证码' \
	    "$look_and_code" : $as_bob env -i PATH="$path" sh -c "$hostile" \
	    sh "$(command -v "$entrance")" "$@"
	status=$?
	check "r09 $entrance with its own stack: a right code" \
	    came_in_by_terminal
	looked_at
	terminal 'assword' unix-password '验证码' 000000 \
	    '不正确' 000001 '不正确' 000002 ${goodbye:+"$goodbye" ''} : \
	    $as_bob env -i PATH="$path" sh -c "$hostile" \
	    sh "$(command -v "$entrance")" "$@"
	status=$?
	check "r09 $entrance with its own stack: wrong codes" \
	    denied_by_terminal
}

came_in_by_terminal()
{
	cat "$work/terminal.out"
	[ "$status" = "$inside" ]
}

denied_by_terminal()
{
	cat "$work/terminal.out"
	[ "$status" != "$inside" ] &&
		! grep -q '^answer.exp:' "$work/terminal.out"
}

looked_at()
{
	set -- "$entrance"
	check "r09 $1: the verifier's environment is empty" \
	    test "$(cat "$work/environ")" = 0
	cat >"$work/state.good" <<'END'
/
Umask: 0077
Uid: 65534 65534 65534 65534
Gid: 65534 65534 65534 65534
Groups:
SigBlk: 0000000000000000
NoNewPrivs: 1
Seccomp: 2
END
	check "r09 $1: the verifier's directory, ids and signals" \
	    diff "$work/state.good" "$work/state"
	check "r09 $1: the verifier has none of the caller's descriptors" \
	    no_descriptor_of_caller
	cat "$work/attempts"
	check "r09 $1: at least ten attempts of bob's" \
	    test "$(wc -l <"$work/attempts")" -ge 10
	check "r09 $1: bob can trace, read or end neither host nor verifier" \
	    sh -c "! grep '^0 ' '$work/attempts'"
}

no_descriptor_of_caller()
{
	cat "$work/fds"
	[ "$(sed -n '1,4p' "$work/fds" | tr '\n' ,)" = \
	    '0 /dev/null,1 /dev/null,2 /dev/null,3 socket,' ] &&
		! grep -q "$evil" "$work/fds"
}

# su's own pause of a second after a failure would be most of the test.
sed -i '/^FAIL_DELAY/d' /etc/login.defs
echo 'FAIL_DELAY 0' >>/etc/login.defs
stacks_of_module_alone
sudo_keeps_environment
service_by_name
lay_traps
count=0 everything=
: >"$work/denied"
: >"$work/gave_up"
enter '' "$(otp alice)" # the token is kept from here on
enter_traced '' "$(otp alice)"
check "a clean run of $entrance" right_code_is_judged same
if [ -n "$traced" ]; then
	mv "$work/opened" "$work/clean"
	check "a clean run of $entrance was traced" \
	    grep -qx "open $conf_dir/genauth.conf" "$work/clean"
	check "a clean run of $entrance opens nothing that is not allowed" \
	    sh -c "! grep -vxE '$allowed' '$work/clean'"
fi
[ -n "$traced" ] || skip 'files opened by the verifier: no strace here'
traps_now >"$work/traps"
echo '# variables'
variables
echo '# limits'
limits
echo '# descriptors, signals, directories'
process_state
clock_of_boot
traced_by_its_caller
chmod 755 "$evil/gone"
traps_now >"$work/traps.after"
check 'r09 nothing was written where the caller can write' \
    diff "$work/traps" "$work/traps.after"
check 'r09 umask 0: what is kept is for root alone' \
    sh -c "! find '$state_dir' -type f -perm /077 | grep ."
echo '# the stacks of pam.d'
real_stack
echo '# the machine'
machine_state
printf 'figure  %s: %d surroundings, %d logins denied, %d times the host gave up\n' \
    "$entrance" "$count" "$(wc -l <"$work/denied")" \
    "$(wc -l <"$work/gave_up")"
finish "surroundings of $entrance"
