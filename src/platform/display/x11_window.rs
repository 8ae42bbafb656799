//! A window of this process as the window manager of an X11 server keeps it, over a connection of our own: the window library
//! does not tell. A window that comes back is prepared while it is not yet mapped, as the Extended Window Manager Hints and
//! the ICCCM have it, and put below what was above its predecessor.

use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::properties::{WmHints, WmHintsState};
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ChangeWindowAttributesAux, ClientMessageEvent, ConnectionExt as _, EventMask, MapState,
    PropMode, Property, Window,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::window_state::{SHADED, STATES, WindowState};

/// Why the X11 server does not say it.
type Failure = Box<dyn std::error::Error>;
type Result<T> = std::result::Result<T, Failure>;

/// No window takes longer to open.
const LONGEST_OPENING: Duration = Duration::from_secs(60);
/// No list of windows, desktops or states is longer, in words.
const LONGEST_LIST: u32 = 1024;
/// Who asks the window manager: not a program that wants to be in front, but one that arranges windows for its user.
const FROM_A_PAGER: u32 = 2;
/// So long after a window has come back, it has the keyboard against the user's will if it has it.
const GUARDED_FOR: Duration = Duration::from_millis(400);

x11rb::atom_manager! {
    /// The names that are spoken of.
    Atoms: AtomsCookie {
        WM_STATE,
        _NET_ACTIVE_WINDOW,
        _NET_CLIENT_LIST_STACKING,
        _NET_RESTACK_WINDOW,
        _NET_WM_DESKTOP,
        _NET_WM_STATE,
        _NET_WM_STATE_HIDDEN,
        _NET_WM_USER_TIME,
    }
}

/// Where a window is on the screen, in pixels, without its frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// What has happened to the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum News {
    /// The window manager has it now: it is shown, or an icon.
    Managed,
    /// Its state may have changed, or what is above it.
    Changed,
}

/// The window, over a connection of our own.
#[derive(Debug)]
pub(crate) struct X11Window {
    connection: RustConnection,
    root: Window,
    id: Window,
    atoms: Atoms,
    /// What each of [`STATES`] is called here.
    states: Vec<u32>,
    is_managed: bool,
    /// Which window had the keyboard before this one came back, and until when it is given back.
    guarded: Option<(u32, Instant)>,
}

impl X11Window {
    /// The window of this number, of which the news come from now on.
    pub(crate) fn open(id: u32) -> Result<Self> {
        let (connection, number) = RustConnection::connect(None)?;
        let root = connection.setup().roots[number].root;
        let atoms = Atoms::new(&connection)?.reply()?;
        let asked = STATES.map(|name| connection.intern_atom(false, name.as_bytes()));
        let atom = |cookie: std::result::Result<x11rb::cookie::Cookie<'_, _, _>, _>| -> Result<u32> {
            let reply: x11rb::protocol::xproto::InternAtomReply = cookie?.reply()?;
            Ok(reply.atom)
        };
        let states = asked.into_iter().map(atom).collect::<Result<Vec<_>>>()?;
        let mask = |mask| ChangeWindowAttributesAux::new().event_mask(mask);
        let own = mask(EventMask::PROPERTY_CHANGE | EventMask::STRUCTURE_NOTIFY);
        connection.change_window_attributes(id, &own)?.check()?;
        connection.change_window_attributes(root, &mask(EventMask::PROPERTY_CHANGE))?.check()?;
        Ok(Self { connection, root, id, atoms, states, is_managed: false, guarded: None })
    }

    /// Prepares a window that is not mapped yet: it will take the keyboard from nobody, and be on this desktop, in this state.
    pub(crate) fn comes_back(&mut self, state: WindowState) -> Result<()> {
        let atoms = &self.atoms;
        // The window library raises it when it is mapped, which some managers take for a wish to have the keyboard.
        let active = self.active()?.filter(|active| self.is_viewable(*active));
        self.guarded = active.map(|active| (active, Instant::now() + LONGEST_OPENING));
        if let Some(active) = active {
            // Whether it goes: a server gives its number to another one then.
            let end = ChangeWindowAttributesAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
            self.connection.change_window_attributes(active, &end)?;
        }
        self.set(atoms._NET_WM_USER_TIME, AtomEnum::CARDINAL, &[0])?;
        if let Some(desktop) = state.desktop {
            self.set(atoms._NET_WM_DESKTOP, AtomEnum::CARDINAL, &[desktop])?;
        }
        let has = |bit: &usize| state.states >> bit & 1 == 1;
        let states: Vec<_> = (0..STATES.len()).filter(has).map(|bit| self.states[bit]).collect();
        self.set(atoms._NET_WM_STATE, AtomEnum::ATOM, &states)?;
        let initial = if state.is_icon { WmHintsState::Iconic } else { WmHintsState::Normal };
        self.set_hints(false, Some(initial))?;
        // Before the window is mapped, over another connection.
        self.connection.sync()?;
        Ok(())
    }

    /// What is to be done once the window manager has a window that has come back: from now on a user may give it the keyboard,
    /// and it stands below the nearest of these windows that is still there.
    pub(crate) fn is_back(&mut self, above: [u32; 2]) -> Result<()> {
        self.guarded = self.guarded.map(|(active, _)| (active, Instant::now() + GUARDED_FOR));
        self.give_the_keyboard_back()?;
        self.set_hints(true, None)?;
        self.connection.delete_property(self.id, self.atoms._NET_WM_USER_TIME)?;
        let present = self.list()?;
        if let Some(above) = above.into_iter().find(|window| *window != 0 && present.contains(window)) {
            let below = x11rb::protocol::xproto::StackMode::BELOW.into();
            self.ask(self.id, self.atoms._NET_RESTACK_WINDOW, [FROM_A_PAGER, above, below, 0, 0])?;
        }
        self.connection.flush()?;
        Ok(())
    }

    /// If this window has the keyboard before its user can have wanted that.
    fn give_the_keyboard_back(&mut self) -> Result<()> {
        let Some((before, until)) = self.guarded else { return Ok(()) };
        if Instant::now() > until {
            self.guarded = None;
        } else if self.active()? == Some(self.id) && self.is_viewable(before) {
            self.ask(before, self.atoms._NET_ACTIVE_WINDOW, [FROM_A_PAGER, 0, 0, 0, 0])?;
            self.connection.flush()?;
        }
        Ok(())
    }

    /// Whether it is there, and neither an icon nor on another desktop.
    fn is_viewable(&self, window: Window) -> bool {
        let attributes = self.connection.get_window_attributes(window).map(|asked| asked.reply());
        attributes.is_ok_and(|found| found.is_ok_and(|found| found.map_state == MapState::VIEWABLE))
    }

    /// Asks the window manager to do this to a window.
    fn ask(&self, window: Window, what: u32, data: [u32; 5]) -> Result<()> {
        let message = ClientMessageEvent::new(32, window, what, data);
        let mask = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
        self.connection.send_event(false, self.root, mask, message)?;
        Ok(())
    }

    /// The window that has the keyboard.
    fn active(&self) -> Result<Option<u32>> {
        let active = self.words(self.root, self.atoms._NET_ACTIVE_WINDOW)?;
        Ok(active.first().copied().filter(|window| *window != 0))
    }

    /// Sleeps until there is news. An error, when the window or the server is gone.
    pub(crate) fn next(&mut self) -> Result<News> {
        loop {
            let mut is_news = false;
            let mut event = Some(self.connection.wait_for_event()?);
            // Several changes at once are one.
            while let Some(found) = event {
                is_news |= self.concerns(&found)?;
                event = self.connection.poll_for_event()?;
            }
            if is_news && self.is_managed {
                return Ok(News::Changed);
            }
            if is_news && self.has_manager()? {
                self.is_managed = true;
                return Ok(News::Managed);
            }
        }
    }

    fn concerns(&mut self, event: &Event) -> Result<bool> {
        let atoms = &self.atoms;
        let own = [atoms.WM_STATE, atoms._NET_WM_STATE, atoms._NET_WM_DESKTOP];
        match event {
            Event::DestroyNotify(event) if event.window == self.id => Err("the window is gone".into()),
            Event::DestroyNotify(event) => {
                self.guarded = self.guarded.filter(|(before, _)| *before != event.window);
                Ok(false)
            }
            Event::MapNotify(event) => Ok(event.window == self.id),
            Event::PropertyNotify(event) if event.window == self.id => {
                Ok(own.contains(&event.atom) && event.state == Property::NEW_VALUE)
            }
            Event::PropertyNotify(event) if event.atom == atoms._NET_ACTIVE_WINDOW => {
                self.give_the_keyboard_back().map(|()| false)
            }
            Event::PropertyNotify(event) => Ok(event.atom == atoms._NET_CLIENT_LIST_STACKING),
            _ => Ok(false),
        }
    }

    /// Whether a window manager has it, or it is mapped without one.
    fn has_manager(&self) -> Result<bool> {
        let is_mapped =
            self.connection.get_window_attributes(self.id)?.reply()?.map_state != MapState::UNMAPPED;
        // One on another desktop need not be mapped.
        let is_known =
            !self.words(self.id, self.atoms.WM_STATE)?.is_empty() || self.list()?.contains(&self.id);
        Ok(is_mapped || is_known)
    }

    /// How the window manager keeps it now.
    pub(crate) fn state(&self) -> Result<WindowState> {
        let found = self.words(self.id, self.atoms._NET_WM_STATE)?;
        let bits = (0..STATES.len()).filter(|bit| found.contains(&self.states[*bit]));
        let states = bits.fold(0, |states, bit| states | 1 << bit);
        // A window that is rolled up is hidden too, and no icon.
        let is_icon = found.contains(&self.atoms._NET_WM_STATE_HIDDEN) && states & SHADED == 0;
        let desktop = self.words(self.id, self.atoms._NET_WM_DESKTOP)?.first().copied();
        Ok(WindowState { states, is_icon, is_out_of_order: false, desktop })
    }

    /// The window right above it, and the highest of all; 0 and 0 if it is the highest.
    pub(crate) fn above(&self) -> Result<[u32; 2]> {
        let list = self.list()?;
        let own = list.iter().position(|window| *window == self.id);
        let above = own.map_or(&[][..], |own| &list[own + 1..]);
        Ok([above.first(), above.last()].map(|window| window.copied().unwrap_or(0)))
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// All windows of the desktop, from the lowest to the highest.
    fn list(&self) -> Result<Vec<u32>> {
        self.words(self.root, self.atoms._NET_CLIENT_LIST_STACKING)
    }

    fn words(&self, window: Window, property: u32) -> Result<Vec<u32>> {
        let any = AtomEnum::ANY;
        let reply = self.connection.get_property(false, window, property, any, 0, LONGEST_LIST)?.reply()?;
        Ok(reply.value32().map(Iterator::collect).unwrap_or_default())
    }

    fn set(&self, property: u32, kind: AtomEnum, words: &[u32]) -> Result<()> {
        self.connection.change_property32(PropMode::REPLACE, self.id, property, kind, words)?;
        Ok(())
    }

    /// Whether it may be given the keyboard, and how it is to be mapped.
    fn set_hints(&self, takes_keyboard: bool, initial_state: Option<WmHintsState>) -> Result<()> {
        let found = WmHints::get(&self.connection, self.id)?.reply()?.unwrap_or_default();
        let initial_state = initial_state.or(found.initial_state);
        let hints = WmHints { input: Some(takes_keyboard), initial_state, ..found };
        hints.set(&self.connection, self.id)?;
        Ok(())
    }
}

/// Where each of these windows is; None for one that cannot be seen, or is none.
pub(crate) fn areas_of(ids: &[Option<u32>]) -> Vec<Option<Area>> {
    let Ok((connection, number)) = RustConnection::connect(None) else { return vec![None; ids.len()] };
    let root = connection.setup().roots[number].root;
    ids.iter().map(|id| area_of(&connection, root, (*id)?)).collect()
}

fn area_of(connection: &RustConnection, root: Window, id: Window) -> Option<Area> {
    let attributes = connection.get_window_attributes(id).ok()?;
    let geometry = connection.get_geometry(id).ok()?;
    let corner = connection.translate_coordinates(id, root, 0, 0).ok()?;
    let (attributes, geometry, corner) =
        (attributes.reply().ok()?, geometry.reply().ok()?, corner.reply().ok()?);
    let (x, y) = (corner.dst_x.into(), corner.dst_y.into());
    let area = Area { x, y, width: geometry.width.into(), height: geometry.height.into() };
    (attributes.map_state == MapState::VIEWABLE).then_some(area)
}
