//! What draws the windows. A driver may crash or hang: so a process of its own asks it.

use std::io::{self, Write};
use std::time::Duration;

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};

use super::check::{Finding, cause};
use super::distribution::{Need, install};
use crate::error::{Error, Result, exit};
use crate::platform::display::{Display, INDIRECT, is_indirect, is_software_rendering, software_rendering};
use crate::platform::privileges;
use crate::supervisor::spawn::{self, ProbeResult};
use crate::ui::OpenGl;

/// How long a driver may take to start: with software rendering, on a busy machine, some seconds.
const PATIENCE: Duration = Duration::from_secs(20);
/// What a probe writes to stdout, as one line of JSON.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Seen {
    /// A window can be drawn.
    OpenGl(OpenGl),
    /// No OpenGL; why.
    NoOpenGl(String),
    /// No window can be opened, whatever would draw it; why.
    NoWindow(String),
    /// The process died; how.
    Crash(String),
    /// The same, of what a sandbox forbids; how, and what that is.
    Forbidden(String),
    /// Nothing: the process had not ended in time.
    Hang,
}

/// What would draw the windows on this display.
pub(super) fn check(display: &Result<Display>) -> Finding {
    let Ok(display) = display else {
        return Finding::warning("not tried: there is no display", "see the check display");
    };
    let is_x11 = matches!(display, Display::X11 { .. });
    let seen = match ask(false, is_x11) {
        Ok(Seen::OpenGl(opengl)) => return judge(&opengl),
        Ok(seen) => blame(seen, privileges::code_is_forbidden()),
        Err(error) => {
            return Finding::fails(exit::SYSTEM, cause(&error), "see the checks processes and fds");
        }
    };
    if !matches!(seen, Seen::Hang | Seen::Forbidden(_))
        && let Some(name) = display.gone()
    {
        let advice = "its server has ended while the doctor looked; see whether it crashes";
        return Finding::fails(exit::NO_DISPLAY, format!("{name} does not answer any more"), advice);
    }
    let may_help = !is_software_rendering() && !matches!(seen, Seen::NoWindow(_) | Seen::Forbidden(_));
    let software_rendering = may_help.then(|| ask(true, is_x11).ok()).flatten();
    let software_rendering =
        software_rendering.and_then(|seen| if let Seen::OpenGl(opengl) = seen { Some(opengl) } else { None });
    refuse(seen, software_rendering, if is_x11 { Need::X11 } else { Need::Wayland })
}

fn ask(by_software: bool, is_x11: bool) -> Result<Seen> {
    Ok(read(&spawn::probe(&["--role", "probe"], by_software, is_x11, PATIENCE)?))
}

fn read(result: &ProbeResult) -> Seen {
    let seen = result.stdout.lines().find_map(|line| serde_json::from_str(line).ok());
    // What the driver writes: it names the cause, and its caller's line does not.
    let of_driver =
        result.stderr.lines().find(|line| !line.trim().is_empty() && !line.starts_with("tripong: "));
    let of_driver = of_driver.map(|line| format!("; its driver says: {}", line.trim())).unwrap_or_default();
    match (seen, result.death) {
        (Some(Seen::NoOpenGl(reason)), _) => Seen::NoOpenGl(reason + &of_driver),
        (Some(seen), _) => seen,
        (None, None) => Seen::Hang,
        (None, Some(death)) => {
            Seen::Crash(format!("the process that opens a hidden window died ({death}){of_driver}"))
        }
    }
}

fn judge(opengl: &OpenGl) -> Finding {
    let OpenGl { version, renderer, vendor, through } = opengl;
    let found = format!("{renderer}, by {vendor}; OpenGL {version}, through {through}");
    let is_software = ["llvmpipe", "softpipe", "swrast", "software"];
    let renderer = renderer.to_lowercase();
    if is_software.iter().any(|name| renderer.contains(name)) {
        let advice = "drawn with software rendering: all works, and takes more of the CPU; a driver of the graphics card takes less";
        Finding::warning(found, advice)
    } else {
        Finding::ok(found)
    }
}

/// The cause that a start names where a sandbox makes every driver crash.
fn blame(seen: Seen, forbidden: Option<String>) -> Seen {
    match (seen, forbidden) {
        (Seen::Crash(found), Some(cause)) => Seen::Forbidden(format!("{found}: {cause}")),
        (seen, _) => seen,
    }
}

/// Where OpenGL does not work a start draws with software rendering, if that works.
fn refuse(seen: Seen, software_rendering: Option<OpenGl>, window: Need) -> Finding {
    match (seen, software_rendering) {
        // The launcher would wait for ever.
        (Seen::Hang, software_rendering) => {
            let found =
                format!("a hidden window was not open within {PATIENCE:?}: the display or its driver hangs");
            let advice = match software_rendering {
                Some(_) => {
                    let variables = variables_for_software();
                    format!(
                        "software does not hang: start it with `{variables} tripong`, and repair the driver"
                    )
                }
                None => "restart the graphical session; update the graphics driver".to_owned(),
            };
            Finding::fails(exit::NO_DISPLAY, found, advice)
        }
        (Seen::NoOpenGl(found) | Seen::Crash(found), Some(OpenGl { renderer, .. })) => {
            let cure = if is_indirect() {
                unset_indirect()
            } else {
                "reinstall or update the graphics driver".to_owned()
            };
            let advice = format!("the windows are drawn with software rendering instead; {cure}");
            Finding::warning(format!("{found}; with software rendering it works: {renderer}"), advice)
        }
        (Seen::Crash(found), None) => {
            Finding::fails(exit::PANE_DIED, found, "reinstall or update the graphics driver")
        }
        (Seen::NoOpenGl(found), None) if is_indirect() => {
            Finding::fails(exit::NO_DISPLAY, found, unset_indirect())
        }
        (Seen::NoOpenGl(found), None) => Finding::fails(exit::NO_DISPLAY, found, install(Need::OpenGl)),
        (Seen::Forbidden(found), _) => {
            let advice = "allow it (systemd: MemoryDenyWriteExecute=no); `tripong --headless` draws nothing";
            Finding::fails(exit::NO_DISPLAY, found, advice)
        }
        (Seen::NoWindow(found), _) => Finding::fails(exit::NO_DISPLAY, found, install(window)),
        (Seen::OpenGl(opengl), _) => judge(&opengl),
    }
}

/// As a shell sets them.
fn variables_for_software() -> String {
    let variables = software_rendering().into_iter().map(|(name, value)| format!("{name}={value}"));
    variables.collect::<Vec<_>>().join(" ")
}

/// What to do where OpenGL is left to the X server.
fn unset_indirect() -> String {
    format!("unset {INDIRECT}: it leaves all drawing to the X server (indirect GLX), whose OpenGL is too old")
}

/// The probe itself: what it has seen, and what it failed with.
pub(super) fn look() -> (Seen, Result<()>) {
    match crate::ui::probe_window() {
        Ok(opengl) => (Seen::OpenGl(opengl), Ok(())),
        Err(error @ Error::NoOpenGl(_)) => (Seen::NoOpenGl(cause(&error)), Err(error)),
        Err(error) => (Seen::NoWindow(cause(&error)), Err(error)),
    }
}

/// The process of the check `opengl`: opens a hidden window, and writes what it has seen to stdout.
///
/// # Errors
/// [`Error::NoDisplay`]: why it can open no window.
pub fn probe() -> Result<()> {
    // A driver that hangs is not to outlive the doctor.
    set_pdeathsig(Signal::SIGKILL).map_err(Error::system("ask for the death signal (prctl)"))?;
    let (seen, looked) = look();
    let line = serde_json::to_string(&seen).map_err(io::Error::from);
    let written = line.and_then(|line| writeln!(io::stdout(), "{line}"));
    written.map_err(Error::system("write to stdout"))?;
    looked
}

#[cfg(test)]
mod tests {
    use nix::sys::signal::Signal;

    use super::*;
    use crate::doctor::check::CheckState;
    use crate::protocol::End;

    fn opengl(renderer: &str) -> OpenGl {
        OpenGl { renderer: renderer.to_owned(), ..OpenGl::default() }
    }

    #[test]
    fn software_is_warned_of_and_a_device_is_not() {
        assert_eq!(judge(&opengl("Mesa Intel(R) UHD Graphics 620")).state, CheckState::Ok);
        for renderer in ["llvmpipe (LLVM 15.0.6, 256 bits)", "softpipe", "Software Rasterizer"] {
            assert_eq!(judge(&opengl(renderer)).state, CheckState::Warning, "{renderer}");
        }
    }

    #[test]
    fn a_probe_that_crashes_or_hangs_has_seen_nothing_and_the_finding_has_how() {
        let result =
            |death, stderr: &str| ProbeResult { death, stdout: String::new(), stderr: stderr.to_owned() };
        let died = read(&result(Some(End::by(Signal::SIGSEGV)), "\nlibGL error: bad\ntripong: x\n"));
        let text = "the process that opens a hidden window died (killed by SIGSEGV); its driver says: libGL error: bad";
        assert_eq!(died, Seen::Crash(text.to_owned()));
        assert_eq!(read(&result(None, "noise")), Seen::Hang);
    }

    #[test]
    fn what_a_probe_has_seen_survives_noise_of_the_driver_around_it() {
        let seen = Seen::OpenGl(opengl("a process status"));
        let stdout = format!("noise\n{}\nnoise", serde_json::to_string(&seen).unwrap());
        let result = ProbeResult { death: Some(End::Code(0)), stdout, stderr: String::new() };
        assert_eq!(read(&result), seen);
    }

    #[test]
    fn what_is_missing_is_named_with_its_packages() {
        let check = refuse(Seen::NoOpenGl("no OpenGL (x)".to_owned()), None, Need::X11);
        assert_eq!((check.advice, check.exit_code), (Some(install(Need::OpenGl)), exit::NO_DISPLAY));
        let check = refuse(Seen::NoWindow("no xlib".to_owned()), None, Need::X11);
        assert_eq!((check.advice, check.exit_code), (Some(install(Need::X11)), exit::NO_DISPLAY));
    }

    #[test]
    fn what_software_can_help_is_a_warning_unless_the_driver_hangs() {
        let software = || Some(opengl("llvmpipe"));
        let check = refuse(Seen::Crash("it died".to_owned()), software(), Need::X11);
        assert_eq!(
            (check.state, check.found.as_str()),
            (CheckState::Warning, "it died; with software rendering it works: llvmpipe")
        );
        assert_eq!(refuse(Seen::NoOpenGl(String::new()), software(), Need::X11).state, CheckState::Warning);
        assert_eq!(refuse(Seen::Crash(String::new()), None, Need::X11).exit_code, exit::PANE_DIED);
        let forbidden =
            refuse(blame(Seen::Crash("it died".to_owned()), Some("x".to_owned())), software(), Need::X11);
        assert_eq!((forbidden.exit_code, forbidden.found.as_str()), (exit::NO_DISPLAY, "it died: x"));
        let hang = refuse(Seen::Hang, software(), Need::X11);
        assert_eq!(hang.exit_code, exit::NO_DISPLAY);
        assert!(hang.found.contains("20s") && hang.advice.unwrap().contains("LIBGL_ALWAYS_SOFTWARE=1"));
    }
}
