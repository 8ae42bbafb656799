//! Counts, times and sizes as people write and read them: the one parser and the one formatter of the program. What the parser
//! returns is safe to calculate with: a time can be doubled, added to now, and counted in 64 bits of nanoseconds.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

/// Longer times are cut to this: a hundred years.
pub const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// A whole number in a range.
///
/// # Errors
/// The range.
pub fn parse_within<T: FromStr + PartialOrd + Display>(
    text: &str,
    range: RangeInclusive<T>,
) -> Result<T, String> {
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.ok_or_else(|| format!("it must be a whole number from {} to {}", range.start(), range.end()))
}

/// A whole number.
///
/// # Errors
/// The range.
pub fn parse_number(text: &str) -> Result<u64, String> {
    parse_within(text, 0..=u64::MAX)
}

/// How often something is to happen.
///
/// # Errors
/// The range.
pub fn parse_count(text: &str) -> Result<u64, String> {
    parse_within(text, 1..=u64::MAX).map_err(|_| "it must be a whole number from 1 up".to_owned())
}

/// A time, such as 2min; no longer than [`LONGEST`].
///
/// # Errors
/// Examples of one.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text).map(|time| time.min(LONGEST));
    time.map_err(|_| "it must be a time such as 500ms, 5s or 2min".to_owned())
}

/// A time that is longer than none; no longer than [`LONGEST`].
///
/// # Errors
/// Examples of one.
pub fn parse_nonzero_duration(text: &str) -> Result<Duration, String> {
    let time = parse_duration(text)?;
    if time.is_zero() {
        Err("it must be a time above 0, such as 500ms, 5s or 2min".to_owned())
    } else {
        Ok(time)
    }
}

/// So many of a thing: 1 hop, 2 hops.
pub fn count(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// A measured time to three digits, in the unit that fits: 66 ns, 7.35 µs, 12.7 ms.
pub fn fmt_ns(ns: u64) -> String {
    fmt_mean_ns(ns as f64)
}

/// As [`fmt_ns`], of a mean, which is no whole number of nanoseconds.
pub fn fmt_mean_ns(ns: f64) -> String {
    let (value, unit) = match ns {
        ..999.5 => return format!("{ns:.0} ns"),
        // What would be rounded up to a thousand has the next unit.
        ..999_500.0 => (ns / 1e3, "µs"),
        ..999_500_000.0 => (ns / 1e6, "ms"),
        _ => (ns / 1e9, "s"),
    };
    let decimals = match value {
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    format!("{value:.decimals$} {unit}")
}

/// As [`fmt_ns`], beside an axis: its marks are round, so their zeros would add nothing.
pub fn fmt_mark_ns(ns: f64) -> String {
    fmt_mean_ns(ns).replace(".00 ", " ").replace(".0 ", " ")
}

/// From so many medians on a single time says more about that moment than about what was measured.
const OUTLIER: u64 = 10;

/// Minutes and seconds as on a clock, with hours where there are some: "2:07", "1:02:07".
pub fn fmt_clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// The same of a time in nanoseconds, with milliseconds, rounded as those of the flow: "2:07.250".
pub fn fmt_clock_ns(ns: u64) -> String {
    let ms = ns.saturating_add(500_000) / 1_000_000;
    format!("{}.{:03}", fmt_clock(ms / 1000), ms % 1000)
}

/// How far a single time is out of the ordinary, if it is: 24 times the median.
pub fn fmt_outlier(ns: u64, median_ns: u64) -> Option<String> {
    let times = ns.checked_div(median_ns).filter(|times| *times >= OUTLIER);
    times.map(|times| format!("{times} times the median"))
}

/// A large number to three digits, in thousands, millions or billions: 999, 1.23k, 12.3M, 123G.
pub fn fmt_many(number: f64) -> String {
    let (value, unit) = match number {
        ..999.5 => return format!("{number:.0}"),
        // What would be rounded up to a thousand has the next unit.
        ..999_500.0 => (number / 1e3, "k"),
        ..999_500_000.0 => (number / 1e6, "M"),
        _ => (number / 1e9, "G"),
    };
    let decimals = match value {
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    format!("{value:.decimals$}{unit}")
}

/// A size in memory: 5.0 MiB.
pub fn fmt_bytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// A size of a file, in as few words as a button has room for: 512 B, 12 kB, 1.2 MB, 3.4 GB.
pub fn fmt_size(bytes: u64) -> String {
    let in_unit = |unit: f64| bytes as f64 / unit;
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..100_000 => format!("{:.0} kB", in_unit(1e3)),
        100_000..1_000_000_000 => format!("{:.1} MB", in_unit(1e6)),
        _ => format!("{:.1} GB", in_unit(1e9)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn every_parsed_time_is_safe_to_calculate_with() {
        for text in ["0s", "1ns", "18446744073709551615s", "10000000000000000000s", "500000000000years"] {
            let time = parse_duration(text).unwrap();
            assert!(Instant::now().checked_add(2 * time).is_some(), "{text}");
            assert!(u64::try_from(2 * time.as_nanos()).is_ok(), "{text}");
        }
        for text in ["18446744073709551616s", "-1s", "5", "", "s", "1e3s", "inf", "9999999999999999years"] {
            assert!(parse_duration(text).is_err_and(|error| error.contains("such as")), "{text}");
        }
        assert!(parse_nonzero_duration("0s").is_err_and(|error| error.contains("above 0")));
        assert_eq!(parse_nonzero_duration("1ns"), Ok(Duration::from_nanos(1)));
    }

    #[test]
    fn a_size_of_a_file_is_short() {
        let cases = [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1 kB"),
            (99_499, "99 kB"),
            (150_000, "0.1 MB"),
            (1_234_567, "1.2 MB"),
            (999_900_000, "999.9 MB"),
            (u64::MAX, "18446744073.7 GB"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(fmt_size(bytes), expected);
        }
    }

    #[test]
    fn a_large_number_has_three_digits_and_its_unit() {
        let cases = [
            (0.0, "0"),
            (999.4, "999"),
            (999.6, "1.00k"),
            (12_345.0, "12.3k"),
            (999_600.0, "1.00M"),
            (123_456_789.0, "123M"),
            (4.2e12, "4200G"),
        ];
        for (number, text) in cases {
            assert_eq!(fmt_many(number), text);
        }
    }

    #[test]
    fn a_number_out_of_its_range_is_refused_with_the_range() {
        assert_eq!(parse_within("16", 2..=16), Ok(16));
        for text in ["1", "17", "-2", "2.5", "", "x", "99999999999999999999"] {
            assert_eq!(parse_within(text, 2..=16), Err("it must be a whole number from 2 to 16".to_owned()));
        }
        assert_eq!((parse_count("1"), parse_count("0").is_err(), parse_number("0")), (Ok(1), true, Ok(0)));
    }

    #[test]
    fn a_measured_time_has_three_digits_and_its_unit() {
        let cases = [
            (0, "0 ns"),
            (999, "999 ns"),
            (1_000, "1.00 µs"),
            (7_349, "7.35 µs"),
            (9_996, "10.0 µs"),
            (99_949, "99.9 µs"),
            (99_951, "100 µs"),
            (123_456, "123 µs"),
            (999_499, "999 µs"),
            (999_500, "1.00 ms"),
            (999_499_999, "999 ms"),
            (999_988_700, "1.00 s"),
            (1_020_000_000, "1.02 s"),
            (60_000_000_000, "60.0 s"),
        ];
        for (ns, text) in cases {
            assert_eq!(fmt_ns(ns), text);
        }
        assert_eq!([999.4, 999.6, 1e5, 1.5e9].map(fmt_mean_ns), ["999 ns", "1.00 µs", "100 µs", "1.50 s"]);
        assert_eq!([10.0, 1e3, 1e4, 2.5e6].map(fmt_mark_ns), ["10 ns", "1 µs", "10 µs", "2.50 ms"]);
        assert_eq!(fmt_bytes(5 << 20), "5.0 MiB");
        assert_eq!(fmt_outlier(149_000_000, 6_100).as_deref(), Some("24426 times the median"));
        assert_eq!(
            [(60_999, 6_100), (5, 0), (0, 0)].map(|(ns, median)| fmt_outlier(ns, median)),
            [None, None, None]
        );
        assert_eq!([0, 1, 2].map(|number| count(number, "hop")), ["0 hops", "1 hop", "2 hops"]);
    }
}
