//! Colours and size as users want them, put in force in a window when they change; and the mark of the focus.

use egui::{Context, Stroke, StrokeKind, Theme, ThemePreference, Visuals};

use super::theme::{Palette, high_contrast};
use crate::protocol::{Colors, GameSettings, Zoom};

/// Width of the line around what has the focus, in points.
const FOCUS_WIDTH: f32 = 2.0;

/// What a tooltip leaves free of the window, across: its own margins, its line, and a little.
const BESIDE_TOOLTIP: f32 = 24.0;
/// The text of a tooltip is broken at this width in a window that has room for it, in points; and at this one at the least.
const LONGEST_TOOLTIP: f32 = 400.0;
const SHORTEST_TOOLTIP: f32 = 100.0;

/// What is in force in this window. A window's own buttons may change it until the live settings change again.
#[derive(Debug, Default)]
pub(super) struct Appearance {
    colors: Option<Colors>,
    zoom: Option<Zoom>,
}

impl Appearance {
    /// Follows the live settings where they have changed.
    pub(super) fn follow(&mut self, ctx: &Context, live_settings: &GameSettings) {
        if self.colors.replace(live_settings.colors) != Some(live_settings.colors) {
            put_on(ctx, live_settings.colors);
        }
        if self.zoom.replace(live_settings.zoom) != Some(live_settings.zoom) {
            ctx.set_zoom_factor(live_settings.zoom.factor());
        }
        fit_tooltips(ctx);
    }
}

/// Tooltips are wrapped within the window, however narrow that is and whatever the zoom.
fn fit_tooltips(ctx: &Context) {
    let width = (ctx.content_rect().width() - BESIDE_TOOLTIP).clamp(SHORTEST_TOOLTIP, LONGEST_TOOLTIP);
    if ctx.global_style().spacing.tooltip_width != width {
        ctx.all_styles_mut(|style| style.spacing.tooltip_width = width);
    }
}

fn put_on(ctx: &Context, colors: Colors) {
    let dark = if colors == Colors::Contrast { high_contrast() } else { Visuals::dark() };
    ctx.set_visuals_of(Theme::Dark, dark);
    ctx.set_theme(match colors {
        Colors::System => ThemePreference::System,
        Colors::Light => ThemePreference::Light,
        Colors::Dark | Colors::Contrast => ThemePreference::Dark,
    });
    // The frame that is being painted has the old colours.
    ctx.request_repaint();
}

/// A line around what has the focus, whatever it is. To be called when all else is painted.
pub(super) fn mark_focus(ctx: &Context) {
    let Some(focused) = ctx.memory(|memory| memory.focused()).and_then(|id| ctx.read_response(id)) else {
        return;
    };
    // What is scrolled out of sight has no line.
    let seen = focused.interact_rect;
    if seen.is_positive() {
        let style = ctx.style_of(ctx.theme());
        let stroke = Stroke::new(FOCUS_WIDTH, Palette::of(&style.visuals).text);
        ctx.layer_painter(focused.layer_id).rect_stroke(seen.expand(1.0), 3.0, stroke, StrokeKind::Outside);
    }
}
