#!/bin/sh
# layers.sh TOP BUILD: the shape of the sources and of what is built: who may
# include what, what the module exports and links.
set -eu
top=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$top/tests/lib.sh"
src=$top/src

# only_in PATTERN FILE...: no other file under src/ (emulator apart) has it.
only_in()
{
	pattern=$1
	shift
	grep -rlE "$pattern" "$src" --include='*.[ch]' |
	    grep -v "^$src/emulator/" | sort >"$work/found"
	printf "$src/%s\n" "$@" | sort >"$work/allowed"
	comm -23 "$work/found" "$work/allowed" | tee "$work/extra"
	[ ! -s "$work/extra" ]
}

# below LAYER UPPER...: nothing in LAYER includes a header of UPPER.
below()
{
	layer=$1
	shift
	for upper in "$@"; do
		! grep -rnE "#include \"$upper/" "$src/$layer" || return 1
	done
}

header_stands_alone()
{
	echo "#include \"$1\"" >"$work/alone.c"
	cc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -pedantic -Werror -I"$src" \
	    -fsyntax-only "$work/alone.c"
}

headers_stand_alone()
{
	find "$src" -name '*.h' ! -path '*/emulator/*' | while read -r header
	do
		header_stands_alone "${header#"$src"/}" || return 1
	done
}

module=$build/inst/security/pam_genauth.so

exports_only_pam()
{
	nm -D --defined-only "$module" | awk '{print $NF}' | tee "$work/symbols"
	[ -s "$work/symbols" ] && ! grep -v '^pam_sm_' "$work/symbols"
}

links_only_pam_and_libc()
{
	readelf -d "$module" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' |
	    tee "$work/needed"
	[ -s "$work/needed" ] &&
	    ! grep -vE '^(libpam\.so\.0|libc\.so\.6)$' "$work/needed"
}

imports_nothing_forbidden()
{
	! nm -D --undefined-only "$module" | awk '{print $NF}' |
	    grep -E '^(exit|_exit|abort|setlocale|umask|chdir|sigaction|signal|sigprocmask|openlog|closelog|printf|puts|setuid|seteuid|fork|vfork|system|popen|pthread_create|connect)(@|$)'
}

has_hardening()
{
	readelf -ld "$1" >"$work/elf"
	grep -q GNU_RELRO "$work/elf" && grep -q BIND_NOW "$work/elf" &&
	    ! grep -E 'GNU_STACK.*RWE|TEXTREL' "$work/elf"
}

check 'curl.h is included by net/http*.c only' \
    only_in '#include <curl/' net/http.c net/http_multi.c
check 'cJSON.h is included by net/json.c only' \
    only_in '#include <cjson/' net/json.c
check 'security/*.h is included by the module only' \
    only_in '#include <security/' module/pam_genauth.c module/host.c \
    module/host.h
check 'r01 PAM_IGNORE is written once' \
    test "$(grep -rw 'return PAM_IGNORE' "$src" | wc -l)" = 1
check 'only login.c allows' \
    only_in 'verdict = VERDICT_ALLOW' login/login.c
check 'base knows nothing of us' below base net service login wire module \
    verifier mfa
check 'net knows base only' below net service login wire module verifier mfa
check 'service knows net and base' below service login wire module verifier \
    mfa
check 'login does not know its programs' below login wire module verifier mfa
check 'the wire knows base only' below wire net service login module verifier \
    mfa
check 'the module knows wire and base' below module net service login \
    verifier mfa
check 'genauth-mfa needs no verifier' below mfa wire module verifier
check 'each header stands alone' headers_stand_alone
check 'r04 no shell, no PATH look-up' \
    only_in '\b(system|popen|execvp|execlp|posix_spawnp)\(' none
check 'r36 nothing switches verification off' \
    sh -c "! grep -rnE 'VERIFY(PEER|HOST), *0' '$src' --include='*.c'"
check 'r22 no body can be logged: curl is never verbose' \
    sh -c "! grep -rn 'CURLOPT_VERBOSE\|CURLOPT_DEBUG' '$src'"
check 'the module exports pam_sm_* only' exports_only_pam
check 'the module links libpam and libc only' links_only_pam_and_libc
check 'the module calls nothing that changes its host' \
    imports_nothing_forbidden
# Each row of config_options[] is in README.md with its default, and back.
options_documented()
{
	tr -s ' \t\n' ' ' <"$src/login/config.c" |
	    grep -oE '\{"[a-z_]+", (option|set)_[a-z_]+, AT\([a-z_.]+\), (NULL|"[^"]*")' |
	    sed -E 's/^\{"([a-z_]+)".*, (NULL|"[^"]*")$/\1 \2/; s/"//g' |
	    grep -v '^conf ' >"$work/options"
	[ "$(wc -l <"$work/options")" -gt 15 ] || return 1
	while read -r name default; do
		if [ "$default" = NULL ]; then
			grep -qE "^\| \`$name\` \| (–|required) \|" \
			    "$top/README.md"
		else
			grep -qF "| \`$name\` | \`$default\` |" "$top/README.md"
		fi || { echo "README.md: $name ($default)"; return 1; }
	done <"$work/options"
	# shellcheck disable=SC2016 # these are Markdown's backquotes
	sed -n 's/^| `\([a-z_]*\)` | .*/\1/p' "$top/README.md" |
	    while read -r name; do
		grep -qF "{\"$name\"," "$src/login/config.c" ||
		    { echo "no such option: $name"; return 1; }
	done
}

check 'README.md lists each option with its default' options_documented
# Commands, options and JSON members of genauth-mfa are in its man page, and
# back.
man=$top/man/genauth-mfa.8
table=$src/mfa/table.c

man_lists_commands()
{
	sed -n '/^const struct command commands/,$s/^    {"\([a-z -]*\)".*/\1/p' \
	    "$table" | sort >"$work/commands"
	sed -n '/^.Ss As administrator/,/^.Sh OPTIONS/s/^.It Cm \([a-z -]*\).*/\1/p' \
	    "$man" | sed 's/ $//' | sort -u >"$work/in_man"
	[ "$(wc -l <"$work/commands")" -gt 15 ] &&
	    diff "$work/commands" "$work/in_man"
}

man_lists_options()
{
	sed -n '/command_options\[\] = {/,/^};/s/^    {"\([a-z-]*\)".*/\1/p' \
	    "$table" | sort >"$work/options"
	sed -n '/^.Sh OPTIONS/,/^.Sh JSON/s/^.It Fl -\([a-z-]*\).*/\1/p' \
	    "$man" | grep -vx 'help\|version' | sort >"$work/in_man"
	[ "$(wc -l <"$work/options")" -gt 10 ] &&
	    diff "$work/options" "$work/in_man"
}

man_lists_members()
{
	grep -l 'struct output_column' "$src"/mfa/*.c | xargs cat | tr -s ' \t\n' ' ' |
	    grep -oE '\{"[A-Za-z -]+", "[a-z_]+"\}' |
	    sed 's/.*, "\(.*\)"}/\1/' | sort -u >"$work/members"
	sed -n '/^.Sh JSON/,/^.Sh AUDIT/p' "$man" | grep -v '^\.' |
	    grep -oE '[a-z_]+' | sort -u >"$work/in_man"
	[ "$(wc -l <"$work/members")" -gt 30 ] &&
	    [ -z "$(comm -23 "$work/members" "$work/in_man" | tee /dev/stderr)" ]
}

man_is_lint_free()
{
	mandoc -T lint -W warning "$man"
}

check 'the man page has each command of genauth-mfa' man_lists_commands
check 'the man page has each option of genauth-mfa' man_lists_options
check 'the man page has each JSON member' man_lists_members
check 'the man page is mandoc-clean' man_is_lint_free
for file in "$module" "$build/inst/libexec/genauth-verifier" \
    "$build/inst/sbin/genauth-mfa"; do
	check "$(basename "$file") is hardened" has_hardening "$file"
done
check 'shell scripts are shellcheck-clean' sh -c \
    "cd '$top' && shellcheck -x run .ci/run tests/*.sh bench/*.sh"
check 'cppcheck finds nothing' cppcheck --quiet --error-exitcode=1 \
    --enable=warning,portability,performance --inline-suppr \
    --suppress=missingIncludeSystem --std=c11 -j2 -I "$src" \
    "$src/base" "$src/net" "$src/service" "$src/login" "$src/wire" \
    "$src/module" "$src/verifier" "$src/mfa"
finish layers
