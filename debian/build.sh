#!/bin/sh
# build.sh TARBALL DIRECTORY: builds the Debian packages from what `make dist`
# made, and leaves them in DIRECTORY. Nothing is built where it was unpacked
# last: DIRECTORY/build is made anew, and goes once all is well.
# DEB_BUILD_OPTIONS is Debian's own: without nocheck the unit tests are run.
set -eu
tarball=$1
mkdir -p "$2"
out=$(cd "$2" && pwd)
rm -rf "$out/build"
mkdir "$out/build"
tar -xf "$tarball" -C "$out/build"
cd "$out/build"/*/
if ! dpkg-buildpackage -us -uc -b >"$out/build/log" 2>&1; then
	tail -n 60 "$out/build/log" >&2
	echo "failed: dpkg-buildpackage (whole output in $out/build/log)" >&2
	exit 1
fi
cd "$out"
mv build/*.deb build/*.changes build/*.buildinfo .
rm -rf build
