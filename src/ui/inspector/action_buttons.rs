//! The buttons that do something to the process of a pane, and the box that asks first.

use egui::{Id, Modal, Response, Role, ScrollArea, Ui, WidgetInfo};

use crate::inspector::Wanted;
use crate::inspector::processes::{ProcessInfo, Processes};
use crate::protocol::Action;
use crate::ui::theme::{BUTTON_HEIGHT, box_size};
use crate::ui::widgets::{button, column_ui, keep_in_sight};

/// Width of a pane's name before its buttons, in points.
const NAME_WIDTH: f32 = 90.0;
const GAP: f32 = 8.0;

/// How a question was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Do,
    Leave,
}

/// A button that the user points at, or that has the focus, or has pressed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Touched {
    pub(super) wanted: Wanted,
    pub(super) button: Id,
}

/// What the user does with the buttons in this frame.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Touch {
    pub(super) pressed: Option<Touched>,
    pub(super) hovered: Option<Touched>,
    pub(super) focused: Option<Touched>,
}

/// The buttons: a row for each pane.
pub(super) fn actions_ui(ui: &mut Ui, processes: &Processes) -> Touch {
    let mut touch = Touch::default();
    for process in &processes.all {
        let Some(pane) = process.role.pane() else { continue };
        ui.horizontal_wrapped(|ui| {
            column_ui(ui, NAME_WIDTH, BUTTON_HEIGHT, &process.name);
            for action in Action::ALL {
                let response = action_ui(ui, process, action);
                let touched = Some(Touched { wanted: (pane, action), button: response.id });
                touch = Touch {
                    pressed: touched.filter(|_| response.clicked()).or(touch.pressed),
                    hovered: touched.filter(|_| response.hovered()).or(touch.hovered),
                    focused: touched.filter(|_| response.has_focus()).or(touch.focused),
                };
            }
        });
    }
    touch
}

/// What it would do is shown below the buttons, where a hint would only cover it.
fn action_ui(ui: &mut Ui, process: &ProcessInfo, action: Action) -> Response {
    let is_alive = process.state.is_alive();
    let response = ui.add_enabled(is_alive, button(action.name()));
    keep_in_sight(&response);
    let name = action.done_to(&process.name_with_article());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, is_alive, &name));
    response.on_disabled_hover_text("There is no process now.")
}

/// Asks before something dangerous is done, of which that is expected; None while there is no answer.
pub(super) fn decision_ui(ui: &Ui, what: &str, expectation: &str, is_new: bool) -> Option<Decision> {
    let modal = Modal::new(Id::unique("dangerous action")).show(ui.ctx(), |ui| {
        let [width, height] = box_size(ui.ctx(), 340.0);
        ui.set_max_width(width);
        ui.heading(format!("{what}?"));
        ui.add_space(GAP);
        // What does not fit is scrolled; the buttons are always there.
        ScrollArea::vertical().max_height(height - 2.0 * GAP).show(ui, |ui| {
            ui.label(expectation);
            ui.label("You are asked this once; after an OK, every such button acts at once.");
        });
        ui.add_space(GAP);
        ui.horizontal(|ui| {
            let (ok, cancel) = (ui.button("OK"), ui.button("Cancel"));
            if is_new {
                ok.request_focus();
            }
            let leave = cancel.clicked().then_some(Decision::Leave);
            ok.clicked().then_some(Decision::Do).or(leave)
        })
        .inner
    });
    modal.inner.or_else(|| modal.should_close().then_some(Decision::Leave))
}
