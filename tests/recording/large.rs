//! A recording of any length is checked in the same memory.

use std::io::BufWriter;
use std::process::Stdio;

use tripong::game::{GameRules, PaneId};

use super::common::{Program, TestProcess, tripong};
use super::generator::{Pen, author};

/// What a check may take, whatever it reads.
const MEMORY: u64 = 64 << 20;
/// A `check` line follows after so many bytes.
const CHECK: u64 = 64 * 1024;
/// A process is killed after so many hops.
const KILL: u64 = 10_000;

/// The most memory that a process has had so far, in bytes.
fn peak(process: &TestProcess) -> u64 {
    let peak = process.status("VmHWM").unwrap();
    1024 * peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
}

/// A game that is made while it is checked: so it needs no disk. With a mouse it has a line for nearly every tick.
fn check_a_recording_of(bytes: u64, has_mouse: bool) -> String {
    let (from, to) = std::io::pipe().unwrap();
    let mut command = tripong();
    command.args(["replay", "--verify", "--json", "-"]).stdin(Stdio::from(from));
    let program = Program::spawn(command);
    let mut pen = Pen::to(BufWriter::with_capacity(1 << 20, to));
    let mut game = author(3, 7, has_mouse);
    game.has_mouse = has_mouse;
    game.serve(PaneId(1), GameRules::default(), &[]);
    let (mut hop, mut checked) = (0, 0);
    while pen.bytes < bytes {
        hop += 1;
        game.play_to_hop(hop);
        if hop % KILL == 0 {
            game.kill(hop % 2 == 0);
        }
        game.lines.drain(..).for_each(|line| pen.write(&line));
        if pen.bytes >= checked + CHECK {
            pen.check();
            checked = pen.bytes;
        }
    }
    game.end();
    game.lines.drain(..).for_each(|line| pen.write(&line));
    pen.check();
    pen.flush();
    let peak = peak(program.launcher());
    drop(pen);
    let report = program.finish().quiet_report(0);
    assert_eq!((&report["fits"], &report["complete"]), (&true.into(), &true.into()), "{report}");
    assert_eq!((&report["hop"], &report["recoveries"]), (&hop.into(), &(hop / KILL).into()), "{report}");
    assert!(peak <= MEMORY, "{peak} bytes for {bytes}");
    format!("{bytes} bytes: {peak} bytes of memory at most, {report}")
}

#[test]
fn a_recording_of_any_length_is_checked_in_64_mib() {
    check_a_recording_of(3_000_000, false);
    check_a_recording_of(6_000_000, true);
}

#[test]
#[ignore = "minutes: 10 GB, or as many as TRIPONG_GB says, and a tenth of that without a mouse"]
fn ten_gigabytes_are_checked_in_64_mib() {
    let gigabytes: u64 = std::env::var("TRIPONG_GB").map_or(10, |gb| gb.parse().unwrap());
    println!("{}", check_a_recording_of(gigabytes * 1_000_000_000, true));
    println!("{}", check_a_recording_of(gigabytes * 100_000_000, false));
}
