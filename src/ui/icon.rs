//! The icon of the windows, drawn by code: three panes and the ball.

use eframe::egui::{Color32, IconData};

/// Width and height, in pixels.
const SIZE: u32 = 64;
/// Where panes are, across; the gaps between them are see-through.
const PANES: [std::ops::Range<u32>; 3] = [2..21, 23..41, 43..62];
/// Where they are, down.
const ROWS: std::ops::Range<u32> = 10..54;
const COURT: Color32 = Color32::from_rgb(0x10, 0x1c, 0x26);
const WALL: Color32 = Color32::from_rgb(0x9f, 0xb3, 0xc4);
/// The paddles of the panes, by their left edges.
const PADDLES: [(u32, std::ops::Range<u32>, Color32); 3] = [
    (6, 30..46, Color32::from_rgb(0x56, 0xb4, 0xe9)),
    (30, 14..28, Color32::from_rgb(0xe6, 0x9f, 0x00)),
    (54, 18..34, Color32::from_rgb(0x3f, 0xc9, 0x9a)),
];
const PADDLE_WIDTH: u32 = 4;
/// The ball crosses from the second pane to the third.
const BALL: (f32, f32, f32) = (42.0, 36.0, 6.5);

pub(super) fn icon() -> IconData {
    let pixels = (0..SIZE * SIZE).flat_map(|index| pixel(index % SIZE, index / SIZE).to_srgba_unmultiplied());
    IconData { rgba: pixels.collect(), width: SIZE, height: SIZE }
}

fn pixel(x: u32, y: u32) -> Color32 {
    let (ball_x, ball_y, radius) = BALL;
    let is_ball = (x as f32 + 0.5 - ball_x).hypot(y as f32 + 0.5 - ball_y) <= radius;
    let is_paddle = |(left, rows, _): &&(u32, std::ops::Range<u32>, Color32)| {
        (*left..left + PADDLE_WIDTH).contains(&x) && rows.contains(&y)
    };
    if !ROWS.contains(&y) || !PANES.iter().any(|pane| pane.contains(&x)) && !is_ball {
        Color32::TRANSPARENT
    } else if is_ball {
        Color32::WHITE
    } else if let Some((.., color)) = PADDLES.iter().find(is_paddle) {
        *color
    } else if !(ROWS.start + 3..ROWS.end - 3).contains(&y) {
        WALL
    } else {
        COURT
    }
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
}
