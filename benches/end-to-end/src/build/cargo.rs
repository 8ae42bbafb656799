//! Building from nothing, in a temporary folder.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::poll::poll;

use super::package;
use super::sample::{Build, Profile};
use super::units::{LIST, children_cpu_s, parse};
use crate::error::{Result, failed};
use crate::game::beside_this_one;
use crate::process::{Place, StartedProgram};
use crate::watch::Watch;

/// A build takes minutes; what takes longer than this hangs.
const LIMIT: Duration = Duration::from_secs(4 * 60 * 60);
/// For so long compilers whose cargo has ended may still write.
const REMOVAL: Duration = Duration::from_secs(10);
/// Between two attempts.
const AGAIN_MS: u16 = 50;

/// What is built from nothing.
#[derive(Debug)]
pub(super) struct Package {
    manifest: PathBuf,
    /// Whether it has a lock file that must do: the empty window's still has crates to lose.
    is_locked: bool,
}

/// Cargo, with a folder in which all that it writes is.
#[derive(Debug)]
pub(super) struct Cargo {
    checkout: PathBuf,
    folder: Folder,
    watch: Watch,
}

impl Cargo {
    /// Writes the package of the empty window, plain or with the profiles of the checkout.
    ///
    /// # Errors
    /// When the checkout is none; when the folder cannot be written.
    pub(super) fn prepare(checkout: &Path, is_plain: bool, watch: Watch) -> Result<Self> {
        let read = |name: &str| {
            let path = checkout.join(name);
            fs::read_to_string(&path).map_err(failed(format_args!("read {}", path.display())))
        };
        let (manifest, lock) = (package::manifest(&read("Cargo.toml")?, is_plain)?, read("Cargo.lock")?);
        let folder = Folder::make()?;
        fs::create_dir(folder.0.join("src")).map_err(failed("make the package of the empty window"))?;
        let files = [
            ("Cargo.toml", &*manifest),
            ("Cargo.lock", &*lock),
            ("src/main.rs", include_str!("../empty.rs")),
        ];
        for (name, text) in files {
            fs::write(folder.0.join(name), text).map_err(failed("write the package of the empty window"))?;
        }
        Ok(Self { checkout: checkout.to_path_buf(), folder, watch })
    }

    /// The program.
    pub(super) fn tripong(&self) -> Package {
        Package { manifest: self.checkout.join("Cargo.toml"), is_locked: true }
    }

    /// The empty window.
    pub(super) fn empty(&self) -> Package {
        Package { manifest: self.folder.0.join("Cargo.toml"), is_locked: false }
    }

    /// Builds it from nothing, and throws away what came of it.
    ///
    /// # Errors
    /// When it cannot be built, or a signal stops it.
    pub(super) fn build(&self, package: &Package, profile: Profile) -> Result<Build> {
        let (target, list) = (self.folder.0.join("target"), self.folder.0.join("units"));
        fs::write(&list, "").map_err(failed("write the list of units"))?;
        let manifest = package.manifest.to_string_lossy().into_owned();
        let mut arguments =
            ["build", "--quiet", "--offline", "--manifest-path", &manifest].map(str::to_owned).to_vec();
        arguments.extend(package.is_locked.then(|| "--locked".to_owned()));
        arguments.extend((profile == Profile::Release).then(|| "--release".to_owned()));
        let own = std::env::current_exe().map_err(failed("find the own executable"))?;
        let variables = [
            ("CARGO_TARGET_DIR", target.as_os_str()),
            ("RUSTC_WRAPPER", own.as_os_str()),
            (LIST, list.as_os_str()),
        ];
        let (start, cpu_s) = (Instant::now(), children_cpu_s()?);
        let program = PathBuf::from(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        let cargo = StartedProgram::start_with(&program, &arguments, Place::default(), &variables)?;
        cargo.finish(&self.watch, LIMIT)?;
        let cpu_s = children_cpu_s()? - cpu_s;
        let list = fs::read_to_string(&list).map_err(failed("read the list of units"))?;
        let build = Build::since(start, cpu_s, parse(&list)?);
        remove(&target);
        Ok(build)
    }
}

/// A folder beside this executable, where there is room for builds. Dropped, it is removed.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    fn make() -> Result<Self> {
        let path = beside_this_one(&format!("tripong-end-to-end-build-{}", std::process::id()))?;
        // Of a process with the same number, which was killed.
        remove(&path);
        fs::create_dir(&path).map_err(failed(format_args!("make the folder {}", path.display())))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

/// Removes a folder, also when compilers write into it that have not noticed yet that their cargo has ended.
fn remove(path: &Path) {
    let deadline = Instant::now() + REMOVAL;
    while let Err(error) = fs::remove_dir_all(path) {
        if error.kind() == ErrorKind::NotFound && !path.exists() || Instant::now() >= deadline {
            return;
        }
        let _time_passes = poll(&mut [], AGAIN_MS);
    }
}
