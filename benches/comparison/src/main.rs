//! The workload of `tripong bench` over other people's inter-process communication. See the README beside this crate.

mod child;
mod cli;
mod clock;
mod compare;
mod error;
mod flow;
mod frame;
mod mechanism;
mod mechanisms;
mod mode;
mod ours;
mod placement;
mod report;
mod roster;
mod row;
mod run;
mod spawn;
mod tournament;
mod usage;
mod worker;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use serde::Serialize;

use cli::Arguments;
use error::{Result, failed, report_line};
use flow::report::FlowsReport;
use mode::Mode;
use report::ComparisonReport;
use spawn::Role;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report_line(&format!("tripong-comparison: {error}"));
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    if let Some(role) = &arguments.role {
        let role: Role = serde_json::from_str(role).map_err(failed("read the role"))?;
        return role.live();
    }
    let text = match arguments.mode {
        Mode::Latency => text(arguments, &tournament::play(arguments)?, ComparisonReport::to_text)?,
        Mode::Throughput => text(arguments, &flow::series::play(arguments)?, FlowsReport::to_text)?,
    };
    std::io::stdout().write_all(text.as_bytes()).map_err(failed("print the report"))
}

fn text<R: Serialize>(arguments: &Arguments, report: &R, table: impl Fn(&R) -> String) -> Result<String> {
    if arguments.json {
        Ok(serde_json::to_string_pretty(report).map_err(failed("write the report"))? + "\n")
    } else {
        Ok(table(report))
    }
}
