//! `coderc gc`, of registries: images, tags and cache layers of the package's own repositories that nothing reaches any more.
//!
//! What keeps an image: the plan of the package here and that of each branch of its repository, a tag that a branch or a tag of
//! the repository is named like, and what runs. Which of the rest is garbage is decided in `registry::garbage`.

use std::collections::BTreeSet;

use super::applied::{Found, duration, now};
use super::planning::{self, Builds};
use super::run::Run;
use super::{Exit, Flags};
use crate::host::RootFiles;
use crate::import::{Refs, Root};
use crate::registry::contents::Tagged;
use crate::registry::garbage::{Reached, Unreached, unreached};
use crate::registry::{Failure, FailureKind, Registry};
use crate::ui;

/// How long kaniko uses a layer of its cache: `--cache-ttl`, two weeks unless set.
const CACHE_TTL: i64 = 14 * 86_400;

/// What the command line says of it.
pub struct Wanted<'a> {
    pub delete: bool,
    /// Patterns of tags that stay.
    pub keep: &'a [String],
    /// In seconds: what is younger stays.
    pub older_than: i64,
}

/// Adds a line for each thing that nothing reaches; deleted where that is wanted. Nothing where there is no package.
///
/// # Errors
/// The package has mistakes, its repository cannot be asked, or a registry refuses.
pub fn images(flags: &Flags, found: &Found, wanted: &Wanted<'_>, lines: &mut Vec<String>) -> Result<(), Exit> {
    if flags.from.is_none() && Root::find(&flags.directory).is_err() {
        if !flags.quiet {
            ui::note("images are left alone: there is no package here to say which are its own");
        }
        return Ok(());
    }
    let mut run = Run::open(flags, RootFiles::Head)?;
    let registry = planning::registry(&run);
    let mut builds = planning::builds(&mut run, flags, &registry, &found.asynchronous)?;
    let mut tags = BTreeSet::new();
    if let Some(refs) = refs(&run)? {
        for branch in refs.branches.keys() {
            match of_branch(flags, &run, branch, &registry, found) {
                Ok(of_branch) => {
                    builds.references.extend(of_branch.references);
                    builds.repositories.extend(of_branch.repositories);
                    builds.caches.extend(of_branch.caches);
                }
                Err(why) => ui::note(&format!("branch `{branch}` keeps only what is tagged with its name: {why}")),
            }
        }
        let names = refs.branches.keys().chain(refs.tags.keys());
        tags.extend(names.filter_map(|name| compiler::plan::reference::tag_named(name)));
    }
    let reached = Reached { references: builds.references, digests: running(flags, found)?, tags };
    for repository in &builds.repositories {
        found.asynchronous.block_on(of_repository(&registry, repository, &reached, wanted, lines)).map_err(refused)?;
    }
    for cache in &builds.caches {
        found.asynchronous.block_on(of_cache(&registry, cache, wanted, lines)).map_err(refused)?;
    }
    Ok(())
}

/// The digests of what runs, in whatever namespace.
fn running(flags: &Flags, found: &Found) -> Result<BTreeSet<String>, Exit> {
    let digests = |found: &Found| {
        let containers = found.environments.iter().flat_map(|(_, environment)| &environment.containers);
        containers.filter_map(|container| container.image.split_once('@').map(|(_, digest)| digest.to_owned())).collect()
    };
    if flags.namespace.is_none() {
        return Ok(digests(found));
    }
    Found::everywhere(&Flags { namespace: None, ..flags.clone() }).map(|everywhere| digests(&everywhere))
}

/// What the package's remote shows. A package without one has no branches that others could be on.
fn refs(run: &Run) -> Result<Option<std::sync::Arc<Refs>>, Exit> {
    let Ok(url) = crate::import::RepositoryUrl::parse(&run.place.origin.url) else { return Ok(None) };
    run.imports.refs(&url).map(Some).map_err(|problem| {
        let exit = Exit::refused(format!("the branches of the package cannot be listed: {}", problem.message()));
        problem.help().into_iter().fold(exit, Exit::help)
    })
}

/// What a branch of the package's repository builds; why it cannot be told, in a line.
fn of_branch(flags: &Flags, run: &Run, branch: &str, registry: &Registry, found: &Found) -> Result<Builds, String> {
    let origin = &run.place.origin;
    let folder = if origin.folder.is_empty() { String::new() } else { format!("//{}", origin.folder) };
    let flags = Flags { from: Some(format!("{}{folder}@{branch}", origin.url)), ..flags.clone() };
    let builds = Run::open(&flags, RootFiles::Head)
        .and_then(|mut of_branch| planning::builds(&mut of_branch, &flags, registry, &found.asynchronous));
    builds.map_err(|exit| match exit {
        Exit::Reports(reports, _) => match reports.iter().find(|report| report.is_error()) {
            Some(report) => format!("its package has mistakes ({})", report.message),
            None => "its package has mistakes".to_owned(),
        },
        Exit::Report(report) => report.message.clone(),
        Exit::Refused { message: Some(message), .. } | Exit::Usage(message) => message,
        _ => "it cannot be read".to_owned(),
    })
}

async fn of_repository(
    registry: &Registry,
    repository: &str,
    reached: &Reached,
    wanted: &Wanted<'_>,
    lines: &mut Vec<String>,
) -> Result<(), Failure> {
    let contents = registry.contents(repository).await?;
    let keep = |tag: &str| wanted.keep.iter().any(|pattern| compiler::plan::covers(pattern, tag));
    let gone = unreached(repository, &contents, reached, &keep);
    let references: BTreeSet<String> = gone.iter().map(|one| format!("{repository}@{}", one.digest())).collect();
    let built = registry.built(references.into_iter().collect()).await?;
    for one in gone {
        let reference = format!("{repository}@{}", one.digest());
        // What does not say when it was built may be of this minute.
        let Some(age) = built.get(&reference).map(|at| now() - at).filter(|age| *age >= wanted.older_than) else { continue };
        let (named, shown, why) = match &one {
            Unreached::Image { tags, .. } => {
                let shown = format!("{repository}:{}", tags.join(", :"));
                (reference, shown, format!("built {} ago; no branch, lock or environment reaches it", duration(age)))
            }
            Unreached::Tag { tag, .. } => {
                let tag = format!("{repository}:{tag}");
                (tag.clone(), tag, "no branch and no tag of the repository is named like it".to_owned())
            }
        };
        match delete(registry, &named, wanted).await {
            // Registries before version 3 of the protocol's reference delete whole images only.
            Err(failure) if matches!(one, Unreached::Tag { .. }) && failure.kind == FailureKind::Unexpected => {
                ui::note(&format!("the tag {shown} stays, for the registry deletes no single tags: {}", failure.detail));
            }
            Err(failure) => return Err(failure),
            Ok(verb) => lines.push(format!("{shown} {verb}: {why}")),
        }
    }
    Ok(())
}

/// Layers that kaniko would not use any more.
async fn of_cache(registry: &Registry, repository: &str, wanted: &Wanted<'_>, lines: &mut Vec<String>) -> Result<(), Failure> {
    let contents = registry.contents(repository).await?;
    // A repository may be shared: kaniko's keys are digests.
    let layers = contents.iter().filter(|tagged| is_key(tagged));
    let references: BTreeSet<String> = layers.map(|layer| format!("{repository}@{}", layer.digest)).collect();
    let built = registry.built(references.into_iter().collect()).await?;
    let over: Vec<&String> = built.iter().filter(|(_, at)| now() - **at >= CACHE_TTL).map(|(reference, _)| reference).collect();
    let mut verb = "";
    for reference in &over {
        verb = delete(registry, reference, wanted).await?;
    }
    if !over.is_empty() {
        let layers = if over.len() == 1 { "1 cached layer".to_owned() } else { format!("{} cached layers", over.len()) };
        lines.push(format!("{layers} of {repository} {verb}: kaniko uses none that is older than {}", duration(CACHE_TTL)));
    }
    Ok(())
}

fn is_key(tagged: &Tagged) -> bool {
    tagged.tag.len() == 64 && tagged.tag.bytes().all(|byte| byte.is_ascii_hexdigit())
}

async fn delete(registry: &Registry, reference: &str, wanted: &Wanted<'_>) -> Result<&'static str, Failure> {
    if !wanted.delete {
        return Ok("would be deleted");
    }
    registry.delete(reference).await?;
    Ok("deleted")
}

fn refused(failure: Failure) -> Exit {
    super::applied::failed(crate::execute::Failure::new(failure.diagnostic(None)))
}
