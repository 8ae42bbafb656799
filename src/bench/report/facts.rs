//! The machine of a report in words that all of its forms share.

use std::time::{Duration, SystemTime};

use super::BenchReport;
use crate::bench::manifest::Manifest;
use crate::platform::markup::plain;

/// 31 December 9999, the last day of dates with four digits.
const LATEST_S: u64 = 253_402_300_799;

/// When the run began: `2026-11-30 22:55 UTC`.
pub(in crate::bench) fn date(manifest: &Manifest) -> String {
    if manifest.unix_s == 0 {
        return "at an unknown time".to_owned();
    }
    let begun = SystemTime::UNIX_EPOCH + Duration::from_secs(manifest.unix_s.min(LATEST_S));
    let begun = humantime::format_rfc3339_seconds(begun).to_string().replace('T', " ");
    format!("{} UTC", begun.get(..16).unwrap_or(&begun))
}

/// `2 x Intel Xeon`.
pub(in crate::bench) fn machine(manifest: &Manifest) -> String {
    let cpus = manifest.cpus.map(|cpus| format!("{cpus} x ")).unwrap_or_default();
    let virtually = if manifest.is_virtual == Some(true) { ", virtual" } else { "" };
    format!("{cpus}{}{virtually}", model(manifest))
}

/// The model of its CPU.
pub(in crate::bench) fn model(manifest: &Manifest) -> String {
    let model = manifest.cpu.as_deref().map(plain).filter(|model| !model.trim().is_empty());
    model.unwrap_or_else(|| "unknown CPU".to_owned())
}

/// `Linux 6.1, tripong 0.1.0, release build`.
pub(in crate::bench) fn program(manifest: &Manifest) -> String {
    let kernel = manifest.kernel.as_deref().map_or("unknown".to_owned(), plain);
    format!("Linux {kernel}, tripong {}, {} build", plain(&manifest.version), plain(&manifest.build))
}

/// How busy the machine was with other things, in a few words; None if it was quiet.
pub(in crate::bench) fn busy(manifest: &Manifest) -> Option<String> {
    if !manifest.is_disturbed() {
        return None;
    }
    let throttled = manifest.throttling.as_ref().is_some_and(|throttling| throttling.throttled_periods > 0);
    let throttled = if throttled { ", throttled by its quota" } else { "" };
    Some(match (manifest.others_percent, manifest.stolen_percent) {
        (Some(others), Some(stolen)) => {
            let others = manifest.allowed_others_percent.map_or(others, |allowed| allowed.max(others));
            let stolen = manifest.allowed_stolen_percent.map_or(stolen, |allowed| allowed.max(stolen));
            format!("busy: others used {others:.0} % of its CPUs, {stolen:.0} % were withheld{throttled}")
        }
        _ => format!("how busy it was is unknown{throttled}"),
    })
}

/// Whether its figures are those of a build that nobody ships.
pub(in crate::bench) fn is_debug(manifest: &Manifest) -> bool {
    manifest.build != "release"
}

/// `64 B, 4 KiB`: the sizes of its messages.
pub(in crate::bench) fn sizes(report: &BenchReport) -> String {
    let sizes: std::collections::BTreeSet<_> = report.rows.iter().map(|row| row.key.bytes).collect();
    sizes.into_iter().map(fmt_payload).collect::<Vec<_>>().join(", ")
}

/// The size of a message: 64 B, 4 KiB, 1 MiB.
pub(in crate::bench) fn fmt_payload(bytes: usize) -> String {
    match bytes {
        bytes if bytes > 0 && bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        bytes if bytes > 0 && bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        bytes => format!("{bytes} B"),
    }
}

/// Bytes per second: 3.20 GB/s.
pub(in crate::bench) fn fmt_speed(bytes_per_s: f64) -> String {
    let (value, unit) = match bytes_per_s {
        ..1e3 => (bytes_per_s, "B/s"),
        ..1e6 => (bytes_per_s / 1e3, "kB/s"),
        ..1e9 => (bytes_per_s / 1e6, "MB/s"),
        _ => (bytes_per_s / 1e9, "GB/s"),
    };
    let decimals = match value {
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    format!("{value:.decimals$} {unit}")
}

/// So many a second, to three digits: 12.3 k, 4.56 M.
pub(in crate::bench) fn fmt_rate(per_s: f64) -> String {
    match per_s {
        ..1e3 => format!("{per_s:.0}"),
        ..1e6 => format!("{:.1} k", per_s / 1e3),
        _ => format!("{:.2} M", per_s / 1e6),
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::bench::report::fixed;

    #[test]
    fn the_machine_is_named_without_its_host_and_a_busy_one_is_marked() {
        let mut manifest = fixed::report().manifest;
        assert_eq!(date(&manifest), "2025-11-30 10:53 UTC");
        assert_eq!(busy(&manifest).unwrap(), "busy: others used 37 % of its CPUs, 0 % were withheld");
        manifest.others_percent = Some(1.0);
        assert_eq!(busy(&manifest), None);
        (manifest.unix_s, manifest.cpu) = (u64::MAX, Some("\u{1b}[2J".to_owned()));
        assert!(date(&manifest).starts_with("9999-12-31") && model(&manifest) == "[2J");
        assert_eq!([64, 4096, 65536, 3 << 20].map(fmt_payload), ["64 B", "4 KiB", "64 KiB", "3 MiB"]);
        assert_eq!([12.0, 3.2e9, 4.56e7].map(fmt_speed), ["12.0 B/s", "3.20 GB/s", "45.6 MB/s"]);
    }
}
