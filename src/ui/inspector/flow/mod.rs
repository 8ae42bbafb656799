//! The flow of the ball through space and time: which process had it when, and how it came there.
//!
//! ```text
//! [Zoom in] [Zoom out] [Earlier] [Later] [Follow]
//! supervisor   ● served                       ● recovered
//! left         |            ■■ 58 ■■■■■■■    X died
//! middle       ■■■ 57 ■■■■^                  ^ ...
//! right        |
//!              11 s        12 s        13 s
//! 12.004 s  epoch 58, hop 57: middle to left by pipe, 11.3 µs, stayed 1.02 s
//! transport  count  p50 µs  p99 µs ...         12.004 s  epoch 58, hop 57: ...
//! ```

mod frame;
mod latency;
mod paint;
mod panel;
mod picture;
mod time_view;

pub use panel::FlowUi;
