//! Recordings made by hand: the ball is that of the reference simulation, the times and the faults are whatever a test wants.

use tripong::game::{Ball, Court, PaneId, ReferenceSimulation};
use tripong::protocol::{Action, End, GameSettings, TransportKind};
use tripong::recording::Line;
use tripong::recording::line::{
    ActionDone, BallLine, Bits, Died, FORMAT, Fenced, Header, Hex, Hop, Machine, OfPane, RecordingEnd,
    Recovered, Serve, Start, Started, Transport, Unseen,
};

/// So long a tick is, in ns.
const TICK_NS: u64 = 4_166_667;
/// So long a hand-off takes, if a test says nothing else.
const TOOK_NS: u64 = 15_000;

pub(crate) struct Game {
    pub(crate) lines: Vec<Line>,
    pub(crate) hops: u64,
    court: Court,
    simulation: ReferenceSimulation,
    epoch: u64,
    time: u64,
    transport: TransportKind,
    incarnations: Vec<u64>,
}

pub(crate) fn header() -> Header {
    Header {
        format: FORMAT,
        program: "0.1.0".to_owned(),
        layout: 8,
        seed: 7,
        panes: 3,
        paced: true,
        playable: false,
        windows: false,
        transport: TransportKind::Shared,
        settings: GameSettings::default(),
        unix_s: 1_796_000_000,
        origin_ns: 5_000_000_000,
        machine: Machine { cpu: Some("A CPU".to_owned()), cpus: Some(2), kernel: Some("6.18.0".to_owned()) },
    }
}

impl Game {
    /// Three processes, and the first serve.
    pub(crate) fn begin() -> Self {
        Self::of(header())
    }

    pub(crate) fn of(header: Header) -> Self {
        let court = Court { panes: header.panes, seed: header.seed };
        let rules = header.settings.rules.unwrap_or_default();
        let simulation = ReferenceSimulation::by(rules, court, court.middle());
        let incarnations = vec![0; usize::from(header.panes)];
        let transport = header.transport;
        let ball = BallLine::of(&simulation.ball());
        let paddles = vec![(Hex(1.5_f64.to_bits()), 0); usize::from(header.panes)];
        let start = Start { at: 0, epoch: 0, pane: None, ball, paddles };
        let lines = vec![Line::Recording(Box::new(header)), Line::Start(Box::new(start))];
        let mut game =
            Self { lines, hops: 0, court, simulation, epoch: 0, time: 1_000_000, transport, incarnations };
        court.all_panes().for_each(|pane| game.start(pane));
        game.time += 10_000_000;
        game.serve(court.middle(), None);
        game
    }

    pub(crate) fn holder(&self) -> PaneId {
        self.simulation.pane()
    }

    fn ball(&self) -> Ball {
        self.simulation.ball()
    }

    fn push(&mut self, line: Line) {
        self.lines.push(line);
    }

    fn start(&mut self, pane: PaneId) {
        self.time += 2_000_000;
        let incarnation = &mut self.incarnations[pane.index()];
        *incarnation += 1;
        let (incarnation, pid) = (*incarnation, pid(pane, *incarnation));
        self.push(Line::Started(Started { at: self.time, pane, incarnation, pid }));
    }

    fn serve(&mut self, pane: PaneId, from: Option<PaneId>) {
        let before = from.map(|_| BallLine::of(&self.ball()));
        if from.is_some() {
            self.simulation.serve(pane);
        }
        self.epoch += 1;
        let ball = self.ball();
        let rules = ball.score.rules;
        let serve =
            Serve { at: self.time, epoch: self.epoch, pane, from, before, rules, ball: BallLine::of(&ball) };
        self.push(Line::Serve(Box::new(serve)));
    }

    /// So many hand-offs.
    pub(crate) fn play(&mut self, hops: u64) -> &mut Self {
        for _ in 0..hops {
            self.hop(Some(TOOK_NS), true);
        }
        self
    }

    /// One hand-off that took so long; without times if the log had none.
    pub(crate) fn hop(&mut self, took: Option<u64>, is_timed: bool) -> &mut Self {
        let line = self.next_hop(took, is_timed);
        self.push(Line::Hop(line));
        self
    }

    fn next_hop(&mut self, took: Option<u64>, is_timed: bool) -> Hop {
        let (from, before) = (self.holder(), self.ball());
        self.simulation.run_until(|ball| ball.hop > before.hop);
        let ball = self.ball();
        self.time += (ball.tick - before.tick) * TICK_NS;
        self.epoch += 1;
        self.hops += 1;
        let offered = is_timed.then_some(self.time);
        self.time += took.unwrap_or(0);
        Hop {
            epoch: self.epoch,
            hop: ball.hop,
            tick: is_timed.then_some(ball.tick),
            from,
            to: self.holder(),
            via: self.transport,
            offered,
            took,
            state: is_timed.then(|| Bits::of(&ball)),
        }
    }

    /// The owner is killed amid its tenure; its next process gets the ball.
    pub(crate) fn kill(&mut self) -> &mut Self {
        let pane = self.holder();
        self.time += 100_000_000;
        self.push(Line::Action(ActionDone { at: self.time, pane, action: Action::Kill, done: true }));
        self.time += 400_000;
        self.die(pane);
        self.recover(pane)
    }

    fn die(&mut self, pane: PaneId) {
        let incarnation = self.incarnations[pane.index()];
        let died =
            Died { at: self.time, pane, incarnation, pid: pid(pane, incarnation), how: End::Signal(9) };
        self.push(Line::Died(died));
    }

    fn recover(&mut self, pane: PaneId) -> &mut Self {
        self.time += 50_000;
        self.epoch += 1;
        let ball = BallLine::of(&self.ball());
        self.push(Line::Recovered(Box::new(Recovered { at: self.time, epoch: self.epoch, pane, ball })));
        self.start(pane);
        self
    }

    /// The taker dies before it has taken the ball.
    pub(crate) fn kill_the_taker(&mut self) -> &mut Self {
        self.hop(None, true);
        let pane = self.holder();
        self.time += 300_000;
        self.die(pane);
        self.recover(pane)
    }

    /// The next taker is dead while the ball is handed to it. Its next process takes the ball, and dies with it before the launcher
    /// reads of the hand-off.
    pub(crate) fn kill_the_taker_twice(&mut self) -> &mut Self {
        let hop = self.next_hop(None, true);
        let pane = self.holder();
        self.time -= 1_000;
        self.die(pane);
        self.start(pane);
        self.time += 500_000;
        self.die(pane);
        self.push(Line::Hop(hop));
        self.recover(pane)
    }

    /// A pane dies after it has given the ball; the launcher sees that before it reads the log with the hand-off.
    pub(crate) fn kill_the_giver(&mut self) -> &mut Self {
        let pane = self.holder();
        let hop = self.next_hop(Some(TOOK_NS), true);
        self.time += 1_000;
        self.die(pane);
        self.start(pane);
        self.push(Line::Hop(hop));
        self
    }

    /// The owner is frozen, and the ball is recalled from it.
    pub(crate) fn freeze(&mut self) -> &mut Self {
        let pane = self.holder();
        let of_pane = |at| OfPane { at, pane };
        self.time += 50_000_000;
        self.push(Line::Frozen(of_pane(self.time)));
        self.time += 200_000_000;
        self.push(Line::Stalled(of_pane(self.time)));
        self.time += 10_000;
        self.serve(self.court.middle(), Some(pane));
        self.time += 30_000_000;
        self.push(Line::Continued(of_pane(self.time)));
        self.time += 1_000_000;
        self.push(Line::Fenced(Fenced { at: self.time, pane, count: 1 }));
        self
    }

    pub(crate) fn swap(&mut self) -> &mut Self {
        self.transport = self.transport.after(1);
        self.push(Line::Transport(Transport { at: self.time, transport: self.transport }));
        self
    }

    /// So many hand-offs that nobody saw.
    pub(crate) fn miss(&mut self, hops: u64) -> &mut Self {
        let first = self.epoch + 1;
        for _ in 0..hops {
            self.next_hop(Some(TOOK_NS), true);
        }
        self.hops -= hops;
        self.push(Line::Unseen(Unseen { first, last: self.epoch }));
        self
    }

    /// The Region is replaced: all processes are, and the epochs begin again.
    pub(crate) fn reinitialize(&mut self, reason: &str) -> &mut Self {
        for pane in self.court.all_panes() {
            self.time += 1_000;
            self.die(pane);
        }
        let back_to = self.epoch - 1;
        let (pane, ball) = (self.holder(), BallLine::of(&self.ball()));
        self.epoch = 1;
        let line = tripong::recording::line::Reinitialized {
            at: self.time,
            back_to,
            epoch: 1,
            pane: Some(pane),
            ball,
            reason: reason.to_owned(),
        };
        self.push(Line::Reinitialized(Box::new(line)));
        self.court.all_panes().for_each(|pane| self.start(pane));
        self
    }

    pub(crate) fn end(&mut self) -> &mut Self {
        self.time += 10_000_000;
        let end = RecordingEnd {
            at: self.time,
            epoch: self.epoch,
            pane: Some(self.holder()),
            ball: BallLine::of(&self.ball()),
            unseen: 0,
            corrupt: 0,
            game_over: true,
        };
        self.push(Line::End(Box::new(end)));
        self
    }

    /// As it stands in a file.
    pub(crate) fn text(&self) -> String {
        text(&self.lines)
    }
}

pub(crate) fn text(lines: &[Line]) -> String {
    lines.iter().map(|line| serde_json::to_string(line).unwrap() + "\n").collect()
}

fn pid(pane: PaneId, incarnation: u64) -> u32 {
    1000 + 100 * u32::from(pane.0) + u32::try_from(incarnation).unwrap()
}

/// A game with all that can happen.
pub(crate) fn eventful() -> Game {
    let mut game = Game::begin();
    game.play(6)
        .kill()
        .play(3)
        .swap()
        .play(4)
        .freeze()
        .play(5)
        .kill_the_taker()
        .play(2)
        .kill_the_taker_twice()
        .play(2);
    game.kill_the_giver().play(3).swap().miss(4).play(3).hop(None, false).play(2);
    game.reinitialize("the ball of <pane> 2 & its \"record\" are corrupt").play(6).kill().play(2).end();
    game
}
