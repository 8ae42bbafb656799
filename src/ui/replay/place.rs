//! Where the windows of a replay belong: the panes as in a game, and the main one below them or on the next monitor.

use super::look::ReplayLook;
use crate::game::Court;
use crate::platform::display::{Display, Place};
use crate::protocol::Zoom;
use crate::ui::arrangement::{PROJECTOR_ZOOMS, TITLE_HEIGHT, at_the_top, presented};
use crate::ui::theme::HAS_ROOM_FROM;

/// Except on a projector, the main window is no wider on one monitor with the panes, and no larger on a monitor of its own, in points.
const WIDEST: f32 = 1280.0;
const LARGEST: [f32; 2] = [1280.0, 900.0];
/// With less than that the views of the main window are hard to read, in points.
const ENOUGH: [f32; 2] = [900.0, 420.0];
/// How much of a projector's picture the panes have at most where the main window is below them, in percent.
const PANES_SHARE: u8 = 40;

/// Where each window belongs; nowhere on Wayland.
#[derive(Debug, PartialEq)]
pub(super) struct Places {
    pub(super) panes: Vec<Place>,
    pub(super) main: Option<Place>,
    /// How large everything is.
    pub(super) zoom: Zoom,
}

/// The panes at the top of the first monitor, side by side; what is below them is the main window's, if there is no other monitor.
pub(super) fn places(display: &Display, court: &Court, wanted: Option<Zoom>, look: &ReplayLook) -> Places {
    if !look.presents {
        return laid_out(display, court, wanted.unwrap_or(look.settings.zoom), false);
    }
    // For a projector: as large as there is room for. All windows of a process have the same size of text.
    let zooms = PROJECTOR_ZOOMS.into_iter().filter_map(Zoom::of_factor);
    let has_room = |zoom: &Zoom| has_room(display, &laid_out(display, court, *zoom, true));
    let zoom = wanted.or_else(|| zooms.into_iter().find(has_room)).unwrap_or_default();
    laid_out(display, court, zoom, true)
}

/// Where all windows belong at this size.
fn laid_out(display: &Display, court: &Court, zoom: Zoom, presents: bool) -> Places {
    let (panes, _) = presented(display, court, Some(zoom));
    let Display::X11 { area, ref others, .. } = *display else {
        return Places { panes, main: None, zoom };
    };
    let scale = pixels_per_point(display, zoom);
    let (panes, main) = match others.first() {
        Some(other) if presents => (panes, *other),
        Some(other) => (panes, middle(*other, LARGEST.map(|length| length * scale))),
        None => {
            let panes = if presents { at_the_top(area, court, scale, PANES_SHARE) } else { panes };
            let main = below(area, &panes, if presents { f32::INFINITY } else { WIDEST * scale });
            (panes, main)
        }
    };
    Places { panes, main: Some(main), zoom }
}

/// Whether every window has room for what it shows. On Wayland nothing is known of that.
fn has_room(display: &Display, places: &Places) -> bool {
    let scale = pixels_per_point(display, places.zoom);
    let is_so_large = |place: &Place, [width, height]: [f32; 2]| {
        f32::from(place.width) >= width * scale
            && f32::from(place.height) >= height * scale + f32::from(TITLE_HEIGHT)
    };
    places.panes.iter().all(|pane| is_so_large(pane, [HAS_ROOM_FROM, 0.0]))
        && places.main.is_none_or(|main| is_so_large(&main, ENOUGH))
}

fn pixels_per_point(display: &Display, zoom: Zoom) -> f32 {
    match *display {
        Display::X11 { scale_percent, .. } => f32::from(scale_percent) / 100.0 * zoom.factor(),
        Display::Wayland => zoom.factor(),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a screen")]
fn at_most(pixels: u16, most: f32) -> u16 {
    f32::from(pixels).min(most).max(0.0) as u16
}

/// A window of this size, in pixels, in the middle of a monitor, or all of that.
fn middle(area: Place, [width, height]: [f32; 2]) -> Place {
    let (width, height) = (at_most(area.width, width), at_most(area.height, height));
    let (x, y) = (area.x + (area.width - width) / 2, area.y + (area.height - height) / 2);
    Place { x, y, width, height }
}

fn below(area: Place, panes: &[Place], widest: f32) -> Place {
    let top = panes.iter().map(|place| place.y + place.height).max().unwrap_or(area.y);
    let width = at_most(area.width, widest);
    let height = (area.y + area.height).saturating_sub(top).max(1);
    Place { x: area.x + (area.width - width) / 2, y: top, width, height }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::GameSettings;

    fn look(display: Display, presents: bool) -> ReplayLook {
        ReplayLook { display, settings: GameSettings::default(), presents, zoom: None }
    }

    fn overlaps(a: &Place, b: &Place) -> bool {
        a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
    }

    #[test]
    fn on_one_monitor_the_main_window_is_below_the_panes_and_all_are_seen_whole() {
        for (width, height) in [(800, 600), (1280, 800), (1920, 1080), (3840, 2160)] {
            let area = Place { x: 0, y: 0, width, height };
            let display =
                Display::X11 { area, others: Vec::new(), scale_percent: 100, overrides_scale: false };
            for presents in [false, true] {
                let places =
                    places(&display, &Court { panes: 3, seed: 1 }, None, &look(display.clone(), presents));
                let main = places.main.unwrap();
                assert!(places.panes.iter().all(|pane| !overlaps(pane, &main)), "{places:?}");
                assert!(main.height >= height * 2 / 5 && main.x + main.width <= width, "{places:?}");
                assert_eq!(main.y + main.height, height);
            }
        }
    }

    #[test]
    fn on_a_projector_the_main_window_has_room_for_its_views() {
        let court = Court { panes: 3, seed: 1 };
        for ((width, height), scale_percent, percent) in [
            ((800, 600), 100, 100),
            ((1280, 800), 100, 100),
            ((1920, 1080), 100, 125),
            ((1920, 1080), 200, 100),
            ((3840, 2160), 200, 150),
            ((3840, 2160), 100, 200),
        ] {
            let area = Place { x: 0, y: 0, width, height };
            let display = Display::X11 { area, others: Vec::new(), scale_percent, overrides_scale: false };
            let look = look(display.clone(), true);
            let chosen = places(&display, &court, None, &look);
            assert_eq!(chosen.zoom.percent(), percent, "{width} x {height} at {scale_percent} %");
            assert!(chosen.panes.iter().all(|pane| pane.height <= height * 2 / 5), "{chosen:?}");
            let zoom = Zoom::of_factor(1.5);
            assert_eq!(Some(places(&display, &court, zoom, &look).zoom), zoom, "it was asked for");
        }
    }

    #[test]
    fn a_second_monitor_has_the_main_window_alone() {
        let area = Place { x: 0, y: 0, width: 1920, height: 1080 };
        // Larger than the main window wants to be.
        let other = Place { x: 1920, y: 0, width: 2560, height: 1440 };
        let display = Display::X11 { area, others: vec![other], scale_percent: 100, overrides_scale: false };
        for presents in [false, true] {
            let places =
                places(&display, &Court { panes: 3, seed: 1 }, None, &look(display.clone(), presents));
            assert!(places.main.unwrap().x >= 1920 && places.panes.iter().all(|pane| pane.x < 1920));
            assert_eq!(places.main == Some(other), presents);
        }
        let none =
            places(&Display::Wayland, &Court { panes: 3, seed: 1 }, None, &look(Display::Wayland, false));
        assert_eq!((none.panes, none.main), (Vec::new(), None));
    }
}
