//! Kubernetes clusters, as this program speaks to them.
//!
//! What an object says is rendered elsewhere; a plan knows no Kubernetes types.

pub mod client;
mod failure;
mod gate;

pub use client::{Connection, Settings, connect};
pub use failure::failure;
