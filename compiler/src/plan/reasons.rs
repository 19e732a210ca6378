//! Why a build is in the plan: new, which input changed and where it stands, or the proof that there is nothing to do.
//!
//! Decides no change by itself beyond a build's: a tag follows its build, and what a cluster holds is compared by the driver.

use super::action::{Because, Build, Change, Reason, ReasonKind};
use super::facts::Built;
use super::record::PreviousBuild;
use super::reference::digest_of;

/// What is known of a build, now and earlier.
pub(super) struct Evidence<'a> {
    pub built: &'a Built,
    pub previous: Option<&'a PreviousBuild>,
    pub now: &'a PreviousBuild,
    /// The Dockerfile's path in the context.
    pub dockerfile: &'a str,
    /// A path in the context as people look it up.
    pub file: &'a dyn Fn(&str) -> String,
}

pub(super) fn of_build(build: &Build, evidence: &Evidence<'_>) -> (Change, Reason) {
    let destination = &build.destination;
    if let Built::Present { digest } = evidence.built {
        let message = format!("`{destination}` is in the registry: {digest}");
        return (Change::None, reason(ReasonKind::Unchanged, message, Vec::new()));
    }
    let changed = evidence.previous.map(|previous| differences(build, evidence, previous)).unwrap_or_default();
    let asked = *evidence.built == Built::Absent;
    if !changed.is_empty() {
        let change = if asked { Change::Update } else { Change::Unknown };
        return (change, reason(ReasonKind::Changed, sentence(&changed), changed));
    }
    if evidence.previous.is_some() && asked {
        let message = format!("the same was built before, but `{destination}` is gone from the registry");
        return (Change::Create, reason(ReasonKind::New, message, Vec::new()));
    }
    let because = build.inputs.iter().map(|input| Because {
        what: input.what.clone(),
        was: None,
        now: Some(input.value.clone()),
        file: input.file.clone(),
        line: input.line,
    });
    match asked {
        true => (Change::Create, reason(ReasonKind::New, format!("`{destination}` is not in the registry"), because.collect())),
        false => (Change::Unknown, reason(ReasonKind::Unknown, "the registry was not asked".to_owned(), because.collect())),
    }
}

/// A reason without inputs of its own.
pub(super) fn plain(kind: ReasonKind, message: impl Into<String>) -> Reason {
    reason(kind, message.into(), Vec::new())
}

fn reason(kind: ReasonKind, message: String, because: Vec<Because>) -> Reason {
    Reason { kind, message, because }
}

fn differences(build: &Build, evidence: &Evidence<'_>, previous: &PreviousBuild) -> Vec<Because> {
    let files = changed_files(evidence, previous);
    let listed = [previous, evidence.now].iter().all(|build| !build.files.is_empty() && !build.is_by_folder());
    let mut changed = Vec::new();
    for input in &build.inputs {
        let was = previous.inputs.get(&input.what);
        if was == Some(&input.value) {
            continue;
        }
        // The Dockerfile is part of the context; where it is all that changed, one entry says so.
        if input.what == "context" && listed && files.iter().all(|(path, _)| path == evidence.dockerfile) {
            continue;
        }
        let mut because = Because {
            what: input.what.clone(),
            was: was.cloned(),
            now: Some(input.value.clone()),
            file: input.file.clone(),
            line: input.line,
        };
        if input.what == "dockerfile" {
            because.line = previous.first_changed_line(evidence.now).or(because.line);
        }
        changed.push(because);
        if input.what == "context" {
            changed.extend(files.iter().filter(|(path, _)| path != evidence.dockerfile).map(|(_, because)| because.clone()));
        }
    }
    let gone = previous.inputs.iter().filter(|(what, _)| !evidence.now.inputs.contains_key(*what));
    changed.extend(gone.map(|(what, was)| Because {
        what: what.clone(),
        was: Some(was.clone()),
        now: None,
        file: None,
        line: None,
    }));
    changed
}

/// Files of the context that differ, by path; empty where one of the listings is not known.
fn changed_files(evidence: &Evidence<'_>, previous: &PreviousBuild) -> Vec<(String, Because)> {
    let (was, now) = (&previous.files, &evidence.now.files);
    if was.is_empty() || now.is_empty() || previous.is_by_folder() != evidence.now.is_by_folder() {
        return Vec::new();
    }
    let mut paths: Vec<&String> = was.keys().chain(now.keys()).filter(|path| was.get(*path) != now.get(*path)).collect();
    paths.sort_unstable();
    paths.dedup();
    let because = |path: &String| Because {
        what: format!("file {path}"),
        was: was.get(path).cloned(),
        now: now.get(path).cloned(),
        file: Some((evidence.file)(path)),
        line: None,
    };
    paths.into_iter().map(|path| (path.clone(), because(path))).collect()
}

/// `changed: dev/notes.txt, argument A (.coder/a.coder:4)`, the first three.
fn sentence(changed: &[Because]) -> String {
    let has_files = changed.iter().any(|because| because.what.starts_with("file "));
    let told: Vec<&Because> = changed.iter().filter(|because| !(has_files && because.what == "context")).collect();
    let mut parts: Vec<String> = told.iter().take(3).map(|because| part(because)).collect();
    if told.len() > 3 {
        parts.push(format!("{} more", told.len() - 3));
    }
    format!("changed: {}", parts.join(", "))
}

fn part(because: &Because) -> String {
    let position = match (&because.file, because.line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        (Some(file), None) => file.clone(),
        (None, _) => String::new(),
    };
    if because.what.starts_with("file ") {
        let how = match (&because.was, &because.now) {
            (None, _) => " (new)",
            (_, None) => " (removed)",
            _ => "",
        };
        return format!("{position}{how}");
    }
    if because.what == "dockerfile" && because.line.is_some() {
        return position;
    }
    let name = match because.what.split_once(' ') {
        Some(("arg", name)) => format!("argument {name}"),
        _ => because.what.clone(),
    };
    let (name, how) = match (&because.was, &because.now) {
        (_, None) => (name, "removed"),
        (None, _) => (name, "new"),
        (Some(was), Some(now)) => match (telling(&because.what, was), telling(&because.what, now)) {
            (Some(was), Some(now)) if was != now => (format!("{name} {was} -> {now}"), ""),
            _ => (name, ""),
        },
    };
    let notes: Vec<&str> = [how, &position].into_iter().filter(|note| !note.is_empty()).collect();
    if notes.is_empty() { name } else { format!("{name} ({})", notes.join(", ")) }
}

/// What a value was or is, where a few characters say it.
fn telling(what: &str, value: &str) -> Option<String> {
    const MOST: usize = 24;
    match what.split(' ').next() {
        Some("base") => Some(short(value).to_owned()),
        Some("builder") => digest_of(value).map(|digest| short(digest).to_owned()),
        Some("arg" | "label" | "target" | "platform") => (value.chars().count() <= MOST).then(|| format!("{value:?}")),
        _ => None,
    }
}

/// `sha256:1a2b3c4d5e6f` of a digest, `b-4kq9abcdefgh` of a build ID.
pub(super) fn short(digest: &str) -> &str {
    let end = match digest.split_once(':') {
        Some((algorithm, _)) => algorithm.len() + 13,
        None => 14,
    };
    digest.get(..end).unwrap_or(digest)
}
