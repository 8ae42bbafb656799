#!/usr/bin/env bash
# Makes what stands beside the executable: target/package/share, and for Debian the changelogs and the licences.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo run --quiet --locked -p tripong-packaging
package=target/package
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -1)
date=$(sed -n "s/.*<release version=\"$version\" date=\"\([^\"]*\)\".*/\1/p" packaging/org.tripong.tripong.metainfo.xml)
maintainer=$(sed -n 's/^maintainer = "\(.*\)"$/\1/p' Cargo.toml)
cat > $package/changelog.debian <<END
tripong ($version-1) unstable; urgency=medium

  * Release $version; what is new is in changelog.gz.

 -- $maintainer  $(LC_ALL=C date --utc --date "$date" '+%a, %d %b %Y %H:%M:%S %z')
END
# Without names and times, so that the same sources make the same package.
gzip -9 --no-name --stdout CHANGELOG.md > $package/changelog.gz
gzip -9 --no-name --stdout THIRD-PARTY-LICENSES.txt > $package/third-party-licenses.txt.gz
