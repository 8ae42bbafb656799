//! The hand-off protocol: what the shared words mean, who may write them, and when.
//!
//! # Words
//!
//! - The **baton** is one atomic word: `epoch:48 | giver:8 | holder:8`. It alone says who owns the ball.
//! - The **epoch** grows by one at every change of holder and is never reused, so whoever is late is *fenced*: its
//!   compare-and-swap fails, and what it still writes is in a record that nobody reads any more.
//! - A **slot** holds the records of one owner: sixteen panes and the supervisor. It has one writer and is never
//!   cleared, not even when its process dies; the next incarnation goes on in it.
//! - A slot has two **halves**, for even and for odd epochs, and each half has two **copies** of the record, written in
//!   turn. A copy has its number under its checksum: of the sound copies the one with the later number counts. So no word
//!   decides alone, and whatever is done to one copy, the other is one tick older at most.
//!
//! # Who may write
//!
//! | what | who | when |
//! | --- | --- | --- |
//! | baton | the holder | to hand the ball over: compare-and-swap from its own ownership |
//! | baton | the supervisor | to take the ball: compare-and-swap from any ownership |
//! | slot\[i\] records | owner i | only the half of the epoch that it holds (or takes from) |
//! | slot\[i\] process status | owner i | any time; the supervisor while the pane has no process |
//! | header | the supervisor | before the children start; later only the phase |
//! | controls: paddles, transport, settings | anyone | any time; checked by the reader |
//! | links sent | the supervisor | after it has sent a process new links |
//! | commands, event log | the supervisor | any time |
//! | arrival log\[i\] | pane i | when it has the ball in its hands |
//! | request page (a page of its own) | the inspector | when its last request was answered |
//! | doorbells | the owner arms, anyone notifies | any time; a notification too many does no harm |
//!
//! # Transitions
//!
//! ```text
//! write(s,e,r)  p=e&1; n=the later number of copy[p][0..2]; fence(Release); fill the other copy Relaxed; its number=n+1 Release
//! read(s,e)     numbers Acquire; the copy with the later one, Relaxed: sound? else fence(Acquire) and the other one; neither:
//!               again (bounded), until both are the same twice: then it is corrupt
//! ball(e,g,h)   read(slot[h],e); where that is of another epoch, read(slot[g],e-1); if g is a pane, that ball has left g for h
//!               (or does so at its next tick: then that was in the copy that is lost), and counts one hop more
//! rest          baton=(0,SUP,SUP), and SUP's record of epoch 0 is the ball that waits for its first serve
//! wait          disarm bell[me]; w=baton Acquire; holder!=me -> arm bell[me] with how this process sleeps; sleep, with a timeout
//! accept        r=ball(w); where it has left the pane already, a dead process of the pane left only the hand-off to do
//! step          baton still w? advance one tick; write(slot[me],e,r)
//! hand-off      write(slot[me],e,r); send r; CAS baton w -> (e+1,me,to); ok: notify `to`. lost: drop the ball, fenced
//! reclaim       w=baton; r=ball(w); write(slot[SUP],e,r'); CAS w -> (e+1,SUP,to); wake everybody
//! ```
//!
//! How a bell is disarmed, armed and notified is the protocol of [`doorbell`].
//!
//! # Transports
//!
//! The baton is the ledger and the slots are the records, whatever a hand-off travels by. With the
//! [transports](crate::transport) `pipe` and `socket` the record also goes through the kernel, and the taker sleeps there:
//!
//! ```text
//! send          frame (e+1,me,to,r) into the link me->to. Refused (full, or nobody reads): the ball stays; a reader that leaves
//!               it full is notified; send again when there is room, or a new link, as long as the baton is still w
//! receive       frames that are in the links are read into the process. A look at the baton AFTER the read judges each: of
//!               this ownership or of the next one, from the holder to me: keep it; any other: reject it, and count
//! accept        r.via is a link: the frame of w, in hand or in the link, must be r. If not, or if there is none, r is used
//! notify        who sleeps on the very link that the frame went through is woken by it; anybody else is notified
//! swap          the word of the transport in force is changed. A giver reads it at each hand-off, and says in r.via what it used
//! death         the ends of the dead are closed. After the respawn the launcher sends both neighbours new links
//! breakage      a link that is of no use, though nobody has died: its process asks for another, and both are sent new ones
//! ```
//!
//! A frame is sent before the swap, as a record is written before it. So whoever sees the baton finds the frame, and one
//! that cannot be sent leaves the ball where it is. A frame never decides anything: what it says is used if the ledger
//! says the same.
//!
//! `reclaim` is one transition with three uses. A **serve** (the first Start) takes the resting ball; a **recall** (a
//! later Start) takes it from whoever has it; a **recovery** takes it from a dead pane and gives it to the next
//! incarnation of the same pane, with `r' = r`.
//!
//! # What is believed
//!
//! Anybody can write anything by mistake, so no word is believed because it is there:
//!
//! - A record must fit its checksum, its court and its epoch (hops and serves are epochs), and a ball that was handed over
//!   must leave its giver for its holder.
//! - The supervisor also knows how many epochs were its own (`epoch - 1 == hops + recoveries + recalls`), which serve was the
//!   last, and how many ticks the time since its last good checkpoint allows. A ball beyond that is corrupt.
//! - That a process has a ball in its hands, or leaves, is believed if a second word agrees: its last arrival, its pid.
//! - A counter that says what cannot be is not reported.
//!
//! A record that lies within all this, with a checksum that fits, is played; then the hash, or the ball as it was at the next
//! recall, differs from that of one process alone, and the report says so.
//!
//! A pane dies: reap it; if it was the holder, recover; notify every bell; only then start the next incarnation. Where the
//! holder has not written a record yet, the ball is as it took it over, from the giver's record of e-1, and its paddle is as
//! its newest record has it. The record of a recovery has both, so from then on nobody needs what the dead one has written.
//! A process remembers its own last record: what is done to its slot while it lives does not matter to it.
//!
//! Where a dead pane has left corrupt data (its paddle may be lost with it), or the baton, the header or the ball is not what it can
//! be, nothing in the Region is trusted any more: all processes are killed, and a fresh Region is laid out from the
//! supervisor's private copy of the last good state. That happens only so often: then the game is stopped.
//!
//! # Why it is safe
//!
//! 1. *One holder.* Only the compare-and-swap changes the holder, and epochs never repeat: one holder per epoch,
//!    no ABA.
//! 2. *Nothing lost.* The record that the next holder needs is written before the compare-and-swap that makes it
//!    needed, and that swap releases it.
//! 3. *Nothing overwritten.* Only the records of epochs e and e-1 are ever needed. A writer writes only the epoch
//!    that it holds, and the halves keep e-1 whole while e is written, even when the swap then fails.
//! 4. *Late is harmless.* One writer per slot: a late process can touch only its own record of an epoch that is
//!    over, and its swap fails.
//! 5. *No hang.* A death, or a stop, between swap and notify costs one timeout at most: every wait has one, and every
//!    death wakes everybody, whatever the bells say.
//! 6. *Frames decide nothing.* Late, doubled, foreign, garbled or lost with their reader: the ball is in the ledger.
//!
//! A hop is counted by who takes over, in [`Ball::handed_over`](crate::game::Ball::handed_over), and nowhere
//! else: so the record of a giver needs no mark that says whether its hand-off succeeded. Therefore, always,
//! `epoch - 1 == hops + recoveries + recalls` once the ball has been served.
//!
//! The physics is a function of the record, so a recovered ball flies as it would have flown: neither a recovery nor a
//! fresh Region changes the trajectory hash. A recall does, and the reference simulation that is compared is given the same recalls.
//!
//! This contains crashes and bugs, not malice: the baton's page is writable by every child.

mod action;
mod appearance;
mod arrival_log;
mod baton;
mod checkpoint;
pub mod doorbell;
mod event_log;
mod event_text;
pub mod failpoint;
mod header;
mod kind;
mod latency;
mod layout;
mod mapping;
#[cfg(test)]
#[cfg(feature = "model")]
mod model;
mod process_status;
mod record;
mod region;
mod request_page;
mod ring;
mod settings;
mod slot;
pub mod snapshot;

pub use action::Action;
pub use appearance::{Colors, Zoom};
pub use arrival_log::{Arrival, ArrivalLog};
pub use baton::{Baton, Fenced, Owner, Ownership};
pub use checkpoint::Checkpoint;
pub use event_log::{Counts, End, Event, EventLog, Serve, What};
pub use header::{Header, Phase, Setup, Supervision};
pub use kind::TransportKind;
pub use latency::{Bucket, Histogram, Percentiles};
pub use layout::{Field, Layout, RegionPart, Still, Unit, Writer};
pub use process_status::ProcessStatus;
pub use record::{Corrupt, Record};
#[doc(hidden)]
pub use record::{RECORD_WORDS, TAG, checksum};
pub use region::Region;
pub use request_page::{Request, RequestPage};
pub use ring::{Found, Ring};
pub use settings::{GameSettings, Speed};
pub use slot::Slot;
