#!/bin/sh
# docs.sh BUILD [DOCUMENT]...: runs every command of the documents, top to
# bottom, in a private system (see in_private_system.sh) where the programs of
# BUILD are on the PATH and the emulator stands in for GenAuth. What a document
# shows is compared with what really came.
#
# Above each fenced block comments, or one with several parts ("; "), say what
# is done with it:
#   <!-- run: PERSON -->       as root, as alice, ...; "clone": as root in the
#                              sources; "sources": in a copy of them, where
#                              what is installed goes to a directory of ours.
#                              In a block marked console the first line is the
#                              command behind "$ " or "# ", and the rest what is
#                              to be seen; lines that go on with five spaces
#                              belong to the one before.
#   <!-- answers: WORD... -->  what is typed: see answer_word() and doc_word().
#   <!-- status: N -->         the exit status, 0 unless said.
#   <!-- stays -->             a program that goes on: until it says "ready".
#   <!-- world: NAME -->       what happens before, outside of the document: one
#                              of the functions world_NAME() below.
#   <!-- config: FILE [HOW] --> not run, but written to FILE, as a reader would:
#                              whole, or HOW: "append", "after PATTERN",
#                              "before PATTERN", or "set": each `name = value`
#                              in place of the one there. The words above the
#                              block have to name FILE.
#   <!-- needs: COMMAND -->    skipped where genauth-mfa has no such command.
#   <!-- with: PROGRAM -->     skipped where the host has no such program.
#   <!-- only: REASON -->      cannot be run here: skipped, and why.
#   <!-- see: FILE... -->      not run: each line of it is in FILE, where it is.
#   <!-- picture -->           nothing to run.
# Line 1 says where a document begins: <!-- host: fresh | account | configured -->,
# see begin_on(); without it on no host at all.
#
# Placeholders (YOUR-...) become the emulator's values: see fill_in(). What needs
# a booted system, packages or a network has a stand-in: see stand_ins().
set -u
build=$1
shift
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
chmod 755 "$work"
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
# shellcheck source=tests/answers.sh
. "$top/tests/answers.sh"

# each_document NAME...: in a private system of its own, its results added up.
each_document()
{
	for document; do
		"$top/tests/in_private_system.sh" "$build" unshare --uts sh -c \
		    'hostname server && exec "$@"' sh "$0" "$build" \
		    "$document" >"$work/out" 2>&1
		grep -v "^document $document:" "$work/out"
		sed -n 's/^ok .*/passed/p; s/^FAILED .*/failed/p
		    s/^SKIPPED .*/skipped/p' "$work/out" >>"$work/results"
		grep -q "^document $document:" "$work/out" ||
			not_ok "$document: did not get to its end"
	done
}

# Nobody needs a system of his own to see whether a link leads somewhere.
headings()
{
	sed -n 's/^##* //p' "$1" | tr 'A-Z ' 'a-z-' | tr -cd 'a-z0-9\n-'
}

links_lead_somewhere()
{
	for document; do
		grep -oE '\]\([^)]+\)' "$top/$document" | tr -d '])(' |
		    grep -v '^https:' | while read -r link; do
			file=${link%%#*}
			file=$top/$(dirname "$document")/${file:-$(basename "$document")}
			if [ ! -e "$file" ]; then
				echo "$document: no such file: $link"
			elif [ "$link" != "${link#*#}" ] &&
			    ! headings "$file" | grep -qx -e "${link#*#}"; then
				echo "$document: no such heading: $link"
			fi
		done
	done | tee "$work/lost"
	[ ! -s "$work/lost" ]
}

# What stands in `genauth-mfa ...` and `name = value`, if it exists.
names_exist()
{
	sed -n 's/^\.It Cm \([a-z_]*\).*/\1/p' "$top/man/genauth.conf.5" \
	    >"$work/options"
	for document; do
		grep -ohE '`[a-z_]+ = ' "$top/$document" | tr -d '`= ' |
		    grep -vxFf "$work/options" | sed "s/^/$document: option /"
		grep -ohE '`genauth-mfa [a-z]+' "$top/$document" |
		    sed 's/.* //' | sort -u | while read -r word; do
			has_command "$word" || is_awaited "$word" ||
				echo "$document: command $word"
		done
	done | tee "$work/lost"
	[ ! -s "$work/lost" ]
}

# has_command WORD: "self" and "config" begin some.
has_command()
{
	"$build/inst/sbin/genauth-mfa" help | grep -q "^  $1 "
}

# is_awaited COMMAND: written about before it is there?
is_awaited()
{
	cat "$top"/docs/*.md | grep -q "^<!-- needs: $1 -->"
}

if [ -z "${PRIVATE_LOG-}" ]; then
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' INT TERM
	if [ "$(id -u)" != 0 ] || ! unshare --mount true 2>/dev/null; then
		skip 'the documents: want root and mount namespaces'
		finish docs
		exit
	fi
	if [ $# -eq 0 ]; then
		skip 'docs/rhel.md: wants a Fedora or RHEL; rhel.sh runs its stacks'
		# shellcheck disable=SC2046 # words
		set -- $(cd "$top" && find README.md CONTRIBUTING.md docs \
		    -name '*.md' ! -name rhel.md | sort)
	fi
	check 'links lead somewhere' links_lead_somewhere "$@"
	check 'commands and options in the text exist' names_exist "$@"
	each_document "$@"
	finish docs
	exit
fi

document=$1
blocks=$work/blocks
mkdir "$blocks"
# shellcheck source=tests/docs_stage.sh
. "$top/tests/docs_stage.sh"
trap leave EXIT
trap 'exit 1' INT TERM

# said N KEY: what the comments above block N say of it; fails if nothing.
said()
{
	grep -q -e "^$2\$" -e "^$2: " "$blocks/$1.do" &&
	    sed -n "s/^$2: *//p" "$blocks/$1.do"
}

# seen_as FILE: a transcript, ready to be compared.
seen_as()
{
	mask <"$1" | mask_more | sed -E 's/[ \t]+$//' |
	    sed -E -e ':a' -e 'N' -e '$!ba' -e 's/\n {5,}/ /g' |
	    awk 'NF {while (empty-- > 0) print ""; empty = 0; print; next}
	        {empty++}'
}

# in_clone: what takes its time and asks nothing. The sources are a copy.
in_clone()
{
	[ "$1" = clone ] || tar -C "$top" --exclude=./build --exclude=./.git \
	    -c . | tar -C "$work/sources" -x
	# shellcheck disable=SC2046 # words
	$(surroundings "$1" "$(home_of "$1")") sh -eu "$work/script" \
	    </dev/null >"$work/seen" 2>&1
	status=$?
}

# run_it N PERSON: the exit status is in $status, what was seen in $work/seen.
run_it()
{
	person=$2 where=$(home_of "$2")
	# shellcheck disable=SC2046 # words
	set -- $(said "$1" answers)
	for word; do
		shift
		doc_word "$word"
		set -- "$@" "$prompt" "$answer"
	done
	# shellcheck disable=SC2046 # words
	ANSWER_SHOW=1 "$top/tests/answer.exp" "$@" : \
	    $(surroundings "$person" "$where") sh -eu "$work/script" \
	    >"$work/seen" 2>&1
	status=$?
	world_goes_on
}

commands()
{
	name=$1 person=$(said "$2" run)
	cp "$work/text" "$work/script"
	if [ "$(cat "$blocks/$2.kind")" = console ]; then
		sed -n '1s/^[$#] //p' "$work/text" >"$work/script"
		sed 1d "$work/text" >"$work/shown"
	fi
	if said "$2" stays >"$work/null"; then
		stays "$name" "$person"
		return
	fi
	case $person in
	clone | sources) in_clone "$person" ;;
	*) run_it "$2" "$person" ;;
	esac
	if [ "$status" -ne "$(said "$2" status || echo 0)" ]; then
		not_ok "$name (status $status)" "$work/seen"
	elif [ "$person" = sources ]; then
		check "$name" test -n "$(find "$work/installed" \
		    -name pam_genauth.so)"
	elif [ "$(cat "$blocks/$2.kind")" = console ]; then
		seen_as "$work/shown" >"$work/shown.masked"
		seen_as "$work/seen" >"$work/seen.masked"
		check "$name" diff -u "$work/shown.masked" "$work/seen.masked"
	else
		ok "$name"
	fi
}

# configuration NAME N FILE [HOW]: the text goes where a reader puts it.
configuration()
{
	name=$1 above=$blocks/$2.above file=$3 how=${4-whole}
	shift 3
	[ $# -eq 0 ] || shift
	mkdir -p "$(dirname "$file")"
	if ! grep -qF -e "$file" "$above"; then
		not_ok "$name: the text does not say that it goes to $file"
		return
	fi
	case $how in
	whole) cat "$work/text" >"$file" ;;
	append) cat "$work/text" >>"$file" ;;
	set) sed 's/ *=.*//' "$work/text" | while read -r option; do
		sed -i "/^$option *=/d" "$file"
	    done
	    cat "$work/text" >>"$file" ;;
	before | after)
		awk -v place="$how" -v mark="$*" -v new="$work/text" '
		    function put() {while ((getline line <new) > 0) print line; done = 1}
		    !done && index($0, mark) == 1 && place == "before" {put()}
		    {print}
		    !done && index($0, mark) == 1 && place == "after" {put()}
		    END {exit !done}' "$file" >"$work/edited" &&
		    cat "$work/edited" >"$file" ;;
	*) false ;;
	esac
	# shellcheck disable=SC2181 # of whichever it was
	if [ $? -eq 0 ]; then
		ok "$name"
	else
		not_ok "$name: $file has no line that begins with: $*"
	fi
}

# block N
block()
{
	block_name="$document:$1"
	if ! unfit=$(unfit "$1"); then
		skip "$block_name: $unfit"
		return
	fi
	for event in $(said "$1" world); do
		"world_$event"
	done
	fill_in <"$blocks/$1.text" >"$work/text"
	if said "$1" config >"$work/null"; then
		# shellcheck disable=SC2046 # words
		configuration "$block_name" "$1" $(said "$1" config)
	elif said "$1" run >"$work/null"; then
		commands "$block_name $(head -n 1 "$work/text")" "$1"
	elif said "$1" see >"$work/null"; then
		# shellcheck disable=SC2046 # words
		check "$block_name" elsewhere $(said "$1" see)
	elif ! said "$1" picture >"$work/null"; then
		not_ok "$block_name: its comment says nothing that I know"
	fi
}

# elsewhere FILE...: each line of the text is run there.
elsewhere()
{
	while read -r wanted; do
		(cd "$top" && cat "$@") | grep -qF -e "$wanted" ||
			{ echo "not there: $wanted"; return 1; }
	done <"$work/text"
}

# unfit N: fails, and says why, where a block cannot be run here.
unfit()
{
	if said "$1" only; then
		return 1
	fi
	for needed in $(said "$1" needs); do
		has_command "$needed" && continue
		echo "genauth-mfa has no command $needed yet"
		return 1
	done
	for needed in $(said "$1" with); do
		command -v "$needed" >/dev/null && continue
		echo "no $needed here"
		return 1
	done
}

if ! awk -v OUT="$blocks" -f "$top/tests/docs.awk" "$top/$document" \
    >"$work/list" 2>"$work/complaints"; then
	not_ok "$document is not as docs.awk wants it" "$work/complaints"
else
	begin_on "$(sed -n 's/^host: //p' "$blocks/host" 2>/dev/null)"
	while read -r line <&3; do
		block "$line"
	done 3<"$work/list"
fi
finish "document $document"
