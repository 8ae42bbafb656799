//! All charts of a report in one file, under the machine, the date, the sizes, and a mark if the machine was busy.

use super::BenchReport;
use super::chart::{Chart, STYLE, WIDTH};
use super::curves::{by_percentile, by_size};
use super::facts::{busy, date, is_debug, machine, program, sizes};
use crate::platform::markup::escaped;

/// More charts than these make a picture that nobody scrolls through; a page has all of them.
const MOST: usize = 40;
/// From line to line above the charts, and so many letters in each, which fit into the width.
const LINE: f64 = 19.0;
const LETTERS: usize = 92;

/// The picture of a report, as SVG.
pub(super) fn picture(report: &BenchReport) -> String {
    let manifest = &report.manifest;
    let mut head = vec![
        format!("{}, {}", machine(manifest), date(manifest)),
        program(manifest),
        format!("{} rows, messages of {}", report.rows.len(), sizes(report)),
    ];
    let mut charts = by_size(report);
    charts.extend(by_percentile(report));
    if charts.len() > MOST {
        head.push(format!("{} of {} charts; `--html` shows all", MOST, charts.len()));
        charts.truncate(MOST);
    }
    let mut marks: Vec<_> = busy(manifest).into_iter().collect();
    if is_debug(manifest) {
        marks.push("a debug build: slower than what is shipped".to_owned());
    }
    assemble("tripong bench", &head, &marks, &charts)
}

/// A picture of these charts, one below the other, under a title and lines; marks stand out.
pub(in crate::bench) fn assemble(title: &str, head: &[String], marks: &[String], charts: &[Chart]) -> String {
    let mut top = 34.0;
    let mut inner = format!("<text class=\"head\" x=\"16\" y=\"28\">{}</text>\n", escaped(title));
    let lines = head.iter().map(|line| ("", line)).chain(marks.iter().map(|mark| (" class=\"mark\"", mark)));
    for (class, line) in lines {
        for part in wrapped(line) {
            top += LINE;
            inner += &format!("<text{class} x=\"16\" y=\"{top:.0}\">{}</text>\n", escaped(&part));
        }
    }
    top += 20.0;
    for (index, chart) in charts.iter().enumerate() {
        inner += &chart.svg(&format!("chart{index}"), top);
        top += chart.height() + 14.0;
    }
    let described = head.iter().chain(marks).map(|line| escaped(line)).collect::<Vec<_>>().join(". ");
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH:.0}\" height=\"{top:.0}\" viewBox=\"0 0 {WIDTH:.0} \
         {top:.0}\" role=\"img\" aria-labelledby=\"t\" aria-describedby=\"d\">\n<title id=\"t\">{}</title>\n<desc \
         id=\"d\">{described}</desc>\n<style>\n{STYLE}</style>\n<rect class=\"ground\" width=\"{WIDTH:.0}\" \
         height=\"{top:.0}\"/>\n{inner}</svg>\n",
        escaped(title)
    )
}

/// A line in parts that fit into the width, at its spaces.
fn wrapped(line: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for word in line.split(' ') {
        let last = parts.len() - 1;
        let length = parts[last].chars().count();
        if length > 0 && length + word.chars().count() >= LETTERS {
            parts.push(word.to_owned());
        } else {
            parts[last] += if length > 0 { " " } else { "" };
            parts[last] += word;
        }
    }
    parts
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::bench::report::fixed;

    #[test]
    fn a_picture_has_its_machine_its_date_its_sizes_its_mark_and_a_name_beside_each_curve() {
        let picture = picture(&fixed::report());
        assert!(picture.starts_with("<svg") && picture.trim_end().ends_with("</svg>"));
        for text in [
            "2025-11-30 10:53 UTC",
            "64 B, 4 KiB, 64 KiB",
            "busy: others used 37 %",
            ">shared/spin<",
            "99.9 %",
            "debug build",
        ] {
            assert!(picture.contains(text), "{text}");
        }
        assert!(!picture.contains("<script") && picture.contains("&lt;script&gt;"));
        assert_eq!(picture.matches("<title").count(), picture.matches("<desc").count());
        // Nobody reads smaller letters than these.
        let sizes = picture.match_indices("font-size:").chain(picture.match_indices("font:"));
        for (at, name) in sizes {
            let size: String = picture[at + name.len()..].chars().take_while(char::is_ascii_digit).collect();
            assert!(size.parse::<u32>().unwrap() >= 12, "{size}");
        }
    }

    #[test]
    fn long_lines_are_wrapped() {
        assert_eq!(wrapped("short"), ["short"]);
        assert!(wrapped(&"word ".repeat(60)).iter().all(|part| part.len() <= LETTERS));
        assert_eq!(wrapped(&"x".repeat(300)).len(), 1);
    }
}
