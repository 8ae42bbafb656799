//! A write into a pipe that nobody reads from.

use crate::error::Result;
use crate::lab::calls::{Call, Caller, Ended, Options, Pipe, show};
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;

const IGNORES: &str = "the one that ignores SIGPIPE";
const DEFAULT: &str = "the one with the default";

const EXPLANATION: &str = "Nobody can ever read what is written now, so the kernel sends SIGPIPE to the writer, and write fails \
     with EPIPE. By default the signal ends the process: so `yes | head -1` ends at once, though yes checks \
     nothing. A program that wants to go on, such as a server, ignores the signal and looks at the error. The \
     game's panes ignore it: a neighbour that has died is an EPIPE of one hand-off, and the supervisor gives \
     the ball to the next.";

fn options(draw: &mut Draw) -> Options {
    Options::drawn(
        draw,
        [
            "the write of the first fails with EPIPE; the second dies of SIGPIPE",
            "the first dies of SIGPIPE; the write of the second fails with EPIPE",
            "both writes fail with EPIPE",
            "both die of SIGPIPE",
            "both writes succeed: the pipe has room",
            "both wait until somebody reads",
        ],
    )
}

pub(super) fn task(draw: &mut Draw) -> Task {
    let bytes = draw.below(3_000) + 1;
    let is_first_default = draw.below(2) == 0;
    let options = options(draw);
    let does = |is_default| {
        if is_default {
            "leaves SIGPIPE at its default, as a C program does"
        } else {
            "ignores SIGPIPE, as the runtimes of Rust and Python make it"
        }
    };
    let (first, second) = (does(is_first_default), does(!is_first_default));
    let right =
        Answers::predicted(options.answer(usize::from(is_first_default))).concluded(Answer::Number(141));
    Task {
        id: "no-reader",
        story: format!(
            "Two writers, each with a pipe to a reader of its own. Both readers have been killed, and nobody else has a read end. \
             The first writer {first}. The second {second}. Each writes {bytes} bytes into its pipe, which is empty."
        ),
        predict: options.question("What happens?"),
        choose: None,
        conclude: Some(Question::number(
            "One of the two died of signal 13. If a shell had started it, what would `echo $?` print after it?",
            "(exit status)",
            0,
            255,
        )),
        act: Box::new(move |stage, _| observe(stage, bytes, is_first_default)),
        judge: Box::new({
            let right = right.clone();
            move |given, seen| judge(given, &right, seen)
        }),
        passing: right,
        failing: None,
        explanation: EXPLANATION,
        read_on: "man 7 pipe; man 7 signal (SIGPIPE); man 2 write (EPIPE); docs/TRANSPORTS.md of this project",
    }
}

fn judge(given: &Answers, right: &Answers, seen: &Observation) -> std::result::Result<Judgement, String> {
    if seen.text_of(IGNORES)? != "failed: EPIPE" || seen.text_of(DEFAULT)? != "died of SIGPIPE" {
        return Err("a write without a reader raises SIGPIPE, and fails with EPIPE".to_owned());
    }
    let truth = "The write of the writer that ignores SIGPIPE failed with EPIPE; the other one died of SIGPIPE. A shell shows \
                 that as 128 + 13 = 141.";
    Ok(Judgement::of(given, right, truth))
}

fn write(stage: &mut Stage<'_>, part: &str, bytes: usize, is_default: bool) -> Result<Ended> {
    let pipe = Pipe::new()?;
    let mut reader = Caller::start(stage, 1, "reader", vec![pipe.reader])?;
    let mut writer = Caller::start(stage, 0, part, vec![pipe.writer])?;
    let end = reader.process().kill()?;
    stage.note(format!("the reader was killed ({end})"));
    if is_default {
        writer.returned(stage, Call::DieOfSigpipe)?;
    }
    let ended = writer.make(stage, Call::Write { link: 0, letter: 'a', bytes, times: 1 })?;
    let what = if matches!(ended, Ended::Died(_)) { "" } else { "'s write" };
    stage.note(format!("the {part}{what} {}", ended.words()));
    let rows = [(&writer, ended.words()), (&reader, "dead: killed".to_owned())];
    show(stage, &rows, &[("pipe", format!("{bytes} bytes for nobody"))]);
    Ok(ended)
}

fn observe(stage: &mut Stage<'_>, bytes: usize, is_first_default: bool) -> Result<Observation> {
    let mut seen = Observation::default();
    for (part, is_default) in [("first-writer", is_first_default), ("second-writer", !is_first_default)] {
        let ended = write(stage, part, bytes, is_default)?;
        seen.text(if is_default { DEFAULT } else { IGNORES }, ended.words());
    }
    Ok(seen)
}
