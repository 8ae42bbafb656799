//! Axes: logarithmic ones, percentiles by how few messages are slower, sizes, and rows with a name each.

/// An axis: what is between `min` and `max`, in its own units.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bench) struct Axis {
    /// What it is of.
    pub(in crate::bench) label: String,
    pub(in crate::bench) min: f64,
    pub(in crate::bench) max: f64,
    /// Where there is a mark, and its text.
    pub(in crate::bench) ticks: Vec<(f64, String)>,
    /// Whether it is of rows with names.
    pub(in crate::bench) is_rows: bool,
}

/// From this many decades on only powers of ten have marks.
const MANY_DECADES: f64 = 2.0;

impl Axis {
    /// Of the decimal logarithms of these values, all above 0, with some room around them.
    pub(in crate::bench) fn log(
        label: &str,
        values: impl Iterator<Item = f64>,
        fmt: fn(f64) -> String,
    ) -> Self {
        let bounds =
            values.filter(|value| value.is_finite()).fold(None, |bounds: Option<(f64, f64)>, value| {
                Some(bounds.map_or((value, value), |(min, max)| (min.min(value), max.max(value))))
            });
        let (min, max) = bounds.unwrap_or((0.0, 1.0));
        let room = ((max - min) * 0.06).max(0.06);
        let (min, max) = (min - room, max + room);
        let steps: &[f64] = if max - min > MANY_DECADES { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let mut ticks = Vec::new();
        let mut decade = min.floor();
        while decade <= max && ticks.len() < 100 {
            let marks = steps.iter().map(|step| decade + step.log10()).filter(|at| (min..=max).contains(at));
            ticks.extend(marks.map(|at| (at, fmt(10f64.powf(at)))));
            decade += 1.0;
        }
        Self { label: label.to_owned(), min, max, ticks, is_rows: false }
    }

    /// Of percentiles: each step to the right is ten times as rare.
    pub(in crate::bench) fn percentiles(label: &str, nines: f64) -> Self {
        let names = ["0", "90", "99", "99.9", "99.99", "99.999"];
        let ticks = names.iter().enumerate().map(|(at, name)| (at as f64, format!("{name} %")));
        let max = nines.clamp(1.0, 5.0);
        let ticks = ticks.filter(|(at, _)| *at <= max).collect();
        Self { label: label.to_owned(), min: 0.0, max, ticks, is_rows: false }
    }

    /// Of these sizes, by their binary logarithms; each has its mark, as long as the marks have room.
    pub(in crate::bench) fn sizes(label: &str, sizes: &[usize], fmt: fn(usize) -> String) -> Self {
        let logs: Vec<_> = sizes.iter().map(|size| ((*size).max(1) as f64).log2()).collect();
        let (first, last) = (logs.first().copied().unwrap_or(0.0), logs.last().copied().unwrap_or(1.0));
        let room = ((last - first) * 0.04).max(0.1);
        let (min, max) = (first - room, last + room);
        let mut ticks: Vec<(f64, String)> = Vec::new();
        for (at, size) in logs.iter().zip(sizes) {
            if ticks.last().is_none_or(|(last, _)| at - last > (max - min) / 9.0) {
                ticks.push((*at, fmt(*size)));
            }
        }
        Self { label: label.to_owned(), min, max, ticks, is_rows: false }
    }

    /// Of rows, from above.
    pub(in crate::bench) fn rows(names: &[String]) -> Self {
        let count = names.len() as f64;
        let ticks = names.iter().enumerate().map(|(row, name)| (Self::row(names.len(), row), name.clone()));
        Self { label: String::new(), min: 0.0, max: count.max(1.0), ticks: ticks.collect(), is_rows: true }
    }

    /// The middle of a row, of so many.
    pub(in crate::bench) fn row(count: usize, row: usize) -> f64 {
        count as f64 - row as f64 - 0.5
    }

    /// How far it is on the way from `min` to `max`.
    pub(super) fn share(&self, at: f64) -> f64 {
        ((at - self.min) / (self.max - self.min).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    fn names(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, name)| name.as_str()).collect()
    }

    #[test]
    fn every_axis_has_marks_where_its_values_are() {
        let fmt = |value: f64| format!("{value:.0}");
        let axis = |values: &[f64]| Axis::log("", values.iter().map(|value| value.log10()), fmt);
        assert_eq!(names(&axis(&[90.0, 120_000.0])), ["100", "1000", "10000", "100000"]);
        assert_eq!(names(&axis(&[90.0, 600.0])), ["100", "200", "500"]);
        assert!(!names(&axis(&[100.0])).is_empty());
        for bad in [&[][..], &[0.0], &[f64::INFINITY, f64::NAN]] {
            let axis = axis(bad);
            assert!(axis.min.is_finite() && axis.max > axis.min && axis.ticks.len() < 10, "{axis:?}");
        }
        assert_eq!(names(&Axis::percentiles("", 2.4)), ["0 %", "90 %", "99 %"]);
        let sizes = Axis::sizes("", &[64, 1024, 1 << 24], |size| size.to_string());
        assert_eq!(names(&sizes), ["64", "1024", "16777216"]);
        assert!(sizes.share(0.0).abs() < 1e-9 && (sizes.share(99.0) - 1.0).abs() < 1e-9);
    }
}
