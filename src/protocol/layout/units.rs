//! The units of the Region's words: how each is written down, and the function that puts it into words.

use super::still::Context;
use crate::game::{Control, Direction, GameRules, HeldKey, PaneId, Score};
use crate::platform::display::{Place, WindowState};
use crate::platform::units::{count, fmt_ns};
use crate::protocol::doorbell::{Bed, DoorbellPlace, DoorbellState, Sleeper, Wait};
use crate::protocol::header::MAGIC;
use crate::protocol::{
    Action, Arrival, Event, Owner, Ownership, Picture, RECORD_WORDS, RallyEnd, RecordingName, Speed, Spot,
    TAG, TransportKind, What, checksum,
};

const CORRUPT: &str = "corrupt";

/// How a word expresses what it means.
#[derive(Debug, Clone, Copy)]
pub struct Unit {
    /// Several units have one notation.
    id: &'static str,
    notation: &'static str,
    decode: fn(u64, &Context<'_>) -> String,
}

impl PartialEq for Unit {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Unit {
    /// What a person calls it.
    pub fn name(self) -> &'static str {
        self.notation
    }

    /// Whether it means anything: neither padding nor unused.
    pub fn is_in_use(self) -> bool {
        self != Self::UNUSED && self != Self::PADDING
    }

    /// What its decoder makes of a word.
    pub(super) fn text(self, word: u64, context: &Context<'_>) -> String {
        (self.decode)(word, context)
    }

    /// The count of a ring that holds the last `N` entries.
    pub(super) const fn ring_count<const N: usize>() -> Self {
        let decode = |count: u64, _: &Context<'_>| {
            unless_zero(count, "none yet", || format!("{count}; the newest is [{}]", (count - 1) % N as u64))
        };
        Self { id: "RING_COUNT", notation: "count", decode }
    }
}

/// A unit a line: its name, its notation, and its decoder.
macro_rules! units {
    ($($id:ident $notation:literal $decode:expr;)*) => {
        impl Unit {$(
            #[doc = $notation]
            pub const $id: Self = Self { id: stringify!($id), notation: $notation, decode: $decode };
        )*}
    };
}

units! {
    MAGIC "ASCII" |word, _| or_corrupt((word == MAGIC).then_some("\"tripong\", as it must be"));
    COUNT "count" |count, _| count.to_string();
    GOAL "count" |hops, _| unless_zero(hops, "no end", || count(hops, "hop"));
    FLAG "yes or no" |flag, _| or_corrupt(["no", "yes"].get(flag as usize));
    DURATION_NS "ns" |ns, _| fmt_ns(ns);
    TIME_NS "ns, CLOCK_MONOTONIC" |ns, context| time(ns, context.still.taken_ns);
    PID "pid" |pid, _| unless_zero(pid, "none yet", || pid.to_string());
    BITS "64 bits" |bits, _| format!("{bits:#018x}");
    CHECKSUM "64 bits" checksum_of_record;
    LENGTH "f64, court units" |bits, _| format!("{:.4}", f64::from_bits(bits));
    SPEED "f64, court units/s" |bits, _| format!("{:+.4} a second", f64::from_bits(bits));
    EPOCH "epoch" |epoch, _| format!("epoch {epoch}");
    CONTROL_EPOCH "epoch" |epoch, _| unless_zero(epoch, "nothing yet", || format!("epoch {epoch}"));
    EPOCH_PLUS_ONE "epoch + 1" |next, _| unless_zero(next, "none", || format!("epoch {}", next - 1));
    RECORD_HEAD "epoch:48 tag:16" |head, _| match head {
        0 => "no record yet".to_owned(),
        _ if head & 0xffff == TAG => format!("record of epoch {}", head >> 16),
        _ => "corrupt: not the tag of a record".to_owned(),
    };
    BATON "epoch:48 giver:8 holder:8" baton;
    TRANSPORT "transport" |number, _| transport(number);
    TRANSPORT_IN_FORCE "swaps:56 transport:8" |word, _| {
        format!("{}, after {}", transport(word & 0xff), count(word >> 8, "swap"))
    };
    DOORBELL "incarnation:24 state:8" |word, _| doorbell(word as u32);
    DOORBELL_PLACE "waits:1 lucky:1 CPU:30" |word, _| doorbell_place(word as u32);
    SETUP_FLAGS "flags" |word, _| setup_flags(word);
    PHASE "phase" |word, _| match word {
        1 => "the game goes on".to_owned(),
        2 => "stopping: every child leaves".to_owned(),
        _ => "corrupt: every child leaves".to_owned(),
    };
    WAIT "wait" |word, _| wait(word);
    PLACE "x:16 y:16 w:16 h:16, px" |word, _| place(Place::decode(word));
    WINDOW_SHOWN "shown:1 number:32" |word, _| unless_zero(word, "not yet", || match word as u32 {
        0 => "shown".to_owned(),
        number => format!("shown, window {number:#x}"),
    });
    WINDOW_STATE "desktop:32 flags:2 states:16" |word, _| {
        unless_zero(word, "not known", || or_corrupt(WindowState::decode(word)))
    };
    WINDOWS_ABOVE "highest:32 next:32" |word, _| {
        unless_zero(word, "none", || format!("window {:#x}; {:#x} is the highest", word as u32, word >> 32))
    };
    // The length is where a person wants the paddle.
    PADDLE_CONTROL "0, f64, or held:1 down:1 pane:4 place:22 tick:36" |word, context| {
        unless_zero(word, "autopilot", || paddle_control(Control::from_word(word), context))
    };
    PACE "pace" |word, _| or_corrupt(Speed::from_number(word).map(Speed::name));
    RULES "rules + 1" |next, _| {
        unless_zero(next, "as before", || or_corrupt(GameRules::from_number(next - 1).map(rules)))
    };
    SCORE "rules:5 by hand:1 points:14 pause:8 hits:19 passes:17" |word, _| {
        or_corrupt(Score::from_word(word).map(score))
    };
    RALLY_END "ms:41 1 right:1 goal:1 hits:20" |word, context| {
        unless_zero(word, "none yet", || or_corrupt(RallyEnd::from_word(word).map(|end| rally_end(end, context))))
    };
    // How many records were written before and with this copy.
    SEQUENCE "count" |number, _| unless_zero(number, "never written", || format!("write {number} here"));
    COMMAND "incarnation:56 action:8" |word, _| unless_zero(word, "none", || command(word));
    PICTURE "shown:32 painted:32" |word, context| picture(Picture::from_word(word, context.court));
    PANE "pane" |word, context| {
        or_corrupt(u8::try_from(word).ok().map(|number| Owner::Pane(PaneId(number)).name(context.court)))
    };
    RECORDING_NAME "seconds:56 number:8" |word, _| unless_zero(word, "none", || or_corrupt(RecordingName::from_word(word).file()));
    // Second and third word of an event.
    EVENT_HEAD "details:48 pane:8 kind:8" event;
    EVENT_NUMBER "pid, epoch or name" event_number;
    ARRIVAL_HEAD "epoch:48 giver:8 transport:8" arrival;
    // By how long hand-offs took; the last word is the longest.
    HISTOGRAM "1024 counts:32, and ns" histogram;
    UNUSED "none" zeroes;
    // Up to the next part, so that parts do not share cache lines.
    PADDING "none" zeroes;
}

fn or_corrupt<T: ToString>(text: Option<T>) -> String {
    text.map_or_else(|| CORRUPT.to_owned(), |text| text.to_string())
}

fn unless_zero(word: u64, zero: &str, text: impl FnOnce() -> String) -> String {
    if word == 0 { zero.to_owned() } else { text() }
}

fn checksum_of_record(value: u64, context: &Context<'_>) -> String {
    let record: [u64; RECORD_WORDS + 1] = context.around(RECORD_WORDS + 1);
    let fits = || if checksum(&record) == value { "fits" } else { "does not fit: the record is torn" };
    unless_zero(record[0], "no record yet", || fits().to_owned())
}

fn baton(word: u64, context: &Context<'_>) -> String {
    match Ownership::decode(word) {
        Some(Ownership::REST) => "epoch 0, the supervisor keeps the ball".to_owned(),
        Some(Ownership { epoch, giver, holder }) => {
            format!("epoch {epoch}, from {} to {}", giver.name(context.court), holder.name(context.court))
        }
        None => "corrupt: no hand-off can have written it".to_owned(),
    }
}

fn transport(number: u64) -> String {
    or_corrupt(TransportKind::from_number(number).map(TransportKind::in_words))
}

fn doorbell(word: u32) -> String {
    match DoorbellState::from(word) {
        DoorbellState::Awake => "awake".to_owned(),
        DoorbellState::Notified => "notified".to_owned(),
        DoorbellState::Asleep(Sleeper { bed, incarnation }) => match bed {
            Bed::Futex => "asleep on the futex".to_owned(),
            Bed::Fds => format!("asleep on its fds, incarnation {incarnation}"),
            Bed::Pipe => format!("asleep on its pipes, incarnation {incarnation}"),
            Bed::Socket => format!("asleep on its sockets, incarnation {incarnation}"),
        },
        DoorbellState::Corrupt(_) => CORRUPT.to_owned(),
    }
}

fn doorbell_place(word: u32) -> String {
    let DoorbellPlace { cpu, waits, was_lucky } = word.into();
    let waits = if waits { ", waits" } else { "" };
    let was_lucky = if was_lucky { ", was notified while it spun last time" } else { "" };
    format!("CPU {cpu}{waits}{was_lucky}")
}

fn setup_flags(word: u64) -> String {
    let names = [
        (1, "windows"),
        (2, "real time"),
        (4, "explanations"),
        (8, "for a projector"),
        (16, "people may play"),
        (32, "waits for Start"),
    ];
    let set: Vec<_> = names.iter().filter(|(bit, _)| word & bit != 0).map(|(_, name)| *name).collect();
    if set.is_empty() { "none".to_owned() } else { set.join(", ") }
}

fn wait(word: u64) -> String {
    let ways = [(Wait::Block, "asleep at once"), (Wait::Adaptive, "spin, then sleep"), (Wait::Spin, "spin")];
    let way = ways.iter().find(|(wait, _)| *wait as u64 == word);
    or_corrupt(way.map(|(wait, how)| format!("{}: {how}", wait.name())))
}

fn place(Place { x, y, width, height }: Place) -> String {
    if width == 0 { "not known".to_owned() } else { format!("x {x}, y {y}, {width} × {height} px") }
}

fn paddle_control(control: Control, context: &Context<'_>) -> String {
    match control {
        Control::Autopilot => format!("{CORRUPT}: the autopilot's"),
        Control::Manual(paddle) => format!("by hand, at {:.4}", paddle.y),
        Control::Held(HeldKey { from, direction, since_tick, by }) => {
            let direction = if direction == Direction::Up { "up" } else { "down" };
            let window = Owner::Pane(by).name(context.court);
            format!("{direction} from {:.4} since tick {since_tick}, by a key of {window}", from.y)
        }
    }
}

fn rally_end(RallyEnd { at_ns, side, is_goal, hits }: RallyEnd, context: &Context<'_>) -> String {
    let what = if is_goal { "goal" } else { "miss" };
    format!("{what} at the {side} side after {hits} hits, {}", time(at_ns, context.still.taken_ns))
}

fn rules(GameRules { mode, size, autopilot }: GameRules) -> String {
    format!("{}, {} ball, {} autopilot", mode.name(), size.name(), autopilot.name())
}

fn score(score: Score) -> String {
    let Score { rules: played, left, right, hits, passes, by_hand, pause } = score;
    let by_hand = if by_hand { ", by hand" } else { "" };
    let score = if score.is_match() { format!(", {left}:{right}") } else { String::new() };
    let pause =
        if pause > 0 { format!(", serves in {}", count(pause.into(), "tick")) } else { String::new() };
    let (hits, passes) = (count(hits.into(), "hit"), count(passes.into(), "hop"));
    format!("{}{score}, {hits}{by_hand}, {passes}{pause}", rules(played))
}

fn picture(Picture { shown, painted }: Picture) -> String {
    let at = |spot: Option<Spot>| spot.map(|Spot { x, y }| format!("ball at {x:.2}, {y:.2}"));
    match (at(shown), at(painted)) {
        (None, None) => "no ball".to_owned(),
        (Some(shown), None) => shown,
        (shown, Some(painted)) => {
            format!("{}; paints {painted}", shown.unwrap_or_else(|| "no ball".to_owned()))
        }
    }
}

fn command(word: u64) -> String {
    let action = Action::from_number(word as u8).map(|action| action.name().to_lowercase());
    or_corrupt(action.map(|name| format!("{name}, for incarnation {}", word >> 8)))
}

fn event(_: u64, context: &Context<'_>) -> String {
    let words = context.around(1);
    let event = Event::from_words(words);
    event.map_or_else(|| nothing_or_corrupt(&words), |event| event.what.in_words(context.court))
}

fn event_number(value: u64, context: &Context<'_>) -> String {
    match Event::from_words(context.around(2)).map(|event| event.what) {
        Some(What::Started { .. } | What::Died { .. }) => format!("pid {value}"),
        Some(What::Served { .. } | What::Recovered { .. }) => format!("epoch {value}"),
        Some(What::Recording { file, .. }) => file.to_string(),
        Some(_) | None => value.to_string(),
    }
}

fn arrival(_: u64, context: &Context<'_>) -> String {
    let words = context.around(0);
    let Some(arrival) = Arrival::from_words(words).filter(|arrival| arrival.at_ns > 0) else {
        return nothing_or_corrupt(&words);
    };
    let by = arrival.via.map(|via| format!(" by {}", via.in_words())).unwrap_or_default();
    let took = arrival.took_ns().map(|ns| format!(" in {}", fmt_ns(ns))).unwrap_or_default();
    format!("epoch {}, from {}{by}{took}", arrival.epoch, arrival.giver.name(context.court))
}

fn nothing_or_corrupt(words: &[u64]) -> String {
    if words.iter().all(|word| *word == 0) { "nothing yet" } else { CORRUPT }.to_owned()
}

/// All but the last word are two counts each.
fn histogram(_: u64, context: &Context<'_>) -> String {
    let mut words = context.words();
    let longest_ns = words.next_back().unwrap_or(0);
    match words.map(|word| (word & 0xffff_ffff) + (word >> 32)).sum() {
        0 => "no hand-off yet".to_owned(),
        1 => format!("1 hand-off, {}", fmt_ns(longest_ns)),
        sum => format!("{sum} hand-offs, the longest {}", fmt_ns(longest_ns)),
    }
}

fn zeroes(_: u64, context: &Context<'_>) -> String {
    let words = context.words().filter(|word| *word != 0).count() as u64;
    unless_zero(words, "all zero", || format!("{} not zero, as all should be", count(words, "word")))
}

/// A time and how long it was before the still.
fn time(ns: u64, taken_ns: u64) -> String {
    let at = || format!("{}.{:06} s", ns / 1_000_000_000, ns % 1_000_000_000 / 1000);
    unless_zero(ns, "never", || match taken_ns.checked_sub(ns) {
        Some(ago) => format!("{}, {} ago", at(), fmt_ns(ago)),
        None => format!("{}, in {}", at(), fmt_ns(ns - taken_ns)),
    })
}
