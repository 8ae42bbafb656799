//! Where the ball is while a frame is painted: the newest record is of the last tick, and a frame comes at any time
//! between two ticks. A pure function of the snapshot and the time, over the physics that the ball's owner will use.

use crate::game::{Ball, Control, Court, Outcome, Paddle, PaneId, SPEED, TICKS_PER_SECOND};
use crate::protocol::snapshot::Snapshot;

/// A frame shows at most so many ticks more than the newest record: the one on its way, and one that its owner is late
/// with.
const MOST_TICKS: f64 = 2.0;
/// Where no tick came for longer than this after it was due, time stands still (the owner is frozen): the ball is shown
/// where it is.
const STANDS_STILL_AFTER_NS: u64 = 100_000_000;
/// A ball that is further away after one tick has not flown there: it was served after a goal. In court units.
const LONGEST_FLIGHT: f64 = 1.5 * SPEED / TICKS_PER_SECOND as f64;

/// Moves ball and paddles on from where the newest record has them to where they are at `now_ns`
/// (`CLOCK_MONOTONIC`). Nothing, while the ball rests, is paused, or is not played on by its owner. Walls and paddles are
/// met as in the game: nothing is shown beyond them. Only for a game in real time.
pub(super) fn move_on(snapshot: &mut Snapshot, court: &Court, now_ns: u64) {
    let Some(mut ticks) = ticks_since_record(snapshot, now_ns) else { return };
    let (Some(mut pane), Some(mut ball)) = (snapshot.holder(), snapshot.ball) else { return };
    while ticks > 0.0 {
        let before = ball;
        let Some(outcome) = tick(snapshot, court, pane, &mut ball, ticks.min(1.0)) else { return };
        let part = ticks.min(1.0);
        let Some(shown) = &mut snapshot.ball else { return };
        (shown.x, shown.y) = (between(before.x, ball.x, part), between(before.y, ball.y, part));
        if let Outcome::LeavesTo(to) = outcome {
            (pane, ball) = (to, ball.handed_over());
        }
        ticks -= 1.0;
    }
}

/// How many ticks are over since the one that the newest record is of; None if time stands still.
fn ticks_since_record(snapshot: &Snapshot, now_ns: u64) -> Option<f64> {
    if snapshot.live_settings.paused || !snapshot.is_in_play() {
        return None;
    }
    let next_due_ns = snapshot.due_ns?;
    if now_ns > next_due_ns.saturating_add(STANDS_STILL_AFTER_NS) {
        return None;
    }
    let tick_ns = snapshot.live_settings.pace(&snapshot.score()).tick_ns();
    let since_ns = now_ns.saturating_add(tick_ns).saturating_sub(next_due_ns);
    let float = |ns: u64| f64::from(u32::try_from(ns).unwrap_or(u32::MAX));
    Some((float(since_ns) / float(tick_ns)).min(MOST_TICKS))
}

/// The next tick of the ball, as its owner will play it, and this part of it for the paddles. None if it is a goal: the
/// ball does not fly to where it is served next.
fn tick(snapshot: &mut Snapshot, court: &Court, pane: PaneId, ball: &mut Ball, part: f64) -> Option<Outcome> {
    let before = *ball;
    let view = snapshot.panes.get(pane.index())?;
    let mut struck_by = view.paddle;
    let outcome = court.advance(pane, ball, &mut struck_by, view.control);
    let has_flown = (ball.x - before.x).abs().max((ball.y - before.y).abs()) < LONGEST_FLIGHT;
    for (index, view) in snapshot.panes.iter_mut().enumerate() {
        let next = match view.control {
            Control::Autopilot if index == pane.index() => struck_by,
            Control::Autopilot => view.paddle.returned(1),
            Control::Manual(paddle) => paddle,
            Control::Held(key) => key.paddle(ball.tick),
        };
        view.paddle = Paddle::at(between(view.paddle.y, next.y, part));
    }
    has_flown.then_some(outcome)
}

fn between(from: f64, to: f64, part: f64) -> f64 {
    from + (to - from) * part
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::game::{Direction, GameMode, GameRules, HeldKey, Score, mix};
    use crate::protocol::snapshot::PaneView;
    use crate::protocol::{GameSettings, Owner, Ownership, Recent, Speed, Tempo, TransportKind};

    const COURT: Court = Court { panes: 3, seed: 7 };
    /// Pixels per court unit in a window of the default size.
    const SCALE: f64 = super::super::theme::DEFAULT_WIDTH as f64 / crate::game::PANE_WIDTH;

    /// A whole number below `below`, drawn anew.
    fn draw(state: &mut u64, below: u64) -> u64 {
        *state = mix(*state, 1);
        *state % below
    }

    /// What a snapshot shows after every tick of a game of autopilots at this speed; the first tick is due at 0.
    fn game(seed: u64, speed: Speed, ticks: u64) -> Vec<Snapshot> {
        let court = Court { seed, ..COURT };
        let (mut pane, mut ball) = (court.middle(), court.serve(court.middle(), None));
        let view = PaneView { pid: 1, incarnation: 1, paddle: Paddle::MIDDLE, control: Control::Autopilot };
        let mut panes = vec![view; 3];
        let mut shown = Vec::new();
        for tick in 1..=ticks {
            let mut struck_by = panes[pane.index()].paddle;
            let outcome = court.advance(pane, &mut ball, &mut struck_by, Control::Autopilot);
            for (index, view) in panes.iter_mut().enumerate() {
                view.paddle = if index == pane.index() { struck_by } else { view.paddle.returned(1) };
            }
            if let Outcome::LeavesTo(to) = outcome {
                (pane, ball) = (to, ball.handed_over());
            }
            let holder = Owner::Pane(pane);
            let ownership = Ownership { epoch: ball.hop + 1, giver: Owner::Supervisor, holder };
            shown.push(Snapshot {
                ownership,
                ball: Some(ball),
                due_ns: Some(tick * speed.tick_ns()),
                panes: panes.clone(),
                transport: TransportKind::Shared,
                hand_off: None,
                medians_ns: [None; 3],
                live_settings: GameSettings { speed, ..GameSettings::default() },
                recording: None,
                recent: Recent::default(),
            });
        }
        shown
    }

    fn position(snapshot: &Snapshot) -> (f64, f64) {
        let ball = snapshot.ball.unwrap();
        (ball.x, ball.y)
    }

    fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
        (a.0 - b.0).hypot(a.1 - b.1)
    }

    /// Where the ball ideally is: the exact physics, linear between the ticks.
    fn ideal(game: &[Snapshot], now_ns: u64, tick_ns: u64) -> (f64, f64) {
        let index = usize::try_from(now_ns / tick_ns).unwrap();
        let (from, to) = (position(&game[index]), position(&game[index + 1]));
        let part = (now_ns % tick_ns) as f64 / tick_ns as f64;
        (between(from.0, to.0, part), between(from.1, to.1, part))
    }

    /// How far from the ideal the ball is drawn in 99 of 100 frames, in pixels of a window of the default size: as the
    /// newest record has it, and as it is moved on. The window paints 60 times a second, at any phase, each frame up to 8 ms
    /// late; the newest record comes up to a tick late.
    fn jitter_px(speed: Speed) -> [f64; 2] {
        const FRAME_NS: u64 = 16_666_667;
        let tick_ns = speed.tick_ns();
        let (mut newest, mut moved) = (Vec::new(), Vec::new());
        for seed in 0..5 {
            let court = Court { seed, ..COURT };
            let game = game(seed, speed, 4000);
            let mut random = seed;
            let phase_ns = draw(&mut random, FRAME_NS);
            for frame in 1..3000 * tick_ns / FRAME_NS {
                let now_ns = frame * FRAME_NS + phase_ns + draw(&mut random, 8_000_000);
                let written = (now_ns - draw(&mut random, tick_ns)) / tick_ns;
                let mut snapshot = game[usize::try_from(written).unwrap()].clone();
                let ideal = ideal(&game, now_ns, tick_ns);
                newest.push(distance(position(&snapshot), ideal) * SCALE);
                move_on(&mut snapshot, &court, now_ns);
                moved.push(distance(position(&snapshot), ideal) * SCALE);
            }
        }
        [newest, moved].map(|mut errors| {
            errors.sort_by(f64::total_cmp);
            errors[errors.len() * 99 / 100]
        })
    }

    #[test]
    fn in_99_of_100_frames_the_ball_is_drawn_less_than_a_pixel_from_where_it_is() {
        for speed in Speed::ALL {
            let [newest, moved] = jitter_px(speed);
            println!("{speed:?}: the newest record {newest:.2} px, moved on {moved:.4} px");
            assert!(moved < 1.0, "{speed:?}: {moved} px");
            assert!(newest > 1.0, "{speed:?}: the newest record would do: {newest} px");
        }
    }

    #[test]
    fn at_a_risen_tempo_the_ball_is_moved_on_as_fast_as_it_flies() {
        let mut flying = game(7, Speed::Normal, 100).pop().unwrap();
        flying.live_settings.tempo = Tempo::Rising;
        if let Some(ball) = &mut flying.ball {
            ball.score.hits = 50;
        }
        // Twice as fast as at the serve.
        let tick_ns = Speed::Normal.tick_ns() / 2;
        let due_ns = flying.due_ns.unwrap();
        let flown = |now_ns| {
            let mut drawn = flying.clone();
            move_on(&mut drawn, &COURT, now_ns);
            distance(position(&drawn), position(&flying)) * f64::from(TICKS_PER_SECOND) / SPEED
        };
        for (now_ns, ticks) in [(due_ns - tick_ns, 0.0), (due_ns - tick_ns / 2, 0.5), (due_ns, 1.0)] {
            assert!((flown(now_ns) - ticks).abs() < 1e-3, "{} ticks, not {ticks}", flown(now_ns));
        }
    }

    #[test]
    fn paddles_of_the_autopilot_are_drawn_between_ticks_too() {
        let game = game(3, Speed::Normal, 1000);
        let tick_ns = Speed::Normal.tick_ns();
        for pair in game.windows(2) {
            let mut snapshot = pair[0].clone();
            move_on(&mut snapshot, &Court { seed: 3, ..COURT }, pair[0].due_ns.unwrap() - tick_ns / 2);
            for ((drawn, before), after) in snapshot.panes.iter().zip(&pair[0].panes).zip(&pair[1].panes) {
                let middle = f64::midpoint(before.paddle.y, after.paddle.y);
                assert!((drawn.paddle.y - middle).abs() < 1e-3, "{drawn:?}, not {middle}");
            }
        }
    }

    #[test]
    fn a_paddle_that_a_key_moves_is_drawn_between_ticks_too() {
        let mut snapshot = game(3, Speed::Normal, 100).pop().unwrap();
        let tick = snapshot.ball.unwrap().tick;
        let key = HeldKey::pressed(Paddle::MIDDLE, Direction::Down, tick - 10, PaneId(1));
        for view in &mut snapshot.panes {
            (view.control, view.paddle) = (Control::Held(key), key.paddle(tick));
        }
        let now_ns = snapshot.due_ns.unwrap() - Speed::Normal.tick_ns() / 2;
        move_on(&mut snapshot, &Court { seed: 3, ..COURT }, now_ns);
        for view in &snapshot.panes {
            let steps = (view.paddle.y - Paddle::MIDDLE.y) / Paddle::STEP;
            assert!((steps - 10.5).abs() < 1e-3, "{steps}");
        }
    }

    #[test]
    fn nothing_is_drawn_beyond_a_wall_however_late_the_record_is() {
        let game = game(5, Speed::Normal, 4000);
        for (index, snapshot) in game.iter().enumerate() {
            let mut drawn = snapshot.clone();
            let now_ns = snapshot.due_ns.unwrap() + u64::try_from(index).unwrap() * 9_973 % 30_000_000;
            move_on(&mut drawn, &Court { seed: 5, ..COURT }, now_ns);
            let ((x, y), radius) = (position(&drawn), drawn.ball.unwrap().radius());
            assert!((radius..=COURT.width() - radius).contains(&x), "{x}");
            assert!((radius..=crate::game::HEIGHT - radius).contains(&y), "{y}");
            let most = MOST_TICKS * SPEED / f64::from(TICKS_PER_SECOND);
            assert!(distance((x, y), position(snapshot)) <= most + 1e-9, "it flies for two ticks at most");
        }
    }

    #[test]
    fn a_ball_that_does_not_fly_is_drawn_where_it_is() {
        let flying = game(7, Speed::Normal, 100).pop().unwrap();
        let now_ns = flying.due_ns.unwrap();
        let stands = |snapshot: &Snapshot, now_ns| {
            let mut drawn = snapshot.clone();
            move_on(&mut drawn, &COURT, now_ns);
            drawn == *snapshot
        };
        assert!(!stands(&flying, now_ns));
        let paused = GameSettings { paused: true, ..GameSettings::default() };
        assert!(stands(&Snapshot { live_settings: paused, ..flying.clone() }, now_ns), "paused");
        assert!(stands(&Snapshot { ownership: Ownership::REST, ..flying.clone() }, now_ns), "at rest");
        assert!(stands(&Snapshot { due_ns: None, ..flying.clone() }, now_ns), "not in real time");
        assert!(stands(&flying, now_ns + 1_000_000_000), "its owner is frozen");
    }

    #[test]
    fn after_a_goal_the_ball_does_not_fly_to_its_start() {
        let mut snapshot = game(7, Speed::Normal, 1).pop().unwrap();
        let ball = snapshot.ball.as_mut().unwrap();
        ball.score = Score::new(GameRules { mode: GameMode::Match, ..GameRules::default() });
        (ball.x, ball.y, ball.vx, ball.vy) = (ball.radius() + 0.001, 0.5, -SPEED, 0.0);
        snapshot.ownership.holder = Owner::Pane(PaneId(0));
        let before = position(&snapshot);
        let now_ns = snapshot.due_ns.unwrap() - 1;
        move_on(&mut snapshot, &COURT, now_ns);
        assert_eq!(position(&snapshot), before);
    }
}
