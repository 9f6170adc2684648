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
# conversions, options, and words on their own (they are names). What else is
# not for translation stands in tests/messages.list, with the reason.
prose()
{
	xgettext --language=C --from-code=UTF-8 --omit-header --no-wrap \
	    --no-location --output=- --keyword \
	    --keyword=fprintf:2 --keyword=printf:1 --keyword=fputs:1 \
	    --keyword=puts:1 --keyword=snprintf:3 --keyword=tell:2 \
	    --keyword=ask:3 --keyword=attempt_ask:3 --keyword=host_tell:3 \
	    --keyword=hint_wait:2 --keyword=give_up:3 \
	    --keyword=terminal_ask:1 --keyword=terminal_confirm:2 \
	    --keyword=mfa_fail:2 "$@" | msgcat --no-wrap - | unescape |
	    grep -E '[A-Za-z]{2,}[,;:.]? ([A-Za-z]{2,}|%s)' || :
}

# One message a line.
unescape()
{
	awk '/^msgid/ {sub(/^msgid /, ""); text = ""}
	    /^"|^msgid/ {sub(/^"/, ""); sub(/"$/, ""); text = text $0}
	    /^msgstr/ {if (text != "") print text; text = ""}'
}

everything_is_marked()
{
	# shellcheck disable=SC2046 # words
	prose $(find "$top/src/login" "$top/src/module" \
	    "$top/src/verifier" -name '*.c' | sort) >"$work/prose"
	sed '/^#/d; /^$/d' "$top/tests/messages.list" | sort >"$work/listed"
	sort "$work/prose" | comm -3 - "$work/listed" | tee "$work/unmarked"
	[ ! -s "$work/unmarked" ]
}

check 'zh_CN.po has each message of the sources, and no other' is_up_to_date
check 'each message is translated' is_whole
check 'each translation is valid (msgfmt --check)' is_valid
check 'each program has the messages it says' tables_are_whole
check 'what people are told is marked for translation' everything_is_marked
finish messages
