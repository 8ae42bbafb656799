//! The layout of the keyboard, from an X11 server, by its extension XKB.

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xkb::{
    ConnectionExt, EventType, GetMapReply, ID, MapPart, SelectEventsAux, SelectEventsAuxStateNotify,
    StatePart, VMod,
};
use x11rb::rust_connection::RustConnection;
use xkeysym::Keysym;

use super::layout::{KeyboardLayout, LetterKey, by_group};

/// What the server calls the keyboard that all windows read.
fn keyboard() -> u16 {
    ID::USE_CORE_KBD.into()
}

/// Reports the layout, and every other that follows. Returns when the server has closed the connection, or has no
/// XKB.
pub(super) fn watch(mut report: impl FnMut(KeyboardLayout)) -> Result<(), Box<dyn std::error::Error>> {
    let (connection, _) = RustConnection::connect(None)?;
    if !connection.xkb_use_extension(1, 0)?.reply()?.supported {
        return Ok(());
    }
    select_events(&connection)?;
    let mut last = None;
    loop {
        let layout = read(&connection)?;
        if last.as_ref() != Some(&layout) {
            report(layout.clone());
        }
        last = Some(layout);
        while !is_about_the_layout(&connection.wait_for_event()?) {}
        // A new layout is many events.
        while connection.poll_for_event()?.is_some() {}
    }
}

/// Another keyboard, other symbols, another group; not every key that is pressed.
fn select_events(connection: &RustConnection) -> Result<(), Box<dyn std::error::Error>> {
    let whole = EventType::NEW_KEYBOARD_NOTIFY | EventType::MAP_NOTIFY;
    let group = SelectEventsAuxStateNotify {
        affect_state: StatePart::GROUP_STATE,
        state_details: StatePart::GROUP_STATE,
    };
    let details = SelectEventsAux::new().state_notify(group);
    let (symbols, none) = (MapPart::KEY_SYMS, EventType::from(0_u16));
    connection.xkb_select_events(keyboard(), none, whole, symbols, symbols, &details)?.check()?;
    Ok(())
}

fn is_about_the_layout(event: &Event) -> bool {
    matches!(
        event,
        Event::XkbNewKeyboardNotify(_)
            | Event::XkbMapNotify(_)
            | Event::XkbStateNotify(_)
            | Event::MappingNotify(_)
    )
}

fn read(connection: &RustConnection) -> Result<KeyboardLayout, Box<dyn std::error::Error>> {
    let codes = LetterKey::ALL.map(LetterKey::code);
    let first = codes.into_iter().min().unwrap_or_default();
    let count = codes.into_iter().max().map_or(0, |last| last - first + 1);
    let (no_part, no_modifier) = (MapPart::from(0_u16), VMod::from(0_u16));
    let map = connection.xkb_get_map(
        keyboard(),
        no_part,
        MapPart::KEY_SYMS,
        0,
        0,
        first,
        count,
        0,
        0,
        0,
        0,
        no_modifier,
        0,
        0,
        0,
        0,
        0,
        0,
    )?;
    let state = connection.xkb_get_state(keyboard())?;
    let (map, state) = (map.reply()?, state.reply()?);
    let groups = by_group(&LetterKey::ALL.map(|key| groups_of(&map, key).unwrap_or_default()));
    // A layout has fewer groups than a group that is chosen may have.
    let group = usize::from(u8::from(state.group)).checked_rem(groups.len()).unwrap_or_default();
    Ok(KeyboardLayout::new(groups, group))
}

/// What a key prints in each of its groups: the first of its symbols there.
fn groups_of(map: &GetMapReply, key: LetterKey) -> Option<Vec<Option<char>>> {
    let place = key.code().checked_sub(map.first_key_sym)?;
    let symbols = map.map.syms_rtrn.as_ref()?.get(usize::from(place))?;
    let character = |symbol: &u32| Keysym::new(*symbol).key_char().filter(|it| !it.is_control());
    let groups = symbols.syms.chunks(usize::from(symbols.width.max(1)));
    Some(groups.map(|group| group.first().and_then(character)).collect())
}
