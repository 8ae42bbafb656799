//! What desktops know the windows by: their name, and their icon, drawn by code: three panes and the ball. The installed icons are the
//! same drawing.

use std::fmt::Write as _;
use std::ops::Range;

use egui::{Color32, IconData};

/// What desktops know the windows by: their class on X11, their app id on Wayland, and the name of the desktop file.
/// It has the form of a domain name because AppStream and Flatpak want that; no such domain is asked for anything.
pub const APP_ID: &str = "org.tripong.tripong";

/// Width and height of the drawing, in its own units; also the pixels of the windows' icon.
const SIZE: u32 = 64;
/// Samples of a pixel, across and down: smooth edges where the units are no whole pixels.
const SAMPLES: u32 = 4;
/// Where panes are, across; the gaps between them are see-through.
const PANES: [Range<u32>; 3] = [2..21, 23..41, 43..62];
/// Where they are, down.
const ROWS: Range<u32> = 10..54;
const COURT: Color32 = Color32::from_rgb(0x10, 0x1c, 0x26);
/// How thick the walls are, at the top and at the bottom of the panes.
const WALL_HEIGHT: u32 = 3;
const WALL: Color32 = Color32::from_rgb(0x9f, 0xb3, 0xc4);
/// The paddles of the panes, by their left edges.
const PADDLES: [(u32, Range<u32>, Color32); 3] = [
    (6, 30..46, Color32::from_rgb(0x56, 0xb4, 0xe9)),
    (30, 14..28, Color32::from_rgb(0xe6, 0x9f, 0x00)),
    (54, 18..34, Color32::from_rgb(0x3f, 0xc9, 0x9a)),
];
const PADDLE_WIDTH: u32 = 4;
/// The ball crosses from the second pane to the third.
const BALL: (f32, f32, f32) = (42.0, 36.0, 6.5);

pub(super) fn icon() -> IconData {
    raster(SIZE)
}

/// The icon in this many pixels, square.
pub fn raster(size: u32) -> IconData {
    let pixels = (0..size * size).flat_map(|index| pixel(index % size, index / size, size));
    IconData { rgba: pixels.collect(), width: size, height: size }
}

/// The mean of a pixel's samples: red, green, blue, and how much of the pixel is covered.
fn pixel(x: u32, y: u32, size: u32) -> [u8; 4] {
    let scale = SIZE as f32 / (size * SAMPLES) as f32;
    let at = |pixel: u32, sample: u32| ((pixel * SAMPLES + sample) as f32 + 0.5) * scale;
    let samples = (0..SAMPLES * SAMPLES)
        .filter_map(|index| color_at(at(x, index % SAMPLES), at(y, index / SAMPLES)))
        .collect::<Vec<_>>();
    let count = u32::try_from(samples.len()).unwrap_or(u32::MAX).max(1);
    let mean = |channel: fn(&Color32) -> u8| {
        let sum: u32 = samples.iter().map(|color| u32::from(channel(color))).sum();
        u8::try_from(sum / count).unwrap_or(u8::MAX)
    };
    let covered = samples.len() * 255 / (SAMPLES * SAMPLES) as usize;
    [mean(Color32::r), mean(Color32::g), mean(Color32::b), u8::try_from(covered).unwrap_or(u8::MAX)]
}

/// What is drawn there, in the drawing's units; None: nothing.
fn color_at(x: f32, y: f32) -> Option<Color32> {
    let is_in = |range: &Range<u32>, at: f32| (range.start as f32..range.end as f32).contains(&at);
    let (ball_x, ball_y, radius) = BALL;
    if (x - ball_x).hypot(y - ball_y) <= radius {
        return Some(Color32::WHITE);
    }
    if !is_in(&ROWS, y) || !PANES.iter().any(|pane| is_in(pane, x)) {
        return None;
    }
    let is_paddle = |(left, rows, _): &&(u32, Range<u32>, Color32)| {
        is_in(&(*left..left + PADDLE_WIDTH), x) && is_in(rows, y)
    };
    let is_court = is_in(&(ROWS.start + WALL_HEIGHT..ROWS.end - WALL_HEIGHT), y);
    let ground = if is_court { COURT } else { WALL };
    Some(PADDLES.iter().find(is_paddle).map_or(ground, |(.., color)| *color))
}

/// The icon as a scalable picture.
pub fn svg() -> String {
    let mut svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {SIZE} {SIZE}\">\n");
    let mut rect = |x: u32, y: u32, width: u32, height: u32, color: Color32| {
        let [r, g, b, _] = color.to_array();
        let place = format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"");
        // Writing to a string cannot fail.
        let _written = writeln!(svg, "<rect {place} fill=\"#{r:02x}{g:02x}{b:02x}\"/>");
    };
    for Range { start, end } in PANES {
        rect(start, ROWS.start, end - start, ROWS.end - ROWS.start, WALL);
        let height = ROWS.end - ROWS.start - 2 * WALL_HEIGHT;
        rect(start, ROWS.start + WALL_HEIGHT, end - start, height, COURT);
    }
    for (left, rows, color) in PADDLES {
        rect(left, rows.start, PADDLE_WIDTH, rows.end - rows.start, color);
    }
    let (x, y, radius) = BALL;
    svg + &format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"#ffffff\"/>\n</svg>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icon_has_panes_paddles_and_the_ball_on_nothing() {
        let icon = icon();
        assert_eq!(icon.rgba.len(), (SIZE * SIZE * 4) as usize);
        let count = |color: Color32| icon.rgba.chunks(4).filter(|pixel| **pixel == color.to_array()).count();
        assert!(count(Color32::WHITE) > 100 && count(COURT) > 1000 && count(Color32::TRANSPARENT) > 1000);
        PADDLES.iter().for_each(|(.., color)| assert!(count(*color) > 40, "{color:?}"));
    }

    #[test]
    fn the_icon_of_every_size_is_the_same_drawing() {
        let at = |size: u32, x: u32, y: u32| {
            let index = (y * size + x) as usize * 4;
            raster(size).rgba[index..index + 4].to_vec()
        };
        for size in [32, 64, 128, 256] {
            let scaled = |units: u32| units * size / SIZE;
            assert_eq!(at(size, scaled(42), scaled(36)), Color32::WHITE.to_array(), "the ball, {size}");
            assert_eq!(at(size, scaled(8), scaled(38)), PADDLES[0].2.to_array(), "the paddle, {size}");
            assert_eq!(at(size, 0, 0)[3], 0, "the corner, {size}");
        }
    }

    #[test]
    fn the_scalable_icon_has_every_part_of_the_drawing() {
        let svg = svg();
        assert_eq!((svg.matches("<rect").count(), svg.matches("<circle").count()), (2 * 3 + 3, 1));
        assert!(svg.contains("fill=\"#56b4e9\"") && svg.contains("cx=\"42\" cy=\"36\" r=\"6.5\""), "{svg}");
    }
}
