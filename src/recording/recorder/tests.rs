use super::chain::{Begun, Chain, Known};
use super::logs::Logs;
use super::start::Seen;
use crate::game::{Control, Court, Outcome, Paddle, PaneId};
use crate::protocol::{Arrival, ControlChange, Owner, Ownership, Record, Region, Setup, TransportKind};
use crate::recording::line::{self, BallLine, Hex, Hop, Line, Reinitialized, Start};
use crate::shm::Mapping;

const COURT: Court = Court { panes: 3, seed: 7 };
const LEFT: PaneId = PaneId(0);
const MIDDLE: PaneId = PaneId(1);
const RIGHT: PaneId = PaneId(2);

fn ball_line() -> BallLine {
    BallLine::of(&COURT.serve(MIDDLE, None))
}

fn start(epoch: u64, pane: PaneId, hop: u64) -> Start {
    Start { at: 0, epoch, pane: Some(pane), ball: BallLine { hop, ..ball_line() }, paddles: Vec::new() }
}

/// From the middle to the right and back, from epoch 2 on.
fn hop(epoch: u64) -> Hop {
    let (from, to) = if epoch.is_multiple_of(2) { (MIDDLE, RIGHT) } else { (RIGHT, MIDDLE) };
    let via = TransportKind::Shared;
    Hop { epoch, hop: epoch - 1, tick: None, from, to, via, offered: None, took: None, state: None }
}

fn arrived(epoch: u64) -> Known {
    Known { hop: hop(epoch), arrived_ns: Some(epoch * 100) }
}

fn control(epoch: u64, tick: u64) -> line::Control {
    let pane = if epoch.is_multiple_of(2) { RIGHT } else { MIDDLE };
    line::Control { epoch, tick, pane, word: Hex(Control::Manual(Paddle::at(1.0)).word()) }
}

/// The middle pane has the ball in epoch 1.
fn chain(is_playable: bool) -> Chain {
    let mut chain = Chain::new(is_playable);
    chain.start(start(1, MIDDLE, 0));
    chain.take();
    chain
}

/// The lines in short: hops and controls by their epochs, all else by its name.
fn lines(chain: &mut Chain) -> Vec<String> {
    let short = |line: Line| match line {
        Line::Hop(hop) => format!("hop {}", hop.epoch),
        Line::Control(control) => format!("control {} {}", control.epoch, control.tick),
        Line::Unseen(unseen) => format!("unseen {} {}", unseen.first, unseen.last),
        Line::Start(start) => format!("start {}", start.epoch),
        Line::Reinitialized(back) => format!("back {} {}", back.back_to, back.epoch),
        other => format!("{other:?}"),
    };
    chain.take().into_iter().map(short).collect()
}

#[test]
fn the_controls_of_an_epoch_stand_between_its_line_and_the_next() {
    let mut chain = chain(true);
    [arrived(3), arrived(2)].into_iter().for_each(|known| chain.learn(known));
    [control(3, 31), control(2, 20), control(1, 7), control(1, 9), control(3, 33)]
        .into_iter()
        .for_each(|control| chain.learn_control(control));
    chain.write_hops(3, |_| true);
    assert_eq!(
        lines(&mut chain),
        ["control 1 7", "control 1 9", "hop 2", "control 2 20", "hop 3", "control 3 31", "control 3 33"]
    );
    // What comes later of the same epoch.
    chain.learn_control(control(3, 40));
    chain.learn_control(control(2, 30));
    chain.write_hops(3, |_| true);
    assert_eq!(lines(&mut chain), ["control 3 40"], "epoch 2 is over: nobody has that tick");
    assert_eq!(chain.corrupt, 0);
}

#[test]
fn controls_that_cannot_be_are_left_out_and_counted() {
    let mut chain = chain(true);
    chain.learn_control(control(1, 9));
    chain.learn_control(control(1, 9));
    chain.learn_control(control(1, 8));
    chain.learn_control(line::Control { pane: LEFT, ..control(1, 10) });
    chain.write_hops(1, |_| true);
    assert_eq!((lines(&mut chain), chain.corrupt), (vec!["control 1 9".to_owned()], 3));
}

#[test]
fn epochs_that_no_log_has_are_one_line_where_nobody_may_play() {
    let mut chain = chain(false);
    [arrived(2), arrived(6), arrived(7)].into_iter().for_each(|known| chain.learn(known));
    chain.write_hops(7, |_| true);
    assert_eq!(lines(&mut chain), ["hop 2", "unseen 3 5", "hop 6", "hop 7"]);
    assert_eq!((chain.unseen, chain.corrupt), (3, 0));
    // One that comes too late stays unseen.
    chain.learn(arrived(4));
    chain.write_hops(7, |_| true);
    assert!(lines(&mut chain).is_empty());
    chain.come_to_the_end(9);
    assert_eq!((lines(&mut chain), chain.unseen), (vec!["unseen 8 9".to_owned()], 5));
}

#[test]
fn where_people_may_play_what_is_lost_ends_in_a_start() {
    let mut chain = chain(true);
    [arrived(2), arrived(6)].into_iter().for_each(|known| chain.learn(known));
    chain.write_hops(6, |_| true);
    assert_eq!(lines(&mut chain), ["hop 2"]);
    assert!(chain.waits_for_a_start() && !chain.may_start_at(3), "a line has to say that something was lost");
    chain.learn_control(control(2, 44));
    assert!(!chain.comes_to(8));
    chain.start(start(8, RIGHT, 7));
    chain.learn(arrived(9));
    chain.write_hops(9, |_| true);
    assert_eq!(lines(&mut chain), ["unseen 3 7", "start 8", "hop 9"]);
    assert_eq!(chain.unseen, 5);
}

#[test]
fn a_hand_off_that_cannot_be_is_left_out() {
    let wrong_number = Known { hop: Hop { hop: 9, ..hop(2) }, arrived_ns: Some(1) };
    let wrong_giver = Known { hop: Hop { from: RIGHT, to: MIDDLE, ..hop(2) }, arrived_ns: Some(1) };
    for wrong in [wrong_number, wrong_giver] {
        let mut chain = chain(false);
        chain.learn(wrong);
        chain.learn(arrived(3));
        chain.write_hops(3, |_| true);
        assert_eq!(lines(&mut chain), ["unseen 2 2", "hop 3"]);
        assert_eq!((chain.unseen, chain.corrupt), (1, 1));
    }
}

#[test]
fn a_hand_off_waits_for_what_its_taker_notes_and_keeps_what_was_known_before() {
    let mut chain = chain(false);
    let state = Some(ball_line().state);
    chain.learn(Known { hop: Hop { tick: Some(9), state, ..hop(2) }, arrived_ns: None });
    chain.write_hops(2, |known| known.arrived_ns.is_some());
    assert!(lines(&mut chain).is_empty());
    chain.learn(Known { hop: Hop { offered: Some(5), took: Some(3), ..hop(2) }, arrived_ns: Some(8) });
    chain.write_next_hops(|known| known.arrived_ns.is_some());
    let [Line::Hop(written)] = chain.take()[..] else { panic!() };
    assert_eq!(written, Hop { tick: Some(9), state, offered: Some(5), took: Some(3), ..hop(2) });
}

#[test]
fn the_game_goes_back_to_what_is_recorded_or_begins_anew() {
    let back = |back_to: u64, tick: u64| Reinitialized {
        at: 0,
        back_to,
        epoch: back_to + 1,
        pane: Some(RIGHT),
        ball: BallLine { tick, hop: back_to - 1, ..ball_line() },
        reason: String::new(),
    };
    let mut chain = chain(true);
    [arrived(2), arrived(3)].into_iter().for_each(|known| chain.learn(known));
    chain.write_hops(3, |_| true);
    chain.learn_control(control(3, 8));
    assert!(chain.go_back(back(2, 5)));
    assert_eq!(lines(&mut chain), ["hop 2", "hop 3", "control 3 8", "back 2 3"]);
    assert_eq!(chain.last(), Some(Begun { epoch: 3, holder: Some(RIGHT), hop: 1 }));
    // What was not yet written of the old Region is void.
    assert!(!chain.knows(4));
    // To a state that was not seen, or is before the first one.
    assert!(!chain.go_back(back(5, 5)));
    assert_eq!(lines(&mut chain), ["unseen 4 5", "back 5 6"]);
    chain.start(start(6, RIGHT, 4));
    assert!(!chain.go_back(back(4, 5)));
    assert_eq!(lines(&mut chain), ["start 6", "back 4 5"]);
}

/// A game in a Region of its own, which a test plays as the processes of the panes do.
struct Game {
    mapping: Mapping<Region>,
    ownership: Ownership,
    record: Record,
    controls: u64,
}

impl Game {
    /// The middle pane has the ball.
    fn new() -> Self {
        let (_memfd, mapping) = Mapping::create(&Setup::headless(COURT, 1)).unwrap();
        let record = Record::served(COURT.serve(MIDDLE, None), 1, 0);
        mapping.region().slot(Owner::Supervisor).write_both(0, &record);
        let ownership = mapping.region().baton.reclaim(Ownership::REST, MIDDLE).unwrap();
        Self { mapping, ownership, record, controls: 0 }
    }

    fn region(&self) -> &Region {
        self.mapping.region()
    }

    fn holder(&self) -> PaneId {
        self.ownership.holder.pane().unwrap()
    }

    /// The holder plays one tick. True if the ball has left it.
    fn tick(&mut self) -> bool {
        let me = self.holder();
        let Record { ball, paddle, .. } = &mut self.record;
        let outcome = COURT.advance(me, ball, paddle, Control::Autopilot);
        self.region().pane(me).write(self.ownership.epoch, &self.record);
        let Outcome::LeavesTo(to) = outcome else { return false };
        self.region().baton.hand_off(self.ownership, to).unwrap();
        self.ownership = self.ownership.handed_to(to);
        self.record = self.region().ball_as_taken(self.ownership, &COURT).unwrap();
        true
    }

    /// Plays until the ball is in the next pane, which has noted it.
    fn hand_off(&mut self) {
        while !self.tick() {}
        let Record { ball, via, .. } = self.record;
        let arrival = Arrival::of(self.ownership, via, ball.hop, 5, 9);
        self.region().arrival_log(self.holder()).push(arrival.words());
    }

    fn note_control(&mut self, tick: u64) {
        self.controls += 1;
        let control = Control::Manual(Paddle::at(1.0 + (self.controls % 100) as f64 / 1000.0));
        let change = ControlChange { epoch: self.ownership.epoch, tick, control };
        self.region().control_log(self.holder()).push(change.words());
    }
}

#[test]
#[cfg_attr(miri, ignore = "Miri knows no memfd")]
fn hand_offs_are_read_with_their_balls_and_what_cannot_be_is_counted() {
    let mut game = Game::new();
    let (mut logs, mut chain) = (Logs::new(COURT, 0), Chain::new(true));
    chain.start(start(1, MIDDLE, 0));
    game.hand_off();
    let ball = game.record.ball;
    let wrong: [[u64; 4]; 5] = [
        [u64::MAX; 4],
        // A hop too many, a time to come, a giver that is no neighbour, an epoch to come.
        [2 << 16 | 1 << 8, 7, 5, 9],
        [2 << 16 | 1 << 8, 1, 5, u64::MAX],
        [2 << 16, 1, 5, 9],
        [99 << 16 | 1 << 8, 98, 5, 9],
    ];
    wrong.iter().for_each(|words| game.region().arrival_log(RIGHT).push(*words));
    game.note_control(ball.tick + 1);
    game.note_control(ball.tick + 2);
    game.region().control_log(RIGHT).push([2, ball.tick + 1, 7]);
    let look = logs.read(game.region(), &mut chain, &[], true).unwrap();
    assert!(look.before == game.ownership && !look.lost_controls);
    chain.write_hops(look.before.epoch, |_| true);
    let written = chain.take();
    let [Line::Start(_), Line::Hop(hop), Line::Control(control)] = &written[..] else {
        panic!("{written:?}")
    };
    assert_eq!((hop.tick, hop.state), (Some(ball.tick), Some(line::Bits::of(&ball))));
    assert_eq!((hop.from, hop.to, hop.took), (MIDDLE, RIGHT, Some(4)));
    assert_eq!((control.epoch, control.tick, control.pane), (2, ball.tick + 1, RIGHT));
    assert_eq!(chain.corrupt, 5 + 2, "a control of a tick after the next, and a word that is none");
}

#[test]
#[cfg_attr(miri, ignore = "Miri knows no memfd")]
fn controls_that_were_overwritten_before_they_were_read_are_missed() {
    let mut game = Game::new();
    let (mut logs, mut chain) = (Logs::new(COURT, 0), Chain::new(true));
    chain.start(start(1, MIDDLE, 0));
    for (count, is_lost) in [(127, false), (127, false), (128, true), (3, false)] {
        for _ in 0..count {
            game.tick();
            game.note_control(game.record.ball.tick);
        }
        let look = logs.read(game.region(), &mut chain, &[], true).unwrap();
        assert_eq!((look.lost_controls, chain.waits_for_a_start()), (is_lost, is_lost));
        if is_lost {
            chain.start(start(3, MIDDLE, 0));
        }
    }
    // Where nobody may play, there is nothing to lose.
    (0..200).for_each(|tick| game.note_control(tick + 1));
    assert!(!logs.read(game.region(), &mut chain, &[], false).unwrap().lost_controls);
    game.region().control_log(MIDDLE).set_count(u64::MAX);
    assert!(logs.read(game.region(), &mut chain, &[], true).unwrap().lost_controls);
}

#[test]
#[cfg_attr(miri, ignore = "Miri knows no memfd")]
fn a_start_in_the_middle_of_a_game_has_the_paddles_as_the_panes_have_left_them() {
    let mut game = Game::new();
    for _ in 0..6 {
        for _ in 0..10 {
            game.tick();
        }
        let seen = Seen::now(game.region(), &COURT).unwrap();
        assert!(seen.start(game.region(), &COURT, game.ownership).is_none(), "it is the same epoch");
        game.hand_off();
        // The taker has played on by the time.
        let taken = game.record;
        for _ in 0..3 {
            game.tick();
        }
        let start = seen.start(game.region(), &COURT, game.ownership).unwrap();
        assert_eq!((start.epoch, start.pane), (game.ownership.epoch, Some(game.holder())));
        assert_eq!(start.ball, BallLine::of(&taken.ball));
        let (place, tick) = start.paddles[game.holder().index()];
        let paddle = Paddle { y: f64::from_bits(place.0) }.returned(taken.ball.tick - tick);
        assert_eq!(paddle, taken.paddle, "as the taker has begun with it");
        game.hand_off();
        assert!(seen.start(game.region(), &COURT, game.ownership).is_none(), "two hand-offs later");
    }
}
