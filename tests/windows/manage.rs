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

    fn ask_manager(&self, window: &Window, what: &str, data: [u32; 5]) {
        let message = ClientMessageEvent::new(32, window.id, self.atom(what), data);
        let mask = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
        self.connection.send_event(false, self.root, mask, message).unwrap().check().unwrap();
    }
}
