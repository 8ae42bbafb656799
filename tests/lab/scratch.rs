//! A folder of a test's own, and the executable in it.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use crate::common::{Ended, Output, Program, tripong};

/// A folder that goes away with the test.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("tripong-lab-{name}-{}", std::process::id()));
        // One of a run that was killed may be there.
        let _left = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// The executable with these arguments, in this folder.
    pub(crate) fn start(&self, arguments: &[&str]) -> Program {
        Program::spawn(self.command(arguments))
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = tripong();
        command.args(arguments).current_dir(&self.0);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.start(arguments).finish()
    }

    /// The same, which must end like that, without a line on stderr if it is 0.
    pub(crate) fn expect(&self, arguments: &[&str], code: i32) -> Output {
        let output = self.run(arguments);
        assert_eq!(output.ended, Ended::Code(code), "{arguments:?}: {output:?}");
        if code == 0 {
            assert_eq!(output.stderr, "", "{arguments:?}: {output:?}");
        }
        output
    }

    /// Does a lab with answers that are all right, or all wrong. No process of it is left.
    pub(crate) fn receipt(&self, lab: &str, student: &str, which: &str, file: &str) -> PathBuf {
        let whose = ["--student", student, "--course", "OS-101", "--term", "2026-autumn"];
        let key = [&["lab", "key", "--lab", lab, "--answers", which][..], &whose].concat();
        let answers = self.write(&format!("{file}.answers"), self.expect(&key, 0).stdout);
        let answers = answers.to_str().unwrap();
        let run = [&["lab", lab, "--answers", answers, "--receipt", file][..], &whose].concat();
        let mut command = self.command(&run);
        command.process_group(0);
        let program = Program::spawn(command);
        let left = program.survivors();
        assert!(left.is_empty(), "{lab}: {left:?}");
        let output = program.finish();
        assert_eq!(
            (output.ended, output.stderr.as_str()),
            (Ended::Code(0), ""),
            "{lab}, {student}: {output:?}"
        );
        self.path(file)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}
