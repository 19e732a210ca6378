//! The client's messages, each whole and well formed, up to `exit`.
//!
//! tower-lsp gives up its input at the first message that is no JSON-RPC. Here such a message is dropped, and the client's log
//! says so. After `exit` the input reads as closed, and the server's loop ends.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};
use tower_lsp::jsonrpc::{Request, Response};
use tower_lsp::lsp_types::MessageType;

use super::ordered::Lifecycle;
use super::outbox::Outbox;

/// Larger messages are not waited for.
const MOST_BYTES: usize = 1 << 30;
/// Bytes that are read at once.
const BLOCK: usize = 64 << 10;

pub struct Input<I> {
    input: I,
    lifecycle: Arc<Lifecycle>,
    outbox: Outbox,
    block: Box<[u8]>,
    /// What was read, and is no whole message yet.
    raw: Vec<u8>,
    /// A message that is handed on, and how much of it was.
    message: Vec<u8>,
    handed: usize,
}

impl<I> Input<I> {
    pub fn new(input: I, lifecycle: Arc<Lifecycle>, outbox: Outbox) -> Input<I> {
        let block = vec![0; BLOCK].into_boxed_slice();
        Input { input, lifecycle, outbox, block, raw: Vec::new(), message: Vec::new(), handed: 0 }
    }

    /// Takes the next message out of what was read; false while none is whole.
    fn next_message(&mut self) -> bool {
        loop {
            let Some(body) = self.raw.windows(4).position(|bytes| bytes == b"\r\n\r\n").map(|at| at + 4) else { return false };
            let Some(length) = length(&self.raw[..body]) else {
                self.refuse("a message without a length");
                self.raw.drain(..body);
                continue;
            };
            let end = body + length;
            if self.raw.len() < end {
                return false;
            }
            let text = &self.raw[body..end];
            let sound = serde_json::from_slice::<Request>(text).is_ok() || serde_json::from_slice::<Response>(text).is_ok();
            if sound {
                self.message = format!("Content-Length: {length}\r\n\r\n").into_bytes();
                self.message.extend_from_slice(text);
                self.handed = 0;
            } else {
                self.refuse("a message that is no JSON-RPC");
            }
            self.raw.drain(..end);
            if sound {
                return true;
            }
        }
    }

    fn refuse(&self, what: &str) {
        self.outbox.log(MessageType::WARNING, format!("coderc was sent {what}, and dropped it"));
    }
}

/// The length that a header gives. What a broken message left may stand before it.
fn length(header: &[u8]) -> Option<usize> {
    let header = String::from_utf8_lossy(header).to_ascii_lowercase();
    let (_, after) = header.rsplit_once("content-length:")?;
    let length = after.lines().next()?.trim().parse().ok()?;
    (length <= MOST_BYTES).then_some(length)
}

impl<I: AsyncRead + Unpin> AsyncRead for Input<I> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if this.handed < this.message.len() {
                let rest = &this.message[this.handed..];
                let taken = rest.len().min(buffer.remaining());
                buffer.put_slice(&rest[..taken]);
                this.handed += taken;
                return Poll::Ready(Ok(()));
            }
            if this.lifecycle.has_exited() {
                return Poll::Ready(Ok(()));
            }
            if this.next_message() {
                continue;
            }
            let mut block = ReadBuf::new(&mut this.block);
            ready!(Pin::new(&mut this.input).poll_read(context, &mut block))?;
            if block.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.raw.extend_from_slice(block.filled());
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::super::outbox::outbox;
    use super::*;

    #[test]
    fn broken_messages_are_dropped() {
        let good = "{\"jsonrpc\":\"2.0\",\"method\":\"a\"}";
        let whole = format!("Content-Length: {}\r\n\r\n{good}", good.len());
        let input = format!(
            "{whole}Content-Length: 3\r\n\r\n{{x}}Content-Length: no\r\n\r\n{{}}{}Content-Length: 2\r\n\r\n[]content-type: x\r\ncontent-length: {}\r\n\r\n{good}{whole}cut",
            whole,
            good.len(),
        );
        let (outbox, mut letters) = outbox();
        let mut input = Input::new(input.as_bytes(), Arc::default(), outbox);
        let mut read = String::new();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(input.read_to_string(&mut read)).unwrap();
        assert_eq!(read, whole.repeat(4));
        drop(input);
        assert_eq!(std::iter::from_fn(|| letters.blocking_recv()).count(), 3);
    }
}
