//! How real windows look, compared with stored pictures: `tests/snapshots/`. Drawn by Mesa in software, so that every
//! machine draws the same but for roundings.

use std::fs;
use std::path::Path;

use nix::sys::signal::Signal;
use x11rb::protocol::xproto::{ConnectionExt, ImageFormat};

use crate::common::{Ended, Program, sleep_for_looks, wait_for, wait_until};
use crate::desktop::{Color, Desktop, SCREEN, Window};
use crate::picture::Picture;

/// From the repository's root: a crate from a registry does not have them.
const FOLDER: &str = "tests/snapshots";
/// Colours are rounded to multiples of this: what is below is the painter's dithering, of which files grow. In every channel a
/// pixel may be off by one such step, but not by two.
const STEP: u8 = 4;
/// Software, whatever the machine has; and one pixel for a point.
const RENDERER: [(&str, &str); 3] =
    [("LIBGL_ALWAYS_SOFTWARE", "1"), ("GALLIUM_DRIVER", "llvmpipe"), ("WINIT_X11_SCALE_FACTOR", "1")];
/// The button that opens the menu "Game", in a window with room for all its controls.
const GAME: (i32, i32) = (205, 18);
/// The button "Inspect".
const INSPECT: (i32, i32) = (255, 18);
/// The court's own colour, and how many pixels of it the menu covers at least.
const COURT: Color = [0x10, 0x1c, 0x26];
const MENU_COVERS: usize = 20_000;
/// What the invariants stand on, and so many pixels of it only they have.
const STATUS: Color = [0x10, 0x1c, 0x26];
const STATUSES: usize = 300_000;
/// For so many looks nothing must have changed, a second each.
const STILL_FOR: u32 = 2;
/// So much of the inspector is compared: what shows its colours, its controls and two sizes of text.
const CORNER: [u32; 4] = [0, 0, 480, 190];
/// The key that shows the invariants in the inspector.
const KEY_4: u32 = 0x34;

/// Whether there is anything to compare with, or to be written.
pub(crate) fn are_there() -> bool {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER);
    folder.is_dir() || is_update()
}

/// Whether pictures that differ are to be stored.
fn is_update() -> bool {
    std::env::var_os("UPDATE_SNAPSHOTS").is_some()
}

impl Desktop {
    /// What can be seen of the window's inside; None while the server does not tell.
    pub(crate) fn picture(&self, window: &Window) -> Option<Picture> {
        let (x, y) = (window.x.try_into().ok()?, window.y.try_into().ok()?);
        let (width, height) = (window.width.try_into().ok()?, window.height.try_into().ok()?);
        let format = ImageFormat::Z_PIXMAP;
        let image = self.connection.get_image(format, self.root, x, y, width, height, u32::MAX).unwrap();
        let bgrx = image.reply().ok()?.data;
        let bgrx = bgrx.as_chunks().0.iter();
        let rgb = bgrx.map(|[blue, green, red, _]| [red, green, blue].map(|value| value / STEP * STEP));
        Some(Picture::new(window.width, rgb.collect()))
    }

    /// Takes the pointer to where nothing is pointed at.
    fn leave(&self) {
        self.point_at(SCREEN.0 - 1, SCREEN.1 - 1);
    }

    /// The same, once nothing in it changes any more.
    fn still_picture(&self, window: &Window) -> Picture {
        let (mut before, mut still_for) = (None, 0);
        wait_for("a window in which nothing changes", || {
            let now = self.picture(window);
            still_for = if now.is_some() && now == before { still_for + 1 } else { 0 };
            before.clone_from(&now);
            sleep_for_looks(1);
            now.filter(|_| still_for >= STILL_FOR)
        })
    }
}

/// A game in these colours, with the explanation or without, and its windows. Nobody points at any.
fn game(desktop: &Desktop, colors: &str, explains: bool) -> (Program, Vec<Window>) {
    fs::create_dir_all(desktop.settings.join("tripong")).unwrap();
    let settings = format!("{{\"colors\": \"{colors}\", \"explains\": {explains}}}");
    fs::write(desktop.settings.join("tripong/settings.json"), settings).unwrap();
    desktop.leave();
    let game = desktop.tripong_with("--seed 1", &RENDERER);
    // The black of high contrast is that of a window which is not painted yet: there, what is not black shows it.
    let is_seen = |pixel: &&Color| **pixel != [0; 3];
    let is_painted = |window: &Window| {
        let picture = desktop.picture(window);
        picture.is_some_and(|picture| picture.pixels().filter(is_seen).count() > 5000)
    };
    let windows = desktop.windows_that_are(is_painted, 3);
    (game, windows)
}

fn end(game: Program) {
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    assert_eq!((output.ended, output.news().as_str()), (Ended::Code(143), ""));
}

fn compare(picture: &Picture, name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER);
    if let Err(error) = picture.compare(&folder, name, STEP, is_update()) {
        panic!(
            "{error}\nLook at it; if it is as wanted: UPDATE_SNAPSHOTS=1 cargo test --test windows -- picture"
        );
    }
}

/// The middle pane: it has the ball.
fn a_pane_at_rest(colors: &str, explains: bool) {
    let desktop = Desktop::start();
    let (game, windows) = game(&desktop, colors, explains);
    compare(&desktop.still_picture(&windows[1]), &format!("pane-{colors}"));
    end(game);
}

pub(crate) fn light_pane() {
    a_pane_at_rest("light", false);
}

pub(crate) fn dark_pane() {
    a_pane_at_rest("dark", true);
}

pub(crate) fn high_contrast_pane() {
    a_pane_at_rest("contrast", false);
}

/// Clicks there in the left pane, and takes the pointer away when that is seen.
fn click_and_leave(desktop: &Desktop, window: &Window, at: (i32, i32), is_done: impl Fn() -> bool) {
    desktop.click(window, at.0, at.1);
    wait_until("what the click does", is_done);
    desktop.leave();
}

pub(crate) fn game_menu() {
    let desktop = Desktop::start();
    let (game, windows) = game(&desktop, "dark", false);
    // The menu covers much of the court.
    let court = || desktop.count(&windows[0], COURT);
    let before = court();
    let is_open = || court() + MENU_COVERS < before;
    click_and_leave(&desktop, &windows[0], GAME, is_open);
    compare(&desktop.still_picture(&windows[0]), "game-menu");
    end(game);
}

/// The invariants: their upper left corner.
pub(crate) fn invariants() {
    let desktop = Desktop::start();
    let (game, windows) = game(&desktop, "dark", false);
    desktop.click(&windows[0], INSPECT.0, INSPECT.1);
    let window = desktop.window_titled("inspector");
    desktop.leave();
    desktop.show(&window);
    wait_until("the inspector to have the keyboard", || desktop.has_keyboard(&window));
    // The manager has put it into its frame meanwhile.
    let window = desktop.window_titled("inspector");
    // The inspector steps back behind the panes: on a busy machine it is a while until it hears of the key.
    wait_until("the invariants", || {
        desktop.key(KEY_4);
        sleep_for_looks(1);
        desktop.count(&window, STATUS) > STATUSES
    });
    compare(&desktop.still_picture(&window).part(CORNER), "invariants");
    end(game);
}
