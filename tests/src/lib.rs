//! The suites that look at the product from outside, and what they share.
//!
//! `tidy` holds the house rules. Tests of one module stand beside that module, not here.

#[cfg(test)]
mod tidy;
