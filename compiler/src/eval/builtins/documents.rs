//! Values as JSON and YAML: the same bytes for the same value, entries in the order of the source.

use super::Arguments;
use crate::diagnostics::catalog;
use crate::eval::limits::TEXT;
use crate::eval::strings::{positive_zero, write_scalar};
use crate::eval::{Data, Interpreter, Value};

pub fn json(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    written(run, arguments, write_json)
}

/// In block style, with a newline at the end.
pub fn yaml(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    written(run, arguments, |value, text| {
        match block(value) {
            Some(_) => write_block(value, 0, text)?,
            None => write_flow(value, text)?,
        }
        text.push('\n');
        Ok(())
    })
}

/// Why a value cannot be written.
enum Refusal {
    Secret,
    /// It holds an error, or what is no data.
    Silent,
    TooLong,
}

fn written(
    run: &mut Interpreter<'_>,
    arguments: &Arguments,
    write: impl Fn(&Value, &mut String) -> Result<(), Refusal>,
) -> Value {
    let Some(value) = arguments.value(0) else { return arguments.nothing() };
    if !run.steps(value.weight(), arguments.place) {
        return arguments.nothing();
    }
    let mut text = String::new();
    match write(value, &mut text) {
        Ok(()) => run.text(text, arguments.place),
        Err(Refusal::Secret) => run.fail(catalog::secret_in_text::new(arguments.places[0])),
        Err(Refusal::TooLong) => run.fail(catalog::limit_size::text(arguments.place, TEXT)),
        Err(Refusal::Silent) => arguments.nothing(),
    }
}

fn write_json(value: &Value, text: &mut String) -> Result<(), Refusal> {
    if text.len() > TEXT {
        return Err(Refusal::TooLong);
    }
    match &value.data {
        Data::None => text.push_str("null"),
        Data::List(list) => {
            text.push('[');
            for (index, item) in list.items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_json(item, text)?;
            }
            text.push(']');
        }
        Data::Record(_) | Data::Instance(_) => {
            text.push('{');
            for (index, (name, field)) in value.fields().into_iter().flat_map(|record| &record.fields).enumerate() {
                if index > 0 {
                    text.push(',');
                }
                quote(name, text);
                text.push(':');
                write_json(&field.value, text)?;
            }
            text.push('}');
        }
        Data::Secret(_) => return Err(Refusal::Secret),
        Data::Error | Data::Function(_) | Data::Builtin(_) => return Err(Refusal::Silent),
        Data::String(string) => quote(string, text),
        Data::Int(_) | Data::Bool(_) => {
            write_scalar(&value.data, text);
        }
        Data::Float(number) => match serde_json::Number::from_f64(positive_zero(*number)) {
            Some(number) => text.push_str(&number.to_string()),
            None => return Err(Refusal::Silent),
        },
        // An amount is a text, as interpolation writes it.
        amount => {
            let mut shown = String::new();
            write_scalar(amount, &mut shown);
            quote(&shown, text);
        }
    }
    Ok(())
}

fn quote(string: &str, text: &mut String) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            // U+2028, U+2029 and U+FEFF are line breaks or forbidden as they are in some reader or other.
            control if control.is_control() || matches!(control, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                text.push_str(&format!("\\u{:04x}", control as u32));
            }
            other => text.push(other),
        }
    }
    text.push('"');
}

/// How many entries a value has, if it is written over several lines.
fn block(value: &Value) -> Option<usize> {
    let entries = match &value.data {
        Data::List(list) => list.items.len(),
        _ => value.fields()?.fields.len(),
    };
    (entries > 0).then_some(entries)
}

/// The entries of a list or map, each on lines of its own; starts where the cursor is, ends without a newline.
fn write_block(value: &Value, depth: usize, text: &mut String) -> Result<(), Refusal> {
    if text.len() > TEXT {
        return Err(Refusal::TooLong);
    }
    let mut first = true;
    let mut separate = |text: &mut String| {
        if !std::mem::take(&mut first) {
            text.push('\n');
            text.extend(std::iter::repeat_n(' ', depth));
        }
    };
    if let Data::List(list) = &value.data {
        for item in &list.items {
            separate(text);
            text.push_str("- ");
            match block(item) {
                Some(_) => write_block(item, depth + 2, text)?,
                None => write_flow(item, text)?,
            }
        }
        return Ok(());
    }
    for (name, field) in value.fields().into_iter().flat_map(|record| &record.fields) {
        separate(text);
        write_plain_or_quoted(name, text);
        text.push(':');
        match (block(&field.value), &field.value.data) {
            (Some(_), Data::List(_)) => {
                text.push('\n');
                text.extend(std::iter::repeat_n(' ', depth));
                write_block(&field.value, depth, text)?;
            }
            (Some(_), _) => {
                text.push('\n');
                text.extend(std::iter::repeat_n(' ', depth + 2));
                write_block(&field.value, depth + 2, text)?;
            }
            (None, _) => {
                text.push(' ');
                write_flow(&field.value, text)?;
            }
        }
    }
    Ok(())
}

/// What fits on a line: scalars, `[]` and `{}`.
fn write_flow(value: &Value, text: &mut String) -> Result<(), Refusal> {
    match &value.data {
        Data::String(string) => {
            write_plain_or_quoted(string, text);
            Ok(())
        }
        _ => write_json(value, text),
    }
}

/// Plain where no reader of YAML 1.1 or 1.2 could take it for anything but this text.
fn write_plain_or_quoted(string: &str, text: &mut String) {
    let is_plain = string.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/')
        && string.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/'))
        && !matches!(string.to_ascii_lowercase().as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | "null");
    if is_plain { text.push_str(string) } else { quote(string, text) }
}
