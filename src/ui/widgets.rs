//! Controls, and what they have in common.

use egui::text::LayoutJob;
use egui::{
    Button, Color32, Context, EventFilter, Key, Label, Response, RichText, Role, Stroke, TextFormat,
    TextStyle, Ui, WidgetInfo, accesskit_root_id, vec2,
};

use super::theme::{BUTTON_HEIGHT, OUTLINE};

/// A button as high as a row of controls.
pub(super) fn button(text: &str) -> Button<'_> {
    Button::new(text).min_size(vec2(0.0, BUTTON_HEIGHT))
}

/// Adds a button that screen readers call by this name.
pub(super) fn button_ui(ui: &mut Ui, button: Button<'_>, name: &str, hint: &str) -> Response {
    named(ui.add(button), Role::Button, name).on_hover_text(hint)
}

/// What screen readers call it.
pub(super) fn named(response: Response, role: Role, name: &str) -> Response {
    response.widget_info(|| WidgetInfo::labeled(role, true, name));
    response
}

/// What screen readers call the window. To be called in every frame.
pub(super) fn name_frame(ctx: &Context, name: &str) {
    ctx.accesskit_node_builder(accesskit_root_id(), |node| node.set_label(name));
}

/// The same for what is chosen or not.
pub(super) fn named_choice(response: Response, role: Role, is_chosen: bool, name: &str) -> Response {
    response.widget_info(|| WidgetInfo::selected(role, true, is_chosen, name));
    response
}

/// A radio button. True if the user chooses it.
pub(super) fn radio_ui(ui: &mut Ui, is_chosen: bool, text: &str, name: &str, hint: &str) -> bool {
    let response = outlined(ui, |ui| ui.radio(is_chosen, text));
    let response = named_choice(response, Role::RadioButton, is_chosen, name);
    keep_in_sight(&response);
    response.on_hover_text(hint).clicked() && !is_chosen
}

/// A button that shows whether it is chosen. True if it was clicked.
pub(super) fn selectable_ui(
    ui: &mut Ui,
    is_chosen: bool,
    text: RichText,
    role: Role,
    name: &str,
    hint: &str,
) -> bool {
    let button = Button::selectable(is_chosen, text).frame_when_inactive(true);
    let response = ui.add(button.min_size(vec2(0.0, BUTTON_HEIGHT)));
    keep_in_sight(&response);
    named_choice(response, role, is_chosen, name).on_hover_text(hint).clicked()
}

/// One of several such buttons, of which one is chosen: known by more than its colour.
pub(super) fn one_of_ui(ui: &mut Ui, is_chosen: bool, text: &str, name: &str, hint: &str) -> bool {
    let text = RichText::new(text);
    let text = if is_chosen { text.strong().underline() } else { text };
    selectable_ui(ui, is_chosen, text, Role::RadioButton, name, hint)
}

/// A checkbox, with a hint if there is one. Returns what it becomes, if the user changes it.
pub(super) fn checkbox_ui(ui: &mut Ui, mut is_on: bool, text: &str, hint: &str) -> Option<bool> {
    let mut response = outlined(ui, |ui| ui.checkbox(&mut is_on, text));
    if !hint.is_empty() {
        response = response.on_hover_text(hint);
    }
    response.changed().then_some(is_on)
}

/// A text in a column of this width, in points, before what it is about.
pub(super) fn column_ui(ui: &mut Ui, width: f32, height: f32, text: impl Into<RichText>) {
    ui.allocate_ui(vec2(width, height), |ui| {
        ui.set_min_width(width);
        ui.label(text.into());
    });
}

/// A name and its value, which stay together: as a whole they are wrapped into the next line.
pub(super) fn pair_ui(ui: &mut Ui, name: &str, value: &str) -> Response {
    let font = TextStyle::Body.resolve(ui.style());
    let (text, strong) = (ui.visuals().text_color(), ui.visuals().strong_text_color());
    let mut job = LayoutJob::single_section(format!("{name} "), TextFormat::simple(font.clone(), text));
    job.append(value, 0.0, TextFormat::simple(font, strong));
    ui.add(Label::new(job).extend())
}

/// Width of a line of text, in points.
pub(super) fn width_of(ui: &Ui, text: &str) -> f32 {
    let font = TextStyle::Body.resolve(ui.style());
    ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER).size().x
}

/// Adds a checkbox or a radio button with a line around what is to be ticked, which hardly differs from the panel.
pub(super) fn outlined<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
    let before = ui.visuals().widgets.inactive.bg_stroke;
    // High contrast has its own lines.
    if before.is_empty() {
        ui.visuals_mut().widgets.inactive.bg_stroke = Stroke::new(1.0, OUTLINE);
    }
    let added = add(ui);
    ui.visuals_mut().widgets.inactive.bg_stroke = before;
    added
}

/// Page up and page down scroll what does not fit.
pub(super) fn scroll_by_keys(ui: &Ui, page: f32) {
    let pressed = |key| ui.input(|input| input.key_pressed(key));
    let pages = f32::from(u8::from(pressed(Key::PageUp))) - f32::from(u8::from(pressed(Key::PageDown)));
    if pages != 0.0 {
        ui.scroll_with_delta(vec2(0.0, pages * page));
    }
}

/// Scrolls to what has just got the focus, so that Tab shows where it is.
pub(super) fn keep_in_sight(response: &Response) {
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
}

/// Some arrow keys have another use than to move the focus from what has it; Tab goes from control to control.
pub(super) fn keep_arrows(ui: &Ui, horizontal_arrows: bool) {
    ui.memory_mut(|memory| {
        if let Some(focused) = memory.focused() {
            let filter = EventFilter { vertical_arrows: true, horizontal_arrows, ..EventFilter::default() };
            memory.set_focus_lock_filter(focused, filter);
        }
    });
}
