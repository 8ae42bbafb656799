//! A short game of real processes without windows: all that the other checks try one by one, together.

use std::time::Duration;

use serde_json::Value;

use super::check::{Finding, cause};
use crate::error::{DOCTOR, exit};
use crate::protocol::End;
use crate::supervisor::spawn::{ProbeResult, probe};

/// It takes some milliseconds where the machine has time for it.
const PATIENCE: Duration = Duration::from_secs(20);
const GAME: [&str; 7] = ["--headless", "--unpaced", "--hops", "100", "--seed", "1", "--json"];

/// Plays it.
pub(super) fn check() -> Finding {
    match probe(&GAME, false, false, PATIENCE) {
        Ok(result) => judge(&result),
        Err(error) => {
            Finding::fails(exit::SYSTEM, cause(&error), "see the checks proc, fds, processes and pidfd")
        }
    }
}

fn judge(result: &ProbeResult) -> Finding {
    let report: Value = serde_json::from_str(&result.stdout).unwrap_or_default();
    let command = GAME.join(" ");
    let advice = format!("see what `tripong {command}` says");
    match result.death {
        Some(End::Code(0)) if report["conserved"] == true => {
            let (hops, hash) = (&report["hops"], report["hash"].as_str().unwrap_or_default());
            Finding::ok(format!(
                "three processes passed one ball on {hops} times; hash {hash}, as it must be"
            ))
        }
        Some(death) => {
            let code = match death {
                // Whatever stopped it, it is not that there is no display.
                End::Code(0 | exit::NO_DISPLAY) | End::Signal(_) => exit::SYSTEM,
                End::Code(code) => code,
            };
            let last = result.stderr.lines().last().unwrap_or_default();
            let last = last.trim_start_matches("tripong: ").trim_end_matches(DOCTOR).trim_end_matches("; ");
            Finding::fails(code, format!("a game without windows ended with {death}: {last}"), advice)
        }
        None => {
            let found = format!("a game without windows had not ended after {PATIENCE:?}");
            Finding::fails(exit::SYSTEM, found, advice)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::CheckState;

    fn result(code: u8, stdout: &str, stderr: &str) -> ProbeResult {
        ProbeResult { death: Some(End::Code(code)), stdout: stdout.to_owned(), stderr: stderr.to_owned() }
    }

    #[test]
    fn only_a_conserved_ball_is_well() {
        let well = judge(&result(0, r#"{"conserved":true,"hops":100,"hash":"ab"}"#, ""));
        assert!(well.state == CheckState::Ok && well.found.contains("100 times; hash ab"), "{well:?}");
        assert_eq!(judge(&result(0, r#"{"conserved":false}"#, "")).exit_code, exit::SYSTEM);
        assert_eq!(judge(&result(0, "no JSON", "")).state, CheckState::Fails);
    }

    #[test]
    fn an_error_of_the_game_is_reported_with_its_exit_code() {
        let check = judge(&result(5, "", "tripong: failed to x: y; `tripong doctor` says what is missing\n"));
        assert_eq!(check.found, "a game without windows ended with exit code 5: failed to x: y");
        assert_eq!(check.exit_code, exit::SYSTEM);
        assert_eq!(judge(&result(6, "", "")).exit_code, exit::RULE);
        let hangs = judge(&ProbeResult { death: None, stdout: String::new(), stderr: String::new() });
        assert!(hangs.found.contains("20s"), "{hangs:?}");
    }
}
