//! A plan as one self-contained HTML page: no script, no font, no request to anywhere.
//!
//! Everything that comes from sources is escaped.

use std::fmt::Write;

use super::text::field;
use super::{deed, groups, sign, summary, word, yaml};
use crate::diagnostics::{Report, Severity};
use crate::plan::action::{Action, Plan, Step};

const STYLE: &str = include_str!("html.css");

pub fn html(plan: &Plan, reports: &[Report]) -> String {
    let summary = escape(&summary(plan));
    let mut text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Plan: {summary}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>Plan</h1>\n<p>{summary}</p>\n"
    );
    let package = &plan.package;
    if !package.url.is_empty() {
        let _ = writeln!(text, "<p>{} at <code>{}</code></p>", escape(&package.url), escape(&package.commit));
    }
    for report in reports {
        diagnostic(&mut text, report);
    }
    for group in groups(plan) {
        let _ = writeln!(text, "<section>\n<h2>{}</h2>", escape(group.owner));
        for action in group.actions {
            self::action(&mut text, action);
        }
        text.push_str("</section>\n");
    }
    text.push_str("</body>\n</html>\n");
    text
}

fn diagnostic(text: &mut String, report: &Report) {
    let severity = match report.info.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let at = report.source.as_ref().map(|source| format!(" <code>{}:{}</code>", escape(&source.file), source.start.line));
    let _ = writeln!(text, "<p class=\"{severity}\"><b>{severity}</b>{} {}</p>", at.unwrap_or_default(), escape(&report.message));
}

fn action(text: &mut String, action: &Action) {
    let change = word(action.change);
    let _ = writeln!(
        text,
        "<details id=\"{}\" class=\"{change}\">\n<summary><b title=\"{change}\">{}</b> <code>{}</code> {} <i>{}</i></summary>",
        escape(&action.address),
        sign(action.change),
        escape(&action.address),
        escape(&deed(action)),
        escape(&action.reason.message),
    );
    if !action.needs.is_empty() {
        let links = action.needs.iter().map(|need| format!("<a href=\"#{}\">{}</a>", anchor(need), escape(need)));
        let _ = writeln!(text, "<p>needs {}</p>", links.collect::<Vec<_>>().join(", "));
    }
    if !action.reason.because.is_empty() {
        text.push_str("<table>\n<tr><th>input<th>was<th>now<th>where\n");
        for because in &action.reason.because {
            let line = because.line.map(|line| format!(":{line}")).unwrap_or_default();
            let cells = [
                because.what.clone(),
                because.was.clone().unwrap_or_default(),
                because.now.clone().unwrap_or_default(),
                because.file.as_ref().map(|file| format!("{file}{line}")).unwrap_or_default(),
            ];
            let cells: String = cells.iter().map(|cell| format!("<td>{}", escape(cell))).collect();
            let _ = writeln!(text, "<tr>{cells}");
        }
        text.push_str("</table>\n");
    }
    let body = match &action.step {
        Step::Build(build) => build.dockerfile.clone(),
        Step::Apply(apply) => {
            let changes: String = apply.changes.iter().map(|change| format!("{}\n", field(change))).collect();
            changes + &apply.rendered.as_ref().map(|object| yaml(std::slice::from_ref(object))).unwrap_or_default()
        }
        _ => String::new(),
    };
    if !body.is_empty() {
        let _ = writeln!(text, "<pre>{}</pre>", escape(&body));
    }
    text.push_str("</details>\n");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// An address as the fragment of a link.
fn anchor(address: &str) -> String {
    address
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b':' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
