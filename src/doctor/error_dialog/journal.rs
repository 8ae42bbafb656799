//! The journal of systemd.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixDatagram;
use std::path::Path;

use super::stderr::metadata_of;

/// Whether stderr is a connection to the journal; systemd says so in `JOURNAL_STREAM`, as device and inode.
pub(super) fn is_the_journal(stderr: impl AsFd) -> bool {
    let connection = metadata_of(stderr).map(|metadata| format!("{}:{}", metadata.dev(), metadata.ino()));
    std::env::var("JOURNAL_STREAM").is_ok_and(|stream| Some(stream) == connection)
}

/// One entry, of all lines.
pub(super) fn write_to_journal(socket: &Path, text: &str) -> io::Result<()> {
    // A value of several lines comes with its length, in eight bytes.
    let mut entry = b"PRIORITY=3\nSYSLOG_IDENTIFIER=tripong\nMESSAGE\n".to_vec();
    entry.extend((text.len() as u64).to_le_bytes());
    entry.extend(text.as_bytes());
    entry.push(b'\n');
    let to_journal = UnixDatagram::unbound()?;
    // A journal that hangs takes nothing, and is not waited for.
    to_journal.set_nonblocking(true)?;
    to_journal.send_to(&entry, socket).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_is_given_all_lines_in_one_entry() {
        let folder = std::env::temp_dir().join(format!("tripong-journal-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join("socket");
        let journal = UnixDatagram::bind(&path).unwrap();
        write_to_journal(&path, "one\ntwo").unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let mut entry = [0; 200];
        let length = journal.recv(&mut entry).unwrap();
        let expected = b"PRIORITY=3\nSYSLOG_IDENTIFIER=tripong\nMESSAGE\n\x07\0\0\0\0\0\0\0one\ntwo\n";
        assert_eq!(&entry[..length], expected);
    }
}
