//! A Dockerfile in the words that buildah understands.
//!
//! Heredocs it knows only in later versions: `COPY` takes its text from a file of the context, and `RUN` from an argument of the
//! shell. `SHELL` it leaves out of images in the format of the OCI, which alone has the annotations that a build is found by: what a
//! shell is to run names that shell.
//!
//! Instructions keep their number and their order, so that a step of a build is found again in the Dockerfile as it was. Variables
//! in the text of a `COPY` are not filled in: they are refused, as an image without them would be wrong without a word.

use compiler::diagnostics::catalog::local_build;
use compiler::dockerfile::{Form, Heredoc, Instruction, Keyword, parse};

use crate::execute::Failure;

/// The folder of the context that holds texts of heredocs.
pub const FOLDER: &str = ".coder-heredocs";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lowered {
    pub dockerfile: String,
    /// Path in the context, and text.
    pub files: Vec<(String, String)>,
}

pub fn lower(text: &str) -> Result<Lowered, Failure> {
    let parsed = parse(text);
    let mut lowered = Lowered { dockerfile: String::with_capacity(text.len()), files: Vec::new() };
    // The shell at the end of each stage so far; a stage that stands on another goes on with its shell.
    let mut shells: Vec<Option<Vec<String>>> = Vec::new();
    let mut at = 0;
    for instruction in &parsed.instructions {
        match instruction.keyword {
            Keyword::From => {
                let stage = shells.len();
                let below = parsed.earlier_stage(&parsed.stages[stage].base.text, stage);
                shells.push(below.and_then(|below| shells[below].clone()));
            }
            Keyword::Shell => {
                if let Some(shell) = shells.last_mut() {
                    *shell = serde_json::from_str(&instruction.rest.text).ok();
                }
            }
            _ => {}
        }
        let shell = shells.last().and_then(Option::as_deref);
        let (start, end) = (usize::from(instruction.range.start()), usize::from(instruction.range.end()));
        let before = &text[at..start];
        match (instruction.keyword, instruction.heredocs.first(), shell) {
            (Keyword::Run, Some(_), _) => lowered.dockerfile.extend([before, &run(text, instruction, shell)]),
            (_, Some(first), _) => {
                lowered.dockerfile.push_str(before);
                copy(text, instruction, usize::from(first.body.start()), &mut lowered)?;
            }
            (Keyword::Run | Keyword::Cmd | Keyword::Entrypoint, None, Some(shell)) if instruction.form == Form::Shell => {
                let Some(command) = instruction.words.first() else { continue };
                lowered.dockerfile.extend([before, &by_shell(text, instruction, Some(shell), command.text.to_string())]);
            }
            _ => continue,
        }
        at = end;
    }
    lowered.dockerfile.push_str(&text[at..]);
    Ok(lowered)
}

/// `COPY <<EOT /x` as `COPY .coder-heredocs/0/EOT /x`.
fn copy(text: &str, instruction: &Instruction, line_end: usize, lowered: &mut Lowered) -> Result<(), Failure> {
    let mut at = usize::from(instruction.range.start());
    for heredoc in &instruction.heredocs {
        let body = body(text, heredoc);
        if heredoc.expand && body.contains('$') {
            return Err(Failure::new(local_build::heredoc(&heredoc.name)));
        }
        let path = format!("{FOLDER}/{}/{}", lowered.files.len(), heredoc.name.replace('/', "_"));
        lowered.dockerfile.push_str(&text[at..usize::from(heredoc.mark.start())]);
        lowered.dockerfile.push_str(&path);
        lowered.files.push((path, body));
        at = usize::from(heredoc.mark.end());
    }
    lowered.dockerfile.push_str(text[at..line_end].trim_end());
    Ok(())
}

/// `RUN <<EOT` as `RUN ["/bin/sh", "-c", "…"]`.
fn run(text: &str, instruction: &Instruction, shell: Option<&[String]>) -> String {
    let rest = usize::from(instruction.rest.range.start());
    let script = match instruction.heredocs.as_slice() {
        [only] if instruction.rest.text.trim() == &text[usize::from(only.mark.start())..usize::from(only.mark.end())] => {
            let body = body(text, only);
            match body.starts_with("#!") {
                true => format!("f=$(mktemp) && cat >\"$f\" <<'CODER-EOT'\n{body}CODER-EOT\nchmod +x \"$f\" && \"$f\""),
                false => body,
            }
        }
        // The shell reads its heredocs itself.
        _ => text[rest..usize::from(instruction.range.end())].to_owned(),
    };
    by_shell(text, instruction, shell, script)
}

/// The instruction with a JSON array of the shell's words and the script.
fn by_shell(text: &str, instruction: &Instruction, shell: Option<&[String]>, script: String) -> String {
    let before = &text[usize::from(instruction.range.start())..usize::from(instruction.rest.range.start())];
    let shell = shell.map_or_else(|| vec!["/bin/sh".to_owned(), "-c".to_owned()], <[String]>::to_vec);
    let words = serde_json::Value::from([shell, vec![script]].concat());
    format!("{before}{words}")
}

fn body(text: &str, heredoc: &Heredoc) -> String {
    let body = &text[usize::from(heredoc.body.start())..usize::from(heredoc.body.end())];
    match heredoc.chomp {
        true => body.split_inclusive('\n').map(|line| line.trim_start_matches('\t')).collect(),
        false => body.to_owned(),
    }
}

/// An instruction as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// From 1.
    pub line: u32,
    /// Without the text of heredocs.
    pub instruction: String,
}

/// The instruction that buildah calls `step`. `lowered` is what it was given, `text` what that was made of.
pub fn origin(text: &str, lowered: &str, step: &str) -> Option<Origin> {
    let words = |text: &str| text.replace("\\\n", " ").split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let step = words(step);
    let is_meant = |instruction: &Instruction| {
        let whole = words(&lowered[usize::from(instruction.range.start())..usize::from(instruction.range.end())]);
        // In errors, it writes the words of a JSON array one after the other.
        let plain = || {
            let flags = usize::from(instruction.rest.range.start());
            let before = words(&lowered[usize::from(instruction.range.start())..flags]);
            let arguments = instruction.words.iter().flat_map(|word| words(&word.text));
            before.into_iter().chain(arguments).collect::<Vec<_>>()
        };
        whole == step || (instruction.form == Form::Json && plain() == step)
    };
    let index = parse(lowered).instructions.iter().position(is_meant)?;
    let parsed = parse(text);
    let instruction = parsed.instructions.get(index)?;
    let start = usize::from(instruction.range.start());
    let end = instruction.heredocs.first().map_or(instruction.range.end(), |heredoc| heredoc.body.start());
    Some(Origin {
        line: u32::try_from(text[..start].matches('\n').count() + 1).ok()?,
        instruction: text[start..usize::from(end)].trim_end().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_takes_its_text_from_a_file() {
        let text = "FROM a\nCOPY <<'EOT' /tmp/coder/image.json\n{\"a\": \"$b\"}\nEOT\nUSER root\n";
        let lowered = lower(text).unwrap();
        assert_eq!(lowered.dockerfile, "FROM a\nCOPY .coder-heredocs/0/EOT /tmp/coder/image.json\nUSER root\n");
        assert_eq!(lowered.files, [(".coder-heredocs/0/EOT".to_owned(), "{\"a\": \"$b\"}\n".to_owned())]);
    }

    #[test]
    fn variables_are_refused_rather_than_forgotten() {
        let problem = lower("FROM a\nCOPY <<EOT /x\n$HOME\nEOT\n").unwrap_err();
        assert_eq!(problem.info.name, "local-build");
    }

    #[test]
    fn a_run_gives_its_text_to_the_shell() {
        let lowered = lower("FROM a\nSHELL [\"/bin/bash\", \"-c\"]\nRUN --mount=type=cache,target=/x <<-EOT\n\techo one\n\techo \"two\"\n\tEOT\nFROM b\nRUN cat <<EOT >/x\ntext\nEOT").unwrap();
        assert_eq!(
            lowered.dockerfile,
            "FROM a\nSHELL [\"/bin/bash\", \"-c\"]\nRUN --mount=type=cache,target=/x [\"/bin/bash\",\"-c\",\"echo one\\necho \\\"two\\\"\\n\"]\nFROM b\nRUN [\"/bin/sh\",\"-c\",\"cat <<EOT >/x\\ntext\\nEOT\"]"
        );
    }

    #[test]
    fn what_a_shell_runs_names_the_shell() {
        let text = "FROM a AS one\nRUN x\nSHELL [\"/bin/bash\", \"-ec\"]\nRUN --network=none a | \\\n  b \"c\"\nCMD run it\nRUN [\"x\"]\nFROM b\nRUN y\nFROM one\nENTRYPOINT z\n";
        let lowered = lower(text).unwrap().dockerfile;
        let lines: Vec<&str> = lowered.lines().collect();
        assert_eq!(
            lines,
            [
                "FROM a AS one",
                "RUN x",
                r#"SHELL ["/bin/bash", "-ec"]"#,
                r#"RUN --network=none ["/bin/bash","-ec","a |   b \"c\""]"#,
                r#"CMD ["/bin/bash","-ec","run it"]"#,
                r#"RUN ["x"]"#,
                "FROM b",
                "RUN y",
                "FROM one",
                r#"ENTRYPOINT ["/bin/bash","-ec","z"]"#,
            ]
        );
        let written = Some(Origin { line: 4, instruction: "RUN --network=none a | \\\n  b \"c\"".to_owned() });
        assert_eq!(origin(text, &lowered, lines[3]), written);
        assert_eq!(origin(text, &lowered, "RUN --network=none /bin/bash -ec a |   b \"c\""), written);
    }

    #[test]
    fn a_step_is_found_again() {
        let text = "FROM a\nCOPY <<'EOT' /x\n1\n2\nEOT\nRUN one \\\n    two\n";
        let lowered = lower(text).unwrap();
        let line = |step: &str| origin(text, &lowered.dockerfile, step).map(|origin| origin.line);
        assert_eq!(line("RUN one     two"), Some(6));
        assert_eq!(line("RUN three"), None);
        let copied = origin(text, &lowered.dockerfile, "COPY .coder-heredocs/0/EOT /x").map(|origin| origin.instruction);
        assert_eq!(copied.as_deref(), Some("COPY <<'EOT' /x"));
    }
}
