//! Numbers and times that people write as arguments: text in, or what is wrong with it. What comes out can be reckoned with:
//! a time can be doubled, added to now, and told in 64 bits of nanoseconds.

use std::time::Duration;

/// A longer time is as good as this: a hundred years.
pub const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// A whole number.
///
/// # Errors
/// The range.
pub fn parse_number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("it must be a whole number from 0 to {}", u64::MAX))
}

/// How often something is to happen.
///
/// # Errors
/// The range.
pub fn parse_count(text: &str) -> Result<u64, String> {
    let count = text.parse().ok().filter(|count| *count > 0);
    count.ok_or("it must be a whole number from 1 up".to_owned())
}

/// A time, such as 2min; no longer than [`LONGEST`].
///
/// # Errors
/// Examples of one.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let time = humantime::parse_duration(text).map(|time| time.min(LONGEST));
    time.map_err(|_| "it must be a time such as 500ms, 5s or 2min".to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn whatever_time_is_written_can_be_reckoned_with() {
        for text in ["0s", "1ns", "18446744073709551615s", "10000000000000000000s", "500000000000years"] {
            let time = parse_duration(text).unwrap();
            assert!(Instant::now().checked_add(2 * time).is_some(), "{text}");
            assert!(u64::try_from(2 * time.as_nanos()).is_ok(), "{text}");
        }
        for text in ["18446744073709551616s", "-1s", "5", "", "s", "1e3s", "inf", "9999999999999999years"] {
            assert!(parse_duration(text).is_err_and(|error| error.contains("such as")), "{text}");
        }
    }
}
