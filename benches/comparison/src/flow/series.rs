//! All repetitions of all flows and of our own side, interleaved.

use crate::cli::Arguments;
use crate::error::{Result, report_line};
use crate::flow::FlowReport;
use crate::flow::ratios::ratios;
use crate::flow::report::{FlowManifest, FlowsReport};
use crate::flow::row::{FlowKey, FlowRow, Repetition};
use crate::mechanism::{Flow, Wait, Work};
use crate::mode::Mode;
use crate::ours::{self, Ours};
use crate::placement::{Placement, allowed_cpus};
use crate::report::Machine;
use crate::roster::Mechanism;
use crate::run::{Plan, repetition};
use crate::spawn::Signals;
use crate::tournament::possible;

/// A mechanism with a size at a placement, or our side there, and what its repetitions have shown so far.
struct Series {
    /// `None`: our side, with all its waits.
    mechanism: Option<&'static Mechanism>,
    placement: Placement,
    plan: Plan,
    shown: Vec<(FlowKey, Vec<Repetition>)>,
    /// It has turned out that the mechanism cannot carry this.
    is_unfit: bool,
}

/// Runs everything that was asked for.
///
/// # Errors
/// Of a mechanism. What fails on our own side is only said, and what a mechanism cannot carry.
pub(crate) fn play(arguments: &Arguments) -> Result<FlowsReport> {
    let signals = Signals::block()?;
    let cpus = allowed_cpus()?;
    let mut all = series(arguments, &cpus)?;
    let mut ours = Ours::new(arguments);
    let mut number = 0;
    for _ in 0..arguments.repeats {
        for series in &mut all {
            number += 1;
            series.play(number, &mut ours, &signals)?;
        }
    }
    let rows: Vec<_> = all.iter().flat_map(Series::rows).collect();
    let manifest = FlowManifest::new(Machine::new(Mode::Throughput, cpus.len()), arguments)?;
    Ok(FlowsReport { manifest, ratios: ratios(&rows), rows })
}

fn series(arguments: &Arguments, cpus: &[usize]) -> Result<Vec<Series>> {
    let mut all = Vec::new();
    let mechanisms = arguments.mechanisms()?;
    let placements = possible(&arguments.placement, cpus.len());
    for bytes in arguments.sizes()? {
        for placement in &placements {
            let here = mechanisms.iter().filter(|mechanism| !starves(mechanism, *placement));
            let plan = |flow: Flow| Plan {
                bytes,
                work: Work::Flow(flow),
                corrupt: arguments.corrupt,
                cpus: cpus.to_vec(),
            };
            let new = |mechanism, flow| Series {
                mechanism,
                placement: *placement,
                plan: plan(flow),
                shown: Vec::new(),
                is_unfit: false,
            };
            for mechanism in here {
                let flow = arguments.flow(bytes, mechanism.batches)?;
                // What batches is nothing of its own where messages are copied one by one.
                if !(mechanism.batches && flow.copy) {
                    all.push(new(Some(*mechanism), flow));
                }
            }
            all.push(new(None, arguments.flow(bytes, false)?));
        }
    }
    for mechanism in mechanisms.iter().filter(|mechanism| starves(mechanism, Placement::SameCpu)) {
        if placements.contains(&Placement::SameCpu) {
            report_line(&format!(
                "{} is skipped on one CPU: who spins there keeps the other one from it",
                mechanism.name
            ));
        }
    }
    Ok(all)
}

/// Whether its ends would keep each other from the CPU.
fn starves(mechanism: &Mechanism, placement: Placement) -> bool {
    placement == Placement::SameCpu && mechanism.wait == Wait::Spin
}

impl Series {
    fn flow(&self) -> Option<&Flow> {
        match &self.plan.work {
            Work::Flow(flow) => Some(flow),
            Work::Rally { .. } => None,
        }
    }

    fn key(&self, mechanism: &Mechanism) -> FlowKey {
        FlowKey {
            transport: mechanism.name.to_owned(),
            wait: mechanism.wait.name().to_owned(),
            placement: self.placement.name().to_owned(),
            bytes: self.plan.bytes,
            copy: ours::copy_name(self.flow().is_some_and(|flow| flow.copy)).to_owned(),
        }
    }

    fn play(&mut self, number: usize, ours: &mut Ours, signals: &Signals) -> Result<()> {
        let Some(mechanism) = self.mechanism else {
            let (placement, plan) = (self.placement, &self.plan);
            let place = format!("{}, {} bytes", placement.name(), plan.bytes);
            for (key, shown) in ours.ask(&place, |tripong| tripong.flow(placement, plan, signals))? {
                self.add(key, shown);
            }
            return Ok(());
        };
        if self.is_unfit {
            return Ok(());
        }
        let place = format!("{}, {}, {} bytes", mechanism.name, self.placement.name(), self.plan.bytes);
        let reports = repetition::<FlowReport>(mechanism, self.placement, &self.plan, number, signals);
        match reports.and_then(|(reports, _)| Repetition::new(&reports)) {
            Ok(shown) => self.add(self.key(mechanism), shown),
            Err(error) if error.is_unfit() => {
                report_line(&format!("{}; there is no such row", error.within(place)));
                self.is_unfit = true;
            }
            Err(error) => return Err(error.within(place)),
        }
        Ok(())
    }

    fn add(&mut self, key: FlowKey, repetition: Repetition) {
        match self.shown.iter_mut().find(|(known, _)| *known == key) {
            Some((_, shown)) => shown.push(repetition),
            None => self.shown.push((key, vec![repetition])),
        }
    }

    fn rows(&self) -> impl Iterator<Item = FlowRow> {
        let is_mark = self.mechanism.is_some_and(|mechanism| mechanism.is_mark);
        self.shown.iter().filter_map(move |(key, shown)| FlowRow::new(key.clone(), is_mark, shown))
    }
}
