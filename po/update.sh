#!/bin/sh
# update.sh [FILE]: brings po/zh_CN.po, or a copy of it, in line with the
# sources: what is new in them is there to be translated, what is gone is gone.
# Wants gettext.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
po=${1-$top/po/zh_CN.po}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$top"
find src -name '*.c' ! -path 'src/emulator/*' | sort >"$work/sources"
xgettext --language=C --from-code=UTF-8 --add-location=file --omit-header \
    --keyword --keyword=_ --keyword=N_ --keyword=message_in:2 \
    --flag=_:1:pass-c-format --flag=N_:1:pass-c-format \
    --flag=message_in:2:pass-c-format \
    --files-from="$work/sources" --output="$work/pam_genauth.pot"
msgmerge --quiet --no-fuzzy-matching --add-location=file \
    --output-file="$work/zh_CN.po" "$po" "$work/pam_genauth.pot"
# what is gone
msgattrib --no-obsolete --output-file="$po" "$work/zh_CN.po"
