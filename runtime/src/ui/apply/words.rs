//! Events in words, the same for a terminal and for a log.
//!
//! Pure.

use std::time::Duration;

use compiler::diagnostics::render;

use crate::execute::{Failure, Outcome, Phase, Summary};

pub fn phase(phase: &Phase) -> String {
    match phase {
        Phase::Waiting { what } => format!("waiting for {what}"),
        Phase::Fetching { what } => format!("fetching {what}"),
        Phase::Step { number, of, instruction } => format!("step {number} of {of}: {}", one_line(instruction, 70)),
        Phase::Pushing { bytes: Some(bytes) } => format!("pushing {}", size(*bytes)),
        Phase::Pushing { bytes: None } => "pushing".to_owned(),
        Phase::Settling { what } => what.clone(),
    }
}

/// What ended an action, in a few words, without the failure's own message.
pub fn outcome(outcome: &Outcome, took: Duration) -> String {
    match outcome {
        Outcome::Done { remark } if remark.is_empty() => format!("done in {}", time(took)),
        Outcome::Done { remark } => format!("{remark} ({})", time(took)),
        Outcome::Skipped { proof } => proof.clone(),
        Outcome::Failed(failure) => format!("failed after {}: {}", time(took), failure.message),
        Outcome::Cancelled => "stopped".to_owned(),
        Outcome::NotTried { because } => format!("not tried, because of {because}"),
    }
}

/// A sign of one column, and its colour.
pub fn sign(outcome: &Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Done { .. } => ("+", "32"),
        Outcome::Skipped { .. } => ("=", "2"),
        Outcome::Failed(_) => ("x", "31"),
        Outcome::Cancelled | Outcome::NotTried { .. } => ("-", "33"),
    }
}

/// The diagnostic, where its cause was typed, and the end of the log.
pub fn failure(address: &str, failure: &Failure, color: bool) -> String {
    let mut report = failure.report();
    report.message = format!("{address}: {}", report.message);
    // A saved plan has no sources beside it: the place is named, and not shown.
    let place = report.source.take().map(|source| format!("  at {}:{}\n", source.file, source.start.line));
    let shown = render::terminal::render(&[report], &NoSources, color);
    // The renderer counts reports at its end; the summary does that here.
    let shown = shown.rsplit_once("\n\n").map_or(shown.as_str(), |(report, _)| report).trim_end();
    let (message, help) = shown.split_once('\n').unwrap_or((shown, ""));
    let mut text = format!("{message}\n{}{help}", place.unwrap_or_default()).trim_end().to_owned();
    text.push('\n');
    if !failure.log.is_empty() {
        text.push_str("  the end of its log:\n");
        for line in &failure.log {
            text.push_str(&format!("  | {}\n", line.trim_end()));
        }
    }
    text
}

/// The last line of a run.
pub fn summary(summary: &Summary) -> String {
    let counts = [
        (summary.done.len(), "done"),
        (summary.skipped.len(), "unchanged"),
        (summary.failed.len(), "failed"),
        (summary.cancelled.len(), "stopped"),
        (summary.not_tried.len(), "not tried"),
    ];
    let said: Vec<String> =
        counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    match said.is_empty() {
        true => "Applied: nothing to do".to_owned(),
        false if summary.done.is_empty() && summary.complete() => format!("Applied: nothing to do, {}", said.join(", ")),
        false if summary.complete() => format!("Applied: {}", said.join(", ")),
        false => format!("Not applied: {}", said.join(", ")),
    }
}

/// `850 ms`, `12 s`, `3 min 4 s`.
pub fn time(took: Duration) -> String {
    match took.as_secs() {
        0 => format!("{} ms", took.as_millis()),
        seconds @ 1..60 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// `34 MB`, in powers of 1000 as registries count.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..10_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    }
}

/// Without line breaks, and not longer than `most` characters.
pub fn one_line(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most { line } else { format!("{}…", line.chars().take(most - 1).collect::<String>()) }
}

pub fn painted(color: bool, code: &str, text: &str) -> String {
    if color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}

struct NoSources;

impl compiler::diagnostics::Sources for NoSources {
    fn text(&self, _: &str) -> Option<&str> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_read_as_people_say_them() {
        assert_eq!(time(Duration::from_millis(850)), "850 ms");
        assert_eq!(time(Duration::from_secs(12)), "12 s");
        assert_eq!(time(Duration::from_secs(184)), "3 min 4 s");
        assert_eq!((size(12), size(34_200_000)), ("12 B".to_owned(), "34 MB".to_owned()));
        assert_eq!(one_line("RUN a \\\n  b", 7), "RUN a …");
    }

    #[test]
    fn a_summary_says_what_was_not_done() {
        let mut run = Summary::default();
        assert_eq!(summary(&run), "Applied: nothing to do");
        run.skipped.push("a".into());
        assert_eq!(summary(&run), "Applied: nothing to do, 1 unchanged");
        run.done.push("b".into());
        assert_eq!(summary(&run), "Applied: 1 done, 1 unchanged");
        run.not_tried.push(("c".into(), "b".into()));
        assert_eq!(summary(&run), "Not applied: 1 done, 1 unchanged, 1 not tried");
    }

    #[test]
    fn a_failure_shows_its_mend_and_the_end_of_its_log() {
        let cancelled = compiler::diagnostics::catalog::cancelled::new();
        let bad = Failure::new(cancelled).at(Some(("dev/Dockerfile".into(), 3))).log(vec!["no such file".into()]);
        let text = failure("image.dev", &bad, false);
        assert!(text.starts_with("error[cancelled]: image.dev: it was stopped"), "{text}");
        assert!(text.contains("dev/Dockerfile:3"), "{text}");
        assert!(text.contains("help: run `coderc apply` again"), "{text}");
        assert!(text.ends_with("  | no such file\n"), "{text}");
        assert!(!text.contains("1 error"), "{text}");
    }
}
