//! The Kubernetes objects of a plan as a stream of YAML documents, ready for `kubectl apply -f -`.
//!
//! Renders no object: they come in as JSON values, in the order in which they are to be applied.

use serde_json::Value;

/// One document an object, in the order given. Whatever reads as something else in YAML 1.1 or 1.2 (`no`, `1e3`, `12:30`,
/// `2024-01-01`) is quoted when it is a string. A line is never folded.
pub fn yaml(objects: &[Value]) -> String {
    let mut text = String::new();
    for object in objects {
        let options = serde_saphyr::ser_options! {
            folded_wrap_chars: usize::MAX,
            prefer_block_scalars: !has_tabbed_text(object),
        };
        text.push_str("---\n");
        // A JSON value has string keys and finite numbers: there is nothing that YAML cannot hold.
        text.push_str(&serde_saphyr::to_string_with_options(object, options).unwrap_or_default());
        if !text.ends_with('\n') {
            text.push('\n');
        }
    }
    text
}

/// Whether there is a text of several lines that begins with a tab: PyYAML takes one in a block for indentation.
fn has_tabbed_text(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\n') && text.trim_start_matches(['\n', '\r', ' ']).starts_with('\t'),
        Value::Array(entries) => entries.iter().any(has_tabbed_text),
        Value::Object(fields) => fields.values().any(has_tabbed_text),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn strings_stay_strings() {
        let traps = [
            "no",
            "yes",
            "on",
            "off",
            "y",
            "n",
            "null",
            "~",
            "true",
            "1",
            "0o17",
            "017",
            "0x1f",
            "1e3",
            "1_000",
            ".5",
            "12:30",
            "+1",
            "-",
            "2024-01-01",
            "",
            " a",
            "a ",
            "a: b",
            "# a",
            "a #b",
            "- a",
            "? a",
            "&a",
            "*a",
            "!a",
            "%a",
            "@a",
            "`a",
            "{",
            "[",
            "'",
            "\"",
            "|",
            ">",
            "=",
            "<<",
            "a\nb",
            "a\n",
            "\n",
            "a\n\n",
            "  a\nb",
            "a\tb",
            "\u{0}",
            "\u{85}",
            "\u{2028}",
            "\u{feff}",
            "é😀",
            "a\\b",
            "FROM debian\nRUN echo \"$A\" > /x  \n\n\tTAB\n",
            "a\r\nb",
            "...",
            "---",
            "--- a",
        ];
        let object = json!({ "apiVersion": "v1", "data": traps.to_vec(), "keys": { "no": 1, "1": 2.5, "a: b": null, "": [], "x": {} }, "b": true });
        let text = yaml(&[object.clone(), json!({ "a": 1 })]);
        let documents: Vec<Value> = serde_saphyr::from_multiple(&text).expect("it reads what it writes");
        assert_eq!(documents, [object, json!({ "a": 1 })]);
    }

    #[test]
    fn a_text_that_begins_with_a_tab_is_no_block() {
        assert_eq!(yaml(&[json!({ "a": "\n\tx\ny" })]), "---\na: \"\\n\\tx\\ny\"\n");
    }

    #[test]
    fn scripts_are_blocks_that_people_can_read() {
        let text = yaml(&[json!({ "data": { "Dockerfile": "FROM debian\nRUN true\n" }, "list": [{ "a": "1", "b": 2 }] })]);
        assert_eq!(text, "---\ndata:\n  Dockerfile: |\n    FROM debian\n    RUN true\nlist:\n- a: \"1\"\n  b: 2\n");
    }
}
