//! What shells offer when Tab is pressed.

use std::io;
use std::path::Path;

use clap::Command;
use clap_complete::aot::{Shell, generate};

use crate::folder::folder_of;

/// Each shell, where it looks, and by which name.
const SHELLS: [(Shell, &str, &str); 3] = [
    (Shell::Bash, "bash-completion/completions", "tripong"),
    (Shell::Zsh, "zsh/site-functions", "_tripong"),
    (Shell::Fish, "fish/vendor_completions.d", "tripong.fish"),
];

pub(crate) fn write(command: &Command, share: &Path) -> io::Result<()> {
    for (shell, folder, name) in SHELLS {
        std::fs::write(folder_of(&share.join(folder))?.join(name), script(shell, command))?;
    }
    Ok(())
}

fn script(shell: Shell, command: &Command) -> Vec<u8> {
    let mut script = Vec::new();
    generate(shell, &mut command.clone(), "tripong", &mut script);
    script
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visible;

    #[test]
    fn every_shell_offers_the_commands_and_the_options() {
        let command = visible(&tripong::cli::command());
        for (shell, ..) in SHELLS {
            let script = String::from_utf8(script(shell, &command)).unwrap();
            for word in ["chaos", "bench", "transport", "swap-every", "licenses"] {
                assert!(script.contains(word), "{shell}: {word}");
            }
            assert!(!script.contains("role"), "{shell}");
        }
    }
}
