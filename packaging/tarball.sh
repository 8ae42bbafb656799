#!/usr/bin/env bash
# Makes the archive for every other distribution, and for `cargo binstall`: target/package/tripong-VERSION-TARGET.tar.gz.
# Unpack it anywhere and double-click `tripong`, or copy `tripong` and `share` to a prefix.
set -euo pipefail
cd "$(dirname "$0")/.."

packaging/portable.sh
packaging/share.sh

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -1)
name=tripong-$version-x86_64-unknown-linux-gnu
folder=$(mktemp --directory)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/$name"
# The README of the repository leads to pages that are not here.
cp packaging/archive.md "$folder/$name/README.md"
cp target/package/bin/tripong CHANGELOG.md LICENSE-MIT LICENSE-APACHE THIRD-PARTY-LICENSES.txt "$folder/$name"
cp -r target/package/share "$folder/$name"
# Everybody's files, in order, with the time of the release: the same sources make the same archive.
tar --create --sort=name --owner=0 --group=0 --numeric-owner --mode=go-w --mtime="@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}" \
    --directory "$folder" "$name" | gzip -9 --no-name > "target/package/$name.tar.gz"
ls -l "target/package/$name.tar.gz"
