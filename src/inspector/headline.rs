//! Where the ball is, and whether all is well, in a line.

use super::watcher::Watcher;
use crate::game::Court;

impl Watcher {
    /// The line that is above every view.
    #[must_use]
    pub fn headline(&self, court: &Court) -> String {
        let snapshot = &self.snapshot;
        let whereabouts = match (snapshot.holder(), &snapshot.ball) {
            (_, None) => "The ball cannot be read.".to_owned(),
            (None, Some(_)) => "The ball rests: nobody has pressed Start.".to_owned(),
            (Some(holder), Some(ball)) => {
                let pid = snapshot.panes.get(holder.index()).map_or(0, |pane| pane.pid);
                let (name, epoch) = (court.pane_title(holder), snapshot.tenure.epoch);
                let (hop, carrier) = (ball.hop, snapshot.carrier);
                format!("The ball: {name}, pid {pid}. Epoch {epoch}, hop {hop}, by {carrier}.")
            }
        };
        let laws =
            if self.laws.none_is_violated() { "The laws hold." } else { "A LAW IS VIOLATED: see Laws." };
        format!("{whereabouts} {laws}")
    }
}
