//! The page.

use std::collections::BTreeSet;

use tripong::protocol::TransportKind;
use tripong::recording::Line;
use tripong::recording::export::{DEFAULT_HOPS, HtmlExport, Window};
use tripong::recording::line::{Header, Machine};

use crate::game::{Game, eventful, header};

/// The bar of each tenure that ends so.
fn bars<'a>(page: &'a str, end: &str) -> Vec<&'a str> {
    let end = format!("; {end}</title><rect class=\"");
    page.match_indices(&end).filter_map(|(at, _)| page[at + end.len()..].split('"').next()).collect()
}

/// The symbols and lines among these elements, without their places.
fn shapes(part: &str) -> BTreeSet<String> {
    let is_shape = |tag: &str| {
        ["rect class=\"", "path class=\"hop", "path class=\"mark"].iter().any(|begin| tag.starts_with(begin))
    };
    let tags = part.split('<').filter(|tag| is_shape(tag)).filter_map(|tag| tag.split('>').next());
    // The path of a mark is its shape; that of an arrow, and the place of a bar, are not.
    let kind = |tag: &str| {
        if tag.contains("\"mark") {
            tag.to_owned()
        } else {
            tag[..tag[12..].find('"').unwrap() + 12].to_owned()
        }
    };
    tags.map(kind).collect()
}

pub(crate) fn exported(lines: &[Line], window: Window) -> String {
    let Some(Line::Recording(header)) = lines.first() else { panic!("no header") };
    let mut bytes = Vec::new();
    let mut export = HtmlExport::begin(header, window);
    lines.iter().for_each(|line| export.line(line));
    export.end(None, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Every element that is opened is closed, in order; returns the names of all.
pub(crate) fn elements(page: &str) -> Vec<String> {
    const VOID: [&str; 2] = ["meta", "!doctype"];
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
            if !tag.ends_with('/') && !VOID.contains(&name.as_str()) {
                open.push(name);
            }
        }
    }
    assert_eq!(open, [""; 0]);
    all
}

fn count(page: &str, what: &str) -> usize {
    page.matches(what).count()
}

pub(crate) fn the_page_shows_every_hand_off_and_every_mark_by_shape_and_word() {
    let game = eventful();
    let page = exported(&game.lines, Window::ALL);
    let names = elements(&page);
    assert!(!names.iter().any(|name| name == "script" || name == "link" || name == "img"), "{names:?}");
    assert!(!page.contains("http"), "it needs nothing from a network");
    let arrows = count(&page, "<path class=\"hop") as u64;
    // One is in the legend; one that crosses from band to band is in both.
    assert!(arrows > game.hops, "{arrows}");
    for word in ["death", "recall", "recovery", "freeze", "reinitialization", "fault", "fenced"] {
        assert!(page.contains(&format!("{word}</text>")), "{word}");
    }
    let pictures = count(&page, "role=\"img\"");
    assert!(pictures > 1);
    assert_eq!(count(&page, "<title id="), pictures);
    assert_eq!(count(&page, "<desc id="), pictures);
    assert_eq!(count(&page, "<th "), count(&page, "<th scope=\"col\""));
}

pub(crate) fn a_strangers_text_stays_text() {
    let evil = "</dd><script>alert(1)</script>\u{202e}\u{7}\"'&";
    let machine = Machine { cpu: Some(evil.to_owned()), cpus: Some(2), kernel: Some(evil.to_owned()) };
    let header = Header { machine, program: evil.to_owned(), unix_s: u64::MAX, ..header() };
    let mut game = Game::of(header);
    game.play(3).reinitialize(evil).play(3).end();
    let page = exported(&game.lines, Window::ALL);
    elements(&page);
    assert!(!page.contains("<script") && !page.contains('\u{202e}') && !page.contains('\u{7}'));
    assert!(page.contains("&lt;script&gt;alert(1)"));
}

pub(crate) fn a_long_game_is_shown_in_part_and_the_page_says_so() {
    let mut game = Game::begin();
    game.play(DEFAULT_HOPS as u64 + 50).hop(Some(40_000_000), true).kill().play(9).end();
    let page = exported(&game.lines, Window::ALL);
    assert!(page.contains("60 hand-offs after them are not shown"), "{page}");
    assert!(page.contains("<td class=\"n\">40.0 ms</td>"), "the tables are about all");
    assert!(page.contains("dies (SIGKILL)"));
    let whole = exported(&game.lines, Window { from: 0, to: Some(1000) });
    assert!(!whole.contains("not shown"));
}

pub(crate) fn a_game_without_hand_offs_is_a_page_too() {
    let page = exported(&Game::begin().end().lines, Window::ALL);
    elements(&page);
    assert!(page.contains("Nobody handed the ball over."));
    let mut sixteen = Game::of(Header { panes: 16, transport: TransportKind::Socket, ..header() });
    elements(&exported(&sixteen.play(30).end().lines, Window::ALL));
}

pub(crate) fn the_text_names_the_epochs_that_the_bands_have() {
    for hops in [0, 1, 2, 4, 9, 14, 15, 16, 40, DEFAULT_HOPS as u64 + 9] {
        for window in [Window::ALL, Window { from: 3, to: Some(9) }] {
            let page = exported(&Game::begin().play(hops).end().lines, window);
            let Some((_, text)) = page.split_once("<p>Epochs ") else { continue };
            let text = text.split(". ").next().unwrap();
            let captions: Vec<_> = page.split("<figcaption>Epoch").skip(1).collect();
            let epochs = |caption: &&str| -> Vec<u64> {
                let numbers = caption.trim_start_matches('s').split(", from").next().unwrap();
                numbers.split(" to ").map(|number| number.trim().parse().unwrap()).collect()
            };
            let all: Vec<_> = captions.iter().flat_map(epochs).collect();
            let (first, last) = (all.first().unwrap(), all.last().unwrap());
            assert_eq!(text, format!("{first} to {last}"), "{hops} hand-offs, {window:?}");
        }
    }
    let page = exported(&Game::begin().play(3).end().lines, Window::ALL);
    assert!(
        page.contains("<p>Epochs 1 to 4. ") && page.contains("<figcaption>Epochs 1 to 4, from"),
        "{page}"
    );
    let page = exported(&Game::begin().play(5).reinitialize("a test").play(2).end().lines, Window::ALL);
    assert!(page.contains("<p>Epochs 1 to 6, then 1 to 3. "), "{page}");
}

pub(crate) fn whoever_dies_with_the_ball_is_drawn_so() {
    let plain = exported(&Game::begin().play(5).end().lines, Window::ALL);
    assert_eq!(bars(&plain, "died (SIGKILL)"), [""; 0]);
    let mut game = Game::begin();
    game.play(2).kill().play(2).kill_the_taker().play(2).kill_the_taker_twice().play(2).end();
    let page = exported(&game.lines, Window::ALL);
    assert_eq!(bars(&page, "died (SIGKILL)"), ["died"; 3], "{page}");
    assert_eq!(bars(&page, "not seen"), [""; 0], "{page}");
}

pub(crate) fn the_legend_has_every_shape_of_the_diagram_and_no_other() {
    let games = [Game::begin(), eventful()].into_iter().chain([1, 5].map(|hops| {
        let mut game = Game::begin();
        game.play(hops).kill().end();
        game
    }));
    let mut most = 0;
    for game in games {
        let page = exported(&game.lines, Window::ALL);
        let (_, rest) = page.split_once("<ul class=\"legend\"").unwrap();
        let (legend, rest) = rest.split_once("</ul>").unwrap();
        let (diagram, _) = rest.split_once("<h2>").unwrap();
        assert_eq!(shapes(legend), shapes(diagram), "{page}");
        most = most.max(shapes(legend).len());
    }
    assert!(most > 12, "{most}");
    let page = exported(&eventful().lines, Window::ALL);
    for word in ["late write, fenced", "change of the transport", "replacement of the Region"] {
        assert!(page.contains(&format!("{word}</li>")), "{word}");
    }
}
