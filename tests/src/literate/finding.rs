//! What `coderc check` reports of a package, and what a fix makes of it.

use std::path::{Path, PathBuf};

use compiler::diagnostics::render::json;
use serde_json::Value;

use super::Package;
use crate::memory::Memory;
use crate::sandbox::{Files, Sandbox};

/// A diagnostic as the JSON document has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub name: String,
    pub severity: String,
    pub message: String,
    pub file: Option<String>,
    /// From 1; 0 without a file.
    pub line: usize,
    pub fixes: Vec<Fix>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub title: String,
    pub edits: Vec<Edit>,
}

/// Replace the bytes `start..end` of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub file: String,
    pub start: usize,
    pub end: usize,
    pub text: String,
}

/// Checks a package, and runs its `test` blocks where nothing is wrong with it: in this process, or, where it needs imports, a
/// lock or flags, by the program.
///
/// # Panics
/// When the program crashes, or prints no document.
pub fn check(package: &Package) -> Vec<Finding> {
    if !package.others.is_empty() || !package.flags.is_empty() || package.files.contains_key(".coder/coder.lock") {
        return check_by_program(package);
    }
    let memory = Memory::new(package);
    let (_, reports) = memory.check();
    let reports = if reports.is_empty() { memory.test() } else { reports };
    json::diagnostics(&reports).as_array().into_iter().flatten().map(finding).collect()
}

/// As a user would: in a clone of its repository, with those it imports from on their hosts.
fn check_by_program(package: &Package) -> Vec<Finding> {
    let sandbox = Sandbox::new();
    let folder = lay_out(package, &sandbox);
    let flags = package.flags.iter().map(String::as_str);
    let output = sandbox.coderc(&folder, &["check", "--format", "json"].into_iter().chain(flags).collect::<Vec<&str>>());
    let document: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {output:?} of coderc check --format json"));
    let findings: Vec<Finding> = document["diagnostics"].as_array().into_iter().flatten().map(finding).collect();
    let refused = findings.iter().any(|finding| finding.severity == "error");
    assert_eq!(output.status.code(), Some(i32::from(refused)), "the exit code; {findings:#?}");
    if findings.is_empty() { test_by_program(&sandbox, &folder) } else { findings }
}

/// The failed tests as one finding without a place.
fn test_by_program(sandbox: &Sandbox, folder: &Path) -> Vec<Finding> {
    let output = sandbox.coderc(folder, &["test"]);
    let message = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let failed = Finding { name: "test".into(), severity: "error".into(), message, file: None, line: 0, fixes: Vec::new() };
    if output.status.success() { Vec::new() } else { vec![failed] }
}

fn lay_out(package: &Package, sandbox: &Sandbox) -> PathBuf {
    for (url, other) in &package.others {
        sandbox.repository(url, &other.files);
        other.tags.iter().for_each(|tag| sandbox.add_ref(url, &format!("refs/tags/{tag}")));
        other.branches.iter().for_each(|branch| sandbox.add_ref(url, &format!("refs/heads/{branch}")));
    }
    sandbox.repository("github.com/acme/page", &package.files)
}

fn finding(diagnostic: &Value) -> Finding {
    let text = |name: &str| diagnostic[name].as_str().unwrap_or_default().to_string();
    let edit = |edit: &Value| Edit {
        file: edit["file"].as_str().unwrap_or_default().into(),
        start: edit["start"]["offset"].as_u64().unwrap_or_default() as usize,
        end: edit["end"]["offset"].as_u64().unwrap_or_default() as usize,
        text: edit["text"].as_str().unwrap_or_default().into(),
    };
    let fix = |fix: &Value| Fix {
        title: fix["title"].as_str().unwrap_or_default().into(),
        edits: fix["edits"].as_array().into_iter().flatten().map(edit).collect(),
    };
    Finding {
        name: text("name"),
        severity: text("severity"),
        message: text("message"),
        file: diagnostic["file"].as_str().map(str::to_string),
        line: diagnostic["start"]["line"].as_u64().unwrap_or_default() as usize,
        fixes: diagnostic["fixes"].as_array().into_iter().flatten().map(fix).collect(),
    }
}

impl Fix {
    /// The files after the edits; `None` where one lies outside them.
    pub fn apply(&self, files: &Files) -> Option<Files> {
        let mut files = files.clone();
        let mut edits: Vec<&Edit> = self.edits.iter().collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.start));
        for edit in edits {
            let text = files.get_mut(&edit.file)?;
            text.get(edit.start..edit.end)?;
            text.replace_range(edit.start..edit.end, &edit.text);
        }
        Some(files)
    }
}
