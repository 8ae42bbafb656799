//! What a pane's window shows, as far as a change of it must be painted.

use crate::game::{Ball, Court, PaneId, Score};
use crate::protocol::snapshot::{HandOff, PaneView, Snapshot};
use crate::protocol::{GameSettings, News, Ownership, TransportKind};

/// What the window of a pane shows. Windows without the ball do not follow its flight: they cost nothing meanwhile, as in a game.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PaneKey {
    ownership: Ownership,
    /// Where it can be seen from this pane.
    ball: Option<Ball>,
    score: Score,
    goes_right: bool,
    view: Option<PaneView>,
    /// The process that has the ball.
    pid: u64,
    transport: TransportKind,
    hand_off: Option<HandOff>,
    medians_ns: [Option<u64>; 3],
    settings: GameSettings,
    /// What has just happened: not for how much longer it is news.
    news: Option<(String, String)>,
    is_playing: bool,
}

impl PaneKey {
    pub(super) fn of(snapshot: &Snapshot, court: &Court, pane: PaneId, is_playing: bool) -> Self {
        let view = |pane: PaneId| snapshot.panes.get(pane.index()).copied();
        let holder = snapshot.holder();
        Self {
            ownership: snapshot.ownership,
            ball: snapshot.ball.filter(|ball| holder == Some(pane) || ball.overlaps(pane)),
            score: snapshot.score(),
            goes_right: snapshot.ball.is_some_and(|ball| ball.vx > 0.0),
            view: view(pane),
            pid: holder.and_then(view).map_or(0, |view| view.pid),
            transport: snapshot.transport,
            hand_off: snapshot.hand_off,
            medians_ns: snapshot.medians_ns,
            settings: snapshot.live_settings,
            news: snapshot.news(court).map(|news: News| (news.what, news.more)),
            is_playing,
        }
    }
}
