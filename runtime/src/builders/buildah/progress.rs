//! What buildah prints, as phases of an action, and why it failed, from what it printed last.
//!
//! Pure. What it prints is meant for people: a line that is not known is part of the log and nothing else.

use compiler::diagnostics::Diagnostic;
use compiler::diagnostics::catalog::local_build;

use crate::execute::Phase;

/// The phase that a line begins, if it begins one: `STEP 2/7: RUN make`, `[1/2] STEP 2/7: …`, `Trying to pull …`.
pub fn phase(line: &str) -> Option<Phase> {
    let plain = match line.strip_prefix('[') {
        Some(rest) => rest.split_once("] ")?.1,
        None => line,
    };
    if let Some(image) = plain.strip_prefix("Trying to pull ") {
        return Some(Phase::Fetching { what: image.trim_end_matches('.').to_owned() });
    }
    let (numbers, instruction) = plain.strip_prefix("STEP ")?.split_once(": ")?;
    let (number, of) = numbers.split_once('/')?;
    Some(Phase::Step { number: number.parse().ok()?, of: of.parse().ok()?, instruction: instruction.to_owned() })
}

/// Whether a build failed by a fault of buildah's own that is of a moment: it copies itself into memory for each `RUN`, and the copy
/// can be busy when it is sealed.
pub fn passes(last: &[String]) -> bool {
    last.iter().any(|line| line.contains("sealing memfd copy"))
}

/// The instruction that a build failed at, as buildah names it, and why. `written` is what the user wrote for one.
pub fn failure(last: &[String], code: Option<i32>, written: impl Fn(&str) -> String) -> (Option<String>, Diagnostic) {
    let error = last.iter().rev().find_map(|line| line.strip_prefix("Error: ").or(line.strip_prefix("error: ")));
    let all = || last.iter().map(String::as_str);
    if all().any(|line| line.contains("no space left on device")) {
        return (None, local_build::disk());
    }
    let Some(error) = error else {
        let detail = last.last().map_or("nothing, and ended", String::as_str);
        let ended = code.map_or_else(|| "it was killed".to_owned(), |code| format!("status {code}"));
        return (None, local_build::other(&format!("{detail} ({ended})")));
    };
    if let Some((step, detail)) = error.strip_prefix("building at STEP \"").and_then(|rest| rest.rsplit_once("\": ")) {
        let step = step.replace("\\\"", "\"").replace("\\\\", "\\");
        let keyword = step.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        let shown = short(&written(&step));
        let diagnostic = match keyword.as_str() {
            "COPY" | "ADD" => local_build::copy(&shown, detail),
            _ => local_build::step(&shown, detail.rsplit("exit ").next().unwrap_or(detail)),
        };
        return (Some(step), diagnostic);
    }
    let base = error.strip_prefix("creating build container: ").unwrap_or(error);
    let pulled = all().rev().find_map(|line| line.strip_prefix("Trying to pull "));
    let named = pulled.map(|image| image.trim_end_matches('.').to_owned());
    match named {
        Some(image) => (None, local_build::base(&image, base)),
        None => (None, local_build::other(error)),
    }
}

/// An instruction as one line of a message.
pub fn short(step: &str) -> String {
    let mut text: String = step.replace("\\\n", " ").split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() > 80 {
        text = text.chars().take(79).collect::<String>() + "…";
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn steps_and_pulls_are_phases() {
        let step = |number, of, instruction: &str| Some(Phase::Step { number, of, instruction: instruction.to_owned() });
        assert_eq!(phase("STEP 2/7: RUN make: all"), step(2, 7, "RUN make: all"));
        assert_eq!(phase("[1/2] STEP 3/4: COPY a b"), step(3, 4, "COPY a b"));
        assert_eq!(
            phase("Trying to pull docker.io/x@sha256:1..."),
            Some(Phase::Fetching { what: "docker.io/x@sha256:1".into() })
        );
        assert_eq!(phase("STEP by step"), None);
        assert_eq!(phase("[notice] x"), None);
    }

    #[test]
    fn a_fault_of_buildahs_own_passes() {
        let busy = "Close_Fd sealing memfd copy: Device or resource busy\nError: building at STEP \"RUN x\": exit status 1";
        assert!(passes(&lines(busy)));
        assert!(!passes(&lines("Device or resource busy\nError: building at STEP \"RUN x\": exit status 1")));
    }

    #[test]
    fn each_failure_is_told_from_the_others() {
        let told = |text: &str| failure(&lines(text), Some(1), str::to_owned);
        let (step, diagnostic) =
            told("x: not found\nsubprocess exited with status 127\nError: building at STEP \"RUN x \\\"y\\\"\": exit status 127");
        assert_eq!(step.as_deref(), Some("RUN x \"y\""));
        assert_eq!(diagnostic.message, "`RUN x \"y\"` ended with status 127");
        let (_, diagnostic) = told("Error: building at STEP \"COPY nofile /\": checking on sources: no such file or directory");
        assert_eq!(diagnostic.message, "`COPY nofile /` copies what is not there");
        let (_, diagnostic) = told(
            "Trying to pull docker.io/library/x@sha256:1...\nError: creating build container: initializing source docker://x: pinging container registry: dial tcp: no such host",
        );
        assert_eq!(diagnostic.message, "the base `docker.io/library/x@sha256:1` is not on this machine and could not be pulled");
        let (_, diagnostic) = told("write /x: no space left on device\nError: building at STEP \"RUN x\": exit status 1");
        assert_eq!(diagnostic.message, "the disk is full");
        let (_, diagnostic) = failure(&[], None, str::to_owned);
        assert_eq!(diagnostic.help, ["buildah says: nothing, and ended (it was killed)"]);
    }
}
