//! What a shell can complete an argument to: targets of the package, entries of the lock, diagnostics, formats.
//!
//! Silent and quick: nothing is fetched, checked or written, and where there is no package there is nothing to complete.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::CommandFactory;
use clap_complete::CompletionCandidate;
use compiler::diagnostics::catalog;
use compiler::listing::{Listing, Shape, listing};
use compiler::workspace::Session;

use super::Cli;
use crate::host::{RealHost, RootFiles, RootPlace};
use crate::import::{self, Lock, Options, Root, Store, Update, silent};

/// Targets of `plan` and its like.
pub fn targets(typed: &OsStr) -> Vec<CompletionCandidate> {
    starting(typed, package().map(|(found, _)| addresses(&found)).unwrap_or_default())
}

/// Diagnostics, and the package's addresses.
pub fn explainable(typed: &OsStr) -> Vec<CompletionCandidate> {
    let pages = catalog::ALL.iter().map(|info| (info.name.to_owned(), String::new()));
    let addresses = package().map(|(found, _)| addresses(&found)).unwrap_or_default();
    starting(typed, addresses.into_iter().chain(pages).collect())
}

/// What `update` can be told to move.
pub fn lock_entries(typed: &OsStr) -> Vec<CompletionCandidate> {
    let Some((_, names)) = package() else { return Vec::new() };
    starting(typed, names)
}

/// The formats of the command that is being typed.
pub fn formats(typed: &OsStr) -> Vec<CompletionCandidate> {
    let command = Cli::command();
    let words: Vec<String> = std::env::args().collect();
    let named = words.iter().rev().find_map(|word| command.find_subcommand(word));
    let help = named.and_then(|named| named.get_after_help()).map(ToString::to_string).unwrap_or_default();
    starting(typed, super::formats_in(&help).into_iter().map(|format| (format, String::new())).collect())
}

/// Each with what is shown beside it.
fn starting(typed: &OsStr, known: Vec<(String, String)>) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    let fitting = known.into_iter().filter(|(name, _)| name.starts_with(typed.as_ref()));
    fitting.map(|(name, help)| CompletionCandidate::new(name).help((!help.is_empty()).then(|| help.into()))).collect()
}

fn addresses(found: &Listing) -> Vec<(String, String)> {
    let mut addresses = Vec::new();
    for entry in &found.entries {
        let docs = entry.docs.as_deref().and_then(|docs| docs.lines().next()).unwrap_or_default().to_owned();
        addresses.push((entry.address.clone(), docs.clone()));
        if entry.shape == Shape::Loop {
            addresses.extend(entry.instances.iter().map(|address| (address.clone(), docs.clone())));
        }
    }
    addresses
}

/// The package's declarations, and the names of what its lock pins; offline.
fn package() -> Option<(Listing, Vec<(String, String)>)> {
    let root = Root::find(&directory()).ok()?;
    let place = RootPlace::of(&root);
    let lock = Lock::read(&root.lock_file()).unwrap_or_default();
    let options = Options { locked: true, offline: true, update: Update::Nothing, accept_moved: false };
    let imports = Arc::new(import::Session::new(options, Store::new(&Store::default_folder()?), lock.clone(), silent()));
    let host = RealHost::new(place, RootFiles::WorkTree, imports);
    let mut session = Session::new(host.root_package());
    session.load_imports(&host);
    let found = loop {
        let found = listing(&session.db, false);
        if !session.supply(&host) {
            break found;
        }
    };
    let mut names: Vec<(String, String)> = super::update::aliases(&session)
        .into_iter()
        .map(|(alias, url, at)| (alias, format!("{} at {at}", url.as_str())))
        .chain(lock.imports().map(|entry| (entry.url.as_str().to_owned(), format!("at {}", entry.at))))
        .chain(lock.images().map(|image| (image.reference.clone(), String::new())))
        .collect();
    names.sort();
    names.dedup_by(|left, right| left.0 == right.0);
    Some((found, names))
}

/// The folder that `-C` names in the line that is being completed.
fn directory() -> PathBuf {
    let mut words = std::env::args_os().skip_while(|word| word != "--").skip(1);
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        if text == "-C" || text == "--directory" {
            if let Some(folder) = words.next() {
                return folder.into();
            }
        } else if let Some(folder) = text.strip_prefix("--directory=").or_else(|| text.strip_prefix("-C")) {
            return folder.into();
        }
    }
    std::env::var_os("CODERC_DIRECTORY").map_or_else(|| PathBuf::from("."), PathBuf::from)
}
