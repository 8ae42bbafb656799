//! The rows as comma-separated values.

use std::fmt;
use std::io;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::bench::figures::Row;

/// The rows, with the names that they have in JSON, in the same order; what is many is in one field, with spaces between, and what
/// is null is empty. The floor has a column for each of its parts.
pub(super) fn csv(rows: &[Row]) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for (index, row) in rows.iter().enumerate() {
        let Ordered(fields) = serde_json::from_str(&serde_json::to_string(row)?)?;
        let fields: Vec<_> = fields.into_iter().filter(|(name, _)| name != "floor").collect();
        if index == 0 {
            let names = fields.iter().map(|(name, _)| name.as_str());
            writer.write_record(names.chain(["floor_kind", "floor_ratio", "floor_range"]))?;
        }
        let floor = row.floor.map_or([const { String::new() }; 3], |floor| {
            [
                floor.kind.to_string(),
                floor.ratio.to_string(),
                floor.range.map(|part| part.to_string()).join(" "),
            ]
        });
        writer.write_record(fields.iter().map(|(_, value)| field(value)).chain(floor))?;
    }
    writer.into_inner().map_err(|error| error.into_error())
}

fn field(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(field).collect::<Vec<_>>().join(" "),
        value => value.to_string(),
    }
}

/// The keys of an object in the order in which they were written; `serde_json`'s own are in that of the alphabet.
struct Ordered(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys;

        impl<'de> Visitor<'de> for Keys {
            type Value = Ordered;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let mut all = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    all.push(entry);
                }
                Ok(Ordered(all))
            }
        }

        deserializer.deserialize_map(Keys)
    }
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;
    use crate::bench::floor::{FloorKind, FloorRatio};
    use crate::bench::report::fixed;

    #[test]
    fn the_csv_has_the_names_the_order_and_the_figures_of_the_json() {
        let mut row = fixed::report().rows.remove(0);
        row.floor = Some(FloorRatio { kind: FloorKind::FutexPair, ratio: 1.5, range: [1.25, 2.0] });
        let text = String::from_utf8(csv(std::slice::from_ref(&row)).unwrap()).unwrap();
        let [names, values] = text.lines().collect::<Vec<_>>().try_into().unwrap();
        let [names, values] = [names, values].map(|line: &str| line.split(',').collect::<Vec<_>>());
        assert_eq!(names[..3], ["mode", "transport", "wait"]);
        assert_eq!(names[names.len() - 3..], ["floor_kind", "floor_ratio", "floor_range"]);
        assert_eq!(values[values.len() - 3..], ["futex-pair", "1.5", "1.25 2"]);
        let json = serde_json::to_value(&row).unwrap();
        assert_eq!((names.len(), values.len()), (json.as_object().unwrap().len() + 2, names.len()));
        for (name, value) in names.iter().zip(&values).take(names.len() - 3) {
            match &json[name] {
                Value::Number(number) => {
                    assert!(
                        (number.as_f64().unwrap() - value.parse::<f64>().unwrap()).abs() < 1e-9,
                        "{name}"
                    );
                }
                Value::Array(all) => assert_eq!(value.split(' ').count(), all.len(), "{name}"),
                other => assert_eq!(&field(other), value),
            }
        }
    }
}
