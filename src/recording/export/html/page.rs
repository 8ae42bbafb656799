//! The page around the diagram: what game it was, the legend, and two tables.

use std::time::{Duration, SystemTime};

use super::diagram::diagram;
use super::gathered::Gathered;
use super::shapes::{LEGEND, shape};
use super::text::{epochs, escaped, seconds};
use crate::platform::units::{count, fmt_ns, fmt_outlier};
use crate::recording::export::happening::{HandOff, Mark};
use crate::recording::line::Header;

const STYLE: &str = include_str!("page.css");

/// 31 December 9999, the last day of dates with four digits.
const LATEST_S: u64 = 253_402_300_799;

/// The tip of an arrow, which all pictures share.
const ARROW: &str = "<svg width=\"0\" height=\"0\" aria-hidden=\"true\" style=\"position:absolute\"><defs>\
    <marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"6\" markerHeight=\"6\" orient=\"auto\">\
    <path d=\"M0 0L8 4L0 8z\"/></marker></defs></svg>\n";

pub(super) fn page(header: &Header, gathered: &Gathered, cut: Option<&str>) -> String {
    let panes = usize::from(header.panes);
    let title = format!("A game of tripong, seed {}", header.seed);
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    );
    html += &facts(header, gathered);
    if let Some(cut) = cut {
        html += &format!("<p class=\"note\">The recording is not whole: {}.</p>\n", escaped(cut));
    }
    html += "<h2>Who had the ball</h2>\n";
    html += &shown(gathered);
    let diagram = diagram(gathered, panes);
    html += &legend(&diagram);
    html += ARROW;
    html += &diagram;
    html += &marks(gathered);
    html += &slowest(gathered);
    html += &format!(
        "</main>\n<footer>Made by tripong {} out of a recording. <code>tripong replay FILE --verify</code> checks the recording by playing the game again.</footer>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION")
    );
    html
}

/// What game it was.
fn facts(header: &Header, gathered: &Gathered) -> String {
    let begun = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(header.unix_s.min(LATEST_S)));
    let begun = begun.map(|begun| humantime::format_rfc3339_seconds(begun).to_string().replace('T', " "));
    let machine = &header.machine;
    let cpus = machine.cpus.map(|cpus| format!("{cpus} × ")).unwrap_or_default();
    let cpu = machine.cpu.as_deref().unwrap_or("unknown CPU");
    let kernel = machine.kernel.as_ref().map(|kernel| format!(", Linux {kernel}")).unwrap_or_default();
    let hash = gathered.hash.map_or("not known".to_owned(), |hash| format!("<code>{hash:016x}</code>"));
    let pace = if header.paced { "in real time" } else { "as fast as possible" };
    let losses = format!(
        "{}, {}, {}, {}",
        count(gathered.deaths, "death"),
        count(gathered.freezes, "freeze"),
        count(gathered.recalls, "recall"),
        gathered.recoveries.to_string() + if gathered.recoveries == 1 { " recovery" } else { " recoveries" }
    );
    let unseen = if gathered.unseen > 0 {
        format!(" (and {} not seen)", count(gathered.unseen, "epoch"))
    } else {
        String::new()
    };
    let rows = [
        ("Seed", header.seed.to_string()),
        ("Panes", format!("{}, {pace}", header.panes)),
        ("Recorded", begun.unwrap_or_else(|| "not known".to_owned())),
        ("Length", seconds(gathered.time)),
        ("Hand-offs", format!("{}{unseen}", gathered.hops)),
        ("Transport", format!("{} at first", header.transport.in_words())),
        ("Processes", losses),
        ("Trajectory hash", hash),
        ("Machine", escaped(&format!("{cpus}{cpu}{kernel}"))),
        ("Program", escaped(&format!("tripong {}", header.program))),
    ];
    let row = |(name, value): &(&str, String)| format!("<dt>{name}</dt><dd>{value}</dd>\n");
    format!("<dl>\n{}</dl>\n", rows.iter().map(row).collect::<String>())
}

/// Which part of the recording the diagram shows.
fn shown(gathered: &Gathered) -> String {
    if gathered.hand_offs.is_empty() {
        return "<p>Nobody handed the ball over.</p>\n".to_owned();
    }
    let left_out = gathered.hops - gathered.hand_offs.len() as u64;
    let mut text = format!("<p>{}. ", epochs(&gathered.intervals));
    if left_out > 0 {
        text += &format!(
            "<strong>{} after them {} not shown</strong> (to epoch {}): choose others with <code>--from-epoch</code> and <code>--to-epoch</code>. The tables below are about all. ",
            count(left_out, "hand-off"),
            if left_out == 1 { "is" } else { "are" },
            gathered.last_epoch
        );
    }
    text + "Time runs to the right, each band continues the one above it. A bar is the time in which a process had the ball; in it is the epoch. An arrow is a hand-off. The numbers beside the marks are those of the table.</p>\n"
}

/// Every shape that the diagram has, and no other.
fn legend(diagram: &str) -> String {
    let picture = |inner: &str| format!("<svg viewBox=\"-17 -10 34 20\" aria-hidden=\"true\">{inner}</svg>");
    let bars = [
        ("has", "a process has the ball"),
        ("died", "and dies with it"),
        ("recalled", "and is recalled from"),
        ("unseen", "epochs that were not seen"),
    ];
    let bars = bars.map(|(class, word)| {
        let rect = format!("<rect class=\"{class}\"");
        (rect.clone(), picture(&format!("{rect} x=\"-15\" y=\"-7\" width=\"30\" height=\"14\"/>")), word)
    });
    let arrows = [("hop", "hand-off"), ("hop lost", "hand-off; the taker noted no arrival")];
    let arrows = arrows.map(|(class, word)| {
        let path = format!("<path class=\"{class}\"");
        (path.clone(), picture(&format!("{path} d=\"M-14-7L12 7\"/>")), word)
    });
    let marks = LEGEND.map(|(what, word)| {
        let (path, is_filled) = shape(&what);
        let class = if is_filled { "mark filled" } else { "mark" };
        let path = format!("<path class=\"{class}\" d=\"{path}\"/>");
        (path.clone(), picture(&path), word)
    });
    let items: String = bars
        .into_iter()
        .chain(arrows)
        .chain(marks)
        .filter(|(drawn, ..)| diagram.contains(drawn))
        .map(|(_, picture, word)| format!("<li>{picture}{word}</li>\n"))
        .collect();
    if items.is_empty() {
        return items;
    }
    format!("<ul class=\"legend\" aria-label=\"Legend\">\n{items}</ul>\n")
}

fn marks(gathered: &Gathered) -> String {
    let row = |(number, mark): (usize, &Mark)| {
        let who = mark.process.map_or("launcher".to_owned(), |process| {
            let pid = process.pid.map(|pid| format!(", pid {pid}")).unwrap_or_default();
            format!("{}{pid}", process.pane)
        });
        format!(
            "<tr><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{who}</td><td>{}</td></tr>\n",
            number + 1,
            seconds(mark.at),
            mark.epoch,
            escaped(&mark.what.to_string())
        )
    };
    let rows: String = gathered.marks.iter().enumerate().map(row).collect();
    let others = gathered.all_marks - gathered.marks.len() as u64;
    let others = if others > 0 {
        format!(" The first {}; {others} others are left out.", gathered.marks.len())
    } else {
        String::new()
    };
    format!(
        "<h2>What happened</h2>\n<table><caption>Marks, in the order of time.{others}</caption>\
         <thead><tr><th scope=\"col\">No.</th><th scope=\"col\">Time</th><th scope=\"col\">Epoch</th><th scope=\"col\">Who</th><th scope=\"col\">What</th></tr></thead>\n<tbody>\n{rows}</tbody></table>\n"
    )
}

fn slowest(gathered: &Gathered) -> String {
    let Some(median) = gathered.median() else { return String::new() };
    let row = |hand_off: &HandOff| {
        let HandOff { hop, offered, .. } = hand_off;
        let took = hop.took.unwrap_or(0);
        format!(
            "<tr><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td>{} → {}</td><td>{}</td><td class=\"n\">{}</td><td>{}</td></tr>\n",
            fmt_ns(took),
            hop.epoch,
            hop.hop,
            hop.from.number(),
            hop.to.number(),
            hop.via.in_words(),
            seconds(*offered),
            fmt_outlier(took, median).unwrap_or_default()
        )
    };
    let rows: String = gathered.slowest.iter().map(row).collect();
    format!(
        "<h2>Slowest hand-offs</h2>\n<table><caption>From the beginning of a hand-off until the taker had the ball; the median of all is {}.</caption>\
         <thead><tr><th scope=\"col\">Took</th><th scope=\"col\">Epoch</th><th scope=\"col\">Hop</th><th scope=\"col\">Panes</th><th scope=\"col\">Transport</th><th scope=\"col\">At</th><th scope=\"col\">Compared</th></tr></thead>\n<tbody>\n{rows}</tbody></table>\n",
        fmt_ns(median)
    )
}
