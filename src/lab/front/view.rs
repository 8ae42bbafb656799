//! What a lab and its window say to each other, as lines of JSON; and what there is to be seen after all that was said.

use serde::{Deserialize, Serialize};

use super::scene::{Picture, Scene, Step};
use crate::lab::exercise::{Answer, Question, Slot};
use crate::protocol::GameSettings;

/// At most so many moments of a task are kept.
const MOST_MOMENTS: usize = 2_000;

/// What the conductor says to the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ToWindow {
    /// Once, before all else: how it looks.
    Look(Look),
    /// A step begins.
    Scene(Box<Scene>),
    /// Something has happened.
    Event(String),
    /// How processes and memory are now.
    Picture(Picture),
    /// The student is asked something.
    Asked(Asked),
}

/// What the window says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FromWindow {
    /// The answer to the question with this number.
    Answer(u32, Answer),
    /// The student goes on, where that was asked with this number.
    Proceed(u32),
    /// The student ends the lab.
    End,
}

/// How the window looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Colours and size.
    pub settings: GameSettings,
    /// For a projector: as large as there is room for, unless the size was chosen.
    pub presents: bool,
    /// Whether the size was chosen.
    pub is_zoomed: bool,
    /// The lab plays games in windows of their own, for which room is left.
    pub leaves_room: bool,
}

/// What the student is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Which time, from 1: an answer to another one comes too late.
    pub number: u32,
    /// The question, and when it is asked; None if the student is only to go on.
    pub question: Option<(Slot, Question)>,
}

/// Something that has happened, and how processes and memory were then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moment {
    /// What has happened, in one sentence; empty if only the picture is another.
    pub text: String,
    /// The picture, if there is a new one.
    pub picture: Option<Picture>,
}

/// All that there is to be seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// The step, and all that goes with it; None before the first.
    pub scene: Option<Scene>,
    /// What has happened in the last action of this task, in its order.
    pub moments: Vec<Moment>,
    /// How many actions were begun.
    pub acts: usize,
    /// What the student is asked now.
    pub asked: Option<Asked>,
}

impl View {
    /// What there is to be seen after this. How the window looks is none of it.
    pub fn take(&mut self, news: ToWindow) {
        match news {
            ToWindow::Look(_) => {}
            ToWindow::Scene(scene) => {
                if matches!(scene.step, Step::Predict | Step::Act | Step::End) {
                    self.moments.clear();
                }
                self.acts += usize::from(scene.step == Step::Act);
                (self.scene, self.asked) = (Some(*scene), None);
            }
            ToWindow::Event(text) => self.add(Moment { text, picture: None }),
            ToWindow::Picture(picture) => match self.moments.last_mut() {
                Some(last) if last.picture.is_none() => last.picture = Some(picture),
                _ => self.add(Moment { text: String::new(), picture: Some(picture) }),
            },
            ToWindow::Asked(asked) => self.asked = Some(asked),
        }
    }

    fn add(&mut self, moment: Moment) {
        if self.moments.len() < MOST_MOMENTS {
            self.moments.push(moment);
        }
    }

    /// All of it, to be said to another window.
    pub fn news(&self) -> Vec<ToWindow> {
        let scene = self.scene.iter().cloned().map(|scene| ToWindow::Scene(Box::new(scene)));
        let moments = self.moments.iter().flat_map(|Moment { text, picture }| {
            let event = (!text.is_empty()).then(|| ToWindow::Event(text.clone()));
            event.into_iter().chain(picture.clone().map(ToWindow::Picture))
        });
        scene.chain(moments).chain(self.asked.clone().map(ToWindow::Asked)).collect()
    }

    /// The picture after the first `count` moments: the newest one among them.
    pub fn picture_after(&self, count: usize) -> Option<&Picture> {
        self.moments.iter().take(count).rev().find_map(|moment| moment.picture.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::front::scene::ProcessPicture;

    fn scene(step: Step) -> Scene {
        Scene {
            lab: "messages".to_owned(),
            title: "Where messages begin".to_owned(),
            aim: "You can say it.".to_owned(),
            minutes: 6,
            task: 1,
            tasks: 2,
            step,
            story: "A story.".to_owned(),
            done: Vec::new(),
            observation: Vec::new(),
            judgement: None,
            explanation: String::new(),
            read_on: String::new(),
            points: 0,
            of: 2,
            receipt: "messages-anna.receipt.json".to_owned(),
        }
    }

    fn picture(name: &str) -> Picture {
        let process = ProcessPicture { name: name.to_owned(), ..Default::default() };
        Picture { processes: vec![process], cells: Vec::new() }
    }

    #[test]
    fn another_window_that_is_told_all_shows_the_same() {
        let question = Question::number("How many?", "bytes", 0, 9);
        let asked = Asked { number: 3, question: Some((Slot::Conclusion, question)) };
        let news = [
            ToWindow::Scene(Box::new(scene(Step::Act))),
            ToWindow::Picture(picture("before")),
            ToWindow::Event("it has happened".to_owned()),
            ToWindow::Picture(picture("after")),
            ToWindow::Event("and more".to_owned()),
            ToWindow::Scene(Box::new(scene(Step::Conclude))),
            ToWindow::Asked(asked),
        ];
        let mut view = View::default();
        for line in news {
            // As lines of JSON, there and back.
            let line = serde_json::to_string(&line).unwrap();
            view.take(serde_json::from_str(&line).unwrap());
        }
        assert_eq!(view.moments.len(), 3, "{view:?}");
        assert_eq!(view.picture_after(1), Some(&picture("before")));
        assert_eq!(view.picture_after(2), Some(&picture("after")));
        assert_eq!(view.picture_after(3), Some(&picture("after")), "nothing newer");
        let mut other = View::default();
        view.news().into_iter().for_each(|news| other.take(news));
        assert_eq!(View { acts: view.acts, ..other.clone() }, view);
        other.take(ToWindow::Scene(Box::new(scene(Step::Predict))));
        assert_eq!((other.moments.len(), other.asked), (0, None), "another task");
    }

    #[test]
    fn what_the_window_says_is_a_line_too() {
        for said in
            [FromWindow::Answer(2, Answer::Order(vec![1, 0])), FromWindow::Proceed(7), FromWindow::End]
        {
            let line = serde_json::to_string(&said).unwrap();
            assert!(!line.contains('\n'));
            assert_eq!(serde_json::from_str::<FromWindow>(&line).unwrap(), said);
        }
    }
}
