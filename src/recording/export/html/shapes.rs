//! A shape for each kind of mark: its form distinguishes it, so it survives a printer without colours.

use crate::protocol::End;
use crate::recording::export::happening::What;

/// A shape around (0, 0): the commands of an SVG path, and whether it is filled.
pub(super) fn shape(what: &What) -> (&'static str, bool) {
    match what {
        What::Died(End::Code(0)) => ("M-4-4h8v8h-8z", false),
        What::Died(_) => ("M-5-5L5 5M5-5L-5 5", false),
        What::Frozen => ("M-5-6h3.5v12h-3.5zM1.5-6h3.5v12h-3.5z", true),
        What::Continued => ("M-4-6L6 0L-4 6z", true),
        What::Recall(..) => ("M0-7L7 0L0 7L-7 0z", true),
        What::Serve(_) => ("M0-6A6 6 0 1 1 0 6A6 6 0 1 1 0-6z", false),
        What::Recovery(_) => ("M0-7L6.5 5h-13z", true),
        What::Started => ("M0-4A4 4 0 1 1 0 4A4 4 0 1 1 0-4z", true),
        What::Action(..) => ("M2-8L-4 1h4L-2 8L5-1.5h-4.5z", true),
        What::Stalled | What::Hung => ("M-5-6h10L-5 6h10z", false),
        What::Fenced(_) => ("M-5-6v12M0-6v12M5-6v12M-7-2h14M-7 2h14", false),
        What::Goal(..) => ("M0-8L2-2.5 7.5-2.5 3 1 4.7 6.5 0 3-4.7 6.5-3 1-7.5-2.5-2-2.5z", true),
        What::Reinitialization(_) => ("M-6-6h12v12h-12zM-3-3h6v6h-6z", false),
        What::Transport(_) => ("M-7-3h10l-3-3M7 3h-10l3 3", false),
        What::Begins(_) | What::Ends | What::Settings(_) => ("M0-7v14", false),
    }
}

/// What the legend explains, in this order, if it is in the diagram.
pub(super) const LEGEND: [(What, &str); 14] = [
    (What::Serve(crate::game::PaneId(0)), "serve"),
    (What::Recall(crate::game::PaneId(0), crate::game::PaneId(0)), "recall by the launcher"),
    (What::Died(End::Signal(9)), "death of a process"),
    (What::Died(End::Code(0)), "exit of a process that was asked to end"),
    (What::Recovery(crate::game::PaneId(0)), "recovery for the next process"),
    (What::Reinitialization(String::new()), "replacement of the Region"),
    (What::Started, "start of a process"),
    (What::Frozen, "freeze (SIGSTOP)"),
    (What::Continued, "continue (SIGCONT)"),
    (What::Stalled, "stall or hang: no progress"),
    (What::Fenced(1), "late write, fenced"),
    (What::Action(crate::protocol::Action::Kill, true), "injected fault"),
    (What::Transport(crate::protocol::TransportKind::Shared), "change of the transport"),
    (What::Goal(0, 0), "goal"),
];
