//! Puts the fields of the Region's types one behind the other, as they lie in the Region.

use std::mem::{offset_of, size_of};

use super::words::{self, By, Word};
use super::{Field, Part, Unit, Writer};
use crate::game::{Court, MAX_PANES};
use crate::protocol::baton::{Baton, Owner};
use crate::protocol::doorbell::Doorbell;
use crate::protocol::header::Header;
use crate::protocol::journal::Journal;
use crate::protocol::kind::CarrierKind;
use crate::protocol::latency::Histogram;
use crate::protocol::region::{Controls, Orders, Region, Wiring};
use crate::protocol::ring::Ring;
use crate::protocol::slot::{Copy, Half, Slot};
use crate::protocol::trail::Trail;
use crate::protocol::{Card, RECORD_WORDS};

/// Bytes of a word.
const WORD: usize = 8;
/// Words of a record in a slot.
const RECORD: usize = RECORD_WORDS + 2;
/// A word's name, unit and meaning.
type Described = (&'static str, Unit, &'static str);

pub(super) fn fields(court: Court) -> Vec<Field> {
    let _every_part_is_here = |region: &Region| {
        let Region {
            header: _,
            baton: _,
            bells: _,
            controls: _,
            wiring: _,
            slots: _,
            latencies: _,
            orders: _,
            journal: _,
            trails: _,
        } = region;
    };
    let mut all = Assembly { court, fields: Vec::new(), part: Part::Header, owner: Writer::Supervisor };
    all.header();
    all.bells();
    all.controls();
    all.slots();
    all.latencies();
    all.orders();
    all.journal();
    all.trails();
    all.fields
}

/// The fields so far, and where the next ones belong.
struct Assembly {
    court: Court,
    fields: Vec<Field>,
    part: Part,
    owner: Writer,
}

impl Assembly {
    fn header(&mut self) {
        self.enter(Part::Header, Writer::Supervisor);
        self.words("", offset_of!(Region, header), words::header());
        self.pad_to(offset_of!(Region, header) + size_of::<Header>());
        self.enter(Part::Baton, Writer::Holder);
        let meaning =
            "Who owns the ball, from whom, and how often that has changed: the one word that decides.";
        self.word(String::new(), offset_of!(Region, baton), Unit::Baton, meaning);
        self.pad_to(offset_of!(Region, baton) + size_of::<Baton>());
    }

    fn bells(&mut self) {
        for pane in self.court.all_panes() {
            self.enter(Part::Bells, Writer::Pane(pane));
            let base = offset_of!(Region, bells) + pane.index() * size_of::<Doorbell>();
            self.words(&format!("[{}].", pane.0), base, words::bell());
            self.pad_to(base + size_of::<Doorbell>());
        }
        self.unused_to(
            Part::Bells,
            offset_of!(Region, bells) + usize::from(MAX_PANES) * size_of::<Doorbell>(),
        );
    }

    fn controls(&mut self) {
        self.enter(Part::Controls, Writer::Anyone);
        self.words("", offset_of!(Region, controls), words::controls());
        self.pad_to(offset_of!(Region, controls) + size_of::<Controls>());
        self.enter(Part::Wiring, Writer::Supervisor);
        let meaning = "How many new links the pane's process has been sent.";
        self.by_pane("", offset_of!(Region, wiring), Unit::Count, meaning);
        self.pad_to(offset_of!(Region, wiring) + size_of::<Wiring>());
    }

    fn slots(&mut self) {
        let at = |owner: Owner| offset_of!(Region, slots) + owner.index() * size_of::<Slot>();
        for pane in self.court.all_panes() {
            self.enter(Part::Slot(Owner::Pane(pane)), Writer::Pane(pane));
            let base = at(Owner::Pane(pane));
            self.halves(base);
            self.words("card.", base + offset_of!(Slot, card), words::card());
            self.pad_to(base + size_of::<Slot>());
        }
        let base = at(Owner::Supervisor);
        self.unused_to(Part::UnusedSlots, base);
        self.enter(Part::Slot(Owner::Supervisor), Writer::Supervisor);
        self.halves(base);
        let card = base + offset_of!(Slot, card);
        self.push(
            "card".to_owned(),
            card,
            size_of::<Card>(),
            Unit::Unused,
            Writer::Nobody,
            "Only panes have a card.",
        );
    }

    fn halves(&mut self, slot: usize) {
        let _every_field_is_here = |slot: &Slot, half: &Half| {
            let Slot { halves: _, card: _ } = slot;
            let Half { copies: [_, _] } = half;
        };
        for (index, name) in ["even", "odd"].into_iter().enumerate() {
            let half = slot + offset_of!(Slot, halves) + index * size_of::<Half>();
            for copy in 0..2 {
                let at = half + offset_of!(Half, copies) + copy * size_of::<Copy<RECORD>>();
                let words = [words::RECORD_HEAD].into_iter().chain(words::BALL).chain(words::RECORD_REST);
                self.entry(&format!("{name}.copy[{copy}]."), at, words);
                self.pad_to(at + size_of::<Copy<RECORD>>());
            }
            self.pad_to(half + size_of::<Half>());
        }
    }

    fn latencies(&mut self) {
        let all_panes = usize::from(MAX_PANES) * size_of::<Histogram>();
        for kind in CarrierKind::ALL {
            let by_kind = offset_of!(Region, latencies) + kind.index() * all_panes;
            for pane in self.court.all_panes() {
                self.enter(Part::Latencies, Writer::Pane(pane));
                self.histogram(
                    format!("{kind}[{}]", pane.0),
                    by_kind + pane.index() * size_of::<Histogram>(),
                );
            }
            self.unused_to(Part::Latencies, by_kind + all_panes);
        }
    }

    /// Counts and the longest are one field.
    fn histogram(&mut self, name: String, base: usize) {
        let mut words = words::histogram().into_iter();
        if let (Some(counts), Some(longest)) = (words.next(), words.next()) {
            let size = counts.size + longest.size;
            self.push(name, base + counts.offset, size, counts.unit, self.owner, counts.meaning);
        }
        self.pad_to(base + size_of::<Histogram>());
    }

    fn orders(&mut self) {
        self.enter(Part::Orders, Writer::Supervisor);
        let meaning = "What the supervisor has ordered the pane's process to do to itself.";
        self.by_pane("", offset_of!(Region, orders), Unit::Order, meaning);
        self.pad_to(offset_of!(Region, orders) + size_of::<Orders>());
    }

    fn journal(&mut self) {
        let _every_field_is_here = |journal: &Journal| {
            let Journal { counts: [_, _, _, _, _, _], answered: _, called: _, events: _, serves: _ } =
                journal;
        };
        self.enter(Part::Journal, Writer::Supervisor);
        let base = offset_of!(Region, journal);
        let counts = words::COUNTS.map(|(name, meaning)| (name, Unit::Count, meaning));
        self.entry("", base + offset_of!(Journal, counts), counts);
        let meaning = "The number of the last request of the inspector that was answered.";
        self.word("answered".to_owned(), base + offset_of!(Journal, answered), Unit::Count, meaning);
        let meaning = "How often the inspector was asked for while it was there: its window comes forward.";
        self.word("called".to_owned(), base + offset_of!(Journal, called), Unit::Count, meaning);
        self.pad_to(base + offset_of!(Journal, events));
        let events = base + offset_of!(Journal, events);
        self.ring("events", events, |journal: &Journal| &journal.events, words::EVENT);
        let serves = base + offset_of!(Journal, serves);
        let [epoch, pane] = words::SERVE_HEAD;
        let [tick, hop, x, y, vx, vy, hash, standing] = words::BALL;
        let serve = [epoch, pane, tick, hop, x, y, vx, vy, hash, standing];
        self.ring("serves", serves, |journal: &Journal| &journal.serves, serve);
        self.pad_to(base + size_of::<Journal>());
    }

    fn trails(&mut self) {
        for pane in self.court.all_panes() {
            self.enter(Part::Trail(pane), Writer::Pane(pane));
            let base = offset_of!(Region, trails) + pane.index() * size_of::<Trail>();
            self.ring("", base, |trail: &Trail| trail, words::ARRIVAL);
        }
        self.unused_to(Part::UnusedTrails, size_of::<Region>());
    }

    /// The words of a ring. `_of` says which ring.
    fn ring<T, const W: usize, const N: usize>(
        &mut self,
        name: &str,
        base: usize,
        _of: fn(&T) -> &Ring<W, N>,
        words: [Described; W],
    ) {
        let _every_field_is_here = |ring: &Ring<W, N>| {
            let Ring { count: _, entries: _ } = ring;
        };
        let prefix = if name.is_empty() { String::new() } else { format!("{name}.") };
        let unit = Unit::RingCount(u16::try_from(N).unwrap_or(u16::MAX));
        let meaning =
            "How many entries there ever were; the newest is the one before this number, in a circle.";
        self.word(format!("{prefix}count"), base + offset_of!(Ring<W, N>, count), unit, meaning);
        for entry in 0..N {
            let at = base + offset_of!(Ring<W, N>, entries) + entry * W * WORD;
            self.entry(&format!("{name}[{entry}]."), at, words);
        }
        self.pad_to(base + size_of::<Ring<W, N>>());
    }

    /// From here on all fields belong to this part, and to this owner where nothing else is said.
    fn enter(&mut self, part: Part, owner: Writer) {
        (self.part, self.owner) = (part, owner);
    }

    /// The fields of a type that lies at `base`.
    fn words(&mut self, prefix: &str, base: usize, words: impl IntoIterator<Item = Word>) {
        for word in words {
            let writer = match word.by {
                By::Supervisor => Writer::Supervisor,
                By::Owner => self.owner,
                By::Anyone => Writer::Anyone,
            };
            let (name, offset) = (format!("{prefix}{}", word.name), base + word.offset);
            if word.size > WORD {
                let before = std::mem::replace(&mut self.owner, writer);
                self.by_pane(&name, offset, word.unit, word.meaning);
                self.owner = before;
            } else if word.size > 0 {
                self.push(name, offset, word.size, word.unit, writer, word.meaning);
            }
        }
    }

    /// One word for each pane there can be.
    fn by_pane(&mut self, name: &str, base: usize, unit: Unit, meaning: &'static str) {
        for pane in self.court.all_panes() {
            self.word(format!("{name}[{}]", pane.0), base + pane.index() * WORD, unit, meaning);
        }
        self.unused_to(self.part, base + usize::from(MAX_PANES) * WORD);
    }

    /// Words one behind the other.
    fn entry(&mut self, prefix: &str, base: usize, words: impl IntoIterator<Item = Described>) {
        for (index, (name, unit, meaning)) in words.into_iter().enumerate() {
            self.word(format!("{prefix}{name}"), base + index * WORD, unit, meaning);
        }
    }

    fn word(&mut self, name: String, offset: usize, unit: Unit, meaning: &'static str) {
        self.push(name, offset, WORD, unit, self.owner, meaning);
    }

    fn unused_to(&mut self, part: Part, end: usize) {
        self.part = part;
        self.fill_to(end, "unused", Unit::Unused, "This court has fewer panes.");
    }

    fn pad_to(&mut self, end: usize) {
        let meaning = "Fills the cache lines, so that the next part begins on its own.";
        self.fill_to(end, "padding", Unit::Padding, meaning);
    }

    fn fill_to(&mut self, end: usize, name: &str, unit: Unit, meaning: &'static str) {
        let from = self.fields.last().map_or(0, |field| field.offset + field.size);
        if from < end {
            self.push(format!("{name}@{from:#x}"), from, end - from, unit, Writer::Nobody, meaning);
        }
    }

    fn push(
        &mut self,
        name: String,
        offset: usize,
        size: usize,
        unit: Unit,
        writer: Writer,
        meaning: &'static str,
    ) {
        self.fields.push(Field { part: self.part, name, offset, size, unit, writer, meaning });
    }
}
