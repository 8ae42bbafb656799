//! The paddle by mouse and by screen reader: a slider whose handle is the paddle, and the court, which can be dragged.

use egui::{Color32, Id, Rect, Response, Slider, Stroke, Ui, UiBuilder, WidgetInfo, vec2};

use super::court_view::CourtView;
use crate::game::{Control, Court, HEIGHT, PADDLE_HALF_HEIGHT, Paddle};
use crate::protocol::snapshot::PaneView;

/// While an autopilot plays, windows report moves to screen readers in steps of this, in court units: they read each change of what has the
/// focus, and an autopilot moves it in every frame.
const READ_STEP: f64 = 0.5;

/// The rail of the slider is the line on which the paddle moves, as high as the court. `keys` move the paddle too. Returns what has
/// the focus of the keyboard, and where the paddle is wanted.
pub(super) fn paddle_slider_ui(
    ui: &mut Ui,
    court: &Court,
    view: &CourtView,
    PaneView { paddle, control, .. }: PaneView,
    keys: &str,
) -> (Id, Option<Paddle>) {
    let line = view.screen_from_court(court.paddle_x(view.pane), HEIGHT / 2.0);
    let thickness = ui.spacing().interact_size.y;
    let rect = Rect::from_center_size(line, vec2(thickness, view.rect.height()));
    let mut height = HEIGHT - paddle.y;
    let response = ui
        .scope_builder(UiBuilder::new().max_rect(rect), |ui| {
            ui.spacing_mut().slider_width = rect.height();
            // It is not seen: the court has a rail, and the handle is the paddle.
            let widgets = &mut ui.visuals_mut().widgets;
            for widget in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
                (widget.bg_fill, widget.fg_stroke) = (Color32::TRANSPARENT, Stroke::NONE);
            }
            // The handle is as high as the paddle, so that its centre is the paddle's centre all the way.
            let aspect_ratio = view.length(PADDLE_HALF_HEIGHT) / (thickness / 2.5);
            let slider = Slider::new(&mut height, Paddle::RANGE).vertical().show_value(false);
            ui.add(slider.handle_shape(egui::style::HandleShape::Rect { aspect_ratio }).trailing_fill(false))
        })
        .inner;
    let name = format!("Paddle of {}", court.pane_name(view.pane));
    let is_autopilot = control == Control::Autopilot && !response.changed();
    let read = if is_autopilot { (height / READ_STEP).round() * READ_STEP } else { height };
    response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), read, &name));
    let description = format!("{keys} move it; Space pauses");
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_description(description));
    (response.id, response.changed().then(|| Paddle::at(HEIGHT - height)))
}

/// The court is dragged: the paddle goes where the pointer is.
pub(super) fn drag(court: &Response, view: &CourtView) -> Option<Paddle> {
    let at = court.interact_pointer_pos().filter(|_| court.dragged())?;
    Some(Paddle::at(view.court_from_screen(at.y - view.rect.top())))
}
