//! What is put before the thread that owns the databases, in order.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};

use compiler::workspace::{Answer, Host, Question};
use std::sync::Arc;
use tokio::sync::oneshot;
use tower_lsp::jsonrpc;
use tower_lsp::lsp_types::{MessageType, TextDocumentContentChangeEvent, Url};

use super::features::Features;
use super::outbox::Outbox;
use super::publish::ByFile;
use super::unwinding::{Outcome, caught};
use super::view::View;
use crate::Opened;

pub enum Event {
    /// A client has introduced itself, and has these folders open.
    Begin(Features, Vec<PathBuf>),
    Open(Url, i32, String),
    Change(Url, i32, Vec<TextDocumentContentChangeEvent>),
    Close(Url),
    /// A file was saved, or the client says that files changed on disk.
    DiskChanged,
    Folders {
        added: Vec<PathBuf>,
        removed: Vec<PathBuf>,
    },
    Ask(Url, Job),
    Checked(Checked),
    /// The world's answers about a package, with the host that gave them.
    Answered {
        folder: PathBuf,
        host: Arc<dyn Host>,
        questions: Vec<Question>,
        answers: Vec<Answer>,
    },
    /// A package as the disk has it now.
    Read {
        folder: PathBuf,
        opened: Box<Result<Option<Opened>, String>>,
    },
}

/// A request on its way: answers from a file's view, or from nothing where the file is in no package.
pub type Job = Box<dyn FnOnce(Option<View>) + Send>;

/// A check that ended.
pub struct Checked {
    pub folder: PathBuf,
    /// That of the package when the check began.
    pub revision: u64,
    pub outcome: Outcome<ByFile>,
}

#[derive(Clone)]
pub struct Queue {
    events: Sender<Event>,
    outbox: Outbox,
}

impl Queue {
    pub fn new(outbox: Outbox) -> (Queue, Receiver<Event>) {
        let (sender, receiver) = channel();
        (Queue { events: sender, outbox }, receiver)
    }

    pub fn put(&self, event: Event) {
        // The thread that reads lives as long as any sender.
        let _ = self.events.send(event);
    }

    /// Puts a question about a file into the queue at once, and gives what will be its answer: null where there is nothing to
    /// say, an error where a later edit came first.
    pub fn ask<T, F>(&self, url: Url, answer: F) -> impl Future<Output = jsonrpc::Result<Option<T>>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&View) -> Option<T> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let outbox = self.outbox.clone();
        let job = move |view: Option<View>| {
            // The client has taken its question back.
            if sender.is_closed() {
                return;
            }
            let answered = match caught(|| view.and_then(|view| answer(&view))) {
                Outcome::Done(answer) => Ok(answer),
                Outcome::Cancelled => Err(jsonrpc::Error::content_modified()),
                Outcome::Panicked(what) => {
                    outbox.log(MessageType::ERROR, format!("coderc has a defect: {what}"));
                    Ok(None)
                }
            };
            let _ = sender.send(answered);
        };
        self.put(Event::Ask(url, Box::new(job)));
        async { receiver.await.unwrap_or(Ok(None)) }
    }
}
