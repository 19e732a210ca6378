//! Everything of coderc that touches the world: repositories, registries, clusters, and the terminal.
//!
//! What sources mean is not decided here but in the compiler, which is given what it lacks.

pub mod builders;
pub mod cli;
pub mod cluster;
pub mod context;
pub mod execute;
pub mod host;
pub mod import;
pub mod process;
pub mod providers;
pub mod registry;
pub mod render;
pub mod saved;
mod ui;
