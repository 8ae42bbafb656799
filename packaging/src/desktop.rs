//! What desktops and software centres read: both files stand beside this crate as they are installed.

use std::io;
use std::path::Path;

use tripong::ui::APP_ID;

use crate::folder::folder_of;

/// For menus.
const ENTRY: &str = include_str!("../org.tripong.tripong.desktop");
/// For software centres.
const METAINFO: &str = include_str!("../org.tripong.tripong.metainfo.xml");

pub(crate) fn write(share: &Path) -> io::Result<()> {
    let applications = folder_of(&share.join("applications"))?;
    std::fs::write(applications.join(format!("{APP_ID}.desktop")), ENTRY)?;
    let metainfo = folder_of(&share.join("metainfo"))?;
    std::fs::write(metainfo.join(format!("{APP_ID}.metainfo.xml")), METAINFO)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The day of the newest release, from the metainfo: 2026-11-24. Empty if there is none.
    fn release_date() -> &'static str {
        let date = METAINFO.split_once("<release ").and_then(|(_, rest)| rest.split_once("date=\""));
        date.and_then(|(_, rest)| rest.split_once('"')).map_or("", |(date, _)| date)
    }

    /// The values of a key of the desktop file.
    fn values(key: &str) -> impl Iterator<Item = &str> {
        ENTRY.lines().filter_map(move |line| line.strip_prefix(key)?.strip_prefix('='))
    }

    #[test]
    fn the_desktop_file_is_of_the_windows_that_open() {
        assert!(values("StartupWMClass").eq([APP_ID]), "desktops put windows to their entry by this");
        assert!(values("Icon").eq([APP_ID]));
        assert_eq!(values("Exec").next(), Some("tripong"));
    }

    #[test]
    fn the_metainfo_is_of_the_same_program_and_its_version() {
        for text in [
            format!("<id>{APP_ID}</id>"),
            format!("<launchable type=\"desktop-id\">{APP_ID}.desktop</launchable>"),
            format!("<release version=\"{}\"", tripong::cli::command().get_version().unwrap()),
        ] {
            assert!(METAINFO.contains(&text), "{text}");
        }
    }

    #[test]
    fn the_newest_release_has_a_day() {
        assert_eq!(release_date(), tripong::cli::manual::RELEASED, "the manual pages have it too");
        let digits = release_date().split('-').map(str::len).collect::<Vec<_>>();
        assert_eq!(digits, [4, 2, 2], "{}", release_date());
        let version = tripong::cli::command().get_version().unwrap().to_owned();
        let heading = format!("## [{version}] - {}\n", release_date());
        assert!(include_str!("../../CHANGELOG.md").contains(&heading), "{heading}");
    }

    #[test]
    fn the_files_are_named_as_the_windows_are() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        for ending in ["desktop", "metainfo.xml"] {
            assert!(here.join(format!("{APP_ID}.{ending}")).is_file(), "{ending}");
        }
    }
}
