//! Snippets of every construct and every slip, with the data and the diagnostics they give.

mod diagnostics;
mod format;
mod hostile;
mod pages;
mod show;
mod tree;
mod valid;
