//! Where a user without a terminal finds a text: the journal of systemd, and a notification of the desktop.

use std::collections::HashMap;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::time::Duration;

use zbus::Connection;
use zbus::zvariant::as_value::Serialize;

use super::stderr::metadata_of;
use crate::platform::clock;
use crate::ui;

/// How long is waited for the desktop's notification service.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether stderr is a connection to the journal; systemd names it in `JOURNAL_STREAM`, by device and inode.
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

/// Asks the desktop to show it, in place of the notification of that number; returns its number. The wait for a
/// desktop that does not answer is bounded.
pub(super) fn notify(text: &str, replaces: u32) -> Option<u32> {
    let body = escaped(text);
    // There may be no desktop.
    clock::within(PATIENCE, move || async_io::block_on(ask_desktop_to_show(&body, replaces)).ok()).flatten()
}

/// The call `Notify` of the [notification service](https://specifications.freedesktop.org/notification-spec/).
async fn ask_desktop_to_show(body: &str, replaces: u32) -> zbus::Result<u32> {
    const SERVICE: &str = "org.freedesktop.Notifications";
    let (never_expires, critical) = (0_i32, Serialize(&2_u8));
    let no_actions: &[&str] = &[];
    let hints = HashMap::from([("urgency", critical)]);
    let arguments = ("tripong", replaces, ui::APP_ID, ui::HEADING, body, no_actions, hints, never_expires);
    let path = "/org/freedesktop/Notifications";
    let bus = Connection::session().await?;
    let answer = bus.call_method(Some(SERVICE), path, Some(SERVICE), "Notify", &arguments).await?;
    answer.body().deserialize()
}

/// The body of a notification may have a little markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
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

    #[test]
    fn text_is_no_markup() {
        assert_eq!(escaped("a <b> & c"), "a &lt;b&gt; &amp; c");
    }
}
