//! A Dockerfile without heredocs, for buildah, which knows them only in later versions: `COPY` takes its text from a file of the
//! context, and `RUN` from an argument of the shell.
//!
//! Instructions keep their number and their order, so that a step of a build is found again in the Dockerfile as it was. Variables
//! in the text of a `COPY` are not filled in: they are refused, as an image without them would be wrong without a word.

use compiler::diagnostics::catalog::local_build;
use compiler::dockerfile::{Heredoc, Instruction, Keyword, parse};

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
    let mut shell: Option<Vec<String>> = None;
    let mut at = 0;
    for instruction in &parsed.instructions {
        match instruction.keyword {
            Keyword::From => shell = None,
            Keyword::Shell => shell = serde_json::from_str(&instruction.rest.text).ok(),
            _ => {}
        }
        let Some(first) = instruction.heredocs.first() else { continue };
        let (start, end) = (usize::from(instruction.range.start()), usize::from(instruction.range.end()));
        lowered.dockerfile.push_str(&text[at..start]);
        let line_end = usize::from(first.body.start());
        match instruction.keyword {
            Keyword::Run => lowered.dockerfile.push_str(&run(text, instruction, shell.as_deref())),
            _ => copy(text, instruction, line_end, &mut lowered)?,
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
    let before = &text[usize::from(instruction.range.start())..rest];
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

/// The line, from 1, of the instruction that buildah calls `step`. `lowered` is what it was given, `text` what that was made of.
pub fn line_of(text: &str, lowered: &str, step: &str) -> Option<u32> {
    let words = |text: &str| text.replace("\\\n", " ").split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let step = words(step);
    let given = parse(lowered);
    let index = given.instructions.iter().position(|instruction| {
        words(&lowered[usize::from(instruction.range.start())..usize::from(instruction.range.end())]) == step
    })?;
    let start = usize::from(parse(text).instructions.get(index)?.range.start());
    u32::try_from(text[..start].matches('\n').count() + 1).ok()
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
    fn a_step_is_found_again() {
        let text = "FROM a\nCOPY <<'EOT' /x\n1\n2\nEOT\nRUN one \\\n    two\n";
        let lowered = lower(text).unwrap();
        assert_eq!(line_of(text, &lowered.dockerfile, "RUN one     two"), Some(6));
        assert_eq!(line_of(text, &lowered.dockerfile, "RUN three"), None);
    }
}
