//! Lists of CPUs, as the kernel writes them: `0-3,8`.

/// No Linux has CPUs of this number or above (x86 with `MAXSMP`): a list that names one is no list.
const NO_CPU: usize = 8192;

/// The CPUs of a list, in their order. None for what is no such list: the kernel's ascend, and name a CPU once. So a list costs
/// no more than the CPUs that there can be, whatever it says.
pub(crate) fn parse_cpu_list(text: &str) -> Option<Vec<usize>> {
    let mut cpus: Vec<usize> = Vec::new();
    for part in text.trim().split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (number(first)?, number(last)?);
        if last < first || cpus.last().is_some_and(|before| *before >= first) {
            return None;
        }
        cpus.extend(first..=last);
    }
    Some(cpus)
}

fn number(text: &str) -> Option<usize> {
    // `parse` would take a sign as well.
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|cpu| is_number && *cpu < NO_CPU)
}

/// The same, the other way: of CPUs in their order.
pub(crate) fn fmt_cpu_list(cpus: &[usize]) -> String {
    let ranges = cpus.chunk_by(|before, next| before.checked_add(1) == Some(*next));
    let fmt_range = |range: &[usize]| match range {
        [first, .., last] => format!("{first}-{last}"),
        range => range.first().map(usize::to_string).unwrap_or_default(),
    };
    ranges.map(fmt_range).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_of_single_cpus_and_of_ranges() {
        for (text, cpus) in [
            ("0", vec![0]),
            ("0-1", vec![0, 1]),
            ("0-3,8,10-11\n", vec![0, 1, 2, 3, 8, 10, 11]),
            ("5-5", vec![5]),
            ("8191", vec![8191]),
        ] {
            assert_eq!(parse_cpu_list(text), Some(cpus.clone()), "{text:?}");
        }
        assert_eq!(parse_cpu_list("0-8191").unwrap().len(), 8192);
    }

    #[test]
    fn what_is_no_list_is_none_at_once_and_takes_no_memory() {
        let long = "0,".repeat(1 << 20);
        let again = format!("0-8191{}", ",0-8191".repeat(1 << 17));
        let malformed = [
            "",
            ",",
            "-",
            "0-",
            "-1",
            "3-1",
            "1,",
            ",1",
            "1,,2",
            "0-1-2",
            "0x1",
            "+1",
            "1 2",
            "all",
            "2,1",
            "1,1",
            "0-3,3-4",
            "0-4294967295",
            "0-18446744073709551615",
            "99999999999999999999",
            "8192",
            "0-31:2/8",
            "\u{661}",
            &long,
            &again,
        ];
        for text in malformed {
            assert_eq!(parse_cpu_list(text), None, "{:?}", text.get(..20).unwrap_or(text));
        }
    }

    #[test]
    fn a_list_that_was_written_is_read_again() {
        for text in ["0", "0-1", "0-3,8,10-11", "1,3,5", "7,9-4096"] {
            assert_eq!(fmt_cpu_list(&parse_cpu_list(text).unwrap()), text);
        }
        assert_eq!(fmt_cpu_list(&[]), "");
    }
}
