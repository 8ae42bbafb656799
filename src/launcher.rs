//! The launcher: creates the Region, starts one process per pane, and sees the game to its end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use nix::sys::signal::Signal;

use crate::cli::settings::Settings;
use crate::cli::{Game, again};
use crate::error::{DOCTOR, Error, Result, WITHOUT_INSPECTOR, WITHOUT_WINDOWS, exit};
use crate::platform::display::{Display, Place};
use crate::platform::terminal::{self, LentTerminal, StopRequests};
use crate::platform::units::count;
use crate::platform::{json, output, parent, progress, report_line};
#[cfg(not(feature = "windows"))]
use crate::protocol::Zoom;
use crate::protocol::doorbell::FdBell;
use crate::protocol::{GameSettings, Setup, Supervision};
use crate::recording::Recordings;
use crate::recording::writer::Target;
use crate::supervisor::chaos::{Chaos, ChaosReport};
use crate::supervisor::report::GameReport;
use crate::supervisor::spawn::{InspectorOutput, Spawner};
use crate::supervisor::{Ending, NextAction, SupervisionPolicy, Supervisor};
#[cfg(feature = "windows")]
use crate::ui::{beside_a_lab, places, presented};

/// How the error of a broken rule ends.
const TO_REPORT: &str = "; please report this with the seed";
/// How often the progress line is drawn.
const BEAT: Duration = Duration::from_millis(100);

/// Plays a whole game, and returns the exit code.
///
/// Must be called by the main thread: a child dies with the thread that started it (`PR_SET_PDEATHSIG`).
///
/// # Errors
/// Whatever kept the game from being played, or the invariant that it broke. No child is left in any case.
pub fn run(game: &Game) -> Result<u8> {
    terminal::never_stop_in_the_background()?;
    if game.policy.flaw.is_some() {
        parent::end_with_the_parent()?;
    }
    let game = &mut game.clone();
    let display = find_display(game)?;
    set_the_end(game);
    let game = &*game;
    let mut settings = is_for_people(game).then(Settings::load);
    settings.iter_mut().filter(|_| game.reset_settings).for_each(Settings::reset);
    let mut wanted = game.settings(settings.as_ref().map(Settings::remembered));
    let (places, inspector_place) = arrange(game, display.as_ref(), &mut wanted);
    if let Some(settings) = &mut settings {
        settings.begin_with(wanted, game.present || game.policy.flaw.is_some());
    }
    let setup = setup(game, places, &wanted);
    let bell = Arc::new(FdBell::new()?);
    let spawner = Spawner::new(Arc::clone(&bell), display, &game.policy, &game.court)?;
    let (mut supervisor, mut recordings) = supervisor(game, setup, bell, spawner, &wanted)?;
    if let Some(place) = inspector_place {
        supervisor.place_inspector(place)?;
    }
    if game.policy.flaw.is_some() {
        supervisor.open_quietly();
    }
    let mut chaos = game.chaos.map(|plan| Chaos::new(plan, game.court));
    let played = play(game, &mut supervisor, chaos.as_mut(), settings.as_mut(), &mut recordings);
    let recorded = recordings.end(&supervisor);
    // The report is for the screen on which the game was started.
    supervisor.take_the_terminal_back();
    let wants_report = !is_for_people(game) || game.chaos.is_some() || game.json;
    // A game that ends with an error has its report as well, if it has begun; and nobody needs a line about a game of people
    // that was not played.
    let has_report = has_begun(&supervisor) || wants_report && played.is_ok();
    let ending = played.as_ref().ok().copied();
    let reported = if has_report { report(game, &supervisor, chaos.as_ref(), ending) } else { Ok(None) };
    // The last line, whatever came of the game.
    recorded.iter().for_each(|line| report_line(&format!("tripong: {line}")));
    let interrupted = reported?;
    Ok(match (played?, interrupted) {
        (_, Some(signal)) | (Ending::Signal(signal), None) => exit::SIGNAL_BASE + signal as u8,
        (Ending::Done | Ending::Left, None) => 0,
    })
}

/// The supervisor of the game, with the terminal if the game is shown there; and its recordings.
fn supervisor(
    game: &Game,
    setup: Setup,
    bell: Arc<FdBell>,
    spawner: Spawner,
    settings: &GameSettings,
) -> Result<(Supervisor, Recordings)> {
    // What is printed on stderr would spoil the picture, in which all of it can be seen anyway.
    let is_on_terminal = screen(game) == Some(InspectorOutput::Terminal);
    let reports = game.policy.reports && !is_on_terminal;
    let policy = SupervisionPolicy { reports, ..game.policy.clone() };
    let lent = is_on_terminal.then(LentTerminal::remember);
    // Before there is a thread that could stop the process by itself.
    let job = is_on_terminal.then(StopRequests::listen).transpose()?;
    let mut supervisor = Supervisor::new(setup, policy, bell, spawner, settings)?;
    if let (Some(lent), Some(job)) = (lent, job) {
        supervisor.lend_the_terminal(lent, job);
    }
    // Before a process starts, and before a window opens.
    let recordings = Recordings::begin(&supervisor, game.record.as_ref(), !is_on_terminal)?;
    Ok((supervisor, recordings))
}

/// The display of a game with windows. Where there is none, but a terminal and a person at it, the game is played there.
fn find_display(game: &mut Game) -> Result<Option<Display>> {
    if !game.windows && !game.inspect {
        return Ok(None);
    }
    let found = Display::find();
    let display = match (game.windows, game.chaos) {
        (false, _) => found.map_err(|error| error.instead(WITHOUT_INSPECTOR)),
        (true, Some(_)) => found.map_err(|error| error.instead(WITHOUT_WINDOWS)),
        (true, None) => match found {
            Err(error) if may_play_on_terminal(game) => return play_on_terminal(game, error),
            found => found,
        },
    }?;
    if game.windows && game.policy.reports && display == Display::Wayland {
        // A program can place no window there.
        let panes = game.court.panes;
        let line =
            "tripong: this display places windows itself: they open in the order of their numbers, 1 to";
        report_line(&format!("{line} {panes}"));
    }
    Ok(Some(display))
}

/// Whether there is a person at a terminal that nothing else is printed on.
fn may_play_on_terminal(game: &Game) -> bool {
    !game.json && game.record != Some(Target::Stdout) && terminal::is_interactive()
}

/// Plays on the terminal what was to be played in windows, after a line that says why.
fn play_on_terminal(game: &mut Game, error: Error) -> Result<Option<Display>> {
    if let Some(instead) = game.instead_of_windows() {
        return Err(error.instead(instead));
    }
    let why = match error {
        Error::NoDisplay(why) => why,
        Error::NoWindows => "this executable was built without windows".to_owned(),
        other => return Err(other),
    };
    report_line(&format!(
        "tripong: no display: {why}; the game is played on this terminal. Windows need X11 or Wayland with OpenGL: {DOCTOR}"
    ));
    game.play_on_terminal();
    Ok(None)
}

/// Whether people play it from its start: in windows, or on the terminal in their place.
fn is_for_people(game: &Game) -> bool {
    game.windows || game.on_terminal
}

/// A view on a terminal lasts until a person ends it, unless something else was asked for. JSON lines have an end.
fn set_the_end(game: &mut Game) {
    if !game.watch || !game.ends_by_default {
        return;
    }
    if screen(game) == Some(InspectorOutput::Terminal) {
        game.policy.duration = None;
    } else if let Some(duration) = game.policy.duration.map(humantime::format_duration) {
        report_line(&format!("tripong: JSON lines for {duration}; --for sets another time"));
    }
}

/// Where the windows of the panes belong, and that of the inspector, if that is known. On a projector they are as large as they have
/// room for, and explain nothing at first; beside a lab they are small.
fn arrange(
    game: &Game,
    display: Option<&Display>,
    settings: &mut GameSettings,
) -> (Vec<Place>, Option<Place>) {
    let Some(display) = display.filter(|_| game.windows) else { return (Vec::new(), None) };
    if game.present {
        settings.explains = false;
        let (places, zoom) = presented(display, &game.court, game.chosen.zoom);
        settings.zoom = zoom;
        return (places, None);
    }
    if game.policy.flaw.is_some()
        && let Some((panes, inspector, zoom)) = beside_a_lab(display, &game.court, game.chosen.zoom)
    {
        (settings.explains, settings.zoom) = (false, zoom);
        return (panes, Some(inspector));
    }
    (places(display, &game.court, settings.explains, settings.zoom), None)
}

fn setup(game: &Game, places: Vec<Place>, settings: &GameSettings) -> Setup {
    Setup {
        court: game.court,
        launcher_pid: std::process::id(),
        goal_hops: game.hops,
        windows: game.windows,
        paced: game.paced,
        is_playable: is_playable(game),
        waits_for_start: is_for_people(game),
        places,
        transport: game.transport,
        swap_every: game.swap_every,
        explains: settings.explains,
        presents: game.present,
        wait: game.wait,
        supervision: Supervision { stall: game.policy.stall, restarts: game.policy.restarts },
    }
}

/// Whether people may play: in windows, or in real time on a terminal that has keys.
fn is_playable(game: &Game) -> bool {
    let is_on_terminal = screen(game) == Some(InspectorOutput::Terminal) && terminal::is_interactive();
    game.windows || game.paced && is_on_terminal
}

/// Whether there is anything to report: a ball was served, or was and everybody has forgotten it.
fn has_begun(supervisor: &Supervisor) -> bool {
    let tally = &supervisor.tally;
    !tally.serves.is_empty() || tally.counts.reinitializations > 0
}

/// Checks the game and prints its report: all of it on stdout, or a line for its players. Returns the signal that ended this
/// before its end. `ending` is None for a game that ended with an error.
///
/// # Errors
/// Only of a game that was played to its end: the invariant that it broke, or why its report could not be written. What ended
/// any other is worth more to know.
fn report(
    game: &Game,
    supervisor: &Supervisor,
    chaos: Option<&Chaos>,
    ending: Option<Ending>,
) -> Result<Option<Signal>> {
    let (report, mut interrupted) = checked(game, supervisor);
    let chaos = chaos.map(|chaos| ChaosReport::of(chaos, supervisor, &report));
    let printed = print(game, supervisor, &report, chaos.as_ref());
    // A broken rule is worth more to know than that nobody can read of it; both are reported.
    let verdict = if ending.is_some() { report.check() } else { Ok(()) };
    let verdict = verdict.map_err(|error| match game.policy.flaw {
        // It was to be broken: that is nothing to report to anybody.
        Some(_) => Error::Misfit(error.to_string().trim_end_matches(TO_REPORT).to_owned()),
        None => error,
    });
    match printed {
        Err(error) if ending.is_none() || verdict.is_err() => report_line(&format!("tripong: {error}")),
        printed => printed?,
    }
    if is_for_people(game) && chaos.is_none() && ending.is_some() && verdict.is_ok() && has_begun(supervisor)
    {
        report_line(&last_line(game, supervisor, &report));
    }
    if let Some(chaos) =
        chaos.filter(|_| game.windows && ending == Some(Ending::Done) && interrupted.is_none())
    {
        let text = chaos.to_string();
        interrupted = supervisor.show_verdict(&chaos.verdict(text, supervisor.region().settings()))?;
    }
    verdict.map(|()| interrupted)
}

/// The report of the game, checked as far as no signal ends it.
fn checked(game: &Game, supervisor: &Supervisor) -> (GameReport, Option<Signal>) {
    let mut interrupted = None;
    let progress = Progress::new(game);
    progress.bar.set_message("checked");
    let report = GameReport::of(supervisor, &mut |ticks, of| {
        progress.bar.set_length(of);
        progress.bar.set_position(ticks);
        interrupted = supervisor.signals.take();
        interrupted.is_none()
    });
    progress.bar.finish_and_clear();
    if let Some(signal) = interrupted {
        report_line(&format!("tripong: stopped by {signal} before the game was checked to its end"));
    }
    (report, interrupted)
}

/// Prints the report on stdout, unless it is that of windows for which nobody has asked.
fn print(
    game: &Game,
    supervisor: &Supervisor,
    report: &GameReport,
    chaos: Option<&ChaosReport<'_>>,
) -> Result<()> {
    // The last of the lines of a watch is the report.
    let as_json = game.json || screen(game) == Some(InspectorOutput::Json);
    let text = match chaos {
        Some(chaos) => json::report("chaos", chaos, as_json),
        None if is_for_people(game) && !game.json => return Ok(()),
        None => json::report("report", report, as_json),
    }?;
    // The report begins a line, even if the inspector was killed in the middle of one.
    let begin = if game.watch && supervisor.inspector_was_cut_off() { "\n" } else { "" };
    if game.record == Some(Target::Stdout) {
        // stdout is the recording's.
        report_line(text.trim_end());
        return Ok(());
    }
    output::print("the report", &format!("{begin}{text}"), Some(&supervisor.signals))
}

/// What a game with windows has come to, and how to play it again; on stderr, since stdout is for what programs read.
fn last_line(game: &Game, supervisor: &Supervisor, report: &GameReport) -> String {
    let region = supervisor.region();
    let settings = GameSettings { rules: Some(report.rules()), ..region.settings() };
    let summary = report.summary(&supervisor.tally.counts, region.best());
    format!("tripong: {summary}; again: {}", again(game, &settings, region.transport()))
}

/// From the first child to the last, with a progress line on a terminal.
fn play(
    game: &Game,
    supervisor: &mut Supervisor,
    mut chaos: Option<&mut Chaos>,
    settings: Option<&mut Settings>,
    recordings: &mut Recordings,
) -> Result<Ending> {
    let mut settings = settings;
    let mut remember = |supervisor: &Supervisor| {
        if let Some(settings) = &mut settings {
            settings.remember(supervisor.region().settings());
        }
    };
    supervisor.start_all()?;
    if let Some(screen) = screen(game) {
        supervisor.open_inspector(screen)?;
    }
    let progress = Progress::new(game);
    let ending = supervisor.watch(&mut |supervisor| {
        remember(supervisor);
        let drawn_again_at = progress.draw(supervisor, game, chaos.as_deref());
        let next = match &mut chaos {
            Some(chaos) => chaos.act(supervisor),
            // Where nobody can press Start for another match, the end of one is the end of the game.
            None => {
                let is_over = supervisor.ball().is_some_and(|ball| ball.score.is_over());
                NextAction { again_at: None, enough: !is_playable(game) && is_over }
            }
        };
        let look_again_at = recordings.look(supervisor);
        let again_at = [next.again_at, drawn_again_at, look_again_at].into_iter().flatten().min();
        Ok(NextAction { again_at, ..next })
    });
    progress.bar.finish_and_clear();
    // While the Region still has what the game was: one that is corrupt at the end is replaced.
    recordings.look(supervisor);
    let stopped = supervisor.stop();
    remember(supervisor);
    // What ended the game is worth more to know than what went wrong after it.
    let ending = ending?;
    stopped.map(|()| ending)
}

/// Where the inspector is to be seen from the start, if it is wanted.
fn screen(game: &Game) -> Option<InspectorOutput> {
    let watched =
        || if !game.json && terminal::can_draw() { InspectorOutput::Terminal } else { InspectorOutput::Json };
    game.inspect.then_some(InspectorOutput::Window).or_else(|| game.watch.then(watched))
}

/// Without windows there is nothing to place.
#[cfg(not(feature = "windows"))]
fn places<C, Z>(_: &Display, _: C, _: bool, _: Z) -> Vec<Place> {
    Vec::new()
}

#[cfg(not(feature = "windows"))]
fn beside_a_lab<C>(_: &Display, _: C, _: Option<Zoom>) -> Option<(Vec<Place>, Place, Zoom)> {
    None
}

#[cfg(not(feature = "windows"))]
fn presented<C>(_: &Display, _: C, zoom: Option<Zoom>) -> (Vec<Place>, Zoom) {
    (Vec::new(), zoom.unwrap_or_default())
}

/// The progress line; not drawn where stderr is no terminal.
struct Progress {
    bar: ProgressBar,
    since: Instant,
}

impl Progress {
    fn new(game: &Game) -> Self {
        let millis =
            game.policy.duration.map(|duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX));
        let actions = game.chaos.map(|plan| plan.kills + plan.stops);
        let length = actions.or(game.hops).or(millis).unwrap_or(0);
        let bar = progress::progress_bar(length, game.windows || game.watch);
        Self { bar, since: Instant::now() }
    }

    /// Draws the line, and returns when to draw it again; None if nobody sees it.
    fn draw(&self, supervisor: &Supervisor, game: &Game, chaos: Option<&Chaos>) -> Option<Instant> {
        if self.bar.is_hidden() {
            return None;
        }
        let hops = supervisor.ball().map_or(0, |ball| ball.hop);
        let millis = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        let actions = chaos.map(|chaos| chaos.done(supervisor));
        self.bar.set_position(actions.or(game.hops.map(|_| hops)).unwrap_or(millis));
        self.bar.set_message(count(hops, "hop"));
        Some(Instant::now() + BEAT)
    }
}
