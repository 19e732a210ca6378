//! From checked images and environments to a DAG of actions.

pub mod action;
