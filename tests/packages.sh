#!/bin/sh
# packages.sh BUILD: what is handed out: the tarball of `make dist`, what
# `make install` installs and `make uninstall` takes away, and the Debian
# packages, which are left in BUILD's sister directory packages/ for install.sh.
set -u
build=$1
top=$(cd "$(dirname "$0")/.." && pwd)
out=$(dirname "$build")/packages
work=$(mktemp -d)
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
rm -rf "$out"

# in_build TARGET...: make, where others may be building, too.
in_build()
{
	make -C "$build" "$@" >"$work/make.out" 2>&1 || {
		tail -n 20 "$work/make.out"
		return 1
	}
}

# make_tarball DIRECTORY: leaves it there.
make_tarball()
{
	mkdir -p "$1"
	in_build distdir="$(basename "$tarball" .tar.gz)" dist-gzip &&
	    mv "$build/$(basename "$tarball")" "$1/"
}

version=$(sed -n 's/^AC_INIT(\[pam_genauth\], \[\(.*\)\])$/\1/p' \
    "$top/configure.ac")
tarball=$work/one/pam_genauth-$version.tar.gz

echo '# one version'
version_of_changelog()
{
	sed -n '1s/^pam-genauth (\([^)]*\)) .*/\1/p' "$top/debian/changelog"
}
check 'debian/changelog has the version of configure.ac' \
    test "$(version_of_changelog)" = "$version"
check 'NEWS.md begins with it' test \
    "$(sed -n 's/^## \([0-9.]*\).*/\1/p' "$top/NEWS.md" | head -n 1)" = \
    "$version"
for program in sbin/genauth-mfa bin/genauth-emulator; do
	check "$(basename "$program") --version says it" \
	    test "$("$build/inst/$program" --version)" = \
	    "$(basename "$program") $version"
done

echo '# make dist'
check 'make dist' make_tarball "$work/one"
check 'make dist, by somebody else' env -i PATH="$PATH" TZ=Asia/Shanghai \
    LC_ALL=C.UTF-8 GZIP=-1 sh -c "umask 077; mkdir -p '$work/two' &&
	make -C '$build' dist-gzip >'$work/make.out' 2>&1 &&
	mv '$build/pam_genauth-$version.tar.gz' '$work/two'"
check 'both tarballs are the same' \
    cmp "$tarball" "$work/two/$(basename "$tarball")"
# Of git's own files nothing is for those who have no git.
tarball_has_every_file()
{
	tar -tzf "$tarball" | sed -n 's,^[^/]*/,,; /[^/]$/p' | sort \
	    >"$work/in_tarball"
	git -C "$top" ls-files --cached --others --exclude-standard |
	    grep -v '^\.git' | while read -r file; do
		[ ! -e "$top/$file" ] || echo "$file"
	done | sort >"$work/in_tree"
	comm -13 "$work/in_tarball" "$work/in_tree" | tee "$work/missing"
	[ -s "$work/in_tree" ] && [ ! -s "$work/missing" ]
}
if git -C "$top" rev-parse >/dev/null 2>&1; then
	check 'the tarball has each file of the tree' tarball_has_every_file
else
	skip 'the tarball has each file of the tree: no git here'
fi

echo '# make install'
# installed DIRECTORY: the files there.
installed()
{
	(cd "$1" && find . ! -type d | sort)
}

# Where the build was told to put things, and nowhere else.
installs_what_it_should()
{
	in_build install DESTDIR="$work/root" || return 1
	share=$build/inst/share
	{
		echo "$build/inst/bin/genauth-emulator"
		echo "$build/inst/libexec/genauth-verifier"
		echo "$build/inst/sbin/genauth-mfa"
		echo "$build/inst/security/pam_genauth.so"
		for page in "$top"/man/*.[1-8]; do
			echo "$share/man/man${page##*.}/$(basename "$page")"
		done
		echo "$share/doc/pam_genauth/examples/genauth.conf"
		for file in "$top"/pam.d/*; do
			echo "$share/doc/pam_genauth/examples/pam.d/$(basename \
			    "$file")"
		done
	} | sed 's/^/./' | sort >"$work/wanted"
	installed "$work/root" | diff "$work/wanted" -
}

uninstalls_all()
{
	in_build uninstall DESTDIR="$work/root" &&
	    [ -z "$(installed "$work/root" | tee /dev/stderr)" ]
}

# The file FILE of the trace was renamed into its place, and neither removed
# nor written there.
only_renamed()
{
	grep -qE "rename.*\.new\", .*$1\"" "$work/trace" &&
	    ! grep -E "(unlink|open).*$1\"" "$work/trace" |
	    grep -vE 'O_RDONLY|O_PATH'
}

check 'make install into DESTDIR' installs_what_it_should
if command -v strace >/dev/null 2>&1; then
	check 'make install over what is there' strace -f -qq -o "$work/trace" \
	    -e trace=rename,renameat,renameat2,unlink,unlinkat,open,openat,creat \
	    make -C "$build" install DESTDIR="$work/root"
	check 'r35 make install renames the module into its place' \
	    only_renamed pam_genauth.so
	check 'r35 make install renames the verifier into its place' \
	    only_renamed genauth-verifier
else
	skip 'r35 make install renames: no strace here'
fi
check 'make uninstall leaves no file' uninstalls_all
check 'the sample configuration has known options only' sh -c \
    "'$build/inst/sbin/genauth-mfa' --config '$top/examples/genauth.conf' \
    config check | grep -F 'examples/genauth.conf:' | (! grep .)"

echo '# Debian packages'
for tool in dpkg-buildpackage dh lintian; do
	command -v "$tool" >/dev/null 2>&1 || missing=${missing-}\ $tool
done
if [ -n "${missing-}" ]; then
	skip "Debian packages: no$missing here"
	finish packages
	exit
fi

# Twice at once, each as differently as it can be: the path, the person's
# habits, the moment.
another=$work/another/place/with/a/longer/name
DEB_BUILD_OPTIONS='nocheck parallel=1' \
    "$top/debian/build.sh" "$tarball" "$work/deb" >"$work/deb.out" 2>&1 &
first=$!
(
	umask 027
	sleep 2
	HOME=/nonexistent TZ=Pacific/Auckland LC_ALL=C.UTF-8 \
	    DEB_BUILD_OPTIONS='nocheck parallel=2' \
	    "$top/debian/build.sh" "$tarball" "$another"
) >"$work/another.out" 2>&1
second_status=$?
if wait "$first"; then
	ok 'dpkg-buildpackage'
else
	not_ok 'dpkg-buildpackage' "$work/deb.out"
fi
if [ "$second_status" -eq 0 ]; then
	ok 'dpkg-buildpackage, elsewhere and otherwise'
else
	not_ok 'dpkg-buildpackage, elsewhere and otherwise' "$work/another.out"
fi

# Also those with the debugging symbols.
same_packages()
{
	for place in "$work/deb" "$another"; do
		(cd "$place" && sha256sum ./*.deb) >"$place.sums"
	done
	diff "$work/deb.sums" "$another.sums" &&
	    [ "$(wc -l <"$work/deb.sums")" -ge 3 ]
}
check 'both builds give the same packages, byte for byte' same_packages

# The project has no mailing list: bugs go where its sources are.
lintian_clean()
{
	lintian --fail-on error,warning --allow-root --no-tag-display-limit \
	    --suppress-tags bogus-mail-host,bogus-mail-host-in-debian-changelog \
	    "$work"/deb/*.changes >"$work/lintian.out" 2>&1
	lintian_status=$?
	cat "$work/lintian.out"
	[ "$lintian_status" -eq 0 ] &&
	    ! grep -qE '^[EW]: |unused-override' "$work/lintian.out"
}
check 'lintian is content' lintian_clean

# package_has PACKAGE FILE...
package_has()
{
	package=$1
	shift
	dpkg-deb -c "$work/deb/${package}"_*.deb >"$work/contents" || return 1
	for file in "$@"; do
		grep -qE " \./$file(\.gz)?\$" "$work/contents" ||
		    { echo "$package: no $file"; return 1; }
	done
}

no_questions()
{
	for package in "$work"/deb/*.deb; do
		dpkg-deb -I "$package" | grep -wE 'conffiles|config|templates' &&
		    return 1
	done
	:
}
check 'the profile has no comma in its name: debconf would take it for two' \
    sh -c "! grep '^Name:.*,' '$top/debian/libpam-genauth.pam-configs'"
check 'libpam-genauth has what a login needs' package_has libpam-genauth \
    'usr/lib/.*/security/pam_genauth.so' usr/libexec/genauth-verifier \
    usr/share/pam-configs/genauth usr/share/man/man8/pam_genauth.8 \
    usr/share/man/man5/genauth.conf.5 \
    usr/share/doc/libpam-genauth/examples/genauth.conf \
    usr/share/doc/libpam-genauth/examples/pam.d/sshd
check 'genauth-mfa has its program and page' package_has genauth-mfa \
    usr/sbin/genauth-mfa usr/share/man/man8/genauth-mfa.8
check 'genauth-emulator has its program and page' package_has \
    genauth-emulator usr/bin/genauth-emulator \
    usr/share/man/man1/genauth-emulator.1
check 'no package asks, or has a conffile' no_questions
mkdir "$out"
mv "$work"/deb/*.deb "$tarball" "$out/"
finish packages
