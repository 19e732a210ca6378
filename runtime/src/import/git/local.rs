//! A visit to a repository on this machine: its objects are read directly, no server runs.
//!
//! The wanted commits are packed with their trees and without their history.

use std::path::{Path, PathBuf};

use git2::{ErrorCode, ObjectType, Oid, Reference, Repository, RepositoryOpenFlags};

use super::super::{Event, Refs, Want};
use super::{Cause, Choose, Errand, Failure, Visit};

/// The folder that a rewritten address names; `None` where it is not on this machine.
pub(super) fn path(address: &str) -> Option<PathBuf> {
    match address.strip_prefix("file://") {
        Some(path) => Some(PathBuf::from(decoded(path.strip_prefix("localhost").unwrap_or(path)))),
        None => Path::new(address).is_absolute().then(|| PathBuf::from(address)),
    }
}

pub(super) fn visit(errand: &Errand<'_>, path: &Path, choose: Choose<'_>) -> Result<Visit, Failure> {
    let repository = open(path)?;
    let refs = refs(&repository)?;
    (errand.progress)(Event::Asked { url: errand.url });
    let wants = choose(Some(&refs));
    let mut found = std::collections::BTreeMap::new();
    let mut pack = repository.packbuilder()?;
    for want in wants {
        let commit = match &want {
            Want::Commit(commit) => repository.find_commit(*commit),
            Want::Abbreviation(prefix) => repository.find_commit_by_prefix(prefix),
        };
        let commit = match commit {
            Ok(commit) => {
                // Fails where an object is missing, as in a partial clone: the program can fetch it.
                pack.insert_commit(commit.id())?;
                Ok(commit.id())
            }
            Err(error) if error.code() == ErrorCode::NotFound => Err(Failure::new(Cause::NoSuchCommit, error.message())),
            Err(error) if error.code() == ErrorCode::Ambiguous => Err(Failure::new(Cause::AmbiguousCommit, error.message())),
            Err(error) => return Err(error.into()),
        };
        found.insert(want, commit);
    }
    if pack.object_count() > 0 {
        pack.write(&errand.staging.path().join("objects").join("pack"), 0)?;
    }
    Ok(Visit { found })
}

/// As git opens it: the folder, its `.git`, or the folder with `.git` at the end of its name.
fn open(path: &Path) -> Result<Repository, Failure> {
    let with_ending = PathBuf::from(format!("{}.git", path.display()));
    for path in [path, &with_ending] {
        match Repository::open_ext(path, RepositoryOpenFlags::NO_SEARCH, &[] as &[&Path]) {
            Ok(repository) => return Ok(repository),
            Err(error) if error.code() == ErrorCode::NotFound => {}
            Err(error) => return Err(Failure::from(error)),
        }
    }
    match path.is_file() {
        // A bundle, perhaps.
        true => Err(Failure::new(Cause::Unable, "it is a file")),
        false => Err(Failure::new(Cause::NotFound, format!("there is no repository at {}", path.display()))),
    }
}

fn refs(repository: &Repository) -> Result<Refs, git2::Error> {
    let mut refs = Refs::default();
    for reference in repository.references()? {
        let reference = reference?;
        let Ok(name) = reference.name() else { continue };
        let Some(commit) = commit(&reference) else { continue };
        if let Some(name) = name.strip_prefix("refs/heads/") {
            refs.branches.insert(name.to_owned(), commit);
        } else if let Some(name) = name.strip_prefix("refs/tags/") {
            refs.tags.insert(name.to_owned(), commit);
        }
    }
    if let Ok(head) = repository.find_reference("HEAD") {
        let branch = head.symbolic_target().ok().flatten().and_then(|target| target.strip_prefix("refs/heads/"));
        refs.default_branch = branch.map(str::to_owned);
        refs.head = commit(&head);
    }
    Ok(refs)
}

/// The commit that a branch or a tag names, through annotations; `None` for a tag of something else.
fn commit(reference: &Reference<'_>) -> Option<Oid> {
    Some(reference.peel(ObjectType::Commit).ok()?.id())
}

/// Without `%20` and the like.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match byte.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}
