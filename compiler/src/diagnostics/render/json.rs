//! `--format json`: one document, `{"version": 1, "diagnostics": […]}`.
//!
//! The shape is an interface: [`SCHEMA`] describes it, and a test holds the two together.

use serde_json::{Value, json};

use super::page_url;
use crate::diagnostics::{Position, Report, ReportFix, Source};

/// The JSON Schema (2020-12) of the document.
pub const SCHEMA: &str = include_str!("json.schema.json");

/// The document, indented, with a final newline.
pub fn render(reports: &[Report]) -> String {
    format!("{:#}\n", json!({ "version": 1, "diagnostics": diagnostics(reports) }))
}

/// The list in the document, which a plan's JSON holds too. A diagnostic without a place has `null` for `file`, `start` and
/// `end`. A caption is the first of the labels.
pub fn diagnostics(reports: &[Report]) -> Value {
    reports.iter().map(diagnostic).collect()
}

fn diagnostic(report: &Report) -> Value {
    let caption = report.source.as_ref().filter(|_| !report.caption.is_empty());
    let caption = caption.map(|source| label(source, &report.caption));
    let labels: Vec<Value> =
        caption.into_iter().chain(report.labels.iter().map(|other| label(&other.source, &other.message))).collect();
    json!({
        "name": report.info.name,
        "severity": report.info.severity.word(),
        "message": report.message,
        "file": report.source.as_ref().map(|source| &source.file),
        "start": report.source.as_ref().map(|source| position(source.start)),
        "end": report.source.as_ref().map(|source| position(source.end)),
        "labels": labels,
        "help": report.help,
        "fixes": report.fixes.iter().map(fix).collect::<Vec<Value>>(),
        "url": page_url(report.info.name),
    })
}

fn label(source: &Source, message: &str) -> Value {
    json!({ "file": source.file, "start": position(source.start), "end": position(source.end), "message": message })
}

fn fix(fix: &ReportFix) -> Value {
    let edit = |source: &Source, text: &str| json!({ "file": source.file, "start": position(source.start), "end": position(source.end), "text": text });
    let edits: Vec<Value> = fix.edits.iter().map(|one| edit(&one.source, &one.text)).collect();
    json!({ "title": fix.title, "safe": fix.safe, "edits": edits })
}

fn position(position: Position) -> Value {
    json!({ "line": position.line, "column": position.column, "offset": position.offset })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::example::reports;

    #[test]
    fn the_document() {
        expect![[r#"
            {
              "version": 1,
              "diagnostics": [
                {
                  "name": "unknown-field",
                  "severity": "error",
                  "message": "a container has no field `memry`",
                  "file": ".coder/environments/team a.coder",
                  "start": {
                    "line": 3,
                    "column": 5,
                    "offset": 43
                  },
                  "end": {
                    "line": 3,
                    "column": 10,
                    "offset": 48
                  },
                  "labels": [
                    {
                      "file": ".coder/environments/team a.coder",
                      "start": {
                        "line": 3,
                        "column": 5,
                        "offset": 43
                      },
                      "end": {
                        "line": 3,
                        "column": 10,
                        "offset": 48
                      },
                      "message": "not a field"
                    },
                    {
                      "file": ".coder/environments/team a.coder",
                      "start": {
                        "line": 1,
                        "column": 1,
                        "offset": 0
                      },
                      "end": {
                        "line": 1,
                        "column": 4,
                        "offset": 3
                      },
                      "message": "in this container"
                    },
                    {
                      "file": "https://github.com/acme/base@0123456789abcdef0123456789abcdef01234567//.coder/a.coder",
                      "start": {
                        "line": 2,
                        "column": 5,
                        "offset": 20
                      },
                      "end": {
                        "line": 2,
                        "column": 11,
                        "offset": 26
                      },
                      "message": "like this"
                    }
                  ],
                  "help": [
                    "did you mean `memory`?"
                  ],
                  "fixes": [
                    {
                      "title": "write `memory`",
                      "safe": true,
                      "edits": [
                        {
                          "file": ".coder/environments/team a.coder",
                          "start": {
                            "line": 3,
                            "column": 5,
                            "offset": 43
                          },
                          "end": {
                            "line": 3,
                            "column": 10,
                            "offset": 48
                          },
                          "text": "memory"
                        }
                      ]
                    }
                  ],
                  "url": "https://github.com/coder/coderc/blob/main/compiler/src/diagnostics/catalog/unknown-field.md"
                },
                {
                  "name": "unpinned-image",
                  "severity": "warning",
                  "message": "100% of `a:b, c`\nis \u001b[31munpinned",
                  "file": null,
                  "start": null,
                  "end": null,
                  "labels": [],
                  "help": [],
                  "fixes": [],
                  "url": "https://github.com/coder/coderc/blob/main/compiler/src/diagnostics/catalog/unpinned-image.md"
                }
              ]
            }
        "#]]
        .assert_eq(&super::render(&reports()));
    }

    #[test]
    fn no_diagnostics_are_a_document_too() {
        assert_eq!(super::render(&[]), "{\n  \"version\": 1,\n  \"diagnostics\": []\n}\n");
    }
}
