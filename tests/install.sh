#!/bin/sh
# Debian packages, as root or through sudo: `install.sh build` for what the
# daemon is built, tried and packaged with, `install.sh test` for what its tests
# need too.
set -eu

build="gcc libc6-dev cmake ninja-build pkg-config libevent-dev libsqlite3-dev
libcurl4-openssl-dev libconfig-dev libjansson-dev libsodium-dev libssl-dev
libutf8proc-dev libsystemd-dev libqrencode-dev libcmocka-dev python3 python3-aiosmtpd
python3-jsonschema
openssl ca-certificates dpkg-dev file nodejs npm"
test="clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev cppcheck
universal-ctags gcovr python3-pytest python3-pytest-xdist sqlite3 git
fuse3 libfuse3-dev e2fsprogs xfsprogs slowhttptest
postfix zbar-tools openssh-server dbus python3-dbusmock python3-fastapi
python3-uvicorn prometheus prometheus-alertmanager chromium default-jre-headless strace poppler-utils fonts-liberation
valgrind systemd
systemd-container mmdebstrap lintian mandoc nginx-light caddy testssl.sh curl"

case "${1-}" in
build) packages=$build ;;
test) packages="$build $test" ;;
*)
	echo "usage: install.sh build|test" >&2
	exit 2
	;;
esac

missing=""
for p in $packages; do
	# node may have come from elsewhere; then Debian's npm is not wanted.
	case $p in
	nodejs | npm) command -v "${p%js}" >/dev/null && continue ;;
	esac
	dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' ||
		missing="$missing $p"
done
[ -z "$missing" ] && exit 0

sudo=""
[ "$(id -u)" = 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
echo "installing:$missing"
$sudo apt-get update -qq
# shellcheck disable=SC2086
$sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
