//! A process of the lab, from within: it maps pages where it is asked to, and loads and stores there.

use std::os::fd::AsFd;

use nix::sys::prctl::set_dumpable;
use nix::sys::resource::{Resource, setrlimit};

use crate::error::{Error, Result};
use crate::lab::stage::Actor;
use crate::platform::sync::{Ordering, ReadWrite, Word};
use crate::shm::{Mapped, Source, follow, map_at, shared};

/// Words of a page.
const WORDS: usize = 512;

shared! {
    /// A page.
    #[derive(Debug)]
    pub(super) struct Page([Word; WORDS]);
}

impl Mapped for Page {
    type Rights = ReadWrite;
    const NAME: &'static str = "a page of the lab";
}

/// The pages that a process has mapped, with their addresses.
#[derive(Default)]
struct Pages(Vec<(u64, &'static Page)>);

impl Pages {
    fn map(&mut self, address: u64, source: Source<'_>) -> Result<()> {
        self.0.push((address, map_at(address, source)?));
        Ok(())
    }

    /// The word at this address.
    fn at(&self, address: u64) -> Result<&'static Word> {
        let word = |(first, page): &(u64, &'static Page)| {
            let index = usize::try_from(address.checked_sub(*first)? / 8).ok()?;
            page.0.get(index)
        };
        let found = self.0.iter().find_map(word);
        found.ok_or_else(|| {
            Error::failed("find a word")(std::io::Error::other(format!("none at {address:#x}")))
        })
    }
}

/// Does what each line says, until there is none.
pub(super) fn act(actor: &mut Actor) -> Result<()> {
    let mut pages = Pages::default();
    loop {
        let line = actor.hear()?;
        let mut words = line.split(' ');
        let Some(verb) = words.next().filter(|verb| !verb.is_empty()) else { return Ok(()) };
        let mut number = || words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
        let (address, value) = (number(), number());
        let said = obey(actor, &mut pages, verb, address, value)?;
        actor.say(&said.to_string())?;
    }
}

fn obey(actor: &Actor, pages: &mut Pages, verb: &str, address: u64, value: u64) -> Result<u64> {
    let unknown = |what| Error::failed(what)(std::io::ErrorKind::InvalidInput.into());
    let memfd = actor.links.first().ok_or_else(|| unknown("find the shared page of the lab"));
    match verb {
        "map" => pages.map(address, Source::Nothing)?,
        "share" => pages.map(address, Source::Shared(memfd?.as_fd()))?,
        "copy" => pages.map(address, Source::Copied(memfd?.as_fd()))?,
        // Relaxed: the stage lets only one process do something at a time, by lines.
        "write" => pages.at(address)?.store(value, Ordering::Relaxed),
        "add" => drop(pages.at(address)?.fetch_add(value, Ordering::Relaxed)),
        "read" => return Ok(pages.at(address)?.load(Ordering::Relaxed)),
        "follow" => return follow_quietly(address),
        _ => return Err(unknown("understand a line of the lab")),
    }
    Ok(value)
}

/// If this process dies of it, it leaves no core file and starts no program that collects one.
fn follow_quietly(address: u64) -> Result<u64> {
    setrlimit(Resource::RLIMIT_CORE, 0, 0).map_err(Error::system("forbid core files (setrlimit)"))?;
    // Last of all: from now on /proc shows others less of this process.
    set_dumpable(false).map_err(Error::system("forbid core dumps (prctl)"))?;
    follow(address)
}
