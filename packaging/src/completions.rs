//! What shells offer when Tab is pressed: the files, where each shell looks for them.

use std::io;
use std::path::Path;

use tripong::cli::Shell;

use crate::folder::folder_of;

/// Where the shell looks, and by which name.
fn place_of(shell: Shell) -> (&'static str, &'static str) {
    match shell {
        Shell::Bash => ("bash-completion/completions", "tripong"),
        Shell::Zsh => ("zsh/site-functions", "_tripong"),
        Shell::Fish => ("fish/vendor_completions.d", "tripong.fish"),
    }
}

pub(crate) fn write(share: &Path) -> io::Result<()> {
    for shell in Shell::ALL {
        let (folder, name) = place_of(shell);
        std::fs::write(folder_of(&share.join(folder))?.join(name), shell.script()?)?;
    }
    Ok(())
}
