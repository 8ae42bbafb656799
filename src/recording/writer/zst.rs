//! Compressed recordings: zstd (RFC 8878), as the program `zstd` reads and writes it.
//!
//! A file is written as frames one after the other, each of them whole: so it can be read up to its last moment whatever
//! happens. A reader takes files of strangers: the window of a frame, and so its memory, has a limit.

use std::io::{self, BufRead, BufReader, Chain, Cursor, ErrorKind, Read};

use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use ruzstd::encoding::{CompressionLevel, FrameCompressor, MatchGeneratorDriver};

/// What a compressed file begins with.
pub const MAGIC: [u8; 4] = 0xFD2F_B528_u32.to_le_bytes();
/// Frames with these numbers have something in them that is no data.
const SKIPPABLE: std::ops::RangeInclusive<u32> = 0x184D_2A50..=0x184D_2A5F;
/// The largest window that is accepted: that of `zstd -19`. All of a frame's memory is a few times that.
const LARGEST_WINDOW: u64 = 8 << 20;

/// Makes frames.
pub(super) struct Encoder(FrameCompressor<Cursor<Vec<u8>>, Vec<u8>, MatchGeneratorDriver>);

impl Encoder {
    pub(super) fn new() -> Self {
        // The only level that the crate has.
        Self(FrameCompressor::new(CompressionLevel::Fastest))
    }

    /// A whole frame with these bytes; nothing if there are none.
    pub(super) fn frame(&mut self, bytes: &[u8]) -> Vec<u8> {
        if bytes.is_empty() {
            return Vec::new();
        }
        self.0.set_source(Cursor::new(bytes.to_vec()));
        self.0.set_drain(Vec::new());
        self.0.compress();
        self.0.take_drain().unwrap_or_default()
    }
}

/// Reads what was compressed. Where the file ends within a frame, what could be decoded comes first, and then an error of the kind
/// [`ErrorKind::UnexpectedEof`]. What is no zstd is [`ErrorKind::InvalidData`].
pub struct Decoder<R> {
    source: Watched<R>,
    decoder: FrameDecoder,
    state: State,
    /// Where the frame begins, and how much of its content was read.
    frame: (u64, u64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// Before a frame, or the end of the file.
    Between,
    Within,
    /// The file has ended within the frame: what is left of it is yet to be read.
    CutOff,
    Failed(ErrorKind, String),
}

impl<R: Read> Decoder<R> {
    /// Of these bytes, from the first frame on.
    pub fn new(source: R) -> Self {
        Self::within(source, 0)
    }

    /// The same, from a frame on that begins at this byte of the file.
    pub fn within(source: R, at: u64) -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(LARGEST_WINDOW);
        let source = Watched { source: BufReader::new(source), read: at, is_at_end: false, failed: None };
        Self { source, decoder, state: State::Between, frame: (at, 0) }
    }

    /// Where the frame begins whose content was read last, and how much of its content was read. No read goes beyond a frame.
    pub fn frame(&self) -> (u64, u64) {
        self.frame
    }

    /// How much of the file was read: to this byte.
    pub fn consumed(&self) -> u64 {
        self.source.read
    }

    /// What it reads from.
    pub fn get_ref(&self) -> &R {
        self.source.source.get_ref()
    }

    /// Begins the next frame. False at the end of the file.
    fn begin_frame(&mut self) -> io::Result<bool> {
        loop {
            if self.source.source.fill_buf()?.is_empty() {
                return Ok(false);
            }
            self.frame = (self.source.read, 0);
            let mut magic = [0; 4];
            self.source.read_exact(&mut magic).map_err(cut_off)?;
            if SKIPPABLE.contains(&u32::from_le_bytes(magic)) {
                self.skip_frame()?;
                continue;
            }
            if magic != MAGIC {
                let what = "what follows is no zstd frame";
                return Err(io::Error::new(ErrorKind::InvalidData, what));
            }
            let header: Chain<&[u8], &mut Watched<R>> = magic.as_slice().chain(&mut self.source);
            let begun = self.decoder.reset(header);
            return begun.map(|()| true).map_err(|error| self.source.why(error));
        }
    }

    fn skip_frame(&mut self) -> io::Result<()> {
        let mut length = [0; 4];
        self.source.read_exact(&mut length).map_err(cut_off)?;
        let length = u64::from(u32::from_le_bytes(length));
        let skipped = io::copy(&mut (&mut self.source).take(length), &mut io::sink())?;
        if skipped < length { Err(cut_off(ErrorKind::UnexpectedEof.into())) } else { Ok(()) }
    }

    /// Decodes a block, so that there is more to be read.
    fn decode_block(&mut self) -> io::Result<()> {
        let decoded = self.decoder.decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1));
        let Err(error) = decoded else { return Ok(()) };
        let error = self.source.why(error);
        if error.kind() != ErrorKind::UnexpectedEof {
            return Err(error);
        }
        // The decoder keeps a window of what it has decoded until the frame ends; so it gets the end: an empty block and
        // a checksum that nobody looks at.
        let end = [1, 0, 0, 0, 0, 0, 0];
        let _ended = self.decoder.decode_blocks(end.as_slice(), BlockDecodingStrategy::All);
        self.state = State::CutOff;
        Ok(())
    }

    fn read_some(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let State::Failed(kind, why) = &self.state {
                return Err(io::Error::new(*kind, why.clone()));
            }
            if self.state != State::Between && self.decoder.can_collect() > 0 {
                let read = self.decoder.read(buffer)?;
                self.frame.1 += read as u64;
                return Ok(read);
            }
            match self.state {
                State::CutOff => return Err(cut_off(ErrorKind::UnexpectedEof.into())),
                State::Within if self.decoder.is_finished() => self.state = State::Between,
                State::Within => self.decode_block()?,
                State::Between | State::Failed(..) => {
                    if !self.begin_frame()? {
                        return Ok(0);
                    }
                    self.state = State::Within;
                }
            }
        }
    }
}

impl<R: Read> Read for Decoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let read = self.read_some(buffer);
        if let Err(error) = &read
            && error.kind() != ErrorKind::Interrupted
        {
            self.state = State::Failed(error.kind(), error.to_string());
        }
        read
    }
}

/// A source that remembers why it gave no more: the decoder wraps that in errors of its own.
struct Watched<R> {
    source: BufReader<R>,
    /// Bytes that were read.
    read: u64,
    is_at_end: bool,
    failed: Option<io::Error>,
}

impl<R: Read> Watched<R> {
    /// Why the decoder failed.
    fn why(&mut self, error: FrameDecoderError) -> io::Error {
        if let Some(failed) = self.failed.take() {
            return failed;
        }
        if self.is_at_end {
            return cut_off(ErrorKind::UnexpectedEof.into());
        }
        let why = match error {
            FrameDecoderError::WindowSizeTooBig { requested, max } => format!(
                "a frame needs {} MiB of memory, and at most {} are allowed; compress the file again, by `zstd` without \
                 --long and --ultra",
                requested.div_ceil(1 << 20),
                max >> 20
            ),
            error => format!("a frame of zstd is damaged: {error}"),
        };
        io::Error::new(ErrorKind::InvalidData, why)
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.source.read(buffer) {
            Ok(0) if !buffer.is_empty() => {
                self.is_at_end = true;
                Ok(0)
            }
            Err(error) if error.kind() != ErrorKind::Interrupted => {
                self.failed = Some(io::Error::new(error.kind(), error.to_string()));
                Err(error)
            }
            Ok(read) => {
                self.read += read as u64;
                Ok(read)
            }
            Err(error) => Err(error),
        }
    }
}

/// Whether a file that begins with these bytes is compressed.
pub fn is_zstd(first: &[u8]) -> bool {
    let magic = first.first_chunk().map(|first| u32::from_le_bytes(*first));
    magic.is_some_and(|magic| magic.to_le_bytes() == MAGIC || SKIPPABLE.contains(&magic))
}

fn cut_off(error: io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::UnexpectedEof => {
            io::Error::new(ErrorKind::UnexpectedEof, "the file is cut off within a zstd frame")
        }
        _ => error,
    }
}
