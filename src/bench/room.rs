//! Whether this machine has room for the payloads of a row.

use nix::sys::resource::{Resource, getrlimit};

use super::driver::Driver;
use super::key::{Copying, RowKey};
use super::report::LeftOut;
use super::transport::buffer_words;
use crate::platform::machine::HERE;
use crate::platform::units::fmt_size;

/// Keeps the rows for which there is room, and makes it; says why the others are left out.
pub(super) fn keep_those_with_room(driver: &mut Driver, keys: &mut Vec<RowKey>) -> Vec<LeftOut> {
    let mut left_out = Vec::new();
    keys.retain(|key| {
        let why = why_not(key).or_else(|| driver.make_room(key).err().map(|error| error.to_string()));
        let has_room = why.is_none();
        left_out.extend(why.map(|why| LeftOut { what: key.name(), why }));
        has_room
    });
    left_out
}

/// Why a row cannot be played, if it is plain before it is tried.
fn why_not(key: &RowKey) -> Option<String> {
    let Needs { shared, own } = Needs::of(key);
    let processes = key.processes as u64;
    let all = shared.saturating_add(own.saturating_mul(processes));
    let limit = |resource| getrlimit(resource).map_or(u64::MAX, |(soft, _)| soft);
    let (files, addresses) = (limit(Resource::RLIMIT_FSIZE), limit(Resource::RLIMIT_AS));
    let mapped = HERE.address_space().unwrap_or(0).saturating_add(shared).saturating_add(own);
    if HERE.available_memory().is_some_and(|available| all > available) {
        let available = HERE.available_memory().unwrap_or(0);
        return Some(format!("it takes {} of memory, and {} are left", fmt_size(all), fmt_size(available)));
    }
    if shared > files {
        return Some(format!("it shares {}, and `ulimit -f` allows {}", fmt_size(shared), fmt_size(files)));
    }
    if mapped > addresses {
        let [mapped, addresses] = [mapped, addresses].map(fmt_size);
        return Some(format!("a process of it maps {mapped}, and `ulimit -v` allows {addresses}"));
    }
    None
}

/// Bytes that a row takes.
struct Needs {
    /// In shared memory.
    shared: u64,
    /// Of each process by itself.
    own: u64,
}

impl Needs {
    fn of(key: &RowKey) -> Self {
        let shared = buffer_words(key) as u64 * 8;
        // One message, to write it or to read it.
        let is_copied = key.copy == Copying::Both;
        Self { shared, own: if is_copied { key.bytes as u64 } else { 0 } }
    }
}
