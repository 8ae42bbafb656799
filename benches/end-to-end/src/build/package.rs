//! The package of the empty window: dependencies with the features that tripong asks for, and its profiles.

use crate::error::{Result, failed};

/// What opens a window. Whatever else tripong depends on, an empty window does without.
const DEPENDENCIES: [&str; 2] = ["eframe", "winit"];

/// The manifest of the empty window, out of tripong's; plain: without its profiles.
///
/// # Errors
/// When that has no line for a dependency, or one that goes on in the next line.
pub(super) fn manifest(ours: &str, is_plain: bool) -> Result<String> {
    let mut text =
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n".to_owned();
    // A workspace of its own, wherever it lies.
    text += "\n[workspace]\n\n[dependencies]\n";
    for name in DEPENDENCIES {
        let line = dependency(ours, name).ok_or_else(|| {
            failed(format_args!("read Cargo.toml"))(format_args!(
                "no line `{name} = {{ ... }}` in [dependencies]"
            ))
        })?;
        text += &format!("{}\n", line.replace(", optional = true", ""));
    }
    Ok(if is_plain { text } else { text + &profiles(ours) })
}

fn dependency<'a>(manifest: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    let mut lines = lines.by_ref().take_while(|line| !line.starts_with('['));
    lines.find(|line| {
        line.strip_prefix(name).is_some_and(|rest| rest.starts_with(" = {")) && line.ends_with('}')
    })
}

/// The profiles that `cargo build` uses, without those of packages that the empty window has not.
fn profiles(manifest: &str) -> String {
    let mut text = String::new();
    let ours = ["", "build-override", "package.\"*\"", "package.syn"];
    let mut is_ours = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            let name = line.trim_end_matches(']').strip_prefix("[profile.").unwrap_or_default();
            let (profile, rest) = name.split_once('.').unwrap_or((name, ""));
            is_ours = matches!(profile, "release" | "dev") && ours.contains(&rest);
            text += if is_ours { "\n" } else { "" };
        }
        if is_ours && !line.is_empty() && !line.starts_with('#') {
            text += &format!("{line}\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = include_str!("../../../../Cargo.toml");

    #[test]
    fn the_empty_window_has_the_features_of_tripong_and_nothing_else() {
        let made = manifest(OURS, false).unwrap();
        let names: Vec<_> = made.lines().filter_map(|line| Some(line.split_once(" = {")?.0)).collect();
        assert_eq!(names, ["eframe", "winit"], "{made}");
        assert!(
            made.contains("\"glow\"") && made.contains("\"wayland-dlopen\"") && !made.contains("optional"),
            "{made}"
        );
    }

    #[test]
    fn the_empty_window_has_the_profiles_of_tripong_but_those_of_packages_that_it_has_not() {
        let ours = "[profile.release]\nstrip = true # why\n# more\n\n[profile.dist]\nlto = true\n\
                    [profile.release.package.clap]\nopt-level = 1\n[profile.dev.package.\"*\"]\ndebug = false\n[x]\ny = 1\n";
        assert_eq!(
            profiles(ours),
            "\n[profile.release]\nstrip = true # why\n\n[profile.dev.package.\"*\"]\ndebug = false\n"
        );
        assert!(manifest(OURS, false).unwrap().contains("\n[profile.release]\n"));
        assert!(!manifest(OURS, true).unwrap().contains("[profile"));
    }

    #[test]
    fn a_manifest_without_windows_is_an_error_that_says_what_is_missing() {
        let broken = "[dependencies]\neframe = \"1\"\n[dev-dependencies]\neframe = { version = \"1\" }\n";
        let error = manifest(broken, false).unwrap_err().to_string();
        assert!(error.contains("no line `eframe = { ... }`"), "{error}");
    }
}
