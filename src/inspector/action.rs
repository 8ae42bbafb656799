//! The actions that the inspector asks for: what is expected of each, and the question before one that ends a process.
//! After a yes every action is done at once.

use std::time::Duration;

use crate::game::PaneId;
use crate::protocol::{Action, Supervision};

impl Action {
    /// What is done, to the process of this pane.
    pub fn done_to(self, pane: &str) -> String {
        let of = if self == Self::Tear { " of" } else { "" };
        format!("{}{of} the process of {pane}", self.name())
    }

    /// What is going to happen in a game that is supervised like this, if the process has the ball or not. Only what the protocol
    /// promises.
    pub fn expectation(self, has_ball: bool, supervision: Supervision) -> String {
        match self {
            Self::Kill => kill(has_ball, supervision),
            Self::Freeze => freeze(has_ball, supervision),
            Self::Continue => "SIGCONT: a frozen process goes on. If its ball was recalled meanwhile, it finds that it is late, \
                 drops its copy (it is fenced) and waits for the ball like the others. One that runs is not changed."
                .to_owned(),
            Self::Hang => hang(has_ball, supervision),
            Self::Tear => tear(has_ball, supervision),
        }
    }

    /// Whether the process does not survive it: a person is asked first.
    pub fn is_dangerous(self) -> bool {
        match self {
            Self::Kill | Self::Hang | Self::Tear => true,
            Self::Freeze | Self::Continue => false,
        }
    }
}

fn kill(has_ball: bool, supervision: Supervision) -> String {
    let (dies, next) = if has_ball {
        (
            "dies with the ball",
            "the next process of this pane goes on with the ball from the last tick that was written",
        )
    } else {
        ("dies; the ball is elsewhere and flies on", "the pane gets a new process")
    };
    let after = match Restarts::of(supervision) {
        Restarts::Refused(option) => format!("and the game ends, because no restart is allowed ({option})."),
        Restarts::Allowed(limit) => format!("{next}, and its links to the neighbours are made anew.{limit}"),
    };
    format!("SIGKILL: the process {dies}. It is reaped, {after}")
}

fn tear(has_ball: bool, supervision: Supervision) -> String {
    let torn = if has_ball {
        "Half of the next record's words are written, and the process dies there."
    } else {
        "It waits until the process has the ball: then half of a record's words are written, and it dies there."
    };
    let after = match Restarts::of(supervision) {
        Restarts::Refused(option) => format!(". The game ends, because no restart is allowed ({option})."),
        Restarts::Allowed(limit) => {
            format!(": the next process goes on with the ball from the tick before.{limit}")
        }
    };
    format!("{torn} The copy beside it is whole, and counts{after}")
}

fn freeze(has_ball: bool, Supervision { stall, .. }: Supervision) -> String {
    let start = if has_ball { " with the ball" } else { "; the ball flies on" };
    let then = "when the process is continued it finds that it is late: it is fenced.";
    let rest = standing_still(has_ball, stall, then, "until the process is continued");
    format!("SIGSTOP: the process stands still{start}. {rest}")
}

fn hang(has_ball: bool, supervision: Supervision) -> String {
    let thread = if has_ball { "with the ball" } else { "that waits for the ball" };
    let end = match Restarts::of(supervision) {
        Restarts::Refused(option) => format!("the game ends, because no restart is allowed ({option})."),
        Restarts::Allowed(limit) => format!("the pane is started anew.{limit}"),
    };
    let then = format!("after as long again the process is killed and {end}");
    let rest = standing_still(has_ball, supervision.stall, &then, "and no process that hangs is killed");
    format!("The thread {thread} stands still, though the process lives. {rest}")
}

/// What becomes of a ball whose process stands still: `then` ends the sentence about its recall, `never` describes the game without one.
fn standing_still(has_ball: bool, stall: Option<Duration>, then: &str, never: &str) -> String {
    let handed = if has_ball { "" } else { "If the ball is handed to it, it waits there. " };
    match stall.map(in_words) {
        Some(stall) => format!(
            "{handed}After {stall} (--stall) the ball is recalled to the nearest pane that can run; {then}"
        ),
        None => format!("{handed}In this game no ball is recalled (--stall off): it stays there, {never}."),
    }
}

/// What may keep a pane from getting another process.
enum Restarts {
    /// It gets none; the option that forbids it.
    Refused(String),
    /// It gets one, up to a limit; the sentence about it, or nothing if there is none.
    Allowed(String),
}

impl Restarts {
    fn of(Supervision { restarts, .. }: Supervision) -> Self {
        match restarts.map(|(count, within)| (count, in_words(within))) {
            None => Self::Allowed(String::new()),
            Some((0, within)) => Self::Refused(format!("--restarts 0/{within}")),
            Some((count, within)) => Self::Allowed(format!(
                " The game ends instead if panes died more than {count} times within {within} (--restarts)."
            )),
        }
    }
}

fn in_words(duration: Duration) -> String {
    humantime::format_duration(duration).to_string()
}

/// An action, and the pane whose process it is for.
pub type Wanted = (PaneId, Action);

/// A question before a dangerous action. It is as it was when it was asked, wherever the ball flies meanwhile: a text that changes
/// while it is read cannot be agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// What is to be done.
    pub wanted: Wanted,
    /// What was to be expected of it when the question was asked.
    pub expectation: String,
}

/// What was asked, and whether somebody has agreed.
#[derive(Debug)]
pub struct Consent {
    /// Of the game: what is to be expected depends on it.
    supervision: Supervision,
    /// What waits for an answer.
    pub confirmation: Option<Confirmation>,
    has_agreed: bool,
}

impl Consent {
    /// Nothing was asked yet, in a game that is supervised like this.
    pub fn new(supervision: Supervision) -> Self {
        Self { supervision, confirmation: None, has_agreed: false }
    }

    /// Somebody wants this, while `holder` has the ball. It is returned if it is to be done at once; otherwise it is the confirmation.
    pub fn want(&mut self, wanted: Wanted, holder: Option<PaneId>) -> Option<Confirmation> {
        let asks = wanted.1.is_dangerous() && !self.has_agreed;
        let asked = Confirmation { wanted, expectation: self.expectation(wanted, holder) };
        if asks {
            self.confirmation = Some(asked);
            return None;
        }
        self.confirmation = None;
        Some(asked)
    }

    /// The confirmation is answered. What was asked about is returned if the answer is yes.
    pub fn decide(&mut self, is_yes: bool) -> Option<Confirmation> {
        self.has_agreed |= is_yes;
        self.confirmation.take().filter(|_| is_yes)
    }

    /// What is going to happen, while `holder` has the ball.
    pub fn expectation(&self, (pane, action): Wanted, holder: Option<PaneId>) -> String {
        action.expectation(holder == Some(pane), self.supervision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    /// What a game without options has.
    const USUAL: Supervision =
        Supervision { stall: Some(Duration::from_secs(2)), restarts: Some((3, Duration::from_secs(5))) };
    const STALL_OFF: Supervision = Supervision { stall: None, ..USUAL };
    const LIMITLESS: Supervision = Supervision { restarts: None, ..USUAL };
    const NO_RESTART: Supervision = Supervision { restarts: Some((0, SECOND)), ..USUAL };

    fn all(supervision: Supervision) -> impl Iterator<Item = (Action, String)> {
        let both = move |action: Action| {
            [true, false].map(|has_ball| (action, action.expectation(has_ball, supervision)))
        };
        Action::ALL.into_iter().flat_map(both)
    }

    #[test]
    fn every_action_has_a_few_sentences_about_what_to_expect() {
        for supervision in [USUAL, STALL_OFF, LIMITLESS, NO_RESTART] {
            for (_, text) in all(supervision) {
                assert!(text.ends_with('.') && !text.contains("  ") && !text.contains(".."), "{text}");
                assert!(text.matches(". ").count() <= 3, "{text}");
            }
        }
    }

    #[test]
    fn what_is_promised_is_what_the_games_options_are() {
        let ms = Supervision { stall: Some(Duration::from_millis(300)), ..USUAL };
        for (action, text) in all(ms) {
            let is_of_the_stall = matches!(action, Action::Freeze | Action::Hang);
            assert_eq!(text.contains("300ms (--stall)"), is_of_the_stall, "{text}");
            assert!(!text.contains("2s"), "{text}");
        }
        for (action, text) in all(STALL_OFF) {
            let is_of_the_stall = matches!(action, Action::Freeze | Action::Hang);
            assert_eq!(text.contains("no ball is recalled"), is_of_the_stall, "{text}");
            assert!(!is_of_the_stall || !text.contains("After") && !text.contains("nearest"), "{text}");
        }
    }

    #[test]
    fn a_new_process_is_promised_only_where_there_is_one() {
        for (action, text) in all(USUAL).filter(|(action, _)| action.is_dangerous()) {
            assert!(text.ends_with("more than 3 times within 5s (--restarts)."), "{action:?}: {text}");
        }
        for (action, text) in all(LIMITLESS).filter(|(action, _)| action.is_dangerous()) {
            assert!(!text.contains("--restarts") && !text.contains("game ends"), "{action:?}: {text}");
        }
        for (action, text) in all(NO_RESTART).filter(|(action, _)| action.is_dangerous()) {
            assert!(text.contains("no restart is allowed (--restarts 0/1s)"), "{action:?}: {text}");
            for promise in ["new process", "next process", "started anew"] {
                assert!(!text.contains(promise), "{action:?}: {text}");
            }
        }
    }

    #[test]
    fn the_actions_that_end_a_process_are_the_dangerous_ones() {
        let dangerous: Vec<_> = Action::ALL.into_iter().filter(|action| action.is_dangerous()).collect();
        assert_eq!(dangerous, [Action::Kill, Action::Hang, Action::Tear]);
    }

    #[test]
    fn a_question_stays_as_it_was_asked_though_the_ball_moves() {
        let (pane, other) = (PaneId(1), PaneId(2));
        let mut consent = Consent::new(USUAL);
        assert_eq!(consent.want((pane, Action::Kill), Some(pane)), None);
        let asked = consent.confirmation.clone().unwrap();
        assert_eq!(asked.expectation, Action::Kill.expectation(true, USUAL));
        assert_ne!(
            asked.expectation,
            consent.expectation((pane, Action::Kill), Some(other)),
            "the ball has left"
        );
        assert_eq!(consent.decide(true), Some(asked));
        let at_once = consent.want((pane, Action::Kill), Some(other)).unwrap();
        assert_eq!(at_once.expectation, Action::Kill.expectation(false, USUAL));
    }
}
