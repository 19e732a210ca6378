//! An argument of the command line that does not fit the template.

use std::fmt::Display;

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};

pub const INFO: Info = Info { name: "invalid-argument", severity: Severity::Error, page: include_str!("invalid-argument.md") };

/// What is instantiated has no parameters.
pub fn no_template(name: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("`{name}` has no parameters to set")).help("leave out `--set`")
}

/// `known` are the template's parameters.
pub fn unknown(template: &str, name: &str, known: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::without_place(&INFO, format!("`{template}` has no parameter `{name}`"));
    match nearest::nearest(name, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => diagnostic,
        None => diagnostic.help(format!("its parameters are {}", nearest::list(known))),
    }
}

/// A parameter that is set twice.
pub fn twice(template: &str, name: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the parameter `{name}` of `{template}` is set twice"))
}

/// Parameters without a default that are not set.
pub fn missing(template: &str, names: &[&str]) -> Diagnostic {
    let set: Vec<String> = names.iter().map(|name| format!("--set {name}=…")).collect();
    Diagnostic::without_place(&INFO, format!("`{template}` needs {}", nearest::list(names))).help(format!("add `{}`", set.join(" ")))
}

/// A text that is no value of the parameter's type.
pub fn not_of_type(name: &str, text: &str, ty: impl Display) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("`{text}` cannot be `{name}`, which is of type `{ty}`"))
}

/// A value that its type refuses, for the reason of `refusal`.
pub fn refused(name: &str, text: &str, refusal: Diagnostic) -> Diagnostic {
    let message = format!("`{text}` cannot be `{name}`: {}", refusal.message);
    Diagnostic { labels: refusal.labels, help: refusal.help, ..Diagnostic::without_place(&INFO, message) }
}
