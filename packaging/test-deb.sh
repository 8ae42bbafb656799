#!/usr/bin/env bash
# Installs the .deb on a bare Debian, plays without and with windows, removes it, and looks for what is left.
#
#   packaging/test-deb.sh [PACKAGE.deb]     SUITE=bookworm MIRROR=http://deb.debian.org/debian SHOT=FILE.png
#
# Needs root, debootstrap, xvfb, x11-utils (xwininfo) and imagemagick (import); with weston it tries Wayland as well. The
# bare system is in a temporary folder, mounts and processes are in namespaces that end with this script.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${1:-} != --inside ]]; then
    ((EUID == 0)) || { echo "test-deb.sh: debootstrap needs root: run it with sudo" >&2; exit 1; }
    deb=$(readlink -f "${1:-$(ls -t target/package/*.deb | head -1)}")
    folder=$(mktemp --directory)
    # Reached when the namespaces are gone, and with them all that was mounted and all that ran.
    trap 'rm -rf --one-file-system "$folder"' EXIT
    unshare --mount --propagation private --pid --fork --kill-child --mount-proc "$0" --inside "$deb" "$folder"
    exit
fi

deb=$2 folder=$3 root=$3/root
suite=${SUITE:-bookworm} mirror=${MIRROR:-http://deb.debian.org/debian}
shot=$(readlink -f "${SHOT:-target/package/test-deb-$suite.png}")
hash=8727e9f3702d8b18
user=tester

say() { printf '\n== %s\n' "$*"; }
fail() { echo "test-deb.sh: $*" >&2; exit 1; }
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C "$@"; }
# In the background `exec`: then the pid is that of the program itself.
as_user_in_place() { exec chroot --userspec=$user "$root" env -i PATH=/usr/bin:/bin HOME=/home/$user "$@"; }
as_user() { chroot --userspec=$user "$root" env -i PATH=/usr/bin:/bin HOME=/home/$user "$@"; }
# wait_for WHAT COMMAND...: until the command succeeds, for a minute at most.
wait_for() {
    local what=$1 end=$((SECONDS + 60))
    shift
    until "$@"; do
        ((SECONDS < end)) || fail "waited a minute for $what"
        sleep 0.2
    done
}
# Asks by ctrl-C, and waits for the end; the exit code is the program's.
stop() {
    kill -INT "$1"
    has_ended() { ! kill -0 "$1" 2> /dev/null || [[ $(ps -o stat= -p "$1") == Z* ]]; }
    wait_for "the end of the game" has_ended "$1"
    wait "$1"
}
# Files, folders and links, without what the package manager keeps for itself, and without the home folders: what a user
# has chosen in a game stays there, in .config/tripong.
files() {
    (cd "$root" && find . -xdev \( -path ./proc -o -path ./tmp -o -path ./home -o -path ./run -o -path ./var/cache \
        -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./var/log \) -prune -o -print | sort)
}
packages() { inside dpkg-query --show --showformat '${Package}\n' | sort; }

say "a bare $suite"
debootstrap --variant=minbase "$suite" "$root" "$mirror" > "$folder/debootstrap.log" 2>&1 \
    || { tail -5 "$folder/debootstrap.log" >&2; fail "debootstrap failed"; }
mount -t proc proc "$root/proc"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
inside useradd --create-home $user
inside apt-get update -qq
files > "$folder/before" && packages > "$folder/packages"

say "install, with its dependencies and nothing else"
cp "$deb" "$root/tmp/tripong.deb"
chmod 644 "$root/tmp/tripong.deb"
inside apt-get install -y -qq --no-install-recommends /tmp/tripong.deb > "$folder/install.log" 2>&1 \
    || { tail -5 "$folder/install.log" >&2; fail "apt failed"; }
rm "$root/tmp/tripong.deb"
packages | comm -13 "$folder/packages" - | tr '\n' ' '
echo

say "without windows"
as_user tripong --headless --unpaced --hops 100000 --seed 7 | tee "$folder/report"
grep -q "^hash  *$hash," "$folder/report" || fail "the hash is not $hash"

say "on X11"
mkdir -p /tmp/.X11-unix "$root/tmp/.X11-unix"
Xvfb -displayfd 3 -nolisten tcp -screen 0 1400x900x24 3> "$folder/display" 2> /dev/null &
server=$!
wait_for "Xvfb" test -s "$folder/display"
display=:$(< "$folder/display")
mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
if command -v openbox > /dev/null; then DISPLAY=$display openbox 2> /dev/null & fi
as_user_in_place DISPLAY="$display" LIBGL_ALWAYS_SOFTWARE=1 tripong &
game=$!
titles() { DISPLAY=$display xwininfo -root -tree | grep -o '"[123] of 3: tripong, [a-z]* pane[^"]*"' | sort -u; }
three() { (($(titles | wc -l) == 3)); }
wait_for "three windows" three
titles
# Desktops put a window to its menu entry by this.
class=$(sed -n 's/^StartupWMClass=//p' "$root"/usr/share/applications/*tripong.desktop)
(($(DISPLAY=$display xwininfo -root -tree | grep -c "of 3: tripong.*\"$class\"") == 3)) || fail "their class is not $class"
sleep 3 # until they are painted
DISPLAY=$display import -window root "$shot"
echo "screenshot: $shot"
code=0
stop $game || code=$?
echo "ctrl-C: exit code $code"
((code == 130)) || fail "it ended with $code instead of 130"
umount "$root/tmp/.X11-unix"
kill $server

if command -v weston > /dev/null; then
    say "on Wayland"
    mkdir -m 700 "$folder/runtime" "$root/run/wayland"
    XDG_RUNTIME_DIR=$folder/runtime weston --backend=headless-backend.so --socket=test --width=1400 --height=900 \
        > "$folder/weston.log" 2>&1 &
    compositor=$!
    wait_for "weston" test -S "$folder/runtime/test"
    mount --bind "$folder/runtime" "$root/run/wayland"
    chroot "$root" chown $user /run/wayland /run/wayland/test
    as_user_in_place WAYLAND_DISPLAY=test XDG_RUNTIME_DIR=/run/wayland LIBGL_ALWAYS_SOFTWARE=1 WAYLAND_DEBUG=client \
        tripong 2> "$folder/wayland.log" &
    game=$!
    # The name of the window, then its first picture.
    shown() {
        (($(grep -c 'set_title("[123] of 3: tripong' "$folder/wayland.log") >= 3)) \
            && (($(grep -c 'wl_surface@[0-9]*\.attach(wl_buffer' "$folder/wayland.log") >= 3))
    }
    wait_for "three windows" shown
    grep -o 'set_title("[^"]*")' "$folder/wayland.log" | sort -u
    grep -q "set_app_id(\"$class\")" "$folder/wayland.log" || fail "their app id is not $class"
    stop $game || true
    umount "$root/run/wayland"
    rmdir "$root/run/wayland"
    kill $compositor
fi

say "remove"
inside dpkg --listfiles tripong > "$folder/own"
inside apt-get purge -y -qq tripong > /dev/null 2>&1
while read -r path; do
    [[ -d $root$path || ! -e $root$path ]] || fail "$path is left"
done < "$folder/own"
inside apt-get autoremove --purge -y -qq > /dev/null 2>&1
files > "$folder/after"
if left=$(comm -13 "$folder/before" "$folder/after") && [[ $left ]]; then
    echo "left by the packages that it had brought along:"
    echo "$left"
fi
! grep -i tripong "$folder/after" || fail "this is left"
missing=$(comm -23 "$folder/before" "$folder/after")
[[ -z $missing ]] || fail "this is missing: $missing"
echo "nothing of it is left"
