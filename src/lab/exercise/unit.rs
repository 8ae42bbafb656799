//! Units of numbers, in words.

/// Units that end with an s and are no plural.
const SYMBOLS: [&str; 4] = ["s", "ms", "us", "ns"];

/// So many of a unit: `1 byte`, `3 copies`. A unit in brackets is no count but says what the number is: `epoch 22`.
pub fn counted(number: u64, unit: &str) -> String {
    match (name_in_brackets(unit), number) {
        (Some(name), _) => format!("{name} {number}"),
        (None, _) if unit.is_empty() => number.to_string(),
        (None, 1) => format!("1 {}", singular(unit)),
        (None, _) => format!("{number} {unit}"),
    }
}

/// The unit without brackets, as it stands beside a number that is still to be chosen.
pub fn bare(unit: &str) -> &str {
    name_in_brackets(unit).unwrap_or(unit)
}

fn name_in_brackets(unit: &str) -> Option<&str> {
    unit.strip_prefix('(')?.strip_suffix(')')
}

fn singular(unit: &str) -> String {
    let is_plural = unit.ends_with('s') && !unit.ends_with("ss") && !SYMBOLS.contains(&unit);
    match unit.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None if ["sses", "ches", "shes", "xes"].iter().any(|end| unit.ends_with(end)) => {
            unit[..unit.len() - 2].to_owned()
        }
        None if is_plural => unit[..unit.len() - 1].to_owned(),
        None => unit.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_unit_has_no_plural_and_a_unit_in_brackets_names_the_number() {
        for (number, unit, words) in [
            (1, "bytes", "1 byte"),
            (2, "bytes", "2 bytes"),
            (0, "copies", "0 copies"),
            (1, "copies", "1 copy"),
            (1, "processes", "1 process"),
            (1, "switches", "1 switch"),
            (1, "pages", "1 page"),
            (1, "messages", "1 message"),
            (1, "times", "1 time"),
            (1, "recoveries", "1 recovery"),
            (1, "ms", "1 ms"),
            (1, "ns", "1 ns"),
            (1, "us", "1 us"),
            (1, "", "1"),
            (1, "(epoch)", "epoch 1"),
            (22, "(epoch)", "epoch 22"),
            (141, "(exit status)", "exit status 141"),
        ] {
            assert_eq!(counted(number, unit), words);
        }
        assert_eq!((bare("(epoch)"), bare("bytes"), bare("")), ("epoch", "bytes", ""));
    }
}
