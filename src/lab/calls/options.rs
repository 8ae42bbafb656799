//! What can be chosen, in an order that was drawn.

use crate::lab::exercise::{Answer, Draw, Kind, Question};

/// What can be chosen, in an order that was drawn: another one for each student.
#[derive(Debug, Clone)]
pub(in crate::lab) struct Options {
    items: Vec<String>,
    /// Which item stands at which place.
    order: Vec<usize>,
}

impl Options {
    /// Draws the order.
    pub(in crate::lab) fn drawn<T: Into<String>>(
        draw: &mut Draw,
        items: impl IntoIterator<Item = T>,
    ) -> Self {
        let items: Vec<String> = items.into_iter().map(Into::into).collect();
        let order = draw.shuffle((0..items.len()).collect());
        Self { items, order }
    }

    /// The question, with all of them.
    pub(in crate::lab) fn question(&self, text: impl Into<String>) -> Question {
        let items = self.order.iter().filter_map(|item| self.items.get(*item).cloned());
        Question { text: text.into(), kind: Kind::Choice(items.collect()) }
    }

    /// The answer that means this item.
    pub(in crate::lab) fn answer(&self, item: usize) -> Answer {
        Answer::Choice(self.order.iter().position(|other| *other == item).unwrap_or(0))
    }

    /// The item that an answer means.
    pub(in crate::lab) fn item(&self, answer: Option<&Answer>) -> Option<usize> {
        if let Some(Answer::Choice(place)) = answer { self.order.get(*place).copied() } else { None }
    }

    /// Its words.
    pub(in crate::lab) fn words(&self, item: usize) -> &str {
        self.items.get(item).map_or("", String::as_str)
    }
}
