//! A listing as JSON, for scripts.
//!
//! The shape is an interface: [`SCHEMA`] describes it and a test holds the two together.

use serde_json::{Value, json};

use super::{Entry, Listing, Parameter, Shape};

/// The JSON Schema (2020-12) of the document.
pub const SCHEMA: &str = include_str!("listing.schema.json");

/// The document, indented, with a final newline.
pub fn json(listing: &Listing) -> String {
    let origin = &listing.package;
    let document = json!({
        "version": 1,
        "package": { "url": origin.url, "commit": origin.commit, "path": origin.folder },
        "declarations": listing.entries.iter().map(entry).collect::<Vec<Value>>(),
    });
    format!("{document:#}\n")
}

fn entry(entry: &Entry) -> Value {
    let shape = match entry.shape {
        Shape::One => "one",
        Shape::Loop => "loop",
        Shape::Template => "template",
    };
    json!({
        "address": entry.address,
        "kind": entry.kind.word(),
        "shape": shape,
        "private": entry.private,
        "documentation": entry.docs,
        "file": entry.file,
        "line": entry.line,
        "parameters": entry.parameters.iter().map(parameter).collect::<Vec<Value>>(),
        "instances": entry.instances,
    })
}

fn parameter(parameter: &Parameter) -> Value {
    json!({ "name": parameter.name, "type": parameter.ty, "values": parameter.values, "default": parameter.default })
}
