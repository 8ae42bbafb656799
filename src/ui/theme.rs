//! Colours and sizes of the windows, in one place.

use egui::{Color32, Context, Stroke, Visuals};

use crate::game::PaneId;

/// Height of the bar above the court, in points: a row of controls and a row of text.
pub(super) const BAR_HEIGHT: f32 = 64.0;
/// Height of the bar below the court, in points: a row of controls.
pub(super) const TRANSPORT_BAR_HEIGHT: f32 = 34.0;
/// Height that all of the explanation needs in a window of at least this width, both in points: in a narrow one its
/// lines are broken.
const EXPLANATION_HEIGHTS: [(f32, f32); 3] = [(430.0, 166.0), (350.0, 240.0), (0.0, 310.0)];
/// Height of the explanation's first line: as much as is always there.
pub(super) const FIRST_LINE_HEIGHT: f32 = 26.0;
/// Width and height of the button that closes the explanation.
pub(super) const CLOSE_SIZE: f32 = 20.0;
/// Height of a button in a bar.
pub(super) const BUTTON_HEIGHT: f32 = 24.0;
/// No text on the court is smaller than this, in points, unless there is no room.
pub(super) const SMALLEST_TEXT: f32 = 9.0;
/// Height of a pane of the court for its width.
pub(super) const COURT_ASPECT: f32 = 0.75;
/// The smallest useful window.
pub(super) const MIN_SIZE: [f32; 2] = [320.0, 240.0];
/// From this width on a bar has room for all its controls, in points.
pub(super) const HAS_ROOM_FROM: f32 = 285.0;
/// What a box before the window leaves free of it, across: its margins and those of the window.
const BESIDE_BOX: f32 = 36.0;
/// The same, down, together with heading and button.
const ABOVE_AND_BELOW_BOX: f32 = 96.0;
/// Width of a window where no place is known.
pub(super) const DEFAULT_WIDTH: f32 = 480.0;

/// Height of all that a window of this width has beside its court: the bars, and the explanation if it is open.
pub(crate) fn height_beside_court(width: f32, explains: bool) -> f32 {
    let fitting = EXPLANATION_HEIGHTS.into_iter().find(|(from, _)| width >= *from);
    let explanation = fitting.filter(|_| explains).map_or(0.0, |(_, height)| height);
    BAR_HEIGHT + TRANSPORT_BAR_HEIGHT + explanation
}

/// Width and height of the text in a box that wants to be so wide, both in points.
pub(super) fn box_size(ctx: &Context, wanted_width: f32) -> [f32; 2] {
    let window = ctx.content_rect().size();
    [wanted_width.min(window.x - BESIDE_BOX), (window.y - ABOVE_AND_BELOW_BOX).max(BUTTON_HEIGHT)]
}

/// The line around an empty box or circle that can be ticked: seen on dark and on light.
pub(super) const OUTLINE: Color32 = Color32::from_gray(0x80);

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

/// What is said beside something more important: weaker than other text, and still easy to read.
pub(super) fn faint(visuals: &Visuals) -> Color32 {
    match visuals.dark_mode {
        true if visuals.panel_fill == Palette::HIGH_CONTRAST_FILL => Color32::from_gray(0xb8),
        true => Color32::from_gray(0x90),
        false => Color32::from_gray(0x64),
    }
}

/// The colours of a court.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    pub(super) court: Color32,
    pub(super) line: Color32,
    pub(super) wall: Color32,
    pub(super) text: Color32,
    pub(super) ball: Color32,
    /// What every process may write, and what has no owner among the panes.
    pub(super) anyone: Color32,
    /// An invariant holds. A hook and a word show it too.
    pub(super) holds: Color32,
    /// An invariant is violated. A cross and a word show it too.
    pub(super) violated: Color32,
    panes: [Color32; 4],
}

impl Palette {
    /// What is behind everything where the contrast is high; no other surroundings have it.
    pub(super) const HIGH_CONTRAST_FILL: Color32 = Color32::BLACK;

    /// The palette that goes with these surroundings.
    pub(super) fn of(visuals: &Visuals) -> Self {
        match visuals.dark_mode {
            true if visuals.panel_fill == Self::HIGH_CONTRAST_FILL => Self::CONTRAST,
            true => Self::DARK,
            false => Self::LIGHT,
        }
    }

    /// The colour of a pane's paddle. Names and positions distinguish panes as well; colour is never alone. The first pane
    /// alone has the first colour and the others take turns with the rest: so neighbours differ, and both ends of a court.
    pub(super) fn pane(&self, pane: PaneId) -> Color32 {
        let [first, others @ ..] = &self.panes;
        pane.index().checked_sub(1).map_or(*first, |index| others[index % others.len()])
    }

    // Blue, orange, green and purple of the palette by Okabe and Ito, which colour-blind people can distinguish;
    // lighter on dark, darker on light.
    const DARK: Self = Self {
        court: Color32::from_rgb(0x10, 0x1c, 0x26),
        line: Color32::from_rgb(0x35, 0x4a, 0x5c),
        wall: Color32::from_rgb(0x9f, 0xb3, 0xc4),
        text: Color32::from_rgb(0xc8, 0xd6, 0xe0),
        ball: Color32::from_rgb(0xff, 0xff, 0xff),
        anyone: Color32::from_rgb(0xf0, 0xe4, 0x42),
        holds: Color32::from_rgb(0x3f, 0xc9, 0x9a),
        violated: Color32::from_rgb(0xff, 0x9a, 0x8f),
        panes: [
            Color32::from_rgb(0x56, 0xb4, 0xe9),
            Color32::from_rgb(0xe6, 0x9f, 0x00),
            Color32::from_rgb(0x3f, 0xc9, 0x9a),
            Color32::from_rgb(0xdf, 0x9a, 0xc2),
        ],
    };
    const CONTRAST: Self = Self {
        court: Color32::BLACK,
        line: Color32::from_rgb(0xb0, 0xb0, 0xb0),
        wall: Color32::WHITE,
        text: Color32::WHITE,
        ball: Color32::WHITE,
        violated: Color32::from_rgb(0xff, 0xb0, 0xa8),
        panes: [
            Color32::from_rgb(0x6c, 0xc8, 0xff),
            Color32::from_rgb(0xff, 0xb7, 0x1a),
            Color32::from_rgb(0x4f, 0xe0, 0xae),
            Color32::from_rgb(0xff, 0xb0, 0xdc),
        ],
        ..Self::DARK
    };
    const LIGHT: Self = Self {
        court: Color32::from_rgb(0xf4, 0xf1, 0xe8),
        line: Color32::from_rgb(0xcb, 0xc5, 0xb5),
        wall: Color32::from_rgb(0x4c, 0x4a, 0x44),
        text: Color32::from_rgb(0x2f, 0x2d, 0x28),
        ball: Color32::from_rgb(0x1b, 0x1b, 0x1b),
        anyone: Color32::from_rgb(0xa0, 0x1c, 0x3c),
        holds: Color32::from_rgb(0x00, 0x6b, 0x4f),
        violated: Color32::from_rgb(0xa0, 0x1c, 0x3c),
        panes: [
            Color32::from_rgb(0x00, 0x5f, 0x99),
            Color32::from_rgb(0x9a, 0x52, 0x00),
            Color32::from_rgb(0x00, 0x6b, 0x4f),
            Color32::from_rgb(0x8a, 0x3a, 0x6b),
        ],
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::MAX_PANES;

    /// Relative luminance by WCAG 2.2.
    fn luminance(color: Color32) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
    }

    fn contrast(color: Color32, background: Color32) -> f64 {
        let (a, b) = (luminance(color) + 0.05, luminance(background) + 0.05);
        a.max(b) / a.min(b)
    }

    /// Every palette with what is around it, and the contrast that all text has at least.
    fn surroundings() -> [(Palette, Visuals, f64); 3] {
        let all = [(Visuals::dark(), 4.5), (Visuals::light(), 4.5), (high_contrast(), 7.0)];
        all.map(|(visuals, least)| (Palette::of(&visuals), visuals, least))
    }

    fn assert_readable(color: Color32, background: Color32, least: f64) {
        let contrast = contrast(color, background);
        assert!(contrast >= least, "{color:?} on {background:?}: {contrast:.2}");
    }

    #[test]
    fn light_dark_and_high_contrast_have_palettes_of_their_own() {
        let courts = surroundings().map(|(palette, ..)| palette.court);
        assert_eq!(courts, [Palette::DARK.court, Palette::LIGHT.court, Palette::CONTRAST.court]);
    }

    #[test]
    fn neither_neighbours_nor_the_outer_panes_of_any_court_have_one_colour() {
        for (palette, ..) in surroundings() {
            for last in 1..MAX_PANES {
                let color = |pane| palette.pane(PaneId(pane));
                assert_ne!(color(0), color(last), "the ends of {} panes", last + 1);
                assert_ne!(color(last - 1), color(last), "neighbours");
            }
        }
    }

    #[test]
    fn whatever_is_read_beside_the_court_has_a_contrast_of_at_least_4_5_too() {
        for (palette, visuals, least) in surroundings() {
            let faint = visuals.faint_bg_color.blend(visuals.panel_fill);
            for background in [visuals.panel_fill, faint, visuals.window_fill] {
                let texts = [palette.text, visuals.text_color(), super::faint(&visuals)];
                let seen = palette.panes.into_iter().chain(texts);
                seen.for_each(|color| assert_readable(color, background, least));
            }
        }
    }

    #[test]
    fn whatever_can_be_pressed_has_a_contrast_of_at_least_4_5() {
        for (_, visuals, least) in surroundings() {
            let widgets = &visuals.widgets;
            for widget in [&widgets.inactive, &widgets.hovered, &widgets.active, &widgets.open] {
                assert_readable(widget.text_color(), widget.weak_bg_fill, least);
                // The dot of a recording.
                assert_readable(Palette::of(&visuals).violated, widget.weak_bg_fill, 3.0);
                // Beside a checkbox or a radio button.
                assert_readable(widget.text_color(), visuals.panel_fill, least);
            }
            assert_readable(visuals.selection.stroke.color, visuals.selection.bg_fill, least);
        }
    }

    #[test]
    fn what_can_be_ticked_has_a_line_with_a_contrast_of_at_least_3() {
        for (_, visuals, _) in surroundings() {
            let line = visuals.widgets.inactive.bg_stroke;
            let line = if line.is_empty() { OUTLINE } else { line.color };
            assert_readable(line, visuals.panel_fill, 3.0);
        }
    }

    #[test]
    fn whatever_must_be_seen_on_the_court_has_a_contrast_of_at_least_4_5() {
        for (palette, _, least) in surroundings() {
            let seen =
                [palette.text, palette.ball, palette.wall, palette.anyone, palette.holds, palette.violated];
            let seen = seen.into_iter().chain(palette.panes);
            seen.for_each(|color| assert_readable(color, palette.court, least));
        }
    }
}
