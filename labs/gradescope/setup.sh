#!/usr/bin/env bash
# Gradescope runs this once, when it builds the container of the assignment. The zip that you upload has three files: this one,
# run_autograder, and the executable `tripong` (packaging/portable.sh makes one that runs on every Linux). No network is needed.
set -euo pipefail

source=${AUTOGRADER:-/autograder}/source

# An archive made on another system may have lost this.
chmod +x "$source/tripong"
"$source/tripong" --version
