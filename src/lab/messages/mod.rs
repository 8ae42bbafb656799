//! The lab on messages: where they begin and end, in a stream, in datagrams and in sequenced packets.

mod borders;
mod closed;
mod cut;
mod empty;
mod frames;
mod link;
mod short;

use self::link::Sort;
use super::calls::obey;
use super::exercise::{Draw, Lab, Task};

/// The lab.
pub(super) const LAB: Lab = Lab {
    name: "messages",
    title: "Where messages begin",
    aim: "You can say which sockets keep the borders of messages, what a short read does to each, and how a stream gets borders.",
    minutes: 8,
    tasks,
    act: obey,
};

fn tasks(draw: &mut Draw) -> Vec<Task> {
    // Each student meets all three sorts, in an order of their own.
    let sorts = draw.shuffle(vec![Sort::Stream, Sort::Datagram, Sort::Sequenced]);
    let sort = |index: usize| sorts.get(index % sorts.len()).copied().unwrap_or(Sort::Stream);
    vec![
        borders::task(draw, sort(0)),
        short::task(draw, sort(1)),
        cut::task(draw),
        empty::task(draw, sort(2)),
        closed::task(draw),
        frames::task(draw),
    ]
}
