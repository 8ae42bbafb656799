//! What is expected of the deeds that the inspector asks for, before they are done.

use crate::protocol::Deed;

impl Deed {
    /// What a button says.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Kill => "Kill",
            Self::Freeze => "Freeze",
            Self::Continue => "Continue",
            Self::Hang => "Hang",
            Self::Tear => "Tear a record",
        }
    }

    /// What is going to happen, if the process has the ball or not. Only what the law promises.
    #[must_use]
    pub fn expectation(self, has_ball: bool) -> &'static str {
        match (self, has_ball) {
            (Self::Kill, true) => {
                "SIGKILL: the process dies with the ball. It is reaped, the next process of this pane goes on with \
                 the ball from the last tick that was written, and its links to the neighbours are made anew."
            }
            (Self::Kill, false) => {
                "SIGKILL: the process dies; the ball is elsewhere and flies on. It is reaped, the pane gets a new \
                 process, and its links to the neighbours are made anew."
            }
            (Self::Freeze, true) => {
                "SIGSTOP: the process stands still with the ball. After 2 s (--stall) the ball is recalled to the \
                 nearest pane that can run; when the frozen one is continued it finds that it is late: it is fenced."
            }
            (Self::Freeze, false) => {
                "SIGSTOP: the process stands still; the ball flies on. If the ball is handed to it, the ball waits \
                 there, and after 2 s (--stall) is recalled to the nearest pane that can run."
            }
            (Self::Continue, _) => {
                "SIGCONT: a frozen process goes on. If its ball was recalled meanwhile, it finds that it is late, \
                 drops its copy (it is fenced) and waits for the ball like the others. One that runs is not changed."
            }
            (Self::Hang, true) => {
                "The thread with the ball stands still, though the process lives. After 2 s (--stall) the ball is \
                 recalled to the nearest pane that can run; after as long again the process is killed and the pane \
                 started anew."
            }
            (Self::Hang, false) => {
                "The thread that waits for the ball stands still, though the process lives. When the ball is handed \
                 to it, after 2 s (--stall) the ball is recalled to the nearest pane that can run; after as long \
                 again the process is killed and the pane started anew."
            }
            (Self::Tear, true) => {
                "Half of the next record's words are written, and the process dies there. The sequence number still \
                 names the other copy, which is whole: the next process goes on with the ball from the tick before."
            }
            (Self::Tear, false) => {
                "It waits until the process has the ball: then half of a record's words are written, and it dies \
                 there. The sequence number still names the other copy, which is whole: the next process goes on \
                 with the ball from the tick before."
            }
        }
    }

    /// Whether the process does not survive it: a person is asked first.
    #[must_use]
    pub fn is_dangerous(self) -> bool {
        match self {
            Self::Kill | Self::Hang | Self::Tear => true,
            Self::Freeze | Self::Continue => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_deed_says_in_one_or_two_sentences_what_to_expect() {
        for (deed, has_ball) in Deed::ALL.into_iter().flat_map(|deed| [(deed, true), (deed, false)]) {
            let text = deed.expectation(has_ball);
            assert!(text.ends_with('.') && !text.contains("  "), "{text}");
            assert!(text.matches(". ").count() <= 2, "{text}");
        }
    }

    #[test]
    fn the_deeds_that_end_a_process_are_the_dangerous_ones() {
        let dangerous: Vec<_> = Deed::ALL.into_iter().filter(|deed| deed.is_dangerous()).collect();
        assert_eq!(dangerous, [Deed::Kill, Deed::Hang, Deed::Tear]);
    }
}
