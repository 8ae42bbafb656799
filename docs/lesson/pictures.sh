#!/usr/bin/env bash
# Makes the pictures of docs/LESSON.md that show the program: on white, from a real game, a real recording and a real measurement.
#   windows.png, frozen.png, replay.png   --present at 1280x800; the processes, one of them stopped; a replay at a kill
#   lab.png                               a lab after its first prediction
#   kill.svg, freeze.svg                  space-time diagrams, as `tripong export --to html` draws them
#   latency-*.svg                         latency by percentile, as `tripong bench --plot` draws it
# memory.svg and race.svg are drawn by hand, and stay as they are. Needs xvfb, openbox, xdotool and imagemagick.
#   docs/lesson/pictures.sh [PROGRAM]     default: target/release/tripong, which it builds
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${1:-target/release/tripong}
[ $# -gt 0 ] || cargo build --release
program=$(realpath "$program")
here=docs/lesson

folder=$(mktemp -d)
running=() # the latest first: a game ends before its desktop
end() {
    for pid in "${running[@]}"; do kill "$pid" && wait "$pid" || true; done
    rm -r "$folder"
}
trap end EXIT

# A space-time diagram: the drawing out of the page, with the page's rules for it.
diagram() {
    local name=$1 recording=$2 epoch=$3 height
    "$program" export "$recording" --to html --from-epoch $((epoch - 4)) --to-epoch $((epoch + 4)) --output "$folder/page.html"
    height=$(grep -o -m 1 '<svg viewBox="0 0 800 [0-9]*"' "$folder/page.html" | grep -o '[0-9]*"$' | tr -d '"')
    {
        echo "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1000\" height=\"$((height * 5 / 4))\" viewBox=\"0 0 800 $height\" role=\"img\">"
        echo '<rect width="100%" height="100%" fill="#fff"/><style>'
        sed -n '/<style>/,/<\/style>/p' "$folder/page.html" | grep -E '^(svg text|text\.|\.row|\.axis|\.leader|rect\.|\.hop|\.mark|\.halo)'
        echo '</style>'
        grep -o '<defs>.*</defs>' "$folder/page.html"
        # Without the first line's own <svg>: its title and description stay.
        sed -n '/<svg viewBox="0 0 800/,/<\/svg>/p' "$folder/page.html" | sed '1s/<svg[^>]*>//; s/<\/svg>.*/<\/svg>/'
    } >"$here/$name.svg"
}

# The epoch of a recording's first line that has this.
epoch_of() { grep -m 1 "$1" "$2" | grep -o '"epoch":[0-9]*' | head -1 | cut -d: -f2; }

# With this seed the left pane has the ball from 2.7 s to 4.2 s. On a busy machine it may be elsewhere: then once more.
strike() {
    local name=$1 line=$2 launcher pane epoch
    shift 2
    for _ in 1 2 3 4 5; do
        rm -f "$folder/$name.jsonl"
        "$program" --headless --for 8s --seed 7 --stall 500ms --record "$folder/$name.jsonl" &
        launcher=$!
        sleep 3.4
        pane=$(pgrep -P "$launcher" -f 'role pane:1$')
        "$@" "$pane"
        wait "$launcher"
        epoch=$(epoch_of "$line" "$folder/$name.jsonl") && break
    done
    diagram "$name" "$folder/$name.jsonl" "$epoch"
}
freeze() { kill -STOP "$1" && sleep 1 && kill -CONT "$1"; }
strike kill '"recovered"' kill -KILL
strike freeze '"from":[0-9]' freeze

for placement in same-cpu distinct-cores; do
    "$program" bench --placement "$placement" --processes 2 --plot "$here/latency-$placement.svg"
done

# A desktop of a projector, in light colours. Nobody's own settings.
mkfifo "$folder/display"
Xvfb -displayfd 3 -nolisten tcp -screen 0 1280x800x24 3>"$folder/display" 2>"$folder/xvfb.log" &
running=($! "${running[@]}")
read -r number <"$folder/display"
export DISPLAY=":$number" XDG_CONFIG_HOME="$folder/settings" XDG_DATA_HOME="$folder/data"
unset WAYLAND_DISPLAY WAYLAND_SOCKET
mkdir -p "$XDG_CONFIG_HOME/tripong"
echo '{"colors":"light"}' >"$XDG_CONFIG_HOME/tripong/settings.json"
openbox 2>/dev/null &
running=($! "${running[@]}")

# The window of this name, once it is there. A search fails if another window closes meanwhile.
shown() {
    local id
    for _ in $(seq 100); do
        id=$(xdotool search --onlyvisible --name "$1" 2>/dev/null | tail -1) || true
        [ -z "$id" ] || break
        sleep 0.3
    done
    echo "$id"
}
picture() { import -window root +dither -colors 64 "PNG8:$here/$1.png"; }

# The game of the lecture.
"$program" --present --seed 1 &
launcher=$!
running=("$launcher" "${running[@]}")
shown 'tripong, right pane' >"$folder/ids"
inspector=$(shown 'tripong: inspector')
sleep 3 # until all are painted and in their places
xdotool windowactivate --sync "$(shown 'tripong, left pane')"
xdotool key space
sleep 2
xdotool key space
sleep 3
picture windows
xdotool windowactivate --sync "$inspector"
xdotool key 2
sleep 1
xdotool mousemove --window "$inspector" 640 -10 click --repeat 2 --delay 100 1 # maximized
sleep 2
xdotool mousemove 218 322 click 1 # Freeze, left pane
sleep 6
picture frozen
kill "$launcher" && wait "$launcher" || true
running=("${running[@]:1}")

"$program" replay --present "$folder/kill.jsonl" &
running=($! "${running[@]}")
replay=$(shown 'tripong: replay')
sleep 4
xdotool windowactivate --sync "$replay"
xdotool key shift+d # the death
sleep 1
xdotool key shift+c # its recovery
sleep 1
xdotool key period # the next epoch: the ball has crossed
sleep 2
picture replay
kill "$!" && wait "$!" || true
running=("${running[@]:1}")

# A lab: a prediction, and what was observed.
"$program" lab races --present --student hall --receipt "$folder/hall.receipt.json" &
running=($! "${running[@]}")
lab=$(shown 'tripong lab')
sleep 4
xdotool windowactivate --sync "$lab"
xdotool type 1
sleep 1
xdotool key Return
sleep 2
xdotool key Return # all of it at once
sleep 4
picture lab
