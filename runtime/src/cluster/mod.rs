//! Kubernetes clusters, as this program speaks to them.
//!
//! What an object says is rendered elsewhere; a plan knows no Kubernetes types.

pub mod apply;
pub mod applyset;
pub mod client;
mod conflict;
pub mod diff;
pub mod environments;
mod failure;
pub mod garbage;
mod gate;
mod holder;
mod kind;
pub mod lease;
mod leftover;
pub mod logs;
pub mod notes;
pub mod observe;
pub mod order;
mod owner;
pub mod prune;
mod quantity;
pub mod ready;
mod request;
mod secrets;
mod strategy;
mod verdict;
pub mod wait;
pub mod watching;

pub use client::{Connection, Settings, connect};
pub use failure::failure;

/// A moment as Kubernetes and podman write it (RFC 3339), in seconds since 1970.
pub fn seconds(moment: &str) -> Option<i64> {
    moment.parse::<k8s_openapi::jiff::Timestamp>().ok().map(k8s_openapi::jiff::Timestamp::as_second)
}
