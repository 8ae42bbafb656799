//! Colours and size as users want them, put in force in a window when they change; and the mark of the focus.

use eframe::egui::{Color32, Context, Stroke, StrokeKind, Theme, ThemePreference, Visuals};

use super::theme::Palette;
use crate::protocol::{Colors, GameSettings, Zoom};

/// Width of the line around what has the focus, in points.
const FOCUS_WIDTH: f32 = 2.0;

/// What is in force in this window. A window's own buttons may change it until the wishes change again.
#[derive(Debug, Default)]
pub(super) struct Looks {
    colors: Option<Colors>,
    zoom: Option<Zoom>,
}

impl Looks {
    /// Follows the wishes where they have changed.
    pub(super) fn follow(&mut self, ctx: &Context, wishes: &GameSettings) {
        if self.colors.replace(wishes.colors) != Some(wishes.colors) {
            put_on(ctx, wishes.colors);
        }
        if self.zoom.replace(wishes.zoom) != Some(wishes.zoom) {
            ctx.set_zoom_factor(wishes.zoom.factor());
        }
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

/// White on black, with lines around all that can be pressed.
pub(super) fn high_contrast() -> Visuals {
    let mut visuals = Visuals::dark();
    let line = Stroke::new(1.0, Color32::WHITE);
    visuals.panel_fill = Palette::HIGH_CONTRAST_FILL;
    visuals.window_fill = Palette::HIGH_CONTRAST_FILL;
    visuals.extreme_bg_color = Palette::HIGH_CONTRAST_FILL;
    visuals.window_stroke = line;
    visuals.selection.bg_fill = Color32::from_rgb(0x00, 0x3c, 0x78);
    visuals.selection.stroke = line;
    let widgets = &mut visuals.widgets;
    let all = [
        &mut widgets.noninteractive,
        &mut widgets.inactive,
        &mut widgets.hovered,
        &mut widgets.active,
        &mut widgets.open,
    ];
    for widget in all {
        (widget.bg_stroke, widget.fg_stroke.color) = (line, Color32::WHITE);
        (widget.bg_fill, widget.weak_bg_fill) = (Color32::BLACK, Color32::BLACK);
    }
    for widget in [&mut widgets.hovered, &mut widgets.active, &mut widgets.open] {
        (widget.bg_fill, widget.weak_bg_fill) = (Color32::from_gray(0x40), Color32::from_gray(0x40));
    }
    visuals
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
