//! What draws the windows. A driver may crash or hang: so a process of its own asks it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::check::{Check, cause};
use super::distribution::{Need, install};
use crate::display::Display;
use crate::error::{Error, Result, exit};
use crate::spawn::{Answer, Question};
use crate::ui::OpenGl;

/// How long a driver may take to start: by software, on a busy machine, some seconds.
const PATIENCE: Duration = Duration::from_secs(20);
/// With these in the environment Mesa draws by software, whatever drivers there are.
const BY_SOFTWARE: [(&str, &str); 2] =
    [("LIBGL_ALWAYS_SOFTWARE", "1"), ("__GLX_VENDOR_LIBRARY_NAME", "mesa")];

/// What a probe writes to stdout, as one line of JSON.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Seen {
    /// A window can be drawn.
    OpenGl(OpenGl),
    /// No window can be opened; why.
    Nothing(String),
}

/// What would draw the windows on this display.
pub(super) fn check(display: &Result<Display>) -> Check {
    let is_x11 = match display {
        Ok(display) => matches!(display, Display::X11 { .. }),
        Err(_) => return Check::warning("opengl", "not tried: there is no display", "see the check display"),
    };
    match probe(&[], is_x11) {
        Ok(Seen::OpenGl(opengl)) => judge(&opengl),
        Ok(Seen::Nothing(reason)) => {
            let by_software = probe(&BY_SOFTWARE, is_x11).is_ok_and(|seen| matches!(seen, Seen::OpenGl(_)));
            refuse(&reason, by_software, is_x11)
        }
        Err(error) => Check::fails("opengl", exit::SYSTEM, cause(&error), "see the checks processes and fds"),
    }
}

fn probe(environment: &[(&str, &str)], is_x11: bool) -> Result<Seen> {
    let answer = Question::ask(&["--role", "probe"], environment, is_x11)?.answer(PATIENCE)?;
    Ok(read(&answer))
}

fn read(answer: &Answer) -> Seen {
    let seen = answer.stdout.lines().find_map(|line| serde_json::from_str(line).ok());
    let last = answer.stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    seen.unwrap_or_else(|| {
        Seen::Nothing(match answer.death {
            None => {
                format!("a hidden window was not open within {PATIENCE:?}: the display or its driver hangs")
            }
            Some(death) if last.is_empty() => {
                format!("the process that opens a hidden window died ({death})")
            }
            Some(death) => format!("the process that opens a hidden window died ({death}): {last}"),
        })
    })
}

fn judge(opengl: &OpenGl) -> Check {
    let OpenGl { version, renderer, vendor, through } = opengl;
    let found = format!("{renderer}, by {vendor}; OpenGL {version}, through {through}");
    let is_software = ["llvmpipe", "softpipe", "swrast", "software"];
    let renderer = renderer.to_lowercase();
    if is_software.iter().any(|name| renderer.contains(name)) {
        let advice = "drawn by software: all works, and takes more of the CPU; a driver of the graphics card takes less";
        Check::warning("opengl", found, advice)
    } else {
        Check::ok("opengl", found)
    }
}

fn refuse(reason: &str, by_software: bool, is_x11: bool) -> Check {
    // What a start says, without the command that follows here.
    let found = reason.split("; on Debian:").next().unwrap_or(reason);
    if by_software {
        let variables = BY_SOFTWARE.map(|(name, value)| format!("{name}={value}")).join(" ");
        let advice = format!("the driver does not work, software does: start it with `{variables} tripong`");
        return Check::fails("opengl", exit::NO_DISPLAY, found, advice);
    }
    let need = if found.contains("OpenGL") {
        Need::OpenGl
    } else if is_x11 {
        Need::X11
    } else {
        Need::Wayland
    };
    Check::fails("opengl", exit::NO_DISPLAY, found, install(need))
}

/// The probe itself: what it has seen, and what it failed with.
pub(super) fn look() -> (Seen, Result<()>) {
    match crate::ui::probe_window() {
        Ok(opengl) => (Seen::OpenGl(opengl), Ok(())),
        Err(Error::NoDisplay(reason)) => (Seen::Nothing(reason.clone()), Err(Error::NoDisplay(reason))),
        Err(error) => (Seen::Nothing(cause(&error)), Err(error)),
    }
}

#[cfg(test)]
mod tests {
    use nix::sys::signal::Signal;

    use super::*;
    use crate::doctor::check::State;
    use crate::spawn::Death;

    fn opengl(renderer: &str) -> OpenGl {
        OpenGl { renderer: renderer.to_owned(), ..OpenGl::default() }
    }

    #[test]
    fn software_is_warned_of_and_a_device_is_not() {
        assert_eq!(judge(&opengl("Mesa Intel(R) UHD Graphics 620")).state, State::Ok);
        for renderer in ["llvmpipe (LLVM 15.0.6, 256 bits)", "softpipe", "Software Rasterizer"] {
            assert_eq!(judge(&opengl(renderer)).state, State::Warning, "{renderer}");
        }
    }

    #[test]
    fn a_probe_that_crashes_or_hangs_has_seen_nothing_and_says_how() {
        let answer = |death, stderr: &str| Answer { death, stdout: String::new(), stderr: stderr.to_owned() };
        let died = read(&answer(Some(Death::Killed(Signal::SIGSEGV)), "libGL error: bad\n\n"));
        let text = "the process that opens a hidden window died (killed by SIGSEGV): libGL error: bad";
        assert_eq!(died, Seen::Nothing(text.to_owned()));
        assert!(matches!(read(&answer(None, "")), Seen::Nothing(text) if text.contains("within 20s")));
    }

    #[test]
    fn what_a_probe_has_seen_survives_noise_of_the_driver_around_it() {
        let seen = Seen::OpenGl(opengl("a card"));
        let stdout = format!("noise\n{}\nnoise", serde_json::to_string(&seen).unwrap());
        let answer = Answer { death: Some(Death::Exited(0)), stdout, stderr: String::new() };
        assert_eq!(read(&answer), seen);
    }

    #[test]
    fn what_is_missing_is_named_with_its_packages_or_with_the_way_around_it() {
        let reason = "no OpenGL to draw the windows with (glutin); on Debian: apt install libgl1";
        let check = refuse(reason, false, true);
        assert_eq!(check.found, "no OpenGL to draw the windows with (glutin)");
        assert_eq!((check.advice, check.exit_code), (Some(install(Need::OpenGl)), exit::NO_DISPLAY));
        let way_around = refuse(reason, true, true).advice.unwrap();
        assert!(way_around.contains("LIBGL_ALWAYS_SOFTWARE=1"), "{way_around}");
        assert_eq!(refuse("Failed to load xlib", false, true).advice, Some(install(Need::X11)));
        assert_eq!(refuse("nothing", false, false).advice, Some(install(Need::Wayland)));
    }
}
