//! Documentation as tests: the fenced blocks of a Markdown section are the files of a package, which is checked.
//!
//! What a block may say is in [`package`], what must be reported in [`expectation`]. Nothing here knows the language.

pub mod expectation;
pub mod finding;
pub mod markdown;
pub mod package;

pub use expectation::Expectation;
pub use finding::{Finding, check};
pub use markdown::{Block, Section, sections};
pub use package::{Package, Repository};
