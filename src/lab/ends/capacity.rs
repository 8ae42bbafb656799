//! How much fits into a pipe.

use crate::error::Result;
use crate::lab::calls::{Call, Caller, Options, Pipe, show};
use crate::lab::exercise::{Answer, Answers, Draw, Judgement, Observation, Question, Task};
use crate::lab::stage::Stage;

/// What a pipe holds by the manual: 16 pages.
pub(super) const DOCUMENTED: u64 = 65_536;

const EXPLANATION: &str = "A pipe of Linux has 16 slots, each with a page: 65,536 bytes (F_GETPIPE_SZ says how many, F_SETPIPE_SZ \
     changes it, up to /proc/sys/fs/pipe-max-size for a user without rights). A write goes on in the last \
     page if it fits there as a whole, and begins a new page if not. A user whose pipes have many pages \
     already (pipe-user-pages-soft) gets new ones with two pages, or one. So a program must not rely on the \
     number, only on this: it is finite, and a full pipe makes write wait.";

pub(super) fn task(draw: &mut Draw) -> Task {
    // Such writes fill pages of 4,096 bytes; of the others only one fits into a page.
    let small = draw.pick(&[16, 32, 64, 128, 256, 512, 1024]).unwrap_or(16);
    let odd = draw.below(1_900) + 2_100;
    let options = Options::drawn(
        draw,
        [
            "a pipe is made of pages: what does not fit into the rest of a page begins a new one, and the rest stays empty",
            "the kernel stores a header with each write, which takes the place",
            "a pipe takes whole writes only: nothing but the end of the pipe is left empty",
            "the pipe had become smaller by the first writer's end",
        ],
    );
    let right = Answers::predicted(Answer::Number(DOCUMENTED)).concluded(options.answer(0));
    Task {
        id: "capacity",
        story: format!(
            "A writer fills a new pipe of Linux that nobody reads from: it writes {small} bytes at a time until no more fit \
             (O_NONBLOCK: then write fails with EAGAIN). The pages of the machine have 4,096 bytes.\n\
             Then a second writer fills another new pipe, with {odd} bytes at a time."
        ),
        predict: Question::number("How many bytes fit into the first pipe?", "bytes", 0, 1_048_576),
        choose: None,
        conclude: Some(options.question("Fewer bytes fitted into the second pipe. Why?")),
        act: Box::new(move |stage, _| observe(stage, small, odd)),
        judge: Box::new({
            let right = right.clone();
            move |given, seen| judge(odd as u64, given, &right, seen)
        }),
        passing: right,
        failing: None,
        explanation: EXPLANATION,
        read_on: "man 7 pipe (Pipe capacity); man 2 fcntl (F_SETPIPE_SZ)",
    }
}

fn judge(
    odd: u64,
    given: &Answers,
    right: &Answers,
    seen: &Observation,
) -> std::result::Result<Judgement, String> {
    let (page, capacity) = (seen.number_of("page")?, seen.number_of("F_GETPIPE_SZ")?);
    let (fits, fits_odd) = (seen.number_of("fitted")?, seen.number_of("fitted of the second")?);
    check_sizes(page, capacity)?;
    let by_pages = capacity / page * (page / odd * odd);
    // Not Linux: a kernel that packs them.
    let packed = capacity / odd * odd;
    if fits != capacity || ![by_pages, packed].contains(&fits_odd) {
        return Err(format!("{fits} and {fits_odd} bytes do not fit into a pipe of {capacity} bytes so"));
    }
    let mut truth = format!("{fits} bytes fitted into the first pipe, and {fits_odd} into the second.");
    if capacity != DOCUMENTED || page != 4_096 || fits_odd != by_pages {
        truth.push_str(OTHER_MACHINE);
    }
    Ok(Judgement::of(given, right, truth))
}

/// What is said of a machine whose pipes are others.
pub(super) const OTHER_MACHINE: &str = " The pipes of this machine are not those of the story (another size of pages, a limit of \
     this user, another kernel): the answers count by what Linux documents for the story.";

/// Whether a kernel can have such pages and such a pipe.
pub(super) fn check_sizes(page: u64, capacity: u64) -> std::result::Result<(), String> {
    let is_page = page.is_power_of_two() && (4_096..=65_536).contains(&page);
    if is_page && capacity >= page && capacity.is_power_of_two() && capacity <= 1 << 31 {
        return Ok(());
    }
    Err(format!("there is no pipe of {capacity} bytes with pages of {page} bytes"))
}

/// Fills a pipe; how many bytes it took, and how many it has room for.
fn fill(stage: &mut Stage<'_>, part: &str, bytes: usize) -> Result<(u64, u64)> {
    let pipe = Pipe::new()?;
    let reader = Caller::start(stage, 1, "reader", vec![pipe.reader])?;
    let mut writer = Caller::start(stage, 0, part, vec![pipe.writer])?;
    writer.returned(stage, Call::DoNotWait { link: 0 })?;
    let filled = writer.returned(stage, Call::Fill { link: 0, bytes })?;
    stage.note(format!(
        "the {part} wrote {} times {bytes} bytes; the next write failed: {}",
        filled.calls, filled.error
    ));
    let rows = [(&writer, format!("write failed: {}", filled.error)), (&reader, "does not read".to_owned())];
    show(stage, &rows, &[("pipe", format!("{} bytes of {}", filled.bytes, pipe.capacity))]);
    Ok((filled.bytes, pipe.capacity))
}

fn observe(stage: &mut Stage<'_>, small: usize, odd: usize) -> Result<Observation> {
    let (fits, capacity) = fill(stage, "first-writer", small)?;
    let (fits_odd, _) = fill(stage, "second-writer", odd)?;
    let mut seen = Observation::default();
    seen.count("page", procfs::page_size(), "bytes")
        .count("F_GETPIPE_SZ", capacity, "bytes")
        .count("fitted", fits, "bytes")
        .count("fitted of the second", fits_odd, "bytes");
    Ok(seen)
}
