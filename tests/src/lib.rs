//! The suites that look at the product from outside, and what they share.
//!
//! `tidy` holds the house rules. Tests of one module stand beside that module, not here.

pub mod bed;
pub mod binary;
pub mod examples;
pub mod generated;
pub mod kubernetes_types;
pub mod language_client;
pub mod literate;
pub mod local;
pub mod memory;
pub mod mixture;
pub mod mutation;
pub mod parts;
pub mod planned;
pub mod random;
pub mod sandbox;
pub mod session;
pub mod team;
pub mod watchdog;

#[cfg(test)]
mod tidy;
