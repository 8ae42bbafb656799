//! A page: one file that opens without a network and without scripts, on a screen, on paper, and read aloud.

use serde_json::Value;

use super::BenchReport;
use super::chart::{Chart, STYLE};
use super::curves::{by_percentile, by_size};
use super::facts::{busy, date, fmt_payload, fmt_rate, fmt_speed, is_debug, machine, program, sizes};
use crate::bench::figures::Row;
use crate::platform::markup::escaped;
use crate::platform::units::{fmt_mean_ns, fmt_ns};

const PAGE_STYLE: &str = include_str!("page.css");

/// So many charts of one kind are shown at once; the others are opened by a click, and by print.
const OPEN: usize = 6;

/// The page of a report.
pub(super) fn page(report: &BenchReport) -> String {
    let manifest = &report.manifest;
    let title = format!("tripong bench: {}", machine(manifest));
    let mut body = facts(&[
        ("Machine", machine(manifest)),
        ("Measured", date(manifest)),
        ("Program", program(manifest)),
        ("Length", format!("{:.0} s", manifest.duration_s)),
        ("Rows", report.rows.len().to_string()),
        ("Sizes", sizes(report)),
    ]);
    // The warnings say so in more words.
    let mut marks: Vec<_> = busy(manifest).filter(|_| report.warnings.is_empty()).into_iter().collect();
    if is_debug(manifest) {
        marks.push("This is a debug build: slower than what is shipped.".to_owned());
    }
    body += &notes(&[marks, report.warnings.clone()].concat());
    if !report.advice.is_empty() {
        let items = report.advice.iter().map(|advice| {
            let rows: Vec<_> = advice.rows.iter().map(|row| escaped(row)).collect();
            format!("<li>{} <small>({})</small></li>\n", long(&advice.sentence), rows.join("; "))
        });
        body += &format!("<h2>Advice</h2>\n<ul>\n{}</ul>\n", items.collect::<String>());
    }
    body += &rows(&report.rows);
    body += &charts("Over the size of a message", "size", &by_size(report));
    body += &charts("Latency by percentile", "percentile", &by_percentile(report));
    body += &floors(report);
    body += &left_out(report);
    body += &machine_table(report);
    document(
        &title,
        &body,
        "<code>tripong bench report FILE.json</code> makes this page again out of the JSON",
    )
}

/// A whole page of this body, and whatever is below it.
pub(in crate::bench) fn document(title: &str, body: &str, made: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{PAGE_STYLE}{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n\
         {body}</main>\n<footer>Made by tripong {}; {made}.</footer>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    )
}

/// A text that may be longer than a name.
fn long(text: &str) -> String {
    text.split_inclusive(' ').map(escaped).collect()
}

/// Names and values.
pub(in crate::bench) fn facts(facts: &[(&str, String)]) -> String {
    let row = |(name, value): &(&str, String)| format!("<dt>{name}</dt><dd>{}</dd>\n", long(value));
    format!("<dl>\n{}</dl>\n", facts.iter().map(row).collect::<String>())
}

/// What a reader must know before all else.
pub(in crate::bench) fn notes(notes: &[String]) -> String {
    let note = |text: &String| {
        format!("<p class=\"note\" role=\"note\"><strong>Note:</strong> {}</p>\n", long(text))
    };
    notes.iter().map(note).collect()
}

/// A table with a caption. What is a number is on the right.
pub(in crate::bench) fn table(caption: &str, names: &[&str], rows: &[Vec<String>]) -> String {
    let head: String = names.iter().map(|name| format!("<th scope=\"col\">{}</th>", escaped(name))).collect();
    let cell = |(column, text): (usize, &String)| {
        let text = long(text);
        match column {
            0 => format!("<th scope=\"row\">{text}</th>"),
            // What is known of the machine is of all kinds.
            _ if names.len() == 2 => format!("<td>{text}</td>"),
            _ if text.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-') => {
                format!("<td class=\"n\">{text}</td>")
            }
            _ => format!("<td>{text}</td>"),
        }
    };
    let row =
        |row: &Vec<String>| format!("<tr>{}</tr>\n", row.iter().enumerate().map(cell).collect::<String>());
    format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table>\n<caption>{caption}</caption>\n\
         <thead><tr>{head}</tr></thead>\n<tbody>\n{}</tbody>\n</table></div>\n",
        rows.iter().map(row).collect::<String>(),
        caption = escaped(caption)
    )
}

/// Figures under a heading; what is beyond the first few is folded away.
pub(in crate::bench) fn charts(heading: &str, id: &str, charts: &[Chart]) -> String {
    if charts.is_empty() {
        return String::new();
    }
    let figure = |(index, chart): (usize, &Chart)| {
        let name = escaped(&chart.title);
        let picture = format!("<figure>{}</figure>\n", chart.svg(&format!("{id}{index}"), 0.0));
        let open = if index < OPEN { " open" } else { "" };
        format!("<details{open}><summary>{name}</summary>\n{picture}</details>\n")
    };
    format!("<h2>{heading}</h2>\n{}", charts.iter().enumerate().map(figure).collect::<String>())
}

/// The columns of a row, in tables for people.
pub(super) const COLUMNS: [&str; 15] = [
    "way",
    "mode",
    "placement",
    "n",
    "size",
    "p50",
    "95 % interval",
    "p90",
    "p99",
    "p99.9",
    "max",
    "messages/s",
    "bytes/s",
    "CPU/message",
    "over its floor",
];

/// A row in those columns.
pub(super) fn cells(row: &Row) -> Vec<String> {
    let (key, figures) = (&row.key, &row.figures);
    let or_none = |ns: Option<u64>| ns.map_or("-".to_owned(), fmt_ns);
    let interval = figures.p50_interval_ns.map(|bounds| bounds.map(fmt_ns).join(" to "));
    let floor = row.floor.map(|floor| {
        format!("{:.2} ({:.2} to {:.2}) {}", floor.ratio, floor.range[0], floor.range[1], floor.kind)
    });
    let mut mode = key.mode.to_string();
    for (value, name) in [(key.in_flight, "in flight"), (key.batch, "a batch")] {
        if value > 1 {
            mode += &format!(", {value} {name}");
        }
    }
    mode += &key.rate_per_s.map(|rate| format!(", {rate}/s")).unwrap_or_default();
    vec![
        key.way(),
        mode,
        key.placement.to_string(),
        key.processes.to_string(),
        fmt_payload(key.bytes),
        fmt_ns(figures.p50_ns),
        interval.unwrap_or_else(|| "-".to_owned()),
        or_none(figures.p90_ns),
        or_none(figures.p99_ns),
        or_none(figures.p999_ns),
        fmt_ns(figures.max_ns),
        fmt_rate(figures.messages_per_s),
        fmt_speed(figures.bytes_per_s),
        fmt_mean_ns(figures.cpu_ns_per_message),
        floor.unwrap_or_else(|| "-".to_owned()),
    ]
}

fn rows(rows: &[Row]) -> String {
    let cells: Vec<_> = rows.iter().map(cells).collect();
    let caption = "All rows, in the order in which they were measured. p50: half of the messages took no longer; - is unknown, or too few to tell";
    format!("<h2>Rows</h2>\n{}", table(caption, &COLUMNS, &cells))
}

fn floors(report: &BenchReport) -> String {
    if report.floors.is_empty() {
        return String::new();
    }
    let cells = report.floors.iter().map(|floor| {
        let all = || floor.repeat_p50_ns.iter().copied();
        let range = [all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max)].map(fmt_mean_ns);
        vec![
            floor.kind.to_string(),
            floor.placement.to_string(),
            floor.bytes.map_or("-".to_owned(), fmt_payload),
            fmt_mean_ns(floor.p50_ns),
            range.join(" to "),
            floor.bytes_per_s.map_or("-".to_owned(), fmt_speed),
        ]
    });
    let cells: Vec<_> = cells.collect();
    let names = ["floor", "placement", "size", "p50", "of its repetitions", "bytes/s"];
    format!("<h2>Floors</h2>\n{}", table("What the machine could do at best", &names, &cells))
}

fn left_out(report: &BenchReport) -> String {
    if report.left_out.is_empty() {
        return String::new();
    }
    let cells: Vec<_> =
        report.left_out.iter().map(|left| vec![left.what.clone(), left.why.clone()]).collect();
    format!(
        "<h2>Left out</h2>\n{}",
        table("What was asked for and could not be measured", &["what", "why"], &cells)
    )
}

/// All that is known of the machine, whatever it is.
fn machine_table(report: &BenchReport) -> String {
    let Ok(Value::Object(manifest)) = serde_json::to_value(&report.manifest) else { return String::new() };
    let cells: Vec<_> = manifest.iter().map(|(name, value)| vec![name.clone(), words_of(value)]).collect();
    format!(
        "<h2>Machine</h2>\n{}",
        table(
            "The machine, and what else it did; unknown is what the kernel does not have",
            &["what", "value"],
            &cells
        )
    )
}

/// A value in words.
fn words_of(value: &Value) -> String {
    match value {
        Value::Null => "unknown".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(values) => values.iter().map(words_of).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| format!("{name} {}", words_of(value)))
            .collect::<Vec<_>>()
            .join("; "),
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::bench::report::fixed;

    /// Every element that is opened is closed, in order; returns the names of all.
    fn elements(page: &str) -> Vec<String> {
        let (mut open, mut all) = (Vec::new(), Vec::new());
        let (before, rest) = page.split_once("<style>").unwrap();
        let (_, after) = rest.split_once("</style>").unwrap();
        let page = before.to_owned() + after;
        for part in page.split('<').skip(1) {
            let (tag, text) = part.split_once('>').unwrap_or_else(|| panic!("{part}"));
            assert!(!text.contains('>'), "{part}");
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), Some(name), "{part}");
            } else {
                let name = tag.split([' ', '/']).next().unwrap().to_owned();
                all.push(name.clone());
                if !tag.ends_with('/') && !["meta", "!doctype"].contains(&name.as_str()) {
                    open.push(name);
                }
            }
        }
        assert_eq!(open, [""; 0]);
        all
    }

    #[test]
    fn a_page_is_balanced_needs_nothing_and_keeps_a_strangers_text_as_text() {
        let page = page(&fixed::report());
        let names = elements(&page);
        assert!(
            !names.iter().any(|name| ["script", "link", "img", "b", "happy"].contains(&name.as_str())),
            "{names:?}"
        );
        let page = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!page.contains("http") && !page.contains("url(") && !page.contains("@import"));
        assert!(page.contains("&lt;script&gt;") && page.contains("&lt;b&gt;uring"));
    }

    #[test]
    fn a_page_can_be_read_aloud() {
        let page = page(&fixed::report());
        let count = |what: &str| page.matches(what).count();
        assert!(page.contains("<html lang=\"en\">") && count("<h1>") == 1);
        assert_eq!(count("<table>"), count("<caption>"));
        assert_eq!(count("<table>"), 4);
        assert_eq!(count("<svg "), count("<desc id="));
        assert_eq!(count("<svg "), count("role=\"img\""));
        // 2 placements: 3 sizes each by percentile, and 2 charts over the size each.
        assert_eq!(count("<svg "), 10);
        let ids: std::collections::HashSet<_> =
            page.match_indices(" id=\"").map(|(at, _)| &page[at + 5..at + 20]).collect();
        assert_eq!(ids.len(), 20);
        assert!(page.contains("shared/block: half within 1.01 µs"), "the curves are in words too");
        for section in [
            "Advice",
            "Rows",
            "Over the size of a message",
            "Latency by percentile",
            "Floors",
            "Left out",
            "Machine",
        ] {
            assert!(page.contains(&format!("<h2>{section}</h2>")), "{section}");
        }
    }

    #[test]
    fn an_empty_report_is_a_page_too() {
        let mut report = fixed::report();
        (report.rows, report.floors, report.left_out, report.advice) = Default::default();
        elements(&page(&report));
    }
}
