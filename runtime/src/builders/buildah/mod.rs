//! Builds images on this machine, with buildah: the same plan and the same build IDs as in a cluster.
//!
//! No registry is needed: an image is kept in the user's local storage, under the name it would be pushed to, and that it is there
//! is proven by its annotation. Nothing is pushed.

mod command;
mod dockerfile;
mod images;
mod progress;
mod source;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use compiler::diagnostics::catalog::{context_unreadable, local_build, local_secret};
use compiler::plan::action::Build;

pub use images::{Image, image};
pub use source::Sources;

use super::{Builder, Made, Order, Task};
use crate::execute::{ActionEvents, Failure, Phase, Stop};
use crate::process::{self, Lock, Scratch, runtime_folder};
use crate::providers::podman::secrets;
use crate::render::{ANNOTATION_BUILD_ID, ANNOTATION_REVISION};
use crate::saved::{Plan, Tag};

/// Attempts at a build that fails by a fault of buildah's own.
const ATTEMPTS_AT_A_FAULT: usize = 5;

/// Builds with buildah.
#[derive(Clone, Debug)]
pub struct Buildah {
    sources: Sources,
    folder: PathBuf,
}

impl Buildah {
    /// # Errors
    /// When there is no folder for locks and builds under way.
    pub fn new(sources: Sources) -> Result<Buildah, Failure> {
        let folder = runtime_folder().map_err(|error| {
            Failure::new(compiler::diagnostics::catalog::missing_program::folder("of this user", &error.to_string()))
        })?;
        Ok(Buildah { sources, folder })
    }

    /// Which of these references are in the local storage, with their digests: what a registry would be asked.
    pub async fn heads(&self, references: &[String]) -> Result<BTreeMap<String, String>, Failure> {
        let mut all = images::all().await?;
        Ok(references.iter().filter_map(|reference| all.remove_entry(reference)).collect())
    }

    /// The annotations of those of these references that are in the local storage.
    pub async fn annotations(&self, references: &[String]) -> Result<BTreeMap<String, BTreeMap<String, String>>, Failure> {
        let mut found = BTreeMap::new();
        for reference in references {
            if let Some(image) = images::image(reference).await? {
                found.insert(reference.clone(), image.annotations);
            }
        }
        Ok(found)
    }

    async fn make(&self, order: &Order, events: ActionEvents, stop: Stop) -> Result<Made, Failure> {
        let build = &order.build;
        let waiting = || events.phase(Phase::Waiting { what: "another build of the same image".to_owned() });
        let lock = Lock::take(&self.folder, &build.destination, &stop, waiting).await?;
        if let Some(image) = built(build).await? {
            return Ok(Made { digest: image.digest, remark: "was here already".to_owned() });
        }
        let work = Scratch::new(&self.folder).map_err(|error| write_failed(&self.folder, &error))?;
        let given = dockerfile::lower(&build.dockerfile)?;
        self.context(build, &given, &work.path, &events).await?;
        let secrets = secret_files(order, &work.path).await?;
        let (dockerfile, ignore) = (work.path.join("Dockerfile"), work.path.join("ignore"));
        let context = work.path.join("context");
        for (path, text) in [(&dockerfile, given.dockerfile.as_str()), (&ignore, "")] {
            std::fs::write(path, text).map_err(|error| write_failed(path, &error))?;
        }
        let parts = command::Parts { context: &context, dockerfile: &dockerfile, ignore: &ignore, secrets: &secrets };
        let arguments = command::arguments(build, &parts);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let variables = registries(build, &work.path)?;
        let deadline = build.timeout.map(Duration::from_secs);
        let origin = |step: &str| dockerfile::origin(&build.dockerfile, &given.dockerfile, step);
        let tell = |line: &str| match progress::phase(line) {
            Some(Phase::Step { number, of, instruction }) => {
                let instruction = origin(&instruction).map_or(instruction, |origin| progress::short(&origin.instruction));
                events.phase(Phase::Step { number, of, instruction });
            }
            Some(phase) => events.phase(phase),
            None => events.log(line),
        };
        let run = || process::follow("buildah", &arguments, &variables, &stop, Some(&lock), deadline, tell);
        let mut followed = run().await?;
        // The steps before it are kept, so that this is soon where it was.
        for _ in 1..ATTEMPTS_AT_A_FAULT {
            if followed.code == Some(0) || !progress::passes(&followed.last) {
                break;
            }
            followed = run().await?;
        }
        match followed.code {
            Some(0) => {}
            None if deadline.is_some() => {
                let seconds = build.timeout.unwrap_or_default();
                return Err(Failure::new(local_build::deadline(seconds)).log(followed.last));
            }
            code => {
                let written = |step: &str| origin(step).map_or_else(|| step.to_owned(), |origin| origin.instruction);
                let (step, diagnostic) = progress::failure(&followed.last, code, written);
                let mut failure = Failure::new(diagnostic).log(followed.last);
                if let Some(origin) = step.and_then(|step| origin(&step)) {
                    failure = failure.at(build.source(origin.line));
                }
                return Err(failure);
            }
        }
        let image = built(build)
            .await?
            .ok_or_else(|| Failure::new(local_build::other("it is done, but the image is not in the local storage")))?;
        let remark = format!("built {}", image.digest.get(..19).unwrap_or(&image.digest));
        Ok(Made { digest: image.digest, remark })
    }

    /// Writes the context and the texts of heredocs, off the loop that carries the plan out.
    async fn context(
        &self,
        build: &Build,
        given: &dockerfile::Lowered,
        work: &Path,
        events: &ActionEvents,
    ) -> Result<(), Failure> {
        if !build.context.url.is_empty() {
            events.phase(Phase::Fetching { what: build.context.url.to_string() });
        }
        let (sources, build, files, folder) = (self.sources.clone(), build.clone(), given.files.clone(), work.join("context"));
        let written = tokio::task::spawn_blocking(move || {
            sources.write(&build, &folder)?;
            for (path, text) in &files {
                let path = folder.join(path);
                let parent = path.parent().unwrap_or(&folder);
                let wrote = std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&path, text));
                wrote.and_then(|()| plain(&path)).map_err(|error| write_failed(&path, &error))?;
            }
            crate::context::settle(&folder).map_err(|error| write_failed(&folder, &error))
        });
        written.await.unwrap_or_else(|error| Err(Failure::new(local_build::other(&error.to_string()))))
    }

    async fn move_tag(&self, tag: &Tag, images: &[(String, String)], stop: Stop) -> Result<String, Failure> {
        let named: Vec<String> = images.iter().map(|(repository, digest)| format!("{repository}@{digest}")).collect();
        let Some(first) = named.first() else { return Ok("nothing was built for it".to_owned()) };
        // buildah reads an image's names and writes them all back: of two tags that one image is given at once, one may be lost.
        let _lock = Lock::take(&self.folder, "tags", &stop, || {}).await?;
        let Some(next) = image(first).await? else {
            return Err(Failure::new(local_build::other(&format!("`{first}` is not in the local storage any more"))));
        };
        let revision = |image: &Image| image.annotations.get(ANNOTATION_REVISION).cloned().unwrap_or_default();
        if let Some(present) = image(&tag.reference).await? {
            let (now, then) = (revision(&present), revision(&next));
            if now != then && self.sources.precedes(&then, &now) == Some(true) {
                return Ok(format!("stays at {}, which is newer", now.get(..12).unwrap_or(&now)));
            }
        }
        let reference = tag.reference.as_str();
        if named.len() > 1 {
            // An index of this name is made anew; there may be none.
            process::run("buildah", &["manifest", "rm", reference], None).await?;
            let mut arguments = vec!["manifest", "create", reference];
            arguments.extend(named.iter().map(String::as_str));
            done(process::run("buildah", &arguments, None).await?)?;
        } else {
            done(process::run("buildah", &["tag", first, reference], None).await?)?;
        }
        Ok("moved".to_owned())
    }
}

impl Builder for Buildah {
    fn ready<'a>(&'a self, plan: &'a Plan) -> Task<'a, Vec<Failure>> {
        Box::pin(async move {
            let builds: Vec<_> =
                plan.builds().filter(|(action, _)| action.change != compiler::plan::action::Change::None).collect();
            if builds.is_empty() {
                return Vec::new();
            }
            if let Err(failure) = process::run("buildah", &["--version"], None).await {
                return vec![failure];
            }
            let mut failures = Vec::new();
            for (action, build) in builds {
                for (_, secret) in &build.secrets {
                    match secrets::value(&secret.name, &secret.key).await {
                        Ok(secrets::Found::Value(_)) => {}
                        Ok(secrets::Found::NoKey) => {
                            failures.push(Failure::new(local_secret::key(&secret.name, &secret.key, &action.address)));
                        }
                        Ok(secrets::Found::Missing) => {
                            failures.push(Failure::new(local_secret::missing(&secret.name, &secret.key, &action.address)));
                        }
                        Err(failure) => failures.push(failure),
                    }
                }
                let (sources, build) = (self.sources.clone(), build.clone());
                if let Ok(Err(failure)) = tokio::task::spawn_blocking(move || sources.reach(&build)).await {
                    failures.push(failure);
                }
            }
            failures
        })
    }

    fn build<'a>(&'a self, order: &'a Order, events: ActionEvents, stop: Stop) -> Task<'a, Result<Made, Failure>> {
        Box::pin(self.make(order, events, stop))
    }

    fn tag<'a>(
        &'a self,
        tag: &'a Tag,
        repository_digests: &'a [(String, String)],
        _: ActionEvents,
        stop: Stop,
    ) -> Task<'a, Result<String, Failure>> {
        Box::pin(self.move_tag(tag, repository_digests, stop))
    }
}

/// The build's image, proven by its annotation.
async fn built(build: &Build) -> Result<Option<Image>, Failure> {
    let found = image(&build.destination).await?;
    Ok(found.filter(|image| image.annotations.get(ANNOTATION_BUILD_ID) == Some(&build.id)))
}

/// A file for each secret of a build, readable by this user alone and gone with the folder.
async fn secret_files(order: &Order, work: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for (index, (_, secret)) in order.build.secrets.iter().enumerate() {
        let value = match secrets::value(&secret.name, &secret.key).await? {
            secrets::Found::Value(value) => value,
            secrets::Found::NoKey => return Err(Failure::new(local_secret::key(&secret.name, &secret.key, &order.address))),
            secrets::Found::Missing => {
                return Err(Failure::new(local_secret::missing(&secret.name, &secret.key, &order.address)));
            }
        };
        let file = work.join(format!("secret-{index}"));
        secrets::write(&file, &value, 0o600).map_err(|error| write_failed(&file, &error))?;
        files.push(file);
    }
    Ok(files)
}

/// Names without a host are Docker's, as in a Dockerfile anywhere, and registries over http are named: in a configuration of the
/// build's own, which holds the user's.
fn registries(build: &Build, work: &Path) -> Result<Vec<(&'static str, String)>, Failure> {
    const VARIABLE: &str = "CONTAINERS_REGISTRIES_CONF";
    let own = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config/containers/registries.conf"));
    let places = [std::env::var_os(VARIABLE).map(PathBuf::from), own, Some(PathBuf::from("/etc/containers/registries.conf"))];
    let before = places.into_iter().flatten().find_map(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
    let path = work.join("registries.conf");
    std::fs::write(&path, command::registries(&build.insecure, &before)).map_err(|error| write_failed(&path, &error))?;
    Ok(vec![(VARIABLE, path.display().to_string())])
}

fn done(output: process::Output) -> Result<(), Failure> {
    match output.ok() {
        true => Ok(()),
        false => Err(Failure::new(local_build::other(&output.complaint())).log(output.last_lines())),
    }
}

/// The mode and the time of a file of a context.
fn plain(path: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    std::fs::File::open(path)?.set_modified(std::time::SystemTime::UNIX_EPOCH)
}

fn write_failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(context_unreadable::write(&path.display().to_string(), &error.to_string()))
}
