//! A tower `Service` around tower-lsp's that keeps the order of the messages.
//!
//! tower-lsp makes a future of each message, and polls these in whatever order they wake: edits change places. Here each future is
//! polled once before the next message is read. A handler's first step is to put its edit or question into the queue of the thread
//! that owns the databases, so the queue has the order of the input, and an answer is about exactly the edits before its question.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use tokio::sync::Notify;
use tower::Service;
use tower_lsp::jsonrpc::Request;

/// How far a client has come with saying goodbye.
#[derive(Debug, Default)]
pub struct Lifecycle {
    shut_down: AtomicBool,
    exited: AtomicBool,
    exit: Notify,
}

impl Lifecycle {
    fn see(&self, method: &str) {
        match method {
            "shutdown" => self.shut_down.store(true, Ordering::SeqCst),
            "exit" => {
                self.exited.store(true, Ordering::SeqCst);
                self.exit.notify_one();
            }
            _ => {}
        }
    }

    pub fn has_exited(&self) -> bool {
        self.exited.load(Ordering::SeqCst)
    }

    /// Returns once `exit` has come.
    pub async fn exited(&self) {
        self.exit.notified().await;
    }

    /// `exit` came, and `shutdown` before it.
    pub fn was_proper(&self) -> bool {
        self.has_exited() && self.shut_down.load(Ordering::SeqCst)
    }
}

pub struct Ordered<S> {
    inner: S,
    lifecycle: std::sync::Arc<Lifecycle>,
}

impl<S> Ordered<S> {
    pub fn new(inner: S, lifecycle: std::sync::Arc<Lifecycle>) -> Ordered<S> {
        Ordered { inner, lifecycle }
    }
}

impl<S, R, E> Service<Request> for Ordered<S>
where
    S: Service<Request, Response = R, Error = E, Future = Pin<Box<dyn Future<Output = Result<R, E>> + Send>>>,
    R: Send + 'static,
    E: Send + 'static,
{
    type Response = R;
    type Error = E;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), E>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        self.lifecycle.see(request.method());
        let mut answer = self.inner.call(without_needless_parameters(request));
        // Whoever polls it next brings a waker of their own.
        match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => Box::pin(ready(answer)),
            Poll::Pending => answer,
        }
    }
}

/// Many clients send `null` where these have no parameters at all, which tower-lsp refuses.
fn without_needless_parameters(request: Request) -> Request {
    if !matches!(request.method(), "shutdown" | "exit") {
        return request;
    }
    let (method, id, _) = request.into_parts();
    let bare = Request::build(method);
    match id {
        Some(id) => bare.id(id).finish(),
        None => bare.finish(),
    }
}
