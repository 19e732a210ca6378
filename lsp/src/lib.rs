//! The language server of `.coder` packages.
//!
//! `server` is the edge: ordering, the thread that owns the databases, snapshots and cancellation. `requests` has one file a
//! request: unpack, ask `ide`, repack. `ide` has one file a feature and knows no protocol. Git and Kubernetes are not known here:
//! what a server needs of the world is handed in as a [`World`].

mod ide;
mod requests;
mod server;
mod world;

pub use server::{Ended, serve};
pub use world::{LockProblem, Opened, World};
