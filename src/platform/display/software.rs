//! What makes a process with windows draw with software rendering.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Mesa draws with software rendering.
const SOFTWARE: &str = "LIBGL_ALWAYS_SOFTWARE";
/// Whose GLX is asked. Mesa's, so that drivers of others are not even loaded.
const GLX_VENDOR: &str = "__GLX_VENDOR_LIBRARY_NAME";
/// Whose EGL is asked: files that describe vendors' libraries. Without it all vendors' libraries are loaded, also one that crashes.
const EGL_VENDORS: &str = "__EGL_VENDOR_LIBRARY_FILENAMES";
/// Folders with such files, in place of the usual ones.
const EGL_VENDOR_FOLDERS: &str = "__EGL_VENDOR_LIBRARY_DIRS";
/// Where libglvnd, as distributions build it, looks for such files.
const USUAL_FOLDERS: [&str; 5] = [
    "/etc/glvnd/egl_vendor.d",
    "/usr/share/glvnd/egl_vendor.d",
    "/usr/local/share/glvnd/egl_vendor.d",
    "/usr/lib/glvnd/egl_vendor.d",
    "/run/opengl-driver/share/glvnd/egl_vendor.d",
];
/// How the name of Mesa's library for EGL begins.
const MESA: &str = "libEGL_mesa";

/// With this Mesa leaves all drawing to the X server (indirect GLX), whose OpenGL is too old for the windows, or refused.
pub(crate) const INDIRECT: &str = "LIBGL_ALWAYS_INDIRECT";

/// The variables with which Mesa draws with software rendering, and is asked in place of the drivers of others. Which vendor's
/// EGL is asked stays as it is where its user has chosen it, or where Mesa's is not found.
pub(crate) fn software_rendering() -> Vec<(&'static str, String)> {
    let is_chosen = env::var_os(EGL_VENDORS).is_some_and(|files| !files.is_empty());
    let egl = if is_chosen { None } else { mesa_for_egl(&vendor_folders()) };
    let egl = egl.map(|file| (EGL_VENDORS, file.display().to_string()));
    [(SOFTWARE, "1".to_owned()), (GLX_VENDOR, "mesa".to_owned())].into_iter().chain(egl).collect()
}

/// Has the process draw with software rendering. It draws by itself then, whatever else was asked for.
pub(crate) fn draw_with_software(command: &mut Command) {
    command.envs(software_rendering()).env_remove(INDIRECT);
}

/// Whether this process, and those that it starts, draw with software rendering, whatever drivers there are.
pub(crate) fn is_software_rendering() -> bool {
    is_on(env::var_os(SOFTWARE).as_deref())
}

/// Whether all drawing is left to the X server.
pub(crate) fn is_indirect() -> bool {
    is_on(env::var_os(INDIRECT).as_deref())
}

/// As Mesa reads a variable.
fn is_on(value: Option<&OsStr>) -> bool {
    let off = ["", "0", "n", "no", "f", "false"];
    value.is_some_and(|value| !off.iter().any(|word| value.eq_ignore_ascii_case(word)))
}

fn vendor_folders() -> Vec<PathBuf> {
    let chosen = env::var_os(EGL_VENDOR_FOLDERS).unwrap_or_default();
    let chosen = env::split_paths(&chosen).filter(|folder| folder.is_absolute()).collect::<Vec<_>>();
    chosen.into_iter().chain(USUAL_FOLDERS.map(PathBuf::from)).collect()
}

/// The file that describes Mesa's library, in the first folder that has one.
fn mesa_for_egl(folders: &[PathBuf]) -> Option<PathBuf> {
    let files = |folder: &PathBuf| {
        let mut files: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().collect();
        files.sort_by_key(fs::DirEntry::file_name);
        files.into_iter().map(|file| file.path())
    };
    folders.iter().flat_map(files).find(|file| is_of_mesa(file))
}

fn is_of_mesa(file: &Path) -> bool {
    let is_json = file.extension().is_some_and(|extension| extension == "json");
    // A named pipe in its place would never be read to its end.
    let text = if is_json && file.is_file() { fs::read_to_string(file).ok() } else { None };
    let described: Option<Value> = text.and_then(|text| serde_json::from_str(&text).ok());
    let library = described.as_ref().and_then(|described| described["ICD"]["library_path"].as_str());
    library.and_then(|path| Path::new(path).file_name()?.to_str()).is_some_and(|name| name.starts_with(MESA))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_on_as_mesa_reads_it() {
        for off in ["", "0", "no", "False", "N"] {
            assert!(!is_on(Some(OsStr::new(off))), "{off:?}");
        }
        assert!(!is_on(None) && ["1", "true", "y"].iter().all(|on| is_on(Some(OsStr::new(on)))));
    }

    #[test]
    fn the_file_of_mesa_is_known_by_its_library_and_found_in_the_first_folder_that_has_one() {
        let folder = env::temp_dir().join(format!("tripong-glvnd-{}", std::process::id()));
        let [empty, first, second] = ["empty", "first", "second"].map(|name| folder.join(name));
        for folder in [&empty, &first, &second] {
            fs::create_dir_all(folder).unwrap();
        }
        let write = |path: PathBuf, library: &str| {
            let text = format!(r#"{{"file_format_version":"1.0.0","ICD":{{"library_path":"{library}"}}}}"#);
            fs::write(path, text).unwrap();
        };
        write(first.join("10_other.json"), "libEGL_other.so.0");
        fs::write(first.join("20_torn.json"), "{").unwrap();
        write(first.join("50_whatever.json"), "/opt/lib/libEGL_mesa.so.0");
        write(first.join("60_mesa.txt"), "libEGL_mesa.so.0");
        write(second.join("50_mesa.json"), "libEGL_mesa.so.0");
        let missing = folder.join("missing");
        let found = mesa_for_egl(&[missing.clone(), empty.clone(), first.clone(), second.clone()]);
        let none = mesa_for_egl(&[missing, empty]);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!((found, none), (Some(first.join("50_whatever.json")), None));
    }
}
