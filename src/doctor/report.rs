//! What the doctor reports: a verdict and its checks, as a table for people and as JSON for programs.

use std::fmt;

use serde::Serialize;

use super::check::{Check, CheckState, Finding};

/// All of it: docs/json/doctor.schema.json describes the keys.
#[derive(Debug, Serialize)]
pub(super) struct DoctorReport {
    /// Of tripong.
    version: &'static str,
    /// The worst of all checks.
    verdict: CheckState,
    /// Whether windows can be shown.
    windows: bool,
    /// Whether games without windows can be played.
    headless: bool,
    /// With what `tripong` would end at its start, and with what the doctor ends.
    pub(super) exit_code: u8,
    checks: Vec<Check>,
}

/// What only windows need.
const FOR_WINDOWS: [&str; 4] = ["display", "x11", "wayland", "opengl"];

impl DoctorReport {
    pub(super) fn of(checks: Vec<Check>) -> Self {
        let exit_code = exit_code(&checks);
        Self {
            version: env!("CARGO_PKG_VERSION"),
            verdict: checks.iter().map(|check| check.finding.state).max().unwrap_or(CheckState::Ok),
            windows: exit_code == 0,
            // That one was played.
            headless: !checks
                .iter()
                .any(|check| check.name == "game" && check.finding.state == CheckState::Fails),
            exit_code,
            checks,
        }
    }

    fn last_line(&self) -> String {
        let failing: Vec<_> = self.failing().collect();
        match (self.windows, self.headless) {
            (true, _) => "tripong can run here, with windows".to_owned(),
            (false, true) => format!(
                "no window can be shown here ({}); `tripong --headless` can be played",
                failing.join(", ")
            ),
            (false, false) => format!("tripong cannot run here ({})", failing.join(", ")),
        }
    }

    fn failing(&self) -> impl Iterator<Item = &'static str> {
        self.checks.iter().filter(|check| check.finding.state == CheckState::Fails).map(|check| check.name)
    }
}

/// A start looks for its display first, then makes what the processes share; they open their windows last.
fn exit_code(checks: &[Check]) -> u8 {
    let code_of = |is_it: &dyn Fn(&str) -> bool| {
        let mut codes = checks.iter().filter(|check| is_it(check.name)).map(|check| check.finding.exit_code);
        codes.find(|code| *code != 0)
    };
    let display = code_of(&|name| name == "display");
    let shared = || code_of(&|name| !FOR_WINDOWS.contains(&name));
    display.or_else(shared).or_else(|| code_of(&|_| true)).unwrap_or(0)
}

impl fmt::Display for DoctorReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Check { name, finding: Finding { state, found, advice, .. } } in &self.checks {
            writeln!(f, "{state:<8} {name:<13} {found}")?;
            if let Some(advice) = advice {
                writeln!(f, "{:<22} -> {advice}", "")?;
            }
        }
        write!(f, "{}", self.last_line())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::exit;

    fn report(checks: impl IntoIterator<Item = Check>) -> DoctorReport {
        DoctorReport::of(checks.into_iter().collect())
    }

    fn fails(name: &'static str, code: u8) -> Check {
        Finding::fails(code, "nothing", "repair it").of(name)
    }

    #[test]
    fn the_exit_code_is_that_of_what_a_start_meets_first() {
        let code = |checks: &[Check]| report(checks.iter().cloned()).exit_code;
        let (display, memory) = (fails("display", exit::NO_DISPLAY), fails("memory", exit::SYSTEM));
        let opengl = fails("opengl", exit::NO_DISPLAY);
        assert_eq!(code(&[opengl.clone(), memory.clone(), display]), exit::NO_DISPLAY);
        assert_eq!(code(&[opengl.clone(), memory]), exit::SYSTEM);
        assert_eq!(code(&[opengl, Finding::ok("fine").of("memory")]), exit::NO_DISPLAY);
        assert_eq!(code(&[Finding::warning("1", "more").of("cores")]), 0);
    }

    #[test]
    fn what_only_windows_need_keeps_nobody_from_playing_without() {
        let report_of = |check| report([check, Finding::ok("fine").of("other")]);
        let without_display = report_of(fails("display", exit::NO_DISPLAY));
        assert!(!without_display.windows && without_display.headless);
        assert!(without_display.to_string().ends_with("(display); `tripong --headless` can be played"));
        assert!(
            report_of(fails("opengl", exit::PANE_DIED)).headless,
            "a driver that crashes is for windows only"
        );
        assert!(report_of(fails("processes", exit::SYSTEM)).headless, "enough for a game without windows");
        let without_game = report_of(fails("game", exit::SYSTEM));
        assert!(!without_game.windows && !without_game.headless);
        assert!(without_game.to_string().ends_with("tripong cannot run here (game)"));
    }

    #[test]
    fn a_warning_is_no_failure_and_the_worst_check_is_the_verdict() {
        let report = report([Finding::ok("1").of("a"), Finding::warning("2", "3").of("b")]);
        assert!(report.windows && report.headless && report.verdict == CheckState::Warning);
        let text = report.to_string();
        assert!(text.contains("warning  b             2\n                       -> 3\n"), "{text}");
    }

    #[test]
    fn json_has_every_word_of_every_check() {
        let report = report([Finding::ok("1").of("a"), fails("display", exit::NO_DISPLAY)]);
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(
            json["checks"][0],
            serde_json::json!({ "name": "a", "state": "ok", "found": "1", "advice": null })
        );
        assert_eq!((json["verdict"].as_str(), json["exit_code"].as_u64()), (Some("fails"), Some(3)));
    }
}
