//! How a thread that has something to show gets a window to paint it, and how a window is opened.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use egui::{Context, ViewportBuilder, ViewportCommand, ViewportId};

use super::icon::{APP_ID, icon};
use crate::error::{self, Error, Result, exit};
use crate::pane::Observer;
use crate::platform::display::Place;
use crate::platform::display::is_software_rendering;
use crate::platform::report_line;
use crate::platform::sync::{AtomicBool, Ordering};

/// A window with this title, known to desktops by name and icon.
pub(super) fn viewport(title: impl Into<String>) -> ViewportBuilder {
    ViewportBuilder::default().with_title(title).with_icon(icon()).with_app_id(APP_ID)
}

/// The same at its place, in pixels; or of this size, in points, where none is known.
pub(super) fn viewport_at(title: String, place: Option<Place>, size: [f32; 2]) -> ViewportBuilder {
    let viewport = viewport(title);
    match place {
        Some(Place { x, y, width, height }) => viewport
            .with_position([f32::from(x), f32::from(y)])
            .with_inner_size([f32::from(width), f32::from(height)]),
        None => viewport.with_inner_size(size),
    }
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
    report_panics_in_one_line(Arc::clone(screen));
    // A library that cannot be loaded is a panic in winit, and an error everywhere else.
    let ran = panic::catch_unwind(AssertUnwindSafe(|| eframe::run_native("tripong", options, create)));
    match ran {
        Ok(Ok(())) => Ok(()),
        // A window that has been open ends only so if it, or the display, was taken from it: its launcher finds out which.
        Ok(Err(_)) if screen.is_open() => Err(Error::ChildFailed(exit::WINDOW_LOST)),
        Ok(Err(error)) => Err(failure(&error.to_string())),
        Err(_) if screen.is_lost.load(Ordering::Acquire) => Err(Error::ChildFailed(exit::WINDOW_LOST)),
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
        "libwayland-client0 libwayland-egl1 libxkbcommon0 libegl1"
    } else {
        return Error::NoDisplay(text.to_owned());
    };
    Error::NoDisplay(format!("no library to open a window with ({text}); on Debian: apt install {packages}"))
}

/// The crates between us and the display. They panic where another program has destroyed the window, or the display is gone.
const WINDOW_CRATES: [&str; 10] = [
    "winit-",
    "eframe-",
    "egui-winit-",
    "glutin",
    "x11",
    "wayland-",
    "smithay-",
    "sctk-",
    "accesskit_",
    "xkbcommon-",
];

/// A panic of the crates between us and the display is no defect: it becomes an error of one line while the window opens, and
/// a lost window later. Any other is reported in one line, with what `RUST_BACKTRACE` asks for below it.
fn report_panics_in_one_line(screen: Arc<Screen>) {
    panic::set_hook(Box::new(move |info| {
        if is_by_window_crate(info.location().map_or("", Location::file)) {
            // A thread of theirs that gives up takes no window along.
            let is_of_window = thread::current().name() == Some("main");
            screen.is_lost.fetch_or(is_of_window && screen.is_open(), Ordering::AcqRel);
        } else if screen.is_open() {
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            let words = error::words_of(info.payload()).replace('\n', " ");
            report_line(&format!("tripong: a defect, please report it: a panic at {place}: {words}"));
            let backtrace = Backtrace::capture();
            if backtrace.status() == BacktraceStatus::Captured {
                report_line(&backtrace.to_string());
            }
        }
    }));
}

/// Whether a source file is of one of them; cargo has a crate in a folder with its name and version, or with its name.
fn is_by_window_crate(file: &str) -> bool {
    let mut folders = file.split('/');
    folders.any(|folder| WINDOW_CRATES.iter().any(|name| format!("{folder}-").starts_with(name)))
}

/// The widest picture of all glyphs, in pixels. egui makes it as wide as a texture can be: with 16,384 pixels its least
/// growth is 2 MiB, once in the window library and once in the renderer. It grows to as many rows as it is wide.
const GLYPHS_WIDTH: usize = 2048;

/// Keeps the picture of all glyphs no wider than they need. To be called for each input, from the first one on.
pub(super) fn keep_the_glyphs_small(raw_input: &mut egui::RawInput) {
    raw_input.max_texture_side = raw_input.max_texture_side.map(|side| side.min(GLYPHS_WIDTH));
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
    /// A crate between us and the display has given up after the window was open.
    is_lost: AtomicBool,
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
    fn the_picture_of_all_glyphs_is_no_wider_than_they_need() {
        let kept = |max_texture_side| {
            let mut raw_input = egui::RawInput { max_texture_side, ..Default::default() };
            keep_the_glyphs_small(&mut raw_input);
            raw_input.max_texture_side
        };
        assert_eq!(kept(Some(16_384)), Some(GLYPHS_WIDTH));
        assert_eq!(kept(Some(1024)), Some(1024), "of a driver that can no more");
        assert_eq!(kept(None), None, "as before");
        let ctx = Context::default();
        let raw_input = || {
            let mut raw_input = egui::RawInput { max_texture_side: Some(16_384), ..Default::default() };
            keep_the_glyphs_small(&mut raw_input);
            raw_input
        };
        let mut shown = ctx.run_ui(raw_input(), |ui| drop(ui.label("a text")));
        // No texture is wanted of what nobody paints.
        shown.textures_delta.clear();
        assert_eq!(ctx.fonts(|fonts| fonts.font_image_size())[0], GLYPHS_WIDTH);
    }

    #[test]
    fn what_panics_at_a_lost_window_is_known_by_the_folder_of_its_crate() {
        let window =
            ["/registry/src/index/winit-0.30.13/src/x11/window.rs", "vendor/wayland-client/src/lib.rs"];
        assert!(window.into_iter().all(is_by_window_crate));
        for ours in
            ["src/ui/window.rs", "/registry/src/index/egui-0.37.0/src/context.rs", "/rustc/1/library/core.rs"]
        {
            assert!(!is_by_window_crate(ours), "{ours}");
        }
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
