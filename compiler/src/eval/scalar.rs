//! What a plain text means where a type is expected: a YAML scalar, an argument of the command line.

use smol_str::SmolStr;

use super::{Data, Value};
use crate::hir::Scalar;
use crate::model::Bytes;
use crate::text::Place;
use crate::types::{Checked, Quantity, Ty, parse_quantity};

/// A YAML scalar where nothing particular is expected: YAML's core schema.
pub(super) fn any(scalar: &Scalar, place: Place) -> Value {
    let data = if scalar.quoted { None } else { core(&scalar.text) };
    Value::new(data.unwrap_or_else(|| Data::String(scalar.text.clone())), place)
}

/// A YAML scalar where `ty` is expected; `None` where it is none of the type.
pub(super) fn as_type(scalar: &Scalar, ty: &Ty) -> Option<Data> {
    let text = &scalar.text;
    match ty {
        Ty::Option(_) if !scalar.quoted && is_null(text) => Some(Data::None),
        Ty::Option(inner) => as_type(scalar, inner),
        Ty::Refined(refined) => as_type(scalar, &refined.base),
        Ty::Union(union) => union
            .arms
            .iter()
            .find(|arm| matches!(arm, Ty::Literal(literal) if literal == text))
            .or_else(|| union.arms.iter().find(|arm| !is_text(arm) && as_type(scalar, arm).is_some()))
            .or_else(|| union.arms.iter().find(|arm| is_text(arm)))
            .and_then(|arm| as_type(scalar, arm)),
        _ if is_text(ty) => Some(Data::String(text.clone())),
        Ty::Any | Ty::Error | Ty::Never => {
            Some(if scalar.quoted { None } else { core(text) }.unwrap_or_else(|| Data::String(text.clone())))
        }
        // A quantity may be quoted, as in Kubernetes' own manifests.
        Ty::Bytes | Ty::Duration | Ty::Cpu => amount(text, ty),
        _ if scalar.quoted => None,
        Ty::None => is_null(text).then_some(Data::None),
        Ty::Bool => boolean(text),
        Ty::Int | Ty::Checked(Checked::Port) => int(text).map(Data::Int),
        Ty::Float => float(text).map(Data::Float),
        _ => None,
    }
}

fn is_text(ty: &Ty) -> bool {
    match ty.base() {
        Ty::String(_) | Ty::Literal(_) => true,
        Ty::Checked(checked) => *checked != Checked::Port,
        _ => false,
    }
}

fn core(text: &SmolStr) -> Option<Data> {
    if is_null(text) {
        return Some(Data::None);
    }
    boolean(text).or_else(|| int(text).map(Data::Int)).or_else(|| float(text).map(Data::Float))
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

fn boolean(text: &str) -> Option<Data> {
    match text {
        "true" | "True" | "TRUE" => Some(Data::Bool(true)),
        "false" | "False" | "FALSE" => Some(Data::Bool(false)),
        _ => None,
    }
}

pub(super) fn int(text: &str) -> Option<i64> {
    let (digits, radix) = match text.get(..2) {
        Some("0x") => (&text[2..], 16),
        Some("0o") => (&text[2..], 8),
        _ => (text, 10),
    };
    // A sign stands only before decimal digits.
    if radix != 10 && !digits.starts_with(|first: char| first.is_ascii_hexdigit()) {
        return None;
    }
    i64::from_str_radix(digits, radix).ok()
}

pub(super) fn float(text: &str) -> Option<f64> {
    let looks_so = text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    text.parse().ok().filter(|number: &f64| looks_so && number.is_finite())
}

fn amount(text: &str, ty: &Ty) -> Option<Data> {
    let unit_at = text.find(|character: char| character.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = (text[..unit_at].trim_end(), &text[unit_at..]);
    if !number.starts_with(|first: char| first.is_ascii_digit())
        || !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        return None;
    }
    if unit.is_empty() {
        return match ty {
            Ty::Cpu => crate::types::scaled(number, 1000).ok().map(|thousandths| Data::Cpu(crate::model::Cpu(thousandths))),
            _ => None,
        };
    }
    match (parse_quantity(number, unit).ok()?, ty) {
        (Quantity::Bytes(Bytes { amount, binary }), Ty::Bytes) => Some(Data::Bytes(Bytes { amount, binary })),
        (Quantity::Cpu(cpu), Ty::Cpu) => Some(Data::Cpu(cpu)),
        (Quantity::Duration(duration), Ty::Duration) => Some(Data::Duration(duration)),
        _ => None,
    }
}
