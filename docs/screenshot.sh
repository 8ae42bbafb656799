#!/usr/bin/env bash
# Makes docs/three-windows.png, the picture of the README: real windows of a real game, on an X server without a
# screen. Needs xvfb, openbox, xdotool and imagemagick.
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
Xvfb -displayfd 3 -nolisten tcp -screen 0 1440x660x24 3>"$folder/display" 2>"$folder/xvfb.log" &
running=($! "${running[@]}")
read -r number <"$folder/display"
export DISPLAY=":$number"
unset WAYLAND_DISPLAY WAYLAND_SOCKET
export XDG_CONFIG_HOME="$folder" # nobody's own settings
openbox &
running=($! "${running[@]}")
target/release/tripong --seed 1 --mode match &
running=($! "${running[@]}")

xdotool search --sync --onlyvisible --name 'tripong, right pane' >"$folder/ids"
sleep 1.5 # until all three are painted and in their places
left=$(xdotool search --onlyvisible --name 'tripong, left pane')
xdotool mousemove --window "$left" 40 18 click 1
sleep 0.5
xdotool key Return
# A moment in which the ball is crossing to the next window.
sleep "${1:-2.0}"
import -window root docs/three-windows.png
