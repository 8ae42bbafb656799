//! Whether the times of a receipt can be: each thing after the one before it.

use super::fault::{Fault, FaultKind};
use crate::lab::exercise::Slot;
use crate::lab::receipt::file::{Acted, Asked, Receipt, TaskReceipt, Try};
use crate::lab::stage::MOST_EVENTS;

/// What is wrong with the times of a receipt.
pub(super) fn fault(receipt: &Receipt) -> Option<Fault> {
    let fault = |text: String| Some(Fault::new(FaultKind::Times, text));
    let mut last = None;
    for task in &receipt.tasks {
        for (what, at_ns) in moments(task) {
            if last.is_some_and(|last| at_ns < last || at_ns == last && what.is_later()) {
                return fault(format!(
                    "task {}: {} is not later than what comes before it",
                    task.id,
                    what.words()
                ));
            }
            last = Some(at_ns);
        }
    }
    if receipt.events.len() > MOST_EVENTS {
        return fault(format!("it has more than {MOST_EVENTS} events"));
    }
    if receipt.events.windows(2).any(|pair| pair[0].at_ns > pair[1].at_ns) {
        return fault("its events are not in the order of their times".to_owned());
    }
    let actions: Vec<_> = receipt.tasks.iter().flat_map(TaskReceipt::actions).collect();
    let is_within = |at_ns: u64| actions.iter().any(|acted| (acted.from_ns..=acted.to_ns).contains(&at_ns));
    let stray = receipt.events.iter().find(|event| !is_within(event.at_ns));
    stray.and_then(|event| fault(format!("at {} ns something happened outside of all actions", event.at_ns)))
}

/// What has a time.
enum Moment {
    Answered(Slot),
    ActionBegan,
    ActionEnded,
}

impl Moment {
    /// Each answer is on the disk before anything else happens: that takes time.
    fn is_later(&self) -> bool {
        !matches!(self, Self::ActionEnded)
    }

    fn words(&self) -> String {
        match self {
            Self::Answered(slot) => format!("the {slot}"),
            Self::ActionBegan => "the action".to_owned(),
            Self::ActionEnded => "the end of the action".to_owned(),
        }
    }
}

/// In the order in which they must have come: the slots ascend already.
fn moments(task: &TaskReceipt) -> Vec<(Moment, u64)> {
    let answered = |asked: &Asked| (Moment::Answered(asked.slot), asked.at_ns);
    let of = |slot: Slot| task.asked.iter().filter(move |asked| asked.slot == slot).map(answered);
    let acted = |acted: Option<Acted>| {
        let moments =
            |acted: Acted| [(Moment::ActionBegan, acted.from_ns), (Moment::ActionEnded, acted.to_ns)];
        acted.map(moments).into_iter().flatten()
    };
    let earlier =
        |tried: &Try| std::iter::once(answered(&tried.asked)).chain(acted(tried.acted)).collect::<Vec<_>>();
    of(Slot::Prediction)
        .chain(task.earlier.iter().flat_map(earlier))
        .chain(of(Slot::Choice))
        .chain(acted(task.acted))
        .chain(of(Slot::Conclusion))
        .collect()
}
