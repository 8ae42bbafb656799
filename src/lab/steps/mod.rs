//! Processes that stand still before each of their steps and are let go on one step at a time: for labs on one ball.

mod ball;
mod marked;
mod words;

pub(super) use ball::{Crossing, court, hop};
pub(super) use marked::{Said, Walker, answer, let_go_on, wait_for_step};
pub(super) use words::{ModelWords, Words};
