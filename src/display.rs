//! The display that the windows will be on: whether there is one, and where on it each window belongs.

use std::env;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt, Screen};
use x11rb::rust_connection::RustConnection;

use crate::court::Court;
use crate::error::{Error, Result};
use crate::protocol::{Place, Zoom};
use crate::ui;

/// About the height of the title bar of a window's frame.
const TITLE_HEIGHT: u16 = 30;

/// A display that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Display {
    /// A Wayland compositor: only it decides where a window goes.
    Wayland,
    /// An X11 server, and the part of its screen that panels leave free.
    X11(Place),
}

impl Display {
    /// Finds the display as the window library will: Wayland if there is one, else X11. A `WAYLAND_DISPLAY` on
    /// which nobody listens is passed over if there is a `DISPLAY`.
    ///
    /// # Errors
    /// [`Error::NoDisplay`] names the variable that is missing or the display that does not answer.
    pub fn find() -> Result<Self> {
        let wayland = variable("WAYLAND_DISPLAY");
        let x11 = variable("DISPLAY");
        if env::var_os("WAYLAND_SOCKET").is_some() {
            return Ok(Self::Wayland);
        }
        match (wayland, x11) {
            (Some(name), x11) if x11.is_none() || wayland_answers(&name) => {
                if wayland_answers(&name) {
                    Ok(Self::Wayland)
                } else {
                    Err(Error::NoDisplay(format!(
                        "WAYLAND_DISPLAY={name} does not answer, and DISPLAY is not set"
                    )))
                }
            }
            (_, Some(name)) => match work_area() {
                Ok(area) => Ok(Self::X11(area)),
                Err(reason) => Err(Error::NoDisplay(format!("DISPLAY={name} does not answer ({reason})"))),
            },
            (Some(_) | None, None) => {
                Err(Error::NoDisplay("neither DISPLAY nor WAYLAND_DISPLAY is set".to_owned()))
            }
        }
    }

    /// Where each pane's window belongs: side by side over the work area, in the order of the panes, as high as
    /// the court, and the explanation if it `explains` at first, want to be. Empty on Wayland.
    #[must_use]
    pub fn places(&self, court: &Court, explains: bool, zoom: Zoom) -> Vec<Place> {
        let Self::X11(area) = *self else { return Vec::new() };
        let edge = |pane: u8| area.x + share(area.width, pane, court.panes);
        let width = share(area.width, 1, court.panes);
        let height = |explains| {
            (share(width, 3, 4) + beside_court(width, explains, zoom) + TITLE_HEIGHT).min(area.height)
        };
        // Where the explanation is opened later, the windows grow downwards: there is room for that.
        let y = area.y + (area.height - height(true)) / 2;
        let height = height(explains);
        let place = |pane: u8| Place { x: edge(pane), y, width: edge(pane + 1) - edge(pane), height };
        (0..court.panes).map(place).collect()
    }
}

/// What a window of this width has beside its court, in pixels. Rounded up.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred points")]
fn beside_court(width: u16, explains: bool, zoom: Zoom) -> u16 {
    let factor = zoom.factor();
    (ui::height_beside_court(f32::from(width) / factor, explains) * factor).ceil() as u16
}

/// So many parts of the whole, rounded down.
fn share(whole: u16, parts: u8, of: u8) -> u16 {
    let part = u32::from(whole) * u32::from(parts) / u32::from(of);
    u16::try_from(part).unwrap_or(whole)
}

/// The value of a variable that is set and not empty.
fn variable(name: &str) -> Option<String> {
    env::var_os(name).filter(|value| !value.is_empty()).map(|value| value.to_string_lossy().into_owned())
}

fn wayland_answers(name: &str) -> bool {
    let folder = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).unwrap_or_default();
    // An absolute name replaces the folder.
    UnixStream::connect(folder.join(name)).is_ok()
}

/// What panels leave free of the screen (`_NET_WORKAREA` of the window manager), or all of it.
fn work_area() -> std::result::Result<Place, Box<dyn std::error::Error>> {
    let (connection, number) = RustConnection::connect(None)?;
    let screen = &connection.setup().roots[number];
    let whole = Place { x: 0, y: 0, width: screen.width_in_pixels, height: screen.height_in_pixels };
    Ok(net_work_area(&connection, screen).unwrap_or(whole))
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
    fn places_lie_side_by_side_inside_the_work_area_without_a_gap() {
        for panes in 2..=16 {
            let area = Place { x: 7, y: 30, width: 1013, height: 700 };
            let zoom = Zoom::of_factor(f64::from(1 + panes % 4)).unwrap();
            let places = Display::X11(area).places(&Court { panes, seed: 0 }, panes % 2 == 0, zoom);
            assert_eq!(places.len(), usize::from(panes));
            assert_eq!(places[0].x, area.x);
            assert!(places.windows(2).all(|pair| pair[0].x + pair[0].width == pair[1].x), "{places:?}");
            assert_eq!(places.last().map(|last| last.x + last.width), Some(area.x + area.width));
            assert!(places.iter().all(|place| place.y >= area.y));
            assert!(places.iter().all(|place| place.y + place.height <= area.y + area.height));
        }
    }
}
