//! The inspector's process and its request page: started when somebody wants to look, and not missed when it ends.

use std::iter;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use crate::error::Result;
use crate::game::Court;
use crate::platform::display::Place;
use crate::protocol::{Demand, End, RequestPage};
use crate::shm::Mapping;
use crate::supervisor::spawn::{ChildProcess, InspectorOutput, Spawner, children_cpu_ns, end_all};

/// The inspector, if there is one, and its request page, which is there from the first one on.
#[derive(Debug, Default)]
pub(super) struct Inspection {
    request_page: Option<(OwnedFd, Mapping<RequestPage>)>,
    /// The last request that was answered. The copy in the Region is for the inspector.
    pub(super) answered: u64,
    inspector: Option<(ChildProcess, InspectorOutput)>,
    /// It draws with software rendering, whatever drivers there are.
    software_rendering: bool,
    /// How it died, if that may have been its driver.
    pub(super) driver_death: Option<End>,
    /// The pid of a view on the terminal that has ended before the game, and how.
    pub(super) view_death: Option<(u32, End)>,
    /// How it ended, if its window, or its display, was taken from it.
    pub(super) lost: Option<End>,
    /// The CPU time of all inspectors that have ended, in nanoseconds.
    pub(super) cpu_ns: u64,
    /// An inspector was killed, and may have been in the middle of a line.
    pub(super) was_cut_off: bool,
    /// Per pane, how often its user's request to look was answered.
    pub(super) asked: Vec<u64>,
}

impl Inspection {
    pub(super) fn new(court: &Court) -> Self {
        Self { asked: vec![0; usize::from(court.panes)], ..Self::default() }
    }

    pub(super) fn start(
        &mut self,
        spawner: &Spawner,
        screen: InspectorOutput,
        memfd: &OwnedFd,
        is_unasked: bool,
    ) -> Result<()> {
        let (request_page, page) = Self::page(&mut self.request_page)?;
        page.shared().expect(is_unasked);
        self.inspector = Some((spawner.start_inspector(screen, memfd, request_page)?, screen));
        self.software_rendering = spawner.is_software_rendering();
        Ok(())
    }

    /// The page, which is made for the first inspector.
    fn page(
        there: &mut Option<(OwnedFd, Mapping<RequestPage>)>,
    ) -> Result<&mut (OwnedFd, Mapping<RequestPage>)> {
        Ok(match there {
            Some(request_page) => request_page,
            none => none.insert(Mapping::create_zeroed()?),
        })
    }

    /// Where its window is to open, as if its user had put it there.
    pub(super) fn set_place(&mut self, place: Place) -> Result<()> {
        Self::page(&mut self.request_page).map(|(_, page)| page.shared().set_place(place))
    }

    /// The next request that was not yet answered, which is answered now. None inside if it asks for nothing.
    pub(super) fn next_request(&mut self) -> Option<Option<Demand>> {
        let number = self.answered.wrapping_add(1);
        let demand = self.request_page.as_ref()?.1.shared().request(number)?;
        self.answered = number;
        Some(demand)
    }

    /// Whether there is a process that may ask.
    pub(super) fn is_open(&self) -> bool {
        self.inspector.is_some()
    }

    fn process(&self) -> Option<&ChildProcess> {
        self.inspector.as_ref().map(|(process, _)| process)
    }

    /// Asks the view to give the terminal back, and to stop.
    pub(super) fn stop(&self) {
        self.process().into_iter().for_each(|view| view.signal(rustix::process::Signal::TSTP));
    }

    /// Whether it has, or there is none.
    pub(super) fn is_stopped(&self) -> bool {
        self.process().is_none_or(ChildProcess::is_stopped)
    }

    /// Continues it.
    pub(super) fn go_on(&self) {
        self.process().into_iter().for_each(|view| view.signal(rustix::process::Signal::CONT));
    }

    /// Readable when the inspector has ended.
    pub(super) fn pidfd(&self) -> Option<BorrowedFd<'_>> {
        self.inspector.as_ref().map(|(process, _)| process.pidfd.as_fd())
    }

    /// Whether there is no inspector any more; reaps it.
    pub(super) fn has_ended(&mut self) -> Result<bool> {
        let before = children_cpu_ns();
        if let Some((process, screen)) = &self.inspector
            && let Some(death) = process.reaped()?
        {
            // Nobody else was waited for meanwhile.
            self.cpu_ns += children_cpu_ns() - before;
            let may_try =
                *screen == InspectorOutput::Window && !self.software_rendering && death.may_be_the_driver();
            self.driver_death = may_try.then_some(death);
            let is_view = *screen == InspectorOutput::Terminal;
            self.view_death = is_view.then_some((process.pid, death));
            self.lost = (*screen == InspectorOutput::Window && death.is_of_the_display()).then_some(death);
            // One that ends well has written its last line to the end.
            self.was_cut_off |= death != End::Code(0);
            self.inspector = None;
        }
        Ok(self.inspector.is_none())
    }

    /// Ends the inspector, and returns where it was to be seen.
    pub(super) fn end(&mut self) -> Result<Option<InspectorOutput>> {
        let Some((process, screen)) = self.inspector.take() else { return Ok(None) };
        let before = children_cpu_ns();
        let ended = end_all(iter::once(&process));
        self.cpu_ns += children_cpu_ns() - before;
        self.was_cut_off = true;
        ended.map(|()| Some(screen))
    }
}
