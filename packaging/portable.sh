#!/usr/bin/env bash
# Builds the executable that packages ship, target/package/bin/tripong, for systems as old as GLIBC, and checks that it is.
# 2.28 is that of Debian 10 and RHEL 8. The program asks for 2.27, which brought memfd_create.
#
# zig is the linker (by cargo-zigbuild): it has the symbols of every glibc. The executable is not position-independent:
# file managers whose MIME database is older than that of Debian 12 take one that is for a shared library, and refuse to
# start it. README.md beside this script says what that costs.
set -euo pipefail
cd "$(dirname "$0")/.."

glibc=${GLIBC:-2.28}
target=x86_64-unknown-linux-gnu
built=${CARGO_TARGET_DIR:-target}/$target/dist/tripong
executable=target/package/bin/tripong

# cargo-zigbuild and zig, from Python's package index, into a folder of their own.
if ! command -v cargo-zigbuild >/dev/null; then
    tools=target/tools
    [[ -x $tools/bin/cargo-zigbuild ]] || { python3 -m venv "$tools" && "$tools/bin/pip" install --quiet cargo-zigbuild; }
    PATH=$PWD/$tools/bin:$PATH
fi
rustup target add "$target" 2>/dev/null || true
# Panics name their place in the sources, and nobody's home folder.
flags="-C relocation-model=static --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$PWD=/tripong"
RUSTFLAGS="${RUSTFLAGS:-} $flags" \
    cargo zigbuild --profile dist --locked --bin tripong --target "$target.$glibc"

# The newest symbol that it asks for; what is newer than promised would be missing on the promised system.
newest=$(objdump -T "$built" | grep -o 'GLIBC_[0-9.]*' | sort --unique --version-sort | tail -1)
newest=${newest#GLIBC_}
if [[ $(printf '%s\n' "$newest" "$glibc" | sort --version-sort | tail -1) != "$glibc" ]]; then
    echo "portable.sh: $built needs glibc $newest, and $glibc was promised" >&2
    exit 1
fi
install -D -m 755 "$built" "$executable"
echo "$executable: $(stat --format %s "$executable") bytes, runs with glibc $newest and newer"
