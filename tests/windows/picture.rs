//! Pictures of windows, and whether they are as the stored ones.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

use png::{BitDepth, ColorType, Compression, Decoder, Encoder};

use crate::desktop::Color;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    width: u32,
    /// Row by row.
    pixels: Vec<Color>,
}

impl Picture {
    pub(crate) fn new(width: u32, pixels: Vec<Color>) -> Self {
        Self { width, pixels }
    }

    pub(crate) fn pixels(&self) -> impl Iterator<Item = &Color> {
        self.pixels.iter()
    }

    pub(crate) fn part(&self, [x, y, width, height]: [u32; 4]) -> Self {
        let rows = self.pixels.chunks(self.width as usize).skip(y as usize).take(height as usize);
        let columns = x as usize..(x + width) as usize;
        Self { width, pixels: rows.flat_map(|row| &row[columns.clone()]).copied().collect() }
    }

    /// A file of colours without transparency.
    fn read(path: &Path) -> Result<Self, String> {
        let fail = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let file = File::open(path).map_err(|error| fail(&error))?;
        let mut reader = Decoder::new(BufReader::new(file)).read_info().map_err(|error| fail(&error))?;
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).map_err(|error| fail(&error))?;
        assert_eq!(
            (info.color_type, info.bit_depth),
            (ColorType::Rgb, BitDepth::Eight),
            "{}",
            path.display()
        );
        Ok(Self::new(info.width, bytes.as_chunks().0.to_vec()))
    }

    fn write(&self, path: &Path) {
        let height = self.pixels.len() as u32 / self.width;
        let mut encoder = Encoder::new(BufWriter::new(File::create(path).unwrap()), self.width, height);
        encoder.set_color(ColorType::Rgb);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::High);
        encoder.write_header().unwrap().write_image_data(self.pixels.as_flattened()).unwrap();
    }

    /// Compares it with the stored picture of this name: in no channel of any pixel it may be off by more than `tolerance`.
    /// Where it is, it is written beside the stored one, and where `is_update`, in its place.
    pub(crate) fn compare(
        &self,
        folder: &Path,
        name: &str,
        tolerance: u8,
        is_update: bool,
    ) -> Result<(), String> {
        let path = |kind: &str| folder.join(format!("{name}{kind}.png"));
        let stored = Self::read(&path(""));
        let difference = match &stored {
            Err(error) => error.clone(),
            Ok(stored) if (stored.width, stored.pixels.len()) != (self.width, self.pixels.len()) => {
                format!("{name} has another size than before")
            }
            Ok(stored) => match self.marked(stored, tolerance) {
                (0, _) => return Ok(()),
                (count, marked) => {
                    marked.write(&path(".diff"));
                    format!("{count} pixels of {name} differ: see {}", path(".diff").display())
                }
            },
        };
        self.write(&path(if is_update { "" } else { ".new" }));
        if is_update { Ok(()) } else { Err(difference) }
    }

    /// How many pixels differ from those of the other picture, of the same size, and a picture in which these are red.
    fn marked(&self, other: &Self, tolerance: u8) -> (usize, Self) {
        let pairs = self.pixels.iter().zip(&other.pixels);
        let differs = pairs
            .map(|(one, other)| one.iter().zip(other).any(|(one, other)| one.abs_diff(*other) > tolerance));
        let pixels: Vec<Color> = differs.map(|differs| if differs { [0xff, 0, 0] } else { [0; 3] }).collect();
        (pixels.iter().filter(|pixel| pixel[0] > 0).count(), Self::new(self.width, pixels))
    }
}
