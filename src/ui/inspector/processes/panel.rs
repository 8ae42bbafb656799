//! The view of the processes: the table, the actions with what to expect of them, what came of the last one, and what is open.

use egui::{CollapsingHeader, Id, Label, ScrollArea, Ui};

use super::fds::fds_ui;
use super::table::Table;
use crate::game::PaneId;
use crate::inspector::processes::{COLUMNS, ProcessInfo, Processes};
use crate::inspector::{Confirmation, Consent, Happening, Wanted};
use crate::protocol::{Action, Supervision};
use crate::ui::inspector::action_buttons::{Decision, Touch, Touched, actions_ui, decision_ui};
use crate::ui::theme::Palette;
use crate::ui::widgets::keep_in_sight;

const GAP: f32 = 8.0;

/// What the view itself remembers; all else is in the model.
#[derive(Debug)]
pub struct ProcessesUi {
    consent: Consent,
    table: Table,
    selected: Option<PaneId>,
    /// The button that has opened the box, which is new in its first frame: it gets the focus back as soon as the box is gone.
    opened_by: Option<(Id, bool)>,
}

impl ProcessesUi {
    /// The view of a game that is supervised like this.
    pub fn new(supervision: Supervision) -> Self {
        Self { consent: Consent::new(supervision), table: Table::default(), selected: None, opened_by: None }
    }

    /// Shows the processes. Returns what the user wants done, and to the process of which pane. `aftermath` is what has happened
    /// since the last action.
    pub fn ui(&mut self, ui: &mut Ui, processes: &Processes, aftermath: &[Happening]) -> Option<Wanted> {
        let holder = processes.moment.holder;
        // A box that opens in this frame is shown in the next: the Enter that opened it must not answer it.
        let confirmation = self.consent.confirmation.clone();
        self.give_focus_back(ui);
        // The values are what is to be read, and not from near by: brighter than egui's text between controls.
        ui.visuals_mut().override_text_color = Some(Palette::of(ui.visuals()).text);
        let scroll = ScrollArea::vertical().auto_shrink(false);
        let touch = scroll.show(ui, |ui| {
            self.selected = self.table.ui(ui, processes, self.selected);
            ui.add_space(GAP);
            let touch = actions_ui(ui, processes);
            self.expectations_ui(ui, processes, holder, touch);
            aftermath_ui(ui, aftermath);
            ui.separator();
            processes.all.iter().for_each(|process| fds_ui(ui, process));
            columns_ui(ui);
            touch
        });
        match confirmation {
            Some(confirmation) => self.question_ui(ui, processes, &confirmation),
            None => touch.inner.pressed.and_then(|pressed| self.press(ui, pressed, holder)),
        }
    }

    /// The box still rules the focus in the frame after its last.
    fn give_focus_back(&mut self, ui: &Ui) {
        let is_free = ui.memory(|memory| memory.top_modal_layer().is_none());
        let has_answer = self.consent.confirmation.is_none();
        match self.opened_by.take_if(|_| is_free && has_answer) {
            Some((button, _)) => ui.memory_mut(|memory| memory.request_focus(button)),
            None if self.opened_by.is_some() && has_answer => ui.ctx().request_repaint(),
            None => {}
        }
    }

    fn press(&mut self, ui: &Ui, pressed: Touched, holder: Option<PaneId>) -> Option<Wanted> {
        let agreed = self.consent.want(pressed.wanted, holder).map(|agreed| agreed.wanted);
        if agreed.is_none() {
            self.opened_by = Some((pressed.button, true));
            ui.ctx().request_repaint();
        }
        agreed
    }

    /// The box that asks. What it asked about if the user agrees.
    fn question_ui(
        &mut self,
        ui: &Ui,
        processes: &Processes,
        Confirmation { wanted: (pane, action), expectation }: &Confirmation,
    ) -> Option<Wanted> {
        let is_new = self.opened_by.as_mut().is_some_and(|(_, is_new)| std::mem::take(is_new));
        let name = processes.pane(*pane).map_or("the pane".to_owned(), ProcessInfo::name_with_article);
        let decision = decision_ui(ui, &action.done_to(&name), expectation, is_new)?;
        ui.ctx().request_repaint();
        self.consent.decide(decision == Decision::Do).map(|agreed| agreed.wanted)
    }

    /// What is going to happen: by the button under the pointer, by the one with the focus, or by any of those of the
    /// selected pane.
    fn expectations_ui(&self, ui: &mut Ui, processes: &Processes, holder: Option<PaneId>, touch: Touch) {
        let (pane, actions) = match (touch.hovered.or(touch.focused), self.selected) {
            (Some(Touched { wanted: (pane, action), .. }), _) => (pane, vec![action]),
            (None, Some(pane)) => (pane, Action::ALL.to_vec()),
            (None, None) => {
                ui.label("Point at a button, or go to it by Tab, to read what will happen.");
                return;
            }
        };
        for action in actions {
            ui.horizontal_wrapped(|ui| {
                let name = processes.pane(pane).map_or("pane", |process| &process.name);
                ui.strong(format!("{}, {name}:", action.name()));
                ui.label(self.consent.expectation((pane, action), holder));
            });
        }
    }
}

fn aftermath_ui(ui: &mut Ui, aftermath: &[Happening]) {
    if aftermath.is_empty() {
        return;
    }
    ui.add_space(GAP);
    ui.strong("What happened");
    for happening in aftermath {
        ui.add(Label::new(happening.to_string()).wrap());
    }
}

/// What the columns of the table mean, for a user without a pointer.
fn columns_ui(ui: &mut Ui) {
    let folding = CollapsingHeader::new("What the columns mean").show(ui, |ui| {
        for column in &COLUMNS {
            ui.horizontal_wrapped(|ui| {
                ui.strong(format!("{}:", column.name));
                ui.label(column.meaning);
            });
        }
    });
    keep_in_sight(&folding.header_response);
}
