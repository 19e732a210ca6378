//! The published JSON Schemas describe what is written, and nothing else.

use compiler::diagnostics::render::json;
use compiler::diagnostics::{Position, Report, ReportEdit, ReportFix, ReportLabel, Source, catalog};
use serde_json::Value;

#[test]
fn diagnostics() {
    let schema: Value = serde_json::from_str(json::SCHEMA).expect("the schema is JSON");
    let schema = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let document: Value = serde_json::from_str(&json::render(&reports())).expect("the document is JSON");
    let errors: Vec<String> = schema.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path)).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{document:#}");

    let refuses = |pointer: &str, wrong: Value| {
        let mut document = document.clone();
        *document.pointer_mut(pointer).expect("the place exists") = wrong;
        assert!(!schema.is_valid(&document), "the schema accepts {pointer} = {}", document.pointer(pointer).expect("it exists"));
    };
    refuses("/version", 2.into());
    refuses("/diagnostics/0/name", "Not Kebab".into());
    refuses("/diagnostics/0/severity", "fatal".into());
    refuses("/diagnostics/0/start/line", 0.into());
    refuses("/diagnostics/0/end", Value::Null);
    refuses("/diagnostics/1/file", "a.coder".into());
    refuses("/diagnostics/0/fixes/0/edits", Value::Array(Vec::new()));
}

/// One with everything, one without a place.
fn reports() -> Vec<Report> {
    let position = |column| Position { line: 1, column, offset: column - 1 };
    let source = Source { file: ".coder/a.coder".into(), start: position(5), end: position(9) };
    let full = Report {
        info: &catalog::unknown_field::INFO,
        message: "a container has no field `memry`".into(),
        source: Some(source.clone()),
        caption: "here".into(),
        labels: vec![ReportLabel { source: source.clone(), message: "in this container".into() }],
        help: vec!["did you mean `memory`?".into()],
        fixes: vec![ReportFix {
            title: "write `memory`".into(),
            safe: true,
            edits: vec![ReportEdit { source, text: "memory".into() }],
        }],
    };
    let placeless = Report { source: None, labels: Vec::new(), fixes: Vec::new(), ..full.clone() };
    vec![full, placeless]
}
