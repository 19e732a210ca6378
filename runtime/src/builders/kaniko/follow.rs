//! Follows a build's Job until it ended: its pods, whichever runs, and what their containers say.
//!
//! A watch that breaks is resumed, and a log is read on where it broke off. Why a build failed is judged elsewhere.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures::{AsyncBufReadExt as _, StreamExt as _};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Event as ClusterEvent, Pod};
use kube::api::{ListParams, LogParams};
use kube::runtime::WatchStreamExt as _;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, ResourceExt as _};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Patience;
use super::cause::Evidence;
use super::job::{self, Jobs, Running};
use super::log::Log;
use super::pod::{self, CONTAINERS, Seen, Trouble};
use crate::builders::Order;
use crate::execute::{ActionEvents, Failure, Level, Phase, Stop};

/// How long the rest of a log, and the last word of a pod, may be behind the end of their Job.
const REST: Duration = Duration::from_secs(5);

/// When a pod that does not begin is asked about, and how often.
const SILENT: Duration = Duration::from_secs(15);

/// Characters of a line that are passed on.
const LONGEST: usize = 4096;

pub enum Ended {
    Done {
        /// What the builder said that it made.
        digest: Option<String>,
    },
    Failed(Box<Evidence>),
}

/// `None`: somebody deleted the Job.
///
/// # Errors
/// It was cancelled, or the cluster does not answer.
pub async fn follow(
    jobs: &Jobs,
    order: &Order,
    running: &Running,
    patience: Patience,
    events: &ActionEvents,
    stop: &Stop,
) -> Result<Option<Ended>, Failure> {
    let of_job = watcher::Config::default().labels(&format!("batch.kubernetes.io/job-name={}", running.name));
    let mut pods = pin!(watcher(jobs.pods.clone(), of_job).default_backoff());
    let itself = watcher::Config::default().fields(&format!("metadata.name={}", running.name));
    let mut watched = pin!(watcher(jobs.jobs.clone(), itself).default_backoff());
    let (sender, mut lines) = mpsc::unbounded_channel();
    let mut state = State::new(jobs, order, running, patience, events, sender);
    let mut tick = tokio::time::interval(Duration::from_millis(500));
    loop {
        tokio::select! {
            () = stop.reached(Level::Cancel) => {
                // What somebody else began may be wanted there.
                if !running.joined {
                    jobs.cancel(running).await;
                }
                return Err(Failure::cancelled());
            }
            Some(event) = pods.next() => state.pod_event(event)?,
            Some(event) = watched.next() => state.job_event(event)?,
            Some((pod, container, line)) = lines.recv() => state.line(&pod, container, &line),
            _ = tick.tick() => state.look(jobs).await?,
        }
        if state.deleted {
            return Ok(None);
        }
        if let Some(trouble) = state.given_up() {
            jobs.delete(&running.name, &running.uid).await?;
            return Ok(Some(Ended::Failed(Box::new(state.evidence(trouble)))));
        }
        if let Some(ended) = state.ended() {
            return Ok(Some(ended));
        }
    }
}

type Line = (String, &'static str, String);

struct State<'a> {
    jobs: &'a Jobs,
    running: &'a Running,
    patience: Patience,
    events: &'a ActionEvents,
    dockerfile: &'a str,
    log: Log,
    /// Name, uid and reading of the pod that runs, or ran last.
    pod: Option<(String, String, Seen)>,
    pod_gone: bool,
    readers: JoinSet<()>,
    /// By container: whether its log has a reader, and that it is over.
    begun: Vec<(&'static str, Arc<AtomicBool>)>,
    sender: mpsc::UnboundedSender<Line>,
    phase: Option<Phase>,
    trouble: Option<(Trouble, Instant)>,
    disks: u32,
    job: Option<(job::Ended, Instant)>,
    found: bool,
    deleted: bool,
    heard: Instant,
    asked: Instant,
}

impl<'a> State<'a> {
    fn new(
        jobs: &'a Jobs,
        order: &'a Order,
        running: &'a Running,
        patience: Patience,
        events: &'a ActionEvents,
        sender: mpsc::UnboundedSender<Line>,
    ) -> State<'a> {
        let dockerfile = order.build.dockerfile.as_str();
        let (log, now) = (Log::new(dockerfile), Instant::now());
        State {
            jobs,
            running,
            patience,
            events,
            dockerfile,
            log,
            pod: None,
            pod_gone: false,
            readers: JoinSet::new(),
            begun: Vec::new(),
            sender,
            phase: None,
            trouble: None,
            disks: 0,
            job: None,
            found: false,
            deleted: false,
            heard: now,
            asked: now,
        }
    }

    fn pod_event(&mut self, event: Result<Event<Pod>, watcher::Error>) -> Result<(), Failure> {
        match self.heard(event)? {
            Some(Event::Apply(pod) | Event::InitApply(pod)) => self.pod(&pod),
            Some(Event::Delete(pod)) => {
                self.pod(&pod);
                self.pod_gone |= self.is_current(&pod);
            }
            Some(Event::Init | Event::InitDone) | None => {}
        }
        Ok(())
    }

    fn job_event(&mut self, event: Result<Event<Job>, watcher::Error>) -> Result<(), Failure> {
        match self.heard(event)? {
            Some(Event::Apply(found) | Event::InitApply(found)) => {
                let ours = found.uid().as_deref() == Some(&self.running.uid);
                self.found |= ours;
                self.deleted |= ours && found.metadata.deletion_timestamp.is_some() && job::ended(&found).is_none();
                if let (true, Some(ended), None) = (ours, job::ended(&found), &self.job) {
                    self.job = Some((ended, Instant::now()));
                }
            }
            Some(Event::Delete(found)) => {
                self.deleted |= found.uid().as_deref() == Some(&self.running.uid) && self.job.is_none();
            }
            Some(Event::Init) => self.found = false,
            // It went while nobody listened.
            Some(Event::InitDone) => self.deleted |= !self.found && self.job.is_none(),
            None => {}
        }
        Ok(())
    }

    /// A watch resumes by itself; only when it cannot for long is that an end.
    fn heard<T>(&mut self, event: Result<Event<T>, watcher::Error>) -> Result<Option<Event<T>>, Failure> {
        use watcher::Error::{InitialListFailed, WatchFailed, WatchStartFailed};
        match event {
            Ok(event) => {
                self.heard = Instant::now();
                Ok(Some(event))
            }
            Err(InitialListFailed(error) | WatchStartFailed(error) | WatchFailed(error)) => {
                let refused = matches!(&error, kube::Error::Api(status) if matches!(status.code, 401 | 403));
                if refused || self.heard.elapsed() > self.patience.silence {
                    let doing = format!("watching the Job `{}` and its pods", self.running.name);
                    return Err(self.jobs.connection.failure(&doing, &error));
                }
                Ok(None)
            }
            Err(_) => Ok(None),
        }
    }

    fn is_current(&self, pod: &Pod) -> bool {
        self.pod.as_ref().is_some_and(|(_, uid, _)| pod.uid().as_deref() == Some(uid))
    }

    fn pod(&mut self, pod: &Pod) {
        let seen = pod::read(pod);
        if !self.is_current(pod) {
            // The later one is the one that the Job goes on with.
            if let Some((_, _, before)) = &self.pod {
                if before.evicted.is_none() && !self.pod_gone && !before.over.iter().any(|over| over.exit_code != 0) {
                    return;
                }
                let why = before.evicted.clone().unwrap_or_else(|| "it was deleted".to_owned());
                self.events.retrying(format!("the build's pod is gone, and another takes its place: {why}"));
            }
            self.log = Log::new(self.dockerfile);
            self.readers.abort_all();
            self.begun.clear();
            self.pod_gone = false;
            self.trouble = None;
        } else if self.pod.as_ref().is_some_and(|(_, _, before)| before.evicted.is_none())
            && seen.evicted.as_deref().is_some_and(|why| why.contains("ephemeral-storage"))
        {
            self.disks += 1;
        }
        let (name, uid) = (pod.name_any(), pod.uid().unwrap_or_default());
        for container in &seen.begun {
            let over = seen.over.iter().any(|over| over.container == *container);
            match self.begun.iter().find(|(known, _)| known == container) {
                Some((_, flag)) => flag.fetch_or(over, Ordering::Relaxed),
                None => {
                    let flag = Arc::new(AtomicBool::new(over));
                    self.begun.push((container, flag.clone()));
                    let (pods, sender, pod, uid) = (self.jobs.pods.clone(), self.sender.clone(), name.clone(), uid.clone());
                    let container = *container;
                    self.readers.spawn(async move {
                        read_log(pods, &pod, container, &flag, |line| sender.send((uid.clone(), container, line)).is_ok()).await;
                    });
                    false
                }
            };
        }
        self.told(&seen);
        self.trouble = match (&seen.trouble, self.trouble.take()) {
            (None, _) => None,
            (Some(trouble), Some((before, since))) if std::mem::discriminant(trouble) == std::mem::discriminant(&before) => {
                Some((trouble.clone(), since))
            }
            (Some(trouble), _) => Some((trouble.clone(), Instant::now())),
        };
        self.pod = Some((name, uid, seen));
    }

    fn told(&mut self, seen: &Seen) {
        let over = seen.over.iter().map(|over| over.container);
        let phase = match seen.begun.iter().rfind(|begun| !over.clone().any(|over| over == **begun)) {
            Some(&"source") => Some(Phase::Fetching { what: "the context".to_owned() }),
            // Its log says more.
            Some(_) => None,
            None => seen.waits.clone().map(|what| Phase::Waiting { what }),
        };
        if let Some(phase) = phase {
            self.tell(phase);
        }
    }

    fn tell(&mut self, phase: Phase) {
        if self.phase.as_ref() != Some(&phase) {
            self.events.phase(phase.clone());
            self.phase = Some(phase);
        }
    }

    fn line(&mut self, pod: &str, container: &'static str, line: &str) {
        if self.pod.as_ref().is_none_or(|(_, uid, _)| uid != pod) {
            return;
        }
        let (shown, phase) = self.log.read(container, line);
        if !shown.is_empty() {
            self.events.log(shown);
        }
        if let Some(phase) = phase {
            self.tell(phase);
        }
    }

    /// A pod that does not begin says nothing: the cluster's events may say why.
    async fn look(&mut self, jobs: &Jobs) -> Result<(), Failure> {
        // Those that ended are taken off.
        while self.readers.try_join_next().is_some() {}
        let Some((name, _, seen)) = &self.pod else { return Ok(()) };
        if !seen.begun.is_empty() || self.job.is_some() || self.asked.elapsed() < SILENT {
            return Ok(());
        }
        self.asked = Instant::now();
        let found: Api<ClusterEvent> = Api::namespaced(jobs.connection.client.clone(), &jobs.namespace);
        let about = ListParams::default().fields(&format!("involvedObject.name={name},reason=FailedMount"));
        let Ok(found) = found.list(&about).await else { return Ok(()) };
        let why = found.items.into_iter().filter_map(|event| event.message).find(|message| message.contains("not found"));
        // The build's own ConfigMap comes a moment after its Job.
        if let (Some(why), None) = (why.filter(|why| why.contains("secret \"")), &self.trouble) {
            self.trouble = Some((Trouble::Container { why }, Instant::now()));
        }
        Ok(())
    }

    /// What has been wrong for too long.
    fn given_up(&self) -> Option<Option<Trouble>> {
        if self.disks >= 2 {
            return Some(None);
        }
        let (trouble, since) = self.trouble.as_ref()?;
        let patience = match trouble {
            Trouble::Unschedulable(_) => self.patience.unschedulable,
            Trouble::Pull { hopeless: true, .. } => Duration::ZERO,
            Trouble::Pull { .. } | Trouble::Container { .. } => self.patience.pull,
        };
        (since.elapsed() >= patience && self.job.is_none()).then(|| Some(trouble.clone()))
    }

    fn ended(&mut self) -> Option<Ended> {
        let seen = self.pod.as_ref().map(|(_, _, seen)| seen);
        let over = |container: &str| seen.and_then(|seen| seen.over.iter().find(|over| over.container == container));
        if over("push").is_some_and(|push| push.exit_code == 0) {
            let digest = over("build").map(|build| build.message.trim().to_owned());
            return Some(Ended::Done { digest: digest.filter(|digest| digest.starts_with("sha256:")) });
        }
        let (result, since) = self.job.as_ref()?;
        let settled = seen.is_none_or(|seen| seen.over.iter().any(|over| over.exit_code != 0)) || self.pod_gone;
        if since.elapsed() < REST && !(settled && self.readers.is_empty()) {
            return None;
        }
        match result {
            Ok(()) => Some(Ended::Done { digest: None }),
            Err(_) => Some(Ended::Failed(Box::new(self.evidence(None)))),
        }
    }

    fn evidence(&self, trouble: Option<Trouble>) -> Evidence {
        let seen = self.pod.as_ref().map(|(_, _, seen)| seen.clone()).unwrap_or_default();
        let job = self.job.as_ref().and_then(|(result, _)| result.clone().err());
        Evidence {
            frugal: self.running.frugal,
            job,
            trouble,
            evicted: seen.evicted,
            over: seen.over,
            log: self.log.clone(),
            namespace: self.jobs.namespace.clone(),
        }
    }
}

/// Reads a container's log to its end, over and over where the connection breaks, each line once. `over` is set when the
/// container has ended.
async fn read_log(pods: Api<Pod>, pod: &str, container: &'static str, over: &AtomicBool, send: impl Fn(String) -> bool) {
    debug_assert!(CONTAINERS.contains(&container));
    let mut seen = 0;
    loop {
        let whole = over.load(Ordering::Relaxed);
        let wanted = LogParams { container: Some(container.to_owned()), follow: true, ..LogParams::default() };
        match pods.log_stream(pod, &wanted).await {
            Ok(stream) => {
                let mut stream: Pin<Box<_>> = Box::pin(stream);
                let mut number = 0;
                let broke = loop {
                    let mut line = Vec::new();
                    match stream.read_until(b'\n', &mut line).await {
                        Ok(0) => break false,
                        Ok(_) => number += 1,
                        Err(_) => break true,
                    }
                    if number > seen {
                        seen = number;
                        let text = String::from_utf8_lossy(&line);
                        if !send(text.trim_end_matches(['\n', '\r']).chars().take(LONGEST).collect()) {
                            return;
                        }
                    }
                };
                if whole && !broke {
                    return;
                }
            }
            // With its pod it is gone.
            Err(kube::Error::Api(status)) if status.code == 404 || (whole && status.code < 500) => return,
            Err(_) => {}
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}
