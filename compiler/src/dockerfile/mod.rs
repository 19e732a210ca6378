//! Dockerfiles: parsed with spans, checked against their context and builder, edited without a build.
//!
//! Knows nothing of where a Dockerfile comes from: the text, the listing of its context and the build arguments are handed
//! in. Facts about the format are those of BuildKit 0.32's Dockerfile frontend, which kaniko 1.28.3 uses as its parser;
//! facts about what kaniko does with an instruction were read in its sources.

pub mod bases;
pub mod check;
pub mod context;
pub mod edit;
mod expand;
mod glob;
mod grammar;
mod heredoc;
pub mod ignore;
mod lines;
pub mod parse;
pub mod personalize;
mod reference;
mod scope;
#[cfg(test)]
mod tests;
mod words;

pub use bases::{Base, BaseUse};
pub use context::{Context, Entry, Mode};
pub use ignore::Ignore;
pub use parse::{Dockerfile, Flag, Form, Heredoc, Instruction, Keyword, Pair, Problem, ProblemKind, Stage, Word, parse};
