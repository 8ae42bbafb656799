//! The open fds.

use super::*;

#[test]
fn the_fds_are_those_that_proc_shows() {
    for transport in ["shared", "socket"] {
        let inspected = Inspected::start(&format!("--transport {transport}"));
        let processes = wait_for("all links", || {
            let processes = inspected.first_sample();
            let links = |pane: usize| {
                processes.all[pane].fds.iter().filter(|fd| fd.meaning.starts_with("link")).count()
            };
            ([1, 2, 3].map(links) == [1, 2, 1]).then_some(processes)
        });
        let real = [inspected.game.launcher()].into_iter().chain(&inspected.panes);
        let types = types_of_sockets();
        for (process, real) in processes.all.iter().zip(real) {
            let shown: BTreeMap<_, _> = process.fds.iter().map(|fd| (fd.number, fd.target.clone())).collect();
            assert_eq!(shown, real.fds(), "{}", process.name);
            assert!(process.fds.is_sorted_by_key(|fd| fd.number));
            for fd in &process.fds {
                let expected = match real.can_read_and_write(fd.number) {
                    [true, false] => Access::Read,
                    [false, true] => Access::Write,
                    _ => Access::Both,
                };
                assert_eq!(fd.access, expected, "{fd:?}");
                if let Some(inode) = fd.target.strip_prefix("socket:[") {
                    let expected = if types[inode.trim_end_matches(']')] == "0005" {
                        Kind::Seqpacket
                    } else {
                        Kind::Stream
                    };
                    assert_eq!(fd.kind, expected, "{fd:?}");
                }
            }
        }
    }
}

/// Inode and type of all Unix sockets.
fn types_of_sockets() -> BTreeMap<String, String> {
    let table = fs::read_to_string("/proc/net/unix").unwrap();
    let lines = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines.map(|words| (words[6].to_owned(), words[4].to_owned())).collect()
}

/// What each pipe of a pane is, and where it leads.
fn pipes(processes: &Processes, pane: usize) -> Vec<(String, String)> {
    let fds = processes.all[pane + 1].fds.iter().filter(|fd| fd.meaning.starts_with("pipe "));
    fds.map(|fd| (fd.meaning.clone(), fd.target.clone())).collect()
}

#[test]
fn every_fd_of_a_pane_is_known_and_the_ends_of_pipes_are_listed_together() {
    let inspected = Inspected::start("");
    let processes = wait_for("all links", || {
        let processes = inspected.first_sample();
        ([0, 1, 2].map(|pane| pipes(&processes, pane).len()) == [2, 4, 2]).then_some(processes)
    });
    let names = ["left", "middle", "right"];
    for (giver, taker) in [(0, 1), (1, 0), (1, 2), (2, 1)] {
        let find = |pane: usize, meaning: String| {
            let mut ends = pipes(&processes, pane);
            ends.retain(|(found, _)| *found == meaning);
            let [(_, target)] = &ends[..] else { panic!("{meaning}: {processes:?}") };
            target.clone()
        };
        let writing = find(giver, format!("pipe to the {} pane, writing end", names[taker]));
        let reading = find(taker, format!("pipe from the {} pane, reading end", names[giver]));
        assert_eq!(writing, reading, "one pipe from {giver} to {taker}");
    }
    let meanings = |pane: usize| -> Vec<String> {
        processes.all[pane + 1].fds[..10].iter().map(|fd| fd.meaning.clone()).collect()
    };
    let expected = [
        "standard input",
        "standard output",
        "standard error",
        "the Region: the memory that all processes share",
        "parent-death pipe: its end of file is the launcher's death",
        "the supervisor's bell",
        "control socket: new links come over it from the launcher",
        "bell of the left pane",
        "bell of the middle pane (its own)",
        "bell of the right pane",
    ];
    assert_eq!(meanings(1), expected);
    let unknown: Vec<_> = processes.all[..4]
        .iter()
        .flat_map(|process| &process.fds)
        .filter(|fd| fd.meaning == "other")
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn the_launcher_has_the_other_ends() {
    let inspected = Inspected::start("");
    let processes = inspected.first_sample();
    let launcher = &processes.all[0];
    let count = |meaning: &str| launcher.fds.iter().filter(|fd| fd.meaning == meaning).count();
    for name in ["left", "middle", "right"] {
        assert_eq!(count(&format!("bell of the {name} pane")), 1, "{launcher:?}");
        assert_eq!(count(&format!("reports the end of the process of the {name} pane")), 1, "{launcher:?}");
    }
    assert_eq!(count("the supervisor's bell"), 1, "{launcher:?}");
    assert_eq!(count("control socket to a pane, the launcher's end"), 3, "{launcher:?}");
    assert_eq!(
        count("parent-death pipe: its end of file is the launcher's death; writing end"),
        1,
        "{launcher:?}"
    );
    assert_eq!(count("the Region: the memory that all processes share"), 1, "{launcher:?}");
}
