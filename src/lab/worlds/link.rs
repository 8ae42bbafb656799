//! What stands in shared memory instead of a pointer.

use super::drawn::{NAMES, any_order, offset, page_address};
use super::process::{Outcome, Worlds};
use super::truth;
use crate::error::Result;
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;

/// Why a distance is the same for all.
const DISTANCES: &str = "In shared memory a place is named by what is the same for all: its distance from the beginning, or an \
            index. Each process adds the address at which it has mapped the memory itself. An address is right for the \
            process that has it, and for no other.\nThe Region of the game has no pointer in it: a pane is a number, a record \
            lies in the slot with the number of its owner, and the baton says who that is.";

/// What is drawn of a link in the shared page.
#[derive(Clone, Copy)]
struct Link {
    pages: [u64; 3],
    offset: u64,
    number: u64,
    order: [usize; 3],
    /// Of what can be chosen, in the order in which it is shown: which of the three below.
    shown: [usize; 3],
}

/// What a link may be: an address in the writer, one in the first reader, a distance.
const LINKS: [usize; 3] = [0, 1, 2];
const DISTANCE: usize = 2;

impl Link {
    fn at(&self, who: usize) -> u64 {
        self.pages[who] + self.offset
    }

    /// The link of this kind.
    fn link(&self, kind: usize) -> u64 {
        match kind {
            0 | 1 => self.at(self.order[kind]),
            _ => self.offset,
        }
    }

    /// Where a reader looks that finds this link.
    fn followed(&self, kind: usize, who: usize) -> u64 {
        if kind == DISTANCE { self.pages[who] + self.link(kind) } else { self.link(kind) }
    }

    /// What comes of it.
    fn outcome(&self, kind: usize, who: usize) -> Outcome {
        if self.followed(kind, who) == self.at(who) { Outcome::Read(self.number) } else { Outcome::Died }
    }

    fn kind(&self, choice: Option<&Answer>) -> usize {
        choice.and_then(|answer| answer.means(&self.shown)).unwrap_or(0)
    }
}

/// What stands in shared memory instead of a pointer.
pub(super) fn link(draw: &mut Draw) -> Task {
    let pages = [page_address(draw, 1), page_address(draw, 2), page_address(draw, 3)];
    let (offset, number, order) = (offset(draw), draw.within(100, 999), any_order(draw));
    let shown = draw.shuffle(LINKS.to_vec());
    let link = Link { pages, offset, number, order, shown: [shown[0], shown[1], shown[2]] };
    let (predict, predicted) = address_of_the_record(draw, &link);
    let right_choice = shown.iter().position(|kind| *kind == DISTANCE).unwrap_or(0);
    let right = Answers::predicted(predicted).chosen(Answer::Choice(right_choice));
    let passing = right.clone();
    Task {
        id: "link",
        story: story(&link),
        predict,
        choose: Some(which_link(&link)),
        conclude: None,
        act: Box::new(move |stage, choice| observe_link(stage, &link, link.kind(choice))),
        judge: Box::new(move |given, seen| judge_link(given, seen, &link, &right)),
        passing,
        failing: None,
        explanation: DISTANCES,
        read_on: "src/protocol/layout/tables.rs; Boost.Interprocess, offset_ptr",
    }
}

fn story(link: &Link) -> String {
    let ([writer, reader, third], [a, b, c]) = (link.order.map(|who| NAMES[who]), link.pages);
    let number = link.number;
    format!(
        "Back to the shared page, which A has mapped at {a:#x}, B at {b:#x} and C at {c:#x}; nothing else is mapped near these \
         addresses. {writer} stores {number}, the record, at the address {:#x} of its own.\nIn the first word of the page \
         {writer} then stores a link, so that {reader} and {third} find the record: you choose what it is. Both load the link \
         from the first word and follow it.",
        link.at(link.order[0]),
    )
}

fn which_link(link: &Link) -> Question {
    let [writer, reader, _] = link.order.map(|who| NAMES[who]);
    let texts = link.shown.iter().map(|kind| match kind {
        0 => format!("the address of the record in {writer}: {:#x}", link.link(0)),
        1 => format!("the address of the record in {reader}: {:#x}", link.link(1)),
        _ => format!(
            "the distance of the record from the beginning of the page: {} bytes",
            link.link(DISTANCE)
        ),
    });
    let texts: Vec<_> = texts.collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    Question::choice("What is the link to be, so that both readers find the record?", &texts)
}

fn address_of_the_record(draw: &mut Draw, link: &Link) -> (Question, Answer) {
    let [own, other] = [link.order[1], link.order[0]];
    let right = format!("{:#x}", link.at(own));
    let theirs = format!("{:#x}", link.at(other));
    let in_words = format!("{:#x}", link.pages[own] + link.offset / 8);
    let sum = format!("{:#x}", link.pages[own] + link.at(other));
    let choices = [right.as_str(), theirs.as_str(), in_words.as_str(), sum.as_str()];
    Question::drawn(draw, format!("At which address can {} load the record?", NAMES[own]), &choices)
}

fn observe_link(stage: &mut Stage<'_>, link: &Link, kind: usize) -> Result<Observation> {
    let mut worlds = Worlds::start(stage)?;
    for who in 0..NAMES.len() {
        worlds.share(stage, who, link.pages[who])?;
    }
    let [writer, ..] = link.order;
    worlds.write(stage, writer, link.at(writer), link.number)?;
    worlds.write(stage, writer, link.pages[writer], link.link(kind))?;
    let mut seen = Observation::default();
    for who in [link.order[1], link.order[2]] {
        let found = worlds.read(stage, who, link.pages[who])?;
        let pointer = if kind == DISTANCE { link.pages[who] + found } else { found };
        seen.text(NAMES[who], worlds.follow(stage, who, pointer)?.fact());
    }
    Ok(seen)
}

fn judge_link(
    given: &Answers,
    seen: &Observation,
    link: &Link,
    right: &Answers,
) -> std::result::Result<Judgement, String> {
    let kind = link.kind(given.choice.as_ref());
    let [_, reader, third] = link.order;
    let ends = [reader, third].map(|who| (NAMES[who], link.outcome(kind, who).fact()));
    for (name, end) in &ends {
        truth::ends(seen, name, end)?;
    }
    let [(one, end), (other, other_end)] = ends;
    let truth = format!(
        "{one} {end}, {other} {other_end}. {one} finds the record at {:#x}, and {other} at {:#x}.",
        link.at(reader),
        link.at(third)
    );
    Ok(Judgement::of(given, right, truth))
}
