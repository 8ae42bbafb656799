//! The page of the invariants: each with its numbers, and what it means.

use ratatui::text::Line;

use super::text::{heading, wrapped};
use crate::inspector::invariants::Invariants;

pub(super) fn lines(invariants: &Invariants, width: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for invariant in invariants.formatted() {
        lines.push(heading(format!("[{}] {}", invariant.holds.word(), invariant.name)));
        let why = invariant.holds.why().map(|why| format!("Why: {why}"));
        let texts = [invariant.formula]
            .into_iter()
            .chain(why)
            .chain(invariant.notes)
            .chain([invariant.meaning.to_owned()]);
        lines.extend(texts.flat_map(|text| wrapped(&format!("  {text}"), width, 4)));
        lines.push(Line::default());
    }
    lines
}
