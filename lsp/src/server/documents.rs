//! The texts that the client has open, kept in step by its edits.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use compiler::text::LineIndex;
use tower_lsp::lsp_types::{TextDocumentContentChangeEvent, Url};

use super::positions::{Encoding, offset};

/// An open file.
#[derive(Clone, Debug)]
pub struct Document {
    pub version: i32,
    pub text: Arc<str>,
    /// Absolute and without links; `None` for what is no file.
    pub path: Option<PathBuf>,
}

impl Document {
    pub fn new(url: &Url, version: i32, text: String) -> Document {
        Document { version, text: text.into(), path: url.to_file_path().ok().map(|path| without_links(&path)) }
    }

    /// Applies changes one after the other, each to what the one before left.
    pub fn change(&mut self, version: i32, changes: Vec<TextDocumentContentChangeEvent>, encoding: Encoding) {
        self.version = version;
        let mut text = self.text.to_string();
        for change in changes {
            match change.range {
                None => text = change.text,
                Some(range) => {
                    let index = LineIndex::new(&text);
                    let start = usize::from(offset(encoding, &index, &text, range.start));
                    let end = usize::from(offset(encoding, &index, &text, range.end)).max(start);
                    text.replace_range(start..end, &change.text);
                }
            }
        }
        self.text = text.into();
    }
}

/// The file itself, whatever links led to it. It need not exist, but then its folder's links are followed.
pub fn without_links(path: &Path) -> PathBuf {
    for ancestor in path.ancestors() {
        if let Ok(real) = ancestor.canonicalize() {
            return path.strip_prefix(ancestor).map_or_else(|_| path.to_owned(), |rest| join(real, rest));
        }
    }
    path.to_owned()
}

/// `join` would add a slash after a path when nothing follows.
fn join(folder: PathBuf, rest: &Path) -> PathBuf {
    if rest.as_os_str().is_empty() { folder } else { folder.join(rest) }
}

#[cfg(test)]
mod tests {
    use tower_lsp::lsp_types::{Position, Range};

    use super::*;

    fn change(start: (u32, u32), end: (u32, u32), text: &str) -> TextDocumentContentChangeEvent {
        let range = Range::new(Position::new(start.0, start.1), Position::new(end.0, end.1));
        TextDocumentContentChangeEvent { range: Some(range), range_length: None, text: text.into() }
    }

    #[test]
    fn changes_build_on_each_other() {
        let url = Url::parse("untitled:a").unwrap();
        let mut document = Document::new(&url, 1, "let a = \"😀\"\nlet b = 2\n".into());
        let changes = vec![change((0, 9), (0, 11), "é"), change((0, 10), (0, 10), "x"), change((1, 8), (9, 0), "3")];
        document.change(2, changes, Encoding::Utf16);
        assert_eq!((&*document.text, document.version), ("let a = \"éx\"\nlet b = 3", 2));
        document.change(3, vec![change((0, 9), (0, 11), "e")], Encoding::Utf8);
        assert_eq!(&*document.text, "let a = \"ex\"\nlet b = 3");
        let whole = TextDocumentContentChangeEvent { range: None, range_length: None, text: "c".into() };
        document.change(4, vec![whole, change((0, 1), (0, 0), "d")], Encoding::Utf16);
        assert_eq!(&*document.text, "cd");
    }
}
