//! A listing as Markdown, for a wiki or a repository's front page.

use std::fmt::Write;

use super::text::type_of;
use super::{Listing, Shape};
use crate::hir::DeclKind;

/// A heading for each kind and each declaration, parameters as a table.
pub fn markdown(listing: &Listing) -> String {
    let mut out = String::new();
    for (title, kind) in [("Images", DeclKind::Image), ("Environments", DeclKind::Environment)] {
        let entries: Vec<_> = listing.entries.iter().filter(|entry| entry.kind == kind).collect();
        if entries.is_empty() {
            continue;
        }
        let _ = writeln!(out, "## {title}\n");
        for entry in entries {
            let template = if entry.shape == Shape::Template { " (template)" } else { "" };
            let _ = writeln!(out, "### `{}`{template}\n", entry.address);
            if let Some(docs) = &entry.docs {
                let _ = writeln!(out, "{}\n", docs.trim_end());
            }
            if !entry.parameters.is_empty() {
                out.push_str("| parameter | type | default |\n| --- | --- | --- |\n");
                for parameter in &entry.parameters {
                    let default = parameter.default.as_deref().map_or("required".to_owned(), code);
                    let _ = writeln!(out, "| {} | {} | {default} |", code(&parameter.name), code(&type_of(parameter)));
                }
                out.push('\n');
            }
            if !entry.instances.is_empty() {
                let instances: Vec<String> = entry.instances.iter().map(|address| code(address)).collect();
                let _ = writeln!(out, "Instances: {}\n", instances.join(", "));
            }
            let _ = writeln!(out, "Declared in {}, line {}.\n", code(&entry.file), entry.line);
        }
    }
    if out.is_empty() {
        out.push_str("The package declares no image and no environment.\n\n");
    }
    out.pop();
    out
}

/// A cell's code: a bar would end the cell.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}
