//! The controls of a question, of every kind.

use egui::{Id, Key, RadioButton, Role, Ui};

use super::number::NumberUi;
use super::order::{OrderUi, digit};
use super::presses::presses;
use super::steps::StepsUi;
use super::text::{plain, with_code, without_ticks};
use crate::lab::exercise::{Answer, Kind, Question};
use crate::ui::widgets::{keep_in_sight, named_choice, outlined};

/// What the student has chosen so far.
#[derive(Debug)]
pub(super) enum AnswerUi {
    Choice(Option<usize>),
    Number(NumberUi),
    Order(OrderUi),
    Steps(StepsUi),
}

impl AnswerUi {
    /// Of a question that nobody has answered.
    pub(super) fn new(kind: &Kind) -> Self {
        match kind {
            Kind::Choice(_) => Self::Choice(None),
            Kind::Number { .. } => Self::Number(NumberUi::default()),
            Kind::Order(of) => Self::Order(OrderUi::new(of.len())),
            Kind::Steps(_) => Self::Steps(StepsUi::default()),
        }
    }

    /// The answer, if it fits.
    pub(super) fn answer(&self, question: &Question) -> Option<Answer> {
        let answer = match self {
            Self::Choice(chosen) => Answer::Choice((*chosen)?),
            Self::Number(number) => Answer::Number(number.number()?),
            Self::Order(order) => Answer::Order(order.order().to_vec()),
            Self::Steps(steps) if steps.order().is_empty() => return None,
            Self::Steps(steps) => Answer::Order(steps.order().to_vec()),
        };
        question.fault(&answer).is_none().then_some(answer)
    }

    /// What can be done, in one line.
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Self::Choice(_) => "Choose with the mouse, the digits, or Up and Down",
            Self::Number(_) => "Type a number, or use the slider, or Up and Down",
            Self::Order(_) => "Drag, or select with Up and Down and move with Shift Up and Shift Down",
            Self::Steps(_) => "A process's digit or first letter does its next step, Backspace takes it back",
        }
    }

    /// The keys of this kind of question.
    pub(super) fn keys(&mut self, ui: &Ui, question: &Question) {
        match (self, &question.kind) {
            (Self::Choice(chosen), Kind::Choice(of)) => choice_keys(ui, chosen, of.len()),
            (Self::Number(number), Kind::Number { from, to, .. }) => number.keys(ui, *from, *to),
            (Self::Order(order), _) => order.keys(ui),
            (Self::Steps(steps), Kind::Steps(of)) => steps.keys(ui, of),
            _ => {}
        }
    }

    /// The controls. Returns those that Enter is not for: it is the button's then.
    pub(super) fn ui(&mut self, ui: &mut Ui, question: &Question) -> Vec<Id> {
        match (self, &question.kind) {
            (Self::Choice(chosen), Kind::Choice(of)) => choice_ui(ui, chosen, of),
            (Self::Number(number), Kind::Number { unit, from, to }) => {
                number.ui(ui, &question.text, unit, (*from, *to))
            }
            (Self::Order(order), Kind::Order(of)) => order.ui(ui, of),
            (Self::Steps(steps), Kind::Steps(of)) => steps.ui(ui, of),
            _ => Vec::new(),
        }
    }
}

fn choice_keys(ui: &Ui, chosen: &mut Option<usize>, count: usize) {
    if let Some(index) = digit(ui).filter(|index| *index < count) {
        *chosen = Some(index);
    }
    for (key, _) in presses(ui, &[Key::ArrowUp, Key::ArrowDown]) {
        let down = key == Key::ArrowDown;
        let count = count.max(1);
        *chosen = Some(match *chosen {
            None if down => 0,
            None => count - 1,
            Some(index) if down => (index + 1) % count,
            Some(index) => (index + count - 1) % count,
        });
    }
}

fn choice_ui(ui: &mut Ui, chosen: &mut Option<usize>, of: &[String]) -> Vec<Id> {
    let mut ids = Vec::new();
    for (index, item) in of.iter().enumerate() {
        let is_chosen = *chosen == Some(index);
        let text = format!("{}  {item}", index + 1);
        let shown = with_code(ui, &text, plain);
        let radio = outlined(ui, |ui| {
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Wrap);
            ui.add(RadioButton::new(is_chosen, shown))
        });
        let radio = named_choice(radio, Role::RadioButton, is_chosen, &without_ticks(&text));
        keep_in_sight(&radio);
        if radio.clicked() {
            *chosen = Some(index);
        }
        ids.push(radio.id);
    }
    ids
}
