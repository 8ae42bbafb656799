//! What a screen reader reads of a lab without being asked: each step, what happens, and how the answers were.

use egui::accesskit::Live;
use egui::{Role, Sense, Ui};

use super::text::without_ticks;
use crate::lab::front::{CHOOSE_AGAIN, Scene, Step, View};
use crate::ui::widgets::named;

/// What was announced, and how it was then.
#[derive(Debug, Default)]
pub(super) struct Announcer {
    said: String,
    before: Option<(usize, Step, usize)>,
}

impl Announcer {
    /// The live node. To be called in every frame, with the step and the number of moments that are shown.
    pub(super) fn ui(&mut self, ui: &Ui, view: &View, step: Step, shown: usize) {
        self.follow(view, step, shown);
        let status = ui.interact(ui.max_rect(), ui.scope_id().with("lab status"), Sense::hover());
        let status = named(status, Role::Status, &self.said);
        let live = if ui.input(|input| input.focused) { Live::Polite } else { Live::Off };
        ui.ctx().accesskit_node_builder(status.id, |node| node.set_live(live));
    }

    fn follow(&mut self, view: &View, step: Step, shown: usize) {
        let Some(scene) = &view.scene else { return };
        let shown = if step == Step::Act { shown } else { 0 };
        let now = (scene.task, step, shown);
        if self.before.replace(now) != Some(now) {
            let text = without_ticks(&words(scene, view, step, shown));
            let is_repeated = text == self.said;
            self.said = text;
            // The same text again is a change as well.
            if is_repeated {
                self.said.push(' ');
            }
        }
    }
}

fn words(scene: &Scene, view: &View, step: Step, shown: usize) -> String {
    let task = format!("Task {} of {}.", scene.task, scene.tasks);
    match step {
        Step::Predict => format!("{task} {} Your prediction.", scene.story),
        Step::Choose if view.moments.is_empty() => format!("{task} What is to be done."),
        Step::Choose => CHOOSE_AGAIN.to_owned(),
        Step::Act => match shown.checked_sub(1).and_then(|last| view.moments.get(last)) {
            Some(moment) => format!("{}.", moment.text),
            None => "It happens.".to_owned(),
        },
        Step::Conclude => format!("{task} It has happened. Your conclusion."),
        Step::Explain => {
            let judgement = scene.judgement.as_ref();
            let verdict = |slot| judgement.is_some_and(|judgement| judgement.right.contains(slot));
            let verdicts = scene.done.iter().map(|done| {
                format!(" Your {} was {}.", done.slot, if verdict(&done.slot) { "right" } else { "wrong" })
            });
            let truth = judgement.map_or("", |judgement| judgement.truth.as_str());
            format!("{truth}{}", verdicts.collect::<String>())
        }
        Step::End => format!("The lab is done. {} of {} points.", scene.points, scene.of),
    }
}
