//! A value as the language writes it: for messages, `explain` and hover.

use super::strings::write_scalar;
use super::{Data, Record, Value};

/// Characters after which a shown value is cut.
const LENGTH: usize = 200;

/// `"ana"`, `4GB`, `[1, 2]`, `{ a = 1 }`, `secret("api", key: "token")`, `environment`; cut where it is long.
pub fn show(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    if let Some((cut, _)) = text.char_indices().nth(LENGTH) {
        text.truncate(cut);
        text.push('…');
    }
    text
}

/// Whether nothing that follows would be shown.
fn is_long(text: &str) -> bool {
    text.len() > LENGTH && text.chars().nth(LENGTH).is_some()
}

fn write(value: &Value, text: &mut String) {
    if is_long(text) {
        return;
    }
    match &value.data {
        Data::Error => text.push_str("unknown"),
        Data::None => text.push_str("none"),
        Data::String(string) => quote(string, text),
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            text.push_str(&format!("{:.1}", super::strings::positive_zero(*number)));
        }
        Data::Secret(secret) => {
            text.push_str("secret(");
            quote(&secret.name, text);
            text.push_str(", key: ");
            quote(&secret.key, text);
            text.push(')');
        }
        Data::List(list) => {
            text.push('[');
            for (index, item) in list.items.iter().enumerate() {
                if is_long(text) {
                    break;
                }
                if index > 0 {
                    text.push_str(", ");
                }
                write(item, text);
            }
            text.push(']');
        }
        Data::Record(record) => fields(record, text),
        Data::Instance(instance) => {
            text.push_str(instance.kind.word());
            text.push(' ');
            fields(&instance.fields, text);
        }
        Data::Function(_) => text.push_str("function"),
        Data::Builtin(name) => text.push_str(name),
        scalar => {
            write_scalar(scalar, text);
        }
    }
}

fn fields(record: &Record, text: &mut String) {
    if record.fields.is_empty() {
        text.push_str("{}");
        return;
    }
    text.push_str("{ ");
    for (index, (name, field)) in record.fields.iter().enumerate() {
        if is_long(text) {
            break;
        }
        if index > 0 {
            text.push_str(", ");
        }
        if is_name(name) {
            text.push_str(name)
        } else {
            quote(name, text)
        }
        text.push_str(" = ");
        write(&field.value, text);
    }
    text.push_str(" }");
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '-'))
}

/// A text in quotes, as the language escapes it.
pub(super) fn quote(string: &str, text: &mut String) {
    text.push('"');
    for character in string.chars().take(LENGTH + 1) {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            control if control.is_control() => text.push_str(&format!("\\u{{{:x}}}", control as u32)),
            other => text.push(other),
        }
    }
    text.push('"');
}
