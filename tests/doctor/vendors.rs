//! Vendors' libraries for EGL, OpenGL that is left to the X server, and libraries of the keyboard.

use std::fs;
use std::process::Command;

use tripong::error::exit;

use crate::common::{Ended, program, tripong};
use crate::opengl::tripong_without;
use crate::server::{Findings, HINT, Server, play};
use crate::wayland::Compositor;

/// How lines begin that a start on Wayland says of places.
const PLACES: &str = "tripong: this display places windows itself: ";
const WITH_SOFTWARE: &str =
    "from now on windows are drawn with software rendering, which takes more of the CPU; ";

/// A vendor's library for EGL that crashes as soon as it is loaded, asked before Mesa's.
fn bad_vendor(compositor: &Compositor) -> String {
    let folder = compositor.folder.join("vendors");
    fs::create_dir(&folder).unwrap();
    let (source, library) = (folder.join("bad.c"), folder.join("libEGL_bad.so.0"));
    let code = "#include <stdlib.h>\n__attribute__((constructor)) void f(void) { abort(); }";
    fs::write(&source, code).unwrap();
    let mut compiler = program("cc");
    compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source);
    assert!(compiler.status().unwrap().success(), "cargo needs cc to link, so it is here");
    let described = format!(
        r#"{{"file_format_version":"1.0.0","ICD":{{"library_path":"{}"}}}}"#,
        library.to_str().unwrap()
    );
    fs::write(folder.join("10_bad.json"), described).unwrap();
    format!("{}:/etc/glvnd/egl_vendor.d:/usr/share/glvnd/egl_vendor.d", folder.display())
}

/// On Wayland there is only EGL, which loads every vendor's library unless one is named.
pub(crate) fn where_a_vendor_of_egl_crashes() {
    let compositor = Compositor::start();
    let folders = bad_vendor(&compositor);
    let with_vendor = |arguments: &[&str]| {
        let mut command = tripong();
        command.env("__EGL_VENDOR_LIBRARY_DIRS", &folders).args(arguments);
        command
    };
    let stderr = play(compositor.show(with_vendor(&["--inspect"])), 3);
    let said: Vec<_> = stderr.lines().filter(|line| !line.starts_with(PLACES)).collect();
    let expected = format!(
        "died (killed by SIGABRT), as by a driver that crashes; {WITH_SOFTWARE}`tripong doctor` says more"
    );
    assert!(said.len() == 1 && said[0].ends_with(&expected), "{stderr}");
    let findings = Findings::from(compositor.show(with_vendor(&["doctor", "--json"])).finish());
    findings.assert_verdict(0, true, true);
    findings.assert("opengl", "warning", "died (killed by SIGABRT); with software rendering it works: ");
}

/// As over `ssh -X` by somebody who wants the OpenGL of the X server; whether it refuses, as it does by default, or offers it.
pub(crate) fn where_opengl_is_left_to_the_server() {
    for option in ["-iglx", "+iglx"] {
        let server = Server::local(&[option]);
        let indirect = |arguments: &[&str]| {
            let mut command = tripong();
            command.env("LIBGL_ALWAYS_INDIRECT", "1").args(arguments);
            command
        };
        let stderr = play(server.show(indirect(&[]), ""), 3);
        let expected = format!(
            "got no OpenGL; {WITH_SOFTWARE}unset LIBGL_ALWAYS_INDIRECT, which leaves drawing to the X server\n"
        );
        assert!(stderr.ends_with(&expected) && stderr.lines().count() == 1, "{option}: {stderr}");
        let findings = Findings::from(server.show(indirect(&["doctor", "--json"]), "").finish());
        findings.assert_verdict(0, true, true);
        findings.assert("opengl", "warning", "with software rendering it works: ");
        let advice = findings.check("opengl")["advice"].as_str().unwrap();
        assert!(advice.contains("unset LIBGL_ALWAYS_INDIRECT"), "{advice}");
    }
}

/// A language that libxkbcommon does not know.
pub(crate) fn lines_of_libraries_are_not_passed_on() {
    let server = Server::local(&[]);
    let mut command = tripong();
    command.envs([("LC_ALL", "xx_YY.UTF-8"), ("LANG", "xx_YY.UTF-8")]);
    assert_eq!(play(server.show(command, ""), 3), "");
}

pub(crate) fn without_the_keyboards_library_on_wayland() {
    let compositor = Compositor::start();
    let without = |arguments: &str| -> Command { tripong_without("libxkbcommon.so.0", arguments) };
    let output = compositor.show(without("")).finish();
    assert_eq!(output.ended, Ended::Code(exit::NO_DISPLAY.into()), "{output:?}");
    let line = &output.stderr;
    assert!(line.contains("needs libxkbcommon0, which cannot be loaded") && line.ends_with(HINT), "{line}");
    assert_eq!(line.lines().count(), 1, "{line}");
    let findings = Findings::from(compositor.show(without("doctor --json")).finish());
    findings.assert_verdict(exit::NO_DISPLAY, false, true);
    for (check, state) in [("display", "fails"), ("wayland", "warning")] {
        findings.assert(check, state, "libxkbcommon0");
        assert!(findings.check(check)["advice"].as_str().unwrap().contains("libxkbcommon"), "{findings:?}");
    }
}
