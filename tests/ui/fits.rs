//! No text of the inspector is cut, in small windows and at twice the size.

use egui::epaint::{ClippedShape, TextShape};
use egui::{Rect, Shape, Vec2, vec2};
use egui_kittest::Harness;

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

fn texts(shapes: &[ClippedShape]) -> Vec<(Rect, &TextShape)> {
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
