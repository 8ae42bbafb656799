//! Displays on which OpenGL is missing, broken or somebody else's.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use tripong::error::exit;
use tripong::platform::sync::{AtomicU32, Ordering};

use crate::common::{Ended, clean, program, tripong, wait_until};
use crate::server::{Findings, HINT, Server, assert_plays, play};

/// With these Mesa finds no driver for GLX, and libglvnd none for EGL.
const NO_DRIVERS: [(&str, &str); 2] =
    [("GALLIUM_DRIVER", "nonexistent"), ("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent")];

pub(crate) fn without_glx() {
    let server = Server::local(&["-extension", "GLX"]);
    let findings = server.findings(&[]);
    findings.assert_verdict(0, true, true);
    findings.assert("x11", "ok", "without GLX");
    assert!(findings.check("opengl")["found"].as_str().unwrap().ends_with("through EGL"), "{findings:?}");
    assert_plays(server.show(tripong(), ""));
}

pub(crate) fn without_opengl() {
    let server = Server::local(&["-extension", "GLX"]);
    let findings = server.findings(&NO_DRIVERS);
    findings.assert_verdict(exit::NO_DISPLAY, false, true);
    findings.assert("opengl", "fails", "no OpenGL to draw the windows with (");
    assert!(findings.check("opengl")["advice"].as_str().unwrap().contains("install"), "{findings:?}");
    let lines = server.refusal(&NO_DRIVERS);
    let [first, last] = lines.lines().collect::<Vec<_>>()[..] else { panic!("{lines}") };
    assert!(
        first.contains(" got no OpenGL; from now on windows are drawn with software rendering, "),
        "{lines}"
    );
    assert!(last.contains(": no display: no OpenGL to draw the windows with ("), "{lines}");
    assert!(!last.contains("ConfigTemplate"), "{lines}");
}

pub(crate) fn where_a_driver_is_missing() {
    let server = Server::local(&[]);
    // Of Mesa's own lines only the doctor shows the first.
    let stderr = server.refusal(&NO_DRIVERS);
    assert!(stderr.lines().all(|line| line.starts_with("tripong: ")), "{stderr}");
    assert!(stderr.contains(": no display: no OpenGL to draw the windows with ("), "{stderr}");
    let findings = server.findings(&NO_DRIVERS);
    findings.assert("opengl", "fails", "no OpenGL to draw the windows with (");
    findings.assert("opengl", "fails", "; its driver says: ");
}

/// A driver that does nothing but this, in a folder of its own; and the environment in which it is the one that is asked.
fn driver(server: &Server, does: &str) -> [(&'static str, String); 2] {
    let source = server.settings.join("driver.c");
    let code = format!(
        "#include <stdlib.h>\n#include <unistd.h>\n__attribute__((constructor)) void f(void) {{ {does} }}"
    );
    fs::write(&source, code).unwrap();
    let mut compiler = program("cc");
    compiler.args(["-shared", "-fPIC", "-o"]).arg(server.settings.join("libGLX_bad.so.0")).arg(&source);
    assert!(compiler.status().unwrap().success(), "cargo needs cc to link, so it is here");
    let folder = server.settings.to_str().unwrap().to_owned();
    [("__GLX_VENDOR_LIBRARY_NAME", "bad".to_owned()), ("LD_LIBRARY_PATH", folder)]
}

pub(crate) fn where_the_driver_crashes() {
    let server = Server::local(&[]);
    let environment = driver(&server, "abort();");
    let start = |arguments: &[&str]| {
        let mut command = tripong();
        command.envs(environment.iter().map(|(name, value)| (*name, value))).args(arguments);
        server.show(command, "")
    };
    let findings = Findings::from(start(&["doctor", "--json"]).finish());
    findings.assert_verdict(0, true, true);
    findings.assert("opengl", "warning", "died (killed by SIGABRT); with software rendering it works: ");
    // More panes than the budget has restarts: these deaths are not counted.
    let game = start(&["--panes", "5", "--inspect"]);
    wait_until("the inspector's window", || server.window("inspector").is_some());
    let stderr = play(game, 5);
    let (_who, rest) = stderr.split_once(" died (").unwrap_or_else(|| panic!("{stderr}"));
    let reported = "killed by SIGABRT), as by a driver that crashes; from now on windows are drawn with software rendering, which takes \
                more of the CPU; `tripong doctor` says more\n";
    assert_eq!(rest, reported);
}

pub(crate) fn where_the_driver_hangs() {
    let server = Server::local(&[]);
    let environment = driver(&server, "for (;;) pause();");
    let start = |arguments: &[&str]| {
        let mut command = tripong();
        command.envs(environment.iter().map(|(name, value)| (*name, value))).args(arguments);
        command
    };
    let doctor = server.show(start(&["doctor", "--json"]), "");
    // Nobody reads what this one says, its window hangs too, and there is no bus: it ends all the same.
    let mut unheard = crate::common::tripong_without_terminal();
    unheard.envs(environment.iter().map(|(name, value)| (*name, value))).args(["--panes", "99"]);
    unheard.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    let unheard = server.show(unheard, "");
    let log = server.settings.join("log");
    let mut command = start(&[]);
    command.stderr(fs::File::create(&log).unwrap());
    let game = server.show(command, "");
    wait_until("the line", || fs::read_to_string(&log).unwrap().ends_with('\n'));
    game.launcher().signal(Signal::SIGTERM);
    assert_eq!(game.finish().ended, Ended::Code(143));
    let line = fs::read_to_string(&log).unwrap();
    assert!(line.contains("its window is not open after 20s") && line.lines().count() == 1, "{line}");
    assert_eq!(unheard.finish().ended, Ended::Code(exit::USAGE.into()));
    let findings = Findings::from(doctor.finish());
    findings.assert_verdict(exit::NO_DISPLAY, false, true);
    findings.assert("opengl", "fails", "a hidden window was not open within 20s");
    let advice = findings.check("opengl")["advice"].as_str().unwrap();
    assert!(advice.contains("LIBGL_ALWAYS_SOFTWARE=1"), "{advice}");
}

/// A program that forbids itself and what it becomes to execute memory that was written, and then becomes that; it ends with
/// 99 where the kernel does not know how to forbid it. Dropped, its file is removed.
struct Forbidder(PathBuf);

impl Forbidder {
    fn build() -> Self {
        static BUILT: AtomicU32 = AtomicU32::new(0);
        let name = format!("mdwe-{}-{}", std::process::id(), BUILT.fetch_add(1, Ordering::Relaxed));
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let source = path.with_extension("c");
        let code = "#include <sys/prctl.h>\n#include <unistd.h>\nint main(int count, char **words) {\n\
                    if (prctl(65, 1L, 0L, 0L, 0L)) return 99;\nif (count < 2) return 0;\n\
                    execv(words[1], words + 1);\nreturn 98; }";
        fs::write(&source, code).unwrap();
        let status = program("cc").arg("-o").arg(&path).arg(&source).status().unwrap();
        assert!(status.success(), "cargo needs cc to link, so it is here");
        fs::remove_file(&source).unwrap();
        Self(path)
    }

    fn command(&self) -> Command {
        program(self.0.to_str().unwrap())
    }
}

impl Drop for Forbidder {
    fn drop(&mut self) {
        // It is in the target folder: one that cannot be removed is in nobody's way.
        let _removed = fs::remove_file(&self.0);
    }
}

/// Whether this kernel can forbid it.
pub(crate) fn can_forbid_execution() -> bool {
    Forbidder::build().command().status().is_ok_and(|status| status.success())
}

pub(crate) fn where_memory_may_not_be_executed() {
    let (server, forbidder) = (Server::local(&[]), Forbidder::build());
    let forbidding = |arguments: &[&str]| {
        let mut command = forbidder.command();
        command.arg(env!("CARGO_BIN_EXE_tripong")).args(arguments);
        clean(command)
    };
    let cause = "a sandbox forbids to execute memory that was written (mprotect: ";
    let output = server.show(forbidding(&[]), "").finish();
    assert_eq!(output.ended, Ended::Code(exit::NO_DISPLAY.into()), "{output:?}");
    assert!(
        output.stderr.starts_with("tripong: no display: ") && output.stderr.contains(cause),
        "{output:?}"
    );
    assert!(output.stderr.ends_with(HINT) && output.stderr.lines().count() == 1, "{output:?}");
    let findings = Findings::from(server.show(forbidding(&["doctor", "--json"]), "").finish());
    findings.assert_verdict(exit::NO_DISPLAY, false, true);
    findings.assert("opengl", "fails", cause);
    // A game without windows is played, and says why nobody can look at it in one.
    let log = server.settings.join("log");
    let mut command = forbidding(&["--headless", "--inspect", "--for", "5min"]);
    command.stderr(fs::File::create(&log).unwrap());
    let game = server.show(command, "");
    let reported = || fs::read_to_string(&log).unwrap();
    wait_until("the line", || reported().ends_with('\n'));
    game.launcher().signal(Signal::SIGTERM);
    assert_eq!(game.finish().ended, Ended::Code(143));
    assert!(reported().contains("the inspector died (") && reported().contains(cause), "{}", reported());
    assert_eq!(reported().lines().count(), 1, "{}", reported());
}

/// Whether a library can be hidden from one program: by a mount that only it sees.
pub(crate) fn can_hide_libraries() -> bool {
    let mut command = program("unshare");
    command.args(["-rm", "mount", "--bind", "/dev/null", "/etc/hostname"]);
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// The executable, for which these libraries are no libraries.
pub(crate) fn tripong_without(libraries: &str, arguments: &str) -> Command {
    let hide = format!(
        "for name in {libraries}; do for file in $(PATH=$PATH:/sbin ldconfig -p | sed -n \"s|.*$name .*=> ||p\"); do \
         mount --bind /dev/null $(readlink -f $file) || exit 99; done; done"
    );
    let mut command = program("unshare");
    command
        .args(["-rm", "sh", "-c", &format!("{hide}; exec \"$0\" {arguments}")])
        .arg(env!("CARGO_BIN_EXE_tripong"));
    for variable in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub(crate) fn without_libraries() {
    let server = Server::local(&[]);
    for (libraries, reason, package) in [
        ("libX11.so.6", "no library to open a window with (Failed to load one of xlib's", "libx11-6"),
        ("libXcursor.so.1", "no library to open a window with (Failed to load one of xlib's", "libxcursor1"),
        ("libxkbcommon-x11.so.0", "no library to open a window with (Library libxkb", "libxkbcommon-x11-0"),
        ("libxkbcommon.so.0", "no library to open a window with (Library libxkb", "libxkbcommon-x11-0"),
        ("libGL.so.1 libGLX.so.0 libEGL.so.1", "no OpenGL to draw the windows with (", "libegl1"),
    ] {
        let output = server.show(tripong_without(libraries, ""), "").finish();
        assert_eq!(output.ended, Ended::Code(exit::NO_DISPLAY.into()), "{libraries}: {output:?}");
        let last = output.stderr.lines().last().unwrap_or_default();
        let reports = last.contains(reason) && last.contains(package) && last.ends_with(HINT.trim_end());
        assert!(reports, "{libraries}: {output:?}");
        let findings = Findings::from(server.show(tripong_without(libraries, "doctor --json"), "").finish());
        findings.assert_verdict(exit::NO_DISPLAY, false, true);
        findings.assert("opengl", "fails", reason);
    }
    // One of the two is enough.
    for library in ["libGL.so.1", "libEGL.so.1"] {
        assert_plays(server.show(tripong_without(library, ""), ""));
    }
}
