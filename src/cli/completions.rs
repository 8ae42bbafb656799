//! What a shell offers when Tab is pressed, made of the parser.

use std::io;

use clap_complete::aot::{self, Generator as _};

use super::parse::Shell;
use super::visible::visible;

/// The script of this shell.
///
/// # Errors
/// Those of the generator, which writes to memory.
pub fn completions(shell: Shell) -> io::Result<String> {
    let mut command = visible();
    command.set_bin_name("tripong");
    command.build();
    let mut script = Vec::new();
    match shell {
        Shell::Bash => aot::Bash.try_generate(&command, &mut script),
        Shell::Zsh => aot::Zsh.try_generate(&command, &mut script),
        Shell::Fish => aot::Fish.try_generate(&command, &mut script),
    }?;
    String::from_utf8(script).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_offers_the_commands_and_the_options_and_nothing_hidden() {
        for shell in Shell::ALL {
            let script = completions(shell).unwrap();
            for word in ["chaos", "bench", "completions", "transport", "swap-every", "licenses", "fish"] {
                assert!(script.contains(word), "{shell:?}: {word}");
            }
            assert!(!script.contains("role") && !script.contains("carrier"), "{shell:?}");
        }
    }
}
