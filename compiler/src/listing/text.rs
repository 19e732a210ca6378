//! A listing for people at a terminal: aligned, documentation and parameters below each declaration.

use std::fmt::Write;

use super::{Entry, Listing, Parameter, Shape};
use crate::diagnostics::render::{one_line, printable};
use crate::hir::DeclKind;

const BOLD: &str = "1";
const DIM: &str = "2";
const GREEN: &str = "32";

/// The listing as lines, with ANSI escapes where `color` says so. A package that declares nothing says so.
pub fn text(listing: &Listing, color: bool) -> String {
    let mut out = Writer { text: String::new(), color };
    let package = listing.package_line();
    if !package.is_empty() {
        let _ = writeln!(out.text, "{}\n", out.paint(DIM, &package));
    }
    let widest = listing.entries.iter().map(|entry| entry.address.chars().count()).max().unwrap_or(0).min(56);
    let sections = [
        ("Images", DeclKind::Image, false),
        ("Image templates", DeclKind::Image, true),
        ("Environments", DeclKind::Environment, false),
        ("Environment templates", DeclKind::Environment, true),
    ];
    for (title, kind, templates) in sections {
        let of_section = |entry: &&Entry| entry.kind == kind && (entry.shape == Shape::Template) == templates;
        let entries: Vec<&Entry> = listing.entries.iter().filter(of_section).collect();
        if entries.is_empty() {
            continue;
        }
        let _ = writeln!(out.text, "{}", out.paint(BOLD, title));
        entries.into_iter().for_each(|entry| out.entry(entry, widest));
        out.text.push('\n');
    }
    if listing.entries.is_empty() {
        out.text.push_str("The package declares no image and no environment.\n");
    } else {
        out.text.pop();
    }
    out.text
}

struct Writer {
    text: String,
    color: bool,
}

impl Writer {
    fn entry(&mut self, entry: &Entry, widest: usize) {
        let address = self.paint(GREEN, &format!("{:widest$}", entry.address));
        let private = if entry.private { "  private" } else { "" };
        let place = self.paint(DIM, &format!("{}:{}{private}", one_line(&entry.file), entry.line));
        let _ = writeln!(self.text, "  {address}  {place}");
        // A package of another repository may hold anything.
        let docs = entry.docs.as_deref().map(printable).unwrap_or_default();
        for line in docs.lines() {
            let _ = writeln!(self.text, "{}", format!("      {line}").trim_end());
        }
        self.parameters(&entry.parameters);
        let word = match entry.shape {
            Shape::Template => "made here:",
            _ => "each:",
        };
        if !entry.instances.is_empty() {
            let _ = writeln!(self.text, "      {} {}", self.paint(DIM, word), one_line(&shortened(&entry.instances)));
        }
    }

    fn parameters(&mut self, parameters: &[Parameter]) {
        let rows: Vec<(String, String)> =
            parameters.iter().map(|parameter| (format!("{}:", parameter.name), type_of(parameter))).collect();
        let names = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let types = rows.iter().map(|(_, ty)| ty.chars().count()).max().unwrap_or(0).min(40);
        for ((name, ty), parameter) in rows.iter().zip(parameters) {
            let default = parameter.default.as_ref().map(|default| format!("= {}", one_line(default))).unwrap_or_default();
            let _ = writeln!(self.text, "{}", format!("      {name:names$} {ty:types$} {default}").trim_end());
        }
    }

    fn paint(&self, color: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{color}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// The type, and what it can be where its name alone does not say it.
pub(super) fn type_of(parameter: &Parameter) -> String {
    let values: Vec<String> = parameter.values.iter().map(|value| format!("{value:?}")).collect();
    let values = values.join(" | ");
    if values.is_empty() || parameter.ty.contains('"') { parameter.ty.clone() } else { format!("{} ({values})", parameter.ty) }
}

/// The first addresses, and how many more there are.
fn shortened(addresses: &[String]) -> String {
    const SHOWN: usize = 8;
    let first = addresses.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match addresses.len().saturating_sub(SHOWN) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
