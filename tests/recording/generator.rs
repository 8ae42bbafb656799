//! Recordings of games that were never played by processes: the panes as the protocol has them, one after the other in this process,
//! by the records that they would write. So they are made by other code than the one that reads them.

#![allow(dead_code, reason = "every test uses its own part of this")]

use std::io::Write;
use std::mem;

use tripong::game::{Ball, BallSize, Control, Court, Direction, GameMode, GameRules, HeldKey, Outcome};
use tripong::game::{Paddle, PaneId, Skill, mix};
use tripong::protocol::{Action, End, GameSettings, Record, TransportKind};
use tripong::recording::Line;
use tripong::recording::line::Unseen;
use tripong::recording::line::{
    self, ActionDone, BallLine, Bits, Check, Died, FORMAT, Fenced, Header, Hex, Hop,
};
use tripong::recording::line::{
    Machine, OfPane, RecordingEnd, Recovered, Reinitialized, Serve, Start, Started,
};

/// Time that a tick takes in these games, in ns.
const TICK_NS: u64 = 4_166_666;

/// A game, and what was recorded of it.
#[derive(Clone)]
pub(crate) struct Author {
    pub(crate) court: Court,
    pub(crate) epoch: u64,
    holder: Option<PaneId>,
    record: Record,
    /// The last record that each pane has written, and the one before.
    last: Vec<Option<(u64, Record)>>,
    /// The record before the last one of this epoch.
    before: Option<Record>,
    in_force: Control,
    playable: bool,
    /// A person moves the mouse, and so a paddle, all the time.
    pub(crate) has_mouse: bool,
    /// Hand-offs without a line, since nobody looked.
    looks_away: bool,
    unseen: Option<Unseen>,
    unseen_in_all: u64,
    incarnations: Vec<u64>,
    now: u64,
    draws: u64,
    seed: u64,
    pub(crate) lines: Vec<Line>,
}

/// A game like the ones of `tripong --headless --seed SEED`, with a `start` at rest.
pub(crate) fn author(panes: u8, seed: u64, playable: bool) -> Author {
    let court = Court { panes, seed };
    let ball = court.serve(court.middle(), None);
    let panes = usize::from(panes);
    let mut author = Author {
        court,
        epoch: 0,
        holder: None,
        record: Record::served(ball, 0, 0),
        last: vec![None; panes],
        before: None,
        in_force: Control::Autopilot,
        playable,
        has_mouse: false,
        looks_away: false,
        unseen: None,
        unseen_in_all: 0,
        incarnations: vec![0; panes],
        now: 1000,
        draws: 0,
        seed,
        lines: Vec::new(),
    };
    author.lines.push(Line::Recording(Box::new(header(court, playable))));
    author.lines.push(author.start());
    court.all_panes().for_each(|pane| author.start_process(pane));
    author
}

pub(crate) fn header(court: Court, playable: bool) -> Header {
    Header {
        format: FORMAT,
        program: "0.1.0".to_owned(),
        layout: 8,
        seed: court.seed,
        panes: court.panes,
        paced: true,
        playable,
        windows: playable,
        transport: TransportKind::Shared,
        settings: GameSettings::default(),
        unix_s: 1_796_000_000,
        origin_ns: 5_000_000_000,
        machine: Machine { cpu: Some("A CPU".to_owned()), cpus: Some(2), kernel: Some("6.18".to_owned()) },
    }
}

impl Author {
    fn draw(&mut self, below: u64) -> u64 {
        self.draws += 1;
        mix(mix(self.seed, self.draws), 77) % below
    }

    fn at(&mut self) -> u64 {
        self.now += 100;
        self.now
    }

    pub(crate) fn ball(&self) -> Ball {
        self.record.ball
    }

    /// The state as it is, as the first line that says it.
    pub(crate) fn start(&self) -> Line {
        let paddles = self.court.all_panes().map(|pane| match &self.last[pane.index()] {
            Some((epoch, record)) if *epoch >= self.record.rally => (record.paddle, record.ball.tick),
            _ => (Paddle::MIDDLE, self.record.ball.tick),
        });
        let paddles = paddles.map(|(paddle, tick)| (Hex(paddle.y.to_bits()), tick)).collect();
        let ball = BallLine::of(&self.record.ball);
        Line::Start(Box::new(Start { at: self.now, epoch: self.epoch, pane: self.holder, ball, paddles }))
    }

    pub(crate) fn push(&mut self, line: Line) {
        self.lines.push(line);
    }

    fn start_process(&mut self, pane: PaneId) {
        self.incarnations[pane.index()] += 1;
        let incarnation = self.incarnations[pane.index()];
        let pid = 1000 * u32::try_from(incarnation).unwrap() + u32::from(pane.0);
        let at = self.at();
        self.push(Line::Started(Started { at, pane, incarnation, pid }));
    }

    /// A serve from this pane: the first one, or a recall. The recall may have taken a record that is `late` ticks old.
    pub(crate) fn serve(&mut self, pane: PaneId, rules: GameRules, late: &[Record]) {
        self.tell_the_unseen();
        let before = self.holder.map(|_| late.first().unwrap_or(&self.record).ball);
        let ball = self.court.serve_by(rules, pane, before);
        let from = self.holder;
        self.epoch += 1;
        self.record = Record::served(ball, self.epoch, 0);
        (self.holder, self.in_force, self.before) = (Some(pane), Control::Autopilot, None);
        let (at, epoch) = (self.at(), self.epoch);
        let before = before.as_ref().map(BallLine::of);
        let ball = BallLine::of(&ball);
        self.push(Line::Serve(Box::new(Serve { at, epoch, pane, from, before, rules, ball })));
    }

    /// What a person does with the paddle of this pane at this tick.
    fn wanted(&mut self, pane: PaneId) -> Control {
        if !self.playable {
            return Control::Autopilot;
        }
        if self.has_mouse {
            let place = self.record.ball.tick % 2200;
            return Control::Manual(Paddle::at(0.4 + f64::from(place as u32) / 1000.0));
        }
        let phase = mix(self.seed, self.record.ball.tick / 90 + u64::from(pane.0)) % 4;
        let tick = self.record.ball.tick;
        match phase {
            0 => Control::Autopilot,
            1 => Control::Manual(Paddle::at(0.4 + f64::from((tick / 7 % 23) as u32) / 10.0)),
            2 => Control::Manual(Paddle::at(1.0)),
            _ => {
                let key = HeldKey::pressed(Paddle::at(1.2), Direction::Down, tick / 90 * 90, pane);
                Control::from_word(Control::Held(key).word())
            }
        }
    }

    /// One tick of the holder, and the hand-off that may follow.
    pub(crate) fn tick(&mut self) {
        let pane = self.holder.unwrap();
        let control = self.wanted(pane);
        if control != self.in_force {
            let (epoch, tick) = (self.epoch, self.record.ball.tick + 1);
            self.push(Line::Control(line::Control { epoch, tick, pane, word: Hex(control.word()) }));
            self.in_force = control;
        }
        self.before = Some(self.record);
        let Record { ball, paddle, .. } = &mut self.record;
        let outcome = self.court.advance(pane, ball, paddle, control);
        self.now += TICK_NS;
        self.last[pane.index()] = Some((self.epoch, self.record));
        if let Outcome::LeavesTo(to) = outcome {
            self.hand_over(pane, to);
        }
    }

    fn hand_over(&mut self, from: PaneId, to: PaneId) {
        self.epoch += 1;
        let mut record = Record { ball: self.record.ball.handed_over(), ..self.record };
        record.paddle = match &self.last[to.index()] {
            Some((epoch, mine)) => mine.paddle_later(*epoch, &record),
            None => Paddle::MIDDLE,
        };
        (self.record, self.holder, self.in_force, self.before) = (record, Some(to), Control::Autopilot, None);
        let Ball { tick, hop, .. } = record.ball;
        if self.looks_away {
            let first = self.unseen.map_or(self.epoch, |unseen| unseen.first);
            self.unseen = Some(Unseen { first, last: self.epoch });
            return;
        }
        self.tell_the_unseen();
        let is_known = self.draw(20) > 0;
        let via = TransportKind::ALL[self.draw(3) as usize];
        let offered = self.now;
        let took = 1000 + self.draw(50_000);
        let known = |word| is_known.then_some(word);
        self.push(Line::Hop(Hop {
            epoch: self.epoch,
            hop,
            tick: known(tick),
            from,
            to,
            via,
            offered: Some(offered),
            took: Some(took),
            state: is_known.then(|| Bits::of(&record.ball)),
        }));
    }

    /// From now on hand-offs are not seen, or are seen again.
    pub(crate) fn look_away(&mut self, away: bool) {
        self.looks_away = away;
    }

    fn tell_the_unseen(&mut self) {
        if let Some(unseen) = self.unseen.take() {
            self.unseen_in_all += unseen.last - unseen.first + 1;
            self.push(Line::Unseen(unseen));
        }
    }

    /// So many epochs were not seen, and what was played in them is not known.
    pub(crate) fn tell_of_a_gap(&mut self) {
        self.tell_the_unseen();
    }

    /// So long nothing happens.
    pub(crate) fn rest(&mut self, ns: u64) {
        self.now += ns;
    }

    /// These epochs were not seen.
    pub(crate) fn miss(&mut self, first: u64, last: u64) {
        self.unseen_in_all += last - first + 1;
        self.push(Line::Unseen(Unseen { first, last }));
    }

    /// Plays so many ticks.
    pub(crate) fn play(&mut self, ticks: u64) {
        (0..ticks).for_each(|_| self.tick());
    }

    /// Plays until so many hops are made.
    pub(crate) fn play_to_hop(&mut self, hop: u64) {
        while self.record.ball.hop < hop && !self.record.ball.score.is_over() {
            self.tick();
        }
    }

    /// The process of the holder is killed: its last record may be torn.
    pub(crate) fn kill(&mut self, is_torn: bool) {
        self.tell_the_unseen();
        let pane = self.holder.unwrap();
        let (at, incarnation) = (self.at(), self.incarnations[pane.index()]);
        let pid = 1000 * u32::try_from(incarnation).unwrap() + u32::from(pane.0);
        self.push(Line::Action(ActionDone { at, pane, action: Action::Kill, done: true }));
        self.push(Line::Died(Died { at: at + 1, pane, incarnation, pid, how: End::Signal(9) }));
        if let Some(before) = self.before.filter(|_| is_torn) {
            self.record = before;
            self.last[pane.index()] = Some((self.epoch, before));
        }
        self.epoch += 1;
        (self.in_force, self.before) = (Control::Autopilot, None);
        let (at, epoch, ball) = (self.at(), self.epoch, BallLine::of(&self.record.ball));
        self.push(Line::Recovered(Box::new(Recovered { at, epoch, pane, ball })));
        self.start_process(pane);
    }

    /// The holder plays on for some ticks while the ball is already taken from it.
    pub(crate) fn recall(&mut self, to: PaneId, lost_ticks: u64) {
        let taken = self.record;
        let epoch = self.epoch;
        for _ in 0..lost_ticks {
            let state = (self.record, self.holder, self.in_force, self.before, self.last.clone());
            let lines = self.lines.len();
            self.tick();
            if self.epoch != epoch {
                // It would leave its pane, and cannot: the hand-off is fenced.
                (self.record, self.holder, self.in_force, self.before, self.last) = state;
                self.lines.truncate(lines);
                (self.epoch, self.unseen) = (epoch, None);
                break;
            }
        }
        let pane = self.holder.unwrap();
        let at = self.at();
        self.push(Line::Stalled(OfPane { at, pane }));
        self.serve(to, taken.ball.score.rules, &[taken]);
        let at = self.at();
        self.push(Line::Fenced(Fenced { at, pane, count: 1 }));
    }

    /// The Region is replaced: the game goes back to `state`, which it was in before.
    pub(crate) fn go_back_to(&mut self, state: &Author) {
        self.tell_the_unseen();
        let lines = mem::take(&mut self.lines);
        let (now, unseen_in_all, draws) = (self.now, self.unseen_in_all, self.draws);
        *self = Author { lines, now, unseen_in_all, draws, ..state.clone() };
        self.looks_away = false;
        self.unseen = None;
        let back_to = self.epoch;
        self.epoch = if self.holder.is_some() { back_to + 1 } else { 0 };
        (self.in_force, self.before) = (Control::Autopilot, None);
        let (at, epoch, pane) = (self.at(), self.epoch, self.holder);
        let (ball, reason) = (BallLine::of(&self.record.ball), "its header is corrupt".to_owned());
        self.push(Line::Reinitialized(Box::new(Reinitialized { at, back_to, epoch, pane, ball, reason })));
    }

    /// Ends the recording.
    pub(crate) fn end(&mut self) {
        self.tell_the_unseen();
        let (at, epoch, pane) = (self.at(), self.epoch, self.holder);
        let (ball, unseen) = (BallLine::of(&self.record.ball), self.unseen_in_all);
        let end = RecordingEnd { at, epoch, pane, ball, unseen, corrupt: 0, game_over: true };
        self.push(Line::End(Box::new(end)));
    }
}

/// A game with all that can happen in one.
pub(crate) fn eventful(panes: u8, seed: u64, playable: bool) -> Author {
    let mut game = author(panes, seed, playable);
    let court = game.court;
    game.serve(court.middle(), GameRules::default(), &[]);
    game.play_to_hop(5);
    game.play(17);
    game.kill(false);
    game.play(60);
    game.kill(true);
    let kept = game.clone();
    game.play_to_hop(9);
    game.play(40);
    game.recall(PaneId(0), 7);
    game.play_to_hop(12);
    game.go_back_to(&kept);
    game.play_to_hop(15);
    let at = game.at();
    let settings = GameSettings { reduced_motion: true, ..GameSettings::default() };
    game.push(Line::Settings(line::Settings { at, paused: true, settings }));
    game.push(Line::Transport(line::Transport { at, transport: TransportKind::Pipe }));
    game.push(Line::Frozen(OfPane { at, pane: PaneId(0) }));
    game.push(Line::Continued(OfPane { at, pane: PaneId(0) }));
    game.push(Line::Hung(OfPane { at, pane: PaneId(0) }));
    let rules = GameRules { mode: GameMode::Match, size: BallSize::Large, autopilot: Skill::Easy };
    game.serve(court.last(), rules, &[]);
    if !playable {
        game.look_away(true);
        game.play_to_hop(20);
        game.look_away(false);
    }
    game.play_to_hop(26);
    game.end();
    game
}

/// The lines as they stand in a file, with a `check` line after every `every` lines and at the end.
pub(crate) fn written(lines: &[Line], every: usize) -> Vec<u8> {
    let mut pen = Pen::to(Vec::new());
    for (index, line) in lines.iter().enumerate() {
        pen.write(line);
        if (index + 1) % every == 0 {
            pen.check();
        }
    }
    pen.check();
    pen.to
}

/// Writes lines, and what they add up to.
pub(crate) struct Pen<W> {
    to: W,
    lines: u64,
    pub(crate) bytes: u64,
    sum: crc32fast::Hasher,
}

impl<W: Write> Pen<W> {
    pub(crate) fn to(to: W) -> Self {
        Self { to, lines: 0, bytes: 0, sum: crc32fast::Hasher::new() }
    }

    pub(crate) fn write(&mut self, line: &Line) {
        let mut text = serde_json::to_vec(line).unwrap();
        text.push(b'\n');
        self.sum.update(&text);
        self.lines += 1;
        self.bytes += text.len() as u64;
        self.to.write_all(&text).unwrap();
    }

    pub(crate) fn flush(&mut self) {
        self.to.flush().unwrap();
    }

    pub(crate) fn check(&mut self) {
        let check = Check { lines: self.lines, crc32: self.sum.clone().finalize() };
        self.write(&Line::Check(check));
    }
}
