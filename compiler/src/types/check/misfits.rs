//! What a type mismatch says, and the mends it offers.

use crate::diagnostics::{Diagnostic, catalog, nearest};
use crate::text::Place;
use crate::types::{BYTE_UNITS, Checked, DURATION_UNITS, Misfit, Ty};

/// Of a template or a function that stands where one of its results is meant.
pub(super) const CALL: &str = "it has parameters: write their values behind it, `(…)`";

/// `field` names what the value is given to; `source` is the literal's text, where it is one.
pub(super) fn diagnostic(
    place: Place,
    found: &Ty,
    expected: &Ty,
    misfit: &Misfit,
    field: Option<&str>,
    source: Option<&str>,
) -> Diagnostic {
    if let (Misfit::Text(text), Some(texts)) = (innermost(misfit), texts(expected)) {
        let diagnostic = catalog::not_in_union::new(place, text, expected, &texts);
        // Only where the literal itself is the text can it be respelled.
        return match nearest::nearest(text, texts.iter().copied()) {
            Some(near) if source == Some(text.as_str()) => {
                diagnostic.replace(format!("write {near:?}"), true, place, format!("{near:?}"))
            }
            _ => diagnostic,
        };
    }
    let mut diagnostic = catalog::type_mismatch::new(place, found, expected, field);
    match innermost(misfit) {
        Misfit::Optional => diagnostic = diagnostic.help("it may be `none`: say what to take instead with `?? other`"),
        Misfit::MissingField(name) => diagnostic = diagnostic.help(format!("it has no field `{name}`")),
        Misfit::UnknownField(name) => diagnostic = diagnostic.help(format!("it has a field `{name}` that is not expected")),
        _ => {}
    }
    if let Misfit::Field(name, _) = misfit {
        diagnostic = diagnostic.help(format!("its field `{name}` does not fit"));
    }
    mend(diagnostic, place, found, expected.present().base(), source)
}

fn innermost(misfit: &Misfit) -> &Misfit {
    match misfit {
        Misfit::Field(_, inner) => innermost(inner),
        other => other,
    }
}

/// The texts of a union of texts.
pub(super) fn texts(ty: &Ty) -> Option<Vec<&str>> {
    match ty.present().base() {
        Ty::Union(union) => {
            union.arms.iter().map(|arm| if let Ty::Literal(text) = arm { Some(text.as_str()) } else { None }).collect()
        }
        _ => None,
    }
}

/// The slip that explains the mismatch, where there is a usual one.
fn mend(diagnostic: Diagnostic, place: Place, found: &Ty, expected: &Ty, source: Option<&str>) -> Diagnostic {
    let written = source.unwrap_or_default();
    match (found.base(), expected) {
        (Ty::Function(_), _) => diagnostic.help(CALL),
        (Ty::String(_), Ty::Bytes | Ty::Duration | Ty::Cpu | Ty::Int | Ty::Float | Ty::Bool | Ty::Checked(Checked::Port))
            if literal_fits(written, expected) =>
        {
            diagnostic.help(format!("write it without quotes: `{written}`")).replace(
                format!("write `{written}`"),
                true,
                place,
                written,
            )
        }
        (_, Ty::Bytes) => {
            diagnostic.help(amount_help(written, "GB", "an amount of bytes has a unit", &BYTE_UNITS.map(|unit| unit.0)))
        }
        (Ty::Cpu, Ty::Duration) if written.strip_suffix('m').is_some_and(|number| number.parse::<u32>().is_ok()) => diagnostic
            .help(format!("`m` is a thousandth of a processor; minutes are written `{written}in`"))
            .replace(format!("write `{written}in`"), false, place, format!("{written}in")),
        (_, Ty::Duration) => {
            diagnostic.help(amount_help(written, "s", "a duration has a unit", &DURATION_UNITS.map(|unit| unit.0)))
        }
        (_, Ty::Cpu) => diagnostic.help("processors are a number like `2` or `0.5`, or thousandths like `500m`"),
        (Ty::Int | Ty::Float | Ty::Bool | Ty::Bytes | Ty::Duration | Ty::Cpu, Ty::String(_)) if !written.is_empty() => diagnostic
            .help(format!("write it as a text: `\"{written}\"`"))
            .replace("put it in quotes", true, place, format!("{written:?}")),
        (Ty::Int | Ty::Float | Ty::Bool | Ty::Bytes | Ty::Duration | Ty::Cpu, Ty::String(_)) => {
            diagnostic.help("write it into a text: `\"\\(…)\"`")
        }
        (Ty::Secret, Ty::String(_)) => {
            diagnostic.help("a secret never becomes text; it can stand in `env`, a `mount`, or an image's `secrets`")
        }
        (Ty::String(_), Ty::Instance(kind)) => diagnostic.help(format!("name it with its kind: `{}.NAME`", kind.word())),
        (Ty::Instance(_), _) | (_, Ty::Instance(_)) => diagnostic,
        (_, Ty::List(element)) if crate::types::assign(found, element).is_ok() => {
            diagnostic.help("a list is written `[…]`, also with one element")
        }
        _ => diagnostic,
    }
}

/// Whether the text, without its quotes, is a literal of the type.
fn literal_fits(text: &str, expected: &Ty) -> bool {
    let scalar = crate::hir::Scalar { text: text.into(), quoted: false };
    !text.is_empty() && super::scalars::scalar_fits(&scalar, expected)
}

fn amount_help(written: &str, unit: &str, what: &str, units: &[&str]) -> String {
    let number = !written.is_empty() && written.bytes().all(|byte| byte.is_ascii_digit());
    if number { format!("{what}: `{written}{unit}`, say") } else { format!("{what}: {}", nearest::list(units)) }
}
