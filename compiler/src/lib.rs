//! The compiler of the `.coder` language: text in, plan out.
//!
//! Pure: no I/O, no clock, no environment, no async, no Kubernetes. What it lacks it names, and a driver sets it.

pub mod diagnostics;
pub mod dockerfile;
pub mod hir;
pub mod model;
pub mod plan;
pub mod syntax;
pub mod text;
pub mod yaml;
