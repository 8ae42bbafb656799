//! The session bus of the desktop.

use std::time::Duration;

use super::check::Finding;
use crate::platform::clock;

/// A local service that has not answered after this is no service.
const PATIENCE: Duration = Duration::from_secs(2);

/// Over this a screen reader finds the windows, and a desktop shows what went wrong in a start without a terminal.
pub(super) fn check() -> Finding {
    let asked =
        clock::within(PATIENCE, || async_io::block_on(names_on_the_bus()).map_err(|error| error.to_string()));
    judge_bus(asked.unwrap_or_else(|| Err(format!("it does not answer within {PATIENCE:?}"))))
}

/// The services that are there, and those that would come if asked.
async fn names_on_the_bus() -> zbus::Result<Vec<String>> {
    let proxy = zbus::fdo::DBusProxy::new(&zbus::Connection::session().await?).await?;
    let names = proxy.list_names().await?.into_iter().chain(proxy.list_activatable_names().await?);
    Ok(names.map(|name| name.to_string()).collect())
}

fn judge_bus(names: std::result::Result<Vec<String>, String>) -> Finding {
    let has = |names: &[String], name| names.iter().any(|other| other == name);
    match names {
        Ok(names) => {
            let can = |name| if has(&names, name) { "" } else { "no " };
            let notifications = can("org.freedesktop.Notifications");
            let accessibility = can("org.a11y.Bus");
            let found =
                format!("answers, with {notifications}notifications and {accessibility}accessibility");
            Finding::ok(found)
        }
        Err(reason) => {
            let advice = "the game does not need it; without it no screen reader finds the windows";
            Finding::warning(format!("does not answer: {reason}"), advice)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::CheckState;

    #[test]
    fn a_bus_is_reported_with_what_is_on_it_and_a_missing_one_is_warned_of() {
        let check = judge_bus(Ok(vec!["org.a11y.Bus".to_owned()]));
        assert!(
            check.state == CheckState::Ok && check.found.contains("no notifications and accessibility"),
            "{check:?}"
        );
        assert_eq!(judge_bus(Err("no address".to_owned())).state, CheckState::Warning);
    }
}
