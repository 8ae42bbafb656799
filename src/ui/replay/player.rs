//! The thread that reads and plays the recording. It publishes what there is to see, and has those windows painted in which something
//! has changed: none while the replay stands still.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::command::{Command, overlay};
use super::pane_key::PaneKey;
use super::shell::ReplayTab;
use super::shown::{Playhead, RecordedProcess, RecordedState, Shown};
use super::stage::Stage;
use crate::game::{Court, PaneId};
use crate::inspector::{ShownParts, Watcher};
use crate::platform::clock;
use crate::platform::sync::Ordering;
use crate::protocol::GameSettings;
use crate::recording::playback::{Ending, Goal, Mark, Playback};
use crate::recording::replayed::PaneProcess;
use crate::ui::playback_input::PlaybackInput;

/// From one picture of the panes to the next while it plays.
const FRAME: Duration = Duration::from_nanos(16_666_667);
/// From one picture of the main window to the next while it plays, and while the recording is still read: as in the inspector.
const PERIOD: Duration = Duration::from_millis(100);

/// The play head, and what was published of it.
#[derive(Debug)]
pub(super) struct Player {
    playback: Playback,
    tab: ReplayTab,
    settings: GameSettings,
    /// What each pane's window shows.
    panes: Vec<PaneKey>,
    /// When the main window was last given something.
    main_ns: u64,
    marks: Arc<[Mark]>,
}

impl Player {
    /// A play head at the start of the recording, and what there is to see.
    ///
    /// # Errors
    /// [`Error::System`](crate::error::Error::System) if the bytes of the Region cannot be read.
    pub(super) fn new(
        playback: Playback,
        tab: ReplayTab,
        settings: GameSettings,
    ) -> crate::error::Result<(Self, Shown)> {
        let court = playback.court();
        let mut watcher = Watcher::over(&playback)?;
        // What has changed since the picture before is marked until the next one, however long that takes.
        watcher.memory.step();
        let mut player =
            Self { playback, tab, settings, panes: Vec::new(), main_ns: 0, marks: Arc::default() };
        let (processes, playhead) = (player.processes(&court), player.playhead());
        overlay(&mut watcher.snapshot.live_settings, &settings);
        let shown = Shown { court, watcher, processes, playhead };
        player.panes = player.keys(&shown);
        Ok((player, shown))
    }

    /// Plays until the windows are closed.
    pub(super) fn start(self, stage: Arc<Stage>, commands: Receiver<Command>) -> std::io::Result<()> {
        let play = move || self.run(&stage, &commands);
        thread::Builder::new().name("playback".to_owned()).spawn(play).map(|_never_joined| ())
    }

    fn run(mut self, stage: &Stage, commands: &Receiver<Command>) {
        let mut frame_ns = clock::now_ns();
        loop {
            let received = self.wait(&mut frame_ns, commands);
            let mut is_asked = false;
            match received {
                Ok(command) => is_asked = self.grant(command),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            // Of a key that is held there may be more than one.
            while let Ok(command) = commands.try_recv() {
                is_asked |= self.grant(command);
            }
            let has_changed = self.playback.advance(clock::now_ns());
            if has_changed || is_asked {
                self.publish(stage, is_asked);
            }
        }
    }

    /// Waits for what the viewer wants, or for the next picture while there is one.
    fn wait(&self, frame_ns: &mut u64, commands: &Receiver<Command>) -> Result<Command, RecvTimeoutError> {
        let period = if self.playback.is_playing() {
            FRAME
        } else if self.playback.known().ending.is_none() {
            PERIOD
        } else {
            return commands.recv().map_err(|_| RecvTimeoutError::Disconnected);
        };
        let now_ns = clock::now_ns();
        // Pictures that were missed are not made up for.
        *frame_ns = (*frame_ns + clock::ns(period)).max(now_ns);
        commands.recv_timeout(Duration::from_nanos(*frame_ns - now_ns))
    }

    /// Returns whether something is to be shown for it at once.
    fn grant(&mut self, command: Command) -> bool {
        match command {
            Command::Input(input) => self.input(input),
            Command::Tab(tab) => self.tab = tab,
            Command::Settings(settings) => self.settings = settings,
        }
        true
    }

    fn input(&mut self, input: PlaybackInput) {
        let playback = &mut self.playback;
        let mark = |forward| Goal::Mark { forward, kind: None };
        let goal = match input {
            PlaybackInput::PlayOrPause => return playback.set_playing(!playback.is_playing()),
            PlaybackInput::Slower => return playback.set_rate(playback.rate().slower()),
            PlaybackInput::Faster => return playback.set_rate(playback.rate().faster()),
            PlaybackInput::Rate(rate) => return playback.set_rate(rate),
            PlaybackInput::TickBack => Goal::Ticks(-1),
            PlaybackInput::Tick => Goal::Ticks(1),
            PlaybackInput::HopBack => Goal::Hops(-1),
            PlaybackInput::Hop => Goal::Hops(1),
            PlaybackInput::MarkBack => mark(false),
            PlaybackInput::Mark => mark(true),
            PlaybackInput::MarkOf(kind) => Goal::Mark { forward: true, kind: Some(kind) },
            PlaybackInput::Start => Goal::Start,
            PlaybackInput::End => Goal::End,
            PlaybackInput::SeekTo(shown_ns) => Goal::Shown(shown_ns),
        };
        // Where there is no such place it stays.
        let _moved = playback.go(goal);
    }

    /// Looks at the Region, and has painted what shows something else than before. What the main window shows costs more than the court
    /// of a pane: while it plays it is looked at less often, unless the viewer has just asked for something.
    fn publish(&mut self, stage: &Stage, is_asked: bool) {
        let now_ns = clock::now_ns();
        let stands_still = !self.playback.is_playing() && self.playback.known().ending.is_some();
        let is_due = is_asked || stands_still || now_ns.saturating_sub(self.main_ns) >= clock::ns(PERIOD);
        let mut shown = stage.shown();
        if is_due {
            self.main_ns = now_ns;
            let parts = ShownParts { memory: self.tab == ReplayTab::Memory, processes: false };
            if parts.memory {
                shown.watcher.memory.step();
            }
            shown.watcher.follow(&self.playback, parts);
            shown.processes = self.processes(&shown.court);
            shown.playhead = self.playhead();
        } else {
            shown.watcher.look_at_the_court(&self.playback);
            shown.playhead.is_playing = self.playback.is_playing();
        }
        overlay(&mut shown.watcher.snapshot.live_settings, &self.settings);
        let keys = self.keys(&shown);
        drop(shown);
        for (pane, (now, before)) in keys.iter().zip(&self.panes).enumerate() {
            if now != before {
                stage.paint_pane(pane);
            }
        }
        self.panes = keys;
        if is_due {
            stage.paint_main();
        }
    }

    fn keys(&self, shown: &Shown) -> Vec<PaneKey> {
        let is_playing = self.playback.is_playing();
        shown
            .court
            .all_panes()
            .map(|pane| PaneKey::of(&shown.watcher.snapshot, &shown.court, pane, is_playing))
            .collect()
    }

    fn playhead(&mut self) -> Playhead {
        let (head, known) = (self.playback.head(), self.playback.known());
        if self.marks.len() != self.playback.marks().len() {
            self.marks = self.playback.marks().into();
        }
        let reading = known.ending.is_none().then(|| {
            let percent = (known.bytes.saturating_mul(100)).checked_div(known.of_bytes)?;
            Some(u8::try_from(percent).unwrap_or(100).min(99))
        });
        let fault = match &known.ending {
            Some(Ending::Fault(text)) => Some(text.clone()),
            _ => None,
        };
        Playhead {
            shown_ns: head.shown_ns,
            length_ns: known.length_ns,
            at_ns: head.at_ns,
            until_ns: known.at_ns,
            tick: head.ball.tick,
            hop: head.ball.hop,
            epoch: head.epoch,
            is_playing: self.playback.is_playing(),
            rate: self.playback.rate(),
            is_unpaced: !self.playback.header().paced,
            marks: Arc::clone(&self.marks),
            reading,
            fault,
            is_cut: known.ending == Some(Ending::Cut),
        }
    }

    fn processes(&self, court: &Court) -> Vec<RecordedProcess> {
        let region = self.playback.region();
        let process = |(pane, recorded): (PaneId, &PaneProcess)| RecordedProcess {
            pane,
            pid: recorded.pid.unwrap_or(0),
            incarnation: recorded.incarnation,
            state: state_of(recorded),
            hops: region.pane(pane).status.hops.load(Ordering::Relaxed),
            fenced: recorded.fenced,
        };
        court.all_panes().zip(&self.playback.head().processes).map(process).collect()
    }
}

/// One that was there before the recording began lives until a line says that it died.
fn state_of(process: &PaneProcess) -> RecordedState {
    match process {
        PaneProcess { is_frozen: true, .. } => RecordedState::Frozen,
        PaneProcess { is_alive: false, end: Some(_), .. } => RecordedState::Dead,
        _ => RecordedState::Alive,
    }
}
