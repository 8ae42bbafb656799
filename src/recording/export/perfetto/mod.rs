//! A trace for Perfetto: a group of tracks for each process of a pane, an arrow for each hand-off.
//!
//! A trace is a row of packets without an end of its own, so each can be written at once, and what a cut leaves is readable. A
//! slice is written when its end is known: its two events stand behind others that came later, and the reader sorts them by time.

pub mod message;
mod tracks;

use std::io::{self, Write};

use prost::Message;

use super::happening::{Came, HandOff, Happening, Interval, Mark, NotSeen, Process, Went};
use super::story::Story;
use super::window::Window;
use crate::protocol::End;
use crate::recording::Line;
use crate::recording::line::Header;
use message::{
    COUNTER, Clock, ClockSnapshot, DebugAnnotation, INSTANT, MONOTONIC, REALTIME, SLICE_BEGIN, SLICE_END,
    TracePacket, TrackDescriptor, TrackEvent, Value,
};
use tracks::{OfProcess, Tracks};

/// Who writes: any number but 0.
const SEQUENCE: u32 = 1;
/// `Trace.packet`, a message.
const PACKET: u8 = 0x0a;
/// More than this of a time is no time: the clocks of Perfetto have a sign.
const LATEST_NS: u64 = i64::MAX as u64;

/// The trace so far.
#[derive(Debug)]
pub struct PerfettoExport {
    story: Story,
    pen: Pen,
}

#[derive(Debug)]
struct Pen {
    origin_ns: u64,
    tracks: Tracks,
    bytes: Vec<u8>,
}

impl PerfettoExport {
    /// Begins the trace of this game.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn begin(header: &Header, window: Window, out: &mut dyn Write) -> io::Result<Self> {
        let (tracks, descriptors) = Tracks::begin(header.origin_ns);
        let mut pen = Pen { origin_ns: header.origin_ns.min(LATEST_NS), tracks, bytes: Vec::new() };
        let clock = |id, timestamp| Clock { clock_id: Some(id), timestamp: Some(timestamp) };
        let realtime = header.unix_s.saturating_mul(1_000_000_000).min(LATEST_NS);
        let snapshot = ClockSnapshot {
            clocks: vec![clock(MONOTONIC, pen.origin_ns), clock(REALTIME, realtime)],
            primary_trace_clock: Some(MONOTONIC.cast_signed()),
        };
        pen.write(TracePacket { clock_snapshot: Some(snapshot), ..pen.packet(0) }, out)?;
        pen.describe(descriptors, out)?;
        let begin = TrackEvent {
            debug_annotations: about(header),
            ..event(INSTANT, pen.tracks.launcher(), "recording")
        };
        pen.event(0, begin, out)?;
        Ok(Self { story: Story::new(window), pen })
    }

    /// The next line of the recording.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn line(&mut self, line: &Line, out: &mut dyn Write) -> io::Result<()> {
        let Self { story, pen } = self;
        story.line(line, &mut |happening| pen.happening(happening, out))
    }

    /// There is no other line.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn end(mut self, out: &mut dyn Write) -> io::Result<()> {
        let Self { story, pen } = &mut self;
        story.end(&mut |happening| pen.happening(happening, out)).map(|_time| ())
    }
}

impl Pen {
    fn happening(&mut self, happening: &Happening, out: &mut dyn Write) -> io::Result<()> {
        match happening {
            Happening::HandOff(hand_off) => self.hand_off(hand_off, out),
            Happening::Interval(interval) => self.interval(interval, out),
            Happening::NotSeen(not_seen) => self.not_seen(not_seen, out),
            Happening::Mark(mark) => self.mark(mark, out),
        }
    }

    /// The arrow begins at the giver; the taker waits.
    fn hand_off(&mut self, hand_off: &HandOff, out: &mut dyn Write) -> io::Result<()> {
        let HandOff { hop, id, giver, taker, offered, accepted } = hand_off;
        let (of_giver, of_taker) = (self.tracks_of(giver, out)?, self.tracks_of(taker, out)?);
        let gives = TrackEvent {
            flow_ids: vec![*id],
            categories: vec!["hand-off".to_owned()],
            debug_annotations: annotations(hand_off),
            ..event(INSTANT, of_giver.ball, "hands over")
        };
        self.event(*offered, gives, out)?;
        if let Some(took) = hop.took.filter(|_| hop.offered.is_some()) {
            let way = TrackEvent {
                categories: vec!["hand-off".to_owned()],
                debug_annotations: vec![uint("epoch", hop.epoch)],
                ..event(SLICE_BEGIN, of_taker.waiting, hop.via.name())
            };
            self.event(*offered, way, out)?;
            self.event(*accepted, end_of(of_taker.waiting), out)?;
            let (curve, descriptor) = self.tracks.latency(hop.via);
            self.describe(descriptor, out)?;
            let value = i64::try_from(took).unwrap_or(i64::MAX);
            let value = TrackEvent {
                r#type: Some(COUNTER),
                track_uuid: Some(curve),
                counter_value: Some(value),
                ..TrackEvent::default()
            };
            self.event(*accepted, value, out)?;
        }
        Ok(())
    }

    /// The arrow ends where the taker has the ball.
    fn interval(&mut self, interval: &Interval, out: &mut dyn Write) -> io::Result<()> {
        let Interval { epoch, process, begin, end, came, went } = interval;
        let tracks = self.tracks_of(process, out)?;
        let mut annotations = vec![uint("epoch", *epoch), text("ends", &went.to_string())];
        if matches!(went, Went::Died(how) if *how != End::Code(0)) {
            annotations.push(DebugAnnotation::new("died_with_the_ball", Value::Bool(true)));
        }
        let has = TrackEvent {
            terminating_flow_ids: if let Came::Hop(id) = came { vec![*id] } else { Vec::new() },
            categories: vec!["ball".to_owned()],
            debug_annotations: annotations,
            ..event(SLICE_BEGIN, tracks.ball, "has the ball")
        };
        self.event(*begin, has, out)?;
        self.event(*end, end_of(tracks.ball), out)
    }

    fn not_seen(&mut self, not_seen: &NotSeen, out: &mut dyn Write) -> io::Result<()> {
        let (track, descriptor) = self.tracks.not_seen();
        self.describe(descriptor, out)?;
        let slice = TrackEvent {
            debug_annotations: vec![uint("first_epoch", not_seen.first), uint("last_epoch", not_seen.last)],
            ..event(SLICE_BEGIN, track, "not seen")
        };
        self.event(not_seen.begin, slice, out)?;
        self.event(not_seen.end, end_of(track), out)
    }

    fn mark(&mut self, mark: &Mark, out: &mut dyn Write) -> io::Result<()> {
        let track = match &mark.process {
            Some(process) => self.tracks_of(process, out)?.process,
            None => self.tracks.launcher(),
        };
        let instant = TrackEvent {
            categories: vec!["mark".to_owned()],
            debug_annotations: vec![uint("epoch", mark.epoch), text("what", &mark.what.to_string())],
            ..event(INSTANT, track, mark.what.name())
        };
        self.event(mark.at, instant, out)
    }

    fn tracks_of(&mut self, process: &Process, out: &mut dyn Write) -> io::Result<OfProcess> {
        let (tracks, descriptors) = self.tracks.of(process);
        self.describe(descriptors, out)?;
        Ok(tracks)
    }

    fn describe(
        &mut self,
        descriptors: impl IntoIterator<Item = TrackDescriptor>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        for descriptor in descriptors {
            let packet = TracePacket {
                track_descriptor: Some(descriptor),
                trusted_packet_sequence_id: Some(SEQUENCE),
                ..TracePacket::default()
            };
            self.write(packet, out)?;
        }
        Ok(())
    }

    fn event(&mut self, at: u64, event: TrackEvent, out: &mut dyn Write) -> io::Result<()> {
        self.write(TracePacket { track_event: Some(event), ..self.packet(at) }, out)
    }

    /// A packet of this time of the recording.
    fn packet(&self, at: u64) -> TracePacket {
        TracePacket {
            timestamp: Some(self.origin_ns.saturating_add(at).min(LATEST_NS)),
            trusted_packet_sequence_id: Some(SEQUENCE),
            timestamp_clock_id: Some(MONOTONIC),
            ..TracePacket::default()
        }
    }

    fn write(&mut self, packet: TracePacket, out: &mut dyn Write) -> io::Result<()> {
        self.bytes.clear();
        self.bytes.push(PACKET);
        packet.encode_length_delimited(&mut self.bytes).map_err(io::Error::other)?;
        out.write_all(&self.bytes)
    }
}

fn event(kind: i32, track: u64, name: &str) -> TrackEvent {
    TrackEvent {
        r#type: Some(kind),
        track_uuid: Some(track),
        name: Some(name.to_owned()),
        ..TrackEvent::default()
    }
}

fn end_of(track: u64) -> TrackEvent {
    TrackEvent { r#type: Some(SLICE_END), track_uuid: Some(track), ..TrackEvent::default() }
}

fn uint(name: &str, value: u64) -> DebugAnnotation {
    DebugAnnotation::new(name, Value::Uint(value))
}

fn text(name: &str, value: &str) -> DebugAnnotation {
    DebugAnnotation::new(name, Value::String(value.to_owned()))
}

/// What the line has of a hand-off.
fn annotations(HandOff { hop, .. }: &HandOff) -> Vec<DebugAnnotation> {
    let mut all = vec![uint("epoch", hop.epoch), uint("hop", hop.hop)];
    all.extend(hop.tick.map(|tick| uint("tick", tick)));
    all.push(text("transport", hop.via.name()));
    all.push(uint("from_pane", hop.from.number().into()));
    all.push(uint("to_pane", hop.to.number().into()));
    all.extend(hop.took.map(|took| uint("took_ns", took)));
    if let Some(state) = hop.state {
        let names = ["x", "y", "vx", "vy"].into_iter().zip(state.flight());
        all.extend(names.map(|(name, value)| DebugAnnotation::new(name, Value::Double(value))));
        all.push(text("hash", &format!("{:016x}", state.hash())));
    }
    if hop.offered.is_none() {
        all.push(DebugAnnotation::new("time_unknown", Value::Bool(true)));
    }
    all
}

/// What is known of the game.
fn about(header: &Header) -> Vec<DebugAnnotation> {
    let plain = super::happening::plain;
    let mut all = vec![
        text("program", &format!("tripong {}", plain(&header.program))),
        text("seed", &header.seed.to_string()),
        uint("panes", header.panes.into()),
        DebugAnnotation::new("paced", Value::Bool(header.paced)),
        text("transport", header.transport.name()),
    ];
    let machine = &header.machine;
    all.extend(machine.cpu.as_ref().map(|cpu| text("cpu", &plain(cpu))));
    all.extend(machine.cpus.map(|cpus| uint("cpus", cpus as u64)));
    all.extend(machine.kernel.as_ref().map(|kernel| text("kernel", &plain(kernel))));
    all
}
