//! The Region as a live byte map: the baton, a map of all words, the selected word explained, and a table.
//!
//! ```text
//! The ball is with the middle pane
//! epoch 58, from the left pane to the middle pane           00000000003a | 00 | 01
//! [Still] [Step]  [ ] Only what has changed     Live
//! S supervisor   L left   M middle   R right   H holder   * anyone   filled: changed
//! (the map)
//! 0x00100  baton  00000000003a0001
//! epoch 58, from the left pane to the middle pane   written by holder, as epoch:48 giver:8 holder:8
//! The owner of the ball, its giver, ...
//! (the table)
//! ```
//!
//! Space holds the still and lets it go on; N takes the next one; the arrow keys select a word; page up and page down
//! scroll, at last the table.

mod map;
mod panel;
mod table;

pub use panel::MemoryUi;
