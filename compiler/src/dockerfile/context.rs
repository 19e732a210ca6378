//! The files of a build context: its listing, what an ignore file leaves of it, and its hash as git makes one.
//!
//! Holds names, modes and object ids, no content; a listing is made by whoever can read a commit or a folder.

use std::collections::BTreeSet;

use sha1::{Digest, Sha1};
use smol_str::SmolStr;

use super::Ignore;
use super::glob;
use super::ignore::clean;

/// A listing, sorted by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    entries: Vec<Entry>,
}

/// One file; folders are implied by the paths.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Relative to the context, with `/`.
    pub path: SmolStr,
    pub mode: Mode,
    /// The id of the git blob (of a submodule: the commit).
    pub oid: [u8; 20],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    File,
    Executable,
    Symlink,
    Submodule,
}

impl Mode {
    /// As git writes it in a tree.
    fn octal(self) -> &'static str {
        match self {
            Mode::File => "100644",
            Mode::Executable => "100755",
            Mode::Symlink => "120000",
            Mode::Submodule => "160000",
        }
    }
}

/// What a source of `COPY` or `ADD` finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Something is there.
    Something,
    Nothing,
    /// A part of the path is a symbolic link or a submodule, which the listing does not follow.
    Undecided,
    /// The path leads out of the context.
    Outside,
}

impl Context {
    /// A listing in any order. Of two entries with one path, the last counts.
    pub fn new(entries: Vec<Entry>) -> Context {
        let mut entries: Vec<(usize, Entry)> = entries.into_iter().enumerate().collect();
        entries.sort_by(|(at, left), (other, right)| left.path.cmp(&right.path).then(other.cmp(at)));
        entries.dedup_by(|(_, later), (_, kept)| later.path == kept.path);
        Context { entries: entries.into_iter().map(|(_, entry)| entry).collect() }
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What a build sees: without packages (`.coder/`, wherever one is) and without what the ignore file leaves out. The
    /// Dockerfile and the ignore file stay unless a pattern names them.
    pub fn filtered(&self, ignore: &Ignore) -> Context {
        let keeps = |entry: &&Entry| !in_package(&entry.path) && !ignore.excludes(&entry.path);
        Context { entries: self.entries.iter().filter(keeps).cloned().collect() }
    }

    /// The hash of the listing as a git tree, 40 hex digits: that of `git rev-parse HEAD:dir` for a folder as committed.
    pub fn tree_id(&self) -> String {
        // Open folders from the root down, each with its name and what is complete of it. Entries of a folder stand together,
        // because paths are sorted and all of its own share one prefix.
        let mut open = vec![(String::new(), Vec::new())];
        let mut folders: Vec<&str> = Vec::new();
        for entry in &self.entries {
            let mut parts: Vec<&str> = entry.path.split('/').collect();
            let name = parts.pop().unwrap_or_default();
            let common = folders.iter().zip(&parts).take_while(|(left, right)| left == right).count();
            close(&mut open, common);
            for part in &parts[common..] {
                open.push(((*part).to_owned(), Vec::new()));
            }
            folders = parts;
            if let Some((_, children)) = open.last_mut() {
                children.push(Child { name: name.to_owned(), mode: entry.mode.octal(), oid: entry.oid });
            }
        }
        close(&mut open, 0);
        let root = open.pop().map(|(_, children)| tree(children)).unwrap_or_default();
        root.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What a source finds. `source` is as written, variables replaced; it may have wildcards as Go's `filepath.Match` has
    /// them, name a folder, begin with `/` or end with one.
    pub fn find(&self, source: &str) -> Found {
        let cleaned = clean(source);
        let path = cleaned.strip_prefix('/').unwrap_or(&cleaned);
        if path.is_empty() || path == "." {
            return Found::Something;
        }
        if path == ".." || path.starts_with("../") {
            return Found::Outside;
        }
        if !glob::has_wildcards(path) {
            return self.find_path(path);
        }
        let mut folders = BTreeSet::new();
        for entry in &self.entries {
            let parents = entry.path.match_indices('/').map(|(at, _)| &entry.path[..at]);
            for part in parents.chain([entry.path.as_str()]) {
                if folders.insert(part) && glob::matches(path, part) {
                    return Found::Something;
                }
            }
        }
        Found::Nothing
    }

    /// The names that stand where a path's last part should: for a "did you mean".
    pub fn siblings(&self, path: &str) -> Vec<SmolStr> {
        let cleaned = clean(path);
        let path = cleaned.strip_prefix('/').unwrap_or(&cleaned);
        let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let start = self.entries.partition_point(|entry| entry.path.as_str() < folder.as_str());
        let inside = self.entries[start..].iter().take_while(|entry| entry.path.starts_with(&folder));
        let mut names: Vec<SmolStr> = inside
            .map(|entry| {
                let rest = &entry.path[folder.len()..];
                format!("{folder}{}", rest.split('/').next().unwrap_or(rest)).into()
            })
            .collect();
        names.dedup();
        names
    }

    fn find_path(&self, path: &str) -> Found {
        let at = self.entries.partition_point(|entry| entry.path.as_str() < path);
        if self.entries.get(at).is_some_and(|entry| entry.path == path) {
            return Found::Something;
        }
        let folder = format!("{path}/");
        let at = self.entries.partition_point(|entry| *entry.path < *folder);
        if self.entries.get(at).is_some_and(|entry| entry.path.starts_with(&folder)) {
            return Found::Something;
        }
        let followed = path.match_indices('/').any(|(at, _)| {
            let found = self.entries.binary_search_by(|entry| entry.path.as_str().cmp(&path[..at]));
            found.is_ok_and(|at| matches!(self.entries[at].mode, Mode::Symlink | Mode::Submodule))
        });
        if followed { Found::Undecided } else { Found::Nothing }
    }
}

/// Whether a path is a `.coder/` folder or lies in one.
pub(super) fn in_package(path: &str) -> bool {
    path.split('/').any(|part| part == ".coder")
}

struct Child {
    name: String,
    mode: &'static str,
    oid: [u8; 20],
}

const FOLDER: &str = "40000";

/// Closes folders until `depth` of them are open below the root.
fn close(open: &mut Vec<(String, Vec<Child>)>, depth: usize) {
    while open.len() > depth + 1 {
        let Some((name, children)) = open.pop() else { return };
        let child = Child { name, mode: FOLDER, oid: tree(children) };
        if let Some((_, parent)) = open.last_mut() {
            parent.push(child);
        }
    }
}

/// The id of a git tree. Git sorts folders as if their names ended in `/`.
fn tree(mut children: Vec<Child>) -> [u8; 20] {
    let key = |child: &Child| {
        let end = if child.mode == FOLDER { "/" } else { "" };
        format!("{}{end}", child.name).into_bytes()
    };
    children.sort_by_cached_key(key);
    let mut content = Vec::new();
    for child in &children {
        content.extend_from_slice(child.mode.as_bytes());
        content.push(b' ');
        content.extend_from_slice(child.name.as_bytes());
        content.push(0);
        content.extend_from_slice(&child.oid);
    }
    let mut hash = Sha1::new();
    hash.update(format!("tree {}\0", content.len()));
    hash.update(&content);
    hash.finalize().into()
}
