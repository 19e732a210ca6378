//! Whose an object of a cluster is, by its labels and annotations.
//!
//! Pure. Nobody's object is ever taken over, changed or deleted here.

use compiler::plan::action::Package;
use serde_json::Value;

use crate::render::applyset;

/// What selects every object of coderc.
pub const MANAGED: &str = "app.kubernetes.io/managed-by=coderc";

/// Whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The package's, from whichever clone or commit.
    Package,
    /// Somebody else's, in words.
    Other(String),
}

pub fn of(object: &Value, package: &Package, namespace: &str) -> Owner {
    if label(object, "app.kubernetes.io/managed-by") != Some("coderc") {
        let manager = label(object, "app.kubernetes.io/managed-by");
        return Owner::Other(manager.map_or("somebody else".to_owned(), |manager| format!("`{manager}`")));
    }
    match label(object, applyset::PART_OF) {
        Some(set) if !applyset::is_of(set, package, Some(namespace)) => Owner::Other("another package of coderc".to_owned()),
        _ => Owner::Package,
    }
}

pub fn label<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.pointer("/metadata/labels")?.get(name)?.as_str()
}

pub fn annotation<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.pointer("/metadata/annotations")?.get(name)?.as_str()
}

pub fn name(object: &Value) -> String {
    object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned()
}

pub fn uid(object: &Value) -> Option<&str> {
    object.pointer("/metadata/uid")?.as_str()
}

/// Whether it is on its way out.
pub fn leaving(object: &Value) -> bool {
    object.pointer("/metadata/deletionTimestamp").is_some()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn owners() {
        let package = |url: &str| Package { url: url.into(), commit: "".into(), path: "".into() };
        let ours = package("https://github.com/acme/a");
        let object = |manager: &str, set: &str| json!({"metadata": {"labels": {"app.kubernetes.io/managed-by": manager, "applyset.kubernetes.io/part-of": set}}});
        let set = applyset::id(&ours, Some("dev"));
        assert_eq!(of(&object("coderc", &set), &ours, "dev"), Owner::Package);
        assert_eq!(of(&object("coderc", &applyset::id(&ours, None)), &ours, "dev"), Owner::Package);
        assert!(matches!(of(&object("coderc", &set), &package("https://github.com/acme/b"), "dev"), Owner::Other(_)));
        assert_eq!(of(&object("Helm", &set), &ours, "dev"), Owner::Other("`Helm`".into()));
        assert_eq!(of(&json!({"metadata": {}}), &ours, "dev"), Owner::Other("somebody else".into()));
    }
}
