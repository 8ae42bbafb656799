//! Which parts of the Region are long.

use crate::protocol::Part;

impl Part {
    /// Whether hardly anybody wants to read it word by word: histograms, trails, the journal, and what is not in use.
    #[must_use]
    pub fn is_long(self) -> bool {
        match self {
            Self::Latencies | Self::Journal | Self::Trail(_) | Self::UnusedSlots | Self::UnusedTrails => true,
            Self::Header
            | Self::Baton
            | Self::Bells
            | Self::Controls
            | Self::Wiring
            | Self::Slot(_)
            | Self::Orders => false,
        }
    }
}
