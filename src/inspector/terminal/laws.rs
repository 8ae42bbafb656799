//! The page of the laws: each with its numbers, and what it says.

use ratatui::text::Line;

use super::text::{heading, wrapped};
use crate::inspector::laws::Laws;

pub(super) fn lines(laws: &Laws, width: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for law in laws.told() {
        lines.push(heading(format!("[{}] {}", law.holds.word(), law.name)));
        let why = law.holds.why().map(|why| format!("Why: {why}"));
        let texts = [law.formula].into_iter().chain(why).chain(law.notes).chain([law.says.to_owned()]);
        lines.extend(texts.flat_map(|text| wrapped(&format!("  {text}"), width, 4)));
        lines.push(Line::default());
    }
    lines
}
