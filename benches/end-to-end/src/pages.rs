//! The memory of several processes together, page by page. Their PSS depends on what else runs: where other programs have the same
//! libraries, as every window has those that draw, each of them carries a part of these. This does not.

use std::collections::HashSet;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::str::FromStr;

/// A page is there.
const PRESENT: u64 = 1 << 63;
/// It belongs to a file, or to memory that processes share; otherwise it is the process's alone.
const OF_A_FILE: u64 = 1 << 61;
/// Bytes of a page's word in `pagemap`.
const WORD: usize = 8;

/// A page of a file, wherever it is mapped: the device, the inode, and which byte it begins with.
type Page = (String, u64, u64);

/// Bytes of these processes: what each has alone, and each page of a file once. What cannot be read counts nothing.
pub(crate) fn bytes_together(pids: impl IntoIterator<Item = u32>) -> u64 {
    let page_bytes = rustix::param::page_size() as u64;
    let (mut own, mut shared) = (0, HashSet::<Page>::new());
    for pid in pids {
        let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
        let Ok(pagemap) = File::open(format!("/proc/{pid}/pagemap")) else { continue };
        for mapping in maps.lines().filter_map(|line| line.parse::<Mapping>().ok()) {
            for (index, word) in mapping.words(&pagemap, page_bytes).into_iter().enumerate() {
                match (word & PRESENT != 0, word & OF_A_FILE != 0) {
                    (true, false) => own += 1,
                    (true, true) => {
                        let at = mapping.offset + index as u64 * page_bytes;
                        shared.insert((mapping.device.clone(), mapping.inode, at));
                    }
                    (false, _) => {}
                }
            }
        }
    }
    (own + shared.len() as u64) * page_bytes
}

/// A line of `maps`.
#[derive(Debug, PartialEq, Eq)]
struct Mapping {
    begin: u64,
    end: u64,
    /// Which byte of the file comes first.
    offset: u64,
    device: String,
    inode: u64,
}

impl FromStr for Mapping {
    type Err = ();

    /// `begin-end permissions offset device inode path`
    fn from_str(line: &str) -> Result<Self, ()> {
        let mut words = line.split_whitespace();
        let (begin, end) = words.next().and_then(|range| range.split_once('-')).ok_or(())?;
        let hex = |text| u64::from_str_radix(text, 16).map_err(drop);
        let offset = hex(words.nth(1).ok_or(())?)?;
        let device = words.next().ok_or(())?.to_owned();
        let inode = words.next().and_then(|inode| inode.parse().ok()).ok_or(())?;
        Ok(Self { begin: hex(begin)?, end: hex(end)?, offset, device, inode })
    }
}

impl Mapping {
    /// The words of its pages. None where the kernel has none: the page of the old system calls.
    fn words(&self, pagemap: &File, page_bytes: u64) -> Vec<u64> {
        let pages = (self.end - self.begin) / page_bytes;
        let mut bytes = vec![0; usize::try_from(pages).unwrap_or_default() * WORD];
        let at = self.begin / page_bytes * WORD as u64;
        if pagemap.read_exact_at(&mut bytes, at).is_err() {
            return Vec::new();
        }
        bytes.as_chunks::<WORD>().0.iter().map(|word| u64::from_ne_bytes(*word)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_maps_is_read() {
        let line = "7f00-8f00 r-xp 00002000 fe:00 1234                       /usr/lib/a library.so";
        let (begin, end, offset, device, inode) = (0x7f00, 0x8f00, 0x2000, "fe:00".to_owned(), 1234);
        assert_eq!(line.parse(), Ok(Mapping { begin, end, offset, device, inode }));
        assert!("no line".parse::<Mapping>().is_err());
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "a test starts two programs, and waits until they are there"
    )]
    fn two_of_one_program_have_less_than_twice_the_memory_of_one_and_more_than_one() {
        let mut sleeps = [(); 2].map(|()| std::process::Command::new("sleep").arg("60").spawn().unwrap());
        let [one, other] = [0, 1].map(|index| sleeps[index].id());
        // Until both have become the program.
        let is_it = |pid| fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name == "sleep\n");
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        while ![one, other].into_iter().all(is_it) && std::time::Instant::now() < deadline {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
        let (alone, both) = (bytes_together([one]), bytes_together([one, other]));
        let again = bytes_together([one, one]);
        for sleep in &mut sleeps {
            sleep.kill().unwrap();
            sleep.wait().unwrap();
        }
        assert!(alone > 0 && alone < both && both < 2 * alone, "{alone} and {both}");
        assert!(again < 2 * alone, "its files once");
    }

    #[test]
    fn a_process_that_is_not_there_has_nothing() {
        assert_eq!(bytes_together([0]), 0);
    }
}
