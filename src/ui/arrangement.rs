//! Where on the display each window belongs.

use super::theme::height_beside_court;
use crate::game::Court;
use crate::platform::display::{Display, Place};
use crate::protocol::Zoom;

/// About the height of the title bar of a window's frame.
const TITLE_HEIGHT: u16 = 30;

/// Where each pane's window belongs: side by side over the work area, in the order of the panes, as high as
/// the court, and the explanation if it `explains` at first, want to be. Empty on Wayland.
pub fn places(display: &Display, court: &Court, explains: bool, zoom: Zoom) -> Vec<Place> {
    let Display::X11 { area, scale_percent } = *display else { return Vec::new() };
    // Pixels for a point: as the screen has it, and as the user wants it.
    let scale = f32::from(scale_percent) / 100.0 * zoom.factor();
    let edge = |pane: u8| area.x + share(area.width, pane, court.panes);
    let width = share(area.width, 1, court.panes);
    let height = |explains| {
        (share(width, 3, 4) + beside_court(width, explains, scale) + TITLE_HEIGHT).min(area.height)
    };
    // Where the explanation is opened later, the windows grow downwards: there is room for that.
    let y = area.y + (area.height - height(true)) / 2;
    let height = height(explains);
    let place = |pane: u8| Place { x: edge(pane), y, width: edge(pane + 1) - edge(pane), height };
    (0..court.panes).map(place).collect()
}

/// What a window of this width has beside its court, both in pixels. Rounded up.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred points")]
fn beside_court(width: u16, explains: bool, scale: f32) -> u16 {
    (height_beside_court(f32::from(width) / scale, explains) * scale).ceil() as u16
}

/// So many parts of the whole, rounded down.
fn share(whole: u16, parts: u8, of: u8) -> u16 {
    let part = u32::from(whole) * u32::from(parts) / u32::from(of);
    u16::try_from(part).unwrap_or(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lie_side_by_side_inside_the_work_area_without_a_gap() {
        for (panes, scale_percent) in (2..=16).flat_map(|panes| [(panes, 100), (panes, 150), (panes, 200)]) {
            let area = Place { x: 7, y: 30, width: 1013, height: 700 };
            let zoom = Zoom::of_factor(f64::from(1 + panes % 4)).unwrap();
            let display = Display::X11 { area, scale_percent };
            let places = places(&display, &Court { panes, seed: 0 }, panes % 2 == 0, zoom);
            assert_eq!(places.len(), usize::from(panes));
            assert_eq!(places[0].x, area.x);
            assert!(places.windows(2).all(|pair| pair[0].x + pair[0].width == pair[1].x), "{places:?}");
            assert_eq!(places.last().map(|last| last.x + last.width), Some(area.x + area.width));
            assert!(places.iter().all(|place| place.y >= area.y));
            assert!(places.iter().all(|place| place.y + place.height <= area.y + area.height));
        }
    }

    #[test]
    fn at_twice_the_scale_what_is_beside_the_court_is_twice_as_high() {
        let area = Place { x: 0, y: 0, width: 3000, height: 3000 };
        let height = |scale_percent, width| {
            let area = Place { width, ..area };
            let display = Display::X11 { area, scale_percent };
            let places = places(&display, &Court { panes: 3, seed: 0 }, false, Zoom::default());
            i32::from(places[0].height) - i32::from(places[0].width) * 3 / 4 - i32::from(TITLE_HEIGHT)
        };
        assert_eq!(height(200, 3000), 2 * height(100, 1500));
    }
}
