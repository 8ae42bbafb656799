//! One page of a memfd in three processes: shared, and copied when it is written.

use super::drawn::{NAMES, any_order, numbers, offset, page_address};
use super::process::Worlds;
use super::truth;
use crate::error::Result;
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;

/// What is drawn.
#[derive(Clone, Copy)]
struct Drawn {
    /// Where A, B and C map the page.
    pages: [u64; 3],
    offset: u64,
    numbers: [u64; 3],
    order: [usize; 3],
}

impl Drawn {
    fn new(draw: &mut Draw) -> Self {
        let pages = [page_address(draw, 1), page_address(draw, 2), page_address(draw, 3)];
        Self { pages, offset: offset(draw), numbers: numbers(draw), order: any_order(draw) }
    }

    /// The address of the word in a process.
    fn at(&self, who: usize) -> u64 {
        self.pages[who] + self.offset
    }
}

/// All three share the page, at three addresses.
pub(super) fn one_page(draw: &mut Draw) -> Task {
    let drawn = Drawn::new(draw);
    let ([first, second, third], [stored, added, _]) = (drawn.order, drawn.numbers);
    let story = format!(
        "Now A, B and C map the same page: one memfd, which all three have inherited as an fd, with MAP_SHARED. A maps it at \
         {:#x}, B at {:#x}, C at {:#x}.\n{} stores {stored} at the address {:#x}. Then {} adds {added} to what it finds at \
         {:#x}. Then {} loads from {:#x}.",
        drawn.pages[0],
        drawn.pages[1],
        drawn.pages[2],
        NAMES[first],
        drawn.at(first),
        NAMES[second],
        drawn.at(second),
        NAMES[third],
        drawn.at(third),
    );
    let right = Answers::predicted(Answer::Number(stored + added)).concluded(Answer::Number(1));
    let passing = right.clone();
    Task {
        id: "shared-page",
        story,
        predict: Question::number(format!("What does {} read?", NAMES[third]), "", 0, 2_000),
        choose: None,
        conclude: Some(Question::number(
            "How many pages of physical memory lie behind these three addresses now?",
            "pages",
            0,
            3,
        )),
        act: Box::new(move |stage, _| observe_one(stage, drawn)),
        judge: Box::new(move |given, seen| judge_one(given, seen, drawn, &right)),
        passing,
        failing: None,
        explanation: "Three addresses, one page: MAP_SHARED lets the page tables of all three processes lead to the same \
            physical page of the memfd. The distance from the beginning of the page is the same for all; the address is each \
            process's own matter. A store is there for the others at once: no system call, no copy.\n\
            The Region of the game is such a memfd. mmap puts it at another address in each pane; only the fd is passed on.",
        read_on: "man 2 memfd_create; man 2 mmap (MAP_SHARED); src/shm.rs; OSTEP, chapter 13",
    }
}

fn observe_one(stage: &mut Stage<'_>, drawn: Drawn) -> Result<Observation> {
    let mut worlds = Worlds::start(stage)?;
    for who in 0..NAMES.len() {
        worlds.share(stage, who, drawn.pages[who])?;
    }
    let ([first, second, third], [stored, added, _]) = (drawn.order, drawn.numbers);
    worlds.write(stage, first, drawn.at(first), stored)?;
    worlds.add(stage, second, drawn.at(second), added)?;
    let mut seen = Observation::default();
    for who in [third, first, second] {
        seen.count(&format!("{} reads", NAMES[who]), worlds.read(stage, who, drawn.at(who))?, "");
    }
    worlds.evidence(&mut seen, drawn.pages);
    Ok(seen)
}

fn judge_one(
    given: &Answers,
    seen: &Observation,
    drawn: Drawn,
    right: &Answers,
) -> std::result::Result<Judgement, String> {
    let sum = drawn.numbers[0] + drawn.numbers[1];
    NAMES.into_iter().try_for_each(|name| truth::reads(seen, name, sum))?;
    truth::maps(seen, drawn.pages, ["shared"; 3])?;
    let frames = truth::frames(seen)?;
    if frames.is_some_and(|[a, b, c]| a != b || b != c) {
        return Err("a shared page is one physical page".to_owned());
    }
    let proof = match frames {
        Some([frame, ..]) => {
            format!("the kernel shows one physical page, {frame:#x}, behind all three addresses")
        }
        None => "this machine does not show which physical page that is".to_owned(),
    };
    Ok(Judgement::of(given, right, format!("All three read {sum}, each at its own address; {proof}.")))
}

/// Two share the page, and one has mapped the same memfd with `MAP_PRIVATE`.
pub(super) fn copy_on_write(draw: &mut Draw) -> Task {
    let drawn = Drawn::new(draw);
    let [writer, other, copier] = drawn.order.map(|who| NAMES[who]);
    let [old, own, new] = drawn.numbers;
    let story = format!(
        "{writer} and {other} map the memfd's page with MAP_SHARED, {copier} maps the same page with MAP_PRIVATE.\n{writer} \
         stores {old} in a word of the page. {copier} loads the word and finds {old}. Then {copier} stores {own} there. Then \
         {writer} stores {new} there.\nNow {other} and {copier} load the word once more.",
    );
    let right = Answers::predicted(Answer::Number(own)).concluded(Answer::Number(2));
    let passing = right.clone();
    Task {
        id: "copy-on-write",
        story,
        predict: Question::number(format!("What does {copier} read in the end?"), "", 0, 999),
        choose: None,
        conclude: Some(Question::number(
            "How many pages of physical memory do the three processes use for this page in the end?",
            "pages",
            0,
            3,
        )),
        act: Box::new(move |stage, _| observe_copy(stage, drawn)),
        judge: Box::new(move |given, seen| judge_copy(given, seen, drawn, &right)),
        passing,
        failing: None,
        explanation: "MAP_PRIVATE is copy-on-write: until a process stores there, its page table leads to the same physical \
            page as everybody's, marked as not writable. The first store faults; the kernel copies the page, leads this one \
            page table to the copy, and lets the store go on. From then on the two pages have nothing in common.\n\
            fork gives a child all of its memory that way. So a variable of a parent is never shared with its child by fork, \
            and the processes of the game get a MAP_SHARED mapping.",
        read_on: "man 2 mmap (MAP_PRIVATE); man 2 fork; OSTEP, chapter 23 (copy-on-write)",
    }
}

fn observe_copy(stage: &mut Stage<'_>, drawn: Drawn) -> Result<Observation> {
    let mut worlds = Worlds::start(stage)?;
    let ([writer, other, copier], [old, own, new]) = (drawn.order, drawn.numbers);
    worlds.share(stage, writer, drawn.pages[writer])?;
    worlds.share(stage, other, drawn.pages[other])?;
    worlds.copy(stage, copier, drawn.pages[copier])?;
    worlds.write(stage, writer, drawn.at(writer), old)?;
    let mut seen = Observation::default();
    let name = NAMES[copier];
    seen.count(&format!("{name} reads at first"), worlds.read(stage, copier, drawn.at(copier))?, "");
    worlds.write(stage, copier, drawn.at(copier), own)?;
    worlds.write(stage, writer, drawn.at(writer), new)?;
    for who in [copier, other, writer] {
        seen.count(&format!("{} reads", NAMES[who]), worlds.read(stage, who, drawn.at(who))?, "");
    }
    worlds.evidence(&mut seen, drawn.pages);
    Ok(seen)
}

fn judge_copy(
    given: &Answers,
    seen: &Observation,
    drawn: Drawn,
    right: &Answers,
) -> std::result::Result<Judgement, String> {
    let ([writer, other, copier], [old, own, new]) = (drawn.order, drawn.numbers);
    truth::reads(seen, NAMES[writer], new)?;
    truth::reads(seen, NAMES[other], new)?;
    truth::reads(seen, NAMES[copier], own)?;
    let first = seen.number_of(&format!("{} reads at first", NAMES[copier]))?;
    if first != old {
        return Err(format!("before its own store, {} reads {old}, and not {first}", NAMES[copier]));
    }
    let mut kinds = ["shared"; 3];
    kinds[copier] = "private";
    truth::maps(seen, drawn.pages, kinds)?;
    let frames = truth::frames(seen)?;
    if frames.is_some_and(|frames| frames[writer] != frames[other] || frames[copier] == frames[other]) {
        return Err("a page that was copied is another physical page than the shared one".to_owned());
    }
    let truth = format!(
        "{} reads {own}, its own copy's number; {} and {} read {new}, which was stored in the shared page after that.",
        NAMES[copier], NAMES[other], NAMES[writer]
    );
    Ok(Judgement::of(given, right, truth))
}
