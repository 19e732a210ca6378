//! A plan's graph in Graphviz's DOT.
//!
//! Arrows run from what is needed to what needs it.

use std::fmt::Write;

use super::{deed, word};
use crate::plan::action::{Change, Plan};

pub fn dot(plan: &Plan) -> String {
    let mut text = "digraph plan {\n  rankdir = LR\n  node [shape = box, style = rounded, fontname = \"monospace\"]\n".to_owned();
    for action in &plan.actions {
        let label = format!("{}\n{}", action.address, deed(action));
        let (address, label) = (quote(&action.address), quote(&label));
        let _ =
            writeln!(text, "  {address} [label = {label}, color = {}, tooltip = {}]", color(action.change), word(action.change));
    }
    for action in &plan.actions {
        for need in &action.needs {
            let _ = writeln!(text, "  {} -> {}", quote(need), quote(&action.address));
        }
    }
    text.push_str("}\n");
    text
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn color(change: Change) -> &'static str {
    match change {
        Change::Create => "forestgreen",
        Change::Update => "darkorange",
        Change::Replace | Change::Delete => "crimson",
        Change::None => "gray",
        Change::Unknown => "steelblue",
    }
}
