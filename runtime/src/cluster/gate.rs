//! The gate that every request to a cluster passes: at most twenty are under way in the whole process, and what fails for a
//! moment is repeated: an API server that restarts, or has too much to do.
//!
//! A stream (a watch, a log that is followed) is not counted once it began, and does not come back by itself when it breaks.

use std::future::Future;
use std::io::ErrorKind;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Either, Full};
use kube::client::{Body, DynBody};
use tokio::sync::Semaphore;
use tower::{BoxError, Layer, Service, ServiceExt as _};

/// Requests under way at any time.
pub const IN_FLIGHT: usize = 20;

static PERMITS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(IN_FLIGHT));

/// How long a server that was there may be away, how long one that never answered, and how long one answer may take.
const PATIENCE: Duration = Duration::from_secs(90);
const FIRST_PATIENCE: Duration = Duration::from_secs(4);
const ANSWER: Duration = Duration::from_secs(60);

/// The first pause; each further one is twice as long, up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LAST_PAUSE: Duration = Duration::from_secs(5);

/// An answer of 500 may be of a moment, or a defect that stays.
const ATTEMPTS_AT_A_DEFECT: u32 = 4;

type Answer = Response<Either<Full<Bytes>, Box<DynBody>>>;

#[derive(Clone)]
pub struct GateLayer {
    reached: Arc<AtomicBool>,
}

impl GateLayer {
    pub fn new() -> GateLayer {
        GateLayer { reached: Arc::new(AtomicBool::new(false)) }
    }
}

impl<S> Layer<S> for GateLayer {
    type Service = Gate<S>;

    fn layer(&self, inner: S) -> Gate<S> {
        Gate { inner, reached: self.reached.clone() }
    }
}

#[derive(Clone)]
pub struct Gate<S> {
    inner: S,
    /// Whether the server has ever answered.
    reached: Arc<AtomicBool>,
}

impl<S> Service<Request<Body>> for Gate<S>
where
    S: Service<Request<Body>, Response = Response<Box<DynBody>>, Error = BoxError> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Answer;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Answer, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        // Each request waits by itself.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let gate = self.clone();
        Box::pin(gate.pass(request))
    }
}

impl<S> Gate<S>
where
    S: Service<Request<Body>, Response = Response<Box<DynBody>>, Error = BoxError> + Clone + Send + 'static,
    S::Future: Send,
{
    async fn pass(mut self, request: Request<Body>) -> Result<Answer, BoxError> {
        let since = Instant::now();
        let (parts, body) = request.into_parts();
        let mut body = Some(body);
        let mut attempt = 1;
        loop {
            let again = body.as_ref().and_then(Body::try_clone);
            let request = Request::from_parts(parts.clone(), std::mem::replace(&mut body, again).unwrap_or(Body::empty()));
            let answered = self.attempt(request).await;
            let patience = if self.reached.load(Ordering::Relaxed) { PATIENCE } else { FIRST_PATIENCE };
            let pause = match &answered {
                Ok(answer) => {
                    self.reached.store(true, Ordering::Relaxed);
                    passes(answer.status(), &parts.method, attempt).then(|| asked_pause(answer).unwrap_or(pause(attempt)))
                }
                Err(error) => may_repeat(&parts.method, &**error).then(|| pause(attempt)),
            };
            match pause {
                Some(pause) if body.is_some() && since.elapsed() + pause < patience => {
                    tracing::debug!(attempt, method = %parts.method, uri = %parts.uri, "the cluster is asked again");
                    tokio::time::sleep(pause).await;
                    attempt += 1;
                }
                _ => return answered,
            }
        }
    }

    async fn attempt(&mut self, request: Request<Body>) -> Result<Answer, BoxError> {
        let stream = is_stream(request.uri().query().unwrap_or_default());
        let _permit = PERMITS.acquire().await?;
        let answered = tokio::time::timeout(ANSWER, async {
            let response = self.inner.ready().await?.call(request).await?;
            let (parts, body) = response.into_parts();
            if stream && parts.status.is_success() {
                return Ok(Response::from_parts(parts, Either::Right(body)));
            }
            let bytes = body.collect().await?.to_bytes();
            Ok(Response::from_parts(parts, Either::Left(Full::new(bytes))))
        });
        answered.await.map_err(|_| BoxError::from(std::io::Error::from(ErrorKind::TimedOut)))?
    }
}

fn is_stream(query: &str) -> bool {
    query.split('&').any(|pair| matches!(pair, "watch=true" | "watch=1" | "follow=true" | "follow=1"))
}

/// Whether an answer is one of a moment.
fn passes(status: StatusCode, method: &Method, attempt: u32) -> bool {
    match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => true,
        // What was created may be there now.
        _ if *method == Method::POST => false,
        StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => true,
        StatusCode::INTERNAL_SERVER_ERROR => attempt < ATTEMPTS_AT_A_DEFECT,
        _ => false,
    }
}

/// What broke off may have been done: only what has the same effect twice is repeated then. A certificate that is not
/// trusted, or a plugin that gives no credentials, stays so.
fn may_repeat(method: &Method, error: &(dyn std::error::Error + 'static)) -> bool {
    let mut refused = false;
    let mut source = Some(error);
    while let Some(cause) = source {
        if let Some(kube::Error::Auth(_)) = cause.downcast_ref::<kube::Error>() {
            return false;
        }
        if let Some(error) = cause.downcast_ref::<std::io::Error>() {
            if error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) {
                return false;
            }
            refused |= error.kind() == ErrorKind::ConnectionRefused;
        }
        source = cause.source();
    }
    refused || *method != Method::POST
}

fn pause(attempt: u32) -> Duration {
    (FIRST_PAUSE * 2u32.pow((attempt - 1).min(8))).min(LAST_PAUSE)
}

/// What the server asks for, within reason.
fn asked_pause(answer: &Answer) -> Option<Duration> {
    let seconds: u64 = answer.headers().get("retry-after")?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds.min(10)))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::AtomicUsize;

    use tower::service_fn;

    use super::*;

    fn answer(status: u16) -> Response<Box<DynBody>> {
        let body = Full::new(Bytes::from_static(b"{}")).map_err(|never| -> BoxError { match never {} });
        Response::builder().status(status).body(Box::new(body) as Box<DynBody>).unwrap()
    }

    fn asked(method: Method, answers: Vec<Result<u16, ErrorKind>>) -> (Result<u16, String>, usize) {
        let (left, count) = (Arc::new(Mutex::new(answers.into_iter())), Arc::new(AtomicUsize::new(0)));
        let counted = count.clone();
        let service = service_fn(move |_: Request<Body>| {
            counted.fetch_add(1, Ordering::Relaxed);
            let next = left.lock().unwrap().next().unwrap();
            async move { next.map(answer).map_err(|kind| BoxError::from(std::io::Error::from(kind))) }
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let request = Request::builder().method(method).uri("/api").body(Body::from(b"{}".to_vec())).unwrap();
        let answered = runtime.block_on(GateLayer::new().layer(service).call(request));
        let answered = answered.map(|answer| answer.status().as_u16()).map_err(|error| error.to_string());
        (answered, count.load(Ordering::Relaxed))
    }

    #[test]
    fn what_passes_is_asked_again() {
        assert_eq!(asked(Method::PATCH, vec![Ok(429), Err(ErrorKind::ConnectionReset), Ok(503), Ok(200)]), (Ok(200), 4));
    }

    #[test]
    fn what_may_have_been_created_is_not_created_again() {
        assert_eq!(asked(Method::POST, vec![Ok(500)]), (Ok(500), 1));
        assert!(asked(Method::POST, vec![Err(ErrorKind::ConnectionReset)]).0.is_err());
        assert_eq!(asked(Method::POST, vec![Err(ErrorKind::ConnectionRefused), Ok(201)]), (Ok(201), 2));
    }

    #[test]
    fn a_refusal_is_an_answer() {
        assert_eq!(asked(Method::GET, vec![Ok(403)]), (Ok(403), 1));
        assert_eq!(asked(Method::PATCH, vec![Ok(409)]), (Ok(409), 1));
    }

    #[test]
    fn streams_are_known_by_their_query() {
        assert!(is_stream("labelSelector=a&watch=true") && is_stream("container=build&follow=true"));
        assert!(!is_stream("limit=500") && !is_stream(""));
    }
}
