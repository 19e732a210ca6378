//! Policies and tests: what an organisation requires of its images and environments, and what a package asserts of itself.
//!
//! Which policies are in force is told by the package; this only asks one of one instance.

mod package_test;
mod rules;

pub use package_test::{TestOutcome, run_test};
pub use rules::violations;
