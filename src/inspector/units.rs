//! Durations for people.

/// A duration as people say it, in the unit that fits: three digits or four.
#[must_use]
pub fn told_ns(ns: u64) -> String {
    let value = ns as f64;
    // What would be rounded up to a thousand has the next unit.
    match ns {
        0..1_000 => format!("{ns} ns"),
        1_000..999_950 => format!("{:.1} µs", value / 1e3),
        999_950..999_950_000 => format!("{:.1} ms", value / 1e6),
        _ => format!("{:.2} s", value / 1e9),
    }
}
