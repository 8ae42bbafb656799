//! All latencies, as an HdrHistogram log.

use std::io;
use std::time::{Duration, SystemTime};

use hdrhistogram::Histogram;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};
use hdrhistogram::serialization::{Deserializer, V2DeflateSerializer};

use crate::bench::figures::{Repeat, Sample};
use crate::bench::key::RowKey;
use crate::platform::clock;

/// A line for each repetition, in the order in which they were: its tag is the row, its interval the time in which its messages were
/// counted. Values are nanoseconds.
pub(super) fn log(samples: &[(RowKey, Sample)]) -> io::Result<Vec<u8>> {
    let of_row = |(key, sample): &'_ (RowKey, Sample)| {
        let tag = tag(key);
        sample.repeats.clone().into_iter().map(move |repeat| (tag.clone(), repeat))
    };
    let mut repeats: Vec<(String, Repeat)> = samples.iter().flat_map(of_row).collect();
    repeats.sort_by_key(|(_, repeat)| repeat.first_ns);
    let first_ns = repeats.first().map_or_else(clock::now_ns, |(_, repeat)| repeat.first_ns);
    let ago = Duration::from_nanos(clock::now_ns().saturating_sub(first_ns));
    let mut file = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    let mut log = IntervalLogWriterBuilder::new()
        .add_comment(concat!("[Logged with tripong ", env!("CARGO_PKG_VERSION"), "]"))
        .add_comment("[Histogram log format version 1.3]")
        .add_comment("latencies in nanoseconds, one line for each repetition of a row")
        .with_start_time(SystemTime::now().checked_sub(ago).unwrap_or(SystemTime::UNIX_EPOCH))
        .with_max_value_divisor(1.0)
        .begin_log_with(&mut file, &mut serializer)?;
    for (tag, repeat) in &repeats {
        let latencies = Deserializer::new().deserialize::<u64, _>(&mut repeat.latencies.as_slice());
        let latencies: Histogram<u64> = latencies.map_err(io::Error::other)?;
        let start = Duration::from_nanos(repeat.first_ns - first_ns);
        let written = log.write_histogram(&latencies, start, repeat.wall, Tag::new(tag));
        written.map_err(|error| io::Error::other(error.to_string()))?;
    }
    Ok(file)
}

/// A tag may have neither comma nor space. What most rows have alike is left out.
fn tag(key: &RowKey) -> String {
    let mut tag = format!("{}:{}:n{}:{}B", key.way(), key.placement, key.processes, key.bytes);
    if key.mode != crate::bench::key::Mode::Latency {
        tag = format!("{}:{tag}", key.mode);
    }
    if key.in_flight > 1 {
        tag += &format!(":f{}", key.in_flight);
    }
    if key.batch > 1 {
        tag += &format!(":b{}", key.batch);
    }
    key.rate_per_s.map_or(tag.clone(), |rate| format!("{tag}:{rate}/s"))
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use base64::Engine;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    use super::*;
    use crate::bench::report::fixed;

    #[test]
    fn the_log_can_be_read_again_and_has_the_time_of_every_repetition() {
        let (key, sample) = fixed::sample();
        let mut later = sample.clone();
        later.repeats[0].first_ns += 2_500_000_000;
        let mut both = later.clone();
        // In another order than they were.
        both.add(&sample);
        let bytes = log(&[(key, both)]).unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        assert!(
            text.starts_with("#[Logged with tripong ")
                && text.contains("\n#[Histogram log format version 1.3]\n")
        );
        let entries: Vec<_> = IntervalLogIterator::new(&bytes).map(|entry| entry.unwrap()).collect();
        assert!(entries.iter().any(|entry| matches!(entry, LogEntry::StartTime(_))), "{text}");
        let intervals = entries.iter().filter_map(|entry| match entry {
            LogEntry::Interval(found) => Some(found),
            _ => None,
        });
        let intervals: Vec<_> = intervals.collect();
        let starts: Vec<_> = intervals.iter().map(|interval| interval.start_timestamp()).collect();
        assert_eq!(starts, [Duration::ZERO, Duration::from_millis(2500)]);
        for interval in intervals {
            assert_eq!(interval.duration(), Duration::from_millis(500));
            assert_eq!(interval.tag().unwrap().as_str(), "shared/spin:same-cpu:n2:64B");
            let bytes =
                base64::engine::general_purpose::STANDARD.decode(interval.encoded_histogram()).unwrap();
            let read: Histogram<u64> = Deserializer::new().deserialize(&mut bytes.as_slice()).unwrap();
            assert_eq!(read, sample.latencies);
        }
    }

    #[test]
    fn no_two_rows_have_one_tag_and_none_has_a_comma_or_a_space() {
        let (key, _) = fixed::sample();
        let keys = [
            key,
            RowKey { mode: crate::bench::key::Mode::Throughput, ..key },
            RowKey { in_flight: 8, ..key },
            RowKey { batch: 8, ..key },
            RowKey { rate_per_s: Some(1000), ..key },
            RowKey { bytes: 128, ..key },
            RowKey { copy: crate::bench::key::Copying::Both, ..key },
        ];
        let tags: std::collections::HashSet<_> = keys.iter().map(tag).collect();
        assert!(tags.len() == keys.len() && tags.iter().all(|tag| !tag.contains([',', ' '])), "{tags:?}");
    }
}
