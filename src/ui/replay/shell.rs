//! The main window of a replay: the playback bar, and below it one of the views.

use egui::{CentralPanel, Context, Key, Label, Panel, Role, Ui};

use super::announcer::Announcer;
use super::bar::playback_bar_ui;
use super::marks::marks_ui;
use super::processes::recorded_processes_ui;
use super::shown::Shown;
use crate::inspector::Moment;
use crate::protocol::snapshot::Snapshot;
use crate::protocol::{Colors, GameSettings};
use crate::ui::appearance::mark_focus;
use crate::ui::boxes::{help_is_asked_for, replay_help_ui};
use crate::ui::inspector::{FlowUi, MemoryUi, invariants_ui};
use crate::ui::intent::Intent;
use crate::ui::key_places::is_pressed;
use crate::ui::keys::size_keys_ui;
use crate::ui::playback_input::{PlaybackInput, take_playback_keys};
use crate::ui::widgets::{button, button_ui, one_of_ui, selectable_ui};

/// One of the views.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayTab {
    /// The Region, word by word.
    Memory,
    /// The processes, as recorded.
    Processes,
    /// Where the ball was, when, and how it came there.
    Flow,
    /// Whether the invariants hold.
    Invariants,
    /// The marks, as a list.
    Marks,
}

impl ReplayTab {
    /// All of them, with the keys that the inspector's have too: key, name, and what is to be seen.
    const ALL: [(Self, Key, &'static str, &'static str); 5] = [
        (
            Self::Memory,
            Key::Num1,
            "Memory",
            "What the processes shared then, word by word, and who may write it",
        ),
        (Self::Processes, Key::Num2, "Processes", "What the recording says of each process"),
        (Self::Flow, Key::Num3, "Flow", "Where the ball was up to then, and how long its hand-offs took"),
        (Self::Invariants, Key::Num4, "Invariants", "What must be true, with the numbers of then"),
        (Self::Marks, Key::Num5, "Marks", "Deaths, recalls, goals and the like: each can be gone to"),
    ];
}

/// What the viewer wants of the main window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ReplayWanted {
    /// To go on, back, or elsewhere.
    Input(PlaybackInput),
    /// Other colours, or another size, in all windows.
    Settings(GameSettings),
    /// The windows of the panes, also those that were closed, and in front.
    ShowPanes,
}

/// What the main window itself remembers; all else is in what is shown.
#[derive(Debug)]
pub struct ReplayUi {
    tab: ReplayTab,
    memory: MemoryUi,
    flow: FlowUi,
    announcer: Announcer,
    help_is_open: bool,
    /// While the list of the marks is shown, the mark that was reached in the last frame: when it is another, the list moves there.
    mark: Option<usize>,
    /// Whether this display lets a program bring its windows to the front.
    can_raise: bool,
}

impl ReplayUi {
    /// A window that shows this view first.
    pub fn new(tab: ReplayTab, can_raise: bool) -> Self {
        let (memory, flow) = (MemoryUi::of_replay(), FlowUi::of_replay());
        let (announcer, help_is_open, mark) = Default::default();
        Self { tab, memory, flow, announcer, help_is_open, mark, can_raise }
    }

    /// Which view it shows.
    pub fn tab(&self) -> ReplayTab {
        self.tab
    }

    /// Shows this moment. Returns what the viewer wants.
    pub fn ui(&mut self, ui: &mut Ui, shown: &mut Shown) -> Vec<ReplayWanted> {
        let help_was_open = self.help_is_open;
        let mut wanted = if help_was_open { Vec::new() } else { self.keys(ui, shown) };
        self.sizes(ui, &shown.watcher.snapshot, &mut wanted);
        self.announcer.ui(ui, &shown.playhead);
        Panel::top("replay bar").show(ui, |ui| {
            ui.add_space(4.0);
            let playhead = shown.playhead.clone();
            let input = playback_bar_ui(ui, &playhead, |ui| self.more_ui(ui, &mut wanted));
            wanted.extend(input.map(ReplayWanted::Input));
            ui.horizontal_wrapped(|ui| self.tabs_ui(ui, &shown.watcher.snapshot, &mut wanted));
            ui.add(Label::new(headline(shown)).wrap());
            ui.add_space(2.0);
        });
        CentralPanel::default().show(ui, |ui| self.view_ui(ui, shown, &mut wanted));
        self.help_ui(ui.ctx(), help_was_open);
        mark_focus(ui.ctx());
        wanted
    }

    fn view_ui(&mut self, ui: &mut Ui, shown: &mut Shown, wanted: &mut Vec<ReplayWanted>) {
        let shows_marks = self.tab == ReplayTab::Marks;
        let mark = shown.playhead.last_mark().map(|(number, _)| number).filter(|_| shows_marks);
        let is_new = std::mem::replace(&mut self.mark, mark) != mark;
        match self.tab {
            ReplayTab::Memory => self.memory.ui(ui, &mut shown.watcher.memory),
            ReplayTab::Processes => recorded_processes_ui(ui, shown),
            ReplayTab::Flow => self.flow.ui(ui, &shown.watcher.flow, &shown.court, false),
            ReplayTab::Invariants => invariants_ui(ui, &shown.watcher.invariants),
            ReplayTab::Marks => wanted.extend(marks_ui(ui, &shown.playhead, is_new).map(ReplayWanted::Input)),
        }
    }

    /// The keys of the replay come first: the views get what is left.
    fn keys(&mut self, ui: &Ui, shown: &Shown) -> Vec<ReplayWanted> {
        let keeps_space = ui.memory(|memory| memory.focused().is_some());
        let inputs = ui.input_mut(|input| take_playback_keys(input, keeps_space));
        let (chosen, raises) = ui.input(|input| {
            let is_free = !(input.modifiers.command || input.modifiers.ctrl || input.modifiers.alt);
            let chosen = ReplayTab::ALL.into_iter().find(|(_, key, ..)| is_free && is_pressed(input, *key));
            (chosen, self.can_raise && input.key_pressed(Key::F3))
        });
        if let Some((tab, ..)) = chosen {
            self.tab = tab;
        }
        if help_is_asked_for(ui.ctx()) {
            self.help_is_open = true;
            ui.ctx().request_repaint();
        }
        debug_assert_eq!(shown.processes.len(), usize::from(shown.court.panes));
        let raises = raises.then_some(ReplayWanted::ShowPanes);
        inputs.into_iter().map(ReplayWanted::Input).chain(raises).collect()
    }

    /// The keys of the size, which all windows have.
    fn sizes(&self, ui: &Ui, snapshot: &Snapshot, wanted: &mut Vec<ReplayWanted>) {
        let mut intents = Vec::new();
        size_keys_ui(ui, snapshot, &mut intents);
        let settings = intents.into_iter().filter_map(|intent| match intent {
            Intent::Settings(settings) => Some(ReplayWanted::Settings(settings)),
            _ => None,
        });
        wanted.extend(settings);
    }

    /// What else is in the first row.
    fn more_ui(&mut self, ui: &mut Ui, wanted: &mut Vec<ReplayWanted>) {
        let hint = "Opens the windows of the panes that were closed, and brings all to the front (F3)";
        if button_ui(ui, button("Panes"), "Show the panes", hint).clicked() {
            wanted.push(ReplayWanted::ShowPanes);
        }
        if button_ui(ui, button("?"), "Help", "What the keys do (F1)").clicked() {
            self.help_is_open = true;
            ui.ctx().request_repaint();
        }
    }

    fn tabs_ui(&mut self, ui: &mut Ui, snapshot: &Snapshot, wanted: &mut Vec<ReplayWanted>) {
        for (number, (tab, _, name, hint)) in (1..).zip(ReplayTab::ALL) {
            let is_selected = self.tab == tab;
            if one_of_ui(ui, is_selected, &format!("{number} {name}"), name, hint) {
                self.tab = tab;
            }
        }
        ui.separator();
        let settings = snapshot.live_settings;
        let is_large = settings.zoom.is_for_projector();
        let hint = "Everything twice as large, in all windows (F2). Ctrl + and Ctrl - choose any other size.";
        if selectable_ui(ui, is_large, "Projector".into(), Role::CheckBox, "Projector size", hint) {
            let zoom = settings.zoom.toggled();
            wanted.push(ReplayWanted::Settings(GameSettings { zoom, ..settings }));
        }
        let is_light = !ui.visuals().dark_mode;
        let hint = "Dark on light, for a bright place";
        if selectable_ui(ui, is_light, "Light".into(), Role::CheckBox, "Light colours", hint) {
            let colors = if is_light { Colors::Dark } else { Colors::Light };
            wanted.push(ReplayWanted::Settings(GameSettings { colors, ..settings }));
        }
    }

    /// A box that opens in this frame is shown in the next: the key that opened it must not close it.
    fn help_ui(&mut self, ctx: &Context, was_open: bool) {
        let sentences = [
            "A recording, played again by this program: what each pane's window showed, and what the inspector would have shown.",
            "The slider has a mark for each death (D), freeze (F), recall (R), recovery (C), goal (G) and match end (M), for each fault \
             that was injected (A), and where the shared memory was replaced (X). A click on a mark goes there.",
            "Long moments in which nothing moved are shortened.",
            "Closing this window ends the replay; closing a pane's window closes that window only.",
        ];
        if was_open && replay_help_ui(ctx, self.can_raise, &sentences) {
            self.help_is_open = false;
        }
    }
}

/// Where the ball was, and whether the invariants held.
fn headline(shown: &Shown) -> String {
    let moment = Moment::of(&shown.watcher.snapshot);
    let place = match shown.watcher.snapshot.holder() {
        None if shown.watcher.snapshot.ball.is_some() => "The ball rests: it was not served yet.".to_owned(),
        _ => moment.in_words(&shown.court),
    };
    format!("{place} {}", shown.watcher.invariants.in_words())
}
