//! What is known of a file, while it is read and after that.

/// What is known of the file so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// Length of the axis, in nanoseconds. It grows until all is read.
    pub length_ns: u64,
    /// Recorded time, in nanoseconds.
    pub at_ns: u64,
    /// Lines that were read and fit.
    pub lines: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Bytes of the file, compressed if it is.
    pub of_bytes: u64,
    /// Why the axis ends where it does; None while the file is still read.
    pub ending: Option<Ending>,
    /// Marks that were found, those included that were left out.
    pub marks: u64,
    /// So many marks were left out, since there are too many.
    pub marks_left_out: u64,
}

/// Why a recording ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It was ended in order.
    Complete,
    /// Its last line is cut, or there is no line that ends it: the game, or the machine, has died, or it is still being written.
    Cut,
    /// A line does not fit, or cannot be read. The text names it, and what was expected. All before it is there.
    Fault(String),
}
