//! The icon of the windows, in the sizes that desktops look for.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use tripong::ui::APP_ID;
use tripong::ui::icon;

use crate::folder::folder_of;

/// Width and height, in pixels.
const SIZES: [u32; 8] = [16, 24, 32, 48, 64, 128, 256, 512];

pub(crate) fn write(theme: &Path) -> io::Result<()> {
    for size in SIZES {
        let folder = folder_of(&theme.join(format!("{size}x{size}/apps")))?;
        write_png(&folder.join(format!("{APP_ID}.png")), size)?;
    }
    let folder = folder_of(&theme.join("scalable/apps"))?;
    std::fs::write(folder.join(format!("{APP_ID}.svg")), icon::svg())
}

fn write_png(path: &Path, size: u32) -> io::Result<()> {
    let mut encoder = png::Encoder::new(BufWriter::new(File::create(path)?), size, size);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&icon::raster(size).rgba)?;
    Ok(writer.finish()?)
}
