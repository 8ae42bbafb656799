//! Whether a display is still there.

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use wayland_client::globals::{GlobalListContents, registry_queue_init};
use wayland_client::protocol::wl_registry::{self, WlRegistry};
use wayland_client::{Connection as WaylandConnection, Dispatch, QueueHandle};
use x11rb::errors::ConnectError;
use x11rb::rust_connection::RustConnection;

use super::Display;
use super::find::wayland_socket;
use super::scale::variable;
use crate::platform::clock;

/// A display that neither answers nor refuses for so long hangs, and may come back.
const PATIENCE: Duration = Duration::from_secs(1);
/// An X server whose last client has left starts anew, and for a moment refuses every connection; one that was killed may still
/// take one while the kernel closes its fds. So the same answer counts only after it was given so often.
const REFUSALS: u32 = 3;
const ANSWERS: u32 = 2;
/// A display that answers and refuses in turn is there.
const TRIES: u32 = 8;
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(150);

impl Display {
    /// The name of this display, which was there, if it is gone: it refuses connections, or hangs up, again and again.
    pub fn gone(&self) -> Option<String> {
        // It was one connection, which somebody has handed down: another cannot be made.
        if *self == Self::Wayland && std::env::var_os("WAYLAND_SOCKET").is_some() {
            return None;
        }
        let variable_name = if *self == Self::Wayland { "WAYLAND_DISPLAY" } else { "DISPLAY" };
        let name = variable(variable_name)?;
        let (mut refusals, mut answers) = (0, 0);
        for _ in 0..TRIES {
            let (is_wayland, name) = (*self == Self::Wayland, name.clone());
            let refuses = move || if is_wayland { compositor_refuses(&name) } else { x_server_refuses() };
            (refusals, answers) =
                if clock::within(PATIENCE, refuses)? { (refusals + 1, 0) } else { (0, answers + 1) };
            if refusals == REFUSALS || answers == ANSWERS {
                break;
            }
            // If it cannot sleep, it only tries earlier.
            let _slept = clock::sleep_until(clock::now_ns() + clock::ns(PAUSE));
        }
        (refusals == REFUSALS).then(|| format!("{variable_name}={name}"))
    }
}

/// One that answers that it wants no connection is there.
fn x_server_refuses() -> bool {
    let connected = RustConnection::connect(None).map(drop);
    let answer = |error: &ConnectError| {
        matches!(error, ConnectError::SetupAuthenticate(_) | ConnectError::SetupFailed(_))
    };
    connected.is_err_and(|error| !answer(&error))
}

fn compositor_refuses(name: &str) -> bool {
    wayland_interfaces(&wayland_socket(name)).is_err()
}

/// Nothing is asked of the compositor but what it has.
struct Listener;

impl Dispatch<WlRegistry, GlobalListContents> for Listener {
    fn event(
        _: &mut Self,
        _: &WlRegistry,
        _: wl_registry::Event,
        _: &GlobalListContents,
        _: &WaylandConnection,
        _: &QueueHandle<Self>,
    ) {
    }
}

/// What the compositor that listens there offers; it may hang.
pub(crate) fn wayland_interfaces(socket: &Path) -> Result<Vec<String>, String> {
    let stream = UnixStream::connect(socket).map_err(|error| error.to_string())?;
    let connection = WaylandConnection::from_socket(stream).map_err(|error| error.to_string())?;
    let (globals, _queue) =
        registry_queue_init::<Listener>(&connection).map_err(|error| error.to_string())?;
    Ok(globals.contents().clone_list().into_iter().map(|global| global.interface).collect())
}
