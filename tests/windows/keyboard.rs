//! Keys that are held, in real windows: by tick, however slow the display; released with the keyboard; and called as the
//! keyboard prints them.

use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use tripong::game::{Control, Direction, HeldKey, Paddle, PaneId};
use tripong::platform::keyboard::{KeyboardLayout, LetterKey};
use x11rb::protocol::xkb::{ConnectionExt as _, Group, ID};
use x11rb::protocol::xproto::{
    AutoRepeatMode, ChangeKeyboardControlAux, ConnectionExt, ImageFormat, InputFocus, ModMask,
};

use crate::common::memory::Memory;
use crate::common::{is_installed, program, wait_for, wait_until};
use crate::desktop::{Desktop, Window};
use crate::{S, serve};

pub(crate) const TESTS: &[(&str, fn())] = &[
    ("a_held_key_moves_a_paddle_by_ticks_however_slow_the_display_is", by_ticks_on_a_slow_display),
    ("a_window_without_the_keyboard_releases_its_keys", released_with_the_focus),
    ("a_window_that_dies_releases_its_keys", released_by_death),
    (LABELS, keys_are_called_as_they_are_printed),
    (KEYMAPS, keymaps_of_real_layouts_are_read),
];
/// What needs a program that changes the layout.
pub(crate) const LABELS: &str = "keys_are_called_as_the_keyboard_prints_them_and_known_by_their_place";
/// What needs a program that compiles layouts.
pub(crate) const KEYMAPS: &str = "keymaps_of_real_layouts_are_read";

const W: u32 = 0x77;
const LEFT: PaneId = PaneId(0);

pub(crate) fn can_change_layouts() -> bool {
    is_installed("setxkbmap") && is_installed("xkbcomp")
}

impl Desktop {
    /// A key that is held is pressed once: repeated, it would be pressed in the next window that gets the keyboard.
    fn without_repeats(&self) {
        let off = ChangeKeyboardControlAux::new().auto_repeat_mode(AutoRepeatMode::OFF);
        self.connection.change_keyboard_control(&off).unwrap().check().unwrap();
    }

    /// Nobody has the keyboard.
    fn take_the_focus_away(&self) {
        let nobody = x11rb::NONE;
        self.connection
            .set_input_focus(InputFocus::NONE, nobody, x11rb::CURRENT_TIME)
            .unwrap()
            .check()
            .unwrap();
    }

    pub(crate) fn set_layout(&self, arguments: &[&str]) {
        let mut command = program("setxkbmap");
        command.env("DISPLAY", &self.name).args(arguments);
        assert!(command.stderr(Stdio::null()).status().unwrap().success(), "{arguments:?}");
    }

    /// The picture of the upper left corner of the text that names the keys of the left paddle.
    fn name_of_keys(&self, window: &Window) -> Vec<u8> {
        let (x, y) = (window.x + 55, window.y + window.height.cast_signed() / 2);
        let height = u16::try_from(window.height / 2).unwrap();
        let (x, y) = (x.try_into().unwrap(), y.try_into().unwrap());
        let image = self.connection.get_image(ImageFormat::Z_PIXMAP, self.root, x, y, 60, height, u32::MAX);
        image.unwrap().reply().unwrap().data
    }
}

fn held(memory: &Memory) -> Option<HeldKey> {
    match memory.region().control(LEFT) {
        Control::Held(key) => Some(key),
        Control::Autopilot | Control::Manual(_) => None,
    }
}

fn put(memory: &Memory) -> Option<Paddle> {
    match memory.region().control(LEFT) {
        Control::Manual(paddle) => Some(paddle),
        Control::Autopilot | Control::Held(_) => None,
    }
}

fn ticks(memory: &Memory) -> u64 {
    wait_for("a ball", || memory.ticks())
}

fn by_ticks_on_a_slow_display() {
    let desktop = Desktop::start();
    desktop.without_repeats();
    // Four frames a second.
    let game = desktop.tripong("--seed 1 --fail draw:delay-each:1");
    let windows = desktop.windows(3);
    let memory = Memory::of(&game.panes(3)[0]);
    serve(&desktop, &windows);
    desktop.hold_key(W);
    let top = Paddle::at(0.0);
    wait_until("the paddle to be at the top", || {
        held(&memory).is_some_and(|key| memory.ticks().is_some_and(|tick| key.paddle(tick) == top))
    });
    desktop.let_go_of_key(W);
    wait_until("the key to be released", || put(&memory) == Some(top));
    let before = ticks(&memory);
    desktop.hold_key(S);
    let key = wait_for("the key to be seen", || held(&memory));
    assert!((before..=ticks(&memory)).contains(&key.since_tick), "{key:?}, pressed after {before}");
    assert_eq!((key.direction, key.by), (Direction::Down, LEFT));
    // Meanwhile no process writes the word, and what is recorded of a tick is the place that the key gives it.
    memory.wait_for_ticks(80);
    let pressed_for = ticks(&memory) - key.since_tick;
    assert_eq!(held(&memory), Some(key), "written once");
    desktop.let_go_of_key(S);
    let place = wait_for("the key to be released", || put(&memory));
    let released_after = ticks(&memory) - key.since_tick;
    let steps = (place.y - key.from.y) / Paddle::STEP;
    let to_the_bottom = (Paddle::at(9.0).y - key.from.y) / Paddle::STEP;
    let (least, most) = (pressed_for as f64, released_after as f64);
    assert!(
        steps + 0.01 >= least.min(to_the_bottom) && steps <= most + 0.01,
        "{steps} steps in {least} to {most} ticks"
    );
    what_is_recorded_is_where_the_key_has_brought_the_paddle(&desktop, &memory);
}

fn what_is_recorded_is_where_the_key_has_brought_the_paddle(desktop: &Desktop, memory: &Memory) {
    desktop.hold_key(W);
    let (recorded, given) = wait_for("the ball in the left pane", || {
        let ownership = memory.ownership().filter(|ownership| ownership.holder.pane() == Some(LEFT))?;
        let court = tripong::game::Court { panes: 3, seed: 1 };
        let key = held(memory)?;
        let record = memory.region().ball_as_played(ownership, &court).ok()??;
        (record.ball.tick > key.since_tick).then(|| (record.paddle, key.paddle(record.ball.tick)))
    });
    assert!((recorded.y - given.y).abs() < 1e-6, "{recorded:?}, not {given:?}");
    desktop.let_go_of_key(W);
}

fn released_with_the_focus() {
    let desktop = Desktop::start();
    desktop.without_repeats();
    let game = desktop.tripong("--seed 1");
    let windows = desktop.windows(3);
    let memory = Memory::of(&game.panes(3)[0]);
    serve(&desktop, &windows);
    desktop.hold_key(W);
    wait_until("the key to be seen", || held(&memory).is_some());
    desktop.take_the_focus_away();
    wait_until("the key to be released", || put(&memory).is_some());
    // A window that nobody can see draws nothing, and releases its keys all the same.
    desktop.let_go_of_key(W);
    desktop.click(&windows[0], 200, 40);
    wait_until("the left window to have the keyboard", || desktop.has_keyboard(&windows[0]));
    desktop.hold_key(S);
    wait_until("the key to be seen", || held(&memory).is_some());
    windows.iter().for_each(|window| desktop.minimise(window));
    wait_until("the key to be released", || put(&memory).is_some());
    let place = put(&memory);
    memory.wait_for_ticks(60);
    assert_eq!(put(&memory), place, "and the paddle stays there");
    desktop.let_go_of_key(S);
}

fn released_by_death() {
    let desktop = Desktop::start();
    desktop.without_repeats();
    let game = desktop.tripong("--seed 1");
    let windows = desktop.windows(3);
    let panes = game.panes(3);
    let memory = Memory::of(&panes[0]);
    serve(&desktop, &windows);
    desktop.click(&windows[1], 200, 40);
    wait_until("the middle window to have the keyboard", || desktop.has_keyboard(&windows[1]));
    desktop.hold_key(S);
    wait_until("the middle window to see the key", || held(&memory).is_some_and(|key| key.by == PaneId(1)));
    panes[1].signal(Signal::SIGKILL);
    wait_until("the key to be released", || put(&memory).is_some());
    let place = put(&memory);
    memory.wait_for_ticks(60);
    assert_eq!(put(&memory), place);
    desktop.let_go_of_key(S);
}

fn keys_are_called_as_they_are_printed() {
    let desktop = Desktop::start();
    desktop.without_repeats();
    let game = desktop.tripong("--seed 1");
    let windows = desktop.windows(3);
    let memory = Memory::of(&game.panes(3)[0]);
    let name = || desktop.name_of_keys(&windows[0]);
    let english = name();
    desktop.set_layout(&["fr"]);
    wait_until("the keys to be called as in France", || name() != english);
    let french = name();
    desktop.set_layout(&["us,ru", "-option", "grp:win_space_toggle"]);
    wait_until("the keys to be called as before", || name() == english);
    // The second group, as a key for it locks it.
    let none = ModMask::from(0_u16);
    let lock = |group| {
        let keyboard = ID::USE_CORE_KBD.into();
        let locked =
            desktop.connection.xkb_latch_lock_state(keyboard, none, none, true, group, none, false, 0);
        locked.unwrap().check().unwrap();
    };
    desktop.connection.xkb_use_extension(1, 0).unwrap().reply().unwrap();
    lock(Group::M2);
    wait_until("the keys to be called as in Russia", || name() != english);
    assert_ne!(name(), french);
    lock(Group::M1);
    wait_until("the first group", || name() == english);
    // The key at the place of W prints Z; that which prints W moves nothing.
    desktop.set_layout(&["fr", "-option"]);
    wait_until("the keys to be called as in France", || name() == french);
    serve(&desktop, &windows);
    desktop.hold_key(W);
    desktop.hold_key(0x7a);
    let key = wait_for("the key to be seen", || held(&memory));
    assert_eq!(key.direction, Direction::Up);
    desktop.let_go_of_key(0x7a);
    wait_until("the key to be released", || put(&memory).is_some());
    desktop.let_go_of_key(W);
}

/// Compiled as for an X server.
fn keymap(layout: &str) -> String {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let name = format!("layout-{}-{}", std::process::id(), layout.replace(['(', ')', '+', ':'], "-"));
    let source = folder.join(format!("{name}.in"));
    let compiled = folder.join(name);
    let text = format!(
        "xkb_keymap {{ xkb_keycodes {{ include \"evdev+aliases(qwerty)\" }}; xkb_types {{ include \"complete\" }}; \
         xkb_compat {{ include \"complete\" }}; xkb_symbols {{ include \"pc+{layout}+inet(evdev)\" }}; }};"
    );
    std::fs::write(&source, text).unwrap();
    let mut command: Command = program("xkbcomp");
    command.args(["-w", "0", "-xkb"]).arg(&source).arg(&compiled).stderr(Stdio::null());
    assert!(command.status().unwrap().success(), "{layout}");
    let keymap = std::fs::read(&compiled).unwrap();
    std::fs::remove_file(source).and_then(|()| std::fs::remove_file(compiled)).unwrap();
    String::from_utf8_lossy(&keymap).into_owned()
}

fn keymaps_of_real_layouts_are_read() {
    let cases = [
        ("us", "wsikp"),
        ("de", "wsikp"),
        ("fr", "zsikp"),
        ("us(dvorak)", ",octl"),
        ("us(colemak)", "wrue;"),
        ("fr(bepo)", "éudsj"),
        ("ru", "цышлз"),
        ("us+ru:2", "wsikp"),
        ("gr", "ςσικπ"),
        ("il", "'דןלפ"),
        ("tr", "wsıkp"),
        ("ge", "წსიკპ"),
        ("jp", "wsikp"),
    ];
    for (layout, printed) in cases {
        let keymap = KeyboardLayout::of_keymap(&keymap(layout));
        let found: String = LetterKey::ALL.iter().map(|key| keymap.printed(*key).unwrap_or('-')).collect();
        assert_eq!(found, printed, "{layout}");
    }
    let mut two = KeyboardLayout::of_keymap(&keymap("us+ru:2"));
    assert!(two.note_printed(LetterKey::S, 'ы'));
    assert_eq!(two.printed(LetterKey::W), Some('ц'));
}
