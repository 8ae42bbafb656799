//! Labs: the list, a key, receipts and grades, by the schemas that describe them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use strum::VariantArray;
use tripong::lab::catalogue::LABS;
use tripong::lab::exercise::Slot;
use tripong::lab::receipt::verify::FaultKind;

use super::{
    assert_all, assert_rejects_changes, assert_rejects_changes_of, assert_valid, command, object, objects,
};

const RECEIPT: &str = "receipt.schema.json";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("tripong-json-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// A receipt of this lab.
    fn receipt(&self, lab: &str) -> String {
        let [answers, receipt] = ["answers", "receipt"].map(|name| self.0.join(format!("{lab}.{name}")));
        let (answers, receipt) = (answers.to_str().unwrap(), receipt.to_str().unwrap());
        fs::write(answers, command(&format!("lab key --student anna --lab {lab} --answers passing")).stdout)
            .unwrap();
        let output = command(&format!("lab {lab} --student anna --answers {answers} --receipt {receipt}"));
        assert_eq!(output.stderr, "", "{output:?}");
        receipt.to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

#[test]
fn the_list_of_labs_is_as_its_schema_describes() {
    assert_rejects_changes(&object(&command("lab --json"), 0, "labs"));
}

#[test]
fn a_key_is_as_its_schema_describes() {
    let key = object(&command("lab key --student anna --course OS-101 --json"), 0, "key");
    assert_eq!(key["labs"].as_array().unwrap().len(), LABS.len());
    assert_rejects_changes(&key);
}

#[test]
fn grades_are_as_their_schema_describes() {
    let folder = Folder::new("grades");
    let (receipt, bad) = (folder.receipt(LABS[0].name), folder.0.join("bad"));
    let graded = object(&command(&format!("lab verify --format json {receipt}")), 0, "lab");
    assert_rejects_changes(&graded);
    fs::write(&bad, "nothing").unwrap();
    let missing = format!("lab verify --format json --labs {} {}", LABS[LABS.len() - 1].name, bad.display());
    let mut command = crate::tripong();
    command.args(missing.split(' '));
    let output = crate::Program::spawn(command).finish();
    let [faulty] = objects(&output, 2).try_into().unwrap();
    assert!(faulty["receipts"][0]["fault"].is_object() && faulty["missing"][0].is_object(), "{faulty}");
    assert_rejects_changes(&faulty);
    assert_all("lab.schema.json#/$defs/fault/properties/kind", FaultKind::VARIANTS);
}

#[test]
fn receipts_are_as_their_schema_describes() {
    let folder = Folder::new("receipts");
    let read = |path: &Path| -> Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };
    let mut receipt = read(Path::new(&folder.receipt(LABS[0].name)));
    assert_valid(RECEIPT, &receipt);
    // The first fact has no unit: only that may be left out.
    receipt["tasks"][0]["observation"]
        .as_array_mut()
        .unwrap()
        .insert(0, json!({ "name": "torn", "value": true }));
    receipt["trajectory"] = json!({ "hops": 3, "hash": "0123456789abcdef" });
    let kinds = [
        (json!({ "choice": ["a", "b"] }), json!({ "choice": 1 })),
        (json!({ "number": { "unit": "bytes", "from": 0, "to": 9 } }), json!({ "number": 3 })),
        (json!({ "order": ["a", "b"] }), json!({ "order": [1, 0] })),
        (json!({ "steps": [{ "name": "A", "steps": ["load"] }] }), json!({ "order": [0] })),
    ];
    for (kind, answer) in kinds {
        let asked = &mut receipt["tasks"][0]["asked"][0];
        (asked["question"]["kind"], asked["answer"]) = (kind, answer);
        assert_valid(RECEIPT, &receipt);
        assert_rejects_changes_of(RECEIPT, &receipt);
    }
    assert_all(
        "receipt.schema.json#/properties/tasks/items/properties/asked/items/properties/slot",
        [Slot::Prediction, Slot::Choice, Slot::Conclusion],
    );
}
