//! A Secret that an environment uses and that is not there, or lacks a key.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "secret-missing", severity: Severity::Error, page: include_str!("secret-missing.md") };

/// `keys` are those that are used of it.
pub fn new(secret: &str, namespace: &str, keys: &[&str], environment: &str) -> Diagnostic {
    let message = format!("`{environment}` uses the Secret `{secret}`, which is not in the namespace `{namespace}`");
    let diagnostic = Diagnostic::without_place(&INFO, message);
    if keys == [".dockerconfigjson"] {
        return diagnostic.help(format!(
            "make it: `kubectl create secret docker-registry {secret} -n {namespace} --docker-server=… --docker-username=… --docker-password=…`"
        ));
    }
    let literals: Vec<String> = keys.iter().map(|key| format!("--from-literal={key}=…")).collect();
    diagnostic.help(format!("make it: `kubectl create secret generic {secret} -n {namespace} {}`", literals.join(" ")))
}

/// It is there, and these keys are not in it.
pub fn keys(secret: &str, namespace: &str, missing: &[&str], environment: &str) -> Diagnostic {
    let listed: Vec<String> = missing.iter().map(|key| format!("`{key}`")).collect();
    let keys = if missing.len() == 1 { "key" } else { "keys" };
    let message = format!(
        "`{environment}` uses the {keys} {} of the Secret `{secret}` in the namespace `{namespace}`, which lacks {}",
        listed.join(", "),
        if missing.len() == 1 { "it" } else { "them" }
    );
    Diagnostic::without_place(&INFO, message)
        .help(format!("look at its keys: `kubectl describe secret {secret} -n {namespace}`; then add what is missing, or name another key"))
}
