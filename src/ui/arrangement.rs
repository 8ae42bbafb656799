//! Where on the display each window belongs.

use super::theme::{HAS_ROOM_FROM, MIN_SIZE, height_beside_court};
use crate::game::Court;
use crate::platform::display::{Display, Place};
use crate::protocol::Zoom;

/// About the height of the title bar of a window's frame.
pub(super) const TITLE_HEIGHT: u16 = 30;
/// Sizes for a projector, the largest first.
pub(super) const PROJECTOR_ZOOMS: [f64; 5] = [2.0, 1.75, 1.5, 1.25, 1.0];
/// How much of a screen the panes have at most where the inspector is below them, in percent.
const PANES_SHARE: u8 = 55;
/// Sizes beside the window of a lab, the largest first.
const ZOOMS_BESIDE_A_LAB: [f64; 4] = [0.75, 0.65, 0.6, 0.5];
/// How much of a screen's width the window of a lab leaves to them, in percent.
const PANES_BESIDE_A_LAB: u8 = 58;

/// Where each pane's window belongs: side by side over the work area, in the order of the panes, as high as
/// the court, and the explanation if it `explains` at first, want to be. Empty on Wayland.
pub fn places(display: &Display, court: &Court, explains: bool, zoom: Zoom) -> Vec<Place> {
    let Display::X11 { area, scale_percent, .. } = *display else { return Vec::new() };
    // Pixels for a point: as the screen has it, and as the user wants it.
    let scale = f32::from(scale_percent) / 100.0 * zoom.factor();
    let width = share(area.width, 1, court.panes);
    let height = |explains| {
        (share(width, 3, 4) + beside_court(width, explains, scale) + TITLE_HEIGHT).min(area.height)
    };
    // Where the explanation is opened later, the windows grow downwards: there is room for that.
    let y = area.y + (area.height - height(true)) / 2;
    let height = height(explains);
    side_by_side(court, Place { y, height, ..area })
}

/// Where each pane's window belongs on a projector, and how large everything in it is: as large as `wanted`, or as the panes have
/// room for. Where there is one monitor, they leave its lower part to the inspector.
pub fn presented(display: &Display, court: &Court, wanted: Option<Zoom>) -> (Vec<Place>, Zoom) {
    let Display::X11 { area, ref others, scale_percent, .. } = *display else {
        return (Vec::new(), wanted.unwrap_or(Zoom::PROJECTOR));
    };
    let scale = f32::from(scale_percent) / 100.0;
    let width = share(area.width, 1, court.panes);
    let zooms = PROJECTOR_ZOOMS.into_iter().filter_map(Zoom::of_factor);
    let has_room = |zoom: &Zoom| f32::from(width) >= HAS_ROOM_FROM * scale * zoom.factor();
    let zoom = wanted.or_else(|| zooms.into_iter().find(has_room)).unwrap_or_default();
    if !others.is_empty() {
        return (places(display, court, false, zoom), zoom);
    }
    (at_the_top(area, court, scale * zoom.factor(), PANES_SHARE), zoom)
}

/// The panes at the top of a monitor, at most so many percent of it high.
pub(super) fn at_the_top(area: Place, court: &Court, scale: f32, most_percent: u8) -> Vec<Place> {
    let width = share(area.width, 1, court.panes);
    let height = share(width, 3, 4) + beside_court(width, false, scale) + TITLE_HEIGHT;
    side_by_side(court, Place { height: height.min(share(area.height, most_percent, 100)), ..area })
}

/// Where each pane's window belongs, and that of the inspector, beside the window of a lab, and how large everything in them is:
/// as `wanted`, or so small that no pane is wider than its place. The lab has the right part of the monitor, or a monitor of its
/// own. None where they have the room that they always have.
pub fn beside_a_lab(
    display: &Display,
    court: &Court,
    wanted: Option<Zoom>,
) -> Option<(Vec<Place>, Place, Zoom)> {
    let Display::X11 { area, ref others, scale_percent, .. } = *display else { return None };
    if !others.is_empty() {
        return None;
    }
    let left = Place { width: share(area.width, PANES_BESIDE_A_LAB, 100), ..area };
    let points = f32::from(scale_percent) / 100.0;
    let zooms = ZOOMS_BESIDE_A_LAB.into_iter().filter_map(Zoom::of_factor);
    let fits = |zoom: &Zoom| least_size(*zoom)[0] * points <= f32::from(share(left.width, 1, court.panes));
    let zoom =
        wanted.or_else(|| zooms.clone().find(fits).or_else(|| zooms.clone().next_back())).unwrap_or_default();
    let panes = at_the_top(left, court, points * zoom.factor(), PANES_SHARE);
    let used = panes.first().map_or(0, |pane| pane.height + TITLE_HEIGHT);
    let (y, height) = (left.y + used, left.height.saturating_sub(used + TITLE_HEIGHT));
    Some((panes, Place { y, height, ..left }, zoom))
}

/// The smallest useful window of a pane, in points: where everything in it is smaller than usual, so is the window.
pub(super) fn least_size(zoom: Zoom) -> [f32; 2] {
    MIN_SIZE.map(|length| length * zoom.factor().min(1.0))
}

/// All panes over this part of the screen, without a gap.
fn side_by_side(court: &Court, row: Place) -> Vec<Place> {
    let edge = |pane: u8| row.x + share(row.width, pane, court.panes);
    let place = |pane: u8| Place { x: edge(pane), width: edge(pane + 1) - edge(pane), ..row };
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

    fn on_one_monitor(area: Place, scale_percent: u16) -> Display {
        Display::X11 { area, others: Vec::new(), scale_percent, overrides_scale: false }
    }

    #[test]
    fn beside_a_lab_panes_and_inspector_leave_the_right_of_the_monitor_free() {
        let court = Court { panes: 3, seed: 0 };
        for (width, height) in [(800, 600), (1024, 768), (1280, 800), (1920, 1080), (3840, 2160)] {
            let area = Place { x: 0, y: 24, width, height };
            let (panes, inspector, zoom) = beside_a_lab(&on_one_monitor(area, 100), &court, None).unwrap();
            let free = width / 100 * 42;
            assert!(
                panes.iter().all(|pane| width < 1024 || least_size(zoom)[0] <= f32::from(pane.width)),
                "{zoom:?}: a window is not wider than its place in {width}"
            );
            assert!(panes.iter().chain([&inspector]).all(|place| place.x + place.width <= width - free));
            assert!(panes.iter().all(|pane| pane.y + pane.height <= inspector.y));
            assert!(inspector.y + inspector.height <= 24 + height && inspector.height >= height / 4);
            let two = Display::X11 { area, others: vec![area], scale_percent: 100, overrides_scale: false };
            assert_eq!(beside_a_lab(&two, &court, None), None);
        }
    }

    #[test]
    fn on_a_projector_the_panes_are_above_and_as_large_as_they_have_room_for() {
        let court = Court { panes: 3, seed: 0 };
        for ((width, height), scale_percent, factor) in [
            ((1280, 800), 100, 1.25),
            ((1920, 1080), 100, 2.0),
            ((3840, 2160), 200, 2.0),
            ((800, 600), 100, 1.0),
        ] {
            let area = Place { x: 0, y: 0, width, height };
            let (places, zoom) = presented(&on_one_monitor(area, scale_percent), &court, None);
            assert_eq!(zoom.factor(), factor, "{width}");
            assert!(places.iter().all(|place| place.y == 0 && place.height <= height * 11 / 20));
            let other = Place { x: width, ..area };
            let two = Display::X11 { area, others: vec![other], scale_percent, overrides_scale: false };
            let (alone, _) = presented(&two, &court, None);
            assert!(alone[0].height >= places[0].height && alone[2].x + alone[2].width == width);
        }
        let zoom = Zoom::of_factor(1.5).unwrap();
        let (none, wanted) = presented(&Display::Wayland, &court, Some(zoom));
        assert_eq!((none, wanted), (Vec::new(), zoom));
    }

    #[test]
    fn places_lie_side_by_side_inside_the_work_area_without_a_gap() {
        for (panes, scale_percent) in (2..=16).flat_map(|panes| [(panes, 100), (panes, 150), (panes, 200)]) {
            let area = Place { x: 7, y: 30, width: 1013, height: 700 };
            let zoom = Zoom::of_factor(f64::from(1 + panes % 4)).unwrap();
            let display = on_one_monitor(area, scale_percent);
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
            let display = on_one_monitor(area, scale_percent);
            let places = places(&display, &Court { panes: 3, seed: 0 }, false, Zoom::default());
            i32::from(places[0].height) - i32::from(places[0].width) * 3 / 4 - i32::from(TITLE_HEIGHT)
        };
        assert_eq!(height(200, 3000), 2 * height(100, 1500));
    }
}
