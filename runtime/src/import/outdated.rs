//! What an update would move: the lock's imports against what their remotes show now. Nothing is fetched or changed.

use std::collections::BTreeMap;

use git2::Oid;

use super::fetch::side_by_side;
use super::{At, ImportProblem, LockedImport, RepositoryUrl, Session, Want, resolve};

/// A locked import that is behind its remote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outdated {
    pub url: RepositoryUrl,
    pub at: At,
    pub locked: Oid,
    pub latest: Oid,
}

impl Session {
    /// Every locked import that an update would move, in the order of the lock; a moved tag is a problem, not a move. Commits
    /// never move, so their remotes are not asked.
    pub fn outdated(&self) -> Vec<Result<Outdated, (RepositoryUrl, At, ImportProblem)>> {
        let lock = self.lock();
        let mut repositories: BTreeMap<&RepositoryUrl, Vec<&LockedImport>> = BTreeMap::new();
        for entry in lock.imports().filter(|entry| !matches!(entry.at, At::Commit(_)) && entry.at.full_commit().is_none()) {
            repositories.entry(&entry.url).or_default().push(entry);
        }
        let repositories: Vec<(&RepositoryUrl, Vec<&LockedImport>)> = repositories.into_iter().collect();
        let found = side_by_side(&repositories, |(url, entries)| {
            let refs = self.refs(url);
            let latest = |entry: &&LockedImport| match &refs {
                Ok(refs) => compare(entry, refs),
                Err(problem) => Some(Err((entry.url.clone(), entry.at.clone(), problem.clone()))),
            };
            entries.iter().filter_map(latest).collect::<Vec<_>>()
        });
        found.into_iter().flatten().collect()
    }
}

fn compare(entry: &LockedImport, refs: &super::Refs) -> Option<Result<Outdated, (RepositoryUrl, At, ImportProblem)>> {
    let LockedImport { url, at, commit, .. } = entry;
    let problem = |problem| Some(Err((url.clone(), at.clone(), problem)));
    match resolve(url, at, refs) {
        Err(found) => problem(found),
        Ok(Want::Commit(latest)) if latest != *commit => match at.tag(refs) {
            Some((tag, now)) => problem(ImportProblem::MovedTag {
                url: url.clone(),
                tag: tag.to_owned(),
                locked: commit.to_string(),
                now: now.to_string(),
            }),
            None => Some(Ok(Outdated { url: url.clone(), at: at.clone(), locked: *commit, latest })),
        },
        Ok(_) => None,
    }
}
