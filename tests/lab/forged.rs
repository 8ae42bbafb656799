//! Receipts that were changed: by hand, and by those who make the digest anew. None is worth more than what was done.
//!
//! What a forger with this program can always do is left out: to claim another prediction than was made. docs/LABS.md says so.

use serde_json::{Value, json};
use tripong::lab::exercise::Draw;
use tripong::lab::receipt::Receipt;
use tripong::lab::receipt::verify::{Expected, FaultKind, Played, judge};

/// So many changes of each receipt: `TRIPONG_LAB_CHANGES`, or 60.
fn changes() -> u64 {
    std::env::var("TRIPONG_LAB_CHANGES").ok().map_or(60, |changes| changes.parse().unwrap())
}

/// Changes this receipt in many ways, with its digest made anew and without.
pub(crate) fn check(lab: &str, text: &str) {
    let (expected, mut played) = (Expected::default(), Played::default());
    let original: Value = serde_json::from_str(text).unwrap();
    let honest = judge(text.as_bytes(), &expected, &mut played).unwrap();
    for number in 0..changes() {
        let mut draw = Draw::new(number, lab);
        let Some((changed, what)) = changed(&original, &mut draw) else { continue };
        let by_hand = judge(&serde_json::to_vec(&changed).unwrap(), &expected, &mut played);
        assert!(by_hand.is_err(), "{lab}: {what} by hand passes: {changed:#}");
        let Some(forged) = signed(&changed, number % 2 == 0) else { continue };
        if let Ok(graded) = judge(&forged, &expected, &mut played) {
            let (points, honest) = (graded.points, honest.points);
            assert!(points <= honest, "{lab}: {what}: {points} points instead of {honest}: {changed:#}");
        }
    }
}

/// With a digest that fits, and without a judgement that would not.
fn signed(changed: &Value, drops_judgements: bool) -> Option<Vec<u8>> {
    let mut receipt: Receipt = serde_json::from_value(changed.clone()).ok()?;
    if drops_judgements {
        receipt.tasks.iter_mut().for_each(|task| task.judgement = None);
    }
    receipt.digest = receipt.digest_of().unwrap();
    Some(serde_json::to_vec(&receipt).unwrap())
}

/// The receipt with one to three changes, and what they are; None if nothing was changed.
fn changed(original: &Value, draw: &mut Draw) -> Option<(Value, String)> {
    let mut paths = Vec::new();
    collect(original, "", &mut paths);
    let (mut changed, mut what) = (original.clone(), String::new());
    let observed: Vec<_> = paths.iter().filter(|path| path.contains("/observation/")).cloned().collect();
    for _ in 0..=draw.below(3) {
        // Half of them change what was observed: that is what a judge must see through.
        let among = if observed.is_empty() || draw.below(2) == 0 { &paths } else { &observed };
        let path = &among[draw.below(among.len())];
        let other = original.pointer(&paths[draw.below(paths.len())]).unwrap();
        // A change before may have taken it away.
        if let Some(value) = changed.pointer_mut(path) {
            *value = another(value, other, draw);
            what += &format!("{path} = {}; ", value.to_string().chars().take(60).collect::<String>());
        }
    }
    (changed != *original).then_some((changed, what))
}

/// All places but the answers, and the digest.
fn collect(value: &Value, path: &str, paths: &mut Vec<String>) {
    if path.ends_with("/answer") || path == "/digest" {
        return;
    }
    // What holds answers is not replaced as a whole either.
    let holds_answers =
        path.is_empty() || path == "/tasks" || path.contains("/asked") && !path.contains("/question");
    if !holds_answers || path.ends_with("/at_ns") || path.ends_with("/slot") {
        paths.push(path.to_owned());
    }
    match value {
        Value::Object(keys) => keys.iter().for_each(|(key, part)| {
            collect(part, &format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")), paths);
        }),
        Value::Array(parts) => {
            parts
                .iter()
                .enumerate()
                .for_each(|(place, part)| collect(part, &format!("{path}/{place}"), paths));
        }
        _ => {}
    }
}

fn another(value: &Value, other: &Value, draw: &mut Draw) -> Value {
    if draw.below(4) == 0 {
        return other.clone();
    }
    match value {
        Value::Null => json!({}),
        Value::Bool(is_so) => json!(!is_so),
        Value::Number(number) => {
            let number = number.as_u64().unwrap_or(0);
            let near =
                [number.wrapping_add(1), number.wrapping_sub(1), 0, 1, u64::MAX, number.wrapping_mul(2)];
            json!(draw.pick(&near).unwrap())
        }
        Value::String(text) => {
            json!([String::new(), format!("{text}x"), text.chars().skip(1).collect()][draw.below(3)])
        }
        Value::Array(parts) => {
            let mut parts = parts.clone();
            if !parts.is_empty() {
                let (one, two) = (draw.below(parts.len()), draw.below(parts.len()));
                match draw.below(4) {
                    0 => drop(parts.remove(one)),
                    1 => parts.push(parts[one].clone()),
                    2 => parts.swap(one, two),
                    _ => parts.clear(),
                }
            }
            json!(parts)
        }
        Value::Object(keys) => {
            let mut keys = keys.clone();
            if let Some(key) = keys.keys().nth(draw.below(keys.len())).cloned() {
                keys.remove(&key);
            }
            json!(keys)
        }
    }
}

/// What a receipt says of another student is no receipt of this one.
pub(crate) fn check_copy(text: &str) {
    let mut receipt: Receipt = serde_json::from_str(text).unwrap();
    let own = Expected { students: Some(vec![receipt.identity.student.clone()]), ..Expected::default() };
    let other = Expected { students: Some(vec!["somebody else".to_owned()]), ..Expected::default() };
    let kind =
        |bytes: &[u8], expected| judge(bytes, expected, &mut Played::default()).map_err(|fault| fault.kind);
    assert!(kind(text.as_bytes(), &own).is_ok());
    assert_eq!(kind(text.as_bytes(), &other).unwrap_err(), FaultKind::Identity);
    "somebody else".clone_into(&mut receipt.identity.student);
    receipt.digest = receipt.digest_of().unwrap();
    let renamed = serde_json::to_vec(&receipt).unwrap();
    assert_eq!(kind(&renamed, &other).unwrap_err(), FaultKind::Identity, "its seed is not theirs");
}
