//! Where the inspector's window opens: where most is free, and never over all panes.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use crate::game::PaneId;
use crate::inspector::Inspector;
use crate::platform::display::{Area, Display, Place, areas_of};
use crate::ui::arrangement::TITLE_HEIGHT;

/// Sizes of the window with its frame, in points, the largest first: where it covers no pane, and where that cannot be.
const BESIDE_PANES: [Vec2; 4] =
    [vec2(960.0, 670.0), vec2(800.0, 630.0), vec2(800.0, 450.0), vec2(640.0, 380.0)];
const OVER_PANES: [Vec2; 4] =
    [vec2(960.0, 670.0), vec2(800.0, 630.0), vec2(640.0, 510.0), vec2(480.0, 350.0)];
/// A strip beside the panes of a projector is used if it is as high, in points.
const LEAST_STRIP: f32 = 240.0;

/// Where it opens: where it was before; or, if that is not known, where the screen is free. None where no program places
/// windows.
pub(super) fn place(inspector: &Inspector) -> Option<Place> {
    let Display::X11 { area, others, scale_percent, .. } = Display::find().ok()? else { return None };
    let areas: Vec<_> = [area].iter().chain(&others).map(|place| rect(*place)).collect();
    let was_before = inspector.request_page().place();
    let can_be_seen = |place: &Place| areas.iter().any(|area| area.contains(rect(*place).center()));
    if let Some(place) = was_before.filter(can_be_seen) {
        return Some(place);
    }
    let scale = f32::from(scale_percent) / 100.0;
    let panes = panes(inspector, f32::from(TITLE_HEIGHT) * scale.max(1.0));
    let chosen = if inspector.setup.presents { beside(&areas, &panes, LEAST_STRIP * scale) } else { None };
    chosen.or_else(|| freest(&areas, &panes, scale)).map(as_place)
}

/// Where the panes are now, with their frames; or, as long as they are not shown, where they belong.
fn panes(inspector: &Inspector, title_height: f32) -> Vec<Rect> {
    let status = |pane: PaneId| &inspector.region().pane(pane).status;
    let court = inspector.setup.court;
    let ids: Vec<_> = court.all_panes().map(|pane| status(pane).window.id()).collect();
    let seen = areas_of(&ids).into_iter().flatten().map(|Area { x, y, width, height }| {
        let area = Rect::from_min_size(pos2(x as f32, y as f32), vec2(width as f32, height as f32));
        Rect::from_min_max(area.min - vec2(0.0, title_height), area.max)
    });
    let hidden = court.all_panes().filter(|pane| status(*pane).window.id().is_none());
    let belongs = |pane: PaneId| inspector.setup.places.get(pane.index()).copied();
    let hidden = hidden.filter_map(|pane| status(pane).place().or_else(|| belongs(pane))).map(rect);
    seen.chain(hidden).collect()
}

/// All of a monitor without panes; else all that is below them, if that is high enough.
fn beside(areas: &[Rect], panes: &[Rect], least_height: f32) -> Option<Rect> {
    if let Some(free) = areas.iter().find(|area| covered(**area, panes) == 0.0) {
        return Some(*free);
    }
    let area = areas.first()?;
    let floor = panes.iter().map(Rect::bottom).fold(area.top(), f32::max);
    (area.bottom() - floor >= least_height).then(|| Rect::from_min_max(pos2(area.left(), floor), area.max))
}

/// Beside all panes if that can be, as large as can be; else where it covers the least of them, and one of them not at all.
fn freest(areas: &[Rect], panes: &[Rect], scale: f32) -> Option<Rect> {
    let best = |size: &Vec2, is_wanted: &dyn Fn(&Rect) -> bool| {
        let found = areas.iter().flat_map(|area| candidates(*area, panes, *size * scale));
        found.filter(is_wanted).min_by(|a, b| {
            let cost = |rect: &Rect| (covered(*rect, panes), -rect.bottom() - rect.right());
            let (a, b) = (cost(a), cost(b));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
        })
    };
    let beside = BESIDE_PANES.iter().find_map(|size| best(size, &|rect| covered(*rect, panes) == 0.0));
    let leaves_one = |rect: &Rect| panes.iter().any(|pane| covered(*rect, &[*pane]) == 0.0);
    beside.or_else(|| OVER_PANES.iter().find_map(|size| best(size, &leaves_one)))
}

/// Places of a window of this size within an area: at its edges, in its middle, and at the edges of the panes.
fn candidates(area: Rect, panes: &[Rect], size: Vec2) -> Vec<Rect> {
    let room = area.size() - size;
    if room.min_elem() < 0.0 {
        return Vec::new();
    }
    let edges = |near: f32, room: f32, starts: Vec<f32>| {
        let all = [near + room / 2.0, near, near + room].into_iter().chain(starts);
        all.filter(|at| (near..=near + room).contains(at)).collect::<Vec<_>>()
    };
    let across = panes.iter().flat_map(|pane| [pane.right(), pane.left() - size.x]).collect();
    let down = panes.iter().flat_map(|pane| [pane.bottom(), pane.top() - size.y]).collect();
    let (across, down) = (edges(area.left(), room.x, across), edges(area.top(), room.y, down));
    let at = |x: f32| down.iter().map(move |y| Rect::from_min_size(Pos2::new(x, *y), size));
    across.into_iter().flat_map(at).collect()
}

/// How much of the panes is under it, in square pixels.
fn covered(rect: Rect, panes: &[Rect]) -> f32 {
    let common = panes.iter().map(|pane| rect.intersect(*pane));
    common.filter(Rect::is_positive).map(|common| common.area()).sum()
}

fn rect(Place { x, y, width, height }: Place) -> Rect {
    Rect::from_min_size(pos2(x.into(), y.into()), vec2(width.into(), height.into()))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped by the cast")]
fn as_place(rect: Rect) -> Place {
    let [x, y, width, height] =
        [rect.left(), rect.top(), rect.width(), rect.height()].map(|length| length as u16);
    Place { x, y, width, height }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::Court;
    use crate::protocol::Zoom;
    use crate::ui::arrangement::{places, presented};

    const SCREENS: [(u16, u16); 7] =
        [(800, 600), (1024, 768), (1200, 700), (1280, 800), (1920, 1080), (2560, 1440), (3840, 2160)];

    fn display(width: u16, height: u16, others: Vec<Place>) -> Display {
        let area = Place { x: 0, y: 0, width, height };
        Display::X11 { area, others, scale_percent: 100, overrides_scale: false }
    }

    #[test]
    fn the_inspector_never_opens_over_all_panes_nor_over_the_edge() {
        for ((width, height), panes) in
            SCREENS.into_iter().flat_map(|screen| [(screen, 2), (screen, 3), (screen, 7)])
        {
            let court = Court { panes, seed: 0 };
            let display = display(width, height, Vec::new());
            let panes: Vec<_> = places(&display, &court, true, Zoom::NORMAL).into_iter().map(rect).collect();
            let area = Rect::from_min_size(Pos2::ZERO, vec2(width.into(), height.into()));
            let opened = freest(&[area], &panes, 1.0);
            let Some(opened) = opened else {
                assert!(width < 1000 && panes.len() == 2, "{width} {panes:?}");
                continue;
            };
            assert!(area.contains_rect(opened), "{opened}");
            assert!(
                panes.iter().any(|pane| covered(opened, &[*pane]) == 0.0),
                "{width}: {opened}, {panes:?}"
            );
        }
    }

    #[test]
    fn a_free_monitor_is_taken_and_a_free_strip_is() {
        let (left, right) = (
            rect(Place { x: 0, y: 0, width: 1280, height: 800 }),
            rect(Place { x: 1280, y: 0, width: 1280, height: 800 }),
        );
        let opened = freest(&[left, right], &[left], 1.0).unwrap();
        assert!(right.contains_rect(opened) && opened.width() == 960.0, "{opened}");
        assert_eq!(beside(&[left, right], &[left], 240.0), Some(right));
        let above = Rect::from_min_size(Pos2::ZERO, vec2(1280.0, 300.0));
        let opened = freest(&[left], &[above], 1.0).unwrap();
        assert!(covered(opened, &[above]) == 0.0 && opened.height() == 450.0, "{opened}");
    }

    #[test]
    fn on_a_projector_the_inspector_has_all_that_is_below_the_panes() {
        for (width, height) in [(1280, 800), (1920, 1080)] {
            let display = display(width, height, Vec::new());
            let (places, _) = presented(&display, &Court { panes: 3, seed: 0 }, None);
            let panes: Vec<_> = places.into_iter().map(rect).collect();
            let area = Rect::from_min_size(Pos2::ZERO, vec2(width.into(), height.into()));
            let opened = beside(&[area], &panes, 240.0).unwrap();
            assert_eq!((opened.width(), opened.bottom()), (f32::from(width), f32::from(height)));
            assert_eq!(covered(opened, &panes), 0.0);
        }
    }
}
