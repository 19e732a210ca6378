//! A diagnostic's page, and the list of all.

use compiler::diagnostics::{Info, catalog, render};
use serde_json::json;

use super::ExplainFormat;
use crate::ui::{self, Paint};

/// One page.
pub fn one(info: &Info, format: ExplainFormat, color: bool) -> String {
    match format {
        ExplainFormat::Text => ui::page(info.page, color),
        ExplainFormat::Json => format!("{:#}\n", json!({ "version": 1, "diagnostics": [entry(info)] })),
    }
}

/// Every diagnostic, a line each.
pub fn all(format: ExplainFormat, color: bool) -> String {
    if format == ExplainFormat::Json {
        let entries: Vec<serde_json::Value> = catalog::ALL.iter().map(|info| entry(info)).collect();
        return format!("{:#}\n", json!({ "version": 1, "diagnostics": entries }));
    }
    let paint = Paint(color);
    let widest = catalog::ALL.iter().map(|info| info.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for info in catalog::ALL {
        let word = info.severity.word();
        let severity = if word == "error" { paint.red("error  ") } else { paint.yellow("warning") };
        text.push_str(&format!("{severity}  {}  {}\n", paint.bold(&format!("{:widest$}", info.name)), summary(info)));
    }
    text.push_str("\n`coderc explain NAME` shows one of them, with what is wrong and what is right.\n");
    text
}

fn entry(info: &Info) -> serde_json::Value {
    json!({
        "name": info.name,
        "severity": info.severity.word(),
        "summary": summary(info),
        "page": info.page,
        "url": render::page_url(info.name),
    })
}

/// The first sentence of a page.
fn summary(info: &Info) -> String {
    let paragraph: Vec<&str> = info
        .page
        .lines()
        .skip_while(|line| line.starts_with('#') || line.is_empty())
        .take_while(|line| !line.is_empty())
        .collect();
    let paragraph = paragraph.join(" ");
    match paragraph.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => paragraph,
    }
}
