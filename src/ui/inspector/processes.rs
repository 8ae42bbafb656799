//! The processes of the game: a table of them, what can be done to each, what came of it, and what each has open.
//!
//! ```text
//! process      ball     pid   no.  state                              CPU     wake-ups/s  switches   PSS       ...
//! launcher              4711       (o) blocked: ppoll on its ...      0.0 %   3           120 / 2    4.1 MiB
//! left pane    here     4712  1    (>) pacing: clock_nanosleep        2.0 %   241         930 / 5    5.0 MiB
//!
//! left pane    [Kill] [Freeze] [Continue] [Hang] [Tear a record]
//! Kill, left pane: SIGKILL: the process dies with the ball. ...
//! What happened    +0.4 ms died: SIGKILL
//! > Open fds of the left pane: 14
//! ```

use eframe::egui::{
    Button, CollapsingHeader, Grid, Id, Label, Response, RichText, Role, ScrollArea, Ui, WidgetInfo,
};

use super::deed_buttons::{Answer, Touch, Touched, answer_ui, deeds_ui, keep_in_sight};
use super::state_mark::state_mark_ui;
use crate::game::PaneId;
use crate::inspector::Happening;
use crate::inspector::processes::{Access, Fd, Kind, Process, Processes};
use crate::platform::clock;
use crate::platform::units::{fmt_bytes, fmt_ns};
use crate::protocol::{Deed, Supervision};
use crate::ui::theme::Palette;

/// The columns of the table: what is above them, and what it means.
const COLUMNS: [(&str, &str); 11] = [
    ("process", "what it is in the game"),
    ("ball", "whether the baton names its pane"),
    ("pid", "the process id"),
    ("no.", "which process of its pane it is: its incarnation"),
    ("state", "what the thread that manages the ball is doing, and on what it sleeps"),
    ("CPU", "share of one CPU since the last look, all threads together"),
    ("wake-ups/s", "how often a thread of it woke up"),
    ("switches", "context switches of its threads so far: by their own sleep / against their will"),
    ("PSS", "its memory; what it shares with others is divided among them"),
    ("threads", "how many threads it has"),
    ("fds", "how many file descriptors it has open; they are listed below"),
];
/// What stands where there is nothing to tell.
const NOTHING: &str = "–";
const GAP: f32 = 8.0;

/// What the view itself remembers; all else is in the model.
#[derive(Debug)]
pub struct ProcessesUi {
    /// Of the game: what is to be expected depends on it.
    supervision: Supervision,
    selected: Option<PaneId>,
    /// The box that asks, while it is open.
    question: Option<Question>,
    /// The user has said yes once, and is not asked again.
    has_agreed: bool,
    /// The button that has opened the box: it gets the focus back as soon as the box is gone.
    focus_next: Option<Id>,
}

/// A dangerous deed that somebody is asked about.
#[derive(Debug, Clone, Copy)]
struct Question {
    pane: PaneId,
    deed: Deed,
    /// The button that was pressed.
    button: Id,
    is_new: bool,
}

impl ProcessesUi {
    /// The view of a game that is supervised like this.
    #[must_use]
    pub fn new(supervision: Supervision) -> Self {
        Self { supervision, selected: None, question: None, has_agreed: false, focus_next: None }
    }

    /// Shows the processes; tells what the user wants done to the process of which pane. `holder` is the pane that
    /// has the ball; `aftermath` is what has happened since the last deed.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        processes: &Processes,
        holder: Option<PaneId>,
        aftermath: &[Happening],
    ) -> Option<(PaneId, Deed)> {
        // A box that opens in this frame is shown in the next: the Enter that opened it must not answer it.
        let question = self.question;
        self.give_focus_back(ui);
        // The values are what is to be read, and not from near by: brighter than egui's text between controls.
        ui.visuals_mut().override_text_color = Some(Palette::of(ui.visuals()).text);
        let scroll = ScrollArea::vertical().auto_shrink(false);
        let touch = scroll.show(ui, |ui| {
            self.table_ui(ui, processes, holder);
            ui.add_space(GAP);
            let touch = deeds_ui(ui, processes);
            self.expectations_ui(ui, processes, holder, touch);
            aftermath_ui(ui, aftermath);
            ui.separator();
            processes.all.iter().for_each(|process| fds_ui(ui, process));
            columns_ui(ui);
            touch
        });
        match question {
            Some(question) => self.question_ui(ui, processes, holder, question),
            None => touch.inner.pressed.and_then(|pressed| self.press(ui, pressed)),
        }
    }

    /// The box still rules the focus in the frame after its last.
    fn give_focus_back(&mut self, ui: &Ui) {
        let is_free = ui.memory(|memory| memory.top_modal_layer().is_none());
        match self.focus_next.take_if(|_| is_free && self.question.is_none()) {
            Some(button) => ui.memory_mut(|memory| memory.request_focus(button)),
            None if self.focus_next.is_some() => ui.ctx().request_repaint(),
            None => {}
        }
    }

    /// A dangerous deed is asked about once; after that, and any other at once, it is wanted.
    fn press(&mut self, ui: &Ui, pressed: Touched) -> Option<(PaneId, Deed)> {
        let Touched { pane, deed, button } = pressed;
        if deed.is_dangerous() && !self.has_agreed {
            self.question = Some(Question { pane, deed, button, is_new: true });
            ui.ctx().request_repaint();
            return None;
        }
        Some((pane, deed))
    }

    /// The box that asks. The deed if the user agrees.
    fn question_ui(
        &mut self,
        ui: &Ui,
        processes: &Processes,
        holder: Option<PaneId>,
        question: Question,
    ) -> Option<(PaneId, Deed)> {
        let Question { pane, deed, button, is_new } = question;
        self.question = Some(Question { is_new: false, ..question });
        let expectation = deed.expectation(holder == Some(pane), self.supervision);
        let answer = answer_ui(ui, name_of(processes, pane), deed, &expectation, is_new)?;
        self.question = None;
        self.focus_next = Some(button);
        ui.ctx().request_repaint();
        self.has_agreed |= answer == Answer::Do;
        (answer == Answer::Do).then_some((pane, deed))
    }

    fn table_ui(&mut self, ui: &mut Ui, processes: &Processes, holder: Option<PaneId>) {
        let grid = Grid::new("processes").striped(true).spacing([16.0, 4.0]);
        let table = ScrollArea::horizontal().id_salt("table").show(ui, |ui| {
            let mut focused = None;
            grid.show(ui, |ui| {
                for (name, meaning) in COLUMNS {
                    ui.strong(name).on_hover_text(meaning);
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
    fn row_ui(&mut self, ui: &mut Ui, process: &Process, holder: Option<PaneId>) -> Response {
        let pane = process.role.pane();
        let name = self.name_ui(ui, process);
        let has_ball = pane.is_some() && pane == holder;
        ui.label(if has_ball { "here" } else { "" });
        ui.label(process.pid.to_string());
        ui.label(process.incarnation.map(|number| number.to_string()).unwrap_or_default());
        ui.horizontal(|ui| {
            state_mark_ui(ui, process.state);
            ui.add(Label::new(process.state.to_string()).extend());
        });
        let or_nothing = |text: Option<String>| text.unwrap_or_else(|| NOTHING.to_owned());
        let usage = process.usage;
        let cells = [
            usage.and_then(|usage| usage.cpu_percent).map(|percent| format!("{percent:.1} %")),
            usage.and_then(|usage| usage.wakeups_per_s).map(|rate| format!("{rate:.0}")),
            usage.map(|usage| format!("{} / {}", usage.voluntary_switches, usage.involuntary_switches)),
            usage.and_then(|usage| usage.pss_bytes).map(fmt_bytes),
            usage.map(|usage| usage.threads.to_string()),
            usage.map(|_| process.fds.len().to_string()),
        ];
        for cell in cells {
            ui.add(Label::new(or_nothing(cell)).extend());
        }
        name
    }

    /// A pane can be selected by its name.
    fn name_ui(&mut self, ui: &mut Ui, process: &Process) -> Response {
        let Some(pane) = process.role.pane() else { return ui.label(&process.name) };
        let color = Palette::of(ui.visuals()).pane(pane);
        let is_selected = self.selected == Some(pane);
        let name = RichText::new(&process.name).strong();
        // On the background of what is selected the pane's own colour may not be seen well.
        let name = if is_selected { name } else { name.color(color) };
        let response = ui.add(Button::selectable(is_selected, name));
        let accessible_name = format!("Select the {}", process.name);
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_selected, &accessible_name));
        let response = response.on_hover_text("Says below what each deed would do to it");
        if response.clicked() {
            self.selected = if is_selected { None } else { Some(pane) };
        }
        response
    }

    /// What is going to happen: by the button under the pointer, by the one with the focus, or by any of those of the
    /// selected pane.
    fn expectations_ui(&self, ui: &mut Ui, processes: &Processes, holder: Option<PaneId>, touch: Touch) {
        let (pane, deeds) = match (touch.hovered.or(touch.focused), self.selected) {
            (Some(touched), _) => (touched.pane, vec![touched.deed]),
            (None, Some(pane)) => (pane, Deed::ALL.to_vec()),
            (None, None) => {
                ui.label("Point at a button, or go to it by Tab, to read what will happen.");
                return;
            }
        };
        for deed in deeds {
            ui.horizontal_wrapped(|ui| {
                ui.strong(format!("{}, {}:", deed.name(), name_of(processes, pane)));
                ui.label(deed.expectation(holder == Some(pane), self.supervision));
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
        let after = fmt_ns(clock::ns(happening.after));
        ui.add(Label::new(format!("+{after} {}", happening.text)).wrap());
    }
}

fn fds_ui(ui: &mut Ui, process: &Process) {
    let header = format!("Open fds of the {}: {}", process.name, process.fds.len());
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
    ui.label(kind_in_words(fd.kind));
    ui.label(match fd.access {
        Access::Read => "read",
        Access::Write => "write",
        Access::Both => "read, write",
    });
    ui.add(Label::new(&fd.meaning).extend());
    ui.add(Label::new(RichText::new(&fd.target).monospace()).extend());
}

/// What the columns of the table mean, for whoever has no pointer.
fn columns_ui(ui: &mut Ui) {
    let folding = CollapsingHeader::new("What the columns mean").show(ui, |ui| {
        for (name, meaning) in COLUMNS {
            ui.horizontal_wrapped(|ui| {
                ui.strong(format!("{name}:"));
                ui.label(meaning);
            });
        }
    });
    keep_in_sight(&folding.header_response);
}

fn name_of(processes: &Processes, pane: PaneId) -> &str {
    processes.pane(pane).map_or("pane", |process| &process.name)
}

fn kind_in_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Memfd => "memfd",
        Kind::Pipe => "pipe",
        Kind::Eventfd => "eventfd",
        Kind::Seqpacket => "socket (packets)",
        Kind::Stream => "socket (stream)",
        Kind::Socket => "socket",
        Kind::Pidfd => "pidfd",
        Kind::Signalfd => "signalfd",
        Kind::Epoll => "epoll",
        Kind::Device => "device",
        Kind::File => "file",
        Kind::Other => "other",
    }
}
