//! Which displays there are, which one the windows will be on, and what it can.

use std::env;
use std::path::Path;

use x11rb::connection::Connection;
use x11rb::protocol::randr::ConnectionExt as _;
use x11rb::protocol::xproto::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

use super::check::{Check, Finding, cause};
use super::distribution::{Need, install};
use crate::error::{Result, exit};
use crate::platform::clock;
use crate::platform::display::{
    Display, PATIENCE, missing_keyboard_library, variable, wayland_interfaces, wayland_socket,
};
use crate::platform::machine::HERE;

/// Session, the display of the windows, and each display server by itself.
pub(super) fn checks(found: &Result<Display>) -> Vec<Check> {
    let is_x11 = matches!(found, Ok(Display::X11 { .. }));
    let is_wayland = matches!(found, Ok(Display::Wayland));
    vec![
        session().of("session"),
        display(found).of("display"),
        x11(is_x11, found).of("x11"),
        wayland(is_wayland).of("wayland"),
    ]
}

fn session() -> Finding {
    let name = |name| variable(name).unwrap_or_else(|| format!("{name} is not set"));
    let session = format!("{}, {}", name("XDG_SESSION_TYPE"), name("XDG_CURRENT_DESKTOP"));
    let release = HERE.release().unwrap_or_default();
    let is_wsl = release.to_lowercase().contains("microsoft") || env::var_os("WSL_DISTRO_NAME").is_some();
    if !is_wsl {
        return Finding::ok(session);
    }
    if Path::new("/mnt/wslg/runtime-dir/wayland-0").exists() {
        Finding::ok(format!("{session}; WSL with WSLg"))
    } else {
        let advice = "run `wsl --update` in Windows, then `wsl --shutdown`: WSLg shows the windows";
        Finding::warning(format!("{session}; WSL without WSLg"), advice)
    }
}

fn display(found: &Result<Display>) -> Finding {
    match found {
        Ok(Display::Wayland) => Finding::ok("the windows go to Wayland, which places them itself"),
        Ok(Display::X11 { area, scale_percent, .. }) => {
            let (x, y, width, height) = (area.x, area.y, area.width, area.height);
            let area = format!("{width}x{height} at {x},{y}");
            Finding::ok(format!("the windows go to X11: {area} is free for them, scale {scale_percent} %"))
        }
        Err(error) => {
            let cause = cause(error);
            let advice = if cause.contains("cannot be loaded") {
                install(Need::Wayland)
            } else {
                "start it in a graphical session, or over `ssh -X`; `tripong --headless` needs no display"
                    .to_owned()
            };
            Finding::fails(exit::NO_DISPLAY, cause, advice)
        }
    }
}

/// What an X11 server reports of itself.
#[derive(Debug)]
struct X11 {
    vendor: String,
    extensions: Vec<String>,
    monitors: usize,
}

fn x11(is_used: bool, found: &Result<Display>) -> Finding {
    let Some(name) = variable("DISPLAY") else { return Finding::ok("DISPLAY is not set") };
    let advice = "the display of that name is gone, or is another user's: look at DISPLAY and XAUTHORITY";
    // A server that did not answer then would not now.
    if let Err(error) = found {
        return Finding::warning(cause(error), advice);
    }
    let looked = clock::within(PATIENCE, || look_at_x11().map_err(|error| error.to_string()));
    match looked.unwrap_or_else(|| Err(format!("nothing came within {PATIENCE:?}"))) {
        Ok(server) => judge_x11(&name, is_used, &server),
        Err(reason) => Finding::warning(format!("DISPLAY={name} does not answer ({reason})"), advice),
    }
}

fn look_at_x11() -> std::result::Result<X11, Box<dyn std::error::Error>> {
    let (connection, number) = RustConnection::connect(None)?;
    let setup = connection.setup();
    let vendor = String::from_utf8_lossy(&setup.vendor).into_owned();
    let names = connection.list_extensions()?.reply()?.names;
    let extensions = names.into_iter().map(|name| String::from_utf8_lossy(&name.name).into_owned()).collect();
    let root = setup.roots[number].root;
    let monitors = connection.randr_get_monitors(root, true).ok().and_then(|cookie| cookie.reply().ok());
    let vendor = format!("{vendor} {}", setup.release_number);
    Ok(X11 { vendor, extensions, monitors: monitors.map_or(1, |reply| reply.monitors.len()) })
}

fn judge_x11(name: &str, is_used: bool, server: &X11) -> Finding {
    let has = |extension: &str| server.extensions.iter().any(|name| name == extension);
    let names = ["GLX", "DRI3", "MIT-SHM", "RANDR", "XInputExtension"];
    let (there, missing): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| has(name));
    let without =
        if missing.is_empty() { String::new() } else { format!(", without {}", missing.join(", ")) };
    let there = if there.is_empty() { "none of its extensions".to_owned() } else { there.join(", ") };
    let X11 { vendor, monitors, .. } = server;
    let place = host(name).map_or_else(|| "local".to_owned(), |host| format!("at {host}, over the network"));
    let found = format!("DISPLAY={name}, {place}: {vendor}, monitors: {monitors}, with {there}{without}");
    if is_used && !has("RANDR") {
        let advice = "use an X server with RANDR: without it no window can be opened";
        Finding::fails(exit::NO_DISPLAY, found, advice)
    } else if host(name).is_some() {
        let advice =
            "every picture crosses the network: let it run on the machine that has the screen, if it is slow";
        Finding::warning(found, advice)
    } else {
        Finding::ok(found)
    }
}

/// The machine of the X server; None if it is this one, over a socket of its own.
fn host(display: &str) -> Option<&str> {
    let (host, _number) = display.rsplit_once(':')?;
    // The last is a path to a socket, as macOS has it.
    (!host.is_empty() && host != "unix" && !host.starts_with(['/', '@'])).then_some(host)
}

fn wayland(is_used: bool) -> Finding {
    if env::var_os("WAYLAND_SOCKET").is_some() {
        return Finding::ok("WAYLAND_SOCKET is set; one program can use it once, so it was not looked at");
    }
    let Some(name) = variable("WAYLAND_DISPLAY") else {
        return Finding::ok("WAYLAND_DISPLAY is not set");
    };
    let socket = wayland_socket(&name);
    let shown = socket.display().to_string();
    let looked = clock::within(PATIENCE, move || wayland_interfaces(&socket));
    match looked.unwrap_or_else(|| Err(format!("nothing came within {PATIENCE:?}"))) {
        Ok(interfaces) => match missing_keyboard_library() {
            None => judge_wayland(&name, is_used, &interfaces),
            Some(library) => {
                let found = format!("WAYLAND_DISPLAY={name} answers, and {library} cannot be loaded");
                Finding::warning(found, install(Need::Wayland))
            }
        },
        Err(reason) if is_used => Finding::fails(exit::NO_DISPLAY, reason, install(Need::Wayland)),
        Err(reason) => {
            let look = "no compositor listens there: look at WAYLAND_DISPLAY and XDG_RUNTIME_DIR";
            let is_about_library = reason.contains("library");
            let advice = if is_about_library { install(Need::Wayland) } else { look.to_owned() };
            Finding::warning(format!("WAYLAND_DISPLAY={name} ({shown}) does not answer ({reason})"), advice)
        }
    }
}

fn judge_wayland(name: &str, is_used: bool, interfaces: &[String]) -> Finding {
    let has = |interface: &str| interfaces.iter().any(|name| name == interface);
    let needed = ["wl_compositor", "wl_shm", "wl_seat", "xdg_wm_base"];
    let missing: Vec<_> = needed.into_iter().filter(|interface| !has(interface)).collect();
    let frames = if has("zxdg_decoration_manager_v1") { "the compositor" } else { "tripong" };
    let count = interfaces.len();
    let found = format!("WAYLAND_DISPLAY={name}: {count} interfaces; {frames} draws the windows' frames");
    let found = if missing.is_empty() { found } else { format!("{found}; it lacks {}", missing.join(", ")) };
    if missing.is_empty() {
        Finding::ok(found)
    } else if missing == ["wl_seat"] {
        Finding::warning(found, "it has neither keyboard nor mouse: nobody can press Start there")
    } else if is_used {
        let advice = "use another compositor, or X11 (start with WAYLAND_DISPLAY= and DISPLAY set)";
        Finding::fails(exit::NO_DISPLAY, found, advice)
    } else {
        Finding::warning(found, "the windows go to X11, so nothing is missing")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::CheckState;
    use crate::error::Error;
    use crate::platform::display::Place;

    fn server(extensions: &[&str]) -> X11 {
        let extensions = extensions.iter().map(ToString::to_string).collect();
        X11 { vendor: "The X.Org Foundation 12101007".to_owned(), extensions, monitors: 2 }
    }

    #[test]
    fn a_display_with_a_host_is_remote() {
        assert_eq!(host("localhost:10.0"), Some("localhost"));
        assert_eq!(host("[::1]:0"), Some("[::1]"));
        for local in [":0", "unix:0", "/private/tmp/launch:0", "", "no colon"] {
            assert_eq!(host(local), None, "{local}");
        }
    }

    #[test]
    fn a_remote_display_is_warned_of_and_one_without_randr_fails() {
        let all = server(&["GLX", "DRI3", "MIT-SHM", "RANDR", "XInputExtension"]);
        let local = judge_x11(":0", true, &all);
        assert_eq!((local.state, local.found.contains("monitors: 2")), (CheckState::Ok, true), "{local:?}");
        assert!(!local.found.contains("without"), "{local:?}");
        assert_eq!(judge_x11("far:0", true, &all).state, CheckState::Warning);
        let bare = judge_x11(":0", true, &server(&["GLX"]));
        assert_eq!((bare.state, bare.exit_code), (CheckState::Fails, exit::NO_DISPLAY));
        assert!(bare.found.ends_with("with GLX, without DRI3, MIT-SHM, RANDR, XInputExtension"), "{bare:?}");
        assert_eq!(judge_x11(":0", false, &server(&[])).state, CheckState::Ok, "nobody uses it");
    }

    #[test]
    fn a_compositor_without_windows_fails_only_where_it_is_used() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let all = words("wl_compositor wl_shm wl_seat xdg_wm_base zxdg_decoration_manager_v1");
        let check = judge_wayland("wayland-0", true, &all);
        assert!(
            check.state == CheckState::Ok && check.found.contains("5 interfaces; the compositor draws"),
            "{check:?}"
        );
        let old = judge_wayland("wayland-0", true, &words("wl_compositor wl_shm wl_seat"));
        assert!(old.state == CheckState::Fails && old.found.ends_with("it lacks xdg_wm_base"), "{old:?}");
        assert_eq!(judge_wayland("wayland-0", false, &[]).state, CheckState::Warning);
        let without_seat = words("wl_compositor wl_shm xdg_wm_base");
        assert_eq!(judge_wayland("wayland-0", true, &without_seat).state, CheckState::Warning);
    }

    #[test]
    fn the_display_of_the_windows_is_reported_with_its_values_or_with_the_reason() {
        let area = Place { x: 1, y: 30, width: 1919, height: 1050 };
        let check = display(&Ok(Display::X11 {
            area,
            others: Vec::new(),
            scale_percent: 150,
            overrides_scale: false,
        }));
        assert!(check.state == CheckState::Ok && check.found.contains("1919x1050 at 1,30"), "{check:?}");
        let check = display(&Err(Error::NoDisplay("neither is set".to_owned())));
        assert_eq!((check.exit_code, check.found.as_str()), (exit::NO_DISPLAY, "neither is set"));
    }
}
