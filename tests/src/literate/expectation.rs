//! Comments that say what must be reported: `// error: [name] part of the message`, `# warning: [name]`.
//!
//! At the end of a line it means that line, on a line of its own the next line that is not such a comment.

use super::{Finding, Package};

/// One diagnostic that must be reported.
#[derive(Debug, PartialEq, Eq)]
pub struct Expectation {
    pub severity: &'static str,
    pub name: String,
    /// A part of the message.
    pub text: String,
    pub file: String,
    /// From 1.
    pub line: usize,
}

impl Expectation {
    /// Every expectation of a package's own files.
    pub fn of(package: &Package) -> Vec<Expectation> {
        let mut expectations = Vec::new();
        for (file, text) in &package.files {
            let mut pending: Vec<Expectation> = Vec::new();
            for (line, number) in text.lines().zip(1..) {
                let found = parse(line, file, number);
                match found {
                    Some((expectation, true)) => pending.push(expectation),
                    found => {
                        expectations.extend(pending.drain(..).map(|expectation| Expectation { line: number, ..expectation }));
                        expectations.extend(found.map(|(expectation, _)| expectation));
                    }
                }
            }
        }
        expectations
    }

    fn is_met_by(&self, finding: &Finding) -> bool {
        finding.severity == self.severity
            && finding.name == self.name
            && finding.message.contains(&self.text)
            && finding.file.as_deref() == Some(&self.file)
            && finding.line == self.line
    }
}

/// The expectation of a line, and whether it stands alone.
fn parse(line: &str, file: &str, number: usize) -> Option<(Expectation, bool)> {
    let starts = ["// error: [", "# error: [", "// warning: [", "# warning: ["];
    let (at, start) = starts.iter().find_map(|start| line.find(start).map(|at| (at, start)))?;
    let severity = if start.contains("error") { "error" } else { "warning" };
    let (name, text) = line[at + start.len()..].split_once(']')?;
    let expectation = Expectation { severity, name: name.into(), text: text.trim().into(), file: file.into(), line: number };
    Some((expectation, line[..at].trim().is_empty()))
}

/// What was expected and not found, and found and not expected; empty when all is as it should be.
pub fn compare(package: &Package, findings: &[Finding]) -> Vec<String> {
    let mut unexpected: Vec<&Finding> = findings.iter().collect();
    let mut problems = Vec::new();
    for expectation in Expectation::of(package) {
        match unexpected.iter().position(|finding| expectation.is_met_by(finding)) {
            Some(index) => {
                unexpected.remove(index);
            }
            None => problems.push(format!(
                "expected at {}: {}[{}] {}",
                place(package, &expectation.file, expectation.line),
                expectation.severity,
                expectation.name,
                expectation.text
            )),
        }
    }
    problems.extend(unexpected.into_iter().map(|finding| format!("reported: {}", describe(package, finding))));
    problems
}

/// A finding for people, with the document's line.
pub fn describe(package: &Package, finding: &Finding) -> String {
    let place = finding.file.as_ref().map_or_else(|| "no place".into(), |file| place(package, file, finding.line));
    format!("{}[{}] {} at {place}", finding.severity, finding.name, finding.message)
}

fn place(package: &Package, file: &str, line: usize) -> String {
    match package.lines.get(file) {
        Some(first) => format!("{file}:{line} (line {} of the document)", first + line - 1),
        None => format!("{file}:{line}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sections;
    use super::*;

    #[test]
    fn comments_mean_their_line_or_the_next() {
        let text = "```coder\nlet a = b // error: [unknown-name] `b`\n// error: [x] 1\n// warning: [y]\nlet c = 1\n```\n";
        let package = Package::of(&sections(text)[0].blocks);
        let found: Vec<String> = Expectation::of(&package)
            .iter()
            .map(|expectation| format!("{}:{} {} {}", expectation.line, expectation.severity, expectation.name, expectation.text))
            .collect();
        assert_eq!(found, ["1:error unknown-name `b`", "4:error x 1", "4:warning y "]);
    }

    #[test]
    fn missing_and_unexpected_are_told() {
        let text = "```coder\nlet a = b // error: [unknown-name] `b`\n```\n";
        let package = Package::of(&sections(text)[0].blocks);
        let mut finding = Finding {
            name: "unknown-name".into(),
            severity: "error".into(),
            message: "there is no `b`".into(),
            file: Some(".coder/main.coder".into()),
            line: 1,
            fixes: Vec::new(),
        };
        assert_eq!(compare(&package, std::slice::from_ref(&finding)), Vec::<String>::new());
        finding.line = 2;
        assert_eq!(compare(&package, &[finding]).len(), 2);
    }
}
