//! What a headless game has shown: the numbers, and whether the rules held.

mod collect;
mod fields;
mod reader;
mod reference;
mod text;

pub use fields::GameReport;
