//! The moment of a picture: who had the ball when all the rest of the picture was read.
//!
//! What is shown together was read together. So every view has the moment of what it shows, and its headline is about that one: the
//! still of the memory reads it out of its own bytes, the flow out of the baton that it was followed up to, and for the processes
//! the baton is read before and after `/proc`.

use serde::Serialize;

use crate::game::{Court, PaneId};
use crate::platform::sync::{Ordering, Rights};
use crate::protocol::snapshot::Snapshot;
use crate::protocol::{Ownership, Region, TransportKind};

/// Who had the ball at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// The epoch.
    pub epoch: u64,
    /// The pane that had the ball; None while it rests, or if that cannot be read.
    pub holder: Option<PaneId>,
    /// Hops of the ball so far; None if its record cannot be read.
    pub hop: Option<u64>,
    /// The transport in force.
    pub transport: TransportKind,
    /// Whether the ball was the holder's during the whole look.
    #[serde(rename = "is_one")]
    pub is_one_moment: bool,
    /// The holder's process; 0 if there is none.
    #[serde(skip)]
    pub pid: u64,
    /// Whether the baton could be read at all, and the ball where that is necessary.
    #[serde(skip)]
    pub is_readable: bool,
}

impl Default for Moment {
    /// Nobody has looked yet.
    fn default() -> Self {
        let transport = TransportKind::default();
        Self { epoch: 0, holder: None, hop: None, transport, is_one_moment: true, pid: 0, is_readable: true }
    }
}

impl Moment {
    /// What the Region has of this ownership, which was read from the baton; None if that is corrupt. Where the ball goes on
    /// meanwhile, its hop is not known.
    pub fn read(region: &Region<impl Rights>, court: &Court, ownership: Option<Ownership>) -> Self {
        let Some(ownership) = ownership else { return Self { is_readable: false, ..Self::default() } };
        let holder = ownership.holder.pane();
        Self {
            epoch: ownership.epoch,
            holder,
            hop: region.ball(ownership, court).ok().map(|record| record.ball.hop),
            transport: region.transport(),
            pid: holder.map_or(0, |pane| region.pane(pane).status.pid.load(Ordering::Relaxed)),
            ..Self::default()
        }
    }

    /// That of a snapshot.
    pub fn of(snapshot: &Snapshot) -> Self {
        let holder = snapshot.holder();
        Self {
            epoch: snapshot.ownership.epoch,
            holder,
            hop: snapshot.ball.map(|ball| ball.hop),
            transport: snapshot.transport,
            pid: holder.and_then(|pane| snapshot.panes.get(pane.index())).map_or(0, |pane| pane.pid),
            is_readable: snapshot.ball.is_some(),
            ..Self::default()
        }
    }

    /// Where the ball was, in a sentence or two.
    pub fn in_words(&self, court: &Court) -> String {
        let Some(holder) = self.holder.filter(|_| self.is_readable) else {
            let text = if self.is_readable {
                "The ball rests: nobody has pressed Start."
            } else {
                "The ball cannot be read."
            };
            return text.to_owned();
        };
        let (pane, pid, epoch, transport) = (court.pane_title(holder), self.pid, self.epoch, self.transport);
        let hop = self.hop.map_or(String::new(), |hop| format!(", hop {hop}"));
        let restless = if self.is_one_moment { "" } else { " It changed hands while this was read." };
        format!("The ball: {pane}, pid {pid}. Epoch {epoch}{hop}, by {transport}.{restless}")
    }
}
