#!/bin/sh
# rpm.sh BUILD: the RPM packages, built by rpmbuild from what `make dist` would
# pack: what they hold is what `make install` installs, nothing else and with
# the same modes; rpmlint finds nothing; the package is not removed while a
# line of /etc/pam.d names its module. Their SELinux policy compiles. Compiled
# without optimising: it is the packages that are tested here.
set -u
build=$1
top=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
# shellcheck source=tests/lib.sh
. "$top/tests/lib.sh"
for tool in rpmbuild rpmlint; do
	command -v $tool >/dev/null 2>&1 && continue
	skip "the RPM packages: no $tool here"
	finish rpm
	exit
done
export HOME="$work" # where rpm keeps a database
packaging=$top/packaging
version=$(sed -n 's/^AC_INIT(\[pam_genauth\], \[\(.*\)\])$/\1/p' \
    "$top/configure.ac")
name=pam_genauth-$version

# What selinux-policy-rpm-macros defines on Fedora, as far as rpmlint can see.
cat >"$work/macros" <<'END_OF_MACROS'
%selinux_requires Requires(post): policycoreutils
%selinux_relabel_pre(s:) restorecon -n -r /
%selinux_modules_install(s:) semodule -n -s %{-s*} -X 200 -i %1
%selinux_modules_uninstall(s:) semodule -n -s %{-s*} -X 200 -r %1
%selinux_relabel_post(s:) restorecon -r /run /etc/genauth
END_OF_MACROS
with_selinux=
if [ ! -e /usr/share/selinux/devel/Makefile ] ||
    ! command -v checkmodule >/dev/null 2>&1; then
	skip 'the SELinux policy: no selinux-policy-dev or checkpolicy here'
	with_selinux='--without selinux'
fi

tarball()
{
	make -C "$build" distdir distdir="$work/$name" &&
		tar -C "$work" -czf "$work/$name.tar.gz" "$name"
}

# --nodeps: the packages that Fedora needs are no packages of this host's rpm.
# --without check: the unit tests are parts of their own.
packages()
{
	# shellcheck disable=SC2086 # empty, or an option
	rpmbuild -ta --nodeps --without check $with_selinux \
	    --load "$work/macros" --define "_topdir $work/rpmbuild" \
	    --define '_build_id_links none' \
	    --define "_tmppath $work" \
	    --define 'optflags -O0 -U_FORTIFY_SOURCE' "$work/$name.tar.gz"
}

check 'what make dist packs' tarball
check 'the spec has the version of configure.ac' \
    grep -qx "Version:  *$version" "$work/$name/packaging/rpm/pam_genauth.spec"
check 'rpmbuild, with each file in a list' packages
if [ "$(results failed)" -gt 0 ]; then
	finish rpm
	exit
fi
find "$work/rpmbuild" -name '*.rpm' ! -name '*.src.rpm' | sort >"$work/rpms"

# in_packages: lines "MODE OWNER PATH PACKAGE" of what is not documentation.
in_packages()
{
	while read -r file; do
		rpm -qp --qf '[%{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME} %{FILENAMES} %{=NAME}\n]' \
		    "$file" 2>/dev/null
	done <"$work/rpms" | grep -v ' /usr/share/licenses/'
}

# installed: the same of `make install`, with the packages' directories. rpm
# wants a module that can be executed; Debian's PAM files are not for RPM.
installed()
{
	make -C "$build" install DESTDIR="$work/dest" >/dev/null 2>&1 || return
	(cd "$work/dest$build/inst" && find . ! -type d -printf '%M /%P\n') |
	    sed "s, /security/, $(rpm --eval '%{_libdir}')/security/,; t module
		s, /, /usr/,; b
		: module
		s,^-rw-r--r--,-rwxr-xr-x," |
	    grep -v '/examples/pam\.d/' | sort
}

same_files()
{
	installed >"$work/installed"
	[ "$(wc -l <"$work/installed")" -ge 7 ] || return
	in_packages | grep -v '^d' |
	    grep -vE ' (/usr/share/doc/pam_genauth/([A-Z]+\.md|docs/.*|examples/pam\.d/genauth-auth)|/usr/share/selinux/.*) ' |
	    sed 's/ [^ ]* / /; s/ [^ ]*$//' | sort >"$work/packaged"
	diff "$work/installed" "$work/packaged"
}

nobody_but_root()
{
	in_packages | grep -v ' root:root ' && return 1
	! in_packages | grep -E '^(-...(s|.....[wsS])|-....w|d....w|d.......w)'
}

# package PATH NAME
package()
{
	in_packages | grep -q " $1 $2\$"
}

check 'the packages hold what make install installs' same_files
check "all of it is root's, and nobody else may write" nobody_but_root
check 'the emulator is in a package of its own' \
    package /usr/bin/genauth-emulator genauth-emulator
check 'so is genauth-mfa' package /usr/sbin/genauth-mfa genauth-mfa
check 'the configuration directory is there, and empty' \
    sh -c "[ \"\$(rpm -qlp '$work'/rpmbuild/RPMS/*/pam_genauth-[0-9]*.rpm |
	grep '^/etc')\" = /etc/genauth ]"
if [ -z "$with_selinux" ]; then
	check 'the SELinux policy is in a package of its own' package \
	    /usr/share/selinux/packages/targeted/genauth.pp.bz2 \
	    pam_genauth-selinux
fi
lint()
{
	rpmlint -c "$packaging/rpm/rpmlint.toml" \
	    "$work/$name/packaging/rpm/pam_genauth.spec" \
	    "$work"/rpmbuild/RPMS/*/*.rpm "$work"/rpmbuild/SRPMS/*.rpm \
	    >"$work/lint"
	cat "$work/lint"
	grep -q ' 0 errors, 0 warnings, ' "$work/lint"
}
check 'rpmlint finds nothing that rpmlint.toml does not argue' lint

# The scriptlet as rpm runs it, with /etc elsewhere: removing it (0 are left).
mkdir -p "$work/etc/pam.d"
rpm -qp --qf '%{PREUN}' "$work"/rpmbuild/RPMS/*/pam_genauth-[0-9]*.rpm \
    2>/dev/null | sed "s,/etc/pam,$work/etc/pam,g" >"$work/preun"
preun()
{
	sh "$work/preun" "$1" >"$work/preun.out" 2>&1
}
refuses_to_go()
{
	! preun 0 && grep -q "$work/etc/pam.d/sshd:2:auth" "$work/preun.out"
}
check 'it can be removed' preun 0
printf '%s\n' '#%PAM-1.0' 'auth requisite pam_genauth.so' >"$work/etc/pam.d/sshd"
check 'not while a line of /etc/pam.d names the module' refuses_to_go
check 'it can be upgraded then' preun 1
printf '%s\n' '#%PAM-1.0' '#auth requisite pam_genauth.so' \
    >"$work/etc/pam.d/sshd"
cp "$work/etc/pam.d/sshd" "$work/etc/pam.d/sshd.rpmsave"
sed -i 's/^#auth/auth/' "$work/etc/pam.d/sshd.rpmsave"
check 'a comment, or a copy that nobody reads, does not keep it' preun 0
finish rpm
