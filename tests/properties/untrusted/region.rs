//! Properties of a whole Region in which anything may have been written: everybody reads it to an end.

use std::fs::File;
use std::mem::{offset_of, size_of};
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;

use super::{COURT, assert_is_a_zoom, words_of};
use tripong::game::{Control, Court, MAX_PANES, Paddle, PaneId};
use tripong::inspector::Aftermath;
use tripong::inspector::flow::Flow;
use tripong::inspector::invariants::Invariants;
use tripong::inspector::memory::{Memory, read_bytes};
use tripong::protocol::snapshot::{Medians, Snapshot};
use tripong::protocol::{
    Arrival, Checkpoint, Event, Header, NEWS_NS, Owner, Ownership, RECORD_WORDS, Record, Region, Serve,
    Setup, TransportKind, What,
};
use tripong::shm::Mapping;

/// Ticks that the invariants are played along: as many as a second of a game has, for a short property.
const TICKS: u64 = 240;
/// Who had the ball in epoch 1, and who has it now, in epoch 2.
const GIVER: PaneId = PaneId(1);
const TAKER: PaneId = PaneId(2);
/// Bytes of an entry that says what is written where: an offset and a word.
const ENTRY: usize = 12;

/// A Region, and the file behind it.
struct Shared {
    file: File,
    mapping: Mapping<Region>,
    /// Its bytes before anything was written by mistake.
    sound: Vec<u8>,
}

thread_local! {
    /// Made once: what is tried with it, it forgets.
    static SHARED: Shared = Shared::after_a_hand_off();
}

impl Shared {
    /// A game that was served, and in which the ball was handed over once.
    fn after_a_hand_off() -> Self {
        let (memfd, mapping) = Mapping::create(&Setup::headless(COURT, 1)).unwrap();
        let region = mapping.region();
        let ball = COURT.serve(GIVER, None);
        let record = Record { via: TransportKind::Pipe, ..Record::served(ball, 1, 1) };
        region.slot(Owner::Supervisor).write(0, &record);
        let served = region.baton.reclaim(Ownership::REST, GIVER).unwrap();
        region.event_log.serves.push(Serve { epoch: 1, pane: GIVER, ball }.words());
        let what = What::Served { pane: GIVER, epoch: 1, from: Owner::Supervisor };
        region.event_log.events.push(Event { at_ns: 1, what }.words());
        region.arrival_log(GIVER).push(Arrival::of(served, record.via, 0, 0, 2).words());
        region.pane(GIVER).write(1, &record);
        let taken = region.baton.hand_off(served, TAKER).unwrap();
        region.pane(TAKER).write(2, &Record { ball: ball.handed_over(), ..record });
        region.arrival_log(TAKER).push(Arrival::of(taken, record.via, 1, 3, 4).words());
        region.latency(TAKER, record.via).record(1);
        let file = File::from(memfd);
        let mut sound = vec![0; Region::SIZE];
        file.read_exact_at(&mut sound, 0).unwrap();
        Self { file, mapping, sound }
    }

    fn reset(&self) -> &Region {
        self.file.write_all_at(&self.sound, 0).unwrap();
        self.mapping.region()
    }
}

/// The header, its words one after the other: a Setup within its bounds, which is the same when it is written again, or a
/// refusal. The first byte says whether its first two words, by which it is known, are put right.
pub(crate) fn header(bytes: &[u8]) {
    let Some((&[known], bytes)) = bytes.split_first_chunk() else { return };
    SHARED.with(|shared| {
        let region = shared.reset();
        let mut words = [0; size_of::<Header>()];
        let from = if known & 1 == 1 { 16 } else { 0 };
        words[..from].copy_from_slice(&shared.sound[..from]);
        words[from..].iter_mut().zip(bytes).for_each(|(to, byte)| *to = *byte);
        shared.file.write_all_at(&words, offset_of!(Region, header) as u64).unwrap();
        let Ok(setup) = region.header.setup() else { return };
        assert!((2..=MAX_PANES).contains(&setup.court.panes), "{setup:?}");
        assert!(setup.places.len() <= setup.court.panes.into(), "{setup:?}");
        assert!(setup.swap_every != Some(0), "{setup:?}");
        let (_memfd, again) = Mapping::create(&setup).unwrap();
        assert_eq!(again.region().header.setup(), Ok(setup));
    });
}

/// A record of a slot is read as it was written.
pub(super) fn assert_is_kept(epoch: u64, record: &Record, court: &Court) {
    SHARED.with(|shared| {
        let slot = shared.reset().pane(court.last());
        slot.write(epoch, record);
        assert_eq!(slot.read(epoch, court), Ok(*record));
        slot.tear(epoch, record);
        assert_eq!(slot.read(epoch, court), Ok(*record), "a torn copy beside it");
    });
}

/// Words that were written anywhere: everybody who reads the Region comes to an end, whatever is taken for sound can be laid
/// out anew, and what is written after it is read. Entries of twelve bytes, each an offset and a word. An offset with its
/// highest bit set is the place of a word in the record of an owner, who writes it so: the checksum fits.
pub(crate) fn region(bytes: &[u8]) {
    SHARED.with(|shared| {
        let region = shared.reset();
        let (entries, _) = bytes.as_chunks::<ENTRY>();
        for entry in entries.iter().take(64) {
            let ([offset], [word]): ([u64; 1], [u64; 1]) = (words_of(&entry[..4]), words_of(&entry[4..]));
            if offset >> 31 == 1 {
                write_a_lie(region, offset as usize, word);
            } else {
                let place = offset % (Region::SIZE as u64 / 8) * 8;
                shared.file.write_all_at(&word.to_ne_bytes(), place).unwrap();
            }
        }
        let setup = region.header.setup().unwrap_or_else(|_| Setup::headless(COURT, 1));
        look(shared, &setup.court);
        if let Some(checkpoint) = Checkpoint::of(region, &setup.court) {
            let (_memfd, fresh) = Mapping::create_zeroed().unwrap();
            checkpoint.lay_out(fresh.region(), &setup);
            let again = Checkpoint::of(fresh.region(), &setup.court).unwrap();
            assert_eq!(again.record.ball, checkpoint.record.ball);
            assert_no_key_is_held(fresh.region(), &setup.court);
        }
        for (pane, epoch) in [(GIVER, 1), (TAKER, 2)] {
            let record = Record::served(setup.court.serve(pane.min(setup.court.last()), None), epoch, 5);
            region.pane(pane).write(epoch, &record);
            assert_eq!(region.pane(pane).read(epoch, &setup.court), Ok(record), "{pane}");
        }
    });
}

/// All processes are dead where a Region is laid out anew.
fn assert_no_key_is_held(region: &Region, court: &Court) {
    for pane in court.all_panes() {
        let control = region.control(pane);
        assert!(!matches!(control, Control::Held(_)), "{pane}: {control:?}");
        assert!(
            control.paddle(u64::MAX).is_none_or(|paddle| Paddle::RANGE.contains(&paddle.y)),
            "{control:?}"
        );
    }
}

/// The giver or the taker writes its record with another word in it, as far as it is a record then.
fn write_a_lie(region: &Region, place: usize, word: u64) {
    let (pane, epoch) = [(GIVER, 1), (TAKER, 2)][place % 2];
    let Ok(record) = region.pane(pane).read(epoch, &COURT) else { return };
    let mut words = record.words(epoch);
    words[place / 2 % RECORD_WORDS] = word;
    if let Ok((epoch, record)) = Record::from_words(&words, &COURT) {
        region.pane(pane).write(epoch, &record);
    }
}

/// All that looks at a Region, twice.
fn look(shared: &Shared, court: &Court) {
    let region = shared.mapping.region();
    let (mut flow, mut invariants) = (Flow::default(), Invariants::new(*court));
    let (mut aftermath, mut memory) = (Aftermath::default(), Memory::new(*court));
    assert_is_a_zoom(region.settings().zoom);
    for now_ns in [1_000, 2_000] {
        let snapshot = Snapshot::take(region, court, &mut Medians::default());
        assert!(snapshot.ball.is_none_or(|ball| court.is_sound(&ball)), "{snapshot:?}");
        assert!(snapshot.news(court).is_none_or(|news| !news.what.is_empty() && news.left_ns <= NEWS_NS));
        assert!(memory.observe(read_bytes(shared.file.as_fd()).unwrap(), now_ns));
        flow.follow(region, court);
        invariants.look(region, now_ns, TICKS);
        aftermath.follow(region, court, now_ns);
    }
    assert!(memory.baton().is_some() && !invariants.formatted().is_empty());
    assert!((0..memory.layout().fields().len()).all(|index| memory.view(index).is_some()));
}
