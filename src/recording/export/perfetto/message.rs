//! The messages of a Perfetto trace, as far as they are used here. Names and numbers are those of `trace_packet.proto`,
//! `track_event.proto`, `track_descriptor.proto`, `process_descriptor.proto`, `counter_descriptor.proto`, `debug_annotation.proto` and
//! `clock_snapshot.proto` in `protos/perfetto/trace/` of the Perfetto repository. Numbers of fields never change there.

use prost::{Message, Oneof};

/// The built-in clock `CLOCK_REALTIME`.
pub const REALTIME: u32 = 1;
/// The built-in clock `CLOCK_MONOTONIC`.
pub const MONOTONIC: u32 = 3;
/// `TrackEvent.Type.TYPE_SLICE_BEGIN`.
pub const SLICE_BEGIN: i32 = 1;
/// `TrackEvent.Type.TYPE_SLICE_END`.
pub const SLICE_END: i32 = 2;
/// `TrackEvent.Type.TYPE_INSTANT`.
pub const INSTANT: i32 = 3;
/// `TrackEvent.Type.TYPE_COUNTER`.
pub const COUNTER: i32 = 4;
/// `TrackDescriptor.ChildTracksOrdering.EXPLICIT`.
pub const EXPLICIT: i32 = 3;
/// `TrackDescriptor.ProcessOrdering.PROCESS_ORDERING_EXPLICIT`.
pub const PROCESSES_EXPLICIT: i32 = 1;
/// `CounterDescriptor.Unit.UNIT_TIME_NS`.
pub const TIME_NS: i32 = 1;

/// A whole file.
#[derive(Clone, PartialEq, Message)]
pub struct Trace {
    /// Its packets.
    #[prost(message, repeated, tag = "1")]
    pub packet: Vec<TracePacket>,
}

/// A packet: one of the four at the end.
#[derive(Clone, PartialEq, Message)]
pub struct TracePacket {
    /// In ns of the clock below.
    #[prost(uint64, optional, tag = "8")]
    pub timestamp: Option<u64>,
    /// Who writes: the same in all packets.
    #[prost(uint32, optional, tag = "10")]
    pub trusted_packet_sequence_id: Option<u32>,
    /// Which clock.
    #[prost(uint32, optional, tag = "58")]
    pub timestamp_clock_id: Option<u32>,
    /// How the clocks stand to each other.
    #[prost(message, optional, tag = "6")]
    pub clock_snapshot: Option<ClockSnapshot>,
    /// Something that happened.
    #[prost(message, optional, tag = "11")]
    pub track_event: Option<TrackEvent>,
    /// What a track is.
    #[prost(message, optional, tag = "60")]
    pub track_descriptor: Option<TrackDescriptor>,
}

/// What several clocks showed at the same time.
#[derive(Clone, PartialEq, Message)]
pub struct ClockSnapshot {
    /// The clocks.
    #[prost(message, repeated, tag = "1")]
    pub clocks: Vec<Clock>,
    /// The clock of the time axis.
    #[prost(int32, optional, tag = "2")]
    pub primary_trace_clock: Option<i32>,
}

/// What a clock showed.
#[derive(Clone, PartialEq, Message)]
pub struct Clock {
    /// Which.
    #[prost(uint32, optional, tag = "1")]
    pub clock_id: Option<u32>,
    /// In ns.
    #[prost(uint64, optional, tag = "2")]
    pub timestamp: Option<u64>,
}

/// A track.
#[derive(Clone, PartialEq, Message)]
pub struct TrackDescriptor {
    /// No two tracks have the same.
    #[prost(uint64, optional, tag = "1")]
    pub uuid: Option<u64>,
    /// The track above it.
    #[prost(uint64, optional, tag = "5")]
    pub parent_uuid: Option<u64>,
    /// Its name.
    #[prost(string, optional, tag = "2")]
    pub name: Option<String>,
    /// What it shows.
    #[prost(string, optional, tag = "14")]
    pub description: Option<String>,
    /// The process that it stands for.
    #[prost(message, optional, tag = "3")]
    pub process: Option<ProcessDescriptor>,
    /// That it is a curve.
    #[prost(message, optional, tag = "8")]
    pub counter: Option<CounterDescriptor>,
    /// How the tracks below it are ordered.
    #[prost(int32, optional, tag = "11")]
    pub child_ordering: Option<i32>,
    /// Its place among its siblings.
    #[prost(int32, optional, tag = "12")]
    pub sibling_order_rank: Option<i32>,
    /// Of the root alone: how processes are ordered.
    #[prost(int32, optional, tag = "19")]
    pub process_ordering: Option<i32>,
}

/// A process.
#[derive(Clone, PartialEq, Message)]
pub struct ProcessDescriptor {
    /// Its pid.
    #[prost(int32, optional, tag = "1")]
    pub pid: Option<i32>,
    /// Its name.
    #[prost(string, optional, tag = "6")]
    pub process_name: Option<String>,
    /// When it was started, in ns.
    #[prost(int64, optional, tag = "7")]
    pub start_timestamp_ns: Option<i64>,
}

/// A curve.
#[derive(Clone, PartialEq, Message)]
pub struct CounterDescriptor {
    /// Its unit.
    #[prost(int32, optional, tag = "3")]
    pub unit: Option<i32>,
}

/// Something on a track.
#[derive(Clone, PartialEq, Message)]
pub struct TrackEvent {
    /// What: the begin or the end of a slice, an instant, or a value of a curve.
    #[prost(int32, optional, tag = "9")]
    pub r#type: Option<i32>,
    /// On which track.
    #[prost(uint64, optional, tag = "11")]
    pub track_uuid: Option<u64>,
    /// Of which kind.
    #[prost(string, repeated, tag = "22")]
    pub categories: Vec<String>,
    /// Its name.
    #[prost(string, optional, tag = "23")]
    pub name: Option<String>,
    /// The value.
    #[prost(int64, optional, tag = "30")]
    pub counter_value: Option<i64>,
    /// What else is known.
    #[prost(message, repeated, tag = "4")]
    pub debug_annotations: Vec<DebugAnnotation>,
    /// The arrows that begin here.
    #[prost(fixed64, repeated, packed = "false", tag = "47")]
    pub flow_ids: Vec<u64>,
    /// The arrows that end here.
    #[prost(fixed64, repeated, packed = "false", tag = "48")]
    pub terminating_flow_ids: Vec<u64>,
}

/// A name and a value.
#[derive(Clone, PartialEq, Message)]
pub struct DebugAnnotation {
    /// The name.
    #[prost(string, optional, tag = "10")]
    pub name: Option<String>,
    /// The value.
    #[prost(oneof = "Value", tags = "2, 3, 5, 6")]
    pub value: Option<Value>,
}

/// The value of an annotation.
#[derive(Clone, PartialEq, Oneof)]
pub enum Value {
    /// Yes or no.
    #[prost(bool, tag = "2")]
    Bool(bool),
    /// A number.
    #[prost(uint64, tag = "3")]
    Uint(u64),
    /// A place or a speed.
    #[prost(double, tag = "5")]
    Double(f64),
    /// A text.
    #[prost(string, tag = "6")]
    String(String),
}

impl DebugAnnotation {
    /// A value by this name.
    pub fn new(name: &str, value: Value) -> Self {
        Self { name: Some(name.to_owned()), value: Some(value) }
    }
}
