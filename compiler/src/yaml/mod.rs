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
use crate::hir::Item;
use crate::syntax::{ItemSource, Split};
use crate::text::{Owner, TextRange};

/// Cuts a YAML file into documents, each an item; those that hold nothing are left out. What is wrong in one is told by
/// [`lower`].
pub fn split(owner: Owner, text: &str) -> Split {
    let item = |range: TextRange| {
        let heading = split::heading(owner, &text[range]);
        ItemSource { keyword: heading.keyword, name: heading.name, range }
    };
    Split { items: split::documents(text).into_iter().map(item).collect(), diagnostics: Vec::new() }
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
