//! What has just happened, for people in the last row: one thing, in a few large words and a line below.

use super::baton::Owner;
use super::event_log::{End, Event, RecordingChange, What};
use super::rally_end::RallyEnd;
use super::recent::{RECENT_NS, Recent};
use super::recording_status::RecordingName;
use super::snapshot::Snapshot;
use crate::game::{Court, PaneId, Side};
use crate::protocol::action::Action;

/// How long it is shown, in nanoseconds.
pub const NEWS_NS: u64 = 3_000_000_000;
/// What belongs to one thing happens within this, in nanoseconds: a process is reaped, its ball recovered, the next started.
const ONE_THING_NS: u64 = RECENT_NS - NEWS_NS;

/// What has just happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// In a few words.
    pub what: String,
    /// What else is to be known of it; empty if nothing is.
    pub more: String,
    /// For so long it is still news, in nanoseconds.
    pub left_ns: u64,
}

impl Snapshot {
    /// What has just happened. What the supervisor did comes before a goal or a miss.
    pub fn news(&self, court: &Court) -> Option<News> {
        let story = Story { snapshot: self, court, events: &self.recent.events };
        story.of_supervisor().or_else(|| story.of_rally())
    }

    /// The side that has just made a goal, while the ball lies still after it.
    pub fn goal(&self) -> Option<Side> {
        let lies_still = self.score().pause > 0;
        self.holder().filter(|_| lies_still).map(
            |pane| {
                if pane == PaneId(0) { Side::Right } else { Side::Left }
            },
        )
    }
}

/// The events, and what is known besides.
struct Story<'a> {
    snapshot: &'a Snapshot,
    court: &'a Court,
    events: &'a [Event],
}

impl Story<'_> {
    fn of_supervisor(&self) -> Option<News> {
        let newest = self.events.iter().rev().find(|event| self.is_news(event.what))?;
        let left_ns = self.left_ns(newest.at_ns)?;
        let [what, more] = self.in_words(newest);
        Some(News { what, more, left_ns })
    }

    fn of_rally(&self) -> Option<News> {
        let Recent { rally_end: Some(RallyEnd { at_ns, side, is_goal, hits }), .. } = self.snapshot.recent
        else {
            return None;
        };
        let left_ns = self.left_ns(at_ns)?;
        let score = self.snapshot.score();
        if is_goal {
            // Until it is served again the court says so itself, and so does a match that is over. One that has begun meanwhile
            // has another score.
            let is_match = score.is_match() && score.left + score.right > 0;
            let goes_on = is_match && !score.is_over() && self.snapshot.goal().is_none();
            let scorer = if side == Side::Left { Side::Right } else { Side::Left };
            return goes_on.then(|| News {
                what: goal_in_words(scorer, self.snapshot),
                more: String::new(),
                left_ns,
            });
        }
        let hits = if hits == 1 { "1 hit".to_owned() } else { format!("{hits} hits") };
        Some(News { what: "Missed".to_owned(), more: format!("rally ended with {hits}"), left_ns })
    }

    /// How long what happened then is still news.
    fn left_ns(&self, at_ns: u64) -> Option<u64> {
        let age_ns = self.snapshot.recent.taken_ns.saturating_sub(at_ns);
        NEWS_NS.checked_sub(age_ns).filter(|left_ns| *left_ns > 0)
    }

    /// A process that is started is a part of other news; so is the kill that was asked for. The first serve is no news.
    fn is_news(&self, what: What) -> bool {
        let is_here = what.pane().is_none_or(|pane| pane <= self.court.last());
        is_here
            && match what {
                What::Started { .. } | What::NotDone { .. } => false,
                What::Served { from, .. } => from.pane().is_some_and(|pane| pane <= self.court.last()),
                What::Done { action, .. } => action != Action::Kill,
                What::Died { .. }
                | What::Recovered { .. }
                | What::Stalled { .. }
                | What::Hung { .. }
                | What::Reinitialized
                | What::Recording { .. } => true,
            }
    }

    fn in_words(&self, newest: &Event) -> [String; 2] {
        match newest.what {
            What::Died { pane, .. } | What::Recovered { pane, .. } => self.death(pane, newest),
            What::Hung { pane } => [format!("{} hung: killed", self.name(pane)), self.pid(pane)],
            What::Stalled { pane } => self.stall(pane, None),
            What::Served { pane, from: Owner::Pane(from), .. } => self.recall(from, pane, newest),
            What::Done { pane, action } => self.action(pane, action),
            What::Reinitialized => [
                "Shared memory replaced".to_owned(),
                "it was corrupt; every pane has a new process".to_owned(),
            ],
            What::Recording { change, file } => recording(change, file),
            What::Served { .. } | What::Started { .. } | What::NotDone { .. } => <[String; 2]>::default(),
        }
    }

    /// The process of a pane has died, and its ball was recovered if it had it.
    fn death(&self, pane: PaneId, newest: &Event) -> [String; 2] {
        let died = |event: &Event| match event.what {
            What::Died { pane, pid, how } if is_one_thing(event, newest) => Some((pane, pid, how)),
            _ => None,
        };
        let all: Vec<_> = self.events.iter().filter_map(died).collect();
        let is_of_pane = |event: &Event| died(event).is_some_and(|(dead, ..)| dead == pane);
        let Some(place) = self.events.iter().rposition(is_of_pane) else {
            let next = format!("for the next process of {}", self.court.pane_name(pane));
            return ["Ball recovered".to_owned(), next];
        };
        let (before, after) = self.events.split_at(place);
        let has_hung = before.iter().any(|event| event.what == What::Hung { pane });
        match died(&self.events[place]) {
            Some((_, pid, how)) if all.iter().all(|(dead, ..)| *dead == pane) => {
                [self.end(pane, how, has_hung), what_follows(pane, pid, after)]
            }
            _ => deaths(&all),
        }
    }

    fn end(&self, pane: PaneId, how: End, has_hung: bool) -> String {
        let name = self.name(pane);
        match how {
            End::Signal(_) if has_hung => format!("{name} hung: killed"),
            End::Signal(_) => format!("{name} {how}"),
            End::Code(code) => format!("{name} ended with code {code}"),
        }
    }

    fn stall(&self, pane: PaneId, to: Option<PaneId>) -> [String; 2] {
        let served = to.map(|to| format!(": ball recalled to {}", self.court.pane_name(to)));
        [format!("{} stands still", self.name(pane)), format!("no progress{}", served.unwrap_or_default())]
    }

    /// From a pane that made no progress, or since a user wanted it.
    fn recall(&self, from: PaneId, to: PaneId, newest: &Event) -> [String; 2] {
        let is_stall =
            |event: &Event| event.what == What::Stalled { pane: from } && is_one_thing(event, newest);
        if self.events.iter().any(is_stall) {
            return self.stall(from, Some(to));
        }
        let (from, to) = (self.court.pane_name(from), self.court.pane_name(to));
        [
            "Ball recalled".to_owned(),
            if from == to { format!("to {to}") } else { format!("from {from} to {to}") },
        ]
    }

    /// The inspector asked for it.
    fn action(&self, pane: PaneId, action: Action) -> [String; 2] {
        let name = self.name(pane);
        let (what, more) = match action {
            Action::Freeze => (format!("{name} frozen"), "by SIGSTOP"),
            Action::Continue => (format!("{name} continued"), "by SIGCONT"),
            Action::Hang => (format!("{name} hangs"), "alive, but without progress"),
            Action::Tear => (format!("{name} tears a record"), "and dies in the middle of it"),
            Action::Kill => (format!("{name} killed"), "by SIGKILL"),
        };
        [what, format!("{}, {more}", self.pid(pane))]
    }

    fn pid(&self, pane: PaneId) -> String {
        format!("pid {}", self.snapshot.panes.get(pane.index()).map_or(0, |view| view.pid))
    }

    /// What a person calls the pane, at the beginning of a sentence.
    fn name(&self, pane: PaneId) -> String {
        let title = self.court.pane_title(pane);
        let (first, rest) = title.split_at(1.min(title.len()));
        first.to_uppercase() + rest
    }
}

/// Whether this belongs to one thing that ends with `last`.
fn is_one_thing(event: &Event, last: &Event) -> bool {
    last.at_ns.checked_sub(event.at_ns).is_some_and(|before_ns| before_ns <= ONE_THING_NS)
}

/// What became of a pane after its process `old` died.
fn what_follows(of: PaneId, old: u32, after: &[Event]) -> String {
    let is_recovery = |event: &Event| matches!(event.what, What::Recovered { pane, .. } if pane == of);
    let next = after.iter().rev().find_map(|event| match event.what {
        What::Started { pane, pid } if pane == of => Some(pid),
        _ => None,
    });
    match (next, after.iter().any(is_recovery)) {
        (Some(next), true) => format!("pid {old} died; pid {next} plays on with its ball"),
        (Some(next), false) => format!("pid {old} died; pid {next} plays on"),
        (None, true) => format!("pid {old} died; its ball is recovered"),
        (None, false) => format!("pid {old} died"),
    }
}

/// A user has pressed Record, or the file of the recording cannot be written.
fn recording(change: RecordingChange, file: RecordingName) -> [String; 2] {
    match change {
        RecordingChange::Begun => ["Recording".to_owned(), format!("in {file}")],
        RecordingChange::Ended => ["Recording ended".to_owned(), file.to_string()],
        RecordingChange::Failed => {
            ["Recording failed".to_owned(), format!("{file} cannot be written; the game goes on")]
        }
    }
}

/// Several processes have died at once.
fn deaths(all: &[(PaneId, u32, End)]) -> [String; 2] {
    let how = all.first().map(|(.., how)| *how);
    let how = how.filter(|how| all.iter().all(|(.., other)| other == how));
    let how = match how {
        Some(how @ End::Signal(_)) => how.to_string(),
        _ => "died".to_owned(),
    };
    let pids: Vec<_> = all.iter().map(|(_, pid, _)| pid.to_string()).collect();
    [format!("{} processes {how}", all.len()), format!("pids {}", pids.join(", "))]
}

/// "Goal for the left: 2 : 0".
pub fn goal_in_words(scorer: Side, snapshot: &Snapshot) -> String {
    let score = snapshot.score();
    format!("Goal for the {scorer}: {} : {}", score.left, score.right)
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests;
