//! How many pixels a point has on an X11 screen: as somebody states it, else as the monitor has it.
//!
//! | stated by | scale |
//! | --- | --- |
//! | `WINIT_X11_SCALE_FACTOR` | this factor |
//! | the desktop's settings: `Xft/DPI`, else the resource `Xft.dpi` | dots per inch / 96 |
//! | `GDK_SCALE` | this factor |
//! | nobody | as the monitor's pixels and millimetres have it, and on a screen of 2880×1620 pixels or more at least 1.5, from 3840×2160 on 2: the size of a projector's picture is in no millimetres |

use std::env;

use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, Screen};
use x11rb::rust_connection::RustConnection;

use super::Place;

/// A screen of so many pixels has one pixel for a point, whatever its millimetres.
const PLAIN_SCREEN: (u16, u16) = (1920, 1080);
/// Beyond this, what a monitor reports as its size is none.
const LARGEST: f64 = 20.0;

/// A monitor of the screen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Monitor {
    pub(super) place: Place,
    /// Width and height as it reports them; 0 if it does not.
    pub(super) millimetres: (u32, u32),
}

/// A scale, and whether it must be handed to the window library, which would find another one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    pub(super) factor: f64,
    pub(super) is_override: bool,
}

/// The value of a variable that is set and not empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var_os(name).filter(|value| !value.is_empty()).map(|value| value.to_string_lossy().into_owned())
}

/// Of the windows on this monitor.
pub(super) fn scale(
    connection: &RustConnection,
    screen: &Screen,
    number: usize,
    monitor: Option<&Monitor>,
) -> Scale {
    let forced = variable("WINIT_X11_SCALE_FACTOR");
    let by_millimetres = monitor.map_or(1.0, by_millimetres);
    let plain = |factor| Scale { factor, is_override: false };
    // The window library takes this for "by millimetres", and refuses what is neither.
    if let Some(forced) = forced {
        return plain(forced.parse().unwrap_or(by_millimetres));
    }
    let dpi = xsettings_dpi(connection, number).or_else(|| xft_dpi(connection, screen));
    if let Some(dpi) = dpi {
        return plain(dpi / 96.0);
    }
    let gdk = variable("GDK_SCALE").and_then(|factor| factor.parse().ok());
    if let Some(factor) = gdk.filter(|factor| (0.5..=LARGEST).contains(factor)) {
        return Scale { factor, is_override: true };
    }
    let by_pixels = monitor.map_or(1.0, by_pixels);
    if by_pixels > by_millimetres {
        Scale { factor: by_pixels, is_override: true }
    } else {
        plain(by_millimetres)
    }
}

/// In steps of a twelfth, as the window library has it; at least 1, and 1 for what no monitor can be.
fn by_millimetres(monitor: &Monitor) -> f64 {
    let Monitor { place, millimetres: (width, height) } = monitor;
    let pixels = f64::from(place.width) * f64::from(place.height);
    let per_millimetre = (pixels / (f64::from(*width) * f64::from(*height))).sqrt();
    let factor = ((per_millimetre * (12.0 * 25.4 / 96.0)).round() / 12.0).max(1.0);
    if factor <= LARGEST { factor } else { 1.0 }
}

/// In steps of a half; at least 1.
fn by_pixels(monitor: &Monitor) -> f64 {
    let (width, height) = PLAIN_SCREEN;
    let across = f64::from(monitor.place.width) / f64::from(width);
    let down = f64::from(monitor.place.height) / f64::from(height);
    ((across.min(down) * 2.0).floor() / 2.0).max(1.0)
}

/// The dots per inch that the desktop has chosen for text.
fn xft_dpi(connection: &RustConnection, screen: &Screen) -> Option<f64> {
    let property = AtomEnum::RESOURCE_MANAGER;
    let reply = connection.get_property(false, screen.root, property, AtomEnum::STRING, 0, 16_384).ok()?;
    dpi_in(&String::from_utf8(reply.reply().ok()?.value).ok()?)
}

fn dpi_in(resources: &str) -> Option<f64> {
    resources.lines().find_map(|line| line.strip_prefix("Xft.dpi:")?.trim().parse().ok())
}

/// The same, where a program of the desktop announces its settings.
fn xsettings_dpi(connection: &RustConnection, number: usize) -> Option<f64> {
    let atom = |name: &str| Some(connection.intern_atom(true, name.as_bytes()).ok()?.reply().ok()?.atom);
    let (selection, settings) = (atom(&format!("_XSETTINGS_S{number}"))?, atom("_XSETTINGS_SETTINGS")?);
    let owner = connection.get_selection_owner(selection).ok()?.reply().ok()?.owner;
    let property = connection.get_property(false, owner, settings, settings, 0, 65_536).ok()?;
    dpi_in_settings(&property.reply().ok()?.value)
}

/// `Xft/DPI` among the settings: byte order, serial number and count, then of each its type, its name, a serial number, its
/// value. In 1024ths of a dot per inch.
fn dpi_in_settings(bytes: &[u8]) -> Option<f64> {
    let is_big = *bytes.first()? == 1;
    let number = |at: usize, length: usize| -> Option<u32> {
        let bytes = bytes.get(at..at.checked_add(length)?)?.iter().map(|byte| u32::from(*byte));
        let join = |word, byte| word << 8 | byte;
        Some(if is_big { bytes.fold(0, join) } else { bytes.rev().fold(0, join) })
    };
    let padded = |length: u32| usize::try_from(length).ok()?.checked_next_multiple_of(4);
    let mut at = 12;
    for _ in 0..number(8, 4)? {
        let (kind, length) = (number(at, 1)?, number(at + 2, 2)?);
        let name = bytes.get(at + 4..at + 4 + usize::try_from(length).ok()?)?;
        let value = at + 4 + padded(length)? + 4;
        at = match kind {
            0 if name == b"Xft/DPI" => return Some(f64::from(number(value, 4)?) / 1024.0),
            0 => value + 4,
            1 => value + 4 + padded(number(value, 4)?)?,
            2 => value + 8,
            _ => return None,
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monitor(width: u16, height: u16, millimetres: (u32, u32)) -> Monitor {
        Monitor { place: Place { x: 0, y: 0, width, height }, millimetres }
    }

    #[test]
    fn without_a_statement_a_dense_monitor_and_a_large_screen_are_scaled() {
        let laptop = monitor(2880, 1800, (331, 207));
        assert_eq!((by_millimetres(&laptop) * 12.0).round(), 28.0);
        assert_eq!(by_pixels(&laptop), 1.5);
        let projector = monitor(3840, 2160, (1016, 571));
        assert_eq!((by_millimetres(&projector), by_pixels(&projector)), (1.0, 2.0));
        for plain in [(1280, 800), (1920, 1080), (2560, 1440), (3440, 1440), (1080, 1920)] {
            assert_eq!(by_pixels(&monitor(plain.0, plain.1, (0, 0))), 1.0, "{plain:?}");
        }
        assert_eq!(by_millimetres(&monitor(1920, 1080, (0, 0))), 1.0, "no size is no scale");
    }

    #[test]
    fn the_dots_per_inch_are_found_among_the_resources() {
        assert_eq!(dpi_in("Xcursor.size:\t24\nXft.dpi:\t192\n"), Some(192.0));
        assert_eq!(dpi_in("Xft.dpi: many"), None);
        assert_eq!(dpi_in(""), None);
    }

    #[test]
    fn the_dots_per_inch_are_found_among_the_desktops_settings() {
        let mut settings = vec![0, 0, 0, 0, 7, 0, 0, 0, 3, 0, 0, 0];
        settings.extend([1, 0, 3, 0, b'a', b'/', b'b', 0, 0, 0, 0, 0, 5, 0, 0, 0]);
        settings.extend(*b"Adwai\0\0\0");
        settings.extend([2, 0, 1, 0, b'c', 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
        settings.extend([0, 0, 7, 0]);
        settings.extend(*b"Xft/DPI\0");
        settings.extend([0, 0, 0, 0, 0, 0, 3, 0]);
        assert_eq!(dpi_in_settings(&settings), Some(192.0));
        for cut in 0..settings.len() {
            assert_eq!(dpi_in_settings(&settings[..cut]), None, "cut after {cut} bytes");
        }
        assert_eq!(dpi_in_settings(&[0xff; 64]), None);
    }
}
