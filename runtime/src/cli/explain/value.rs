//! Where a value of the package comes from.

use compiler::explain::{Explained, Unexplained, explain as explain_value};
use compiler::hir::DeclKind;
use serde_json::{Value, json};

use super::super::run::{Run, any_error};
use super::super::{Exit, Flags, write_output};
use super::{ExplainFormat, action};
use crate::host::RootFiles;
use crate::ui::Paint;

/// Shows the value at an address, and for a whole image or environment what the plan does with it.
pub fn explain(flags: &Flags, address: &str, format: ExplainFormat) -> Result<(), Exit> {
    let mut run = Run::open(flags, RootFiles::WorkTree)?;
    let diagnostics = run.check();
    let sound = !any_error(&run.reports(&diagnostics));
    run.write_lock(sound)?;
    let found = loop {
        let found = explain_value(&run.session.db, run.session.root(), address);
        if !run.session.supply(&run.host) {
            break found;
        }
    };
    let found = found.map_err(|Unexplained { message, help }| help.into_iter().fold(Exit::refused(message), Exit::help))?;
    let declared = [DeclKind::Image, DeclKind::Environment].iter().any(|kind| found.ty.as_deref() == Some(kind.word()));
    // A package with mistakes has no plan.
    let actions = if declared && sound { action::of_owner(flags, &found.address)? } else { Vec::new() };
    let text = match format {
        ExplainFormat::Text => {
            let paint = Paint(flags.color_stdout());
            let mut text = shown(&found, paint);
            actions.iter().for_each(|of| text.push_str(&format!("\n{}", action::shown(of, paint))));
            text
        }
        ExplainFormat::Json => {
            let mut document = document(&found);
            document["actions"] = actions.iter().map(action::document).collect();
            format!("{document:#}\n")
        }
    };
    write_output(flags, &text)
}

fn shown(found: &Explained, paint: Paint) -> String {
    let whole = !found.entries.is_empty();
    let value = match &found.value {
        Some(_) if whole => String::new(),
        Some(value) => format!(" = {}", paint.green(value)),
        None => format!(" {}", paint.dim("is not set")),
    };
    let ty = found.ty.as_ref().map(|ty| format!("  {}", paint.dim(ty))).unwrap_or_default();
    let mut text = format!("{}{value}{ty}\n", paint.bold(&found.address));
    found.docs.iter().flat_map(|docs| docs.lines()).for_each(|line| text.push_str(&format!("  {line}\n")));
    if whole {
        text.push('\n');
        let names = found.entries.iter().map(|entry| entry.name.chars().count()).max().unwrap_or(0).min(32);
        for entry in &found.entries {
            let value: String = entry.value.chars().take(80).collect();
            let cut = if value.len() < entry.value.len() { "…" } else { "" };
            let default = entry.source.file.starts_with("prelude/");
            let place = if default { "default".to_owned() } else { format!("{}:{}", entry.source.file, entry.source.start.line) };
            let place = paint.dim(&place);
            text.push_str(&format!("  {:names$} = {value}{cut}  {place}\n", entry.name));
        }
    }
    if !found.steps.is_empty() {
        text.push('\n');
    }
    let places: Vec<String> = found.steps.iter().map(|step| format!("{}:{}", step.source.file, step.source.start.line)).collect();
    let widest = places.iter().map(|place| place.chars().count()).max().unwrap_or(0).min(72);
    for (step, place) in found.steps.iter().zip(places) {
        text.push_str(&format!("  {}  {}\n", paint.cyan(&format!("{place:widest$}")), step.what));
        text.push_str(&format!("      {}\n", paint.dim(&step.line)));
    }
    text
}

fn document(found: &Explained) -> Value {
    let place = |source: &compiler::diagnostics::Source| json!({ "file": source.file, "line": source.start.line, "column": source.start.column });
    json!({
        "version": 1,
        "address": found.address,
        "value": found.value,
        "type": found.ty,
        "documentation": found.docs,
        "steps": found.steps.iter().map(|step| {
            let mut entry = place(&step.source);
            entry["what"] = step.what.clone().into();
            entry["source"] = step.line.clone().into();
            entry
        }).collect::<Vec<Value>>(),
        "entries": found.entries.iter().map(|entry| {
            let mut shown = place(&entry.source);
            shown["name"] = entry.name.as_str().into();
            shown["value"] = entry.value.clone().into();
            shown
        }).collect::<Vec<Value>>(),
    })
}
