//! From what stands after `at`, and the refs a remote shows, to a commit.
//!
//! Nothing is fetched here. A name that is a branch or a tag means that, also when it looks like a commit, as in git; forty
//! hexadecimal digits always mean the commit, so that they need no query.

use std::collections::BTreeMap;
use std::fmt;

use compiler::hir::AtKind;
use git2::Oid;

use super::{ImportProblem, RepositoryUrl};

/// What stands after `at`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum At {
    /// Nothing: the remote's default branch.
    Default,
    /// `at "x"`: a branch, a tag or a commit.
    Any(String),
    Branch(String),
    Tag(String),
    Commit(String),
}

/// What a remote shows. Tags are peeled: an annotated one names its commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refs {
    /// The commit of the default branch; `None` in a repository without commits.
    pub head: Option<Oid>,
    /// The default branch's name, where the remote says it.
    pub default_branch: Option<String>,
    pub branches: BTreeMap<String, Oid>,
    pub tags: BTreeMap<String, Oid>,
}

/// What has to be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Want {
    Commit(Oid),
    /// An abbreviation (lower case) that no tip begins with: the history has to be searched.
    Abbreviation(String),
}

/// The fewest digits that may stand for a commit.
pub const LEAST_DIGITS: usize = 7;

/// The commit that `at` means. `refs` is empty for a commit of forty digits, and only then need not be asked for.
pub fn resolve(url: &RepositoryUrl, at: &At, refs: &Refs) -> Result<Want, ImportProblem> {
    let missing = || ImportProblem::NoSuchRef {
        url: url.clone(),
        at: at.clone(),
        branches: refs.branches.keys().cloned().collect(),
        tags: refs.tags.keys().cloned().collect(),
    };
    match at {
        At::Default => refs.head.map(Want::Commit).ok_or_else(missing),
        At::Branch(name) => refs.branches.get(name).copied().map(Want::Commit).ok_or_else(missing),
        At::Tag(name) => refs.tags.get(name).copied().map(Want::Commit).ok_or_else(missing),
        At::Commit(text) => commit(url, text, refs)?.ok_or_else(missing),
        At::Any(name) => match (refs.branches.get(name), refs.tags.get(name)) {
            _ if full_commit(name).is_some() => commit(url, name, refs)?.ok_or_else(missing),
            (Some(branch), Some(tag)) => Err(ImportProblem::AmbiguousRef {
                url: url.clone(),
                name: name.clone(),
                branch: branch.to_string(),
                tag: tag.to_string(),
            }),
            (Some(found), None) | (None, Some(found)) => Ok(Want::Commit(*found)),
            (None, None) => commit(url, name, refs)?.ok_or_else(missing),
        },
    }
}

fn commit(url: &RepositoryUrl, text: &str, refs: &Refs) -> Result<Option<Want>, ImportProblem> {
    if let Some(commit) = full_commit(text) {
        return Ok(Some(Want::Commit(commit)));
    }
    if !(LEAST_DIGITS..40).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(None);
    }
    let prefix = text.to_ascii_lowercase();
    let mut tips: Vec<Oid> = refs.branches.values().chain(refs.tags.values()).chain(&refs.head).copied().collect();
    tips.retain(|tip| tip.to_string().starts_with(&prefix));
    tips.sort();
    tips.dedup();
    match tips.as_slice() {
        [] => Ok(Some(Want::Abbreviation(prefix))),
        [tip] => Ok(Some(Want::Commit(*tip))),
        _ => Err(ImportProblem::AmbiguousCommit { url: url.clone(), prefix }),
    }
}

/// The commit that forty hexadecimal digits name.
pub fn full_commit(text: &str) -> Option<Oid> {
    let full = text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    full.then(|| Oid::from_str(text).ok()).flatten()
}

impl At {
    /// From a declaration's clause: `None` where there is none. `at "HEAD"` is the default branch too.
    pub fn of(clause: Option<(AtKind, &str)>) -> At {
        match clause {
            None | Some((AtKind::Any, "HEAD")) => At::Default,
            Some((AtKind::Any, name)) => At::Any(name.to_owned()),
            Some((AtKind::Branch, name)) => At::Branch(name.to_owned()),
            Some((AtKind::Tag, name)) => At::Tag(name.to_owned()),
            Some((AtKind::Commit, name)) => At::Commit(name.to_owned()),
        }
    }

    /// As a lock writes it: `HEAD`, `master`, `branch master`, `tag v2.1`, `commit 0123abc…`. No ref's name holds a space.
    pub fn parse(text: &str) -> At {
        match text.split_once(' ') {
            Some(("branch", name)) => At::Branch(name.to_owned()),
            Some(("tag", name)) => At::Tag(name.to_owned()),
            Some(("commit", name)) => At::Commit(name.to_owned()),
            _ => At::of(Some((AtKind::Any, text))),
        }
    }

    /// The name as typed; `None` for the default branch.
    pub fn name(&self) -> Option<&str> {
        match self {
            At::Default => None,
            At::Any(name) | At::Branch(name) | At::Tag(name) | At::Commit(name) => Some(name),
        }
    }

    /// The commit, where all forty digits were typed.
    pub fn full_commit(&self) -> Option<Oid> {
        match self {
            At::Any(name) | At::Commit(name) => full_commit(name),
            At::Default | At::Branch(_) | At::Tag(_) => None,
        }
    }

    /// The tag of `refs` that this is, and its commit.
    pub fn tag<'refs>(&self, refs: &'refs Refs) -> Option<(&'refs str, Oid)> {
        let name = match self {
            At::Tag(name) => name,
            At::Any(name) if !refs.branches.contains_key(name) && full_commit(name).is_none() => name,
            _ => return None,
        };
        refs.tags.get_key_value(name).map(|(name, commit)| (name.as_str(), *commit))
    }

    /// For a sentence: "branch `main`", "the default branch".
    pub fn described(&self) -> String {
        match self {
            At::Default => "the default branch".to_owned(),
            At::Any(name) => format!("`{name}`"),
            At::Branch(name) => format!("branch `{name}`"),
            At::Tag(name) => format!("tag `{name}`"),
            At::Commit(name) => format!("commit `{name}`"),
        }
    }

    /// Whether git allows the name at all; one that it does not is found nowhere, and is never sent.
    pub fn is_possible(&self) -> bool {
        match self {
            At::Default => true,
            At::Commit(text) => text.bytes().all(|byte| byte.is_ascii_hexdigit()) && (LEAST_DIGITS..=40).contains(&text.len()),
            At::Any(name) | At::Branch(name) | At::Tag(name) => git2::Reference::is_valid_name(&format!("refs/heads/{name}")),
        }
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Default => f.write_str("HEAD"),
            At::Any(name) => f.write_str(name),
            At::Branch(name) => write!(f, "branch {name}"),
            At::Tag(name) => write!(f, "tag {name}"),
            At::Commit(name) => write!(f, "commit {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oid(digit: char) -> Oid {
        Oid::from_str(&digit.to_string().repeat(40)).unwrap()
    }

    fn refs() -> Refs {
        let branches = [("main", 'a'), ("both", 'b'), ("1234567", 'c')].map(|(name, digit)| (name.to_owned(), oid(digit)));
        let tags = [("v1", 'd'), ("both", 'e')].map(|(name, digit)| (name.to_owned(), oid(digit)));
        Refs {
            head: Some(oid('a')),
            default_branch: Some("main".into()),
            branches: branches.into_iter().collect(),
            tags: tags.into_iter().collect(),
        }
    }

    fn found(at: At) -> Result<Want, ImportProblem> {
        resolve(&RepositoryUrl::parse("acme/x").unwrap(), &at, &refs())
    }

    fn any(name: &str) -> At {
        At::parse(name)
    }

    #[test]
    fn branches_tags_and_commits() {
        assert_eq!(found(At::Default), Ok(Want::Commit(oid('a'))));
        assert_eq!(found(any("main")), Ok(Want::Commit(oid('a'))));
        assert_eq!(found(any("v1")), Ok(Want::Commit(oid('d'))));
        assert_eq!(found(any("branch both")), Ok(Want::Commit(oid('b'))));
        assert_eq!(found(any("tag both")), Ok(Want::Commit(oid('e'))));
        assert_eq!(found(any("1234567")), Ok(Want::Commit(oid('c'))), "a branch that looks like a commit");
        assert_eq!(found(any("commit 1234567")), Ok(Want::Abbreviation("1234567".into())));
        assert_eq!(found(any("DDDDDDD")), Ok(Want::Commit(oid('d'))), "a tip by its first digits");
        assert_eq!(found(any(&"9".repeat(40))), Ok(Want::Commit(oid('9'))));
        assert!(matches!(found(any("both")), Err(ImportProblem::AmbiguousRef { .. })));
        for missing in ["mian", "branch v1", "tag main", "commit main", "123456", "commit 123456"] {
            assert!(matches!(found(any(missing)), Err(ImportProblem::NoSuchRef { .. })), "{missing}");
        }
    }

    #[test]
    fn a_lock_writes_it_unambiguously() {
        for at in [At::Default, At::Any("tag".into()), At::Branch("a/b".into()), At::Tag("v1".into()), At::Commit("1".repeat(40))]
        {
            assert_eq!(At::parse(&at.to_string()), at);
        }
        assert!(!At::Any("tag v1".into()).is_possible());
        assert!(!At::Any("-x\u{7}".into()).is_possible());
        assert!(!At::Commit("xyz".into()).is_possible());
        assert!(At::Any("feature/new".into()).is_possible());
    }
}
