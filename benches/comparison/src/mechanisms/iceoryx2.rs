//! What the three ways to use iceoryx2 share: a node of their own, and a publish-subscribe service each way, set as in
//! iceoryx2's own latency benchmark (one publisher, one subscriber, no history, room for one sample, samples written in
//! place). Where many messages flow, there is room for as many samples as may be on their way, and a publisher that finds none waits.
//!
//! iceoryx2's documentation keeps data and control apart: publish-subscribe carries data and is polled, events wake.
//! Who wants to be woken for data uses both, as its example "event-based communication" does.

use std::fs;

use iceoryx2::node::Node;
use iceoryx2::port::listener::Listener;
use iceoryx2::port::notifier::Notifier;
use iceoryx2::port::publisher::Publisher;
use iceoryx2::port::subscriber::Subscriber;
use iceoryx2::port::update_connections::UpdateConnections;
use iceoryx2::prelude::*;
use iceoryx2::sample_mut::SampleMut;

use crate::error::{Result, failed, failed_debug};
use crate::mechanism::{Endpoint, Host, Passport, Wanted};

/// Removes what iceoryx2 leaves when its processes are killed. Where they end in order, they leave nothing.
struct Sweeper(String);

/// Makes nothing: the processes do.
pub(crate) fn host(wanted: &Wanted<'_>) -> Result<Box<dyn Host>> {
    Ok(Box::new(Sweeper(prefix(wanted.run))))
}

impl Host for Sweeper {
    fn passport(&mut self, _index: usize) -> Result<Passport> {
        Ok(Passport::default())
    }
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        let files = fs::read_dir("/dev/shm").into_iter().flatten().flatten();
        for file in files.filter(|file| file.file_name().to_string_lossy().starts_with(&self.0)) {
            // Fails only if it is gone already.
            let _gone = fs::remove_file(file.path());
        }
    }
}

/// What the names of the run's shared memory begin with.
fn prefix(run: &str) -> String {
    format!("{run}_")
}

/// A node that sees only the nodes of its own run, and leaves signals alone.
pub(crate) fn node(endpoint: &Endpoint) -> Result<Node<ipc::Service>> {
    set_log_level(LogLevel::Error);
    let mut config = Config::default();
    config.global.prefix =
        FileName::new(prefix(&endpoint.run).as_bytes()).map_err(failed_debug("name the shared memory"))?;
    let root =
        Path::new(endpoint.folder.as_os_str().as_encoded_bytes()).map_err(failed_debug("name the folder"))?;
    config.global.set_root_path(&root);
    NodeBuilder::new()
        .signal_handling_mode(SignalHandlingMode::Disabled)
        .config(&config)
        .create()
        .map_err(failed("create the node"))
}

fn service_name(what: &str, reader: usize) -> Result<ServiceName> {
    ServiceName::new(&format!("{what}-{reader}")).map_err(failed("name a service"))
}

/// A process's ends of the data services.
#[derive(Debug)]
pub(crate) struct Data {
    publisher: Publisher<ipc::Service, [u8], ()>,
    subscriber: Subscriber<ipc::Service, [u8], ()>,
    /// Loaned ahead, while there is time, as iceoryx2's own latency benchmark does.
    next: Option<SampleMut<ipc::Service, [u8], ()>>,
    frame: usize,
}

impl Data {
    /// Opens or creates both services, and one end of each.
    pub(crate) fn open(node: &Node<ipc::Service>, endpoint: &Endpoint) -> Result<Self> {
        let room = endpoint.flow().map(|flow| flow.in_flight);
        let service = |reader| {
            let service = node.service_builder(&service_name("data", reader)?).publish_subscribe::<[u8]>();
            let service = service.max_publishers(1).max_subscribers(1).history_size(0);
            let service =
                service.subscriber_max_buffer_size(room.unwrap_or(1)).enable_safe_overflow(room.is_none());
            service.open_or_create().map_err(failed("open or create the data service"))
        };
        let subscriber = service(endpoint.index)?.subscriber_builder().create();
        let subscriber = subscriber.map_err(failed("create the subscriber"))?;
        let service = service(endpoint.other())?;
        let publisher = service.publisher_builder().initial_max_slice_len(endpoint.frame);
        let publisher = publisher.backpressure_strategy(BackpressureStrategy::RetryUntilDelivered).create();
        let publisher = publisher.map_err(failed("create the publisher"))?;
        Ok(Self { publisher, subscriber, next: None, frame: endpoint.frame })
    }

    /// Connects both ends with the other's, which are there now. Otherwise they do so when they are first used, and a publisher whose
    /// subscriber has not received yet does not wait for it.
    pub(crate) fn connect(&self) -> Result<()> {
        self.publisher.update_connections().map_err(failed("connect the publisher"))?;
        self.subscriber.update_connections().map_err(failed("connect the subscriber"))
    }

    /// Publishes one sample, written in place.
    pub(crate) fn publish(&mut self, fill: impl FnOnce(&mut [u8])) -> Result<()> {
        let mut sample = match self.next.take() {
            Some(sample) => sample,
            None => self.loan()?,
        };
        fill(sample.payload_mut());
        send(sample)
    }

    /// Publishes one sample that is written already.
    pub(crate) fn publish_copy(&mut self, message: &[u8]) -> Result<()> {
        let sample = self.publisher.loan_slice_uninit(message.len()).map_err(failed("loan a sample"))?;
        send(sample.write_from_slice(message))
    }

    /// Gets the next sample ready. To be called when the last one is on its way and its taker has been woken.
    pub(crate) fn prepare(&mut self) -> Result<()> {
        self.next = Some(self.loan()?);
        Ok(())
    }

    fn loan(&self) -> Result<SampleMut<ipc::Service, [u8], ()>> {
        self.publisher.loan_slice(self.frame).map_err(failed("loan a sample"))
    }

    /// Reads a sample in place, if there is one. `read` is given back if not.
    pub(crate) fn take<T, F: FnOnce(&[u8]) -> T>(&self, read: F) -> Result<std::result::Result<T, F>> {
        match self.subscriber.receive().map_err(failed("receive a sample"))? {
            Some(sample) => Ok(Ok(read(sample.payload()))),
            None => Ok(Err(read)),
        }
    }
}

fn send(sample: SampleMut<ipc::Service, [u8], ()>) -> Result<()> {
    let receivers = sample.send().map_err(failed("send a sample"))?;
    if receivers == 1 { Ok(()) } else { Err(failed("send a sample")("the other process is gone")) }
}

/// A process's ends of the event services: woken by one, waking by the other.
#[derive(Debug)]
pub(crate) struct Bells {
    pub(crate) listener: Listener<ipc::Service>,
    pub(crate) notifier: Notifier<ipc::Service>,
}

impl Bells {
    /// Opens or creates both services, and one end of each.
    pub(crate) fn open(node: &Node<ipc::Service>, endpoint: &Endpoint) -> Result<Self> {
        let service = |reader| {
            let service = node.service_builder(&service_name("bell", reader)?).event();
            // The highest event id is 0: each message is the same event. Fewer ids are less to look through.
            let service = service.max_notifiers(1).max_listeners(1).event_id_max_value(0);
            service.open_or_create().map_err(failed("open or create the event service"))
        };
        let listener = service(endpoint.index)?.listener_builder().create();
        let listener = listener.map_err(failed("create the listener"))?;
        let notifier = service(endpoint.other())?.notifier_builder().create();
        let notifier = notifier.map_err(failed("create the notifier"))?;
        Ok(Self { listener, notifier })
    }

    /// Wakes the other process.
    pub(crate) fn notify(&self) -> Result<()> {
        self.notifier.notify().map_err(failed("notify")).map(drop)
    }
}
