//! Fields of an object that somebody else set.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "field-conflict", severity: Severity::Error, page: include_str!("field-conflict.md") };

/// `fields` are paths, each with who set it.
pub fn new(what: &str, fields: &[(&str, &str)]) -> Diagnostic {
    let message = match fields {
        [(field, manager)] => format!("`{field}` of {what} was set by `{manager}`"),
        _ => format!("{} fields of {what} were set by others", fields.len()),
    };
    let diagnostic = Diagnostic::without_place(&INFO, message);
    let listed = if fields.len() > 1 { fields } else { &[] };
    let diagnostic =
        listed.iter().fold(diagnostic, |diagnostic, (field, manager)| diagnostic.help(format!("`{field}` was set by `{manager}`")));
    diagnostic
        .help("take them over: `coderc apply --force-conflicts`")
        .help("or write their values into the sources, or leave these fields out of them")
}
