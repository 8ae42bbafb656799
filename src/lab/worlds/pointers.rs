//! A pointer of one process, followed by another.

use super::drawn::{NAMES, any_order, numbers, offset, page_address};
use super::process::{Outcome, Worlds};
use super::truth;
use crate::error::Result;
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;

const READ_ON: &str = "man 2 mmap; man 7 signal (SIGSEGV); man 5 proc_pid_maps; OSTEP, chapters 16 and 18";
/// Why a process dies of a pointer.
const NOTHING_THERE: &str = "A pointer is a number that means something in the page tables of its own process. Those of the reader have no \
            entry for this address: the processor faults, the kernel finds no mapping (a line of /proc/PID/maps) for it and \
            sends SIGSEGV, which kills by default. The owner notices nothing: a fault is a matter of the process that \
            faults.\nThat is the kind case: the mistake is seen at once.";
/// Why that is the kind case.
const ANOTHER_PAGE: &str = "Nothing crashed, and that is worse: the load was a correct one of another page. A pointer from another \
            process can hit anything that lies there by chance, and the program goes on with a wrong number. Where the \
            kernel puts mappings differs from run to run (ASLR), so such a mistake comes and goes.";

/// What is drawn of a pointer to a private page.
#[derive(Clone, Copy)]
struct Drawn {
    page: u64,
    offset: u64,
    numbers: [u64; 3],
    order: [usize; 3],
}

impl Drawn {
    fn new(draw: &mut Draw) -> Self {
        Self {
            page: page_address(draw, 4),
            offset: offset(draw),
            numbers: numbers(draw),
            order: any_order(draw),
        }
    }
}

/// Where the other process has mapped nothing.
pub(super) fn nothing_there(draw: &mut Draw) -> Task {
    let drawn = Drawn::new(draw);
    let ([owner, reader, _], number) = (drawn.order.map(|who| NAMES[who]), drawn.numbers[0]);
    let pointer = drawn.page + drawn.offset;
    let story = format!(
        "{owner} has a private page at {:#x} and stores {number} in it, at the address {pointer:#x}. It sends this address, a \
         pointer, to {reader} as a number. {reader} has mapped nothing there. {reader} follows the pointer: its processor \
         loads eight bytes from {pointer:#x}.",
        drawn.page,
    );
    let died = format!("The kernel kills {reader} with SIGSEGV");
    let read = format!("{reader} reads {number}");
    let owner_died = format!("The kernel kills {owner}, whose page it is, with SIGSEGV");
    let choices =
        [died.as_str(), read.as_str(), "It reads 0: memory that nobody has written", owner_died.as_str()];
    let (predict, right) =
        Question::drawn(draw, format!("What happens when {reader} follows the pointer?"), &choices);
    let right = Answers::predicted(right);
    let passing = right.clone();
    Task {
        id: "follow-a-pointer",
        story,
        predict,
        choose: None,
        conclude: None,
        act: Box::new(move |stage, _| observe_pointer(stage, drawn, None)),
        judge: Box::new(move |given, seen| {
            let pointer = drawn.page + drawn.offset;
            truth::ends(seen, reader, &Outcome::Died.fact())?;
            truth::reads(seen, owner, number)?;
            let truth = format!(
                "{reader} was killed by SIGSEGV at its load from {pointer:#x}; {owner} still reads {number} there."
            );
            Ok(Judgement::of(given, &right, truth))
        }),
        passing,
        failing: None,
        explanation: NOTHING_THERE,
        read_on: READ_ON,
    }
}

/// Where the other process has a page of its own.
pub(super) fn another_page_there(draw: &mut Draw) -> Task {
    let drawn = Drawn::new(draw);
    let [owner, reader, _] = drawn.order.map(|who| NAMES[who]);
    let [theirs, own, _] = drawn.numbers;
    let pointer = drawn.page + drawn.offset;
    let story = format!(
        "Again {owner} has a private page at {:#x}, stores {theirs} at the address {pointer:#x}, and sends the pointer to \
         {reader}. But now {reader} happens to have a private page of its own at {:#x}, where it has stored {own} at the same \
         distance from the beginning. {reader} follows the pointer.",
        drawn.page, drawn.page,
    );
    let right = Answers::predicted(Answer::Number(own));
    let passing = right.clone();
    Task {
        id: "follow-into-another-page",
        story,
        predict: Question::number(format!("What does {reader} read (0 if it is killed)?"), "", 0, 999),
        choose: None,
        conclude: None,
        act: Box::new(move |stage, _| observe_pointer(stage, drawn, Some(own))),
        judge: Box::new(move |given, seen| {
            truth::ends(seen, reader, &Outcome::Read(own).fact())?;
            truth::reads(seen, owner, theirs)?;
            let truth = format!(
                "{reader} reads {own}, which it stored there itself, and lives; what {owner} meant is {theirs}."
            );
            Ok(Judgement::of(given, &right, truth))
        }),
        passing,
        failing: None,
        explanation: ANOTHER_PAGE,
        read_on: READ_ON,
    }
}

/// The owner stores, the reader follows; `own` is what the reader has there itself.
fn observe_pointer(stage: &mut Stage<'_>, drawn: Drawn, own: Option<u64>) -> Result<Observation> {
    let mut worlds = Worlds::start(stage)?;
    let ([owner, reader, _], pointer) = (drawn.order, drawn.page + drawn.offset);
    worlds.map(stage, owner, drawn.page)?;
    worlds.write(stage, owner, pointer, drawn.numbers[0])?;
    if let Some(own) = own {
        worlds.map(stage, reader, drawn.page)?;
        worlds.write(stage, reader, pointer, own)?;
    }
    let mut seen = Observation::default();
    seen.text(NAMES[reader], worlds.follow(stage, reader, pointer)?.fact());
    seen.count(&format!("{} reads", NAMES[owner]), worlds.read(stage, owner, pointer)?, "");
    Ok(seen)
}
