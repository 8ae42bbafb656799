//! What `strace -f` has written.

use std::collections::BTreeMap;

/// The calls, each after the pid that made it, in the order in which they ended. Puts together what strace has torn apart:
/// `12 read(3,  <unfinished ...>`, `12 <... read resumed>"…", 8) = 8`.
pub(crate) fn whole_calls(text: &str) -> Vec<(&str, String)> {
    let mut begun = BTreeMap::new();
    let mut calls = Vec::new();
    for line in text.lines() {
        let Some((pid, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim_start();
        if let Some(head) = rest.strip_suffix(" <unfinished ...>") {
            begun.insert(pid, head.to_owned());
        } else if let Some((_, tail)) = rest.split_once(" resumed>") {
            calls.push((pid, begun.remove(pid).unwrap_or_default() + tail));
        } else {
            calls.push((pid, rest.to_owned()));
        }
    }
    calls
}
