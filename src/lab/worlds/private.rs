//! A private page at one and the same address in three processes.

use super::drawn::{NAMES, any_order, numbers, offset, page_address};
use super::process::Worlds;
use super::truth;
use crate::error::Result;
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;

/// Why every process reads its own number.
const EXPLANATION: &str = "An address means something in one process only. Each process has page tables of its own, and the \
            processor looks every address up in those of the process that it runs: the same virtual address led to three \
            different physical pages, each a world of its own.\n\
            mmap only noted the mapping; the kernel took a physical page, zeroed, when the process first touched it (a page \
            fault). No store of another process can reach it, and none need be guarded against. What the three panes of the \
            game are to see together, they must share on purpose.";

/// What is drawn.
#[derive(Clone, Copy)]
struct Drawn {
    page: u64,
    offset: u64,
    /// What A, B and C write.
    numbers: [u64; 3],
    /// Who writes first, second, third.
    order: [usize; 3],
}

/// All three write at the same address; the first of them reads.
pub(super) fn same_address(draw: &mut Draw) -> Task {
    let drawn = Drawn {
        page: page_address(draw, 0),
        offset: offset(draw),
        numbers: numbers(draw),
        order: any_order(draw),
    };
    let reader = NAMES[drawn.order[0]];
    let right =
        Answers::predicted(Answer::Number(drawn.numbers[drawn.order[0]])).concluded(Answer::Number(3));
    let passing = right.clone();
    Task {
        id: "same-address",
        story: story(&drawn),
        predict: Question::number(format!("What does {reader} read?"), "", 0, 999),
        choose: None,
        conclude: Some(Question::number(
            "How many pages of physical memory lie behind this one address now?",
            "pages",
            0,
            3,
        )),
        act: Box::new(move |stage, _| observe(stage, drawn)),
        judge: Box::new(move |given, seen| judge(given, seen, drawn, &right)),
        passing,
        failing: None,
        explanation: EXPLANATION,
        read_on: "OSTEP, chapters 13 (address spaces) and 18 (paging); man 2 mmap; man 5 proc_pid_maps; man 5 proc_pid_pagemap",
    }
}

fn story(drawn: &Drawn) -> String {
    let [first, second, third] = drawn.order;
    format!(
        "A, B and C are three processes. Each calls mmap with MAP_PRIVATE | MAP_ANONYMOUS for one page at the very same \
         address, {:#x}.\nThen each stores a number at the address {:#x}, in this order: {} stores {}, {} stores {}, {} stores \
         {}. Only then does {} load from {:#x}.",
        drawn.page,
        drawn.page + drawn.offset,
        NAMES[first],
        drawn.numbers[first],
        NAMES[second],
        drawn.numbers[second],
        NAMES[third],
        drawn.numbers[third],
        NAMES[first],
        drawn.page + drawn.offset,
    )
}

fn observe(stage: &mut Stage<'_>, drawn: Drawn) -> Result<Observation> {
    let mut worlds = Worlds::start(stage)?;
    let at = drawn.page + drawn.offset;
    for who in 0..NAMES.len() {
        worlds.map(stage, who, drawn.page)?;
    }
    for who in drawn.order {
        worlds.write(stage, who, at, drawn.numbers[who])?;
    }
    let mut seen = Observation::default();
    for who in drawn.order {
        seen.count(&format!("{} reads", NAMES[who]), worlds.read(stage, who, at)?, "");
    }
    worlds.evidence(&mut seen, [drawn.page; 3]);
    Ok(seen)
}

fn judge(
    given: &Answers,
    seen: &Observation,
    drawn: Drawn,
    right: &Answers,
) -> std::result::Result<Judgement, String> {
    for (name, number) in NAMES.into_iter().zip(drawn.numbers) {
        truth::reads(seen, name, number)?;
    }
    truth::maps(seen, [drawn.page; 3], ["private"; 3])?;
    let frames = truth::frames(seen)?;
    if frames.is_some_and(|[a, b, c]| a == b || b == c || a == c) {
        return Err("private pages of three processes are three physical pages".to_owned());
    }
    let [a, b, c] = drawn.numbers;
    let proof = match frames {
        Some([a, b, c]) => format!("the kernel shows three physical pages: {a:#x}, {b:#x} and {c:#x}"),
        None => "this machine does not show which physical pages these are, but one page cannot hold three numbers".to_owned(),
    };
    let truth = format!(
        "At {:#x}, A reads {a}, B reads {b} and C reads {c}, each what it wrote itself; {proof}.",
        drawn.page + drawn.offset
    );
    Ok(Judgement::of(given, right, truth))
}
