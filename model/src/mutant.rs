//! Deliberate defects of the protocol. `docs/MUTANTS.md` has their table.

/// A deliberate defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// None: the protocol as it is.
    None,
    /// A giver swaps the baton, and then writes the record.
    RecordAfterTheSwap,
    /// The supervisor swaps the baton, and then writes the record.
    ReclaimBeforeTheRecord,
    /// A giver notifies, and then swaps the baton.
    NotifyBeforeTheSwap,
    /// A waiter looks at the baton, and then at the bell.
    BellDisarmedAfterTheBaton,
    /// The supervisor does not notify when a pane dies without the ball.
    NoNotifyAtADeath,
    /// The supervisor stores the baton instead of comparing and swapping it.
    ReclaimByStore,
    /// A slot has one record instead of one for even and one for odd epochs.
    OneHalf,
    /// A new process begins with an empty slot.
    SlotClearedAtRespawn,
    /// A process that does not answer is replaced before it is dead.
    RespawnBeforeTheReap,
    /// The giver counts the hop, in the record that it writes before the swap.
    HopCountedByTheGiver,
    /// A recovery does not look at what the dead owner has written itself.
    RecoveryFromTheGiver,
    /// A holder whose swap comes too late swaps from whatever the baton says now.
    LateOwnerNotFenced,
    /// A take notifies its receiver alone. Not a defect: see `docs/MUTANTS.md`.
    ReclaimNotifiesOnlyTheReceiver,
    /// A waiter stores in its bell how it sleeps, instead of comparing and swapping it.
    ArmByStore,
    /// The supervisor wakes only those whose bells say that they sleep.
    TimidSupervisor,
    /// A giver swaps the baton, and then sends the frame; a refused frame is dropped.
    SendAfterTheSwap,
    /// A giver does not wake a taker that has read a frame ahead of the swap.
    EarlySleeperNotWoken,
    /// A giver that has sent a frame does not wake a taker that sleeps on the same kind of link to a later process.
    KindOfLinkTrusted,
    /// A giver notifies also whom its frame wakes, and so leaves a sleeper whose bell says that it was notified.
    FrameWakesNotified,
    /// A giver wakes as its own transport asks for, however the taker sleeps.
    WakesByItsOwnTransport,
    /// A taker plays the ball of an early frame, and does not ask the baton.
    FrameBelieved,
    /// A taker judges a frame by what the baton said before the frame was read.
    FrameJudgedByAnOlderLook,
    /// A taker that looks for its frame throws away one that is ahead of its ownership.
    FrameAheadThrownAway,
    /// A new process's neighbours keep their old links.
    LinksNotReplaced,
    /// A giver that a full link refuses does not notify the taker before it sleeps.
    RefusedGiverDoesNotNotify,
    /// A giver that a link refuses does not look at the baton before it sleeps.
    RefusedGiverDoesNotLook,
    /// A giver sends the frame, and then writes the record. Not a defect: see `docs/MUTANTS.md`.
    FrameBeforeTheRecord,
}
