//! The front end of `.coder`: text to items, and each item to data or to a lossless tree.
//!
//! Parsing never fails: it gives what it could read, and diagnostics. Nothing is resolved or checked here.

pub mod ast;
mod docs;
mod format;
mod item_start;
mod kind;
mod lexer;
mod lower;
mod message;
mod parser;
mod split;
mod tree;

pub use format::format;
pub use item_start::{ItemKeyword, KEYWORDS};
pub use kind::Kind;
pub use lexer::{Token, tokens};
pub use lower::{lower, lower_expression};
pub use split::{ItemSource, Split, split};
pub use tree::{Coder, SyntaxElement, SyntaxNode, SyntaxToken, tree};

#[cfg(test)]
mod tests;
