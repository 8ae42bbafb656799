//! Where what a user keeps belongs.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use crate::error::{Error, Result};

/// A folder of this program's data: `tripong/FOLDER` in `$XDG_DATA_HOME`, else in `~/.local/share`. It need not be there.
///
/// # Errors
/// What keeps the user from having one, and what to do.
pub(crate) fn of_data(folder: &str) -> Result<PathBuf> {
    let found = locate(std::env::var_os("XDG_DATA_HOME"), etcetera::home_dir().ok());
    let found = found.map_err(Error::failed(format_args!("find the folder of {folder}")))?;
    Ok(found.join("tripong").join(folder))
}

/// A variable that is no absolute path is ignored, as the
/// [specification](https://specifications.freedesktop.org/basedir-spec/latest/) says.
fn locate(data_home: Option<OsString>, home: Option<PathBuf>) -> io::Result<PathBuf> {
    let absolute = |path: PathBuf| path.is_absolute().then_some(path);
    let data_home = data_home.map(PathBuf::from).and_then(absolute);
    let folder = data_home.or_else(|| Some(home.and_then(absolute)?.join(".local/share")));
    folder.ok_or_else(|| io::Error::new(ErrorKind::NotFound, "there is no home; set HOME or XDG_DATA_HOME"))
}

#[cfg(test)]
#[cfg(not(feature = "model"))]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_where_the_desktop_says() {
        let home = || Some(PathBuf::from("/home/ada"));
        let usual = "/home/ada/.local/share";
        let cases = [
            (Some("/data"), home(), Some("/data")),
            (Some("/data"), None, Some("/data")),
            (Some(""), home(), Some(usual)),
            (Some("data"), home(), Some(usual)),
            (None, home(), Some(usual)),
            (None, Some("ada".into()), None),
            (None, None, None),
        ];
        for (data_home, home, expected) in cases {
            let found = locate(data_home.map(Into::into), home.clone());
            assert_eq!(found.ok(), expected.map(PathBuf::from), "{data_home:?}, {home:?}");
        }
    }
}
