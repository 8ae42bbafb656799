//! No text of the inspector is cut, in small windows and at twice the size.

use std::collections::BTreeSet;

use egui::accesskit::Role;
use egui::epaint::{ClippedShape, TextShape};
use egui::{Pos2, Rect, Shape, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

/// Windows of 960 × 640 and of 800 × 600 pixels, and the same at zoom 2, in points.
pub(crate) const SIZES: [Vec2; 4] =
    [vec2(960.0, 640.0), vec2(800.0, 600.0), vec2(480.0, 320.0), vec2(400.0, 300.0)];

/// Text may be that much beyond its clip rectangle: what is rounded to pixels.
const ROUNDED: f32 = 1.5;

/// Shows the page in windows of all sizes. No text of it is cut at the left or the right, nor shortened with an ellipsis. What is
/// above or below can be scrolled to. In `moving`, what moves with time may leave at the left.
pub(crate) fn assert_fits_everywhere<S>(
    harness: &mut Harness<'_, S>,
    moving: impl Fn(&Harness<'_, S>) -> Option<Rect>,
) {
    for size in SIZES {
        harness.set_size(size);
        harness.run_steps(4);
        let moving = moving(harness);
        let texts = texts(&harness.output().shapes);
        assert!(texts.len() > 3, "{} texts at {size}", texts.len());
        for (clip, text) in &texts {
            assert_fits(*clip, text, size, moving);
        }
    }
}

fn assert_fits(clip: Rect, text: &TextShape, size: Vec2, moving: Option<Rect>) {
    let (rect, words) = (text.visual_bounding_rect(), text.galley.text());
    assert!(!text.galley.elided, "{words:?} is shortened at {size}");
    let is_moving =
        moving.is_some_and(|moving| moving.expand(2.0).contains_rect(clip) && rect.right() < size.x);
    if rect.is_positive() && rect.y_range().intersects(clip.y_range()) && !is_moving {
        let is_whole =
            rect.left() >= clip.left() - ROUNDED && rect.right() <= clip.right().min(size.x) + ROUNDED;
        assert!(is_whole, "{words:?} at {rect:?} is cut by {clip:?} at {size}");
    }
}

/// All texts that are painted, with their clip rectangles.
pub(crate) fn texts(shapes: &[ClippedShape]) -> Vec<(Rect, &TextShape)> {
    fn add<'a>(clip: Rect, shape: &'a Shape, found: &mut Vec<(Rect, &'a TextShape)>) {
        match shape {
            Shape::Text(text) => found.push((clip, text)),
            Shape::Vec(all) => all.iter().for_each(|shape| add(clip, shape, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    shapes.iter().for_each(|shape| add(shape.clip_rect, &shape.shape, &mut found));
    found
}

/// Points at every control. What comes up then is whole, within a window of this size. Returns how many came up.
pub(crate) fn assert_tooltips_fit<S>(harness: &mut Harness<'_, S>, size: Vec2) -> usize {
    harness.set_size(size);
    harness.run_steps(4);
    let controls = |harness: &Harness<'_, S>| -> Vec<(String, Rect)> {
        let roles = [Role::Button, Role::CheckBox, Role::RadioButton];
        let nodes = roles.into_iter().flat_map(|role| harness.query_all_by_role(role));
        nodes.map(|node| (node.accesskit_node().label().unwrap_or_default(), node.rect())).collect()
    };
    let words = |harness: &Harness<'_, S>| -> BTreeSet<String> {
        texts(&harness.output().shapes).iter().map(|(_, text)| text.galley.text().to_owned()).collect()
    };
    let window = Rect::from_min_size(Pos2::ZERO, size);
    let mut count = 0;
    for (name, rect) in controls(harness) {
        if !window.contains(rect.center()) {
            continue;
        }
        harness.hover_at(Pos2::new(size.x - 1.0, size.y - 1.0));
        harness.run_steps(4);
        let before = words(harness);
        harness.hover_at(rect.center());
        harness.run_steps(8);
        for (_, text) in texts(&harness.output().shapes) {
            // Several words: neither a number that has changed meanwhile nor a name.
            if before.contains(text.galley.text()) || !text.galley.text().contains(' ') {
                continue;
            }
            let shown = text.visual_bounding_rect();
            assert!(
                window.expand(ROUNDED).contains_rect(shown),
                "{name}: {:?} at {shown:?} in {size}",
                text.galley.text()
            );
            assert!(!text.galley.elided, "{name}: {:?}", text.galley.text());
            count += 1;
        }
    }
    count
}
