//! The table of hand-offs.

use std::io::Write as _;
use std::process::Stdio;

use tripong::recording::Line;
use tripong::recording::export::{CsvExport, Window};

use crate::common::program;
use crate::game::{Game, eventful};

pub(crate) fn exported(lines: &[Line], window: Window) -> String {
    let mut bytes = Vec::new();
    let mut export = CsvExport::begin(window, &mut bytes).unwrap();
    lines.iter().for_each(|line| export.line(line, &mut bytes).unwrap());
    String::from_utf8(bytes).unwrap()
}

pub(crate) fn every_hand_off_is_a_row() {
    let game = eventful();
    let table = exported(&game.lines, Window::ALL);
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    assert_eq!(
        reader.headers().unwrap().iter().collect::<Vec<_>>().join(","),
        "epoch,hop,tick,from,to,transport,offered_ns,took_ns,accepted_ns,x,y,vx,vy,hash,unseen_before"
    );
    let rows: Vec<_> = reader.records().map(|row| row.unwrap()).collect();
    assert_eq!(rows.len() as u64, game.hops);
    let hops = game.lines.iter().filter_map(|line| if let Line::Hop(hop) = line { Some(hop) } else { None });
    for (row, hop) in rows.iter().zip(hops) {
        let known = |value: Option<u64>| value.map_or(String::new(), |value| value.to_string());
        assert_eq!(row[0].parse(), Ok(hop.epoch));
        assert_eq!([&row[2], &row[6], &row[7]], [known(hop.tick), known(hop.offered), known(hop.took)]);
        let [x, ..] = hop.state.map_or([f64::NAN; 4], |state| state.flight());
        assert_eq!(row[9].parse().ok(), hop.state.map(|_| x), "a place loses no bit");
        assert_eq!(&row[13], hop.state.map_or(String::new(), |state| format!("{:016x}", state.hash())));
    }
    let unseen: u64 = rows.iter().map(|row| row[14].parse::<u64>().unwrap()).sum();
    assert_eq!(unseen, 4);
}

pub(crate) fn a_window_has_its_rows_only() {
    let mut game = Game::begin();
    let lines = game.play(50).end().lines.clone();
    assert_eq!(exported(&lines, Window { from: 11, to: Some(20) }).lines().count(), 1 + 10);
    assert_eq!(exported(&lines, Window { from: 90, to: None }).lines().count(), 1);
}

pub(crate) fn python_reads_the_numbers() {
    let script = "import csv, sys\n\
        rows = list(csv.DictReader(sys.stdin))\n\
        took = [int(row['took_ns']) for row in rows if row['took_ns']]\n\
        assert all(int(row['epoch']) and (not row['x'] or float(row['x']) >= 0) for row in rows)\n\
        print(len(rows), max(took))";
    let game = eventful();
    let mut command = program("python3");
    let mut python =
        command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    python.stdin.take().unwrap().write_all(exported(&game.lines, Window::ALL).as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{} 15000\n", game.hops));
}
