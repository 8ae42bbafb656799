//! What each line does to the game.

use super::Replayed;
use super::history::History;
use super::misfit::{Misfit, compare, differs};
use super::processes;
use super::run::GoesOn;
use super::state::{EPOCHS, State, compare_flight, known, pane_of};
use crate::game::{Control, PaneId};
use crate::protocol::{End, GameSettings};
use crate::recording::line::{self, Bits, Hop, Line, Start, Unseen};

/// The latest time that a line may name: centuries.
const LATEST: u64 = 1 << 62;

impl Replayed {
    /// Applies the next line: simulates the game up to it, and compares what it says. `goes_on` is asked every 100,000 ticks or so,
    /// with the ticks since it was last asked, also over several lines.
    ///
    /// # Errors
    /// Why the line cannot follow those before it. The game is of no use after that.
    pub fn apply(&mut self, line: &Line, goes_on: &mut dyn FnMut(u64) -> bool) -> Result<(), Misfit> {
        if self.has_ended && !matches!(line, Line::Check(_)) {
            return Err(Misfit::impossible("the recording has ended before it"));
        }
        self.note_the_time(line)?;
        match line {
            Line::Recording(_) => {
                Err(Misfit::impossible("another recording begins here: cut the file in two"))
            }
            Line::Start(start) => self.start(start),
            Line::Serve(serve) => self.serve(serve, goes_on),
            Line::Hop(hop) => self.hop(hop, goes_on),
            Line::Control(control) => self.take_control(control, goes_on),
            Line::Recovered(recovered) => self.recover(recovered, goes_on),
            Line::Reinitialized(back) => self.reinitialize(back, goes_on),
            Line::Unseen(unseen) => self.pass_over(unseen),
            Line::Settings(line::Settings { paused, settings, .. }) => {
                self.settings = GameSettings { paused: *paused, ..*settings };
                Ok(())
            }
            Line::Transport(transport) => {
                self.transport = transport.transport;
                Ok(())
            }
            Line::Check(_) => Ok(()),
            Line::End(end) => self.end(end, goes_on),
            _ => self.note_a_process(line),
        }
    }

    fn note_a_process(&mut self, line: &Line) -> Result<(), Misfit> {
        let court = self.court();
        processes::note(&mut self.processes, &court, line)?;
        // The others have ended with the game.
        if matches!(line, Line::Died(died) if died.how != End::Code(0)) {
            self.count(|tally| &mut tally.deaths);
        }
        Ok(())
    }

    /// The time of the line, if it has one, is one that can be.
    fn note_the_time(&mut self, line: &Line) -> Result<(), Misfit> {
        let Some(at) = line.at() else { return Ok(()) };
        if at > LATEST {
            return Err(differs("its time", at, format_args!("at most {LATEST} ns")));
        }
        self.at = self.at.max(at);
        Ok(())
    }

    fn start(&mut self, start: &Start) -> Result<(), Misfit> {
        self.check_start(start.epoch)?;
        start.pane.map_or(Ok(()), |pane| pane_of(&self.court(), pane).map(drop))?;
        let state = State::of(self.court(), start)?;
        if state.rests {
            state.compare(&start.ball)?;
        }
        self.named = state.epoch;
        self.state = Some(state);
        // What was before it cannot be played on from.
        self.history = History::default();
        self.count(|tally| &mut tally.starts);
        self.keep();
        Ok(())
    }

    /// The first line that says where the ball is; or one after a gap, over which the game cannot be played.
    fn check_start(&self, epoch: u64) -> Result<(), Misfit> {
        if self.tally.starts == 0 {
            return Ok(());
        }
        if self.state.is_some() && !self.header.playable {
            return Err(Misfit::impossible("where the ball is is known already: there is no other `start`"));
        }
        // After a state that was gone back to, the very epoch that begins with it.
        let first = if self.state.is_some() { self.named + 1 } else { self.named };
        if (first..=self.named + 1).contains(&epoch) {
            Ok(())
        } else {
            Err(differs("the epoch of the start", epoch, self.named + 1))
        }
    }

    fn hop(&mut self, hop: &Hop, goes_on: GoesOn<'_>) -> Result<(), Misfit> {
        let what = format!("hop {}", hop.hop);
        let taken = self.taken;
        self.begin_epoch(&what, hop.epoch)?;
        check_parts(&what, hop)?;
        let state = self.playing()?;
        let number = state.game.ball().hop + (hop.epoch - state.epoch);
        compare("the number of the hop", hop.hop, number)?;
        // Those that were not seen, then the flight to the side of the pane.
        self.run(hop.epoch - 1, |ball| ball.hop >= number - 1, goes_on)?;
        let from = self.playing()?.game.pane();
        if !self.run(hop.epoch, |ball| ball.hop >= number, goes_on)? {
            let why = self.why_no_further()?;
            return Err(Misfit::impossible(format!("{what} does not come: {why}")));
        }
        let state = self.playing()?;
        compare_hop(&what, hop, from, state)?;
        self.keep_sometimes();
        self.count(|tally| &mut tally.hops);
        if hop.state.is_some() {
            self.count(|tally| &mut tally.compared);
        }
        self.check_the_times(&what, taken, hop)
    }

    /// A pane hands the ball over only after it has got it, which was when it was `taken`, if by a hop.
    fn check_the_times(&mut self, what: &str, taken: u64, hop: &Hop) -> Result<(), Misfit> {
        let (Some(offered), Some(accepted)) = (hop.offered, hop.accepted()) else { return Ok(()) };
        if offered < taken {
            let earliest = format!("at least {taken}, when its giver had got it");
            return Err(differs(format_args!("{what}: the time of the offer"), offered, earliest));
        }
        if accepted > LATEST {
            return Err(differs(
                format_args!("{what}: its time"),
                accepted,
                format_args!("at most {LATEST} ns"),
            ));
        }
        self.taken = accepted;
        self.at = self.at.max(accepted);
        Ok(())
    }

    fn take_control(&mut self, line: &line::Control, goes_on: GoesOn<'_>) -> Result<(), Misfit> {
        let line::Control { epoch, tick, pane, word } = *line;
        let pane = pane_of(&self.court(), pane)?;
        let control = Control::from_word(word.0);
        if control.word() != word.0 {
            return Err(Misfit::impossible(format!("{word} is no word of a control")));
        }
        if epoch < self.playing()?.epoch {
            // A late process has noted it: that epoch was over, and the tick is one that nobody has.
            return Ok(());
        }
        if epoch > self.named {
            return Err(differs("the epoch", epoch, format_args!("at most {}", self.named)));
        }
        let what = format!("the control from tick {tick} on");
        let state = self.playing()?;
        let first_hop = state.game.ball().hop + (epoch - state.epoch);
        self.run(epoch, |ball| ball.hop >= first_hop, goes_on)?;
        let state = self.playing()?;
        compare(format_args!("{what}: its pane"), known(pane), known(state.game.pane()))?;
        let now = state.game.ball().tick;
        if tick <= now {
            return Err(differs(
                "the tick of the control",
                tick,
                format_args!("more than {now}, which is over"),
            ));
        }
        if !self.run(epoch, |ball| ball.tick + 1 >= tick, goes_on)? {
            let why = self.why_no_further()?;
            return Err(Misfit::impossible(format!("{what} never comes: {why}")));
        }
        self.playing()?.game.set_control(control);
        self.count(|tally| &mut tally.controls);
        self.keep();
        Ok(())
    }

    fn pass_over(&mut self, unseen: &Unseen) -> Result<(), Misfit> {
        let Unseen { first, last } = *unseen;
        if self.tally.starts > 0 {
            compare("the first epoch", first, self.named + 1)?;
        }
        if !(first..EPOCHS).contains(&last) {
            return Err(differs("the last epoch", last, format_args!("{first} or more")));
        }
        (self.named, self.taken) = (last, 0);
        self.tally.unseen = self.tally.unseen.saturating_add(last - first + 1);
        if self.header.playable {
            // What has moved the paddles is not known: only a `start` says where the ball is.
            (self.state, self.history) = (None, History::default());
        } else if self.tally.starts > 0 {
            self.playing()?;
        }
        Ok(())
    }

    /// A line begins this epoch.
    pub(super) fn begin_epoch(&mut self, what: &str, epoch: u64) -> Result<(), Misfit> {
        compare(format_args!("{what}: the epoch"), epoch, self.named + 1)?;
        if epoch >= EPOCHS {
            return Err(differs("the epoch", epoch, format_args!("less than {EPOCHS}")));
        }
        // A frozen process notes only later when it had got the ball that was recalled from it.
        (self.named, self.taken) = (epoch, 0);
        Ok(())
    }
}

/// What a hop has is there together.
fn check_parts(what: &str, hop: &Hop) -> Result<(), Misfit> {
    if hop.tick.is_some() != hop.state.is_some() {
        return Err(Misfit::impossible(format!(
            "{what} has a tick without a state, or a state without a tick"
        )));
    }
    if hop.took.is_some() && hop.offered.is_none() {
        return Err(Misfit::impossible(format!("{what} has taken time since an offer that has none")));
    }
    Ok(())
}

/// Compares a hop with the game that has just come so far.
fn compare_hop(what: &str, hop: &Hop, from: PaneId, state: &State) -> Result<(), Misfit> {
    let ball = state.game.ball();
    let place = format!("{what} at tick {}", ball.tick);
    compare(format_args!("{place}: the giver"), known(hop.from), known(from))?;
    compare(format_args!("{place}: the taker"), known(hop.to), known(state.game.pane()))?;
    if let Some(tick) = hop.tick {
        compare(format_args!("{what}: tick"), tick, ball.tick)?;
    }
    hop.state.map_or(Ok(()), |found| compare_flight(&place, &found.0, &Bits::of(&ball).0))
}
