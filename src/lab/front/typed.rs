//! What can be typed at a question, and what is meant by a line that was typed. All of it is pure.

use crate::lab::exercise::{Answer, Kind, Process, Question, bare};

/// So much of a line is repeated to the student, in letters.
const REPEATED: usize = 40;

/// What is meant by a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Typed {
    /// An answer that fits.
    Answer(Answer),
    /// An explanation of what can be typed.
    Help,
    /// The end of the lab.
    End,
    /// Nothing that fits: what is wrong with it, as a sentence.
    Wrong(String),
}

/// What is meant by a line at this question.
pub(super) fn meant(question: &Question, line: &str) -> Typed {
    let line = line.trim();
    let is_process = |name: &str| match &question.kind {
        Kind::Steps(of) => of.iter().any(|process| starts_with(process, name)),
        _ => false,
    };
    match line {
        "" => return Typed::Wrong(format!("{} ? explains more.", hint(&question.kind))),
        "?" | "help" => return Typed::Help,
        "q" | "Q" | "quit" | "exit" if !is_process(line) => return Typed::End,
        _ => {}
    }
    let answer = match parse(&question.kind, line) {
        Ok(answer) => answer,
        Err(why) => return Typed::Wrong(format!("{} is no answer: {why}.", repeated(line))),
    };
    match question.fault(&answer) {
        None => Typed::Answer(answer),
        Some(why) => Typed::Wrong(format!("{} does not fit: {why}.", repeated(line))),
    }
}

/// Whether a line says yes.
pub(super) fn is_yes(line: &str) -> bool {
    matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes" | "q" | "quit" | "exit")
}

/// A line as it is repeated: without what a terminal would obey, and not too long.
fn repeated(line: &str) -> String {
    let mut text: String = line.chars().take(REPEATED).collect();
    if line.chars().count() > REPEATED {
        text.push_str("...");
    }
    format!("{text:?}")
}

/// What there is to choose from: what stands before it, and it.
pub(super) fn choices(kind: &Kind) -> Vec<(String, String)> {
    match kind {
        Kind::Choice(of) | Kind::Order(of) => {
            of.iter().zip(1..).map(|(item, number)| (format!("  {number}  "), item.clone())).collect()
        }
        Kind::Number { .. } => Vec::new(),
        Kind::Steps(of) => of.iter().zip(1..).flat_map(|(process, number)| steps(process, number)).collect(),
    }
}

/// Only the process has a number: a step cannot be chosen.
fn steps(process: &Process, number: usize) -> Vec<(String, String)> {
    let steps = process.steps.iter().zip(1..).map(|(step, at)| (format!("     step {at}: "), step.clone()));
    let process = (format!("  {number}  "), format!("Process {}:", process.name));
    std::iter::once(process).chain(steps).collect()
}

/// What is to be typed, in one sentence.
pub(super) fn hint(kind: &Kind) -> String {
    match kind {
        Kind::Choice(of) => format!("Type a number from 1 to {}.", of.len()),
        Kind::Number { unit, from, to } if unit.is_empty() => format!("Type a number from {from} to {to}."),
        Kind::Number { unit, from, to } => format!("Type a number from {from} to {to} ({}).", bare(unit)),
        Kind::Order(of) => {
            let example: Vec<_> = (1..=of.len()).rev().map(|number| number.to_string()).collect();
            format!(
                "Type all {} numbers in your order, the first one first, such as {}.",
                of.len(),
                example.join(" ")
            )
        }
        Kind::Steps(of) => {
            let name = |index: usize| of.get(index).map(|process| process.name.as_str()).unwrap_or_default();
            format!(
                "Type which process does its next step, again and again, such as {0} {0} {1}; not all steps need be done.",
                name(0),
                name(of.len().saturating_sub(1)),
            )
        }
    }
}

fn parse(kind: &Kind, line: &str) -> Result<Answer, String> {
    match kind {
        Kind::Choice(_) => index(line).map(Answer::Choice),
        Kind::Number { unit, from, to } => {
            let number = line.strip_prefix(bare(unit)).or_else(|| line.strip_suffix(bare(unit)));
            let number = number.unwrap_or(line).trim();
            let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            // One with more digits than any number has is beyond every bound.
            let parsed = number.parse().ok().filter(|_| is_number);
            parsed
                .map(Answer::Number)
                .ok_or_else(|| format!("type a whole number from {from} to {to}, in digits"))
        }
        Kind::Order(of) => {
            let words = words(line).collect::<Vec<_>>();
            // Where every number is one digit, they need no space.
            let has_spaces = words.len() > 1 || of.len() > 9;
            let numbers: Result<Vec<_>, _> = if has_spaces {
                words.into_iter().map(index).collect()
            } else {
                line.chars().map(|digit| index(digit.encode_utf8(&mut [0; 4]))).collect()
            };
            numbers.map(Answer::Order)
        }
        Kind::Steps(of) => {
            let all: Result<Vec<_>, String> = words(line).map(|word| processes(of, word)).collect();
            all.map(|all| Answer::Order(all.concat()))
        }
    }
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split([' ', '\t', ',', ';']).filter(|word| !word.is_empty())
}

/// A number that counts from 1, from 0.
fn index(word: &str) -> Result<usize, String> {
    let number = word.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    number.ok_or_else(|| "type the numbers at the beginning of the lines".to_owned())
}

fn starts_with(process: &Process, letters: &str) -> bool {
    process.name.get(..letters.len()).is_some_and(|start| start.eq_ignore_ascii_case(letters))
}

/// The processes that a word names: one by its name, or one by each letter or digit.
fn processes(of: &[Process], word: &str) -> Result<Vec<usize>, String> {
    if let Some(whole) = of.iter().position(|process| process.name.eq_ignore_ascii_case(word)) {
        return Ok(vec![whole]);
    }
    let process = |letter: char| {
        if let Some(number) = letter.to_digit(10) {
            return usize::try_from(number).ok()?.checked_sub(1).filter(|index| *index < of.len());
        }
        let mut bytes = [0; 4];
        let letter = &*letter.encode_utf8(&mut bytes);
        let mut named = of.iter().enumerate().filter(|(_, process)| starts_with(process, letter));
        let first = named.next().map(|(index, _)| index);
        first.filter(|_| named.next().is_none())
    };
    let found: Option<Vec<_>> = word.chars().map(process).collect();
    found.ok_or_else(|| {
        let names: Vec<_> = of.iter().map(|process| process.name.as_str()).collect();
        format!("the processes are {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(question: &Question, line: &str) -> String {
        match meant(question, line) {
            Typed::Wrong(why) => why,
            other => panic!("{line:?} means {other:?}"),
        }
    }

    fn assert_means(question: &Question, line: &str, answer: Answer) {
        assert_eq!(meant(question, line), Typed::Answer(answer), "{line:?}");
    }

    fn steps() -> Question {
        Question::steps("In which order?", &[("A", &["load", "store"]), ("B", &["load", "store"])])
    }

    #[test]
    fn a_choice_and_a_number_are_read_with_their_bounds() {
        let choice = Question::choice("Which?", &["this", "that"]);
        assert_means(&choice, " 2 ", Answer::Choice(1));
        for line in ["0", "3", "-1", "this", "1.5", "99999999999999999999999"] {
            wrong(&choice, line);
        }
        let number = Question::number("How many?", "bytes", 2, 100);
        assert_means(&number, "17", Answer::Number(17));
        assert_means(&number, "17 bytes", Answer::Number(17));
        assert_means(&number, "017", Answer::Number(17));
        let named = Question::number("Which?", "(epoch)", 0, 99);
        for line in ["22", "22 epoch", "epoch 22"] {
            assert_means(&named, line, Answer::Number(22));
        }
        assert_eq!(hint(&named.kind), "Type a number from 0 to 99 (epoch).");
        for line in ["1", "101", "+17", "1e1", "1,000", "bytes", "\u{661}\u{667}"] {
            wrong(&number, line);
        }
        assert!(wrong(&number, "101").contains("it must be 2 to 100 bytes"));
        let huge = Question::number("How many?", "", 0, u64::MAX);
        assert_means(&huge, "18446744073709551615", Answer::Number(u64::MAX));
        wrong(&huge, "18446744073709551616");
    }

    #[test]
    fn an_order_is_read_with_spaces_and_without() {
        let order = Question::order("In which order?", &["a", "b", "c"]);
        for line in ["3 1 2", "312", "3,1,2", "3, 1;\t2"] {
            assert_means(&order, line, Answer::Order(vec![2, 0, 1]));
        }
        for line in ["3 1", "3 3 1", "0 1 2", "a b c", "3124"] {
            wrong(&order, line);
        }
        let items: Vec<_> = (1..=11).map(|number| number.to_string()).collect();
        let items: Vec<_> = items.iter().map(String::as_str).collect();
        let long = Question::order("In which order?", &items);
        assert_means(&long, "11 10 9 8 7 6 5 4 3 2 1", Answer::Order((0..11).rev().collect()));
        wrong(&long, "1234567891011");
    }

    #[test]
    fn steps_are_read_by_letters_digits_and_names() {
        for line in ["AAB", "a a b", "112", "1,A,2"] {
            assert_means(&steps(), line, Answer::Order(vec![0, 0, 1]));
        }
        assert!(wrong(&steps(), "AAA").contains("A has 2 steps only"));
        assert!(wrong(&steps(), "ABC").contains("the processes are A, B"));
        let named = Question::steps("?", &[("giver", &["x", "y"]), ("taker", &["x"]), ("tester", &["x"])]);
        assert_means(&named, "giver taker", Answer::Order(vec![0, 1]));
        assert_means(&named, "g g 2 tester", Answer::Order(vec![0, 0, 1, 2]));
        wrong(&named, "t");
        let q = Question::steps("?", &[("Q", &["x"]), ("R", &["x"])]);
        assert_means(&q, "q", Answer::Order(vec![0]));
    }

    #[test]
    fn help_and_the_end_are_asked_for_at_every_question_and_nothing_is_no_answer() {
        let kinds = [
            Question::choice("?", &["a", "b"]),
            Question::number("?", "", 0, 9),
            Question::order("?", &["a", "b"]),
            steps(),
        ];
        for question in kinds {
            assert_eq!(meant(&question, " ? "), Typed::Help);
            assert_eq!(meant(&question, "q"), Typed::End);
            for line in ["", "   ", "\u{0}\u{1b}[31m", "\u{fffd}\u{fffd}", "..", "é", "🏓"] {
                let why = wrong(&question, line);
                assert!(!why.contains('\u{1b}') && why.ends_with('.'), "{why}");
            }
            let why = wrong(&question, &"x".repeat(100_000));
            assert!(why.len() < 200, "{why}");
            assert!(hint(&question.kind).ends_with('.'));
        }
        assert!(is_yes(" Y ") && is_yes("quit") && !is_yes("") && !is_yes("n"));
    }
}
