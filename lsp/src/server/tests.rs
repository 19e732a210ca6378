//! The queue and its threads on a package in memory.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tests::literate::Package;
use tests::memory::Memory;
use tokio::sync::mpsc::UnboundedReceiver;
use tower_lsp::lsp_types::{NumberOrString, Position, Range, TextDocumentContentChangeEvent, Url};

use super::features::Features;
use super::keeper::Keeper;
use super::outbox::{Letter, outbox};
use super::queue::{Event, Queue};
use crate::{Opened, World};

/// One package at `/package`.
struct Memorised {
    package: &'static Package,
}

impl World for Memorised {
    fn folder_of(&self, path: &Path) -> Option<PathBuf> {
        path.starts_with("/package").then(|| PathBuf::from("/package"))
    }

    fn open(&self, folder: &Path) -> Result<Option<Opened>, String> {
        let memory = Memory::new(self.package);
        Ok(Some(Opened {
            top: folder.to_owned(),
            package: memory.root(),
            host: Arc::new(memory),
            lock_file: folder.join(".coder/coder.lock"),
            lock_problem: None,
        }))
    }

    fn lock_stamp(&self, _: &Path) -> u64 {
        0
    }

    fn copy(&self, _: &str, _: &str, _: &str) -> Result<PathBuf, String> {
        Err("there is no disk".to_owned())
    }
}

fn started(text: &str) -> (Queue, UnboundedReceiver<Letter>, Url) {
    let mut package = Package::default();
    package.files.insert(".coder/main.coder".to_owned(), text.to_owned());
    // For as long as the server's threads live, which is as long as the process.
    let package = Box::leak(Box::new(package));
    let (outbox, letters) = outbox();
    let queue = Keeper::start(Arc::new(Memorised { package }), outbox);
    queue.put(Event::Begin(Features::default(), vec![PathBuf::from("/package")]));
    let url = Url::parse("file:///package/.coder/main.coder").unwrap();
    queue.put(Event::Open(url.clone(), 0, text.to_owned()));
    (queue, letters, url)
}

/// The names of the diagnostics that are published for a version.
fn names(letters: &mut UnboundedReceiver<Letter>, of: i32) -> Vec<String> {
    loop {
        match letters.blocking_recv() {
            Some(Letter::Diagnostics(_, diagnostics, Some(version))) if version == of => {
                let codes = diagnostics.into_iter().filter_map(|diagnostic| match diagnostic.code {
                    Some(NumberOrString::String(name)) => Some(name),
                    _ => None,
                });
                return codes.collect();
            }
            Some(_) => {}
            None => panic!("the server has ended"),
        }
    }
}

fn whole(text: &str) -> Vec<TextDocumentContentChangeEvent> {
    vec![TextDocumentContentChangeEvent { range: None, range_length: None, text: text.to_owned() }]
}

/// What a future of the queue comes to.
fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn a_defect_is_told_and_survived() {
    let (queue, mut letters, url) = started("let a = b\n");
    assert_eq!(names(&mut letters, 0), ["unknown-name"]);
    let answer = queue.ask(url.clone(), |_| -> Option<()> { panic!("as a test") });
    assert_eq!(wait(answer), Ok(None));
    assert!(matches!(letters.blocking_recv(), Some(Letter::Log(_, text)) if text.contains("as a test")));
    queue.put(Event::Change(url.clone(), 1, whole("let a = 1\n")));
    assert_eq!(names(&mut letters, 1), [""; 0]);
    let answer = queue.ask(url, |view| Some(view.file.text(&view.session.db).to_string()));
    assert_eq!(wait(answer), Ok(Some("let a = 1\n".to_owned())));
}

#[test]
fn an_answer_that_takes_too_long_is_cancelled_by_an_edit() {
    let (queue, mut letters, url) = started("let a = 1\n");
    assert_eq!(names(&mut letters, 0), [""; 0]);
    let slow = queue.ask(url.clone(), |view| -> Option<()> {
        loop {
            // Looks whether it is cancelled, as every query does.
            view.session.check_known();
            salsa::Database::unwind_if_revision_cancelled(&view.session.db);
        }
    });
    let quick = queue.ask(url.clone(), |view| Some(view.session.check_known().len()));
    queue.put(Event::Change(url, 1, whole("let a = b\n")));
    assert_eq!(wait(slow).unwrap_err().code.code(), -32801);
    assert_eq!(wait(quick), Ok(Some(0)), "asked before the edit, so about the text before it");
    assert_eq!(names(&mut letters, 1), ["unknown-name"]);
}

#[test]
fn an_edit_is_checked_soon() {
    let declarations = (0..200).map(|number| {
        format!("environment e{number} {{\n  container main {{ image = \"postgres\", memory = {}GB }}\n}}\n", number % 9 + 1)
    });
    let text: String = declarations.collect();
    let (queue, mut letters, url) = started(&text);
    names(&mut letters, 0);
    let mut times: Vec<Duration> = Vec::new();
    for version in 1..=100 {
        let start = Position::new(1, 0);
        let range = Some(Range::new(start, Position::new(2, 0)));
        let text = format!("  container main {{ image = \"postgres\", memory = {version}GB }}\n");
        let begin = Instant::now();
        queue.put(Event::Change(url.clone(), version, vec![TextDocumentContentChangeEvent { range, range_length: None, text }]));
        names(&mut letters, version);
        times.push(begin.elapsed());
    }
    times.sort();
    // Generous: it is a debug build, beside other tests.
    assert!(times[50] < Duration::from_millis(200), "the median of {times:?}");
}
