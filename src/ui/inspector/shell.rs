//! What is around the views: which one is shown, where the ball is, and the size of it all.

use egui::{CentralPanel, Context, Key, Label, Panel, Role, Theme, Ui};

use super::flow::FlowUi;
use super::invariants::invariants_ui;
use super::memory::MemoryUi;
use super::processes::ProcessesUi;
use crate::game::Court;
use crate::inspector::memory::Memory;
use crate::inspector::{Moment, ShownParts, Wanted, Watcher};
use crate::protocol::Setup;
use crate::ui::appearance::{Appearance, mark_focus};
use crate::ui::key_places::is_pressed;
use crate::ui::widgets::{button, button_ui, one_of_ui, selectable_ui};

/// How much larger everything is for a projector.
pub(super) const PROJECTOR_ZOOM: f32 = 2.0;

/// One of the views.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// The Region, word by word.
    Memory,
    /// The processes, as the kernel has them.
    Processes,
    /// Where the ball was, when, and how it came there.
    Flow,
    /// Whether the invariants hold.
    Invariants,
}

impl Tab {
    /// All of them: key, name, and what is to be seen.
    const ALL: [(Self, Key, &'static str, &'static str); 4] = [
        (Self::Memory, Key::Num1, "Memory", "What the processes share, word by word, and who may write it"),
        (
            Self::Processes,
            Key::Num2,
            "Processes",
            "What the kernel knows of each process, and what can be done to it",
        ),
        (Self::Flow, Key::Num3, "Flow", "Where the ball was, and how long its hand-offs took"),
        (Self::Invariants, Key::Num4, "Invariants", "What must be true, with the numbers"),
    ];
}

/// What the window itself remembers; all else is in the watcher.
#[derive(Debug)]
pub struct InspectorUi {
    court: Court,
    tab: Tab,
    memory: MemoryUi,
    processes: ProcessesUi,
    flow: FlowUi,
    appearance: Appearance,
}

impl InspectorUi {
    /// A window onto this game that shows this view first.
    pub fn new(setup: &Setup, tab: Tab) -> Self {
        let (memory, flow, appearance) = Default::default();
        let processes = ProcessesUi::new(setup.supervision);
        Self { court: setup.court, tab, memory, processes, flow, appearance }
    }

    /// What of a watcher the view shows.
    pub fn shown(&self) -> ShownParts {
        ShownParts { memory: self.tab == Tab::Memory, processes: self.tab == Tab::Processes }
    }

    /// Shows what the watcher sees, and returns what the user wants done to which pane.
    pub fn ui(&mut self, ui: &mut Ui, watcher: &mut Watcher) -> Option<Wanted> {
        self.keys(ui.ctx());
        self.appearance.follow(ui.ctx(), &watcher.snapshot.live_settings);
        Panel::top("inspector bar").show(ui, |ui| {
            ui.add_space(4.0);
            ui.horizontal_wrapped(|ui| self.tabs_ui(ui, &mut watcher.memory));
            ui.add(Label::new(watcher.headline(&self.moment(watcher), &self.court)).wrap());
            ui.add_space(2.0);
        });
        let wanted = CentralPanel::default()
            .show(ui, |ui| match self.tab {
                Tab::Memory => {
                    self.memory.ui(ui, &mut watcher.memory);
                    None
                }
                Tab::Processes => self.processes.ui(ui, &watcher.processes, watcher.aftermath.happenings()),
                Tab::Flow => {
                    self.flow.ui(ui, &watcher.flow, &self.court, watcher.memory.is_held());
                    None
                }
                Tab::Invariants => {
                    invariants_ui(ui, &watcher.invariants);
                    None
                }
            })
            .inner;
        mark_focus(ui.ctx());
        wanted
    }

    /// The moment of what is shown below the headline.
    fn moment(&self, watcher: &Watcher) -> Moment {
        match self.tab {
            Tab::Memory => watcher.memory.moment(),
            Tab::Processes => watcher.processes.moment,
            Tab::Flow => self.flow.moment(&watcher.flow, watcher.memory.is_held()),
            Tab::Invariants => watcher.moment_of_invariants(),
        }
    }

    /// The first four keys of the row of digits choose the view, with Shift or without: on some keyboards only Shift makes a
    /// digit of them.
    fn keys(&mut self, ctx: &Context) {
        let chosen = ctx.input(|input| {
            let is_free = !(input.modifiers.command || input.modifiers.ctrl || input.modifiers.alt);
            Tab::ALL.into_iter().find(|(_, key, ..)| is_free && is_pressed(input, *key))
        });
        if let Some((tab, ..)) = chosen {
            self.tab = tab;
        }
    }

    fn tabs_ui(&mut self, ui: &mut Ui, memory: &mut Memory) {
        for (number, (tab, _, name, hint)) in (1..).zip(Tab::ALL) {
            let is_selected = self.tab == tab;
            if one_of_ui(ui, is_selected, &format!("{number} {name}"), name, hint) {
                self.tab = tab;
            }
        }
        ui.separator();
        // The memory's view has its own, beside the button for the next step.
        if self.tab == Tab::Flow {
            still_ui(ui, memory);
        }
        size_and_colours_ui(ui);
    }
}

/// Large enough for the last row, and light or dark.
fn size_and_colours_ui(ui: &mut Ui) {
    let is_large = ui.ctx().zoom_factor() >= PROJECTOR_ZOOM;
    let hint = "Everything twice as large. Ctrl + and Ctrl - choose any other size.";
    if choice_ui(ui, is_large, "Projector", "Projector size", hint) {
        ui.ctx().set_zoom_factor(if is_large { 1.0 } else { PROJECTOR_ZOOM });
    }
    let is_light = !ui.visuals().dark_mode;
    if choice_ui(ui, is_light, "Light", "Light colours", "Dark on light, for a bright place") {
        ui.ctx().set_theme(if is_light { Theme::Dark } else { Theme::Light });
    }
}

/// A button that stays pressed. True if it was clicked.
fn choice_ui(ui: &mut Ui, is_chosen: bool, text: &str, name: &str, hint: &str) -> bool {
    let text = if is_chosen { format!("{text}: on") } else { text.to_owned() };
    selectable_ui(ui, is_chosen, text.into(), Role::CheckBox, name, hint)
}

/// The memory and the flow are held together, by a button or the space bar.
fn still_ui(ui: &mut Ui, memory: &mut Memory) {
    let (text, name) = if memory.is_live() { ("Still", "Hold this still") } else { ("Live", "Go live") };
    let hint = "Holds the flow and the memory as they are, or lets them go on (space bar)";
    let is_clicked = button_ui(ui, button(text), name, hint).clicked();
    let is_free = ui.memory(|egui| egui.focused().is_none());
    if is_clicked || (is_free && ui.input(|input| input.key_pressed(Key::Space))) {
        if memory.is_live() {
            // The memory is not shown here: it is held at the next sample, and the flow with it.
            memory.step();
        } else {
            memory.set_live(true);
        }
    }
}
