//! Everything of coderc that touches the world: repositories, registries, clusters, and the terminal.
//!
//! What sources mean is not decided here but in the compiler, which is given what it lacks.

pub mod cli;
pub mod context;
pub mod host;
pub mod import;
pub mod registry;
pub mod render;
mod ui;
