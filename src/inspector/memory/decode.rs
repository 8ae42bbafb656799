//! What the words of the Region say, for people.

use super::Still;
use crate::game::{Court, GameRules, Paddle, PaneId, Standing};
use crate::platform::display::Place;
use crate::platform::units::fmt_ns;
use crate::protocol::doorbell::{Bed, DoorbellPlace, DoorbellState, Sleeper, Wait};
use crate::protocol::{
    Arrival, CarrierKind, Deed, Event, Field, MAGIC, Owner, RECORD_WORDS, Speed, TAG, Tenure, Unit, What,
    checksum, owner_name,
};

const GARBAGE: &str = "garbage";

/// What a field says.
pub(super) fn text(field: &Field, still: &Still, court: &Court) -> String {
    let value = still.value(field);
    let around = Around { still, offset: field.offset, court };
    match field.unit {
        Unit::Magic => if value == MAGIC { "\"tripong\", as it must be" } else { GARBAGE }.to_owned(),
        Unit::Count => value.to_string(),
        Unit::Goal => {
            if value == 0 {
                "no end".to_owned()
            } else {
                format!("{value} hops")
            }
        }
        Unit::Flag => ["no", "yes"].get(value as usize).unwrap_or(&GARBAGE).to_string(),
        Unit::DurationNs => fmt_ns(value),
        Unit::TimeNs => time(value, still.taken_ns),
        Unit::Pid => {
            if value == 0 {
                "none yet".to_owned()
            } else {
                value.to_string()
            }
        }
        Unit::Bits => format!("{value:#018x}"),
        Unit::Checksum => around.checksum(value),
        Unit::Length => format!("{:.4}", f64::from_bits(value)),
        Unit::Speed => format!("{:+.4} a second", f64::from_bits(value)),
        Unit::Epoch => format!("epoch {value}"),
        Unit::EpochPlusOne => {
            value.checked_sub(1).map_or("none".to_owned(), |epoch| format!("epoch {epoch}"))
        }
        Unit::RecordHead => record_head(value),
        Unit::Baton => baton(value, court),
        Unit::Carrier => carrier(value).to_owned(),
        Unit::CarrierInForce => format!("{}, after {}", carrier(value & 0xff), counted(value >> 8, "swap")),
        Unit::Doorbell => doorbell(still.half_word(field.offset)),
        Unit::DoorbellPlace => doorbell_place(still.half_word(field.offset)),
        Unit::SetupFlags => setup_flags(value),
        Unit::Phase => phase(value).to_owned(),
        Unit::Wait => wait(value).to_owned(),
        Unit::Place => place(value),
        Unit::PaddleControl => paddle_control(value),
        Unit::Pace => Speed::from_number(value).map_or(GARBAGE, Speed::name).to_owned(),
        Unit::Rules => rules(value),
        Unit::Standing => standing(value),
        Unit::Sequence => sequence(value),
        Unit::Order => order(value),
        Unit::Pane => pane(value, court),
        Unit::EventHead => around.event(),
        Unit::EventNumber => around.event_number(value),
        Unit::ArrivalHead => around.arrival(),
        Unit::RingCount(places) => ring_count(value, places.into()),
        Unit::Histogram => histogram(still.words_of(field)),
        Unit::Unused | Unit::Padding => zeroes(still.words_of(field)),
    }
}

/// Epoch, giver and holder.
pub(super) fn baton(word: u64, court: &Court) -> String {
    match Tenure::decode(word) {
        Some(Tenure::REST) => "epoch 0, the supervisor keeps the ball".to_owned(),
        Some(Tenure { epoch, giver, holder }) => {
            format!("epoch {epoch}, from {} to {}", owner_name(giver, court), owner_name(holder, court))
        }
        None => "garbage: no hand-off can have written it".to_owned(),
    }
}

/// What the next serve begins.
fn rules(value: u64) -> String {
    match value.checked_sub(1).map(GameRules::from_number) {
        None => "as before".to_owned(),
        Some(Some(rules)) => rules_in_words(rules),
        Some(None) => GARBAGE.to_owned(),
    }
}

fn rules_in_words(GameRules { mode, size }: GameRules) -> String {
    format!("{}, {} ball", mode.name(), size.name())
}

/// How the game stands.
fn standing(word: u64) -> String {
    let Some(standing) = Standing::from_word(word) else { return GARBAGE.to_owned() };
    let Standing { rules, left, right, hits, passes, pause } = standing;
    let score = if standing.is_match() { format!(", {left}:{right}") } else { String::new() };
    let pause =
        if pause > 0 { format!(", serves in {}", counted(pause.into(), "tick")) } else { String::new() };
    let (hits, passes) = (counted(hits.into(), "hit"), counted(passes.into(), "hop"));
    format!("{}{score}, {hits}, {passes}{pause}", rules_in_words(rules))
}

/// A word that means something only with those around it.
struct Around<'a> {
    still: &'a Still,
    offset: usize,
    court: &'a Court,
}

impl Around<'_> {
    /// So many words, of which the first is `before` words before this one.
    fn words<const N: usize>(&self, before: usize) -> [u64; N] {
        let first = self.offset.saturating_sub(before * 8);
        std::array::from_fn(|index| self.still.word(first + index * 8))
    }

    fn checksum(&self, value: u64) -> String {
        let record = self.words::<{ RECORD_WORDS + 1 }>(RECORD_WORDS + 1);
        let says = match () {
            () if record[0] == 0 => "no record yet",
            () if checksum(&record) == value => "fits",
            () => "does not fit: the record is torn",
        };
        says.to_owned()
    }

    fn event(&self) -> String {
        let words = self.words(1);
        match Event::from_words(words) {
            Some(event) => event.what.in_words(self.court),
            None => nothing_or_garbage(&words).to_owned(),
        }
    }

    fn event_number(&self, value: u64) -> String {
        match Event::from_words(self.words(2)).map(|event| event.what) {
            Some(What::Started { .. } | What::Died { .. }) => format!("pid {value}"),
            Some(What::Served { .. } | What::Recovered { .. }) => format!("epoch {value}"),
            Some(_) | None => value.to_string(),
        }
    }

    fn arrival(&self) -> String {
        let words = self.words(0);
        let Some(arrival) = Arrival::from_words(words).filter(|arrival| arrival.at_ns > 0) else {
            return nothing_or_garbage(&words).to_owned();
        };
        let by = arrival.via.map(|via| format!(" by {}", carrier_name(via))).unwrap_or_default();
        let took = arrival.took_ns().map(|ns| format!(" in {}", fmt_ns(ns))).unwrap_or_default();
        format!("epoch {}, from {}{by}{took}", arrival.epoch, owner_name(arrival.giver, self.court))
    }
}

fn nothing_or_garbage(words: &[u64]) -> &'static str {
    if words.iter().all(|word| *word == 0) { "nothing yet" } else { GARBAGE }
}

fn deed_name(deed: Deed) -> &'static str {
    match deed {
        Deed::Kill => "kill",
        Deed::Freeze => "freeze",
        Deed::Continue => "continue",
        Deed::Hang => "hang",
        Deed::Tear => "tear a record",
    }
}

fn record_head(word: u64) -> String {
    match word {
        0 => "no record yet".to_owned(),
        _ if word & 0xffff == TAG => format!("record of epoch {}", word >> 16),
        _ => "garbage: not the tag of a record".to_owned(),
    }
}

fn carrier(number: u64) -> &'static str {
    CarrierKind::from_number(number).map_or(GARBAGE, carrier_name)
}

fn carrier_name(kind: CarrierKind) -> &'static str {
    match kind {
        CarrierKind::Shared => "shared memory",
        CarrierKind::Pipe => "pipe",
        CarrierKind::Socket => "socket",
    }
}

fn doorbell(word: u32) -> String {
    match DoorbellState::from(word) {
        DoorbellState::Awake => "awake".to_owned(),
        DoorbellState::Rung => "rung".to_owned(),
        DoorbellState::Asleep(Sleeper { bed: Bed::Futex, .. }) => "asleep on the futex".to_owned(),
        DoorbellState::Asleep(Sleeper { bed, incarnation }) => {
            let on = match bed {
                Bed::Futex | Bed::Fds => "its fds",
                Bed::Pipe => "its pipes",
                Bed::Socket => "its sockets",
            };
            format!("asleep on {on}, process no. {incarnation}")
        }
        DoorbellState::Garbage(_) => GARBAGE.to_owned(),
    }
}

fn doorbell_place(word: u32) -> String {
    let DoorbellPlace { cpu, waits, was_lucky } = word.into();
    let waits = if waits { ", waits" } else { "" };
    let was_lucky = if was_lucky { ", was last rung while it watched" } else { "" };
    format!("CPU {cpu}{waits}{was_lucky}")
}

fn setup_flags(word: u64) -> String {
    let names = [(1, "windows"), (2, "real time"), (4, "explanations")];
    let set: Vec<_> = names.iter().filter(|(bit, _)| word & bit != 0).map(|(_, name)| *name).collect();
    if set.is_empty() { "none".to_owned() } else { set.join(", ") }
}

fn phase(word: u64) -> &'static str {
    match word {
        1 => "the game goes on",
        2 => "stopping: every child leaves",
        _ => "garbage: every child leaves",
    }
}

fn wait(word: u64) -> &'static str {
    match word {
        _ if word == Wait::Block as u64 => "block: asleep at once",
        _ if word == Wait::Adaptive as u64 => "adaptive: watch, then sleep",
        _ if word == Wait::Spin as u64 => "spin: watch",
        _ => GARBAGE,
    }
}

fn place(word: u64) -> String {
    let Place { x, y, width, height } = Place::decode(word);
    if width == 0 { "not known".to_owned() } else { format!("x {x}, y {y}, {width} × {height} px") }
}

fn paddle_control(word: u64) -> String {
    if word == 0 {
        "autopilot".to_owned()
    } else {
        format!("by hand, at {:.4}", Paddle::at(f64::from_bits(word)).y)
    }
}

fn sequence(number: u64) -> String {
    if number == 0 { "never written".to_owned() } else { format!("write {number} here") }
}

fn order(word: u64) -> String {
    match Deed::from_number((word & 0xff) as u8) {
        Some(deed) => format!("{}, for process no. {}", deed_name(deed), word >> 8),
        None if word == 0 => "none".to_owned(),
        None => GARBAGE.to_owned(),
    }
}

fn pane(word: u64, court: &Court) -> String {
    u8::try_from(word).map_or(GARBAGE.to_owned(), |number| owner_name(Owner::Pane(PaneId(number)), court))
}

fn ring_count(count: u64, places: u64) -> String {
    match count.checked_sub(1) {
        None => "none yet".to_owned(),
        Some(newest) => format!("{count}; the newest is [{}]", newest % places),
    }
}

/// All but the last word are two counts each.
fn histogram(words: &[u64]) -> String {
    let Some((longest_ns, counts)) = words.split_last() else { return String::new() };
    let sum: u64 = counts.iter().map(|word| (word & 0xffff_ffff) + (word >> 32)).sum();
    match sum {
        0 => "no hand-off yet".to_owned(),
        1 => format!("1 hand-off, {}", fmt_ns(*longest_ns)),
        _ => format!("{sum} hand-offs, the longest {}", fmt_ns(*longest_ns)),
    }
}

fn zeroes(words: &[u64]) -> String {
    match words.iter().filter(|word| **word != 0).count() {
        0 => "all zero".to_owned(),
        count => format!("{} not zero, as all should be", counted(count as u64, "word")),
    }
}

/// So many of something.
fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A time and how long it was before the still.
fn time(ns: u64, taken_ns: u64) -> String {
    if ns == 0 {
        return "never".to_owned();
    }
    let at = format!("{}.{:06} s", ns / 1_000_000_000, ns % 1_000_000_000 / 1000);
    match taken_ns.checked_sub(ns) {
        Some(ago) => format!("{at}, {} ago", fmt_ns(ago)),
        None => format!("{at}, in {}", fmt_ns(ns - taken_ns)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COURT: Court = Court { panes: 3, seed: 7 };

    #[test]
    fn the_baton_says_epoch_giver_and_holder() {
        let says = |word| baton(word, &COURT);
        assert_eq!(says(57 << 16 | 1), "epoch 57, from pane 0 (left) to pane 1 (middle)");
        assert_eq!(says(58 << 16 | 16 << 8 | 2), "epoch 58, from the supervisor to pane 2 (right)");
        assert_eq!(says(0x1010), "epoch 0, the supervisor keeps the ball");
        assert_eq!(says(0), "garbage: no hand-off can have written it");
    }

    #[test]
    fn times_are_as_people_read_them() {
        assert_eq!(time(0, 9), "never");
        assert_eq!(time(1_500_000_000, 1_502_000_000), "1.500000 s, 2.00 ms ago");
        assert_eq!(time(1_500_004_000, 1_500_000_000), "1.500004 s, in 4.00 µs");
    }

    #[test]
    fn every_state_of_a_doorbell_has_words() {
        let cases = [
            (0, "awake"),
            (1, "rung"),
            (2, "asleep on the futex"),
            (3 | 4 << 8, "asleep on its pipes, process no. 4"),
            (4 | 5 << 8, "asleep on its sockets, process no. 5"),
            (5 | 6 << 8, "asleep on its fds, process no. 6"),
            (9, "garbage"),
        ];
        for (word, text) in cases {
            assert_eq!(doorbell(word), text);
        }
        assert_eq!(doorbell_place(3), "CPU 3");
        assert_eq!(doorbell_place(3 << 30 | 2), "CPU 2, waits, was last rung while it watched");
    }
}
