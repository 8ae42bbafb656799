//! What has just happened, for people in the last row: one thing, in a few large words and a line below.

use super::action::Action;
use super::baton::Owner;
use super::event_log::{End, Event, What};
use super::rally_end::RallyEnd;
use super::recent::{RECENT_NS, Recent};
use super::snapshot::Snapshot;
use crate::game::{Court, PaneId, Side};

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
                What::Served { from, .. } => from != Owner::Supervisor,
                What::Done { action, .. } => action != Action::Kill,
                What::Died { .. }
                | What::Recovered { .. }
                | What::Stalled { .. }
                | What::Hung { .. }
                | What::Reinitialized => true,
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
            What::Served { .. } | What::Started { .. } | What::NotDone { .. } => <[String; 2]>::default(),
        }
    }

    /// The newest event of one thing that ends with `last` for which `wanted` finds something.
    fn before<T>(&self, last: &Event, wanted: impl Fn(What) -> Option<T>) -> Option<T> {
        let is_one_thing =
            |event: &&Event| event.at_ns <= last.at_ns && last.at_ns - event.at_ns <= ONE_THING_NS;
        self.events.iter().rev().filter(is_one_thing).find_map(|event| wanted(event.what))
    }

    /// The process of a pane has died, and its ball was recovered if it had it.
    fn death(&self, dead: PaneId, newest: &Event) -> [String; 2] {
        let died = self.before(newest, |what| match what {
            What::Died { pane, pid, how } if pane == dead => Some((pid, how)),
            _ => None,
        });
        let is_recovery = |event: &Event| matches!(event.what, What::Recovered { pane, .. } if pane == dead);
        let is_recovered = self.events.iter().any(is_recovery);
        let Some((old, how)) = died else {
            return [
                "Ball recovered".to_owned(),
                format!("for the next process of {}", self.court.pane_name(dead)),
            ];
        };
        let has_hung = self.before(newest, |what| (what == What::Hung { pane: dead }).then_some(()));
        let name = self.name(dead);
        let what = match how {
            End::Signal(_) if has_hung.is_some() => format!("{name} hung: killed"),
            End::Signal(_) => format!("{name} {how}"),
            End::Code(code) => format!("{name} ended with code {code}"),
        };
        let next = self.events.iter().rev().find_map(|event| match event.what {
            What::Started { pane, pid } if pane == dead && pid != old => Some(pid),
            _ => None,
        });
        let more = match (next, is_recovered) {
            (Some(next), true) => format!("pid {old} died; pid {next} plays on with its ball"),
            (Some(next), false) => format!("pid {old} died; pid {next} plays on"),
            (None, true) => format!("pid {old} died; its ball is recovered"),
            (None, false) => format!("pid {old} died"),
        };
        [what, more]
    }

    fn stall(&self, pane: PaneId, to: Option<PaneId>) -> [String; 2] {
        let served = to.map(|to| format!(": ball recalled to {}", self.court.pane_name(to)));
        [format!("{} stands still", self.name(pane)), format!("no progress{}", served.unwrap_or_default())]
    }

    /// From a pane that made no progress, or since a user wanted it.
    fn recall(&self, from: PaneId, to: PaneId, newest: &Event) -> [String; 2] {
        let is_stall = self.before(newest, |what| (what == What::Stalled { pane: from }).then_some(()));
        if is_stall.is_some() {
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

/// "Goal for the left: 2 : 0".
pub fn goal_in_words(scorer: Side, snapshot: &Snapshot) -> String {
    let score = snapshot.score();
    format!("Goal for the {scorer}: {} : {}", score.left, score.right)
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use nix::sys::signal::Signal;

    use super::*;
    use crate::game::{Ball, Control, GameMode, GameRules, Paddle, Score};
    use crate::protocol::snapshot::PaneView;
    use crate::protocol::{GameSettings, Ownership, TransportKind};

    const COURT: Court = Court { panes: 3, seed: 1 };
    const LEFT: PaneId = PaneId(0);
    const MIDDLE: PaneId = PaneId(1);
    const RIGHT: PaneId = PaneId(2);
    const NOW_NS: u64 = 100_000_000_000;
    const MS: u64 = 1_000_000;

    /// A picture of a game in which all this happened so many milliseconds ago.
    fn picture(events: &[(u64, What)]) -> Snapshot {
        let pane =
            |pid| PaneView { pid, incarnation: 1, paddle: Paddle::MIDDLE, control: Control::Autopilot };
        let event = |&(ago_ms, what): &(u64, What)| Event { at_ns: NOW_NS - ago_ms * MS, what };
        let events = events.iter().map(event).collect();
        Snapshot {
            ownership: Ownership { epoch: 1, giver: Owner::Supervisor, holder: Owner::Pane(LEFT) },
            ball: Some(COURT.serve(LEFT, None)),
            due_ns: None,
            panes: vec![pane(101), pane(102), pane(103)],
            transport: TransportKind::Shared,
            hand_off: None,
            medians_ns: [None; 3],
            live_settings: GameSettings::default(),
            recent: Recent { taken_ns: NOW_NS, events, rally_end: None },
        }
    }

    fn said(snapshot: &Snapshot) -> Option<[String; 2]> {
        snapshot.news(&COURT).map(|News { what, more, .. }| [what, more])
    }

    fn assert_said(events: &[(u64, What)], expected: [&str; 2]) {
        assert_eq!(said(&picture(events)), Some(expected.map(str::to_owned)), "{events:?}");
    }

    fn died(pane: PaneId, how: End) -> What {
        What::Died { pane, pid: 102, how }
    }

    #[test]
    fn a_death_is_said_with_its_signal_its_pids_and_what_became_of_the_ball() {
        let death = died(MIDDLE, End::by(Signal::SIGKILL));
        let (recovered, started) =
            (What::Recovered { pane: MIDDLE, epoch: 9 }, What::Started { pane: MIDDLE, pid: 205 });
        let what = "Middle pane killed by SIGKILL";
        assert_said(&[(20, death)], [what, "pid 102 died"]);
        assert_said(&[(20, death), (19, recovered)], [what, "pid 102 died; its ball is recovered"]);
        assert_said(&[(20, death), (9, started)], [what, "pid 102 died; pid 205 plays on"]);
        let whole = [(20, death), (19, recovered), (9, started)];
        assert_said(&whole, [what, "pid 102 died; pid 205 plays on with its ball"]);
        assert_said(&[(5, died(RIGHT, End::Code(5)))], ["Right pane ended with code 5", "pid 102 died"]);
    }

    #[test]
    fn a_frozen_owner_a_hung_one_and_a_fresh_region_are_said() {
        let recalled = |from, to| What::Served { pane: to, epoch: 7, from: Owner::Pane(from) };
        let stalled = What::Stalled { pane: LEFT };
        let to = "no progress: ball recalled to the middle pane";
        assert_said(&[(9, stalled), (8, recalled(LEFT, MIDDLE))], ["Left pane stands still", to]);
        let hung = What::Hung { pane: RIGHT };
        assert_said(&[(9, hung)], ["Right pane hung: killed", "pid 103"]);
        let killed = died(RIGHT, End::by(Signal::SIGKILL));
        assert_said(&[(9, hung), (8, killed)], ["Right pane hung: killed", "pid 102 died"]);
        let reinitialized = [(50, What::Reinitialized), (40, What::Started { pane: LEFT, pid: 9 })];
        let more = "it was corrupt; every pane has a new process";
        assert_said(&reinitialized, ["Shared memory replaced", more]);
    }

    #[test]
    fn a_recall_by_a_user_and_what_the_inspector_does_are_said() {
        let recalled = What::Served { pane: RIGHT, epoch: 7, from: Owner::Pane(LEFT) };
        assert_said(&[(9, recalled)], ["Ball recalled", "from the left pane to the right pane"]);
        let done = |action| What::Done { pane: MIDDLE, action };
        assert_said(&[(9, done(Action::Freeze))], ["Middle pane frozen", "pid 102, by SIGSTOP"]);
        assert_said(&[(9, done(Action::Continue))], ["Middle pane continued", "pid 102, by SIGCONT"]);
        let killed = died(MIDDLE, End::by(Signal::SIGKILL));
        assert_said(
            &[(9, killed), (8, done(Action::Kill))],
            ["Middle pane killed by SIGKILL", "pid 102 died"],
        );
    }

    #[test]
    fn the_beginning_of_a_game_is_no_news() {
        let started = |pane| What::Started { pane, pid: 7 };
        let first = What::Served { pane: LEFT, epoch: 1, from: Owner::Supervisor };
        assert_eq!(said(&picture(&[(30, started(LEFT)), (20, started(RIGHT)), (10, first)])), None);
        assert_eq!(said(&picture(&[(10, What::Stalled { pane: PaneId(7) })])), None, "a pane of no court");
    }

    #[test]
    fn news_last_three_seconds_from_the_last_part_of_one_thing_on() {
        let death = died(MIDDLE, End::by(Signal::SIGTERM));
        let news =
            |ago_ms| picture(&[(ago_ms + 40, death), (ago_ms, What::Recovered { pane: MIDDLE, epoch: 9 })]);
        let left_ms = |ago_ms| news(ago_ms).news(&COURT).map(|news| news.left_ns / MS);
        assert_eq!([0, 2_990, 3_000].map(left_ms), [Some(3_000), Some(10), None]);
        assert_eq!(said(&news(0)), said(&news(2_990)), "and do not change meanwhile");
        let newer = (5, What::Stalled { pane: LEFT });
        assert_said(&[(2_000, death), newer], ["Left pane stands still", "no progress"]);
    }

    #[test]
    fn a_goal_and_a_miss_are_said_with_the_score_or_the_hits() {
        let end = |is_goal, side| Some(RallyEnd { at_ns: NOW_NS - 9 * MS, side, is_goal, hits: 7 });
        let mut missed = picture(&[]);
        missed.recent.rally_end = end(false, Side::Left);
        assert_eq!(said(&missed), Some(["Missed".to_owned(), "rally ended with 7 hits".to_owned()]));
        let rules = GameRules { mode: GameMode::Match, ..GameRules::default() };
        let mut goal = picture(&[]);
        let score = Score { left: 2, ..Score::new(rules) };
        goal.ball = goal.ball.map(|ball| Ball { score, ..ball });
        goal.recent.rally_end = end(true, Side::Right);
        assert_eq!(said(&goal), Some(["Goal for the left: 2 : 0".to_owned(), String::new()]));
        // While the ball lies still the court says it in large letters; and after the last goal, who has won.
        goal.ball = goal.ball.map(|ball| Ball { score: Score { pause: 9, ..score }, ..ball });
        assert_eq!((said(&goal), goal.goal()), (None, Some(Side::Right)), "it lies in the left pane");
        goal.ball = goal.ball.map(|ball| Ball { score: Score { left: 11, ..score }, ..ball });
        assert_eq!(said(&goal), None);
    }
}
