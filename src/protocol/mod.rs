//! The hand-off protocol: what the shared words mean, which process may write them, and when.
//!
//! # Terms
//!
//! - The **baton** is the ownership word: one atomic, `epoch:48 | giver:8 | holder:8`. It alone decides which process owns
//!   the ball. Decoded, it is an [`Ownership`].
//! - The **epoch** is a fencing token. Every change of holder increments it and no value is reused, so a late holder is
//!   *fenced*: its compare-and-swap fails, and no reader needs the record that it still writes.
//! - A **slot** holds the records of one owner: one slot for each of sixteen panes, one for the supervisor. It has one writer.
//!   Nothing clears it, not even the death of its process: the next incarnation continues in it.
//! - A **record** is a checkpoint of the ball. A slot has two **halves**, for even and for odd epochs. A half is a
//!   double-buffered seqlock: two **copies** of the record, written in turn, each with its number under its checksum. Of the
//!   sound copies the one with the later number counts. So no word decides alone, and the loss of one copy costs one tick.
//! - A **doorbell** is a wait word: one per pane, with an eventfd beside it ([`doorbell`]). The supervisor has an eventfd only.
//!
//! # Writers
//!
//! | words | written by | when |
//! | --- | --- | --- |
//! | header | the supervisor | before the first process starts; later only the phase |
//! | header: `has_spoken` | a process that fails to start | by swap: the first one reports why |
//! | baton | the holder | hand-off: compare-and-swap from its own ownership |
//! | baton | the supervisor | reclaim: compare-and-swap from any ownership |
//! | bells\[i\]: word | pane i disarms and arms; any process notifies | any time; a superfluous notification is harmless |
//! | bells\[i\]: place | pane i | when it begins and ends to wait |
//! | controls: paddles | any process (for the inspector: the supervisor) | a person moves a paddle; the process whose window had a key is dead |
//! | controls: transport, raises, records, settings, end of the last rally | any process (for the inspector: the supervisor) | any time; the reader checks them |
//! | links sent\[i\] | the supervisor | after it has sent the process of pane i new links |
//! | slot\[i\]: records | owner i | only the half of an epoch that it holds (the supervisor: that it reclaims from) |
//! | slot\[i\]: process status | the process of pane i; while there is none, the supervisor | any time |
//! | slot\[i\]: process status: incarnation | the supervisor | before it starts a process |
//! | latencies\[i\] | pane i | when it takes the ball over |
//! | commands\[i\] | the supervisor | any time |
//! | event log | the supervisor | any time |
//! | arrival log\[i\] | pane i | when it takes the ball over |
//! | control log\[i\] | pane i | while it has the ball, before the first tick that it plays with another control |
//! | request page (a mapping of its own): request n | the inspector | after the supervisor has answered request n - 32 |
//! | request page: place, window | the inspector | any time |
//! | request page: restarted | the supervisor | before it starts an inspector |
//!
//! [`Layout`] names the writer of every single word.
//!
//! # Transitions
//!
//! `w` is the ownership `(e,g,h)` that was read from the baton; `me` is the process, `SUP` the supervisor.
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
//! step          baton still w? c=control[me]; c differs from the last one of this epoch (at first the autopilot): log it; advance one tick with c; write(slot[me],e,r)
//! hand-off      write(slot[me],e,r); send r; CAS baton w -> (e+1,me,to); ok: notify `to`. lost: drop the ball, fenced
//! reclaim       w=baton; r=ball(w); write(slot[SUP],e,r'); CAS w -> (e+1,SUP,to); wake all
//! ```
//!
//! `reclaim` has three uses:
//!
//! - a **serve** (the first Start) reclaims the resting ball;
//! - a **recall** (a later Start, or a stall) reclaims it from its holder;
//! - a **recovery** reclaims it from a dead pane for the next incarnation of the same pane, with `r' = r`.
//!
//! The supervisor's own transitions:
//!
//! ```text
//! reap          wait for the dead process; it was the holder: recover; wake all
//! respawn       clear the process status, incarnation+1; start the process; send it and its neighbours new links
//! reinitialize  kill and reap all; lay out a fresh Region from the last good checkpoint; start all
//! ```
//!
//! # Transports
//!
//! The baton and the slots are the *ledger*: they have the last word, by whatever [transport](crate::transport) a hand-off
//! travels. A record names it in `via`. With `pipe` and `socket` the record also goes through the kernel, and the taker
//! sleeps there:
//!
//! ```text
//! send          frame (e+1,me,to,r) into the link me->to. Refused (full, or no reader): the ball stays; notify a reader that
//!               leaves it full; send again when there is room, or a new link, as long as the baton is still w
//! receive       read the frames of the links into the process. A look at the baton AFTER the read judges each: of this
//!               ownership or of the next one, from the holder to me: keep it; any other: reject it, and count
//! accept        r.via is a link: the frame of w, in hand or in the link, must be r. If not, or if there is none, use r
//! notify        a taker that sleeps on the very link of the frame is woken by the frame; any other is notified
//! swap          change the word of the transport in force. A giver reads it at each hand-off, and writes to r.via what it used
//! death         the ends of the dead process are closed. After the respawn the launcher sends both neighbours new links
//! breakage      a link that is of no use, though no process has died: its process asks for another; both are sent new ones
//! ```
//!
//! A frame is sent before the swap, as a record is written before it. So a process that sees the baton finds the frame, and a
//! frame that cannot be sent leaves the ball where it is. A frame decides nothing: it is used if the ledger agrees with it.
//!
//! # Paddles
//!
//! A pane has a paddle and a word that says who moves it: nobody (0: the autopilot), a person who has put it somewhere
//! (an `f64`), or a key that is held (`held:1 down:1 pane:4 place:22 tick:36`). The last word counts.
//!
//! ```text
//! press         t=tick of the ball, y=the paddle's place at t; word=(held, direction, me, y, t)
//! held          place(t') = clamp(y + direction * step * (t' - t)): at each tick for the owner of the ball, at any time for
//!               every other reader. Nobody writes meanwhile
//! release       word still (held, ., me, ., .) -> CAS to the place reached: the key was released or the window lost the focus
//! dead window   the supervisor, when it has reaped the process of pane p: CAS of every (held, ., p, ., .) to the place reached
//! no ticks      at rest, paused, over: a held key moves nothing. The window writes the places itself, as the mouse does
//! ```
//!
//! So a paddle moves by tick, not by frame, and a pane that does not have the ball may sleep. The record of a tick has the place
//! that the paddle had in it. A frozen process cannot release its key: the paddle then stands at the end of its line, after
//! at most 176 ticks. A word that no process can have written is the autopilot's; a tick that is still to come moves
//! nothing.
//!
//! # Validation
//!
//! Any process can write anything by mistake, so every word is checked before it is used:
//!
//! - A record must fit its checksum, its court and its epoch (hops and serves are epochs), and a ball that was handed over
//!   must leave its giver for its holder.
//! - The supervisor also knows how many epochs were its own (`epoch - 1 == hops + recoveries + recalls`), which serve was the
//!   last, and how many ticks the time since its last good checkpoint allows. A ball beyond that is corrupt.
//! - That a process has the ball in its hands, or leaves, needs a second word that agrees: its last arrival, its pid.
//! - A counter with an impossible value is not reported.
//!
//! A corrupt record that passes all this is played. Then the hash, or the ball at the next recall, differs from that of the
//! reference simulation, and the report contains the violation.
//!
//! # Failure
//!
//! A pane dies: reap it; if it was the holder, recover; wake all; only then start the next incarnation. Where the holder has
//! not written a record yet, the ball is as it took it over, from the giver's record of e-1, and its paddle is as in its newest
//! record. The record of a recovery has both, so from then on no reader needs what the dead process has written. A process
//! remembers its own last record: corruption of its slot does not matter to it while it lives.
//!
//! Where a dead pane has left corrupt data (its paddle may be lost with it), or the baton, the header or the ball is
//! impossible, the supervisor trusts nothing in the Region and reinitializes it. After so many times it stops the game.
//!
//! # Invariants
//!
//! 1. *One holder.* Only the compare-and-swap changes the holder, and epochs never repeat: one holder per epoch, no ABA.
//! 2. *Nothing lost.* The record that the next holder needs is written before the compare-and-swap that makes it needed, and
//!    that swap releases it.
//! 3. *Nothing overwritten.* Only the records of epochs e and e-1 are ever needed. A writer writes only the epoch that it
//!    holds, and the halves keep e-1 whole while e is written, even when the swap then fails.
//! 4. *Late is harmless.* One writer per slot: a late process can change only its own record of an epoch that is over, and
//!    its swap fails.
//! 5. *No hang.* A death, or a stop, between swap and notify costs one timeout at most: every wait has one, and every death
//!    wakes all, whatever the bells hold.
//! 6. *Frames decide nothing.* Late, doubled, foreign, corrupt or lost with their reader: the ball is in the ledger.
//! 7. *Conservation.* The taker counts the hop, in [`Ball::handed_over`](crate::game::Ball::handed_over), and nothing else does:
//!    so the record of a giver needs no mark of success. After the first serve, `epoch - 1 == hops + recoveries + recalls`.
//! 8. *Reproducible.* The physics is a function of the record, so a recovered ball flies as it would have flown: neither a
//!    recovery nor a fresh Region changes the trajectory hash. A recall does; the reference simulation plays the same recalls.
//!
//! The protocol contains crashes and bugs, not malice: every child can write to the baton's page.

mod action;
mod appearance;
mod arrival_log;
mod baton;
mod checkpoint;
mod control;
mod control_log;
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
mod news;
mod pace;
mod picture;
mod process_status;
mod rally_end;
mod recent;
mod record;
mod recording_status;
mod region;
mod request_page;
mod ring;
mod settings;
mod slot;
pub mod snapshot;
mod staged;
mod window_status;

pub use action::Action;
pub use appearance::{Colors, Zoom};
pub use arrival_log::{Arrival, ArrivalLog};
pub use baton::{Baton, Fenced, Owner, Ownership};
pub use checkpoint::Checkpoint;
pub use control_log::{ControlChange, ControlLog};
pub use event_log::{Counts, End, Event, EventLog, RecordingChange, Serve, What};
pub use header::{Header, Phase, Setup, Supervision};
pub use kind::TransportKind;
pub use latency::{Bucket, Histogram, Percentiles};
pub use layout::{Field, Layout, RegionPart, Still, Unit, Writer};
pub use news::{NEWS_NS, News, goal_in_words};
pub use pace::{Pace, Speed, Tempo};
pub use picture::{Picture, Spot};
pub use process_status::ProcessStatus;
pub use rally_end::RallyEnd;
pub use recent::{RECENT_NS, Recent};
pub use record::{Corrupt, Record};
#[doc(hidden)]
pub use record::{RECORD_WORDS, TAG, checksum};
pub use recording_status::{RecordingName, RecordingStatus};
pub use region::Region;
pub use request_page::{Demand, RequestPage};
pub use ring::{Found, Ring};
pub use settings::GameSettings;
pub use slot::Slot;
pub use window_status::WindowStatus;
