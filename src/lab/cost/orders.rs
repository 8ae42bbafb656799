//! The tasks on orders: the transports from the fastest hand-off to the slowest, on one CPU and on two.

use super::facts::{CLEAR, Way, find, measure, why_none};
use crate::bench::Placement;
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Slot, Task};
use crate::platform::units::fmt_ns;

const ONE_WHY: &str = "On one CPU the taker can run only after the giver has left the CPU. One that blocks (futex, read) leaves at once, so \
    the hand-off takes a few microseconds: a wake-up and a context switch. One that spins does not leave: it reads the word until the \
    scheduler takes the CPU away at the end of its time slice, some milliseconds later. The pipe adds two copies of a short message, \
    the socket a buffer of its own as well: with messages this short that is less than the switch, so block, pipe and socket are \
    close, and their order may change with the machine and its load.";
const TWO_WHY: &str = "On two CPUs nobody needs to leave. One that spins sees the giver's store as soon as its cache line has come: some \
    tens of nanoseconds, no system call. One that blocks must be woken: the giver calls the kernel, which sends an interrupt to \
    the other CPU, wakes it from its idle state and switches to the taker: many microseconds, in a virtual machine \
    most of all. That is the same for block, pipe and socket, so their order is not clear here either.";

/// How a machine comes to its order.
#[derive(Clone, Copy)]
struct Order {
    placement: Placement,
    /// From the fastest to the slowest, as it is documented: the way that spins stands apart from all others, the others are close.
    ways: [Way; 4],
}

const ONE: Order =
    Order { placement: Placement::SameCpu, ways: [Way::BLOCK, Way::PIPE, Way::SOCKET, Way::SPIN] };
const TWO: Order =
    Order { placement: Placement::DistinctCores, ways: [Way::SPIN, Way::BLOCK, Way::PIPE, Way::SOCKET] };

/// The task for one CPU.
pub(super) fn one_cpu(draw: &mut Draw) -> Task {
    Task {
        explanation: ONE_WHY,
        read_on: "docs/TRANSPORTS.md; docs/BENCH.md; man 7 sched; OSTEP, chapters 6 and 28",
        ..task(draw, "order-one-cpu", "Both processes are pinned to one CPU.", ONE)
    }
}

/// The task for two CPUs.
pub(super) fn two_cpus(draw: &mut Draw) -> Task {
    Task {
        explanation: TWO_WHY,
        read_on: "docs/TRANSPORTS.md; docs/BENCH.md; src/protocol/doorbell/waiting.rs; OSTEP, chapter 10",
        ..task(draw, "order-two-cpus", "Each of the two processes is pinned to a CPU of its own.", TWO)
    }
}

fn task(draw: &mut Draw, id: &'static str, place: &str, order: Order) -> Task {
    let bytes = 8 * draw.within(1, 8);
    // Where the answer has each of the documented order.
    let shown = draw.shuffle(vec![0, 1, 2, 3]);
    let names: Vec<_> = shown.iter().map(|index: &usize| words(order.ways[*index])).collect();
    let place_of = |way: usize| shown.iter().position(|other| *other == way).unwrap_or(0);
    let documented: Vec<_> = (0..4).map(place_of).collect();
    let (passing, failing) = (documented.clone(), documented.iter().rev().copied().collect());
    let bytes_each = usize::try_from(bytes).unwrap_or(8);
    let keys = order.ways.map(|way| way.key(order.placement, bytes_each));
    Task {
        id,
        story: format!(
            "Two processes hand a message of {bytes} bytes to and fro, as often as they can. {place} The lab measures with tripong bench how \
             long a hop takes from the giver's store or write until the taker has the message: the median.\n\
             Two that are close (a factor below {CLEAR}) may stand either way round in your answer."
        ),
        predict: Question::order("Which is the fastest, and so on to the slowest?", &names),
        choose: None,
        conclude: None,
        act: Box::new(move |stage, _| {
            Ok(measure(stage, &keys, 4, |seen| is_clear(seen, order, bytes_each).unwrap_or(true)))
        }),
        judge: Box::new(move |given, seen| judge(given, seen, order, bytes_each, &documented)),
        passing: Answers::predicted(Answer::Order(passing)),
        failing: Some(Answers::predicted(Answer::Order(failing))),
        explanation: "",
        read_on: "",
    }
}

fn words(way: Way) -> &'static str {
    match way {
        Way::SPIN => "shared memory, the taker spins",
        Way::BLOCK => "shared memory, the taker blocks (futex)",
        Way::PIPE => "pipe",
        _ => "socket",
    }
}

fn medians(seen: &Observation, order: Order, bytes: usize) -> Result<Option<[u64; 4]>, String> {
    let mut medians = [0; 4];
    for (way, median) in order.ways.iter().zip(&mut medians) {
        let Some(found) = find(seen, &way.key(order.placement, bytes))? else { return Ok(None) };
        *median = found.median_ns;
    }
    Ok(Some(medians))
}

/// Whether the way that spins stands apart, as it should. True where nothing can be measured.
fn is_clear(seen: &Observation, order: Order, bytes: usize) -> Result<bool, String> {
    let Some(medians) = medians(seen, order, bytes)? else { return Ok(true) };
    let spin = order.ways.iter().position(|way| *way == Way::SPIN).unwrap_or(0);
    let pairs = (0..4).filter(|other| *other != spin).map(|other| (spin.min(other), spin.max(other)));
    Ok(pairs.into_iter().all(|(fast, slow)| medians[slow] >= CLEAR * medians[fast]))
}

fn judge(
    given: &Answers,
    seen: &Observation,
    order: Order,
    bytes: usize,
    documented: &[usize],
) -> Result<Judgement, String> {
    let medians = medians(seen, order, bytes)?;
    if let (Some(medians), Placement::SameCpu) = (medians, order.placement)
        && medians[3] < 20_000
    {
        return Err(format!(
            "no time slice is as short as {} ns, so two that spin on one CPU are slower",
            medians[3]
        ));
    }
    let stands = |way: usize| match &given.prediction {
        Some(Answer::Order(items)) => items.iter().position(|item| *item == documented[way]),
        _ => None,
    };
    // A pair counts if one of it spins, or where its gap is as documented and clear.
    let counts = |fast: usize, slow: usize| {
        order.ways[fast] == Way::SPIN
            || order.ways[slow] == Way::SPIN
            || medians.is_some_and(|medians| medians[slow] >= CLEAR * medians[fast])
    };
    let pairs = (0..4).flat_map(|fast| (fast + 1..4).map(move |slow| (fast, slow)));
    let mut wrong = pairs.filter(|(fast, slow)| counts(*fast, *slow) && stands(*fast) >= stands(*slow));
    let is_right = given.prediction.is_some() && wrong.next().is_none();
    let judgement = Judgement { truth: truth(seen, order, bytes, medians)?, ..Judgement::default() };
    Ok(judgement.with(Slot::Prediction, is_right))
}

fn truth(
    seen: &Observation,
    order: Order,
    bytes: usize,
    medians: Option<[u64; 4]>,
) -> Result<String, String> {
    let Some(medians) = medians else {
        let names = order.ways.map(words).join(" < ");
        return Ok(format!(
            "{} It counts what is documented (docs/TRANSPORTS.md): {names}, where all but the one that spins are close.",
            why_none(seen)
        ));
    };
    let mut sorted: Vec<_> = order.ways.iter().zip(medians).collect();
    sorted.sort_by_key(|(_, median)| *median);
    let list: Vec<_> =
        sorted.iter().map(|(way, median)| format!("{} {}", words(**way), fmt_ns(*median))).collect();
    let spins = if order.placement == Placement::SameCpu { "slowest" } else { "fastest" };
    let rest = if is_clear(seen, order, bytes)? {
        format!(
            "The one that spins is the {spins} by far; where the others differ by less than a factor {CLEAR}, either order counts."
        )
    } else {
        format!(
            "Here the one that spins does not stand apart, because other processes had the CPUs; it counts that it is the {spins}, and \
             where the others differ by less than a factor {CLEAR}, either order."
        )
    };
    Ok(format!("{}. {rest}", list.join(" < ")))
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    /// Medians in the documented order, and the answer as documented indices.
    fn is_right(order: Order, medians: [u64; 4], answer: [usize; 4]) -> Result<bool, String> {
        let mut seen = Observation::default();
        seen.count("CPUs that the lab may use", 2, "").flag("measured", true);
        for (way, median) in order.ways.iter().zip(medians) {
            let name = super::super::facts::name(&way.key(order.placement, 8));
            seen.count(&format!("{name}: hops"), 10, "").count(&format!("{name}: median"), median, "ns");
            seen.count(&format!("{name}: all of them took"), 1_000_000, "us");
            seen.count(&format!("{name}: switches in 1,000 hops"), 1_000, "");
        }
        let given = Answers::predicted(Answer::Order(answer.to_vec()));
        Ok(!judge(&given, &seen, order, 8, &[0, 1, 2, 3])?.right.is_empty())
    }

    #[test]
    fn what_is_close_may_stand_either_way_and_what_spins_may_not() {
        let close = [2_000, 2_200, 3_500, 4_000_000];
        assert!(is_right(ONE, close, [0, 1, 2, 3]).unwrap());
        assert!(is_right(ONE, close, [2, 0, 1, 3]).unwrap());
        assert!(!is_right(ONE, close, [0, 1, 3, 2]).unwrap());
        assert!(is_right(TWO, [60, 15_000, 14_000, 17_000], [0, 3, 2, 1]).unwrap());
        assert!(!is_right(TWO, [60, 15_000, 14_000, 17_000], [1, 0, 2, 3]).unwrap());
    }

    #[test]
    fn a_clear_gap_counts_if_it_is_as_documented() {
        assert!(!is_right(ONE, [2_000, 2_200, 9_000, 4_000_000], [2, 0, 1, 3]).unwrap());
        // The other way round it is the load of the machine.
        assert!(is_right(ONE, [9_000, 2_200, 2_000, 4_000_000], [0, 1, 2, 3]).unwrap());
    }

    #[test]
    fn no_time_slice_is_as_short_as_a_microsecond() {
        is_right(ONE, [2_000, 2_200, 3_500, 1_000], [0, 1, 2, 3]).unwrap_err();
    }
}
