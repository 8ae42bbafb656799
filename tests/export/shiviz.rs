//! The rules of ShiViz for a log: what its parser (`js/model/parser.js`) takes, and what its graph (`js/model/modelGraph.js`) checks.

use std::collections::BTreeMap;

use tripong::recording::Line;
use tripong::recording::export::{PARSER, ShivizExport, Window};

use crate::game::{Game, eventful};
use crate::html;

pub(crate) type Clock = BTreeMap<String, u64>;

/// An event of a log.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) host: String,
    pub(crate) clock: Clock,
    pub(crate) text: String,
}

impl Event {
    fn own(&self) -> u64 {
        self.clock[&self.host]
    }

    fn at(&self, host: &str) -> u64 {
        self.clock.get(host).copied().unwrap_or(0)
    }
}

pub(crate) fn exported(lines: &[Line], window: Window) -> String {
    let Some(Line::Recording(header)) = lines.first() else { panic!("no header") };
    let mut bytes = Vec::new();
    let mut export = ShivizExport::begin(header, window, &mut bytes).unwrap();
    lines.iter().for_each(|line| export.line(line, &mut bytes).unwrap());
    export.end(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// The events of a log, which has its regular expression first and no delimiter.
pub(crate) fn parsed(log: &str) -> Vec<Event> {
    let mut lines = log.lines();
    assert_eq!(lines.next(), Some(PARSER));
    assert_eq!(lines.next(), Some(""), "one execution");
    lines.map(event).collect()
}

/// As the regular expression has it: host, clock, two numbers, text.
fn event(line: &str) -> Event {
    let (host, rest) = line.split_once(' ').unwrap();
    let end = rest.find('}').unwrap() + 1;
    let clock = serde_json::from_str(&rest[..end]).unwrap();
    let [timestamp, epoch, text] = rest[end + 1..].splitn(3, ' ').collect::<Vec<_>>().try_into().unwrap();
    timestamp.parse::<u64>().unwrap();
    epoch.parse::<u64>().unwrap();
    assert!(!text.is_empty() && !host.is_empty(), "{line}");
    Event { host: host.to_owned(), clock, text: text.to_owned() }
}

/// Own clocks grow from 1 by 1; every value names an event; and each event has the maximum of all that it depends on.
pub(crate) fn check(events: &[Event]) {
    let mut hosts: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    events.iter().for_each(|event| hosts.entry(&event.host).or_default().push(event));
    for of_host in hosts.values_mut() {
        of_host.sort_by_key(|event| event.own());
        let own: Vec<_> = of_host.iter().map(|event| event.own()).collect();
        assert_eq!(own, (1..=own.len() as u64).collect::<Vec<_>>(), "{of_host:?}");
    }
    for event in events {
        let mut expected = Clock::new();
        let own_before = (event.own() > 1).then(|| hosts[event.host.as_str()][event.own() as usize - 2]);
        let others = event.clock.iter().filter(|(host, _)| **host != event.host).map(|(host, number)| {
            let of_host = hosts.get(host.as_str()).unwrap_or_else(|| panic!("no host {host}: {event:?}"));
            *of_host.get(*number as usize - 1).unwrap_or_else(|| panic!("no such event: {host} {event:?}"))
        });
        for parent in others.chain(own_before) {
            assert!(parent.at(&event.host) < event.own(), "{parent:?} and {event:?} are before each other");
            for (host, number) in &parent.clock {
                let known = expected.entry(host.clone()).or_default();
                *known = (*known).max(*number);
            }
        }
        expected.insert(event.host.clone(), event.own());
        assert_eq!(event.clock, expected, "impermissible: {event:?}");
    }
}

pub(crate) fn every_clock_follows_from_what_the_event_depends_on() {
    let events = parsed(&exported(&eventful().lines, Window::ALL));
    check(&events);
    let has =
        |host: &str, text: &str| events.iter().any(|event| event.host == host && event.text.contains(text));
    for (host, text) in [
        ("launcher", "serves to pane 2"),
        ("launcher", "recalls the ball from"),
        ("launcher", "recovers the ball"),
        ("launcher", "replaces the Region"),
    ] {
        assert!(has(host, text), "{host}: {text}");
    }
    assert!(events.iter().any(|event| event.host.ends_with("#2") && event.text.contains("hands the ball")));
    assert!(events.iter().any(|event| event.text.contains("were not seen")));
}

pub(crate) fn a_recovery_knows_what_the_dead_process_has_done() {
    let mut game = Game::begin();
    let events = parsed(&exported(&game.play(3).kill().play(2).end().lines, Window::ALL));
    check(&events);
    let find = |text: &str| events.iter().find(|event| event.text.contains(text)).unwrap();
    let (dies, recovers) = (find("dies (SIGKILL)"), find("recovers"));
    assert_eq!(recovers.at(&dies.host), dies.own(), "{recovers:?}");
    let kill = find("fault: kill");
    assert_eq!(dies.at("launcher"), kill.own(), "the signal comes before the death: {dies:?}");
    let next =
        events.iter().find(|event| event.host.ends_with("#2") && event.text.contains("takes the ball"));
    assert!(next.unwrap().at("launcher") >= recovers.own(), "{next:?}");
}

pub(crate) fn a_taker_that_died_before_it_took_has_no_event_of_that() {
    let mut game = Game::begin();
    let events = parsed(&exported(&game.play(3).kill_the_taker().play(2).end().lines, Window::ALL));
    check(&events);
    let takes = events.iter().filter(|event| event.text.contains("takes the ball from")).count();
    assert_eq!(takes as u64, 3 + 2);
}

pub(crate) fn every_window_is_a_log_of_its_own() {
    let game = eventful();
    for from in 0..30 {
        let events = parsed(&exported(&game.lines, Window { from, to: Some(from + 10) }));
        check(&events);
        assert!(!events.is_empty());
    }
}

/// In the recording of a real match, as it was played on 30 November 2026.
pub(crate) fn every_goal_of_a_match_is_an_event_of_the_process_that_had_the_ball() {
    let text = include_str!("match.jsonl");
    let lines: Vec<Line> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let whole = Window { from: 0, to: Some(u64::MAX) };
    let events = parsed(&exported(&lines, whole));
    check(&events);
    let goals = events.iter().filter(|event| event.text.starts_with("goal: "));
    let goals: Vec<_> = goals.map(|goal| (goal.host.as_str(), &goal.text["goal: ".len()..])).collect();
    let left = ["1 : 0", "2 : 0", "3 : 0", "4 : 0"].map(|score| ("pane3", score));
    assert_eq!(goals, left.into_iter().chain([("pane1", "4 : 1")]).collect::<Vec<_>>());
    assert!(html::exported(&lines, whole).contains("goal</text>"));
}
