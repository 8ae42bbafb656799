//! Where the window of a lab belongs: in the middle of the screen; on a projector over all of it; beside a game on the right.

use crate::lab::front::Look;
use crate::platform::display::{Display, Place};

/// No larger than this, in points.
const LARGEST: [f32; 2] = [1180.0, 860.0];
/// How much of the screen's width it leaves to the panes of a game, in percent.
const LEFT_TO_A_GAME: u16 = 58;
/// It is no narrower than this beside a game, in points, unless the screen is.
const NARROWEST: f32 = 420.0;

/// Where the window belongs; None on Wayland.
pub(super) fn place(display: &Display, look: &Look) -> Option<Place> {
    let Display::X11 { area, ref others, scale_percent, .. } = *display else { return None };
    let scale = f32::from(scale_percent) / 100.0 * look.settings.zoom.factor();
    if look.leaves_room {
        return Some(others.first().copied().unwrap_or_else(|| beside_a_game(area, scale)));
    }
    if look.presents {
        return Some(others.first().copied().unwrap_or(area));
    }
    let [width, height] = LARGEST.map(|length| length * scale);
    let (width, height) = (at_most(area.width, width), at_most(area.height, height));
    let (x, y) = (area.x + (area.width - width) / 2, area.y + (area.height - height) / 2);
    Some(Place { x, y, width, height })
}

/// The right part of the work area.
fn beside_a_game(area: Place, scale: f32) -> Place {
    let share = u32::from(area.width) * u32::from(100 - LEFT_TO_A_GAME) / 100;
    let width = u16::try_from(share).unwrap_or(area.width).max(at_most(area.width, NARROWEST * scale));
    Place { x: area.x + area.width - width, width, ..area }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most a screen")]
fn at_most(pixels: u16, most: f32) -> u16 {
    f32::from(pixels).min(most).max(1.0) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::GameSettings;

    fn look(presents: bool, leaves_room: bool) -> Look {
        Look { settings: GameSettings::default(), presents, is_zoomed: false, leaves_room }
    }

    fn display(width: u16, height: u16, others: Vec<Place>) -> Display {
        let area = Place { x: 0, y: 24, width, height };
        Display::X11 { area, others, scale_percent: 100, overrides_scale: false }
    }

    #[test]
    fn it_is_whole_on_every_screen_and_on_a_projector_has_all_of_it() {
        for (width, height) in [(640, 480), (800, 600), (1280, 800), (1920, 1080), (3840, 2160)] {
            let display = display(width, height, Vec::new());
            for leaves_room in [false, true] {
                let at = place(&display, &look(false, leaves_room)).unwrap();
                assert!(at.x + at.width <= width && at.y >= 24 && at.y + at.height <= 24 + height, "{at:?}");
                assert!(at.width >= 420.min(width), "{at:?}");
            }
            let whole = Place { x: 0, y: 24, width, height };
            assert_eq!(place(&display, &look(true, false)), Some(whole));
            let beside = place(&display, &look(false, true)).unwrap();
            assert_eq!(beside.x + beside.width, width, "at the right edge");
            assert!(width < 1280 || beside.x >= width / 2, "room for the panes: {beside:?}");
        }
        let other = Place { x: 1920, y: 0, width: 1280, height: 800 };
        assert_eq!(place(&display(1920, 1080, vec![other]), &look(true, false)), Some(other));
        assert_eq!(place(&Display::Wayland, &look(true, true)), None);
    }
}
