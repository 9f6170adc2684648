#!/bin/sh
# messages.sh TOP BUILD: everything that people are told is marked, and has a
# translation that fits. (That a translation takes the same arguments is shown
# by test_message.c as well.)
set -eu
top=$1 build=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$top/tests/lib.sh"
po=$top/po/zh_CN.po

# What po/update.sh would change: messages without an entry, and entries
# without a message.
is_up_to_date()
{
	cp "$po" "$work/zh_CN.po"
	"$top/po/update.sh" "$work/zh_CN.po" && diff -u "$po" "$work/zh_CN.po"
}

is_whole()
{
	for kind in untranslated only-fuzzy only-obsolete; do
		msgattrib --no-wrap "--$kind" "$po" | tee "$work/$kind"
		[ ! -s "$work/$kind" ] || return 1
	done
}

is_valid()
{
	msgfmt --check --statistics --output-file=/dev/null "$po" 2>&1 |
	    tee "$work/said"
	grep -qE '^[1-9][0-9]* translated messages\.$' "$work/said"
}

# Each program's table has all the entries of its folders, and no others.
# rows TABLE FOLDER...
tables_are_whole()
{
	table_is_whole module module &&
	    table_is_whole verifier login service verifier &&
	    table_is_whole mfa base login mfa net service
}

table_is_whole()
{
	table=$build/messages_$1.inc
	shift
	folders=$(echo "$@" | tr ' ' '|')
	wanted=$(msgattrib --no-wrap "$po" | grep -cE "^#:.* src/($folders)/")
	[ "$wanted" -gt 0 ] && [ "$(grep -c '^    {' "$table")" -eq "$wanted" ]
}

# Words in the arguments of what prints or asks, which xgettext finds although
# they are not marked: here the keywords are the functions. Not prose are
# conversions and words on their own (they are names). What else is not for
# translation stands in tests/messages.list, with the reason.
prose()
{
	{
		words --keyword=fprintf:2 --keyword=printf:1 \
		    --keyword=fputs:1 --keyword=puts:1 --keyword=snprintf:3 \
		    --keyword=tell:2 --keyword=ask:3 --keyword=attempt_ask:3 \
		    --keyword=host_tell:3 --keyword=hint_wait:2 \
		    --keyword=give_up:3 --keyword=terminal_ask:1 \
		    --keyword=terminal_confirm:2 --keyword=mfa_fail:2 \
		    --keyword=person_fail:2 --keyword=self_fail:2 \
		    --keyword=say:3 --keyword=usage:1 --keyword=complain:2 \
		    --keyword=journal_refuse:2 --keyword=person_confirm:2 \
		    --keyword=self_confirm:2 --keyword=self_ask_text:1 \
		    --keyword=self_ask_code:2 --keyword=self_screen_tell:1 \
		    --keyword=buf_add_text:2 --keyword=print_row:4 \
		    --keyword=SAY:1 --keyword=draft_report:3 \
		    --keyword=finding_add:5 "$@"
		words --keyword=finding_add:4 --keyword=say:4 \
		    --keyword=tell:4 "$@"
	} | unescape |
	    grep -E '[A-Za-z]{2,}[,;:.]? ([A-Za-z]{2,}|%s)' || :
}

# words KEYWORD... FILE...: one argument of a function in one call.
words()
{
	xgettext --language=C --from-code=UTF-8 --omit-header --no-wrap \
	    --no-location --output=- --keyword "$@" 2>/dev/null
}

# One message a line.
unescape()
{
	awk '/^msgid/ {sub(/^msgid /, ""); text = ""}
	    /^"|^msgid/ {sub(/^"/, ""); sub(/"$/, ""); text = text $0}
	    /^msgstr/ {sub(/^genauth-mfa: /, "", text)
		if (text != "") print text
		text = ""}'
}

# completion.c prints a shell script.
everything_is_marked()
{
	# shellcheck disable=SC2046 # words
	prose $(find "$top/src/login" "$top/src/mfa" "$top/src/module" \
	    "$top/src/verifier" -name '*.c' ! -name completion.c | sort) \
	    >"$work/prose"
	sed '/^#/d; /^$/d' "$top/tests/messages.list" | sort >"$work/listed"
	sort "$work/prose" | comm -3 - "$work/listed" | tee "$work/unmarked"
	[ ! -s "$work/unmarked" ]
}

# mfa LOCALE ARGUMENT...: both outputs of genauth-mfa, in an empty environment;
# it need not succeed.
mfa()
{
	mfa_locale=$1
	shift
	env -i LC_ALL="$mfa_locale" "$build/inst/sbin/genauth-mfa" "$@" \
	    >"$work/out" 2>"$work/err" || :
	cat "$work/out" "$work/err"
}

has_chinese()
{
	LC_ALL=C grep -q '[^ -~[:space:]]' "$@"
}

# Every row of the help has a summary in Chinese.
help_is_chinese()
{
	mfa zh_CN.UTF-8 help >"$work/help"
	grep -c '^  ' "$work/help" >"$work/rows"
	[ "$(cat "$work/rows")" -gt 30 ] &&
	    [ "$(grep '^  ' "$work/help" | LC_ALL=C grep -c '[^ -~]')" -eq \
		"$(cat "$work/rows")" ]
}

other_locales_are_english()
{
	for locale in C POSIX C.UTF-8 en_US.UTF-8 zh_CN zh_CN.GBK zh_TW.UTF-8
	do
		mfa "$locale" help >"$work/help"
		[ -s "$work/help" ] && ! has_chinese "$work/help" || return 1
	done
}

# A configuration of which nothing can be asked.
write_conf()
{
	printf 'management_url = https://localhost:1
app_url = https://localhost:1
app_id = 650000000000000000000a01
access_key_id = 650000000000000000000b01
access_key_secret_file = %s/secret\n%s\n' "$work" "$1" >"$work/conf"
	echo secret >"$work/secret"
	chmod 600 "$work/conf" "$work/secret"
}

configuration_chooses()
{
	write_conf 'language = zh'
	mfa en_US.UTF-8 --config "$work/conf" ping | has_chinese &&
	    ! mfa C --config "$work/conf" ping | has_chinese || return 1
	write_conf 'language = en'
	! mfa zh_CN.UTF-8 --config "$work/conf" ping | has_chinese
}

# What is for programs, or as well as for them.
results_are_english()
{
	write_conf 'language = zh'
	for arguments in --json ''; do
		# shellcheck disable=SC2086 # none, or one
		mfa zh_CN.UTF-8 --config "$work/conf" $arguments ping
		[ -s "$work/out" ] && has_chinese "$work/err" &&
		    ! has_chinese "$work/out" || return 1
	done
}

# What is sentences to people is in English to programs.
sentences_are_chinese()
{
	write_conf 'language = zh'
	mkdir -p "$work/system/etc/pam.d"
	echo 'auth sufficient pam_unix.so' >"$work/system/etc/pam.d/sshd"
	for command in 'explain nobody-here' "doctor --root $work/system"; do
		# shellcheck disable=SC2086 # words
		mfa zh_CN.UTF-8 --config "$work/conf" $command
		has_chinese "$work/out" || return 1
		# shellcheck disable=SC2086 # words
		mfa zh_CN.UTF-8 --config "$work/conf" --json $command
		[ -s "$work/out" ] && ! has_chinese "$work/out" || return 1
	done
}

check 'zh_CN.po has each message of the sources, and no other' is_up_to_date
check 'each message is translated' is_whole
check 'each translation is valid (msgfmt --check)' is_valid
check 'each program has the messages it says' tables_are_whole
check 'what people are told is marked for translation' everything_is_marked
check 'the help is in Chinese' help_is_chinese
check 'what is not Simplified in UTF-8 is English' other_locales_are_english
check 'the configuration chooses, where the terminal can show it' \
    configuration_chooses
check 'tables and JSON stay English' results_are_english
check 'explain and doctor say it in Chinese, and in English as JSON' \
    sentences_are_chinese
finish messages
