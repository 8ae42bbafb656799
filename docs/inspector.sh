#!/usr/bin/env bash
# Makes docs/inspector-*.png, the pictures of the tour in the README: the inspector over a real game, on an X server
# without a screen. Needs xvfb, openbox, xdotool and imagemagick.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --release

folder=$(mktemp -d)
running=() # the latest first: the game ends before its desktop
end() {
    for pid in "${running[@]}"; do kill "$pid" && wait "$pid" || true; done
    rm -r "$folder"
}
trap end EXIT

mkfifo "$folder/display"
Xvfb -displayfd 3 -nolisten tcp -screen 0 1440x900x24 3>"$folder/display" 2>"$folder/xvfb.log" &
running=($! "${running[@]}")
read -r number <"$folder/display"
export DISPLAY=":$number"
unset WAYLAND_DISPLAY WAYLAND_SOCKET
export XDG_CONFIG_HOME="$folder" # nobody's own settings
openbox &
running=($! "${running[@]}")
target/release/tripong --seed 1 --carrier pipe --inspect &
running=($! "${running[@]}")

# The title begins with the pane's name or its number; a pid is in all of them.
xdotool search --sync --onlyvisible --name 'right pane' >"$folder/ids"
xdotool search --sync --onlyvisible --name 'inspector' >"$folder/ids"
sleep 2 # until all four are painted and in their places
left=$(xdotool search --onlyvisible --name 'left pane' | head -1)
inspector=$(xdotool search --onlyvisible --name 'inspector' | head -1)
xdotool windowactivate --sync "$left" mousemove --window "$left" 40 18 click 1
sleep 0.7
xdotool key Return
sleep 6

# A view by its number, as a picture.
picture() {
    xdotool windowactivate --sync "$inspector" mousemove 1430 890
    xdotool key --window "$inspector" "$1"
    sleep 1.5
    import -window "$inspector" "docs/inspector-$2.png"
}
picture 1 memory
picture 3 flow
xdotool key --window "$inspector" 2
sleep 1.5
# Kill the left pane: the first button of its row, and Enter for the question.
xdotool mousemove --window "$inspector" 122 228 click 1
sleep 1
xdotool key --window "$inspector" Return
sleep 2
picture 2 processes
