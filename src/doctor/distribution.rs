//! What to install, as the package manager of this Linux has it.

use std::fs;

/// What a window needs from the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// To draw with OpenGL, by hardware or with software rendering.
    OpenGl,
    /// To open a window on X11.
    X11,
    /// To open a window on Wayland.
    Wayland,
}

/// One line with the command that installs it: for the distribution that this is, or for three where that is not known.
pub(super) fn install(need: Need) -> String {
    install_on(need, &fs::read_to_string("/etc/os-release").unwrap_or_default())
}

fn install_on(need: Need, os_release: &str) -> String {
    let families = [("debian", "apt install"), ("fedora", "dnf install"), ("arch", "pacman -S")];
    let command = |(family, install)| format!("{install} {}", packages(need, family));
    let words = family_words(os_release);
    match families.into_iter().find(|(family, _)| words.iter().any(|word| word == family)) {
        Some(family) => command(family),
        None => {
            let [debian, fedora, arch] = families.map(command);
            format!("Debian: {debian}; Fedora: {fedora}; Arch: {arch}")
        }
    }
}

/// Itself, and what it is like.
fn family_words(os_release: &str) -> Vec<String> {
    let values =
        os_release.lines().filter_map(|line| line.strip_prefix("ID=").or(line.strip_prefix("ID_LIKE=")));
    let words = values.flat_map(|value| value.trim_matches('"').split_whitespace());
    words.map(|word| if word == "rhel" { "fedora".to_owned() } else { word.to_owned() }).collect()
}

fn packages(need: Need, family: &str) -> &'static str {
    match (need, family) {
        (Need::OpenGl, "debian") => "libgl1 libegl1 libgl1-mesa-dri",
        (Need::OpenGl, "fedora") => "mesa-libGL mesa-libEGL mesa-dri-drivers",
        (Need::OpenGl, _) => "libglvnd mesa",
        (Need::X11, "debian") => "libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0",
        (Need::X11, "fedora") => "libX11 libX11-xcb libXcursor libXi libxkbcommon-x11",
        (Need::X11, _) => "libx11 libxcursor libxi libxkbcommon-x11",
        (Need::Wayland, "debian") => "libwayland-client0 libwayland-egl1 libxkbcommon0 libegl1",
        (Need::Wayland, "fedora") => "libwayland-client libwayland-egl libxkbcommon mesa-libEGL",
        (Need::Wayland, _) => "wayland libxkbcommon libglvnd mesa",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_distribution_and_its_relatives_get_their_own_command() {
        let debian = "apt install libgl1 libegl1 libgl1-mesa-dri";
        assert_eq!(install_on(Need::OpenGl, "NAME=x\nID=debian\n"), debian);
        assert_eq!(install_on(Need::OpenGl, "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), debian);
        assert!(
            install_on(Need::X11, "ID=\"rocky\"\nID_LIKE=\"rhel centos\"").starts_with("dnf install libX11 ")
        );
        assert_eq!(install_on(Need::Wayland, "ID=arch"), "pacman -S wayland libxkbcommon libglvnd mesa");
    }

    #[test]
    fn an_unknown_one_gets_three() {
        for os_release in ["", "ID=nixos", "ID"] {
            let line = install_on(Need::OpenGl, os_release);
            assert!(
                ["Debian: apt ", "; Fedora: dnf ", "; Arch: pacman "].iter().all(|part| line.contains(part))
            );
        }
    }
}
