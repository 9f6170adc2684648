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
# Each row of config_options[] is in genauth.conf.5 with its default, range and
# an example that is right, and back; what can be an argument only is in
# pam_genauth.8.
conf5=$top/man/genauth.conf.5
pam8=$top/man/pam_genauth.8

# The rows as "NAME WHERE DEFAULT"; WHERE is ARG for arguments only.
option_rows()
{
	sed -n '/^const struct option config_options/,/^};/p' \
	    "$src/login/config.c" | tr -s ' \t\n' ' ' |
	    grep -oE '\{"[a-z_]+", [a-z_]+, AT\([a-z_.]+\), [^{]*, OPTION_[A-Z]+,' |
	    sed -E 's/CONFDIR "/"\/etc\/genauth/; s/RUNTIMEDIR/"\/run\/genauth"/
		s/, NULL, OPTION/, "none", OPTION/
		s/^\{"([a-z_]+)".*, "([^"]*)", OPTION_([A-Z]+),$/\1 \3 \2/'
}

# item PAGE NAME: the text of that option in the page, on one line.
item()
{
	sed -n "/^\.It Cm $2\( Ns.*\)\{0,1\}\$/,/^\.\(It\|El\)/p" "$1" |
	    sed '1d; $d; s/^\.[A-Z][a-z] //' | tr '\n' ' '
}

options_have_items()
{
	option_rows | awk '{print ($2 == "ARG" ? "8 " : "5 ") $1}' |
	    sort >"$work/options"
	[ "$(wc -l <"$work/options")" -eq \
	    "$(grep -cE '^    \{"[a-z_]+",' "$src/login/config.c")" ] ||
		return 1
	{
		sed -n '/^\.Sh ARGUMENTS/,/^\.Sh FLOWS/s/^\.It Cm \([a-z_]*\).*/8 \1/p' \
		    "$pam8"
		sed -n 's/^\.It Cm \([a-z_]*\)$/5 \1/p' "$conf5"
	} | sort >"$work/in_man"
	diff "$work/options" "$work/in_man"
}

options_have_defaults()
{
	option_rows | grep -v ' ARG ' | while read -r name _ default; do
		item "$conf5" "$name" | grep -qF "Default: $default. " ||
		    { echo "genauth.conf.5: $name ($default)"; return 1; }
	done || return 1
	item "$pam8" conf | grep -qF /etc/genauth/genauth.conf
}

# mistakes FILE: of its lines, as "NAME: what is wrong".
mistakes()
{
	"$build/inst/sbin/genauth-mfa" --config "$1" config check |
	    sed -n "s,^$1:[0-9]* *,,p"
}

# What the program says it wants is what the page says there is.
options_have_ranges()
{
	option_rows | awk '$2 != "ARG" {print $1 " = ?"}' >"$work/conf"
	mistakes "$work/conf" |
	    sed -n 's/: wants off, or COUNT.SECONDS: /: wants /
		s/: wants a path.*//; s/: wants http.*//
		s/^\([a-z_]*\): wants /\1 /p' >"$work/wants"
	[ "$(wc -l <"$work/wants")" -gt 20 ] || return 1
	while read -r name wants; do
		item "$conf5" "$name" | grep -qiF "$wants" ||
		    { echo "genauth.conf.5: $name wants $wants"; return 1; }
	done <"$work/wants"
}

options_have_examples()
{
	sed -n 's/^\.Dl \([a-z_]* = .*\)/\1/p' "$conf5" >"$work/conf"
	option_rows | awk '$2 != "ARG" {print $1}' | sort >"$work/options"
	sed 's/ =.*//' "$work/conf" | sort | diff "$work/options" - &&
	    [ -z "$(mistakes "$work/conf" | tee /dev/stderr)" ]
}

# Each factor is a word of `factors`, and of the log.
man_lists_factors()
{
	sed -n 's/^ *\[FACTOR_[A-Z]*\] = {"\([a-z]*\)".*/\1/p' \
	    "$src/login/factor.c" >"$work/factors"
	[ "$(wc -l <"$work/factors")" -gt 4 ] || return 1
	sed -n '/^\.It Cm factor$/,/^\.It/p' "$pam8" >"$work/factor_field"
	while read -r name; do
		item "$conf5" factors | grep -qw "$name" ||
		    { echo "genauth.conf.5: factors: $name"; return 1; }
		grep -qw "$name" "$work/factor_field" ||
		    { echo "pam_genauth.8: factor: $name"; return 1; }
	done <"$work/factors"
}

check 'the man pages have each option, and no other' options_have_items
check 'the man pages have each factor' man_lists_factors
check 'genauth.conf.5 has each default' options_have_defaults
check 'genauth.conf.5 has each range and word' options_have_ranges
check 'genauth.conf.5 has an example of each option' options_have_examples

# What a login leaves in the log, and what it returns, is in pam_genauth.8, and
# back. "none" is no reason.
in_pam8()
{
	sed -n "/^\.S[hs] $1/,/^\.S[hs]/p" "$pam8" |
	    sed -n "s/^\.It $2 //p" | sed 's/ , /\n/g' | sort
}

man_lists_reasons()
{
	sed -n 's/^ *\[ERR_[A-Z_]*\] = {"\([a-z_]*\)".*/\1/p' \
	    "$src/base/err.c" | grep -vx none | sort >"$work/reasons"
	[ "$(wc -l <"$work/reasons")" -gt 20 ] &&
	    in_pam8 Reasons Cm | diff "$work/reasons" -
}

man_lists_fields()
{
	sed -n 's/.*text_add_field(&line, "\([a-z_]*\)".*/\1/p' \
	    "$src/login/login_log.c" | sort >"$work/fields"
	[ "$(wc -l <"$work/fields")" -gt 10 ] &&
	    in_pam8 Fields Cm | diff "$work/fields" -
}

# denial_code() as "PAM_CODE REASON".
denial_codes()
{
	sed -n '/^denial_code/,/^}/p' "$src/module/pam_genauth.c" | awk '
	    /case ERR_/ {sub(/:.*/, "", $2); pending = pending " " $2}
	    /break;/ {pending = ""}
	    /return PAM_/ {sub(/;.*/, "", $2)
		n = split(pending, errs, " "); pending = ""
		for (i = 1; i <= n; i++) print $2, errs[i]}' |
	    while read -r code err; do
		printf '%s %s\n' "$code" "$(sed -n \
		    "s/^ *\[$err\] = {\"\([a-z_]*\)\".*/\1/p" \
		    "$src/base/err.c")"
	done
}

man_lists_return_codes()
{
	grep -oE 'return PAM_[A-Z_]+|= PAM_INCOMPLETE' \
	    "$src/module/pam_genauth.c" "$src/module/host.c" |
	    sed 's/.* //' | sort -u >"$work/codes"
	in_pam8 'RETURN CODES' Dv | diff "$work/codes" - || return 1
	denial_codes >"$work/denials"
	[ "$(wc -l <"$work/denials")" -gt 20 ] || return 1
	while read -r code reason; do
		sed -n "/^\.It Dv $code\$/,/^\.\(It\|El\)/p" "$pam8" |
		    grep -qw "$reason" ||
		    { echo "pam_genauth.8: $code $reason"; return 1; }
	done <"$work/denials"
}

check 'pam_genauth.8 has each reason, and no other' man_lists_reasons
check 'pam_genauth.8 has each field of the log, and no other' man_lists_fields
check 'pam_genauth.8 has each return code with its reasons' \
    man_lists_return_codes

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

# The same for genauth-emulator, whose --help tells each fault and switch with
# the words of its page.
emulator1=$top/man/genauth-emulator.1

# help_rows HEADING: "NAME TEXT" of the list below it, to the next empty line.
help_rows()
{
	sed -n "/^$1/,/^\$/p" "$work/help" |
	    sed -n 's/^  \([^ ]*\)  */\1 /p' | sort
}

# man_rows SECTION: "NAME TEXT" of its items.
man_rows()
{
	sed -n "/^\.Sh $1/,/^\.El/p" "$emulator1" | awk '
	    /^\.(It Cm|El)/ {if (row != "") print row; row = $3; next}
	    row != "" && /^[^.]/ {row = row " " $0}' | sort
}

man_lists_emulator()
{
	"$build/inst/bin/genauth-emulator" --help >"$work/help" || return 1
	grep -oE -e '--[a-z]+' "$work/help" | sort -u >"$work/options"
	sed -n 's/^\.It Fl -\([a-z]*\).*/--\1/p' "$emulator1" | sort |
	    diff "$work/options" - || return 1
	help_rows Faults >"$work/faults"
	help_rows Switches >"$work/switches"
	[ "$(wc -l <"$work/faults")" -gt 15 ] &&
	    [ "$(wc -l <"$work/switches")" -gt 15 ] &&
	    man_rows FAULTS | diff "$work/faults" - &&
	    man_rows SWITCHES | diff "$work/switches" - || return 1
	sed -n 's/^    {"[A-Z]*", "\(\/[a-z]*\)".*/\1/p' \
	    "$src/emulator/control.c" | sort -u >"$work/doors"
	[ "$(wc -l <"$work/doors")" -gt 5 ] || return 1
	for list in "$work/help" "$emulator1"; do
		sed -nE 's/^(  |\.It Li )(GET|POST)[^/]* (\/[a-z]+).*/\3/p' \
		    "$list" | sort -u | diff "$work/doors" - || return 1
	done
}

man_is_lint_free()
{
	mandoc -T lint -W warning "$man" "$pam8" "$conf5" "$emulator1"
}

# The tests that SECURITY.md and RULES.md name, as "FILE" or "FILE RULE".
tests_named()
{
	# shellcheck disable=SC2016 # Markdown's backticks
	cat "$top/SECURITY.md" "$top/tests/RULES.md" | tr -s ' \n' ' ' |
	    grep -oE '`[a-z0-9_./]+`|\br[0-9]{2}\b' |
	    sed 's/`//g; s,^tests/,,' | awk '/^r[0-9][0-9]$/ { if (file != "") print file, $1; next }
		/^test_/ { file = $1 ".c"; print file; next }
		/\.sh$/ { file = $1; print file; next }
		{ file = "" }' | sort -u
}

named_tests_are_there()
{
	tests_named >"$work/named"
	[ "$(wc -l <"$work/named")" -gt 60 ] || return 1
	while read -r named rule; do
		grep -q "${rule:-.}" "$top/tests/$named" ||
			echo "$named has no test ${rule:-at all}"
	done <"$work/named" | tee "$work/missing"
	[ ! -s "$work/missing" ]
}

each_rule_has_a_row()
{
	for number in $(seq 37); do
		grep -q "^| R$number | .* | .*\(\`\|does not apply\)" \
		    "$top/tests/RULES.md" || echo "R$number"
	done | tee "$work/missing"
	[ ! -s "$work/missing" ] && ! grep -iw later "$top/tests/RULES.md"
}

check 'each test that SECURITY.md and RULES.md name is there' \
    named_tests_are_there
check 'each rule names its test' each_rule_has_a_row
check 'genauth-mfa.8 has each command' man_lists_commands
check 'genauth-mfa.8 has each option' man_lists_options
check 'genauth-mfa.8 has each JSON member' man_lists_members
check 'genauth-emulator.1 has each option, fault, switch and door' \
    man_lists_emulator
check 'the man pages are mandoc-clean' man_is_lint_free
for file in "$module" "$build/inst/libexec/genauth-verifier" \
    "$build/inst/sbin/genauth-mfa"; do
	check "$(basename "$file") is hardened" has_hardening "$file"
done
check 'shell scripts are shellcheck-clean' sh -c \
    "cd '$top' && shellcheck -x run .ci/run tests/*.sh bench/*.sh \
    fuzz/*.sh debian/*.sh debian/*.postinst debian/*.postrm debian/*.prerm"
check 'cppcheck finds nothing' cppcheck --quiet --error-exitcode=1 \
    --enable=warning,portability,performance --inline-suppr \
    --suppress=missingIncludeSystem --std=c11 -j2 -I "$src" \
    "$src/base" "$src/net" "$src/service" "$src/login" "$src/wire" \
    "$src/module" "$src/verifier" "$src/mfa"
finish layers
