//! The steps of a task: in a wide window text is on the left, and on the right what happens.

use egui::{Id, RichText, ScrollArea, Ui};

use super::answer::AnswerUi;
use super::court::{Looking, action_ui};
use super::outcome::{done_ui, end_ui, explanation_ui, heading_ui, judgement_ui, observation_ui};
use super::pace::Pace;
use super::text::{QUESTION, plain, text_ui};
use crate::lab::exercise::{Question, Slot};
use crate::lab::front::{CHOOSE_AGAIN, Scene, Step, View};
use crate::ui::theme::Palette;
use crate::ui::widgets::scroll_by_keys;

/// From this width on there are two columns, in points.
const WIDE_FROM: f32 = 820.0;
/// Lines of text are no longer than this, in points.
const LONGEST_LINE: f32 = 700.0;
/// Between the columns, in points.
const GAP: f32 = 24.0;
/// What is beyond the edge by less is rounding, in points.
const ROUNDED: f32 = 2.0;

/// What is shown.
pub(super) struct Page<'a> {
    pub(super) view: &'a View,
    /// The step that is shown: it may be an earlier one than that of the scene.
    pub(super) step: Step,
    pub(super) pace: &'a Pace,
    pub(super) looking: &'a mut Looking,
    pub(super) asked: Option<(&'a (Slot, Question), &'a mut AnswerUi)>,
    /// Controls that leave Enter to the button.
    pub(super) without_enter: Vec<Id>,
}

/// A part of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Story,
    Done,
    Action,
    Observation,
    Question,
    Judgement,
    Explanation,
    End,
}

/// What stands where in this step: on the left, on the right, and in a window that is too narrow for both. A choice that is made
/// again has something before it that has happened.
fn parts(step: Step, again: bool) -> [&'static [Part]; 3] {
    use Part::{Action, Done, End, Explanation, Judgement, Observation, Question, Story};
    match step {
        Step::Predict => [&[Story], &[Question], &[Story, Question]],
        Step::Choose if again => {
            [&[Observation, Done, Story], &[Question, Action], &[Question, Observation, Done, Action, Story]]
        }
        Step::Choose => [&[Story, Done], &[Question], &[Story, Done, Question]],
        // What happens is what there is to see while it happens.
        Step::Act => [&[Story, Done], &[Action], &[Action, Story, Done]],
        Step::Conclude => {
            // However many facts there are, what is asked about them is in sight.
            [&[Question, Observation, Done, Story], &[Action], &[Question, Observation, Done, Story, Action]]
        }
        Step::Explain => [
            &[Judgement, Observation, Explanation],
            &[Action],
            &[Judgement, Observation, Explanation, Action],
        ],
        Step::End => [&[End], &[], &[End]],
    }
}

/// Shows the page. Returns whether it has more than fits.
pub(super) fn page_ui(ui: &mut Ui, page: &mut Page<'_>) -> bool {
    let Some(scene) = &page.view.scene else { return false };
    let [left, right, narrow] = parts(page.step, !page.view.moments.is_empty());
    let has_nothing = right == [Part::Action] && page.pace.shown() == 0;
    let right = if has_nothing { &[][..] } else { right };
    ui.visuals_mut().override_text_color = Some(Palette::of(ui.visuals()).text);
    let (width, height) = (ui.available_width(), ui.available_height());
    if right.is_empty() || width < WIDE_FROM {
        return column_ui(ui, "lab page", scene, page, narrow, [width, height], true);
    }
    let half = (width - GAP) / 2.0;
    ui.horizontal_top(|ui| {
        let one = column_ui(ui, "lab text", scene, page, left, [half, height], true);
        ui.add_space(GAP - ui.spacing().item_spacing.x);
        let other = column_ui(ui, "lab action", scene, page, right, [half, height], false);
        one || other
    })
    .inner
}

/// These parts below each other. Returns whether they have more than fits.
fn column_ui(
    ui: &mut Ui,
    name: &str,
    scene: &Scene,
    page: &mut Page<'_>,
    parts: &[Part],
    [width, height]: [f32; 2],
    has_keys: bool,
) -> bool {
    ui.allocate_ui(egui::vec2(width, height), |ui| {
        ui.set_width(width);
        // Each step begins at its top.
        let id = (name, scene.task, page.step as u8);
        let area = ScrollArea::vertical().id_salt(id).auto_shrink(false).max_height(height);
        let shown = area.show(ui, |ui| {
            if has_keys {
                scroll_by_keys(ui, height);
            }
            ui.vertical(|ui| {
                ui.set_max_width(ui.available_width().min(LONGEST_LINE));
                parts.iter().for_each(|part| part_ui(ui, scene, page, *part));
            });
        });
        shown.content_size.y > shown.inner_rect.height() + ROUNDED
    })
    .inner
}

fn part_ui(ui: &mut Ui, scene: &Scene, page: &mut Page<'_>, part: Part) {
    match part {
        Part::Story => {
            if !page.view.moments.is_empty() && page.step != Step::Act {
                heading_ui(ui, "The task");
            }
            story_ui(ui, scene, page.step);
        }
        Part::Done => done_ui(ui, &scene.done),
        Part::Action => {
            action_ui(ui, page.view, page.pace, page.looking, page.step != Step::Act);
        }
        Part::Observation => observation_ui(ui, &scene.observation),
        Part::Question => question_ui(ui, page),
        Part::Judgement => {
            scene.judgement.iter().for_each(|judgement| judgement_ui(ui, scene, judgement));
        }
        Part::Explanation => explanation_ui(ui, scene),
        Part::End => end_ui(ui, scene),
    }
}

fn story_ui(ui: &mut Ui, scene: &Scene, step: Step) {
    if step == Step::Predict && scene.task == 1 {
        text_ui(ui, &format!("About {} minutes. {}", scene.minutes, scene.aim), RichText::italics);
        ui.add_space(6.0);
    }
    for paragraph in scene.story.lines() {
        text_ui(ui, paragraph, plain);
        ui.add_space(4.0);
    }
}

fn question_ui(ui: &mut Ui, page: &mut Page<'_>) {
    let Some(((slot, question), answer)) = &mut page.asked else { return };
    if *slot == Slot::Choice && !page.view.moments.is_empty() {
        text_ui(ui, CHOOSE_AGAIN, RichText::strong);
    }
    heading_ui(ui, &format!("Your {slot}"));
    text_ui(ui, &question.text, |text| text.strong().size(QUESTION));
    ui.add_space(4.0);
    page.without_enter = answer.ui(ui, question);
}
