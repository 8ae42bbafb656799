//! What a shell offers when Tab is pressed, made of the parser.

use std::io;

use clap_complete::aot::{self, Generator as _};

use super::shell::Shell;
use super::visible::visible;

impl Shell {
    /// Its script.
    ///
    /// # Errors
    /// Those of the generator, which writes to memory.
    pub fn script(self) -> io::Result<String> {
        let mut command = visible();
        command.set_bin_name("tripong");
        command.build();
        let mut script = Vec::new();
        match self {
            Self::Bash => aot::Bash.try_generate(&command, &mut script),
            Self::Zsh => aot::Zsh.try_generate(&command, &mut script),
            Self::Fish => aot::Fish.try_generate(&command, &mut script),
        }?;
        String::from_utf8(script).map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_offers_the_commands_and_the_options_and_nothing_hidden() {
        for shell in Shell::ALL {
            let script = shell.script().unwrap();
            for word in ["chaos", "bench", "completions", "transport", "swap-every", "licenses", "fish"] {
                assert!(script.contains(word), "{shell:?}: {word}");
            }
            assert!(!script.contains("role") && !script.contains("carrier"), "{shell:?}");
        }
    }
}
