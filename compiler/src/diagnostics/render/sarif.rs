//! `--format sarif`: a SARIF 2.1.0 log of one run, for code hosts that show static analysis results.
//!
//! Files of the root package are relative to `%SRCROOT%`, those of an import absolute URIs. Columns count Unicode scalar
//! values, as everywhere here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{is_local, page_url};
use crate::diagnostics::{Info, Report, ReportFix, Source};

const ROOT: &str = "%SRCROOT%";

/// The log, indented, with a final newline. Its rules are those of `reports`, sorted by name.
pub fn render(reports: &[Report]) -> String {
    let rules: BTreeMap<&str, &Info> = reports.iter().map(|report| (report.info.name, report.info)).collect();
    let index: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(index, name)| (*name, index)).collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "coderc",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": "https://github.com/coder/coderc",
                "rules": rules.values().map(|info| rule(info)).collect::<Vec<Value>>(),
            } },
            "originalUriBaseIds": { ROOT: { "description": { "text": "The root of the repository that was checked." } } },
            "columnKind": "unicodeCodePoints",
            "results": reports.iter().map(|report| result(report, index[report.info.name])).collect::<Vec<Value>>(),
        }],
    });
    format!("{log:#}\n")
}

fn rule(info: &Info) -> Value {
    json!({
        "id": info.name,
        "shortDescription": { "text": first_paragraph(info.page) },
        "help": { "text": info.page, "markdown": info.page },
        "helpUri": page_url(info.name),
        "defaultConfiguration": { "level": info.severity.word() },
    })
}

/// The paragraph below a page's title, on one line.
fn first_paragraph(page: &str) -> String {
    let body = page.trim_start().lines().skip_while(|line| line.starts_with('#') || line.trim().is_empty());
    body.take_while(|line| !line.trim().is_empty()).map(str::trim).collect::<Vec<&str>>().join(" ")
}

fn result(report: &Report, rule_index: usize) -> Value {
    let help = report.help.iter().map(|help| format!("\nhelp: {help}")).collect::<String>();
    let mut result = Map::new();
    result.insert("ruleId".into(), json!(report.info.name));
    result.insert("ruleIndex".into(), json!(rule_index));
    result.insert("level".into(), json!(report.info.severity.word()));
    result.insert("message".into(), json!({ "text": format!("{}{help}", report.message) }));
    let locations: Vec<Value> =
        report.source.iter().map(|source| json!({ "physicalLocation": physical_location(source) })).collect();
    result.insert("locations".into(), json!(locations));
    if !report.labels.is_empty() {
        let related = report.labels.iter().enumerate().map(|(id, label)| {
            json!({ "id": id, "message": { "text": label.message }, "physicalLocation": physical_location(&label.source) })
        });
        result.insert("relatedLocations".into(), related.collect());
    }
    if !report.fixes.is_empty() {
        result.insert("fixes".into(), report.fixes.iter().map(fix).collect());
    }
    Value::Object(result)
}

fn fix(fix: &ReportFix) -> Value {
    let files: BTreeSet<&str> = fix.edits.iter().map(|edit| edit.source.file.as_str()).collect();
    let changes = files.into_iter().map(|file| {
        let edits = fix.edits.iter().filter(|edit| edit.source.file == file);
        let replacements =
            edits.map(|edit| json!({ "deletedRegion": region(&edit.source), "insertedContent": { "text": edit.text } }));
        json!({ "artifactLocation": artifact(file), "replacements": replacements.collect::<Vec<Value>>() })
    });
    json!({ "description": { "text": fix.title }, "artifactChanges": changes.collect::<Vec<Value>>() })
}

fn physical_location(source: &Source) -> Value {
    json!({ "artifactLocation": artifact(&source.file), "region": region(source) })
}

fn region(source: &Source) -> Value {
    json!({
        "startLine": source.start.line,
        "startColumn": source.start.column,
        "endLine": source.end.line,
        "endColumn": source.end.column,
    })
}

fn artifact(file: &str) -> Value {
    if is_local(file) {
        json!({ "uri": percent_encoded(file), "uriBaseId": ROOT })
    } else {
        json!({ "uri": percent_encoded(file) })
    }
}

/// A path or URL with every byte that may not stand in a URI's path escaped.
fn percent_encoded(path: &str) -> String {
    let colon = if is_local(path) { "%3A" } else { ":" };
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' | b'@' | b'+' => char::from(byte).to_string(),
        b':' => colon.to_string(),
        _ => format!("%{byte:02X}"),
    };
    path.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::example::reports;
    use super::*;

    #[test]
    fn the_log() {
        let mut log: Value = serde_json::from_str(&render(&reports())).expect("JSON");
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array_mut().expect("rules");
        rules.iter_mut().for_each(|rule| rule["help"] = Value::Null);
        expect![[r#"
            {
              "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
              "version": "2.1.0",
              "runs": [
                {
                  "tool": {
                    "driver": {
                      "name": "coderc",
                      "version": "0.1.0",
                      "informationUri": "https://github.com/coder/coderc",
                      "rules": [
                        {
                          "id": "unknown-field",
                          "shortDescription": {
                            "text": "A record, a block or a declaration sets a field that its type does not have. Most often the name is misspelt; the nearest known name is offered as a fix."
                          },
                          "help": null,
                          "helpUri": "https://github.com/coder/coderc/blob/main/compiler/src/diagnostics/catalog/unknown-field.md",
                          "defaultConfiguration": {
                            "level": "error"
                          }
                        },
                        {
                          "id": "unpinned-image",
                          "shortDescription": {
                            "text": "It may change any day."
                          },
                          "help": null,
                          "helpUri": "https://github.com/coder/coderc/blob/main/compiler/src/diagnostics/catalog/unpinned-image.md",
                          "defaultConfiguration": {
                            "level": "warning"
                          }
                        }
                      ]
                    }
                  },
                  "originalUriBaseIds": {
                    "%SRCROOT%": {
                      "description": {
                        "text": "The root of the repository that was checked."
                      }
                    }
                  },
                  "columnKind": "unicodeCodePoints",
                  "results": [
                    {
                      "ruleId": "unknown-field",
                      "ruleIndex": 0,
                      "level": "error",
                      "message": {
                        "text": "a container has no field `memry`\nhelp: did you mean `memory`?"
                      },
                      "locations": [
                        {
                          "physicalLocation": {
                            "artifactLocation": {
                              "uri": ".coder/environments/team%20a.coder",
                              "uriBaseId": "%SRCROOT%"
                            },
                            "region": {
                              "startLine": 3,
                              "startColumn": 5,
                              "endLine": 3,
                              "endColumn": 10
                            }
                          }
                        }
                      ],
                      "relatedLocations": [
                        {
                          "id": 0,
                          "message": {
                            "text": "in this container"
                          },
                          "physicalLocation": {
                            "artifactLocation": {
                              "uri": ".coder/environments/team%20a.coder",
                              "uriBaseId": "%SRCROOT%"
                            },
                            "region": {
                              "startLine": 1,
                              "startColumn": 1,
                              "endLine": 1,
                              "endColumn": 4
                            }
                          }
                        },
                        {
                          "id": 1,
                          "message": {
                            "text": "like this"
                          },
                          "physicalLocation": {
                            "artifactLocation": {
                              "uri": "https://github.com/acme/base@0123456789abcdef0123456789abcdef01234567//.coder/a.coder"
                            },
                            "region": {
                              "startLine": 2,
                              "startColumn": 5,
                              "endLine": 2,
                              "endColumn": 11
                            }
                          }
                        }
                      ],
                      "fixes": [
                        {
                          "description": {
                            "text": "write `memory`"
                          },
                          "artifactChanges": [
                            {
                              "artifactLocation": {
                                "uri": ".coder/environments/team%20a.coder",
                                "uriBaseId": "%SRCROOT%"
                              },
                              "replacements": [
                                {
                                  "deletedRegion": {
                                    "startLine": 3,
                                    "startColumn": 5,
                                    "endLine": 3,
                                    "endColumn": 10
                                  },
                                  "insertedContent": {
                                    "text": "memory"
                                  }
                                }
                              ]
                            }
                          ]
                        }
                      ]
                    },
                    {
                      "ruleId": "unpinned-image",
                      "ruleIndex": 1,
                      "level": "warning",
                      "message": {
                        "text": "100% of `a:b, c`\nis \u001b[31munpinned"
                      },
                      "locations": []
                    }
                  ]
                }
              ]
            }
        "#]].assert_eq(&format!("{log:#}\n"));
    }

    #[test]
    fn uris_are_encoded() {
        assert_eq!(percent_encoded("a b:ü/%.coder"), "a%20b%3A%C3%BC/%25.coder");
        assert_eq!(percent_encoded("https://h/a@1//b c"), "https://h/a@1//b%20c");
    }
}
