//! The edge: messages in the order in which they came, the thread that owns the databases, snapshots and cancellation.
//!
//! What an answer says is made in `ide`; here it is only decided when, of which text, and for whom.

mod backend;
mod documents;
mod features;
mod input;
mod keeper;
mod ordered;
mod outbox;
mod package;
mod places;
mod positions;
mod publish;
mod queue;
mod unwinding;
mod view;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tower_lsp::{LspService, Server};

pub use places::Places;
pub use publish::diagnostic;
pub use view::View;

use crate::World;
use backend::Backend;
use input::Input;
use keeper::Keeper;
use ordered::{Lifecycle, Ordered};

/// How long answers may still take once the client has said `exit`.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How a server ended, which its process tells by its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The client said `shutdown`, then `exit`.
    Properly,
    /// The client said `exit` too early, or is gone.
    Early,
}

/// Serves one client until it says `exit` or closes the input. Call it inside a tokio runtime.
pub async fn serve<I, O>(input: I, output: O, world: Arc<dyn World>) -> Ended
where
    I: AsyncRead + Unpin,
    O: AsyncWrite,
{
    let (outbox, letters) = outbox::outbox();
    let refusals = outbox.clone();
    let queue = Keeper::start(world, outbox);
    let (service, socket) = LspService::new(|client| {
        tokio::spawn(outbox::deliver(client.clone(), letters));
        Backend::new(client, queue)
    });
    let lifecycle = Arc::new(Lifecycle::default());
    let service = Ordered::new(service, lifecycle.clone());
    let input = Input::new(input, lifecycle.clone(), refusals);
    // Sixteen answers and more may be on their way while a client types; none may keep an edit from being read.
    let server = Server::new(input, output, socket).concurrency_level(256).serve(service);
    let overdue = async {
        lifecycle.exited().await;
        tokio::time::sleep(LAST_WORDS).await;
    };
    tokio::select! {
        () = server => {}
        () = overdue => {}
    }
    if lifecycle.was_proper() { Ended::Properly } else { Ended::Early }
}
