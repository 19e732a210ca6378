//! YAML scalars, whose type follows from what is expected.

use super::Checker;
use crate::hir::{ExprId, Scalar};
use crate::types::{Checked, Misfit, Quantity, Ty, parse_quantity, scaled};

impl Checker<'_> {
    pub(super) fn yaml_scalar(&mut self, expr: ExprId, scalar: &Scalar, expected: &Ty) {
        if scalar_fits(scalar, expected) {
            return;
        }
        let found = free_type(scalar);
        let misfit = match expected.present().base() {
            Ty::Union(_) => Misfit::Text(scalar.text.clone()),
            _ => Misfit::Other,
        };
        let place = self.expr_place(expr);
        let diagnostic = super::misfits::diagnostic(place, &found, expected, &misfit, None, Some(&scalar.text));
        self.report(diagnostic);
    }
}

/// Whether a scalar can be read as the type.
pub(crate) fn scalar_fits(scalar: &Scalar, expected: &Ty) -> bool {
    let (text, plain) = (scalar.text.as_str(), !scalar.quoted);
    match expected.base() {
        Ty::Error | Ty::Any | Ty::String(_) => true,
        Ty::None => plain && matches!(text, "" | "~" | "null"),
        Ty::Option(inner) => (plain && matches!(text, "" | "~" | "null")) || scalar_fits(scalar, inner),
        Ty::Bool => plain && matches!(text, "true" | "false"),
        Ty::Int | Ty::Checked(Checked::Port) => plain && text.parse::<i64>().is_ok(),
        Ty::Float => plain && text.parse::<f64>().is_ok_and(f64::is_finite),
        Ty::Cpu => plain && (scaled(text, 1000).is_ok() && is_number(text) || matches!(quantity(text), Some(Quantity::Cpu(_)))),
        Ty::Bytes => plain && matches!(quantity(text), Some(Quantity::Bytes(_))),
        Ty::Duration => plain && matches!(quantity(text), Some(Quantity::Duration(_))),
        Ty::Checked(_) => true,
        Ty::Literal(literal) => literal == text,
        Ty::Union(union) => union.arms.iter().any(|arm| scalar_fits(scalar, arm)),
        _ => false,
    }
}

/// `4GB` as an amount.
pub(crate) fn quantity(text: &str) -> Option<Quantity> {
    let end = text.find(|character: char| !character.is_ascii_digit() && character != '.')?;
    let (number, unit) = text.split_at(end);
    if !is_number(number) { None } else { parse_quantity(number, unit).ok() }
}

fn is_number(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
        && text.ends_with(|last: char| last.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && text.bytes().filter(|byte| *byte == b'.').count() <= 1
}

/// What a scalar is by its looks, for a message.
fn free_type(scalar: &Scalar) -> Ty {
    let text = scalar.text.as_str();
    match text {
        _ if scalar.quoted => Ty::STRING,
        "true" | "false" => Ty::Bool,
        "" | "~" | "null" => Ty::None,
        _ if text.parse::<i64>().is_ok() => Ty::Int,
        _ if is_number(text) => Ty::Float,
        _ => quantity(text).map_or(Ty::STRING, Quantity::ty),
    }
}
