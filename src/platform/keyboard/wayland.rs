//! The layout of the keyboard, from a Wayland compositor: it sends the keymap to every client, and again when it changes.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;

use wayland_client::protocol::wl_keyboard::{self, KeymapFormat, WlKeyboard};
use wayland_client::protocol::wl_registry::{self, WlRegistry};
use wayland_client::protocol::wl_seat::{self, Capability, WlSeat};
use wayland_client::{Connection, Dispatch, Proxy, QueueHandle, WEnum};

use super::layout::KeyboardLayout;
use crate::platform::display::wayland_socket;

/// Keymaps have some 60 kB.
const LONGEST_KEYMAP: usize = 1 << 20;
/// The version of the seat that is wanted: a keyboard can be released since then.
const SEAT_VERSION: u32 = 3;

/// Reports the layout, and every other that follows. Returns when the compositor has closed the connection, or does not
/// understand.
pub(super) fn watch(
    name: &str,
    report: impl FnMut(KeyboardLayout) + Send + 'static,
) -> Result<(), Box<dyn std::error::Error>> {
    let connection = Connection::from_socket(UnixStream::connect(wayland_socket(name))?)?;
    let mut queue = connection.new_event_queue();
    let _registry = connection.display().get_registry(&queue.handle(), ());
    let mut seats = Seats { keyboard: None, report: Box::new(report) };
    loop {
        queue.blocking_dispatch(&mut seats)?;
    }
}

/// The seats of the compositor. The first keyboard counts.
struct Seats {
    keyboard: Option<WlKeyboard>,
    report: Box<dyn FnMut(KeyboardLayout) + Send>,
}

impl Dispatch<WlRegistry, ()> for Seats {
    fn event(
        _: &mut Self,
        registry: &WlRegistry,
        event: wl_registry::Event,
        (): &(),
        _: &Connection,
        queue: &QueueHandle<Self>,
    ) {
        if let wl_registry::Event::Global { name, interface, version } = event
            && interface == "wl_seat"
        {
            let _seat: WlSeat = registry.bind(name, version.min(SEAT_VERSION), queue, ());
        }
    }
}

impl Dispatch<WlSeat, ()> for Seats {
    fn event(
        seats: &mut Self,
        seat: &WlSeat,
        event: wl_seat::Event,
        (): &(),
        _: &Connection,
        queue: &QueueHandle<Self>,
    ) {
        let wl_seat::Event::Capabilities { capabilities: WEnum::Value(capabilities) } = event else { return };
        if capabilities.contains(Capability::Keyboard) && seats.keyboard.is_none() {
            seats.keyboard = Some(seat.get_keyboard(queue, seat.clone()));
        } else if !capabilities.contains(Capability::Keyboard)
            && let Some(keyboard) = seats.keyboard.take_if(|keyboard| keyboard.data::<WlSeat>() == Some(seat))
            && keyboard.version() >= SEAT_VERSION
        {
            keyboard.release();
        }
    }
}

impl Dispatch<WlKeyboard, WlSeat> for Seats {
    fn event(
        seats: &mut Self,
        _: &WlKeyboard,
        event: wl_keyboard::Event,
        _: &WlSeat,
        _: &Connection,
        _: &QueueHandle<Self>,
    ) {
        if let wl_keyboard::Event::Keymap { format: WEnum::Value(KeymapFormat::XkbV1), fd, size } = event
            && let Some(text) = read_keymap(fd, size)
        {
            (seats.report)(KeyboardLayout::of_keymap(&text));
        }
    }
}

/// The text, read from its file: nobody can cut off what is not mapped.
fn read_keymap(fd: OwnedFd, size: u32) -> Option<String> {
    let size = usize::try_from(size).ok().filter(|size| *size <= LONGEST_KEYMAP)?;
    let mut bytes = vec![0; size];
    File::from(fd).read_exact_at(&mut bytes, 0).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
