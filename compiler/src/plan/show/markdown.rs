//! A plan as Markdown, for the comment on a pull request: a table of what would change, the rest folded away.
//!
//! Everything that comes from sources is escaped: it cannot break out of its cell.

use std::fmt::Write;

use super::text::field;
use super::{deed, groups, mermaid, sign, summary, word};
use crate::diagnostics::{Report, Severity};
use crate::plan::action::{Action, Change, Plan, Step};

/// A graph of more actions is not drawn: code hosts refuse it, and nobody could read it.
const MOST_DRAWN: usize = 60;
/// Rows of a table; a comment on a pull request may hold 65,536 characters.
const MOST_ROWS: usize = 200;

pub fn markdown(plan: &Plan, reports: &[Report]) -> String {
    let mut text = format!("### Plan: {}\n", summary(plan));
    diagnostics(&mut text, reports);
    let groups = groups(plan);
    for (title, environments) in [("Images", false), ("Environments", true)] {
        let of_kind = groups.iter().filter(|group| group.is_environment == environments);
        let actions: Vec<&Action> = of_kind.flat_map(|group| group.actions.iter().copied()).collect();
        let (skipped, shown): (Vec<&Action>, Vec<&Action>) =
            actions.into_iter().partition(|action| action.change == Change::None);
        if !shown.is_empty() {
            let _ = writeln!(text, "\n#### {title}\n");
            table(&mut text, &shown);
        }
        if !skipped.is_empty() {
            let _ = writeln!(text, "\n<details><summary>{title}: {} up to date</summary>\n", skipped.len());
            table(&mut text, &skipped);
            text.push_str("\n</details>\n");
        }
    }
    for action in plan.actions.iter().filter(|action| action.change != Change::None).take(MOST_ROWS) {
        details(&mut text, action);
    }
    if (2..=MOST_DRAWN).contains(&plan.actions.len()) {
        let _ = write!(text, "\n<details><summary>Graph</summary>\n\n```mermaid\n{}```\n\n</details>\n", mermaid(plan));
    }
    text
}

fn diagnostics(text: &mut String, reports: &[Report]) {
    for report in reports {
        let severity = match report.info.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let at = report.source.as_ref().map(|source| format!(" at {}", code(&format!("{}:{}", source.file, source.start.line))));
        let _ = write!(text, "\n> **{severity}**{}: {}\n", at.unwrap_or_default(), plain(&report.message));
    }
}

fn table(text: &mut String, actions: &[&Action]) {
    text.push_str("| | action | does | why |\n|---|---|---|---|\n");
    for action in actions.iter().take(MOST_ROWS) {
        let (address, does, why) = (code(&action.address), code(&deed(action)), plain(&action.reason.message));
        let _ =
            writeln!(text, "| {} {} | {address} | {does} | {why} |", code(&sign(action.change).to_string()), word(action.change));
    }
    if actions.len() > MOST_ROWS {
        let _ = writeln!(text, "| | | | and {} more |", actions.len() - MOST_ROWS);
    }
}

fn details(text: &mut String, action: &Action) {
    let (language, body) = match &action.step {
        Step::Build(build) => ("dockerfile", build.dockerfile.clone()),
        Step::Apply(apply) if !apply.changes.is_empty() => {
            ("diff", apply.changes.iter().map(|change| format!("! {}\n", field(change))).collect())
        }
        _ => return,
    };
    let fence = fence(&body);
    let newline = if body.ends_with('\n') { "" } else { "\n" };
    let address = plain(&action.address);
    let _ = write!(text, "\n<details><summary>{address}</summary>\n\n{fence}{language}\n{body}{newline}{fence}\n\n</details>\n");
}

/// A fence longer than any run of backticks in the text.
fn fence(body: &str) -> String {
    let (mut longest, mut run) = (2, 0);
    for character in body.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    "`".repeat(longest + 1)
}

/// In a code span of a table's cell: no backtick, no line break, no bare `|`.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('`', "'").replace(['\n', '\r'], " ").replace('|', "\\|"))
}

/// As text. Backticks stay: messages mark code with them.
fn plain(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace(['\n', '\r'], " ").replace('|', "\\|").replace('[', "\\[").replace('@', "&#64;")
}
