//! Waits until an environment is available, and fails as soon as it cannot become so, with the cause and the mend.
//!
//! What is seen comes from the one watch of the namespace; this asks the cluster for nothing but the log of a crash.

use std::time::{Duration, Instant};

use compiler::diagnostics::catalog::{
    environment_configuration, environment_crash, environment_deadline, environment_image, environment_probe, environment_quota,
    environment_refused, environment_unschedulable, environment_volume,
};

use super::verdict::{Trouble, Verdict, verdict};
use super::watching::Watching;
use super::{Connection, logs};
use crate::execute::{ActionEvents, Failure, Level, Phase, Stop};
use crate::saved::Declared;

/// How long what may pass is borne.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// An answer of a registry that may differ at the next attempt.
    pub image: Duration,
    /// A node may be added, a volume made.
    pub place: Duration,
    /// Pods that are refused: an older one may have to go first.
    pub refusal: Duration,
    /// A program may take its time to become healthy.
    pub probe: Duration,
    /// The whole wait.
    pub deadline: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            image: Duration::from_secs(45),
            place: Duration::from_secs(30),
            refusal: Duration::from_secs(10),
            probe: Duration::from_secs(180),
            deadline: Duration::from_secs(900),
        }
    }
}

/// Of a log, when a container crashed.
const LAST_LINES: i64 = 20;

/// An environment by the name of its Deployment, which was applied as `generation`.
pub struct Target<'a> {
    pub namespace: &'a str,
    pub name: &'a str,
    pub generation: i64,
    /// What a failure points at.
    pub declared: &'a Declared,
}

/// Returns what is available, in words.
///
/// # Errors
/// It cannot become available, is not within the patience, or the user stopped it.
pub async fn wait(
    connection: &Connection,
    watching: &Watching,
    target: &Target<'_>,
    patience: &Patience,
    events: &ActionEvents,
    stop: &Stop,
) -> Result<String, Failure> {
    let namespace = watching.namespace(target.namespace);
    let waker = namespace.waker(target.name);
    let begun = Instant::now();
    let (mut told, mut trouble): (String, Option<(Trouble, Instant)>) = (String::new(), None);
    loop {
        if stop.level() > Level::Run {
            return Err(Failure::cancelled());
        }
        let mut say = |text: String| {
            if text != told {
                events.phase(Phase::Settling { what: text.clone() });
                told = text;
            }
        };
        match namespace.look(target.name, |seen| verdict(seen, target.generation)) {
            Verdict::Ready(what) => return Ok(what),
            Verdict::Waiting(what) => {
                trouble = None;
                say(what);
            }
            Verdict::Trouble(found) => {
                let since = match trouble.take() {
                    Some((before, since)) if std::mem::discriminant(&before) == std::mem::discriminant(&found) => since,
                    _ => Instant::now(),
                };
                if since.elapsed() >= borne(&found, patience) {
                    return Err(failure(connection, target, &found, begun).await);
                }
                say(words(&found));
                trouble = Some((found, since));
            }
        }
        if begun.elapsed() >= patience.deadline {
            return Err(match &trouble {
                Some((found, _)) => failure(connection, target, found, begun).await,
                None => Failure::new(environment_deadline::new(target.name, begun.elapsed().as_secs(), &told))
                    .at(target.declared.source(None)),
            });
        }
        tokio::select! {
            () = waker.notified() => {}
            // For patience that ends, and for warnings, which carry no labels.
            () = tokio::time::sleep(Duration::from_millis(500)) => {}
            () = stop.reached(Level::Cancel) => {}
        }
    }
}

fn borne(trouble: &Trouble, patience: &Patience) -> Duration {
    match trouble {
        Trouble::Image { decisive: true, .. } | Trouble::Crash { .. } | Trouble::Deadline => Duration::ZERO,
        Trouble::Image { decisive: false, .. } => patience.image,
        Trouble::Configuration { .. } | Trouble::Quota { .. } | Trouble::Refused { .. } => patience.refusal,
        Trouble::Unschedulable { .. } | Trouble::Volume { .. } => patience.place,
        Trouble::Probe { .. } => patience.probe,
    }
}

fn words(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Image { container, .. } => format!("the image of `{container}`, which could not be pulled yet"),
        Trouble::Crash { container, .. } => format!("`{container}`, which ends again and again"),
        Trouble::Configuration { container, detail } => format!("`{container}`, which cannot be made yet: {detail}"),
        Trouble::Probe { container, detail } => format!("`{container}`: {detail}"),
        Trouble::Unschedulable { detail } => format!("a node: {detail}"),
        Trouble::Volume { detail } => format!("a volume: {detail}"),
        Trouble::Quota { detail } | Trouble::Refused { detail } => format!("pods, which are refused: {detail}"),
        Trouble::Deadline => "what does not come".to_owned(),
    }
}

async fn failure(connection: &Connection, target: &Target<'_>, trouble: &Trouble, begun: Instant) -> Failure {
    let environment = target.name;
    let at = |container: &str| target.declared.source(Some(container));
    let failure = Failure::new(match trouble {
        Trouble::Image { container, image, detail, .. } => environment_image::new(environment, container, image, detail),
        Trouble::Crash { container, pod, exit_code, out_of_memory, limit } => {
            let lines = logs::last_lines(connection, target.namespace, pod, container, LAST_LINES).await;
            let limit = if *out_of_memory { Some(limit.as_deref().unwrap_or("its node's memory")) } else { None };
            let crash = environment_crash::new(environment, container, *exit_code, limit);
            return Failure::new(crash).at(at(container)).log(lines);
        }
        Trouble::Configuration { container, detail } => environment_configuration::new(environment, container, detail),
        Trouble::Probe { container, detail } => environment_probe::new(environment, container, detail),
        Trouble::Unschedulable { detail } => environment_unschedulable::new(environment, detail),
        Trouble::Volume { detail } => environment_volume::new(environment, detail),
        Trouble::Quota { detail } => environment_quota::new(&format!("the environment `{environment}`"), detail),
        Trouble::Refused { detail } => environment_refused::new(environment, detail),
        Trouble::Deadline => environment_deadline::new(environment, begun.elapsed().as_secs(), "Kubernetes gave up"),
    });
    match trouble {
        Trouble::Image { container, .. } | Trouble::Configuration { container, .. } | Trouble::Probe { container, .. } => {
            failure.at(at(container))
        }
        _ => failure.at(target.declared.source(None)),
    }
}
