#!/usr/bin/env bash
# Makes the pictures of the README and of docs/TOUR.md: real windows of real games, on X servers without a screen. Needs xvfb, openbox,
# xdotool and imagemagick.
#   docs/three-windows.png, docs/three-windows.gif   three panes, and a match
#   docs/inspector-*.png                              the inspector, for the tour
#   docs/replay.png                                   a replay at the moment of a kill
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

# A desktop of this size, with a window manager. Nobody's own settings.
desktop() {
    rm -f "$folder/display"
    mkfifo "$folder/display"
    Xvfb -displayfd 3 -nolisten tcp -screen 0 "$1x24" 3>"$folder/display" 2>"$folder/xvfb.log" &
    running=($! "${running[@]}")
    read -r number <"$folder/display"
    export DISPLAY=":$number" XDG_CONFIG_HOME="$folder/settings-$1"
    unset WAYLAND_DISPLAY WAYLAND_SOCKET
    openbox 2>/dev/null &
    running=($! "${running[@]}")
}

# Starts a game with these arguments, and serves the ball in the left pane.
game() {
    target/release/tripong --seed 1 "$@" &
    running=($! "${running[@]}")
    xdotool search --sync --onlyvisible --name 'tripong, right pane' >"$folder/ids"
    sleep 2 # until all are painted and in their places
    left=$(xdotool search --onlyvisible --name 'tripong, left pane')
    xdotool windowactivate --sync "$left" mousemove --window "$left" 40 18 click 1
    sleep 0.7
    xdotool key Return
}

desktop 1440x660
game --mode match
sleep 2
import -window root docs/three-windows.png
frames=()
for frame in {10..49}; do
    import -window root -resize 50% "$folder/$frame.png"
    frames+=("$folder/$frame.png")
done
convert -delay 10 -loop 0 "${frames[@]}" -layers optimize -colors 64 docs/three-windows.gif

desktop 1440x900
game --transport pipe --inspect
inspector=$(xdotool search --onlyvisible --name 'inspector')
xdotool windowsize --sync "$inspector" 960 640
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
xdotool mousemove --window "$inspector" 122 242 click 1
sleep 4 # a busy machine opens the question late
xdotool key --window "$inspector" Return
sleep 4
picture 2 processes


# A game in which a process is killed, shown again at that moment.
desktop 1280x800
target/release/tripong --headless --for 12s --seed 7 --transport pipe --record "$folder/game.jsonl" &
launcher=$!
sleep 6
kill -9 "$(pgrep -P "$launcher" -f 'role pane:2$')"
wait "$launcher"
target/release/tripong replay "$folder/game.jsonl" &
running=($! "${running[@]}")
replay=$(xdotool search --sync --onlyvisible --name 'tripong: replay')
sleep 4
xdotool windowactivate --sync "$replay" key n
sleep 2
import -window root +dither -colors 64 PNG8:docs/replay.png
