//! The compiler of the `.coder` language: text in, plan out.
//!
//! Pure: no I/O, no clock, no environment, no async, no Kubernetes. What it lacks it names, and a driver sets it.

pub mod checked;
pub mod db;
pub mod diagnostics;
pub mod dockerfile;
pub mod eval;
pub mod explain;
pub mod hir;
pub mod listing;
pub mod model;
pub mod names;
pub mod plan;
pub mod policy;
pub mod prelude;
pub mod syntax;
pub mod text;
pub mod types;
pub mod workspace;
pub mod yaml;
