//! What an editor is told of places in packages in memory: `|` marks the place in each text.

mod definition;
mod hover;
mod outline;
mod problems;

use compiler::db::SourceFile;
use compiler::text::{LineIndex, TextSize};
use compiler::workspace::Session;
use tests::literate::Package;
use tests::literate::package::Repository;
use tests::memory::Memory;

use super::{FileRange, Spot};

/// A package of one or more files, checked; the place marked by `|` in one of them.
struct Marked {
    session: Session,
    spot: Spot,
}

fn marked(files: &[(&str, &str)]) -> Marked {
    let mut package = Package::default();
    let mut place = None;
    for (path, text) in files {
        let path = (*path).to_owned();
        let text = match text.find('|') {
            Some(at) => {
                place = Some((path.clone(), at));
                text.replacen('|', "", 1)
            }
            None => (*text).to_owned(),
        };
        match path.split_once("::") {
            Some((url, path)) => {
                let other: &mut Repository = package.others.entry(url.to_owned()).or_default();
                other.files.insert(path.to_owned(), text);
            }
            None => drop(package.files.insert(path, text)),
        }
    }
    let (path, at) = place.expect("a mark");
    let (session, _) = Memory::new(&package).check();
    let file = session.file(&path).expect("a member");
    let spot = Spot { package: session.root(), file, offset: TextSize::new(at as u32) };
    Marked { session, spot }
}

fn main(text: &str) -> Marked {
    marked(&[(".coder/main.coder", text)])
}

/// `file:line: text of the range`.
fn shown(session: &Session, place: FileRange) -> String {
    let text = file_text(session, place.file);
    let line = LineIndex::new(text).line(place.range.start()) + 1;
    let path = compiler::workspace::shown_path(&session.db, place.file);
    format!("{path}:{line}: {}", &text[place.range])
}

fn file_text(session: &Session, file: SourceFile) -> &str {
    file.text(&session.db)
}

/// A text in which every commit is the same: those of repositories in memory stand for what they hold.
fn without_commits(text: &str) -> String {
    let mut parts = text.split_inclusive(['@', '`']);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let digits = part.chars().take_while(char::is_ascii_hexdigit).count();
        if digits == 12 { format!("{text}COMMIT{}", &part[digits..]) } else { text + part }
    })
}
