//! Which parts of the Region are long.

use crate::protocol::RegionPart;

impl RegionPart {
    /// Whether hardly anybody wants to read it word by word: histograms, arrival logs, the event log, and what is not in use.
    #[must_use]
    pub fn is_long(self) -> bool {
        match self {
            Self::Latencies
            | Self::EventLog
            | Self::ArrivalLog(_)
            | Self::UnusedSlots
            | Self::UnusedArrivalLogs => true,
            Self::Header
            | Self::Baton
            | Self::Bells
            | Self::Controls
            | Self::LinksSent
            | Self::Slot(_)
            | Self::Commands => false,
        }
    }
}
