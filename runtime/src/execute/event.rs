//! What happens while a plan is carried out, as one enum: the executor and its builders and providers tell, printers show.
//!
//! Nothing here is printed, and no event holds the value of a secret.

use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::failure::Failure;

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// Work on an action began.
    Started { address: String, kind: &'static str },
    /// Where the action is now.
    Phase { address: String, phase: Phase },
    /// One line of the log of a build, or of what a wait sees.
    Log { address: String, line: String },
    /// Something failed that is tried again.
    Retrying { address: String, reason: String },
    /// The action is over.
    Ended { address: String, outcome: Outcome, took: Duration },
    /// Of the whole run: waiting for a lease, say.
    Note { text: String },
}

/// Where an action is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Waiting for something else: a node, another apply's build of the same image.
    Waiting { what: String },
    /// An image is pulled, or a commit fetched.
    Fetching { what: String },
    /// A step of a Dockerfile, from 1.
    Step { number: u32, of: u32, instruction: String },
    /// Layers are pushed; sizes in bytes where they are known.
    Pushing { bytes: Option<u64> },
    /// An object is sent, or waited for: `1 of 2 replicas`.
    Settling { what: String },
}

/// How an action ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Done; one short remark (`pushed sha256:12ab…, 34 MB`).
    Done {
        remark: String,
    },
    /// Proven to need nothing.
    Skipped {
        proof: String,
    },
    Failed(Box<Failure>),
    /// Stopped by the user.
    Cancelled,
    /// Something that it needs failed or was stopped.
    NotTried {
        because: String,
    },
}

/// Where events go. Cheap to clone; nobody listening is no error.
#[derive(Clone, Debug)]
pub struct Events(UnboundedSender<Event>);

impl Events {
    pub fn new(sender: UnboundedSender<Event>) -> Events {
        Events(sender)
    }

    pub fn tell(&self, event: Event) {
        // A printer that is gone has no more use for events.
        let _ = self.0.send(event);
    }

    pub fn note(&self, text: impl Into<String>) {
        self.tell(Event::Note { text: text.into() });
    }

    /// The same, for one action.
    pub fn of(&self, address: &str) -> ActionEvents {
        ActionEvents { events: self.clone(), address: address.to_owned() }
    }
}

/// Tells of one action.
#[derive(Clone, Debug)]
pub struct ActionEvents {
    events: Events,
    pub address: String,
}

impl ActionEvents {
    pub fn phase(&self, phase: Phase) {
        self.events.tell(Event::Phase { address: self.address.clone(), phase });
    }

    pub fn log(&self, line: impl Into<String>) {
        self.events.tell(Event::Log { address: self.address.clone(), line: line.into() });
    }

    pub fn retrying(&self, reason: impl Into<String>) {
        self.events.tell(Event::Retrying { address: self.address.clone(), reason: reason.into() });
    }
}
