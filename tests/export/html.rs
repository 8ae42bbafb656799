//! The page.

use tripong::protocol::TransportKind;
use tripong::recording::Line;
use tripong::recording::export::{DEFAULT_HOPS, HtmlExport, Window};
use tripong::recording::line::{Header, Machine};

use crate::game::{Game, eventful, header};

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
