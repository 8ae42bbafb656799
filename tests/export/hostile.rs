//! Lines that no game writes: exports of them end, without a panic.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use tripong::game::PaneId;
use tripong::recording::Line;
use tripong::recording::export::Window;
use tripong::recording::line::Hop;

use crate::game::{eventful, header};
use crate::{csv, html, perfetto, shiviz};

/// All exports of it.
fn export(lines: &[Line]) {
    for window in [Window::ALL, Window { from: 5, to: Some(20) }] {
        perfetto::exported(lines, window);
        csv::exported(lines, window);
        html::exported(lines, window);
        shiviz::check(&shiviz::parsed(&shiviz::exported(lines, window)));
    }
}

/// The lines with one number of one of them replaced, if they are lines then.
fn changed(lines: &[Line], which: Index, number: u64) -> Option<Line> {
    let mut value = serde_json::to_value(&lines[1 + which.index(lines.len() - 1)]).unwrap();
    let mut places = Vec::new();
    numbers(&value, String::new(), &mut places);
    let place = places.get(which.index(places.len().max(1)))?;
    *value.pointer_mut(place)? = number.into();
    serde_json::from_value(value).ok()
}

fn numbers(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::Number(_) => places.push(place),
        Value::Array(all) => {
            all.iter()
                .enumerate()
                .for_each(|(index, part)| numbers(part, format!("{place}/{index}"), places));
        }
        Value::Object(all) => {
            all.iter().for_each(|(key, part)| numbers(part, format!("{place}/{key}"), places));
        }
        _ => {}
    }
}

pub(crate) fn lines_in_any_order_with_any_numbers_are_exported_without_a_panic() {
    let lines = eventful().lines;
    let number = select(vec![0, 1, 2, 255, 1 << 32, 1 << 48, u64::MAX / 2, u64::MAX - 1, u64::MAX]);
    let change = prop::collection::vec((any::<Index>(), any::<Index>(), number), 0..12);
    let config = Config { cases: 150, failure_persistence: None, ..Config::default() };
    let tried = TestRunner::new(config).run(&change, |changes| {
        let mut changed_lines = lines.clone();
        for (which, where_to, number) in changes {
            if let Some(line) = changed(&lines, which, number) {
                let place = 1 + where_to.index(changed_lines.len() - 1);
                changed_lines.insert(place, line);
                changed_lines.remove(1 + which.index(changed_lines.len() - 1));
            }
        }
        export(&changed_lines);
        Ok(())
    });
    tried.unwrap();
}

pub(crate) fn panes_that_no_court_has_and_times_that_never_come_are_exported_without_a_panic() {
    let hop = |epoch, from, to| {
        let time = Some(u64::MAX);
        Line::Hop(Hop {
            epoch,
            hop: u64::MAX,
            tick: time,
            from: PaneId(from),
            to: PaneId(to),
            via: Default::default(),
            offered: time,
            took: time,
            state: None,
        })
    };
    export(&[
        Line::Recording(Box::new(header())),
        hop(u64::MAX, 255, 0),
        hop(0, 0, 0),
        hop(u64::MAX, 7, 255),
    ]);
    let header = tripong::recording::line::Header { panes: 0, origin_ns: u64::MAX, ..header() };
    export(&[Line::Recording(Box::new(header)), hop(1, 3, 4)]);
}
