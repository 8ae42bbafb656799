//! What is around the steps of a lab: title, keys, the one button that goes on, help, and the question before the end.

use std::time::Duration;

use egui::{Align, CentralPanel, Context, Id, Key, Label, Layout, Panel, RichText, Role, TextStyle, Ui};

use super::announcer::Announcer;
use super::answer::AnswerUi;
use super::court::Looking;
use super::pace::Pace;
use super::page::{Page, page_ui};
use super::presses::take;
use super::text::{BODY, QUESTION, TITLE};
use crate::lab::exercise::Slot;
use crate::lab::front::{Asked, FromWindow, Look, Scene, Step, View};
use crate::protocol::{Colors, GameSettings, Zoom};
use crate::ui::appearance::{Appearance, mark_focus};
use crate::ui::boxes::{end_box_ui, help_is_asked_for, lab_help_ui};
use crate::ui::keys::wanted_zoom;
use crate::ui::widgets::{button, button_ui, keep_arrows, named, selectable_ui};

/// An Enter that comes so soon after a question was for what came before it, in seconds.
const TOO_SOON_SECS: f64 = 0.25;
/// Sizes for a projector, the largest first, in percent.
const PROJECTOR_ZOOMS: [f64; 6] = [2.0, 1.8, 1.6, 1.5, 1.4, LEAST_ON_A_PROJECTOR];
/// What has no room at this size is scrolled: smaller, nobody could read it from the last row.
const LEAST_ON_A_PROJECTOR: f64 = 1.3;
/// On a projector the window is at least so wide, in points.
const NARROWEST: f32 = 600.0;

/// What the button does that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Primary {
    /// Nothing yet: it happens.
    Waits,
    /// Shows the rest of what has happened.
    Skips,
    /// Sends the answer, if there is one.
    Answers(Slot, bool),
    Proceeds,
    Closes,
}

/// What the window itself remembers.
#[derive(Debug)]
pub struct LabUi {
    look: Look,
    appearance: Appearance,
    pace: Pace,
    looking: Looking,
    announcer: Announcer,
    /// The question with this number, since when it is shown, and what was chosen.
    answer: Option<(u32, f64, AnswerUi)>,
    /// The number of what was answered already.
    answered: Option<u32>,
    /// Controls that leave Enter to the button, as they were in the last frame.
    without_enter: Vec<Id>,
    /// The step that was shown last.
    step: Option<(usize, Step)>,
    help_is_open: bool,
    asks_for_end: bool,
}

impl LabUi {
    /// A window that looks like this at first.
    pub fn new(look: Look) -> Self {
        Self {
            look,
            appearance: Appearance::default(),
            pace: Pace::default(),
            looking: Looking::default(),
            announcer: Announcer::default(),
            answer: None,
            answered: None,
            without_enter: Vec::new(),
            step: None,
            help_is_open: false,
            asks_for_end: false,
        }
    }

    /// Shows it. Returns what the student has said.
    pub fn ui(&mut self, ui: &mut Ui, view: &View) -> Vec<FromWindow> {
        self.appearance.follow(ui.ctx(), &self.look.settings);
        enlarge_texts(ui);
        let Some(scene) = &view.scene else {
            CentralPanel::default().show(ui, |ui| ui.label("The lab begins."));
            return Vec::new();
        };
        let now = ui.input(|input| input.time);
        let due = self.pace.follow(now, view, self.look.settings.reduced_motion);
        due.into_iter().for_each(|due| ui.ctx().request_repaint_after(due));
        // What comes after the action is shown when all of it was.
        let step = if due.is_some() { Step::Act } else { scene.step };
        let asked = view.asked.as_ref().filter(|asked| due.is_none() && self.answered != Some(asked.number));
        self.begin(ui, scene, step, asked, now);
        let boxes_were_open = [self.help_is_open, self.asks_for_end];
        let primary = self.primary(step, due, asked);
        let mut goes_on = false;
        if boxes_were_open == [false; 2] {
            goes_on = self.keys(ui, view, asked, primary, now);
        }
        self.announcer.ui(ui, view, step, self.pace.shown());
        Panel::top("lab title").show(ui, |ui| self.title_ui(ui, scene));
        // As it is after the keys.
        let primary = self.primary(step, due, asked);
        goes_on |= Panel::bottom("lab bar").show(ui, |ui| self.bar_ui(ui, primary)).inner;
        let overflows = CentralPanel::default().show(ui, |ui| self.page_ui(ui, view, step, asked)).inner;
        self.fit_a_projector(ui.ctx(), overflows);
        let mut said = Vec::new();
        if goes_on {
            said.extend(self.go_on(ui.ctx(), primary, asked));
        }
        said.extend(self.boxes_ui(ui.ctx(), boxes_were_open));
        mark_focus(ui.ctx());
        said
    }

    /// Forgets what was of another step.
    fn begin(&mut self, ui: &Ui, scene: &Scene, step: Step, asked: Option<&Asked>, now: f64) {
        let at = (scene.task, step);
        let before = self.step.replace(at);
        if before != Some(at) {
            self.looking.forget();
        }
        // As large as the next page has room for, after those that had less.
        let turns = matches!(step, Step::Explain | Step::End);
        let is_next = before.is_none_or(|(task, before)| task != scene.task || before != step && turns);
        if is_next && self.look.presents && !self.look.is_zoomed {
            self.set_zoom(largest(ui.ctx()));
        }
        if let Some(Asked { number, question: Some((_, question)) }) = asked
            && self.answer.as_ref().is_none_or(|(other, ..)| other != number)
        {
            self.answer = Some((*number, now, AnswerUi::new(&question.kind)));
        }
    }

    fn primary(&self, step: Step, due: Option<Duration>, asked: Option<&Asked>) -> Primary {
        match asked {
            _ if due.is_some() => Primary::Skips,
            None => Primary::Waits,
            Some(Asked { question: None, .. }) if step == Step::End => Primary::Closes,
            Some(Asked { question: None, .. }) => Primary::Proceeds,
            Some(Asked { question: Some((slot, question)), .. }) => {
                let answer = self.answer.as_ref().and_then(|(_, _, answer)| answer.answer(question));
                Primary::Answers(*slot, answer.is_some())
            }
        }
    }

    /// The keys. Whether Enter, or Space where nothing is asked, has pressed the button.
    fn keys(&mut self, ui: &Ui, view: &View, asked: Option<&Asked>, primary: Primary, now: f64) -> bool {
        if help_is_asked_for(ui.ctx()) {
            self.help_is_open = true;
            ui.ctx().request_repaint();
        }
        if ui.input(|input| input.key_pressed(Key::Escape)) {
            self.asks_for_end = true;
            ui.ctx().request_repaint();
        }
        if let Some(Asked { question: Some((_, question)), .. }) = asked
            && let Some((_, _, answer)) = &mut self.answer
        {
            keep_arrows(ui, matches!(answer, AnswerUi::Number(_)));
            answer.keys(ui, question);
        } else {
            keep_arrows(ui, true);
        }
        if primary != Primary::Skips && !matches!(self.answer, Some((_, _, AnswerUi::Number(_)))) {
            self.looking.keys(ui, view.moments.len());
        }
        let focused = ui.memory(|memory| memory.focused());
        let is_free = focused.is_none_or(|focused| self.without_enter.contains(&focused));
        if !is_free {
            return false;
        }
        let enter = take(ui, Key::Enter);
        let space = !matches!(primary, Primary::Answers(..)) && focused.is_none() && take(ui, Key::Space);
        let is_too_soon = self.answer.as_ref().is_some_and(|(number, since, _)| {
            asked.is_some_and(|asked| asked.number == *number) && now - since < TOO_SOON_SECS
        });
        (enter || space) && !is_too_soon
    }

    fn title_ui(&mut self, ui: &mut Ui, scene: &Scene) {
        ui.add_space(4.0);
        ui.horizontal_wrapped(|ui| {
            ui.add(Label::new(RichText::new(&scene.title).strong().size(TITLE)).wrap());
            ui.separator();
            let task = scene.task.max(1);
            ui.label(RichText::new(format!("Task {task} of {}", scene.tasks)).strong());
            ui.label(format!("{} of {} points", scene.points, scene.of));
            ui.separator();
            self.looks_ui(ui);
            if button_ui(ui, button("?"), "Help", "What the keys do (F1)").clicked() {
                self.help_is_open = true;
                ui.ctx().request_repaint();
            }
        });
        ui.add_space(2.0);
    }

    /// Large, and light or dark.
    fn looks_ui(&mut self, ui: &mut Ui) {
        // What was fitted to the window is for a projector, however large that is.
        let zoom = self.look.settings.zoom;
        let is_fitted = self.look.presents && !self.look.is_zoomed;
        let is_large = is_fitted || zoom.is_for_projector();
        let hint = "Everything twice as large (F2). Ctrl + and Ctrl - choose any other size.";
        if selectable_ui(ui, is_large, "Projector".into(), Role::CheckBox, "Projector size", hint) {
            self.choose_zoom(if is_fitted { Zoom::NORMAL } else { zoom.toggled() });
        }
        let is_light = !ui.visuals().dark_mode;
        let hint = "Dark on light, for a bright place";
        if selectable_ui(ui, is_light, "Light".into(), Role::CheckBox, "Light colours", hint) {
            let colors = if is_light { Colors::Dark } else { Colors::Light };
            self.look.settings = GameSettings { colors, ..self.look.settings };
            ui.ctx().request_repaint();
        }
        if let Some(zoom) = wanted_zoom(ui, self.look.settings.zoom) {
            self.choose_zoom(zoom);
            ui.ctx().request_repaint();
        }
    }

    fn choose_zoom(&mut self, zoom: Zoom) {
        self.look.is_zoomed = true;
        self.set_zoom(zoom);
    }

    fn set_zoom(&mut self, zoom: Zoom) {
        self.look.settings = GameSettings { zoom, ..self.look.settings };
    }

    /// Whether the button is pressed that goes on.
    fn bar_ui(&mut self, ui: &mut Ui, primary: Primary) -> bool {
        ui.add_space(4.0);
        let (text, name, is_possible) = match primary {
            Primary::Waits => ("It happens ...", "It happens", false),
            Primary::Skips => ("Show all (Enter)", "Show all", true),
            Primary::Answers(slot, is_answered) => match slot {
                Slot::Prediction => ("Predict (Enter)", "Predict", is_answered),
                Slot::Choice => ("Do it (Enter)", "Do it", is_answered),
                Slot::Conclusion => ("Conclude (Enter)", "Conclude", is_answered),
            },
            Primary::Proceeds => ("Go on (Enter)", "Go on", true),
            Primary::Closes => ("Close (Enter)", "Close", true),
        };
        let hint = self.answer.as_ref().filter(|_| matches!(primary, Primary::Answers(..)));
        let hint = hint.map_or("", |(_, _, answer)| answer.hint());
        let pressed = ui.horizontal_wrapped(|ui| {
            let large = RichText::new(text).strong().size(QUESTION);
            let go_on = ui.add_enabled(is_possible, egui::Button::new(large));
            go_on.widget_info(|| egui::WidgetInfo::labeled(Role::Button, is_possible, name));
            if primary != Primary::Closes {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let end = ui.add(button("End the lab (Esc)"));
                    if named(end, Role::Button, "End the lab").clicked() {
                        self.asks_for_end = true;
                        ui.ctx().request_repaint();
                    }
                });
            }
            go_on
        });
        if !hint.is_empty() {
            ui.add(Label::new(hint).wrap());
        }
        ui.add_space(2.0);
        pressed.inner.clicked()
    }

    /// The step. Returns whether it has more than fits.
    fn page_ui(&mut self, ui: &mut Ui, view: &View, step: Step, asked: Option<&Asked>) -> bool {
        let answer =
            self.answer.as_mut().filter(|(number, ..)| asked.is_some_and(|asked| asked.number == *number));
        let question = asked.and_then(|asked| asked.question.as_ref());
        let mut page = Page {
            view,
            step,
            pace: &self.pace,
            looking: &mut self.looking,
            asked: question.zip(answer.map(|(_, _, answer)| answer)),
            without_enter: Vec::new(),
        };
        let overflows = page_ui(ui, &mut page);
        self.without_enter = page.without_enter;
        overflows
    }

    /// What the button says.
    fn go_on(&mut self, ctx: &Context, primary: Primary, asked: Option<&Asked>) -> Option<FromWindow> {
        ctx.request_repaint();
        let number = asked.map(|asked| asked.number);
        let said = match primary {
            Primary::Skips => {
                self.pace.skip();
                None
            }
            Primary::Answers(_, true) => {
                let question = asked.and_then(|asked| asked.question.as_ref());
                let answer = self.answer.as_ref().map(|(_, _, answer)| answer);
                let answer = question.zip(answer).and_then(|((_, question), answer)| answer.answer(question));
                number.zip(answer).map(|(number, answer)| FromWindow::Answer(number, answer))
            }
            Primary::Proceeds | Primary::Closes => number.map(FromWindow::Proceed),
            Primary::Waits | Primary::Answers(_, false) => None,
        };
        if said.is_some() {
            self.answered = number;
            ctx.memory_mut(|memory| memory.stop_text_input());
        }
        said
    }

    /// A box that opens in this frame is shown in the next: the key that opened it must not close it.
    fn boxes_ui(&mut self, ctx: &Context, [help_was_open, end_was_asked]: [bool; 2]) -> Option<FromWindow> {
        if help_was_open && lab_help_ui(ctx) {
            self.help_is_open = false;
        }
        let answer = end_was_asked.then(|| end_box_ui(ctx)).flatten()?;
        self.asks_for_end = false;
        answer.then_some(FromWindow::End)
    }

    /// On a projector everything is as large as the whole task has room for.
    fn fit_a_projector(&mut self, ctx: &Context, overflows: bool) {
        let is_fitted = self.look.presents && !self.look.is_zoomed;
        let now = f64::from(self.look.settings.zoom.factor());
        if is_fitted && overflows && (f64::from(ctx.zoom_factor()) - now).abs() < 0.01 {
            let smaller =
                PROJECTOR_ZOOMS.into_iter().find(|zoom| *zoom < now - 0.01).and_then(Zoom::of_factor);
            if let Some(smaller) = smaller {
                self.set_zoom(smaller);
                ctx.request_repaint();
            }
        }
    }
}

/// How large everything can be in this window at the most.
fn largest(ctx: &Context) -> Zoom {
    let pixels = ctx.content_rect().width() * ctx.zoom_factor();
    let fits = |zoom: &Zoom| pixels / zoom.factor() >= NARROWEST;
    let mut zooms = PROJECTOR_ZOOMS.into_iter().filter_map(Zoom::of_factor);
    zooms.find(fits).or_else(|| Zoom::of_factor(LEAST_ON_A_PROJECTOR)).unwrap_or_default()
}

/// The texts of a lab are read, not glanced at.
fn enlarge_texts(ui: &mut Ui) {
    for style in [TextStyle::Body, TextStyle::Button] {
        if let Some(font) = ui.style_mut().text_styles.get_mut(&style) {
            font.size = BODY;
        }
    }
}
