//! A desktop of the test's own: an X server without a screen, a window manager, and a person's hands and eyes.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ClientMessageEvent, ConnectionExt, EventMask,
    ImageFormat, KEY_PRESS_EVENT, KEY_RELEASE_EVENT, MOTION_NOTIFY_EVENT, MapState,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use crate::common::helper::Helper;
use crate::common::{Program, is_installed, program, tripong, wait_for};

/// Width and height of the screen.
pub(crate) const SCREEN: (u16, u16) = (1200, 700);
/// Height of the bar above the court.
const BAR: u32 = 64;

/// An X server with its window manager, which end with it.
pub(crate) struct Desktop {
    pub(crate) name: String,
    pub(crate) connection: RustConnection,
    pub(crate) root: u32,
    /// Where tripong finds and leaves its user's settings: nobody else's.
    pub(crate) settings: PathBuf,
    /// The server last: the manager is to die before what it manages.
    helpers: Vec<Helper>,
}

/// A window of tripong, inside its frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) id: u32,
    pub(crate) title: String,
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// For so many looks nothing must have moved, before it is taken to stand still.
const STILL_FOR: u32 = 30;

/// What the eye looks for.
pub(crate) type Color = [u8; 3];
pub(crate) const BALL: Color = [0xff, 0xff, 0xff];
/// The segment of the transport that is in force.
pub(crate) const SELECTED: Color = [0x00, 0x5c, 0x80];
const PANEL: Color = [0x1b, 0x1b, 0x1b];
const UNPAINTED: Color = [0, 0, 0];
pub(crate) const LEFT_PADDLE: Color = [0x56, 0xb4, 0xe9];

impl Desktop {
    /// Whether there are the programs to make one with.
    pub(crate) fn is_available() -> bool {
        is_installed("Xvfb") && is_installed("openbox")
    }

    /// With a window manager, without which no window has the keyboard.
    pub(crate) fn start() -> Self {
        Self::of_size(SCREEN)
    }

    /// The same, with a screen of this size.
    pub(crate) fn of_size(screen: (u16, u16)) -> Self {
        Self::bare_of_size(screen).managed_by("openbox", &[])
    }

    /// With a window manager that tiles its windows, or puts them into tabs: `layout` is the word for that in its configuration.
    pub(crate) fn tiling(layout: &str) -> Self {
        let desktop = Self::bare();
        let [configuration, socket] = ["i3.conf", "i3.socket"].map(|name| desktop.settings.join(name));
        let text = format!(
            "# i3 config file (v4)\nworkspace_layout {layout}\nfocus_follows_mouse no\nipc-socket {}\n",
            socket.display()
        );
        fs::write(&configuration, text).unwrap();
        desktop.managed_by("i3", &["-c", configuration.to_str().unwrap()])
    }

    fn managed_by(mut self, manager: &str, arguments: &[&str]) -> Self {
        let mut manager = program(manager);
        manager.args(arguments).env("DISPLAY", &self.name).env("XDG_CONFIG_HOME", &self.settings);
        self.helpers.insert(0, Helper::start(manager));
        let manager_is_up = || self.property(self.root, "_NET_SUPPORTING_WM_CHECK");
        wait_for("the window manager", manager_is_up);
        self
    }

    /// Without a window manager.
    pub(crate) fn bare() -> Self {
        Self::bare_of_size(SCREEN)
    }

    fn bare_of_size((width, height): (u16, u16)) -> Self {
        let mut command = program("Xvfb");
        command.args([
            "-displayfd",
            "1",
            "-nolisten",
            "tcp",
            "-screen",
            "0",
            &format!("{width}x{height}x24"),
        ]);
        let (server, number) = Helper::start_and_ask(command);
        let name = format!(":{number}");
        let (connection, screen) = RustConnection::connect(Some(&name)).unwrap();
        let root = connection.setup().roots[screen].root;
        let settings =
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("settings-of-{}", server.process.pid));
        fs::create_dir(&settings).unwrap();
        Self { name, connection, root, settings, helpers: vec![server] }
    }

    /// Starts tripong here.
    pub(crate) fn tripong(&self, arguments: &str) -> Program {
        self.tripong_with(arguments, &[])
    }

    /// The same, with more in its environment.
    pub(crate) fn tripong_with(&self, arguments: &str, environment: &[(&str, &str)]) -> Program {
        let mut command = tripong();
        command.envs(environment.iter().copied());
        self.lead(&mut command);
        command.args(arguments.split_whitespace());
        Program::spawn(command)
    }

    /// Lets it find its way here.
    pub(crate) fn lead(&self, command: &mut Command) {
        command.env("DISPLAY", &self.name).env("XDG_CONFIG_HOME", &self.settings);
    }

    /// All that a tiling manager has, as it says it.
    pub(crate) fn tree(&self) -> String {
        let mut ask = program("i3-msg");
        ask.arg("-s").arg(self.settings.join("i3.socket")).args(["-t", "get_tree"]);
        String::from_utf8(ask.output().unwrap().stdout).unwrap()
    }

    /// Waits for so many windows, in their places, and returns them from left to right.
    pub(crate) fn windows(&self, count: usize) -> Vec<Window> {
        self.windows_that_are(|window| self.count(window, UNPAINTED) < 1000, count)
    }

    /// The same, where another sign shows that a window is painted.
    pub(crate) fn windows_that_are(&self, is_painted: impl Fn(&Window) -> bool, count: usize) -> Vec<Window> {
        let (mut before, mut still_for) = (Vec::new(), 0);
        wait_for(&format!("{count} windows that stand still"), || {
            let mut windows = self.look_for_windows(self.root);
            windows.sort_by_key(|window| window.x);
            still_for = if windows == before { still_for + 1 } else { 0 };
            before.clone_from(&windows);
            // A window finds its place some frames after it is shown; until all have, their floors do not meet.
            let floors: BTreeSet<_> = windows.iter().map(|window| (window.y, window.height)).collect();
            let is_settled = windows.len() == count && floors.len() == 1 && still_for >= STILL_FOR;
            // Before it is shown a window stands still where it will not be.
            let are_shown = is_settled && windows.iter().all(|window| self.is_viewable(window));
            (are_shown && windows.iter().all(&is_painted)).then_some(windows)
        })
    }

    /// All windows of tripong, as they are now.
    pub(crate) fn all_windows(&self) -> Vec<Window> {
        self.look_for_windows(self.root)
    }

    /// Waits for a window that has this in its title, can be seen, and stands still.
    pub(crate) fn window_titled(&self, part: &str) -> Window {
        let (mut before, mut still_for) = (None, 0);
        wait_for(&format!("a window with {part:?} in its title"), || {
            let found = self.all_windows().into_iter().find(|window| window.title.contains(part));
            // Before it is shown it stands still where it will not be.
            let found = found.filter(|window| self.is_viewable(window));
            still_for = if found == before { still_for + 1 } else { 0 };
            before.clone_from(&found);
            found.filter(|window| still_for >= STILL_FOR && self.count(window, PANEL) > 1000)
        })
    }

    fn is_viewable(&self, window: &Window) -> bool {
        let attributes = self.connection.get_window_attributes(window.id).unwrap().reply();
        attributes.is_ok_and(|attributes| attributes.map_state == MapState::VIEWABLE)
    }

    /// Waits until no window is left.
    pub(crate) fn wait_until_empty(&self) {
        wait_for("all windows to be gone", || self.look_for_windows(self.root).is_empty().then_some(()));
    }

    fn look_for_windows(&self, id: u32) -> Vec<Window> {
        let own = self.window(id).into_iter();
        // Windows come and go while one looks.
        let tree = self.connection.query_tree(id).unwrap().reply();
        let children = tree.map(|tree| tree.children).unwrap_or_default();
        own.chain(children.into_iter().flat_map(|child| self.look_for_windows(child))).collect()
    }

    fn window(&self, id: u32) -> Option<Window> {
        let title = String::from_utf8(self.property(id, "_NET_WM_NAME")?).ok()?;
        let is_shown = self.property(id, "_NET_WM_PID").is_some() && title.contains("tripong");
        let size = self.connection.get_geometry(id).unwrap().reply().ok()?;
        let at = self.connection.translate_coordinates(id, self.root, 0, 0).unwrap().reply().ok()?;
        let (x, y) = (at.dst_x.into(), at.dst_y.into());
        is_shown.then_some(Window { id, title, x, y, width: size.width.into(), height: size.height.into() })
    }

    pub(crate) fn property(&self, window: u32, name: &str) -> Option<Vec<u8>> {
        let property = self.atom(name);
        let cookie = self.connection.get_property(false, window, property, AtomEnum::ANY, 0, 1024).unwrap();
        let reply = cookie.reply().ok()?;
        (reply.type_ != u32::from(AtomEnum::NONE)).then_some(reply.value)
    }

    pub(crate) fn atom(&self, name: &str) -> Atom {
        self.connection.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom
    }

    /// Moves the pointer there, on the screen.
    pub(crate) fn point_at(&self, x: u16, y: u16) {
        self.input(MOTION_NOTIFY_EVENT, 0, x.try_into().unwrap(), y.try_into().unwrap());
    }

    /// Moves the pointer there; here and below, coordinates are those of the window.
    pub(crate) fn point(&self, window: &Window, x: i32, y: i32) {
        self.point_at((window.x + x).try_into().unwrap(), (window.y + y).try_into().unwrap());
    }

    pub(crate) fn press_button(&self) {
        self.input(BUTTON_PRESS_EVENT, 1, 0, 0);
    }

    pub(crate) fn release_button(&self) {
        self.input(BUTTON_RELEASE_EVENT, 1, 0, 0);
    }

    pub(crate) fn click(&self, window: &Window, x: i32, y: i32) {
        self.point(window, x, y);
        self.press_button();
        self.release_button();
    }

    pub(crate) fn press_start(&self, window: &Window) {
        self.click(window, 40, 18);
    }

    /// Types a key, by its X keysym.
    pub(crate) fn key(&self, keysym: u32) {
        let code = self.keycode(keysym);
        self.input(KEY_PRESS_EVENT, code, 0, 0);
        self.input(KEY_RELEASE_EVENT, code, 0, 0);
    }

    pub(crate) fn hold_key(&self, keysym: u32) {
        self.input(KEY_PRESS_EVENT, self.keycode(keysym), 0, 0);
    }

    pub(crate) fn let_go_of_key(&self, keysym: u32) {
        self.input(KEY_RELEASE_EVENT, self.keycode(keysym), 0, 0);
    }

    fn keycode(&self, keysym: u32) -> u8 {
        let (first, last) = (self.connection.setup().min_keycode, self.connection.setup().max_keycode);
        let map = self.connection.get_keyboard_mapping(first, last - first + 1).unwrap().reply().unwrap();
        let per_code = usize::from(map.keysyms_per_keycode);
        let index = map.keysyms.chunks(per_code).position(|keysyms| keysyms[0] == keysym);
        first + u8::try_from(index.expect("a key of the keyboard")).unwrap()
    }

    fn input(&self, kind: u8, detail: u8, x: i16, y: i16) {
        self.connection.xtest_fake_input(kind, detail, 0, self.root, x, y, 0).unwrap().check().unwrap();
    }

    /// Asks the window to close, as the cross in its frame does.
    pub(crate) fn close(&self, window: &Window) {
        let (protocols, delete) = (self.atom("WM_PROTOCOLS"), self.atom("WM_DELETE_WINDOW"));
        let message = ClientMessageEvent::new(32, window.id, protocols, [delete, 0, 0, 0, 0]);
        let sent = self.connection.send_event(false, window.id, EventMask::NO_EVENT, message).unwrap();
        sent.check().unwrap();
    }

    /// How much of a colour can be seen in the window's court.
    pub(crate) fn count(&self, window: &Window, color: Color) -> usize {
        self.places(window, color).len()
    }

    /// Where this colour can be seen in the courts of the windows, which stand side by side, at one moment: one of four
    /// pixels is looked at. In the coordinates of the screen.
    pub(crate) fn places_on_screen(&self, windows: &[Window], color: Color) -> Vec<(u32, u32)> {
        let top = windows[0].y.cast_unsigned() + BAR;
        let height = windows[0].height - BAR;
        let image = self
            .connection
            .get_image(
                ImageFormat::Z_PIXMAP,
                self.root,
                0,
                top.try_into().unwrap(),
                SCREEN.0,
                height.try_into().unwrap(),
                u32::MAX,
            )
            .unwrap();
        let image = image.reply().unwrap();
        let [red, green, blue] = color;
        let width = usize::from(SCREEN.0);
        let mut places = Vec::new();
        for (row, y) in image.data.as_chunks::<4>().0.chunks(width).zip(top..).step_by(2) {
            let seen = row.iter().zip(0..).step_by(2).filter(|(bgrx, _)| bgrx[..3] == [blue, green, red]);
            places.extend(seen.map(|(_, x)| (x, y)));
        }
        places
    }

    /// The middle of all that has this colour in the window's court, in the coordinates of the window.
    pub(crate) fn middle(&self, window: &Window, color: Color) -> Option<(f64, f64)> {
        let places = self.places(window, color);
        let count = places.len() as f64;
        let sum =
            places.iter().fold((0.0, 0.0), |sum, at| (sum.0 + f64::from(at.0), sum.1 + f64::from(at.1)));
        (!places.is_empty()).then_some((sum.0 / count, sum.1 / count))
    }

    /// Whether there is nothing but the panel's own colour below this height.
    pub(crate) fn is_blank_below(&self, window: &Window, y: u32) -> bool {
        let places = self.places(window, PANEL);
        let blank = places.into_iter().filter(|(_, place_y)| *place_y >= y).count();
        blank == (window.width * (window.height - y)) as usize
    }

    /// Where this colour can be seen in the window's court, row by row, in the coordinates of the window.
    pub(crate) fn places(&self, window: &Window, color: Color) -> Vec<(u32, u32)> {
        let (x, y): (i16, i16) =
            (window.x.try_into().unwrap(), (window.y + BAR.cast_signed()).try_into().unwrap());
        let (width, height): (u16, u16) =
            (window.width.try_into().unwrap(), (window.height - BAR).try_into().unwrap());
        // Before it has found its place a window may reach below the screen, of which the server has no image.
        let root = self.connection.get_geometry(self.root).unwrap().reply().unwrap();
        let height = height.min(root.height.saturating_add_signed(y.saturating_neg()));
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, self.root, x, y, width, height, u32::MAX)
            .unwrap();
        let Ok(image) = image.reply() else { return Vec::new() };
        let [red, green, blue] = color;
        let pixels = (0..window.height - BAR).flat_map(|y| (0..window.width).map(move |x| (x, y + BAR)));
        let seen = image.data.chunks(4).zip(pixels).filter(|(bgrx, _)| bgrx[..3] == [blue, green, red]);
        seen.map(|(_, place)| place).collect()
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // It is in the target folder: one that cannot be removed is in nobody's way.
        let _removed = fs::remove_dir_all(&self.settings);
    }
}
