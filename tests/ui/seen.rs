//! What the court shows, read from the texts and shapes that are painted: goals, the winner, what has just happened.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

use std::time::Duration;

use egui::accesskit::Role;
use egui::{Color32, Rect, Shape, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use tripong::game::{Ball, GameMode, GameRules, PaneId, Score, Side};
use tripong::protocol::snapshot::Snapshot;
use tripong::protocol::{End, Event, GameSettings, NEWS_NS, RallyEnd, Recent, What, Zoom};
use tripong::ui::PaneUi;

use crate::{COURT, Window, held_by, resting, window};

const NOW_NS: u64 = 100_000_000_000;
const KILLED: &str = "Middle pane killed by SIGKILL";

/// The texts on the court, with what they take.
fn texts(harness: &Harness<'_, Window>) -> Vec<(String, Rect)> {
    let mut found = Vec::new();
    for clipped in &harness.output().shapes {
        if let Shape::Text(text) = &clipped.shape {
            found.push((text.galley.text().to_owned(), text.galley.rect.translate(text.pos.to_vec2())));
        }
    }
    found
}

fn is_painted(harness: &Harness<'_, Window>, text: &str) -> bool {
    texts(harness).iter().any(|(painted, _)| painted == text)
}

fn height(harness: &Harness<'_, Window>, text: &str) -> f32 {
    let texts = texts(harness);
    let found = texts.iter().find(|(painted, _)| painted == text);
    found.unwrap_or_else(|| panic!("{text} is not among {texts:?}")).1.height()
}

fn court_rect(harness: &Harness<'_, Window>) -> Rect {
    harness.get_by_role(Role::Image).rect()
}

/// The window of this pane.
fn of_pane(pane: u8, snapshot: Snapshot) -> Harness<'static, Window> {
    let mut harness = window(snapshot);
    harness.state_mut().view = PaneUi::new(COURT, PaneId(pane), 101, true);
    harness.run();
    harness
}

fn in_match(holder: u8, score: Score) -> Snapshot {
    let rules = GameRules { mode: GameMode::Match, ..GameRules::default() };
    let ball = resting().ball.map(|ball| Ball { score: Score { rules, ..score }, vx: -4.8, ..ball });
    let live_settings = GameSettings { rules: Some(rules), ..GameSettings::default() };
    Snapshot { ownership: held_by(PaneId(holder)), ball, live_settings, ..resting() }
}

/// A pane was killed so long ago.
fn killed(ago_ns: u64) -> Snapshot {
    let what = What::Died { pane: PaneId(1), pid: 102, how: End::Signal(9) };
    let events = vec![Event { at_ns: NOW_NS - ago_ns, what }];
    let recent = Recent { taken_ns: NOW_NS, events, rally_end: None };
    Snapshot { ownership: held_by(PaneId(0)), recent, ..resting() }
}

fn repaints_after(harness: &Harness<'_, Window>) -> Duration {
    harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay
}

/// Whether a shape of this kind is painted along this side of the court, as high as the court.
fn has_line_at(harness: &Harness<'_, Window>, x: f32) -> bool {
    let court = court_rect(harness);
    harness.output().shapes.iter().any(|clipped| match &clipped.shape {
        Shape::LineSegment { points: [from, to], .. } => {
            let is_there = (from.x - x).abs() < 4.0 && (from.x - to.x).abs() < 0.1;
            is_there && (from.y - to.y).abs() > court.height() - 1.0
        }
        _ => false,
    })
}

fn is_filled(harness: &Harness<'_, Window>, wanted: impl Fn(Rect, Color32) -> bool) -> bool {
    let is_wanted = |shape: &Shape| matches!(shape, Shape::Rect(rect) if wanted(rect.rect, rect.fill));
    harness.output().shapes.iter().any(|clipped| is_wanted(&clipped.shape))
}

#[test]
fn in_a_match_the_outer_sides_are_goals_and_in_a_rally_walls() {
    for pane in [0, 2] {
        for is_match in [false, true] {
            let rally = Snapshot { ownership: held_by(PaneId(0)), ..resting() };
            let harness = of_pane(pane, if is_match { in_match(0, Score::default()) } else { rally });
            let court = court_rect(&harness);
            let x = if pane == 0 { court.left() } else { court.right() };
            assert_eq!(has_line_at(&harness, x), !is_match, "pane {pane}: a wall");
            // Two posts, and lines aslant between them.
            let is_post = |rect: Rect, _| {
                let is_outer = (rect.left() - x).abs() < 0.1 || (rect.right() - x).abs() < 0.1;
                is_outer && rect.height() < court.height() / 10.0 && rect.width() < court.width() / 10.0
            };
            assert_eq!(is_filled(&harness, is_post), is_match, "pane {pane}: posts");
            let is_aslant = |shape: &Shape| matches!(shape, Shape::LineSegment { points: [a, b], .. } if a.x != b.x && a.y != b.y);
            let aslant = harness.output().shapes.iter().filter(|clipped| is_aslant(&clipped.shape)).count();
            assert_eq!(aslant > 20, is_match, "pane {pane}: {aslant} lines of a net");
        }
    }
}

#[test]
fn all_panes_say_goal_and_where_the_next_serve_goes_while_the_ball_lies_still() {
    let score = Score { right: 3, left: 1, pause: 100, ..Score::default() };
    for pane in 0..3 {
        let mut harness = of_pane(pane, in_match(0, score));
        assert!(is_painted(&harness, "Goal for the right: 1 : 3"), "{:?}", texts(&harness));
        assert!(is_painted(&harness, "The next serve goes to the left"));
        assert_eq!(
            repaints_after(&harness),
            Duration::MAX,
            "the ball's owner wakes this window when it is served"
        );
        harness.state_mut().snapshot = in_match(0, Score { pause: 0, ..score });
        harness.run();
        assert!(!is_painted(&harness, "Goal for the right: 1 : 3"));
    }
}

#[test]
fn after_the_serve_a_goal_is_news_and_in_a_rally_a_miss_is() {
    let end = |is_goal| Some(RallyEnd { at_ns: NOW_NS - 1, side: Side::Left, is_goal, hits: 1 });
    let mut goal = in_match(0, Score { right: 1, ..Score::default() });
    goal.recent = Recent { taken_ns: NOW_NS, rally_end: end(true), ..Recent::default() };
    let mut missed = Snapshot { ownership: held_by(PaneId(0)), ..resting() };
    missed.recent = Recent { taken_ns: NOW_NS, rally_end: end(false), ..Recent::default() };
    for pane in 0..3 {
        assert!(is_painted(&of_pane(pane, goal.clone()), "Goal for the right: 0 : 1"));
        let harness = of_pane(pane, missed.clone());
        assert!(is_painted(&harness, "Missed") && is_painted(&harness, "rally ended with 1 hit"));
    }
}

#[test]
fn at_the_end_the_winner_is_lit_and_nothing_points_to_the_ball() {
    for pane in 0..3 {
        let harness = of_pane(pane, in_match(2, Score { left: 11, right: 4, ..Score::default() }));
        assert!(
            is_painted(&harness, "Left wins, 11 : 4") && is_painted(&harness, "Space starts the next match")
        );
        assert!(!is_painted(&harness, "in the right pane"), "pane {pane}");
        let court = court_rect(&harness);
        let is_around =
            |rect: Rect| rect.expand(1.0).contains_rect(court) && court.expand(1.0).contains_rect(rect);
        let is_frame = |shape: &Shape| matches!(shape, Shape::Rect(rect) if rect.stroke.width >= 3.0 && is_around(rect.rect));
        let is_lit = harness.output().shapes.iter().any(|clipped| is_frame(&clipped.shape));
        assert_eq!(is_lit, pane == 0, "pane {pane}");
    }
    let playing = of_pane(0, in_match(2, Score { left: 10, ..Score::default() }));
    assert!(is_painted(&playing, "in the right pane"), "as long as it goes on");
}

#[test]
fn a_match_that_is_followed_by_a_rally_says_so() {
    let mut snapshot = in_match(2, Score { left: 11, ..Score::default() });
    snapshot.live_settings.rules = Some(GameRules::default());
    assert!(is_painted(&of_pane(1, snapshot), "Space starts a rally"));
}

#[test]
fn a_ball_at_rest_waits_for_the_space_bar_in_large_letters() {
    for pane in 0..3 {
        let harness = of_pane(pane, resting());
        assert!(height(&harness, "Press Space") > court_rect(&harness).height() / 9.0);
        assert!(is_painted(&harness, "or Start: the ball is served here"));
    }
    assert!(!is_painted(&of_pane(0, Snapshot { ownership: held_by(PaneId(0)), ..resting() }), "Press Space"));
}

#[test]
fn what_has_just_happened_is_read_from_the_last_row_in_every_pane() {
    for pane in 0..3 {
        let mut harness = of_pane(pane, Snapshot { recent: Recent::default(), ..killed(1) });
        assert!(!is_painted(&harness, KILLED));
        harness.state_mut().snapshot = killed(1);
        harness.run();
        assert!(height(&harness, KILLED) > court_rect(&harness).height() / 14.0);
        assert!(is_painted(&harness, "pid 102 died"));
        let status = harness.get_by_role(Role::Status).accesskit_node().label().unwrap_or_default();
        assert_eq!(status, "Middle pane killed by SIGKILL: pid 102 died.", "and it is read aloud");
    }
}

#[test]
fn news_go_in_one_frame_by_themselves_and_nothing_is_painted_meanwhile() {
    let ago_ns = 1_000_000_000;
    let mut harness = of_pane(1, killed(ago_ns));
    let left = repaints_after(&harness);
    let expected = Duration::from_nanos(NEWS_NS - ago_ns);
    assert!(left >= expected && left < expected + Duration::from_millis(20), "{left:?}");
    harness.state_mut().snapshot = killed(NEWS_NS);
    harness.run();
    assert!(!is_painted(&harness, KILLED));
    assert_eq!(repaints_after(&harness), Duration::MAX);
}

#[test]
fn news_lie_below_the_ball_at_the_bottom_and_leave_the_court_to_be_seen() {
    let mut snapshot = killed(1);
    let ball = snapshot.ball.as_mut().unwrap();
    (ball.x, ball.y) = (2.0, 2.6);
    let harness = of_pane(0, snapshot);
    let (court, shapes) = (court_rect(&harness), &harness.output().shapes);
    let texts = texts(&harness);
    let news = texts.iter().find(|(text, _)| text == KILLED).unwrap().1;
    assert!(news.top() > court.top() + 0.7 * court.height() && court.contains_rect(news));
    let place = |wanted: &dyn Fn(&Shape) -> bool| shapes.iter().rposition(|clipped| wanted(&clipped.shape));
    let ball = place(&|shape| matches!(shape, Shape::Circle(circle) if circle.fill == Color32::WHITE));
    let text = place(&|shape| matches!(shape, Shape::Text(text) if text.galley.text() == KILLED));
    assert!(ball.is_some() && text.is_some() && ball > text, "{ball:?} {text:?}");
    let is_band = |rect: Rect, fill: Color32| {
        rect.contains_rect(news) && rect.height() < court.height() / 3.0 && (1..255).contains(&fill.a())
    };
    assert!(is_filled(&harness, is_band));
}

/// The same game with everything twice as large, in a window of as many pixels.
fn twice_as_large(snapshot: &Snapshot, size: Vec2) -> [Harness<'static, Window>; 2] {
    [1.0, 2.0].map(|factor: f32| {
        let zoom = Zoom::of_factor(factor.into()).unwrap();
        let live_settings = GameSettings { zoom, ..snapshot.live_settings };
        let mut harness = window(Snapshot { live_settings, ..snapshot.clone() });
        harness.state_mut().view = PaneUi::new(COURT, PaneId(1), 101, true);
        harness.run();
        harness.set_size(size / factor);
        harness.run();
        harness
    })
}

#[test]
fn at_projector_size_the_texts_on_the_court_are_larger_and_still_inside() {
    let flying = Snapshot { ownership: held_by(PaneId(0)), ..resting() };
    let rally = |snapshot: Snapshot| {
        let score = Score { hits: 12, ..Score::default() };
        Snapshot { ball: snapshot.ball.map(|ball| Ball { score, ..ball }), ..snapshot }
    };
    let cases = [
        (resting(), "or Start: the ball is served here", 1.3),
        (flying.clone(), "process 1 of 3", 1.3),
        (rally(flying.clone()), "Rally 12   Best 0", 1.1),
        (flying, "I / K", 1.5),
        (in_match(0, Score { left: 1, right: 11, ..Score::default() }), "Space starts the next match", 1.3),
        (
            in_match(0, Score { left: 1, pause: 9, ..Score::default() }),
            "The next serve goes to the left",
            1.3,
        ),
        (killed(1), "pid 102 died", 1.2),
    ];
    // A third of a projector's picture.
    let size = vec2(426.0, 760.0);
    for (snapshot, text, least) in cases {
        let [usual, large] = twice_as_large(&snapshot, size);
        let ratio = 2.0 * height(&large, text) / height(&usual, text);
        assert!(ratio > least, "{text}: {ratio}");
        for harness in [&usual, &large] {
            let court = court_rect(harness);
            let inside = texts(harness).into_iter().filter(|(_, rect)| rect.intersects(court.shrink(2.0)));
            let inside: Vec<_> = inside.collect();
            for (index, (text, rect)) in inside.iter().enumerate() {
                assert!(court.expand(1.0).contains_rect(*rect), "{text}: {rect:?} in {court:?}");
                let over =
                    inside[..index].iter().find(|(_, other)| other.shrink(2.0).intersects(rect.shrink(2.0)));
                assert!(over.is_none(), "{text} and {over:?}");
            }
        }
    }
}
