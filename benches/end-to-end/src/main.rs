//! What tripong costs as a whole program. `BENCHMARKS.md` at the root of the repository says how to read the results.

mod build;
mod cli;
mod desktop;
mod error;
mod game;
mod growth;
mod host;
mod memory;
mod pages;
mod peer;
mod proc;
mod process;
mod size;
mod stage;
mod start;
mod stats;
mod throughput;
mod waiting;
mod watch;
mod windows;

use std::process::ExitCode;

use clap::Parser;
use tripong::game::{Court, PaneId};

use cli::{Arguments, Command};
use error::{Error, Result, print, report_line};
use stage::Stage;

fn main() -> ExitCode {
    if let Some(code) = build::units::wrap() {
        return ExitCode::from(code);
    }
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report_line(&format!("tripong-end-to-end: {error}"));
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    let Arguments { command, options } = arguments;
    match command {
        Command::Become { parent, cpu, program, arguments } => {
            Err(process::become_program(parent, cpu, &program, &arguments))
        }
        Command::Peer { repaint, place } => {
            let panes = u8::try_from(place.len()).unwrap_or(0).max(stage::PANES);
            peer::three::run(Court { panes, seed: options.seed }, place, repaint)
        }
        Command::Ring { region, pane } => peer::ring::run(&region, PaneId(pane)),
        Command::Build(build) => {
            print(&format!("{}\n", host::manifest()))?;
            build::measure(&options, &build)?;
            print(&format!("\nload at the end {}\n", host::load()))
        }
        Command::Waiting
        | Command::Windows
        | Command::Start
        | Command::Memory
        | Command::Size
        | Command::Throughput
        | Command::All => {
            let stage = Stage::set(options)?;
            print(&format!("{}\n", host::manifest()))?;
            measure(&command, &stage)?;
            print(&format!("\nload at the end {}\n", host::load()))
        }
    }
}

/// Runs one measurement, or all: then a line reports what needs a missing display, and the rest continues.
fn measure(command: &Command, stage: &Stage) -> Result<()> {
    match command {
        Command::Waiting => waiting::measure(stage),
        Command::Windows => windows::measure(stage),
        Command::Start => start::measure(stage),
        Command::Memory => memory::measure(stage),
        Command::Size => size::measure(stage),
        Command::Throughput => throughput::measure(stage).and_then(|()| growth::measure(stage)),
        Command::All => measure_all(stage),
        Command::Build(_) | Command::Become { .. } | Command::Peer { .. } | Command::Ring { .. } => Ok(()),
    }
}

fn measure_all(stage: &Stage) -> Result<()> {
    use Command::{Memory, Size, Start, Throughput, Waiting, Windows};
    let mut missing = None;
    for command in [Size, Start, Memory, Windows, Waiting, Throughput] {
        match measure(&command, stage) {
            Err(Error::NoDisplay(why)) => missing = Some(Error::NoDisplay(why)),
            measured => measured?,
        }
    }
    missing.map_or(Ok(()), Err)
}
