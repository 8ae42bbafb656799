//! What a person does with whole windows: move, hide, cover.

use x11rb::connection::Connection;
use x11rb::protocol::randr::{ConnectionExt as _, MonitorInfo};
use x11rb::protocol::xproto::{
    ClientMessageEvent, ConfigureWindowAux, ConnectionExt, CreateWindowAux, EventMask, StackMode, WindowClass,
};

use crate::common::wait_until;
use crate::desktop::{Desktop, SCREEN, Window};

/// `WM_STATE` of a window that can be seen, and of one that is an icon.
const NORMAL: u8 = 1;
const ICONIC: u8 = 3;
/// What a window is that fills the screen.
const MAXIMIZED: [&str; 2] = ["_NET_WM_STATE_MAXIMIZED_VERT", "_NET_WM_STATE_MAXIMIZED_HORZ"];

impl Desktop {
    /// Makes a window an icon.
    pub(crate) fn minimise(&self, window: &Window) {
        self.ask_manager(window, "WM_CHANGE_STATE", [ICONIC.into(), 0, 0, 0, 0]);
        wait_until("a window to be an icon", || self.is_icon(window));
    }

    /// Shows a window that is an icon or behind others.
    pub(crate) fn show(&self, window: &Window) {
        self.ask_manager(window, "_NET_ACTIVE_WINDOW", [2, 0, 0, 0, 0]);
        wait_until("a window to be shown", || !self.is_icon(window));
    }

    pub(crate) fn is_icon(&self, window: &Window) -> bool {
        let state = self.property(window.id, "WM_STATE");
        state.is_some_and(|state| state[0] != NORMAL)
    }

    /// Puts the frame there, and makes the inside so large.
    pub(crate) fn put(&self, window: &Window, [x, y, width, height]: [u32; 4]) {
        // All four are given; from a person; the position is that of the frame's top left corner.
        let flags = 0xf << 8 | 2 << 12 | 1;
        self.ask_manager(window, "_NET_MOVERESIZE_WINDOW", [flags, x, y, width, height]);
    }

    /// Covers the whole screen with something that is nobody's business, until the connection ends.
    pub(crate) fn cover_everything(&self) {
        let cover = self.connection.generate_id().unwrap();
        let aux = CreateWindowAux::new().override_redirect(1).background_pixel(0x0060_6060);
        let (width, height) = SCREEN;
        let class = WindowClass::INPUT_OUTPUT;
        self.connection
            .create_window(0, cover, self.root, 0, 0, width, height, 0, class, 0, &aux)
            .unwrap()
            .check()
            .unwrap();
        self.connection.map_window(cover).unwrap().check().unwrap();
        let on_top = ConfigureWindowAux::new().stack_mode(StackMode::ABOVE);
        self.connection.configure_window(cover, &on_top).unwrap().check().unwrap();
    }

    /// Gives a window the whole screen, and itself its place back.
    pub(crate) fn maximize(&self, window: &Window) {
        let [down, across] = MAXIMIZED.map(|state| self.atom(state));
        self.ask_manager(window, "_NET_WM_STATE", [1, down, across, 2, 0]);
        wait_until("a window to fill the screen", || self.is_maximized(window.id));
    }

    /// The other way round.
    pub(crate) fn unmaximize(&self, window: &Window) {
        let [down, across] = MAXIMIZED.map(|state| self.atom(state));
        self.ask_manager(window, "_NET_WM_STATE", [0, down, across, 2, 0]);
        wait_until("a window to have its place again", || !self.is_maximized(window.id));
    }

    pub(crate) fn is_maximized(&self, window: u32) -> bool {
        let states = self.words(window, "_NET_WM_STATE");
        MAXIMIZED.iter().all(|state| states.contains(&self.atom(state)))
    }

    /// Puts a window on another desktop; they are counted from 0.
    pub(crate) fn move_to_desktop(&self, window: &Window, desktop: u32) {
        self.ask_manager(window, "_NET_WM_DESKTOP", [desktop, 2, 0, 0, 0]);
        wait_until("a window to be on another desktop", || self.desktop_of(window.id) == Some(desktop));
    }

    pub(crate) fn desktop_of(&self, window: u32) -> Option<u32> {
        self.words(window, "_NET_WM_DESKTOP").first().copied()
    }

    /// All windows that the manager has, from the lowest to the highest.
    pub(crate) fn stacking(&self) -> Vec<u32> {
        self.words(self.root, "_NET_CLIENT_LIST_STACKING")
    }

    /// The manager's window of this title; it need not be seen.
    pub(crate) fn managed(&self, part: &str) -> Option<u32> {
        let has_title = |id: &u32| {
            let title = self.property(*id, "_NET_WM_NAME");
            title.is_some_and(|title| String::from_utf8_lossy(&title).contains(part))
        };
        self.stacking().into_iter().find(has_title)
    }

    /// The words of a property; none if the window does not have it.
    pub(crate) fn words(&self, window: u32, name: &str) -> Vec<u32> {
        let bytes = self.property(window, name).unwrap_or_default();
        bytes.chunks_exact(4).map(|word| u32::from_ne_bytes(word.try_into().unwrap())).collect()
    }

    /// Gives the keyboard to a window, as a person does.
    pub(crate) fn activate(&self, id: u32) {
        self.ask_manager_about(id, "_NET_ACTIVE_WINDOW", [2, 0, 0, 0, 0]);
    }

    /// The window that has the keyboard.
    pub(crate) fn keyboard(&self) -> Option<u32> {
        self.words(self.root, "_NET_ACTIVE_WINDOW").first().copied()
    }

    /// Whether the manager has given the keyboard to this window.
    pub(crate) fn has_keyboard(&self, window: &Window) -> bool {
        let active = self.property(self.root, "_NET_ACTIVE_WINDOW");
        active.is_some_and(|active| active[..4] == window.id.to_ne_bytes())
    }

    /// Makes the left part of the screen a monitor of its own, and the primary one.
    pub(crate) fn add_primary_monitor(&self, width: u16, height: u16) {
        let name = self.atom("left");
        let mut monitor = MonitorInfo { name, primary: true, width, height, ..MonitorInfo::default() };
        (monitor.width_in_millimeters, monitor.height_in_millimeters) = (width.into(), height.into());
        self.connection.randr_set_monitor(self.root, monitor).unwrap().check().unwrap();
    }

    /// Makes two monitors of the screen, side by side; the left one is the primary one.
    pub(crate) fn divide_into_monitors(&self, left_width: u16, right_width: u16, height: u16) {
        let resources = self.connection.randr_get_screen_resources(self.root).unwrap().reply().unwrap();
        let monitor = |name, x: u16, width| MonitorInfo {
            name: self.atom(name),
            x: x.try_into().unwrap(),
            width,
            height,
            width_in_millimeters: width.into(),
            height_in_millimeters: height.into(),
            ..MonitorInfo::default()
        };
        // Whatever has the output of the screen takes the place of the monitor that is the whole screen.
        let left =
            MonitorInfo { primary: true, outputs: resources.outputs, ..monitor("left", 0, left_width) };
        for monitor in [left, monitor("right", left_width, right_width)] {
            self.connection.randr_set_monitor(self.root, monitor).unwrap().check().unwrap();
        }
    }

    fn ask_manager(&self, window: &Window, what: &str, data: [u32; 5]) {
        self.ask_manager_about(window.id, what, data);
    }

    fn ask_manager_about(&self, window: u32, what: &str, data: [u32; 5]) {
        let message = ClientMessageEvent::new(32, window, self.atom(what), data);
        let mask = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
        self.connection.send_event(false, self.root, mask, message).unwrap().check().unwrap();
    }
}
