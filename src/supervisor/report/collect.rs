//! How the report of a game is made, when all of its children have ended.

use super::fields::{ChildReport, Flight, GameReport, HandOffs, MatchScore, Repairs, Verdict};
use super::reader::{Reader, load};
use super::reference;
use crate::game::{Court, Score};
use crate::platform::clock;
use crate::protocol::{Counts, Record};
use crate::supervisor::{Supervisor, Tally};

impl GameReport {
    /// Looks at a Region whose children have all ended, and plays the same game alone to compare, as long as `goes_on`
    /// returns true; its arguments are the ticks played so far, and all of them.
    pub fn of(supervisor: &Supervisor, goes_on: &mut dyn FnMut(u64, u64) -> bool) -> Self {
        let (region, court, tally) = (supervisor.region(), &supervisor.setup.court, &supervisor.tally);
        let (ownership, last) = supervisor.settled.unzip();
        let (epoch, hops) =
            (ownership.map_or(0, |ownership| ownership.epoch), last.map_or(0, |last| last.ball.hop));
        let age_ns = clock::ns(supervisor.begun.elapsed());
        let mut reader = Reader { region, court, epoch, hops, age_ns, corrupt: Vec::new() };
        let balls = reader.balls(ownership, last.as_ref());
        let (given, counted) = reader.counts("hops", |status| &status.hops, hops);
        // A frame costs a system call, and a swap a press of a button.
        let often = age_ns / 100;
        let hand_offs = HandOffs::read(&mut reader, often);
        let measured = hand_offs.transports.iter().map(|transport| transport.hops).sum();
        let flight = Flight::of(last.as_ref(), epoch, balls, [Some(measured), counted]);
        let children = court.all_panes().zip(given).map(|(pane, hops)| {
            let (incarnation, pid) = supervisor.process(pane);
            let confined = load(&region.pane(pane).status.confined).into();
            ChildReport { pane: pane.0, pid, incarnation, hops, confined }
        });
        Self {
            version: env!("CARGO_PKG_VERSION"),
            panes: court.panes,
            transport: region.transport(),
            swaps: reader.bounded("controls.transport".to_owned(), region.swaps(), often),
            seed: court.seed,
            verdict: match supervisor.setup.is_playable && reader.is_played_by_hand() {
                true => Verdict::by_hand(tally, last.as_ref(), &flight),
                false => Verdict::of(court, tally, last.as_ref(), &flight, goes_on),
            },
            flight,
            repairs: Repairs::read(&mut reader, &tally.counts),
            hand_offs,
            cpu_ns_per_hop: supervisor.panes_cpu_ns().checked_div(hops),
            children: children.collect(),
            corrupt: reader.corrupt,
        }
    }
}

impl Flight {
    /// Of all hops, so many were measured, and so many were counted by a process.
    fn of(last: Option<&Record>, epoch: u64, balls: u64, [measured, counted]: [Option<u64>; 2]) -> Self {
        let (hops, ticks) = last.map_or((0, 0), |last| (last.ball.hop, last.ball.tick));
        let score = last.map_or(Score::default(), |last| last.ball.score);
        let Score { left, right, .. } = score;
        let without = |known: Option<u64>| known.and_then(|known| hops.checked_sub(known));
        Self {
            hops,
            hops_unmeasured: without(measured),
            hops_uncounted: without(counted),
            ticks,
            balls,
            epoch,
            rules: score.rules,
            mode: score.rules.mode,
            ball_size: score.rules.size,
            autopilot: score.rules.autopilot,
            score: score.is_match().then(|| MatchScore { left, right, winner: score.winner() }),
            hits: score.hits,
            passes: score.passes,
        }
    }

    /// One ball, and every change of its owner accounted for.
    fn is_one_ball(&self, tally: &Tally) -> bool {
        let counts = &tally.counts;
        // Before the serve the ball rests in epoch 0; the serve begins epoch 1.
        let epochs_add_up = self.epoch.saturating_sub(1) == self.hops + counts.recoveries + counts.recalls();
        self.balls == 1 && epochs_add_up
    }
}

impl Verdict {
    fn of(
        court: &Court,
        tally: &Tally,
        last: Option<&Record>,
        flight: &Flight,
        goes_on: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Self {
        let hash = last.map_or(0, |last| last.ball.hash);
        let compared = last.map(|last| reference::play(court, &tally.serves, last, goes_on));
        let (as_expected, expected, difference) =
            compared.map_or((None, None, None), |compared| compared.for_hash(hash));
        let is_one_ball = flight.is_one_ball(tally);
        Self {
            hash: format!("{hash:016x}"),
            expected_hash: expected.map(|hash| format!("{hash:016x}")),
            conserved: as_expected.map(|as_expected| is_one_ball && as_expected),
            played_by_hand: false,
            difference,
        }
    }

    /// Of a game that one process alone cannot play: what can be known without it.
    fn by_hand(tally: &Tally, last: Option<&Record>, flight: &Flight) -> Self {
        let hash = last.map_or(0, |last| last.ball.hash);
        Self {
            hash: format!("{hash:016x}"),
            expected_hash: None,
            conserved: Some(flight.is_one_ball(tally)),
            played_by_hand: true,
            difference: None,
        }
    }
}

impl Repairs {
    fn read(reader: &mut Reader<'_>, counts: &Counts) -> Self {
        let reclaims = counts.recoveries + counts.recalls();
        Self {
            restarts: counts.restarts,
            recoveries: counts.recoveries,
            recalls: counts.recalls(),
            reinitializations: counts.reinitializations,
            fenced: reader.counts("fenced", |status| &status.fenced, reclaims).1,
        }
    }
}

impl HandOffs {
    fn read(reader: &mut Reader<'_>, often: u64) -> Self {
        let (transports, handoff_ns) = reader.handoffs();
        Self {
            frames: reader.counts("frames", |status| &status.frames, reader.hops).1,
            rejected: reader.counts("rejected", |status| &status.rejected, often).1,
            handoff_ns,
            transports,
        }
    }
}
