//! How a thread that has something to show gets a window to paint it, and how a window is opened.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use egui::{Context, ViewportBuilder, ViewportCommand, ViewportId};

use super::icon::{APP_ID, icon};
use crate::error::{self, Error, Result, exit};
use crate::pane::Observer;
use crate::platform::display::is_software_rendering;
use crate::platform::sync::{AtomicBool, Ordering};

/// A window with this title, known to desktops by name and icon.
pub(super) fn viewport(title: impl Into<String>) -> ViewportBuilder {
    ViewportBuilder::default().with_title(title).with_icon(icon()).with_app_id(APP_ID)
}

/// Opens a window, and returns when it is closed. `create` opens the screen.
///
/// # Errors
/// [`Error::NoDisplay`] says what is missing.
pub(super) fn run_native(
    screen: &Arc<Screen>,
    options: eframe::NativeOptions,
    create: eframe::AppCreator<'_>,
) -> Result<()> {
    silence_panics_until_open(Arc::clone(screen));
    // A library that cannot be loaded is a panic in winit, and an error everywhere else.
    let ran = panic::catch_unwind(AssertUnwindSafe(|| eframe::run_native("tripong", options, create)));
    match ran {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(failure(&error.to_string())),
        Err(panic) if screen.is_open() => panic::resume_unwind(panic),
        Err(panic) => Err(failure(error::words_of(panic.as_ref()))),
    }
}

/// What a process with a window does that gets no OpenGL: its launcher starts it again, to be drawn with software rendering, and
/// reports it.
pub(super) fn or_try_software(opened: Result<()>) -> Result<()> {
    match opened {
        Err(Error::NoOpenGl(_)) if !is_software_rendering() => Err(Error::ChildFailed(exit::TRY_SOFTWARE)),
        opened => opened,
    }
}

/// One line with what to do, made of the message of the window library.
fn failure(text: &str) -> Error {
    // winit puts the place in its own source in front; nobody can do anything with it.
    let text =
        text.rsplit_once(".rs:").and_then(|(_, text)| text.split_once(": ")).map_or(text, |(_, text)| text);
    // glutin lists all that it was asked for, none of which anybody has chosen; what failed comes after it.
    let text = text.split_once(" matching the template: ").map_or_else(
        || text.to_owned(),
        |(before, template)| {
            [before, template.rsplit_once(". Error").map_or("", |(_, error)| error)].concat()
        },
    );
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.trim_end_matches('.');
    let is_about_gl = ["glutin", "OpenGL", "EGL", "GLX"].iter().any(|word| text.contains(word));
    if is_about_gl {
        return Error::NoOpenGl(text.to_owned());
    }
    let packages = if text.contains("xlib") || text.contains("libxkbcommon") {
        "libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0"
    } else if text.contains("wayland") && text.contains("could not be loaded") {
        "libwayland-client0 libwayland-egl1 libegl1"
    } else {
        return Error::NoDisplay(text.to_owned());
    };
    Error::NoDisplay(format!("no library to open a window with ({text}); on Debian: apt install {packages}"))
}

/// While the window opens, a panic is reported as an error of one line, not as a panic text.
fn silence_panics_until_open(screen: Arc<Screen>) {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if screen.is_open() {
            hook(info);
        }
    }));
}

/// Brings a window to the front that may be behind another one, or an icon.
pub(super) fn bring_to_front(ctx: &Context) {
    ctx.send_viewport_cmd(ViewportCommand::Minimized(false));
    ctx.send_viewport_cmd(ViewportCommand::Focus);
}

/// The way to the window for the threads that do not draw it.
#[derive(Debug, Default)]
pub(super) struct Screen {
    ctx: OnceLock<Context>,
    /// A repaint was asked for and has not been done: a hidden window is asked once, not 60 times a second.
    is_asked: AtomicBool,
}

impl Screen {
    pub(super) fn open(&self, ctx: Context) {
        let first = self.ctx.set(ctx);
        debug_assert!(first.is_ok(), "one window per process");
    }

    pub(super) fn is_open(&self) -> bool {
        self.ctx.get().is_some()
    }

    /// Gets the window's `logic` called, even if it is hidden and was asked before.
    pub(super) fn show_even_if_hidden(&self) {
        if let Some(ctx) = self.ctx.get() {
            ctx.request_repaint();
        }
    }

    /// To be called before the snapshot is taken: what changes after it is shown by another repaint.
    pub(super) fn is_being_painted(&self) {
        self.is_asked.store(false, Ordering::Release);
    }
}

impl Observer for Screen {
    fn come_forward(&self) {
        self.show_even_if_hidden();
    }

    fn show(&self) {
        if let Some(ctx) = self.ctx.get()
            && !self.is_asked.swap(true, Ordering::AcqRel)
        {
            // request_repaint() would paint two frames; this paints one.
            ctx.request_repaint_after_for(Duration::from_nanos(1), ViewportId::ROOT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> String {
        match failure(text) {
            Error::NoDisplay(reason) => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_reason_is_one_line_without_places_in_somebodys_source() {
        let raw = "winit EventLoopError: os error at /home/x/winit/src/linux/mod.rs:788: Failed to open\n  connection";
        assert_eq!(reason(raw), "Failed to open connection");
    }

    #[test]
    fn what_was_asked_of_opengl_is_not_reported_and_what_failed_is() {
        let raw = "Found no glutin configs matching the template: ConfigTemplate { alpha_size: 8 }. Error: not found";
        let error = failure(raw);
        let reported = "no OpenGL to draw the windows with (Found no glutin configs: not found); on Debian: apt install libgl1 ";
        assert!(matches!(error, Error::NoOpenGl(_)) && error.to_string().contains(reported), "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }

    #[test]
    fn a_missing_library_of_x11_is_named_with_what_to_install() {
        for raw in [
            "Failed to load one of xlib's shared libraries",
            "Library libxkbcommon-x11.so could not be loaded.",
        ] {
            let reason = reason(raw);
            assert!(reason.starts_with("no library to open a window with ("), "{reason}");
            assert!(reason.ends_with("libxkbcommon-x11-0") && !reason.contains(".)"), "{reason}");
        }
    }
}
