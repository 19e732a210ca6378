//! Positions in source text: byte ranges, the owner they are relative to, and lines and columns.
//!
//! Nothing here knows what the text means. A [`Place`] inside the compiler is relative to a declaration, so that an edit
//! above it moves nothing; it becomes absolute only when a result is reported.

mod line_index;

pub use line_index::{LineColumn, LineIndex};
pub use rowan::{TextRange, TextSize};

/// What a [`Place`]'s range is relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Owner {
    /// A declaration: the range counts from its first byte. The id is that of a `db::ItemId`.
    Item(salsa::Id),
    /// A whole file (a Dockerfile, say): the range counts from the file's first byte. The id is that of a `db::SourceFile`.
    File(salsa::Id),
}

/// A byte range in the source, relative to its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    pub owner: Owner,
    pub range: TextRange,
}

impl Place {
    /// The same owner at another range.
    pub fn at(self, range: TextRange) -> Place {
        Place { owner: self.owner, range }
    }
}

/// A range from two byte offsets; `start` must not lie after `end`.
pub fn range(start: usize, end: usize) -> TextRange {
    TextRange::new(TextSize::new(start as u32), TextSize::new(end as u32))
}
