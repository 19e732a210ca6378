//! A plan's graph in Mermaid, as code hosts draw it in Markdown.
//!
//! Arrows run from what is needed to what needs it. No layout is decided here.

use std::fmt::Write;

use rustc_hash::FxHashMap;

use super::{deed, word};
use crate::plan::action::{Change, Plan};

pub fn mermaid(plan: &Plan) -> String {
    let mut text = "flowchart LR\n".to_owned();
    let index_of: FxHashMap<&str, usize> =
        plan.actions.iter().enumerate().map(|(index, action)| (action.address.as_str(), index)).collect();
    for (index, action) in plan.actions.iter().enumerate() {
        let label = format!("{}<br/>{}", escape(&action.address), escape(&deed(action)));
        let _ = writeln!(text, "  n{index}[\"{label}\"]:::{}", word(action.change));
    }
    for (index, action) in plan.actions.iter().enumerate() {
        for need in action.needs.iter().filter_map(|need| index_of.get(need.as_str())) {
            let _ = writeln!(text, "  n{need} --> n{index}");
        }
    }
    let used = |change: Change| plan.actions.iter().any(|action| action.change == change);
    let colors = [
        (Change::Create, "stroke:#1a7f37"),
        (Change::Update, "stroke:#9a6700"),
        (Change::Replace, "stroke:#cf222e"),
        (Change::Delete, "stroke:#cf222e"),
        (Change::None, "stroke:#8c959f,color:#8c959f"),
        (Change::Unknown, "stroke:#0969da,stroke-dasharray:4"),
    ];
    for (change, style) in colors.into_iter().filter(|(change, _)| used(*change)) {
        let _ = writeln!(text, "  classDef {} {style}", word(change));
    }
    text
}

/// What ends a label, or would be read as markup, as an entity.
fn escape(text: &str) -> String {
    text.replace('&', "#amp;").replace('"', "#quot;").replace('<', "#lt;").replace('>', "#gt;").replace('\n', " ")
}
