//! The inspector's flow and invariants over games of real processes that are killed and frozen, held against the baton as it is
//! read from the memfd and against the game's own report.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails")]

mod common;

use std::collections::BTreeMap;
use std::fs::File;
use std::os::fd::AsFd;

use common::memory::BATON;
use common::report::{assert_conserved, number};
use common::{Ended, Program, TestProcess, wait_for};
use nix::sys::signal::Signal;
use serde_json::Value;
use std::os::unix::fs::FileExt;
use tripong::game::Court;
use tripong::inspector::flow::{By, Flow, OwnershipInterval};
use tripong::inspector::invariants::{Holds, Invariants, TICKS_PER_LOOK};
use tripong::platform::clock;
use tripong::platform::sync::ReadOnly;
use tripong::protocol::{End, Region, What};
use tripong::shm::Mapping;

/// The baton, as the test has read it: the epoch's holder, and from when to when it was seen.
#[derive(Debug, Clone, Copy)]
struct Seen {
    holder: u8,
    first_ns: u64,
    last_ns: u64,
}

/// Who looks at a game as the inspector does: through an fd that can only be read.
struct Looker {
    file: File,
    mapping: Mapping<Region<ReadOnly>>,
    court: Court,
    flow: Flow,
    invariants: Invariants,
    seen: BTreeMap<u64, Seen>,
}

impl Looker {
    fn at(game: &Program, panes: usize) -> Self {
        let file = wait_for("a pane's fd of the Region", || {
            let pane =
                TestProcess::children_of(game.launcher().pid).into_iter().find(TestProcess::has_attached)?;
            File::open(format!("/proc/{}/fd/3", pane.pid)).ok()
        });
        let (mapping, setup) = Mapping::attach_read_only(file.as_fd()).unwrap();
        assert_eq!(usize::from(setup.court.panes), panes);
        let (flow, invariants, seen) = (Flow::default(), Invariants::new(setup.court), BTreeMap::new());
        Self { file, mapping, court: setup.court, flow, invariants, seen }
    }

    /// One look of the models, and the test's own, before it.
    fn look(&mut self, ticks: u64) {
        let before_ns = clock::now_ns();
        let (epoch, holder) = self.baton();
        let after_ns = clock::now_ns();
        let seen = self.seen.entry(epoch).or_insert(Seen { holder, first_ns: after_ns, last_ns: before_ns });
        assert_eq!(seen.holder, holder, "an epoch has one holder");
        seen.last_ns = before_ns;
        self.flow.follow(self.mapping.region(), &self.court);
        self.invariants.look(self.mapping.region(), clock::now_ns(), ticks);
        assert!(self.invariants.none_is_violated(), "{:#?}", self.invariants.formatted());
    }

    /// Epoch and holder, read from the memfd as bytes.
    fn baton(&self) -> (u64, u8) {
        let mut word = [0; 8];
        self.file.read_exact_at(&mut word, BATON).unwrap();
        (u64::from_ne_bytes(word) >> 16, word[0])
    }

    /// The process of the pane that has the ball now.
    fn owner(&self, game: &Program) -> Option<TestProcess> {
        let (_, holder) = self.baton();
        let children = TestProcess::children_of(game.launcher().pid).into_iter();
        let is_ready = |process: &TestProcess| process.pane() == Some(holder) && process.has_attached();
        children.filter(is_ready).find(|_| self.baton().1 == holder)
    }

    /// What is seen when the game is over, against what the test has seen and what the launcher reports.
    fn judge(&mut self, report: &Value) {
        assert_conserved(report);
        self.look(u64::MAX);
        let epochs = &self.invariants.epochs;
        let found = [epochs.epoch, epochs.hops, epochs.recoveries, epochs.recalls];
        assert_eq!(found, ["epoch", "hops", "recoveries", "recalls"].map(|field| number(report, field)));
        let reported = self.invariants.formatted();
        assert!(reported.iter().all(|invariant| invariant.holds == Holds::Yes), "{reported:#?}");
        let hash = &self.invariants.hash;
        assert_eq!(
            [&hash.hash, &hash.expected_hash].map(|hash| Value::from(hash.as_deref().unwrap())),
            [report["hash"].clone(), report["expected_hash"].clone()]
        );
        assert_eq!(
            (self.invariants.hash.behind_ticks, self.invariants.balls.balls),
            (0, number(report, "balls"))
        );
        let transports: Vec<_> =
            self.flow.latencies().iter().map(|of| (of.transport.name(), of.count)).collect();
        let reported = report["transports"].as_array().unwrap().iter();
        let reported: Vec<_> =
            reported.map(|of| (of["transport"].as_str().unwrap(), number(of, "hops"))).collect();
        assert_eq!(transports, reported);
        assert_eq!(self.flow.corrupt, 0);
        self.compare_with_the_baton();
    }

    /// Every interval is where the baton was, when it was there.
    fn compare_with_the_baton(&self) {
        let oldest = self.flow.intervals().next().unwrap().epoch;
        let mut compared = 0;
        for (epoch, seen) in self.seen.range(oldest.max(1)..) {
            let Some(interval) = self.flow.interval_of(*epoch) else {
                // It may have been overwritten before it was read: then it is in a gap.
                assert!(self.flow.gaps().any(|gap| (gap.first..=gap.last).contains(epoch)), "{epoch}");
                continue;
            };
            assert_eq!(interval.pane.0, seen.holder, "{interval:?}");
            // The baton changes between the beginning of the hand-off and the arrival.
            if let Some(By::HandOff { handed_ns, .. }) = interval.by {
                assert!(handed_ns <= seen.first_ns, "{interval:?} {seen:?}");
            }
            let next = self.flow.interval_of(epoch + 1).and_then(|next| next.from_ns);
            assert!(next.is_none_or(|arrived_ns| seen.last_ns <= arrived_ns), "{interval:?} {seen:?}");
            compared += 1;
        }
        assert!(compared > 3, "{compared} of {}", self.seen.len());
    }

    fn count(&self, of: impl Fn(&OwnershipInterval) -> bool) -> u64 {
        self.flow.intervals().filter(|interval| of(interval)).count() as u64
    }
    /// Looks again and again.
    fn look_until(&mut self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        wait_for(what, || {
            self.look(TICKS_PER_LOOK);
            is_so(self).then_some(())
        });
    }

    fn recoveries(&self) -> u64 {
        self.count(|interval| matches!(interval.by, Some(By::Recovered { .. })))
    }

    fn recalls(&self) -> u64 {
        self.count(|interval| matches!(interval.by, Some(By::Recalled { .. })))
    }

    fn hand_offs(&self) -> u64 {
        self.count(|interval| matches!(interval.by, Some(By::HandOff { .. })))
    }

    /// Kills the owner, and another one if that had just handed the ball over, until a ball is recovered.
    fn kill_until_it_is_recovered(&mut self, game: &Program) {
        let wanted = self.recoveries() + 1;
        let mut killed = Vec::new();
        self.look_until("the ball to be recovered", |looker| {
            let owner = looker.owner(game).filter(|owner| !killed.contains(&owner.pid));
            if looker.recoveries() < wanted
                && let Some(owner) = owner
            {
                owner.signal(Signal::SIGKILL);
                killed.push(owner.pid);
            }
            looker.recoveries() >= wanted
        });
    }

    /// Freezes the owner while it has the ball, until the ball is recalled; then it goes on.
    fn freeze_until_it_is_recalled(&mut self, game: &Program) {
        let mut frozen = None;
        self.look_until("the ball to be recalled", |looker| {
            if frozen.is_none() {
                frozen = looker.owner(game).inspect(TestProcess::freeze).filter(|owner| {
                    let has_it = owner.pane() == Some(looker.baton().1);
                    if !has_it {
                        owner.signal(Signal::SIGCONT);
                    }
                    has_it
                });
            }
            looker.recalls() >= 1
        });
        frozen.unwrap().signal(Signal::SIGCONT);
    }
}

#[test]
fn the_flow_of_a_paced_game_with_kills_and_a_freeze_is_what_its_report_says() {
    let game = Program::start("--headless --json --seed 7 --stall 300ms --for 5min --restarts unlimited");
    let mut looker = Looker::at(&game, 3);
    looker.look_until("two hand-offs", |looker| looker.invariants.epochs.hops >= 2);
    for _ in 0..2 {
        looker.kill_until_it_is_recovered(&game);
        let hand_offs = looker.hand_offs();
        looker.look_until("another hand-off", |looker| looker.hand_offs() > hand_offs);
    }
    looker.freeze_until_it_is_recalled(&game);
    let hops = looker.invariants.epochs.hops;
    looker.look_until("two more hand-offs", |looker| looker.invariants.epochs.hops >= hops + 2);
    game.launcher().signal(Signal::SIGTERM);
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(128 + Signal::SIGTERM as i32), "{output:?}");
    let report = output.report();
    looker.judge(&report);
    // Nothing was overwritten, so all of it was seen.
    assert_eq!(looker.flow.gaps().count(), 0);
    let counts = [looker.hand_offs(), looker.recoveries(), looker.recalls()];
    assert_eq!(counts, ["hops", "recoveries", "recalls"].map(|field| number(&report, field)));
    let killed = |what: &What| matches!(what, What::Died { how: End::Signal(9), .. });
    assert!(looker.flow.marks().filter(|mark| killed(&mark.event.what)).count() >= 2);
    for (interval, next) in looker.flow.intervals().zip(looker.flow.intervals().skip(1)) {
        assert_eq!(interval.until_ns, next.by.unwrap().given_ns(), "{interval:?} {next:?}");
    }
}

#[test]
fn the_flow_of_an_unpaced_game_with_injected_faults_has_gaps_and_no_violation() {
    let game = Program::start("chaos --json --seed 11 --kills 30 --stops 30 --panes 5");
    let mut looker = Looker::at(&game, 5);
    looker.look_until("the game to end", |_| game.launcher().has_ended());
    let output = game.finish();
    assert_eq!(output.ended, Ended::Code(0), "{output:?}");
    let report = output.report();
    looker.judge(&report);
    let gaps: u64 = looker.flow.gaps().map(|gap| gap.last - gap.first + 1).sum();
    let oldest = looker
        .flow
        .gaps()
        .map(|gap| gap.first)
        .chain(looker.flow.intervals().map(|interval| interval.epoch))
        .min();
    let kept = looker.flow.intervals().count() as u64;
    assert_eq!(
        kept + gaps,
        number(&report, "epoch") + 1 - oldest.unwrap(),
        "every epoch is shown or missing"
    );
}

#[test]
fn an_unpaced_game_that_goes_faster_than_anybody_can_look_holds_the_invariants_all_the_time() {
    let game = Program::start("--headless --json --unpaced --seed 3 --hops 20000 --swap-every 700");
    let mut looker = Looker::at(&game, 3);
    looker.look_until("the game to end", |_| game.launcher().has_ended());
    let report = game.finish().quiet_report(0);
    looker.judge(&report);
    let last = looker.flow.intervals().next_back().unwrap();
    assert_eq!((last.epoch, last.hop), (number(&report, "epoch"), Some(number(&report, "hops"))));
}
