//! Medians with their spread, and tables.

use std::fmt;

/// The median of several measurements, with the least and the greatest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    /// The middle one; of an even count the mean of the middle two.
    pub(crate) median: f64,
    least: f64,
    greatest: f64,
}

impl Spread {
    /// Of these measurements; zeros if there is none.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (Some(least), Some(greatest)) = (values.first(), values.last()) else {
            return Self { median: 0.0, least: 0.0, greatest: 0.0 };
        };
        let middle = (values[(values.len() - 1) / 2] + values[values.len() / 2]) / 2.0;
        Self { median: middle, least: *least, greatest: *greatest }
    }
}

/// To about three digits, without a spread where there is none.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [median, least, greatest] = [self.median, self.least, self.greatest].map(digits);
        if least == greatest { write!(f, "{median}") } else { write!(f, "{median} ({least}..{greatest})") }
    }
}

/// A number to about three digits.
pub(crate) fn digits(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size < 10.0 => format!("{value:.2}"),
        size if size < 100.0 => format!("{value:.1}"),
        size if size < 100_000.0 => format!("{value:.0}"),
        size if size < 1e6 => format!("{:.0} k", value / 1e3),
        _ => format!("{:.1} M", value / 1e6),
    }
}

/// A ratio whose parts were measured one after the other in each repetition.
pub(crate) fn ratio(ours: &[f64], theirs: &[f64]) -> Spread {
    Spread::of(ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs))
}

/// A table, printed so that people and Markdown can read it.
#[derive(Debug)]
pub(crate) struct Table(Vec<Vec<String>>);

impl Table {
    /// A table with these columns.
    pub(crate) fn new(columns: &[&str]) -> Self {
        Self(vec![columns.iter().map(|column| (*column).to_owned()).collect()])
    }

    /// One more row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.0.push(cells.into_iter().collect());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.0.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.0
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for (number, row) in self.0.iter().enumerate() {
            for (cell, width) in row.iter().zip(&widths) {
                write!(f, "| {cell:<width$} ")?;
            }
            writeln!(f, "|")?;
            if number == 0 {
                widths.iter().try_for_each(|_| write!(f, "| --- "))?;
                writeln!(f, "|")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_lies_between_the_least_and_the_greatest() {
        assert_eq!(Spread::of([5.0, 1.0, 3.0]).to_string(), "3.00 (1.00..5.00)");
        assert_eq!(Spread::of([2.0, 4.0]).median, 3.0);
        assert_eq!(Spread::of([7.0]).to_string(), "7.00");
        assert_eq!(Spread::of([]).median, 0.0);
    }

    #[test]
    fn a_table_is_markdown() {
        let mut table = Table::new(&["who", "ms"]);
        table.row(["tripong".to_owned(), "1".to_owned()]);
        assert_eq!(table.to_string(), "| who     | ms |\n| --- | --- |\n| tripong | 1  |\n");
    }
}
