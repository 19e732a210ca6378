//! What an editor asks about a place in a file: one file a feature, from the database to ranges and text.
//!
//! Nothing here knows the protocol, positions in lines, or which files are open. Each function reads one snapshot.

pub mod binders;
pub mod cursor;
pub mod definition;
pub mod fields;
pub mod hover;
pub mod known_value;
pub mod outline;
pub mod problems;

#[cfg(test)]
mod tests;

use compiler::db::{Db, Package, SourceFile, absolute};
use compiler::text::{Place, TextRange, TextSize};

/// A place in a file of a package that is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    pub package: Package,
    pub file: SourceFile,
    /// In bytes from the file's start.
    pub offset: TextSize,
}

/// Bytes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileRange {
    pub file: SourceFile,
    pub range: TextRange,
}

impl FileRange {
    pub fn of(db: &dyn Db, place: Place) -> FileRange {
        let (file, range) = absolute(db, place);
        FileRange { file, range }
    }
}
