//! What a screen reader hears of the windows, and does in them: over AT-SPI, on buses of the test's own.

use std::collections::HashMap;
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use async_io::block_on;
use futures_lite::StreamExt;
use nix::sys::signal::Signal;
use tripong::game::{Control, PaneId};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt, CreateWindowAux, WindowClass};
use zbus::connection::Builder;
use zbus::names::BusName;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, MatchRule, MessageStream, Proxy, message};

use crate::common::helper::Helper;
use crate::common::memory::Memory;
use crate::common::{Program, is_installed, program, wait_for, wait_until};
use crate::desktop::{Desktop, Window};
use crate::keyboard::can_change_layouts;

/// The one test that needs the buses.
pub(crate) const SPOKEN: &str = "one_window_speaks_and_everything_has_a_name_that_can_be_used";

/// Where distributions have what starts the bus of the screen readers.
const LAUNCHERS: [&str; 3] = [
    "/usr/libexec/at-spi-bus-launcher",
    "/usr/lib/at-spi2-core/at-spi-bus-launcher",
    "/usr/lib/at-spi-bus-launcher",
];
const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
/// How long the game is listened to without anything but hops.
const LISTENING: Duration = Duration::from_secs(10);
/// From one announced hop to the next.
const BETWEEN_HOPS: Duration = Duration::from_secs(2);

/// Some roles, by their numbers in AT-SPI.
#[derive(Debug, Clone, Copy)]
enum Role {
    CheckBox = 7,
    Frame = 23,
    Button = 43,
    Slider = 51,
}

pub(crate) fn is_available() -> bool {
    is_installed("dbus-daemon") && launcher().is_some()
}

fn launcher() -> Option<&'static str> {
    LAUNCHERS.into_iter().find(|path| Path::new(path).exists())
}

/// A session bus, the bus of the screen readers, and somebody who listens there.
struct Buses {
    session_address: String,
    bus: Connection,
    /// Every announcement: who made it, and its text.
    announcements: Receiver<(String, String)>,
    _helpers: [Helper; 2],
}

impl Buses {
    fn start(desktop: &Desktop) -> Self {
        let mut command = program("dbus-daemon");
        let at = format!("--address=unix:abstract=tripong-test-session-{}", std::process::id());
        command.args(["--session", "--nofork", "--print-address=1", &at]);
        let (session_bus, session_address) = Helper::start_and_ask(command);
        let mut command = program(launcher().unwrap());
        command.env("DBUS_SESSION_BUS_ADDRESS", &session_address).env_remove("DISPLAY");
        command.env("XDG_RUNTIME_DIR", &desktop.settings).env("HOME", &desktop.settings);
        let launcher = Helper::start(command);
        let session = connect(&session_address);
        let address: String = wait_for("the bus of the screen readers", || {
            let proxy = Proxy::new(&session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus");
            block_on(block_on(proxy).ok()?.call("GetAddress", &())).ok()
        });
        // What a screen reader does when it starts.
        let status = Proxy::new(&session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Status");
        block_on(block_on(status).unwrap().set_property("IsEnabled", true)).unwrap();
        let bus = connect(&address);
        let announcements = listen(&bus);
        Self { session_address, bus, announcements, _helpers: [launcher, session_bus] }
    }

    fn tree(&self) -> Vec<Node<'_>> {
        let registry = Node {
            bus: &self.bus,
            owner: "org.a11y.atspi.Registry".to_owned(),
            path: OwnedObjectPath::try_from("/org/a11y/atspi/accessible/root").unwrap(),
        };
        let mut all = Vec::new();
        let mut open = registry.children();
        while let Some(node) = open.pop() {
            open.extend(node.children());
            all.push(node);
        }
        all
    }

    /// Waits for something of this role and name, in the program that owns `frame` or in any.
    fn find(&self, role: Role, name: &str, frame: Option<&Node<'_>>) -> Node<'_> {
        wait_for(&format!("a {role:?} named {name:?}"), || {
            let is_wanted = |node: &Node<'_>| {
                frame.is_none_or(|frame| frame.owner == node.owner)
                    && node.name().as_deref() == Some(name)
                    && node.role() == Some(role as u32)
            };
            self.tree().into_iter().find(is_wanted)
        })
    }

    /// All that was announced since the last time.
    fn heard(&self) -> Vec<(String, String)> {
        self.announcements.try_iter().collect()
    }

    /// The keyboard has come to this program: waits for its first announcement. Until then the one before may have spoken.
    fn hear_first(&self, owner: &str) {
        wait_for("the window with the keyboard to speak", || {
            self.heard().iter().any(|(who, _)| who == owner).then_some(())
        });
    }

    /// Waits for an announcement of this program with this in its text; no other program may say anything.
    fn hear(&self, owner: &str, part: &str) {
        wait_for(&format!("{part:?} to be announced"), || {
            let heard = self.heard();
            assert!(heard.iter().all(|(who, _)| who == owner), "only {owner} speaks: {heard:?}");
            heard.iter().any(|(_, text)| text.contains(part)).then_some(())
        });
    }
}

fn connect(address: &str) -> Connection {
    Builder::address(address).and_then(|builder| block_on(builder.build())).unwrap()
}

fn listen(bus: &Connection) -> Receiver<(String, String)> {
    let rule = MatchRule::builder().msg_type(message::Type::Signal);
    let rule = rule.interface("org.a11y.atspi.Event.Object").unwrap().member("Announcement").unwrap();
    let mut messages = block_on(MessageStream::for_match_rule(rule.build(), bus, None)).unwrap();
    let (sender, receiver) = mpsc::channel();
    // Ends with the connection.
    thread::spawn(move || {
        while let Some(Ok(message)) = block_on(messages.next()) {
            let owner = message.header().sender().map(ToString::to_string).unwrap_or_default();
            let body = message.body();
            let (_, _, _, text, _): (String, i32, i32, Value<'_>, HashMap<String, OwnedValue>) =
                body.deserialize().unwrap();
            let text = String::try_from(text).unwrap();
            if sender.send((owner, text)).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Something that a screen reader can find.
struct Node<'a> {
    bus: &'a Connection,
    owner: String,
    path: OwnedObjectPath,
}

/// What comes and goes while one looks is None.
impl Node<'_> {
    fn proxy(&self, interface: &'static str) -> Proxy<'static> {
        let owner = BusName::try_from(self.owner.clone()).unwrap();
        let path = self.path.clone().into_inner();
        let proxy = zbus::proxy::Builder::<Proxy<'_>>::new(self.bus);
        let proxy = proxy.destination(owner).unwrap().path(path).unwrap().interface(interface).unwrap();
        block_on(proxy.cache_properties(zbus::proxy::CacheProperties::No).build()).unwrap()
    }

    fn children(&self) -> Vec<Self> {
        let children: Option<Vec<(String, OwnedObjectPath)>> =
            block_on(self.proxy(ACCESSIBLE).call("GetChildren", &())).ok();
        let child = |(owner, path)| Self { bus: self.bus, owner, path };
        children.into_iter().flatten().map(child).collect()
    }

    fn role(&self) -> Option<u32> {
        block_on(self.proxy(ACCESSIBLE).call("GetRole", &())).ok()
    }

    fn name(&self) -> Option<String> {
        block_on(self.proxy(ACCESSIBLE).get_property("Name")).ok()
    }

    fn description(&self) -> String {
        block_on(self.proxy(ACCESSIBLE).get_property("Description")).unwrap()
    }

    fn press(&self) {
        let action = self.proxy("org.a11y.atspi.Action");
        let is_done: bool = block_on(action.call("DoAction", &(0_i32))).unwrap();
        assert!(is_done, "{:?} can be pressed", self.name());
    }

    fn set_value(&self, value: f64) {
        block_on(self.proxy("org.a11y.atspi.Value").set_property("CurrentValue", value)).unwrap();
    }
}

pub(crate) fn one_window_speaks() {
    let desktop = Desktop::start();
    let buses = Buses::start(&desktop);
    let environment = [("DBUS_SESSION_BUS_ADDRESS", buses.session_address.as_str())];
    let game = desktop.tripong_with("--seed 1", &environment);
    let windows = desktop.windows(3);
    let memory = Memory::of(&game.panes(3)[0]);
    let frames = ["left", "middle", "right"]
        .map(|name| buses.find(Role::Frame, &format!("{name} pane, tripong"), None));
    focus(&desktop, &windows[0]);
    buses.heard();
    buses.find(Role::Button, "Start", Some(&frames[0])).press();
    buses.find(Role::Button, "OK", Some(&frames[0])).press();
    buses.hear(&frames[0].owner, "Ball in ");
    hops_are_silent(&buses, &frames[0], &memory);
    what_matters_is_said(&desktop, &buses, &frames[0], &game, &windows);
    hops_are_said_on_request(&buses, &frames[0], &memory);
    controls_can_be_used(&buses, &frames[0], &memory);
    keys_are_called_as_they_are_printed(&desktop, &buses, &frames[0]);
    whoever_has_the_keyboard_speaks(&desktop, &buses, &frames, &game);
}

fn focus(desktop: &Desktop, window: &Window) {
    desktop.show(window);
    wait_until("the window to have the keyboard", || desktop.has_keyboard(window));
}

/// For ten seconds, in which there are hops.
fn hops_are_silent(buses: &Buses, frame: &Node<'_>, memory: &Memory) {
    let hops = || memory.ball().map_or(0, |ball| ball.hop);
    let (since, before) = (Instant::now(), hops());
    wait_until("some hops", || since.elapsed() > LISTENING && hops() > before + 6);
    let heard = buses.heard();
    // What the left one says is of rallies that ended.
    let is_hop = |(owner, text): &&(String, String)| *owner != frame.owner || text.starts_with("Ball in");
    assert_eq!(heard.iter().filter(is_hop).collect::<Vec<_>>(), Vec::<&(String, String)>::new());
}

fn what_matters_is_said(
    desktop: &Desktop,
    buses: &Buses,
    frame: &Node<'_>,
    game: &Program,
    windows: &[Window],
) {
    let p = 0x70;
    desktop.key(p);
    buses.hear(&frame.owner, "Paused. ");
    desktop.key(p);
    buses.hear(&frame.owner, "Ball in ");
    game.panes(3)[2].signal(Signal::SIGKILL);
    buses.hear(&frame.owner, "killed by SIGKILL");
    // Its window is another one; the keyboard is to stay.
    desktop.windows(3);
    focus(desktop, &windows[0]);
    buses.find(Role::Frame, "right pane, tripong", None);
}

fn hops_are_said_on_request(buses: &Buses, frame: &Node<'_>, memory: &Memory) {
    buses.find(Role::Button, "Game settings", Some(frame)).press();
    buses.find(Role::CheckBox, "Announce hops", Some(frame)).press();
    wait_until("the setting", || memory.region().settings().announces_hops);
    let hops = || memory.ball().map_or(0, |ball| ball.hop);
    buses.heard();
    let (since, before) = (Instant::now(), hops());
    let mut said = 0;
    wait_for("three hops to be announced", || {
        let heard = buses.heard();
        assert!(heard.iter().all(|(owner, _)| *owner == frame.owner), "{heard:?}");
        said += heard.iter().filter(|(_, text)| text.starts_with("Ball in")).count();
        (said >= 3 && hops() > before + 3).then_some(())
    });
    // One that had been waited for comes at once.
    let most = since.elapsed().as_secs_f64() / BETWEEN_HOPS.as_secs_f64() + 1.0;
    assert!(said as f64 <= most, "{said} in {:?}", since.elapsed());
    buses.find(Role::CheckBox, "Announce hops", Some(frame)).press();
    wait_until("the setting", || !memory.region().settings().announces_hops);
}

fn controls_can_be_used(buses: &Buses, frame: &Node<'_>, memory: &Memory) {
    let slider = buses.find(Role::Slider, "Paddle of the left pane", Some(frame));
    let description = slider.description();
    assert!(description.contains("Space pauses"), "{description}");
    slider.set_value(0.5);
    let is_there = |control| matches!(control, Control::Manual(paddle) if paddle.y > 1.0);
    wait_until("the paddle to be there", || is_there(memory.region().control(PaneId(0))));
}

/// Where the layout of the keyboard can be changed.
fn keys_are_called_as_they_are_printed(desktop: &Desktop, buses: &Buses, frame: &Node<'_>) {
    if can_change_layouts() {
        let slider = buses.find(Role::Slider, "Paddle of the left pane", Some(frame));
        for (layout, keys) in [("fr", "Z / S"), ("ru", "Ц / Ы"), ("us", "W / S")] {
            desktop.set_layout(&[layout]);
            wait_until(&format!("the keys to be called {keys}"), || slider.description().starts_with(keys));
        }
    }
}

fn whoever_has_the_keyboard_speaks(desktop: &Desktop, buses: &Buses, frames: &[Node<'_>; 3], game: &Program) {
    let windows = desktop.windows(3);
    focus(desktop, &windows[1]);
    buses.hear_first(&frames[1].owner);
    game.panes(3)[0].signal(Signal::SIGKILL);
    buses.hear(&frames[1].owner, "killed by SIGKILL");
    desktop.windows(3);
    // Somebody else's window.
    let other = desktop.connection.generate_id().unwrap();
    let (class, aux) = (WindowClass::INPUT_OUTPUT, CreateWindowAux::new());
    let made = desktop.connection.create_window(0, other, desktop.root, 0, 600, 50, 50, 0, class, 0, &aux);
    made.unwrap().check().unwrap();
    desktop.connection.map_window(other).unwrap().check().unwrap();
    let active = || desktop.property(desktop.root, "_NET_ACTIVE_WINDOW");
    wait_until("it to have the keyboard", || active().is_some_and(|id| id[..4] == other.to_ne_bytes()));
    buses.heard();
    game.panes(3)[2].signal(Signal::SIGKILL);
    desktop.windows(3);
    assert_eq!(buses.heard(), [], "nobody speaks where nobody has the keyboard");
}
