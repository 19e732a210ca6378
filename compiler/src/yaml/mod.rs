//! The YAML front end: the same declarations as `.coder`, from the project's original format.
//!
//! A document `name`/`type`/`spec` becomes an [`Item`] whose fields are those of the schema; what a value may be is not known
//! here, scalars stay text. All ranges are exact: of the file in [`split`], of the document in [`lower`].

mod lower;
mod slashes;
mod split;
mod tree;
mod wording;

use crate::diagnostics::Diagnostic;
use crate::hir::{Item, SmolStr};
use crate::text::{Owner, TextRange};

/// A document that holds anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The value of `type`, as written.
    pub kind: Option<SmolStr>,
    /// The value of `name`.
    pub name: Option<SmolStr>,
    /// Counts from the file's first byte; without the line `---`.
    pub range: TextRange,
}

/// Cuts a YAML file into documents. Never fails: what is wrong in one is told by [`lower`].
pub fn split(owner: Owner, text: &str) -> Vec<Document> {
    let document = |range: TextRange| {
        let heading = split::heading(owner, &text[range]);
        Document { kind: heading.kind, name: heading.name, range }
    };
    split::documents(text).into_iter().map(document).collect()
}

/// A document's text as a declaration; ranges count from the document's first byte.
pub fn lower(owner: Owner, text: &str) -> (Item, Vec<Diagnostic>) {
    lower::document(owner, text)
}

/// The comments of a document, `#` and `//` alike, from their first character to the end of the line.
pub fn comments(owner: Owner, text: &str) -> Vec<TextRange> {
    let (mended, _) = slashes::mend(owner, text);
    tree::parse(owner, &mended).comments
}

#[cfg(test)]
mod tests;
