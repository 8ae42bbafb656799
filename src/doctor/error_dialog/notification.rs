//! A notification of the desktop.

use std::collections::HashMap;
use std::time::Duration;

use zbus::blocking::Connection;
use zbus::zvariant::Value;

use crate::platform::clock;
use crate::ui;

/// How long is waited for the desktop's notification service.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks the desktop to show it, in place of the notification of that number; returns its number. The wait for a
/// desktop that does not answer is bounded.
pub(super) fn notify(text: &str, replaces: u32) -> Option<u32> {
    let body = escaped(text);
    // There may be no desktop.
    clock::within(PATIENCE, move || ask_desktop_to_show(&body, replaces).ok()).flatten()
}

/// The call `Notify` of the [notification service](https://specifications.freedesktop.org/notification-spec/).
fn ask_desktop_to_show(body: &str, replaces: u32) -> zbus::Result<u32> {
    const SERVICE: &str = "org.freedesktop.Notifications";
    let (never_expires, critical) = (0_i32, Value::U8(2));
    let no_actions: &[&str] = &[];
    let hints = HashMap::from([("urgency", critical)]);
    let arguments = ("tripong", replaces, ui::APP_ID, ui::HEADING, body, no_actions, hints, never_expires);
    let path = "/org/freedesktop/Notifications";
    let answer =
        Connection::session()?.call_method(Some(SERVICE), path, Some(SERVICE), "Notify", &arguments)?;
    answer.body().deserialize()
}

/// The body of a notification may have a little markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn text_is_no_markup() {
        assert_eq!(escaped("a <b> & c"), "a &lt;b&gt; &amp; c");
    }
}
