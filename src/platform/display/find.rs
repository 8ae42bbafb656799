//! Finding the display: Wayland, else X11 with its work area and its scale.

use std::env;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use x11rb::connection::Connection;
use x11rb::protocol::randr::{ConnectionExt as _, MonitorInfo};
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt, Screen};
use x11rb::rust_connection::RustConnection;

use crate::error::{Error, Result};
use crate::platform::clock;

use super::scale::{Monitor, scale, variable};
use super::{Display, Place};

/// After this a display does not answer.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

impl Display {
    /// Finds the display as the window library will: Wayland if there is one, else X11. A `WAYLAND_DISPLAY` on
    /// which no compositor listens, or for which the library is missing, is passed over if there is a `DISPLAY`.
    ///
    /// # Errors
    /// [`Error::NoDisplay`] names the variable that is missing or the display that does not answer.
    pub fn find() -> Result<Self> {
        let wayland = variable("WAYLAND_DISPLAY");
        let x11 = variable("DISPLAY");
        if env::var_os("WAYLAND_SOCKET").is_some() {
            return Ok(Self::Wayland);
        }
        match (wayland.as_deref().map(wayland_answers), x11) {
            (Some(Ok(())), _) => Ok(Self::Wayland),
            (Some(Err(reason)), None) => Err(Error::NoDisplay(format!("{reason}, and DISPLAY is not set"))),
            (_, Some(name)) => {
                // A server that is stopped, or a host that drops its packets, would block this for ever.
                let look = || screen().map_err(|error| error.to_string());
                let looked = clock::within(PATIENCE, look);
                match looked.unwrap_or_else(|| Err(format!("nothing came within {PATIENCE:?}"))) {
                    Ok(display) => Ok(display),
                    Err(reason) => {
                        Err(Error::NoDisplay(format!("DISPLAY={name} does not answer ({reason})")))
                    }
                }
            }
            (None, None) => Err(Error::NoDisplay("neither DISPLAY nor WAYLAND_DISPLAY is set".to_owned())),
        }
    }
}

/// A compositor that answers, and the library to speak with it; or what is missing.
fn wayland_answers(name: &str) -> std::result::Result<(), String> {
    let socket = wayland_socket(name);
    // It blocks on a full queue of connections.
    let connected = clock::within(PATIENCE, || UnixStream::connect(socket).ok()).flatten();
    let stream = connected.ok_or_else(|| format!("WAYLAND_DISPLAY={name} does not answer"))?;
    // The window library would find out only when there is no way back to X11.
    let is_spoken_with = wayland_client::Connection::from_socket(stream).is_ok();
    let missing = if is_spoken_with { missing_keyboard_library() } else { Some("libwayland-client0") };
    let reason = |library| format!("WAYLAND_DISPLAY={name} needs {library}, which cannot be loaded");
    missing.map_or(Ok(()), |library| Err(reason(library)))
}

/// The package of the library that reads keys on Wayland, if it cannot be loaded. The window library would find out only when
/// the compositor has a keyboard, which may be after the window has opened, and panic.
pub(crate) fn missing_keyboard_library() -> Option<&'static str> {
    xkbcommon_dl::xkbcommon_option().is_none().then_some("libxkbcommon0")
}

/// Where the compositor of this name listens.
pub(crate) fn wayland_socket(name: &str) -> PathBuf {
    let folder = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).unwrap_or_default();
    // An absolute name replaces the folder.
    folder.join(name)
}

/// What panels leave free of the monitors, and how large the points of the first one are.
fn screen() -> std::result::Result<Display, Box<dyn std::error::Error>> {
    let (connection, number) = RustConnection::connect(None)?;
    let screen = &connection.setup().roots[number];
    let whole = Place { x: 0, y: 0, width: screen.width_in_pixels, height: screen.height_in_pixels };
    let area = net_work_area(&connection, screen).unwrap_or(whole);
    // The work area spans all monitors; a court that is cut by their edges is none.
    let monitors = monitors(&connection, screen);
    let scale = scale(&connection, screen, number, monitors.first());
    let mut free = monitors.iter().map(|monitor| overlap(area, monitor.place));
    let first = free.next().flatten().unwrap_or(area);
    // Monitors that show the same, as a projector often does: what both of them show.
    let (same, others): (Vec<_>, _) = free.flatten().partition(|other| overlap(first, *other).is_some());
    let area = same.into_iter().fold(first, |area, other| overlap(area, other).unwrap_or(area));
    let scale_percent = percent(scale.factor);
    Ok(Display::X11 { area, others, scale_percent, overrides_scale: scale.is_override })
}

/// All monitors, the primary one first.
fn monitors(connection: &RustConnection, screen: &Screen) -> Vec<Monitor> {
    let asked = connection.randr_get_monitors(screen.root, true).ok();
    let Some(reply) = asked.and_then(|cookie| cookie.reply().ok()) else { return Vec::new() };
    let mut found = reply.monitors;
    found.sort_by_key(|monitor| !monitor.primary);
    let place = |monitor: &MonitorInfo| {
        let (x, y) = (monitor.x.try_into().ok()?, monitor.y.try_into().ok()?);
        let place = Place { x, y, width: monitor.width, height: monitor.height };
        let millimetres = (monitor.width_in_millimeters, monitor.height_in_millimeters);
        Some(Monitor { place, millimetres })
    };
    found.iter().filter_map(place).collect()
}

/// What two places have in common; None if that is nothing.
fn overlap(a: Place, b: Place) -> Option<Place> {
    let common = |a: u16, a_length: u16, b: u16, b_length: u16| {
        let from = a.max(b);
        let to = a.saturating_add(a_length).min(b.saturating_add(b_length));
        (to > from).then(|| (from, to - from))
    };
    let (x, width) = common(a.x, a.width, b.x, b.width)?;
    let (y, height) = common(a.y, a.height, b.y, b.height)?;
    Some(Place { x, y, width, height })
}

/// A scale factor in percent, as far as it can be one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped; not-a-number gives 0")]
fn percent(scale: f64) -> u16 {
    ((scale * 100.0).round().clamp(25.0, 1000.0) as u16).max(25)
}

fn net_work_area(connection: &RustConnection, screen: &Screen) -> Option<Place> {
    let atom = connection.intern_atom(true, b"_NET_WORKAREA").ok()?.reply().ok()?.atom;
    let property =
        connection.get_property(false, screen.root, atom, AtomEnum::CARDINAL, 0, 4).ok()?.reply().ok()?;
    let numbers: Vec<u16> = property.value32()?.filter_map(|value| value.try_into().ok()).collect();
    let [x, y, width, height] = numbers[..] else { return None };
    (width > 0 && height > 0).then_some(Place { x, y, width, height })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_work_area_over_several_monitors_only_one_is_used() {
        let area = Place { x: 0, y: 30, width: 3840, height: 1050 };
        let left = Place { x: 0, y: 0, width: 1920, height: 1080 };
        let right = Place { x: 1920, ..left };
        assert_eq!(overlap(area, left), Some(Place { x: 0, y: 30, width: 1920, height: 1050 }));
        assert_eq!(overlap(area, right), Some(Place { x: 1920, y: 30, width: 1920, height: 1050 }));
        assert_eq!(overlap(area, area), Some(area));
        assert_eq!(overlap(left, right), None, "they only touch");
        let edge = Place { x: u16::MAX - 1, y: 0, width: 100, height: 100 };
        assert_eq!(overlap(edge, edge), Some(Place { width: 1, ..edge }), "nothing overflows");
    }

    #[test]
    fn a_scale_is_from_a_quarter_to_ten() {
        assert_eq!([2.0, 0.0, f64::NAN, 1e9].map(percent), [200, 25, 25, 1000]);
    }
}
