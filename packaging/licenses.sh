#!/usr/bin/env bash
# Collects the licences of all crates that the executable is made of into THIRD-PARTY-LICENSES.txt, by cargo-about.
# To run again after a change of Cargo.lock; tests/licenses.rs says when. Takes minutes: it reads every file of every crate.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v cargo-about >/dev/null || cargo install --locked cargo-about --features cli

raw=$(mktemp)
trap 'rm -f "$raw"' EXIT
cargo about generate --config packaging/about.toml --manifest-path Cargo.toml --offline --locked \
    --output-file "$raw" packaging/licenses.hbs
cargo run --quiet -p tripong-packaging -- --compact-licenses "$raw" > THIRD-PARTY-LICENSES.txt
wc -c THIRD-PARTY-LICENSES.txt
