//! What users want.

use crate::game::{Control, GameRules, PaneId};
use crate::protocol::{CarrierKind, Colors, Speed, Zoom};

/// What the user wants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Intent {
    /// The ball at this pane's start, wherever it is now.
    Serve,
    /// A pane's paddle moved by hand, or by the autopilot again.
    Control(PaneId, Control),
    /// Another carrier from the next hop on.
    Carrier(CarrierKind),
    /// The explanation open or closed, in all windows.
    Explain(bool),
    /// The inspector's window.
    Inspect,
    /// All windows in front of those of other programs.
    RaiseAll,
    /// Time stopped, or going on.
    Pause(bool),
    /// Another speed, at once.
    Speed(Speed),
    /// Another mode or ball, from the next serve on.
    Rules(GameRules),
    /// Without effects, or with them.
    ReducedMotion(bool),
    /// Other colours, in all windows.
    Colors(Colors),
    /// Another size of everything, in all windows.
    Zoom(Zoom),
    /// All settings as they were at first.
    Reset,
}
