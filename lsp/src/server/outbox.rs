//! What the server tells the client of its own accord, in order.

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower_lsp::Client;
use tower_lsp::lsp_types::{Diagnostic, MessageType, Url};

#[derive(Debug)]
pub enum Letter {
    /// All diagnostics of a file; with the version of the text they are about, where it is open.
    Diagnostics(Url, Vec<Diagnostic>, Option<i32>),
    /// For the client's log.
    Log(MessageType, String),
}

/// Where any thread posts letters.
#[derive(Clone, Debug)]
pub struct Outbox {
    letters: UnboundedSender<Letter>,
}

pub fn outbox() -> (Outbox, UnboundedReceiver<Letter>) {
    let (sender, letters) = unbounded_channel();
    (Outbox { letters: sender }, letters)
}

impl Outbox {
    pub fn diagnostics(&self, url: Url, diagnostics: Vec<Diagnostic>, version: Option<i32>) {
        self.post(Letter::Diagnostics(url, diagnostics, version));
    }

    pub fn log(&self, kind: MessageType, text: impl Into<String>) {
        self.post(Letter::Log(kind, text.into()));
    }

    fn post(&self, letter: Letter) {
        // Nobody reads any more when the server has ended.
        let _ = self.letters.send(letter);
    }
}

/// Carries letters to the client until the outbox is gone.
pub async fn deliver(client: Client, mut letters: UnboundedReceiver<Letter>) {
    while let Some(letter) = letters.recv().await {
        match letter {
            Letter::Diagnostics(url, diagnostics, version) => client.publish_diagnostics(url, diagnostics, version).await,
            Letter::Log(kind, text) => client.log_message(kind, text).await,
        }
    }
}
