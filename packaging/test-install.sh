#!/usr/bin/env bash
# `cargo install` into a temporary folder, and a game with what it has installed. Further arguments go to cargo: `--debug` is
# quicker.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp --directory)
trap 'rm -rf "$folder"' EXIT
cargo install --locked --path . --root "$folder" "$@"
ls "$folder/bin"
"$folder/bin/tripong" --headless --unpaced --hops 100000 --seed 7 | tee "$folder/report"
grep -q '^hash  *8727e9f3702d8b18,' "$folder/report"
