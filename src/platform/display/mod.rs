//! The display of the windows, and the environment of a process with a window.

#[cfg(feature = "windows")]
mod alive;
#[cfg(feature = "windows")]
mod find;
#[cfg(feature = "windows")]
mod scale;
mod software;
mod thrift;
mod window_state;
#[cfg(feature = "windows")]
mod x11_window;

use std::path::Path;
use std::process::Command;

#[cfg(not(feature = "windows"))]
use crate::error::{Error, Result};

#[cfg(feature = "windows")]
pub(crate) use alive::wayland_interfaces;
#[cfg(feature = "windows")]
pub(crate) use find::{PATIENCE, missing_keyboard_library, wayland_socket};
#[cfg(feature = "windows")]
pub(crate) use scale::variable;
pub(crate) use software::{
    INDIRECT, draw_with_software, is_indirect, is_software_rendering, software_rendering,
};
pub(crate) use thrift::load_less;
pub use window_state::WindowState;
#[cfg(feature = "windows")]
pub(crate) use x11_window::{Area, News, X11Window, areas_of};

/// Where a window belongs on the screen, in physical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Left edge.
    pub x: u16,
    /// Top edge.
    pub y: u16,
    /// Width with the frame; 0 where no place is known.
    pub width: u16,
    /// Height with the frame.
    pub height: u16,
}

/// A display that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Display {
    /// A Wayland compositor: only it decides where a window goes.
    Wayland,
    /// An X11 server.
    X11 {
        /// The part of its first monitor that panels leave free.
        area: Place,
        /// The same of its other monitors.
        others: Vec<Place>,
        /// Pixels for 100 points.
        scale_percent: u16,
        /// The window library would find another scale: it must be given this one.
        overrides_scale: bool,
    },
}

#[cfg(not(feature = "windows"))]
impl Display {
    /// This build opens no window.
    ///
    /// # Errors
    /// [`Error::NoWindows`], always.
    pub fn find() -> Result<Self> {
        Err(Error::NoWindows)
    }

    /// There is none that could go.
    pub fn gone(&self) -> Option<String> {
        None
    }
}

/// What a process with a window on this display finds in its environment.
pub(crate) fn prepare(command: &mut Command, display: &Display) {
    tidy(command, matches!(display, Display::X11 { .. }));
    if let Display::X11 { scale_percent, overrides_scale: true, .. } = display {
        command.env("WINIT_X11_SCALE_FACTOR", format!("{}", f64::from(*scale_percent) / 100.0));
    }
}

/// What goes wrong is in our own line, so Mesa is kept quiet as far as it can be, unless the user wants to read what it writes. The
/// doctor prints that.
pub(crate) fn keep_drivers_quiet(command: &mut Command) {
    if std::env::var_os("LIBGL_DEBUG").is_none() {
        command.env("LIBGL_DEBUG", "quiet");
    }
}

/// Removes what a process with a window must not find in its environment.
pub(crate) fn tidy(command: &mut Command, is_x11: bool) {
    if is_x11 {
        // A stale Wayland would be tried first, and there is no way back from there.
        command.env_remove("WAYLAND_DISPLAY");
    } else if !has_session_bus() {
        // What draws the frames on Wayland asks the desktop how, by `dbus-send` and `gsettings`. Where there is no session bus
        // these start one, and nothing ends it.
        command.env(SESSION_BUS, "disabled:");
    }
}

const SESSION_BUS: &str = "DBUS_SESSION_BUS_ADDRESS";

/// Whether there is one, at one of the two places where it is looked for before one is started.
fn has_session_bus() -> bool {
    let in_runtime_folder = |folder| Path::new(&folder).join("bus").exists();
    std::env::var_os(SESSION_BUS).is_some()
        || std::env::var_os("XDG_RUNTIME_DIR").is_some_and(in_runtime_folder)
}
