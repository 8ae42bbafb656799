//! The processes of the game: a table of them, what can be done to each, what came of it, and what each has open.
//!
//! ```text
//! process      ball     pid   inc. state                              CPU     wake-ups/s  switches   PSS       ...
//! launcher              4711       (o) blocked: ppoll on its ...      0.0 %   3           120 / 2    4.1 MiB
//! left pane    here     4712  1    (>) pacing: clock_nanosleep        2.0 %   241         930 / 5    5.0 MiB
//!
//! left pane    [Kill] [Freeze] [Continue] [Hang] [Tear a record]
//! Kill, left pane: SIGKILL: the process dies with the ball. ...
//! What happened    +0.4 ms died: SIGKILL
//! > Open fds of the left pane: 14
//! ```

use egui::{Button, CollapsingHeader, Grid, Id, Label, Response, RichText, Role, ScrollArea, Ui};

use super::action_buttons::{Decision, Touch, Touched, actions_ui, decision_ui};
use super::state_mark::state_mark_ui;
use crate::game::PaneId;
use crate::inspector::processes::{Access, COLUMNS, Fd, ProcessInfo, Processes, STATE};
use crate::inspector::{Confirmation, Consent, Happening, Wanted};
use crate::protocol::{Action, Supervision};
use crate::ui::theme::Palette;
use crate::ui::widgets::{keep_in_sight, named_choice};

const GAP: f32 = 8.0;

/// What the view itself remembers; all else is in the model.
#[derive(Debug)]
pub struct ProcessesUi {
    consent: Consent,
    selected: Option<PaneId>,
    /// The button that has opened the box, which is new in its first frame: it gets the focus back as soon as the box is gone.
    opened_by: Option<(Id, bool)>,
}

impl ProcessesUi {
    /// The view of a game that is supervised like this.
    pub fn new(supervision: Supervision) -> Self {
        Self { consent: Consent::new(supervision), selected: None, opened_by: None }
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
            self.table_ui(ui, processes, holder);
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

    fn table_ui(&mut self, ui: &mut Ui, processes: &Processes, holder: Option<PaneId>) {
        let grid = Grid::new("processes").striped(true).spacing([16.0, 4.0]);
        let table = ScrollArea::horizontal().id_salt("table").show(ui, |ui| {
            let mut focused = None;
            grid.show(ui, |ui| {
                for column in &COLUMNS {
                    ui.strong(column.name).on_hover_text(column.meaning);
                }
                ui.end_row();
                for process in &processes.all {
                    let name = self.row_ui(ui, process, holder);
                    focused = Some(name).filter(Response::gained_focus).or(focused.take());
                    ui.end_row();
                }
            });
            focused
        });
        // From here, because an area that scrolls across keeps what is meant for the one that scrolls down.
        if let Some(focused) = table.inner {
            ui.scroll_to_rect(focused.rect, None);
        }
    }

    /// A row of the table. The response is that of the name.
    fn row_ui(&mut self, ui: &mut Ui, process: &ProcessInfo, holder: Option<PaneId>) -> Response {
        let name = self.name_ui(ui, process);
        for (column, cell) in process.cells(holder).into_iter().enumerate().skip(1) {
            ui.horizontal(|ui| {
                if column == STATE {
                    state_mark_ui(ui, process.state);
                }
                ui.add(Label::new(cell).extend());
            });
        }
        name
    }

    /// A pane can be selected by its name.
    fn name_ui(&mut self, ui: &mut Ui, process: &ProcessInfo) -> Response {
        let Some(pane) = process.role.pane() else { return ui.label(&process.name) };
        let color = Palette::of(ui.visuals()).pane(pane);
        let is_selected = self.selected == Some(pane);
        let name = RichText::new(&process.name).strong();
        // On the background of what is selected the pane's own colour may not be seen well.
        let name = if is_selected { name } else { name.color(color) };
        let response = ui.add(Button::selectable(is_selected, name));
        let name = format!("Select {}", process.name_with_article());
        let response = named_choice(response, Role::Button, is_selected, &name)
            .on_hover_text("Describes below what each action would do to it");
        if response.clicked() {
            self.selected = if is_selected { None } else { Some(pane) };
        }
        response
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

fn fds_ui(ui: &mut Ui, process: &ProcessInfo) {
    let header = format!("Open fds of {}: {}", process.name_with_article(), process.fds.len());
    let folding = CollapsingHeader::new(header).id_salt(&process.name).show(ui, |ui| {
        ScrollArea::horizontal().show(ui, |ui| {
            Grid::new("fds").striped(true).spacing([16.0, 2.0]).show(ui, |ui| {
                for fd in &process.fds {
                    fd_ui(ui, fd);
                    ui.end_row();
                }
            });
        });
    });
    keep_in_sight(&folding.header_response);
}

fn fd_ui(ui: &mut Ui, fd: &Fd) {
    ui.label(fd.number.to_string());
    ui.label(fd.kind.to_string());
    ui.label(match fd.access {
        Access::Read => "read",
        Access::Write => "write",
        Access::Both => "read, write",
    });
    ui.add(Label::new(&fd.meaning).extend());
    ui.add(Label::new(RichText::new(&fd.target).monospace()).extend());
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
