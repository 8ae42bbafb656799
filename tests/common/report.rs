//! The invariants of every report, whatever was done to the game.

use nix::sys::signal::Signal;
use serde_json::Value;

use super::{Ended, Program};

/// A field that must be a whole number.
pub(crate) fn number(report: &Value, field: &str) -> u64 {
    report[field].as_u64().unwrap_or_else(|| panic!("{field} is no number: {report}"))
}

/// One ball, nothing lost, nothing doubled, and the game that one process plays alone.
pub(crate) fn assert_conserved(report: &Value) {
    assert_eq!(report["conserved"], true, "{report}");
    assert_eq!(number(report, "balls"), 1, "{report}");
    assert_eq!(report["hash"], report["expected_hash"], "{report}");
    let [hops, recoveries, recalls] = ["hops", "recoveries", "recalls"].map(|field| number(report, field));
    // Epoch 0 is the rest before the serve, which begins epoch 1.
    let epoch = number(report, "epoch");
    assert!(epoch == 0 && hops == 0 || epoch == 1 + hops + recoveries + recalls, "{report}");
}

/// Stops the game, which must have been conserved; returns its report, and the lines on stderr.
pub(crate) fn stop(game: Program) -> (Value, String) {
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(143), "{output:?}");
    let report = output.report();
    assert_conserved(&report);
    (report, output.stderr)
}
