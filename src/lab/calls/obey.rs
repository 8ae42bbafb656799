//! Such a process, from within.

use std::io::IoSliceMut;
use std::os::fd::OwnedFd;

use nix::sys::signal::Signal;
use rustix::io;
use rustix::net::{RecvAncillaryBuffer, RecvFlags, ReturnFlags, SendFlags, recv, recvmsg, send};

use super::call::{Call, Order, Reply};
use super::exchange::Exchange;
use super::place::{begun, counts};
use super::reply::{filled, name_of};
use crate::error::{Error, Result};
use crate::lab::stage::Actor;
use crate::platform::fds;
use crate::platform::sync::Ordering;

/// Makes the calls that it is asked for, until it is asked for none.
pub(in crate::lab) fn obey(actor: &mut Actor) -> Result<()> {
    let mut links: Vec<_> = std::mem::take(&mut actor.links).into_iter().map(Some).collect();
    loop {
        let line = actor.hear()?;
        if line.is_empty() {
            return Ok(());
        }
        let order: Order = serde_json::from_str(&line)
            .map_err(|error| Error::failed(format_args!("understand {line:?}"))(error.into()))?;
        // Relaxed: nothing else is read on the strength of it.
        begun(actor.memory(), order.place).store(order.number, Ordering::Relaxed);
        let reply = make(actor, &mut links, &order)?;
        let reply = serde_json::to_string(&reply);
        actor.say(&reply.map_err(|error| Error::failed("say what came of a call")(error.into()))?)?;
    }
}

fn make(actor: &Actor, links: &mut [Option<OwnedFd>], order: &Order) -> Result<Reply> {
    let fd = |link: &usize| links.get(*link).and_then(Option::as_ref).ok_or_else(|| no_such(*link));
    Ok(match &order.call {
        Call::Read { link, room } => read_once(fd(link)?, *room),
        Call::ReadAll { link, bytes } => read_all(fd(link)?, *bytes),
        Call::Receive { link, room } => receive(fd(link)?, *room),
        Call::ReceiveLength { link, room } => {
            let flags = RecvFlags::TRUNC;
            Reply::of(recv(fd(link)?, &mut vec![0; *room][..], flags).map(|(_, length)| length))
        }
        Call::Write { link, letter, bytes, times } => write(fd(link)?, *letter, *bytes, *times),
        Call::Send { link, letter, bytes } => {
            Reply::of(send(fd(link)?, &filled(*letter, *bytes), SendFlags::empty()))
        }
        Call::Fill { link, bytes } => write(fd(link)?, 'x', *bytes, usize::MAX),
        Call::DoNotWait { link } => Reply::of(io::ioctl_fionbio(fd(link)?, true).map(|()| 0)),
        Call::DieOfSigpipe => {
            fds::set_to_default(&[Signal::SIGPIPE]);
            Reply::default()
        }
        Call::Exchange { rule, output, send, input, expect } => {
            let output = links.get_mut(*output).and_then(Option::take);
            let input = links.get(*input).and_then(Option::as_ref).ok_or_else(|| no_such(*input))?;
            let [written, read] = counts(actor.memory(), order.place);
            Exchange { output, input, send: *send, expect: *expect, written, read }.run(*rule)
        }
        Call::Close { link } => {
            links.get_mut(*link).ok_or_else(|| no_such(*link))?.take();
            Reply::default()
        }
    })
}

fn no_such(link: usize) -> Error {
    Error::failed(format_args!("use link {link} of a process of the lab"))(
        std::io::ErrorKind::NotFound.into(),
    )
}

fn read_once(fd: &OwnedFd, room: usize) -> Reply {
    let mut bytes = vec![0; room];
    let returned = io::read(fd, &mut bytes[..]);
    Reply::of(returned).with_runs(&bytes[..returned.unwrap_or(0)])
}

fn read_all(fd: &OwnedFd, wanted: usize) -> Reply {
    let mut bytes = vec![0; wanted];
    let (mut got, mut calls) = (0, 0);
    let error = loop {
        match io::read(fd, &mut bytes[got..]) {
            Ok(0) => break String::new(),
            Ok(more) => (got, calls) = (got + more, calls + 1),
            Err(error) => break name_of(error),
        }
    };
    Reply { bytes: got as u64, calls, error, ..Reply::default() }.with_runs(&bytes[..got])
}

fn receive(fd: &OwnedFd, room: usize) -> Reply {
    let mut bytes = vec![0; room];
    let mut pieces = [IoSliceMut::new(&mut bytes)];
    let received = recvmsg(fd, &mut pieces, &mut RecvAncillaryBuffer::default(), RecvFlags::empty());
    let is_cut = received.as_ref().is_ok_and(|message| message.flags.contains(ReturnFlags::TRUNC));
    let returned = received.map(|message| message.bytes);
    Reply { is_cut, ..Reply::of(returned).with_runs(&bytes[..returned.unwrap_or(0)]) }
}

/// Stops at the first that does not take all.
fn write(fd: &OwnedFd, letter: char, size: usize, times: usize) -> Reply {
    let next = char::from_u32(u32::from(letter) + 1).unwrap_or(letter);
    let messages = [filled(letter, size), filled(next, size)];
    let (mut bytes, mut calls) = (0, 0);
    for message in messages.iter().cycle().take(times) {
        match io::write(fd, message) {
            Ok(taken) => (bytes, calls) = (bytes + taken as u64, calls + 1),
            Err(error) => return Reply { bytes, calls, error: name_of(error), ..Reply::default() },
        }
    }
    Reply { bytes, calls, ..Reply::default() }
}
