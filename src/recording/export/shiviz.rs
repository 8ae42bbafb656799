//! A log for ShiViz: events with vector clocks.
//!
//! The first line is the regular expression by which ShiViz reads the others, the second one the delimiter of executions, of
//! which there is one. Hosts are the launcher and each process of a pane.
//!
//! | from | to | by what |
//! | --- | --- | --- |
//! | giver | taker | the record of a hand-off |
//! | launcher | process | its start; a serve; a signal |
//! | dead process | launcher | its end, by its pidfd; its record, by a recovery |
//! | holder | launcher | its record, by a recall |
//!
//! A receiver has the maximum of both clocks, and its own plus one. What is read without an event of its own (a served ball) counts
//! with the next event of that process.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::goals::Goals;
use super::happening::{HandOff, Happening, Mark, Process, What, plain};
use super::story::Story;
use super::window::Window;
use crate::game::PaneId;
use crate::recording::Line;
use crate::recording::line::Header;

/// How ShiViz reads a line. It may have no parentheses but those of names.
pub const PARSER: &str = r"(?<host>\S+) (?<clock>\{.*?\}) (?<timestamp>\d+) (?<epoch>\d+) (?<event>.+)";

/// So many events the page of ShiViz shows well.
pub const MANY: u64 = 400;

/// The launcher as a host. Processes are `pane1`, `pane1#2`, ...
const LAUNCHER: &str = "launcher";

/// So many hosts the page can show at all; each event names all that it depends on.
const MAX_HOSTS: usize = 256;

/// Of each host that an event can depend on, how many of its events it depends on.
type Clock = BTreeMap<String, u64>;

/// The log so far.
#[derive(Debug)]
pub struct ShivizExport {
    story: Story,
    goals: Goals,
    clocks: Clocks,
}

#[derive(Debug, Default)]
struct Clocks {
    /// The clock of each host after its last event, and what it has received since.
    hosts: BTreeMap<String, (Clock, Clock)>,
    /// The present process of each pane.
    present: BTreeMap<PaneId, Process>,
    /// Which process has the ball, and in which epoch; false until an event says so.
    holder: Option<(Process, u64, bool)>,
    /// The ball has passed through epochs that nobody saw.
    not_seen: Option<(u64, u64)>,
    events: u64,
}

impl ShivizExport {
    /// Begins the log.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn begin(header: &Header, window: Window, out: &mut dyn Write) -> io::Result<Self> {
        write!(out, "{PARSER}\n\n")?;
        Ok(Self { story: Story::new(window), goals: Goals::of(header), clocks: Clocks::default() })
    }

    /// The next line of the recording.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn line(&mut self, line: &Line, out: &mut dyn Write) -> io::Result<()> {
        let Self { story, goals, clocks } = self;
        story.line_after(&goals.before(line), line, &mut |happening| clocks.happening(happening, out))
    }

    /// There is no other line.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let Self { story, clocks, .. } = self;
        story.end(&mut |happening| clocks.happening(happening, out)).map(|_time| ())
    }

    /// How many events there are so far.
    pub fn events(&self) -> u64 {
        self.clocks.events
    }

    /// Whether there are more hosts than the page can show.
    pub fn is_full(&self) -> bool {
        self.clocks.hosts.len() > MAX_HOSTS
    }

    /// The latest epoch.
    pub fn epoch(&self) -> u64 {
        self.story.epoch()
    }
}

impl Clocks {
    fn happening(&mut self, happening: &Happening, out: &mut dyn Write) -> io::Result<()> {
        match happening {
            Happening::HandOff(hand_off) => self.hand_off(hand_off, out),
            Happening::Mark(mark) => self.mark(mark, out),
            Happening::NotSeen(not_seen) => {
                self.not_seen = Some((not_seen.first, not_seen.last));
                Ok(())
            }
            Happening::Interval(_) => Ok(()),
        }
    }

    fn hand_off(&mut self, hand_off: &HandOff, out: &mut dyn Write) -> io::Result<()> {
        let HandOff { hop, giver, taker, offered, accepted, .. } = hand_off;
        self.present.extend([(giver.pane, *giver), (taker.pane, *taker)]);
        self.takes_before(giver, *offered, hop.epoch.saturating_sub(1), out)?;
        let tick = hop.tick.map(|tick| format!(", tick {tick}")).unwrap_or_default();
        let gives = format!("hands the ball to {} by {} (hop {}{tick})", hop.to, hop.via.in_words(), hop.hop);
        self.event(&host(giver), *offered, hop.epoch, &gives, out)?;
        self.send(&host(giver), &host(taker));
        self.holder = Some((*taker, hop.epoch, false));
        if hop.took.is_none() {
            return Ok(());
        }
        self.takes(taker, *accepted, hop.epoch, &format!("takes the ball from {}", hop.from), out)
    }

    /// A process that gives the ball has taken it before, also where no line says when.
    fn takes_before(&mut self, giver: &Process, at: u64, epoch: u64, out: &mut dyn Write) -> io::Result<()> {
        let not_seen = self.not_seen.take();
        match self.holder {
            Some((holder, _, true)) if not_seen.is_none() && holder.number == giver.number => Ok(()),
            Some((holder, ..)) if not_seen.is_none() && holder.number == giver.number => {
                self.takes(giver, at, epoch, "takes the ball", out)
            }
            Some((holder, ..)) => {
                let how = match not_seen {
                    Some((first, last)) => format!("takes the ball (epochs {first} to {last} were not seen)"),
                    None => "takes the ball".to_owned(),
                };
                if holder.number != giver.number {
                    self.send(&host(&holder), &host(giver));
                }
                self.takes(giver, at, epoch, &how, out)
            }
            None => Ok(()),
        }
    }

    fn takes(
        &mut self,
        taker: &Process,
        at: u64,
        epoch: u64,
        how: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        self.holder = Some((*taker, epoch, true));
        self.event(&host(taker), at, epoch, how, out)
    }

    fn mark(&mut self, mark: &Mark, out: &mut dyn Write) -> io::Result<()> {
        let Mark { at, epoch, process, what } = mark;
        let text = what.to_string();
        let Some(process) = process else { return self.by_the_launcher(mark, &text, out) };
        self.present.insert(process.pane, *process);
        let own = &host(process);
        match what {
            What::Started => {
                self.event(LAUNCHER, *at, *epoch, &format!("starts a process of {}", process.pane), out)?;
                self.send(LAUNCHER, own);
                self.event(own, *at, *epoch, &text, out)
            }
            What::Died(_) => {
                self.event(own, *at, *epoch, &text, out)?;
                self.send(own, LAUNCHER);
                let reaps = format!("reaps the process of {}: {text}", process.pane);
                self.event(LAUNCHER, *at, *epoch, &reaps, out)
            }
            // What the launcher does, or finds by a clock.
            What::Stalled | What::Hung | What::Action(..) => {
                let text = format!("{}: {text}", process.pane);
                self.event(LAUNCHER, *at, *epoch, &text, out)?;
                if !matches!(what, What::Stalled | What::Action(_, false)) {
                    self.send(LAUNCHER, own);
                }
                Ok(())
            }
            _ => self.event(own, *at, *epoch, &text, out),
        }
    }

    fn by_the_launcher(&mut self, mark: &Mark, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let (from, to) = match &mark.what {
            What::Recall(to, from) => (Some(*from), Some(*to)),
            What::Serve(to) => (None, Some(*to)),
            What::Recovery(pane) => (Some(*pane), Some(*pane)),
            What::Begins(pane) => (None, *pane),
            _ => (None, None),
        };
        if let Some(from) = from {
            self.send(&host(&self.process(from)), LAUNCHER);
        }
        self.event(LAUNCHER, mark.at, mark.epoch, text, out)?;
        if let Some(to) = to {
            let to = self.process(to);
            self.send(LAUNCHER, &host(&to));
            self.holder = Some((to, mark.epoch, false));
        }
        Ok(())
    }

    fn process(&self, pane: PaneId) -> Process {
        let nameless = Process { number: u64::MAX, pane, incarnation: None, pid: None, started: None };
        self.present.get(&pane).copied().unwrap_or(nameless)
    }

    /// What one knows, the other knows from now on: what it did, and what it received since. The record that a process received is in
    /// its giver's slot as long as it has written none.
    fn send(&mut self, from: &str, to: &str) {
        let Some((clock, received)) = self.hosts.get(from) else { return };
        let mut sent = clock.clone();
        merge(&mut sent, received);
        merge(&mut self.hosts.entry(to.to_owned()).or_default().1, &sent);
    }

    fn event(&mut self, own: &str, at: u64, epoch: u64, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let (clock, received) = self.hosts.entry(own.to_owned()).or_default();
        merge(clock, &std::mem::take(received));
        *clock.entry(own.to_owned()).or_default() += 1;
        let clock = serde_json::to_string(clock)?;
        self.events += 1;
        writeln!(out, "{own} {clock} {at} {epoch} {}", plain(text))
    }
}

fn host(process: &Process) -> String {
    match process.incarnation {
        None | Some(1) => format!("pane{}", process.pane.number()),
        Some(incarnation) => format!("pane{}#{incarnation}", process.pane.number()),
    }
}

fn merge(clock: &mut Clock, other: &Clock) {
    for (host, events) in other {
        let own = clock.entry(host.clone()).or_default();
        *own = (*own).max(*events);
    }
}
