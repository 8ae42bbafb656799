//! Our own side: the `tripong` executable, once per repetition, as a mechanism among the others.

use std::path::{Path, PathBuf};
use std::process::{Stdio, id};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::cli::Arguments;
use crate::error::{Error, Result, failed, report_line};
use crate::flow::row::{FlowKey, Repetition};
use crate::mechanism::Work;
use crate::placement::Placement;
use crate::row::Row;
use crate::run::Plan;
use crate::spawn::{Role, Signals, SpawnedProcess, Watch};

/// The executable.
#[derive(Debug)]
pub(crate) struct Tripong(PathBuf);

/// What `tripong bench --json` prints.
#[derive(Deserialize)]
struct Output<R> {
    rows: Vec<R>,
}

/// One of its rows of throughput.
#[derive(Deserialize)]
struct OurFlow {
    mode: String,
    #[serde(flatten)]
    key: FlowKey,
    messages_per_s: f64,
}

/// How its rows over shared memory name it.
pub(crate) const TRANSPORT: &str = "shared";

impl Tripong {
    /// The one that was named, or the one beside this executable.
    ///
    /// # Errors
    /// When it is not there, with how to build it.
    pub(crate) fn find(named: Option<&Path>) -> Result<Self> {
        let path = match named {
            Some(path) => path.to_path_buf(),
            None => std::env::current_exe().map_err(failed("find tripong"))?.with_file_name("tripong"),
        };
        if path.is_file() {
            Ok(Self(path))
        } else {
            let path = path.display();
            Err(failed("find tripong")(format_args!(
                "no {path}; build it with `cargo build --release`, or name it with --tripong PATH"
            )))
        }
    }

    /// Measures latency once, over shared memory, with every way to wait that makes sense there.
    ///
    /// # Errors
    /// When it fails, prints something else, or takes too long.
    pub(crate) fn repetition(
        &self,
        placement: Placement,
        plan: &Plan,
        signals: &Signals,
    ) -> Result<Vec<Row>> {
        let hops = match &plan.work {
            Work::Rally { hops, .. } => hops.to_string(),
            Work::Flow(_) => return Err(failed("measure latency")("the messages are to flow")),
        };
        let rows: Vec<Row> = self.bench(placement, plan, signals, &["--processes", "2", "--hops", &hops])?;
        complete(placement, rows, |row| (&row.transport, &row.wait))
    }

    /// Measures throughput once, over shared memory, with every way to wait that makes sense there.
    ///
    /// # Errors
    /// When it fails, prints something else, or takes too long.
    pub(crate) fn flow(
        &self,
        placement: Placement,
        plan: &Plan,
        signals: &Signals,
    ) -> Result<Vec<(FlowKey, Repetition)>> {
        let Work::Flow(flow) = &plan.work else {
            return Err(failed("measure throughput")("one message is to go there and back"));
        };
        let (in_flight, time) = (flow.in_flight.to_string(), format!("{}ms", flow.time_ns / 1_000_000));
        let mut options = vec!["--mode", "throughput", "--in-flight", &in_flight];
        // Its own word for the same.
        let copy = copy_name(flow.copy);
        if flow.copy {
            options.extend(["--copy", copy]);
        }
        let messages = flow.messages.map(|messages| messages.to_string());
        match &messages {
            Some(messages) => options.extend(["--hops", messages]),
            None => options.extend(["--time", &time]),
        }
        let rows: Vec<OurFlow> = self.bench(placement, plan, signals, &options)?;
        let is_same =
            |row: &OurFlow| row.mode == "throughput" && row.key.bytes == plan.bytes && row.key.copy == copy;
        let rows = rows.into_iter().filter(is_same).collect();
        let rows = complete(placement, rows, |row| (&row.key.transport, &row.key.wait))?;
        let shown = |messages_per_s| Repetition { messages_per_s, messages: None, cpu_ns_per_message: None };
        Ok(rows.into_iter().map(|row| (row.key, shown(row.messages_per_s))).collect())
    }

    /// Runs its bench once, over shared memory.
    fn bench<R: DeserializeOwned>(
        &self,
        placement: Placement,
        plan: &Plan,
        signals: &Signals,
        options: &[&str],
    ) -> Result<Vec<R>> {
        let (bytes, waits) = (plan.bytes.to_string(), waits(placement).join(","));
        let arguments = ["bench", "--json", "--transports", TRANSPORT, "--wait", &waits]
            .into_iter()
            .chain(["--placement", placement.name(), "--bytes", &bytes, "--repeats", "1"])
            .chain(options.iter().copied())
            .map(str::to_owned)
            .collect();
        let role = Role::Program { parent: id(), program: self.0.clone(), arguments };
        let watch = Watch::new(signals, plan.limit() * 3);
        let mut process = SpawnedProcess::start(&role, Stdio::null(), Stdio::piped())?;
        let output = process.output(&watch)?;
        let status = process.ended(&watch)?;
        if !status.success() {
            return Err(failed("run tripong bench")(status));
        }
        let output: Output<R> =
            serde_json::from_slice(&output).map_err(failed("read what tripong bench printed"))?;
        Ok(output.rows)
    }
}

/// The ways to wait that make sense at a placement.
fn waits(placement: Placement) -> &'static [&'static str] {
    match placement {
        // Who spins on the only CPU keeps the other one from it.
        Placement::SameCpu => &["block", "adaptive"],
        Placement::DistinctCores | Placement::Unpinned => &["block", "adaptive", "spin"],
    }
}

/// The rows, if there is one for each way to wait.
fn complete<R>(placement: Placement, rows: Vec<R>, key: impl Fn(&R) -> (&String, &String)) -> Result<Vec<R>> {
    let has =
        |wait: &&&str| rows.iter().map(&key).any(|(transport, own)| transport == TRANSPORT && own == *wait);
    match waits(placement).iter().find(|wait| !has(wait)) {
        Some(wait) => {
            Err(failed("read what tripong bench printed")(format_args!("no row {TRANSPORT}/{wait}")))
        }
        None => Ok(rows),
    }
}

/// How a row says whether messages are copied in and out.
pub(crate) fn copy_name(copy: bool) -> &'static str {
    if copy { "both" } else { "in-place" }
}

/// Our own side, until it fails for the first time.
pub(crate) struct Ours(Option<Tripong>);

impl Ours {
    /// If it is wanted and there.
    pub(crate) fn new(arguments: &Arguments) -> Self {
        if !arguments.wants_ours() {
            return Self(None);
        }
        match Tripong::find(arguments.tripong.as_deref()) {
            Ok(tripong) => Self(Some(tripong)),
            Err(error) => {
                report_line(&format!("{error}; the mechanisms run without tripong"));
                Self(None)
            }
        }
    }

    /// Asks for rows. None, once it has failed.
    ///
    /// # Errors
    /// When a signal stops the run.
    pub(crate) fn ask<R>(
        &mut self,
        place: &str,
        measure: impl FnOnce(&Tripong) -> Result<Vec<R>>,
    ) -> Result<Vec<R>> {
        let Some(tripong) = &self.0 else { return Ok(Vec::new()) };
        match measure(tripong) {
            Ok(rows) => Ok(rows),
            Err(error) if is_final(&error) => Err(error),
            Err(error) => {
                report_line(&format!("{place}: {error}; the mechanisms run on without tripong"));
                self.0 = None;
                Ok(Vec::new())
            }
        }
    }
}

/// Whether an error of our side ends the whole run: a signal does, a failure is only reported.
fn is_final(error: &Error) -> bool {
    matches!(error, Error::Stopped(_))
}
