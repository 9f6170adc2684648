#!/bin/sh
# analysis.sh TOP BUILD [deep]: what compilers can say of the sources without
# running them: gcc -fanalyzer; with "deep", clang-tidy, the clang static
# analyzer and scan-build too.
set -eu
top=$1 build=$2 deep=${3-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
cd "$top"
for place in RUNTIMEDIR CONFDIR VERIFIER_PATH; do
	echo "#define $place \"/nowhere\""
done >"$work/places.h"
flags="-std=gnu11 -D_GNU_SOURCE -Isrc -I$build -include $work/places.h"
# What runs as root at each login.
sources=$(ls src/base/*.c src/net/*.c src/service/*.c src/login/*.c \
    src/wire/*.c src/module/*.c src/verifier/main.c \
    src/verifier/wire_conversation.c src/verifier/identity.c \
    src/verifier/landlock.c)
# What an administrator runs as root.
more=$(ls src/mfa/*.c)

# analyse FILE. Of option_set.c it does not see that a field at an offset owns
# what is put into it.
analyse()
{
	case $1 in
	*/option_set.c) known=-Wno-analyzer-malloc-leak ;;
	*) known='' ;;
	esac
	# shellcheck disable=SC2086 # lists of words
	gcc $flags -O1 -fanalyzer -Werror $known -c "$1" -o "$work/object.o"
}

# Not asked for, with the reason: swappable parameters (a matter of taste
# here), Annex K (libc has none), return values of snprintf (checked by the
# size where it matters, and cast to void).
tidy='-*,clang-analyzer-*,bugprone-*,cert-*,-bugprone-easily-swappable-parameters,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling,-cert-err33-c'
# False here: va_start is called (LLVM 14 loses sight of it); the sizes of
# arrays of pointers; atoi after all digits were counted (cert-err34-c); a name
# that is GnuTLS's to give.
tidy="$tidy,-clang-analyzer-valist.Uninitialized,-bugprone-sizeof-expression,-cert-err34-c,-bugprone-reserved-identifier,-cert-dcl37-c,-cert-dcl51-cpp"

tidy_finds_nothing()
{
	# shellcheck disable=SC2046,SC2086 # lists of words
	clang-tidy -quiet -warnings-as-errors='*' -checks="$tidy" $sources $more -- \
	    $flags $(pkg-config --cflags smartcols libqrencode) \
	    2>"$work/tidy.err"
}

# scan_build_finds_nothing: in all programs, as they are built.
scan_build_finds_nothing()
{
	mkdir "$work/scan"
	cd "$work/scan"
	scan-build "$top/configure" -q --disable-hardening >configure.log 2>&1 &&
	    scan-build --status-bugs -o found make -j2 >make.log 2>&1 &&
	    return 0
	grep -E 'warning: .*\[|scan-build:|\*\*\*' make.log
	return 1
}

for source in $sources; do
	check "gcc -fanalyzer: $source" analyse "$source"
done
if [ -z "$deep" ]; then
	:
elif command -v clang-tidy >/dev/null 2>&1; then
	check 'clang-tidy and the clang static analyzer' tidy_finds_nothing
else
	skip 'clang-tidy: not here'
fi
if [ -z "$deep" ]; then
	:
elif command -v scan-build >/dev/null 2>&1; then
	check 'scan-build' scan_build_finds_nothing
else
	skip 'scan-build: not here'
fi
finish analysis
