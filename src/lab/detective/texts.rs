//! What a student reads.

use super::evidence::{self as fact, SHOWN, SOUND};
use super::flaw::{Case, Flaw, Plan};
use crate::lab::exercise::Observation;

/// What is played in this lab.
pub(super) const GAMES: &str = "A game of three panes without windows: launcher, supervisor and recorder are those of every game. \
    But its panes hand the ball over by a protocol of another author, and that breaks one rule.\n\
    Two faults are injected into every game of this lab. First the owner of the ball is stopped (SIGSTOP) until the supervisor, \
    which has seen no record for 400 ms, has recalled the ball; 100 ms later it goes on (SIGCONT). Some hand-offs later a giver is \
    killed (SIGKILL) between the two steps of its hand-off: the record, and the swap of the baton. A protocol that keeps all rules \
    survives both. Where the supervisor has replaced the Region, no fault follows.";

/// How the conclusions can be found.
const INVESTIGATE: &str = "The facts below come from the report and from the recording. Look yourself, in a second terminal: `tripong replay \
    FILE --verify` names the first line of the recording that does not follow from those before it, and the recording is text, a \
    line for each hand-off, which begins with its epoch. FILE is the fact `recording`: it is in this lab's memory, so it is there \
    as long as the lab.";

/// What opens beside a lab in a window.
const BESIDE: &str = "\
    Once your answer is in and the games have ended, a lab in a window opens this game beside itself, in three panes and \
    the inspector: click into them when you want them, and Start plays it. No fault is planned there; the inspector's \
    buttons stop and kill. Its windows go with the lab, or with the next such game.";

/// What the counts are of.
const COUNTS: &str = "\
    Where the Region was replaced, the counts of recoveries and recalls are those of the checkpoint to which the game went \
    back, and one recovery more, the replacement: what came after that checkpoint is in the log and in the recording only.";

/// Of the first task.
pub(super) const WHO_NOTICES: &str = "Each rule has a guard of its own. What makes the Region inconsistent, the supervisor notices when it \
    reads ball and baton, every 500 ms and at every reclaim: it replaces the Region. What only takes time, it notices by the missing \
    records: it recalls the ball. What leaves baton and records alone, the report finds: it counts the in-hand markers, and it plays \
    the game again in one process and compares all bits.\n\
    When shows the rest: a defect that needs a death, or a late process, is not seen before there is one. That is why `tripong chaos` \
    kills and stops processes at random, and why docs/MUTANTS.md has a test for each defect.";

/// Of all tasks.
pub(super) const READ_ON: &str = "docs/MUTANTS.md and src/protocol/mod.rs (Invariants) of tripong; docs/RECORDING.md; man 2 futex, man 7 signal; \
    OSTEP, chapters 28 (locks) and 32 (concurrency bugs)";

/// How a game with this flaw is described before it is played.
pub(super) fn symptoms(flaw: Flaw, plan: &Plan) -> String {
    let Plan { stopped, killed, flawed, .. } = plan;
    let seen = match flaw {
        Flaw::SwapsFirst => format!(
            "The launcher ends with code 0 and one ball. Until hand-off {killed}, whose giver was killed, nothing was noticed. After that the \
             supervisor could not read the ball at all, replaced the Region, and went back to its last good checkpoint."
        ),
        Flaw::IsNotFenced => format!(
            "The launcher ends with code 0 and one ball. Until the recall after hand-off {stopped} nothing was noticed. Soon after the \
             stopped process had gone on, hand-offs, recoveries and recalls did not add up to the epoch any more: the supervisor replaced \
             the Region, and went back to its last good checkpoint."
        ),
        Flaw::KeepsIt => "The launcher ends with code 6. The hash is that of one process alone, every line of the recording fits, and the \
             Region was never replaced. But the report counts more than one ball."
            .to_owned(),
        Flaw::IsSilent => "The launcher ends with code 0, one ball and the hash of one process alone. The Region was never replaced. But the \
             supervisor recalled the ball also from panes that nobody had stopped: they slept."
            .to_owned(),
        Flaw::ChangesIt => format!(
            "The launcher ends with code 6: one ball, but not the hash of one process alone. The first line of the recording that does not \
             fit is hand-off {flawed}: at the right tick, but with another velocity, different in the last digit."
        ),
        Flaw::CountsIt => format!(
            "The launcher ends with code 0 and one ball. But soon after hand-off {flawed}, before any process was stopped or killed, \
             hand-offs, recoveries and recalls did not add up to the epoch any more: the supervisor replaced the Region, and went back to \
             its last good checkpoint."
        ),
        Flaw::PlaysOn => format!(
            "The launcher ends with code 6: one ball, but not the hash of one process alone. The first line of the recording that does not \
             fit is hand-off {flawed}: its tick is one more than it should be."
        ),
    };
    format!("A game with the first flaw leaves this behind. {seen}\nAfter your answer it is played. {COUNTS}")
}

/// The student's own case.
pub(super) fn case(seed: u64, plan: &Plan, case: Case) -> String {
    let Plan { stopped, killed, hops, .. } = plan;
    format!(
        "Now your own case: seed {seed}, {hops} hand-offs, another flaw. The pane that has the ball after hand-off {stopped} is stopped, and \
         its ball recalled; the giver of hand-off {killed} is killed between its two steps, and recovered. The game is played twice at the \
         same time: by the protocol with the flaw, and by one that keeps all rules.\n\
         The serve begins epoch 1. Every hand-off, every recall and every recovery begins the next epoch.\n\
         {INVESTIGATE} {COUNTS}\n\
         {BESIDE} The same from a terminal: `{}`.",
        command(seed, case)
    )
}

/// The same flaw in another court.
pub(super) fn again(seed: u64, plan: &Plan, flaw: Flaw) -> String {
    let Plan { stopped, killed, hops, .. } = plan;
    let case = Case { flaw: Some(flaw), has_faults: false };
    format!(
        "The rule that your case breaks: {}.\n\
         The same flaw in another court: seed {seed}, {hops} hand-offs; the pane that has the ball after hand-off {stopped} is stopped, the \
         giver of hand-off {killed} is killed. Afterwards you are asked for an epoch that shows it: one in which the rule was broken, or \
         the first in which that can be read. A flaw of single hand-offs shows at one of the first ten for the first time.\n\
         As before, the fact `recording` is a file for `tripong replay FILE --verify`. After your answer a lab in a window opens this \
         game in place of the one before; the same from a terminal: `{}`.",
        flaw.in_words(),
        command(seed, case)
    )
}

fn command(seed: u64, case: Case) -> String {
    format!("tripong --seed {seed} --flaw {} --stall 500ms --inspect", case.code(seed))
}

/// What the game of this flaw has shown, in one or two sentences.
///
/// # Errors
/// What is missing.
pub(super) fn truth(seen: &Observation, flaw: Flaw) -> Result<String, String> {
    let rule = flaw.in_words();
    if !seen.is(SHOWN)? {
        return Ok(format!(
            "The flaw was not to be seen on this machine, three times; by the protocol it is this. {rule}."
        ));
    }
    let number = |name| seen.number_of(name);
    let shown = match flaw {
        Flaw::SwapsFirst => "the Region was replaced after the kill".to_owned(),
        Flaw::IsNotFenced => format!(
            "the Region was replaced after the ball of a stopped pane had been recalled in epoch {}",
            number(fact::STOPPED)?
        ),
        Flaw::KeepsIt => format!("{} balls at the end", number(fact::BALLS)?),
        Flaw::IsSilent => {
            format!("the ball of a running pane was recalled; that began epoch {}", number(fact::HUNG)?)
        }
        Flaw::ChangesIt | Flaw::PlaysOn => seen.text_of(fact::VERIFY)?.to_owned(),
        Flaw::CountsIt => "the Region was replaced before any process was stopped".to_owned(),
    };
    Ok(format!("{rule}. Seen: {shown}."))
}

/// What became of the game that keeps the rules.
///
/// # Errors
/// What is missing.
pub(super) fn beside(seen: &Observation) -> Result<String, String> {
    let number = |name: &str| seen.number_of(&format!("{SOUND}{name}"));
    let [epoch, hops] = [number(fact::EPOCH)?, number(fact::HOPS)?];
    let [recoveries, recalls] = [number(fact::RECOVERIES)?, number(fact::RECALLS)?];
    Ok(format!(
        "The game that keeps all rules ended in epoch {epoch}: 1 (serve) + {hops} (hand-offs) + {recalls} (recalls) + {recoveries} \
         (recoveries)."
    ))
}

/// Why it is so.
pub(super) fn explanation(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::SwapsFirst => {
            "The swap makes the taker the owner, and the taker reads the ball from the giver's record. A giver that dies between \
             a swap that came first and the record leaves a baton that names an owner, and no ball. The game writes the record first: a \
             giver that dies then is still the owner, and its next process offers the same ball again. The swap is a compare-and-swap that \
             releases, so a process that sees the new owner also sees the record."
        }
        Flaw::IsNotFenced => {
            "A stopped process does not know that its ball was recalled. When it goes on it still believes that it is the owner. The \
             game's owner hands over by a compare-and-swap from its own epoch, which fails when the supervisor has begun the next one: the \
             late process is fenced. A plain store cannot fail: it puts back an epoch that was over, and then two processes have had the \
             ball in one epoch."
        }
        Flaw::KeepsIt => {
            "Baton and records have one owner, whatever a process believes; so the game goes on, and its hash is right. What is doubled is \
             the copy in the giver's hands. Every process notes in its in-hand marker for which epoch it has a ball. The report and the \
             inspector compare the markers with the baton: a marker of this epoch in a pane that the baton does not name is a second ball."
        }
        Flaw::IsSilent => {
            "The taker sleeps on its doorbell, a futex word (FUTEX_WAIT). The swap of the baton wakes nobody; FUTEX_WAKE does, which the \
             giver calls after it. Without it the ball lies with an owner that sleeps. The supervisor sees no record for 400 ms and recalls \
             the ball, which wakes all. In the game every wait has a timeout besides, so a lost notification costs a second at most."
        }
        Flaw::ChangesIt => {
            "The physics is a function of the record: the same serve gives the same ball on every machine, bit by bit. One changed bit \
             changes no rule that the supervisor could check, since position and speed are still possible ones. Only the game played again in one \
             process shows it: `replay --verify` at the first hand-off, the trajectory hash ever after."
        }
        Flaw::CountsIt => {
            "After the serve, epoch - 1 = hand-offs + recoveries + recalls. The taker counts the hop, nobody else: so a record can be written \
             before the swap, and needs no mark of success. A hop that is counted twice breaks that sum. The supervisor counts recoveries and \
             recalls itself, so it notices at its next look, and believes nothing in the Region any more."
        }
        Flaw::PlaysOn => {
            "A writer writes only the epoch that it holds. After the swap the giver's record belongs to the taker, which reads the ball from it: \
             whatever the giver writes there changes a ball that is not its own any more. The taker then began one tick too late, and every \
             tick after it differs. The game's giver writes once more only for the next epoch that it holds, and into the other half of its slot."
        }
    }
}

/// Why these epochs show it.
pub(super) fn epochs(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::SwapsFirst => {
            "Hand-off h begins epoch h + 1, and after the recall h + 2. The giver that was killed had the ball in one epoch, and its swap \
             had begun the next, for which there was no record. The recording ends there, and goes back."
        }
        Flaw::IsNotFenced => {
            "The recall began an epoch. The late owner, of the epoch before, stored the baton of that same epoch, for another taker: an epoch \
             with two owners. A fencing token works only if everybody compares it."
        }
        Flaw::KeepsIt => {
            "From the first hand-off of the flaw on, every epoch has a second ball: the marker of the giver follows the baton. The end of the game \
             is the easiest epoch to show, since the report counts then."
        }
        Flaw::IsSilent => {
            "The ball lay in the epoch before the recall: handed over, and never taken. A recall from a pane that was stopped is none of these; \
             the recording has a line `frozen` before it."
        }
        Flaw::ChangesIt | Flaw::PlaysOn => {
            "`replay --verify` names the line, and the line its epoch. The giver did it in the epoch before. Later epochs differ too, but show only that \
             something was wrong before."
        }
        Flaw::CountsIt => {
            "The hand-off that was counted twice began the first epoch in which the sum is wrong. The recorder writes no hand-off whose number does \
             not fit its epoch: so the recording has nothing after the epoch before."
        }
    }
}
