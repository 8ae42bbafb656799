#!/usr/bin/env bash
# Makes the Debian package: target/package/tripong_VERSION-1_amd64.deb. Needs dpkg-dev, binutils, python3, and cargo-deb,
# which it installs.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v cargo-deb >/dev/null || cargo install --locked cargo-deb
packaging/portable.sh
packaging/share.sh

cargo deb --locked --no-build --no-strip --output target/package/
ls -l target/package/*.deb
