//! Whether a value of one type may stand where another is expected, and if not, why.

use smol_str::SmolStr;

use super::{Checked, RecordTy, Ty, UnionTy};

/// Why one type does not fit another: the innermost disagreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// Just another type.
    Other,
    /// It may be `none`.
    Optional,
    /// A text that is none of the union's.
    Text(SmolStr),
    /// In this field, for the reason within.
    Field(SmolStr, Box<Misfit>),
    MissingField(SmolStr),
    UnknownField(SmolStr),
}

/// Whether `from` fits `to`.
pub fn assign(from: &Ty, to: &Ty) -> Result<(), Misfit> {
    match (from, to) {
        (Ty::Error | Ty::Never | Ty::Any, _) | (_, Ty::Error | Ty::Any) => Ok(()),
        (Ty::None, Ty::None | Ty::Option(_)) => Ok(()),
        (Ty::Option(from), Ty::Option(to)) => assign(from, to),
        (from, Ty::Option(to)) => assign(from, to),
        (Ty::Option(_) | Ty::None, _) => Err(Misfit::Optional),
        (Ty::Union(union), to) => union.arms.iter().try_for_each(|arm| assign(arm, to)),
        (Ty::Refined(refined), Ty::Refined(other)) if refined == other => Ok(()),
        (from, Ty::Refined(refined)) => assign(from, &refined.base),
        (Ty::Refined(refined), to) => assign(&refined.base, to),
        (Ty::Literal(text), to) => assign_texts(std::slice::from_ref(text), to),
        (Ty::String(Some(texts)), to) => assign_texts(texts, to),
        (from, Ty::Union(union)) => to_union(from, union),
        (Ty::String(_), Ty::String(_)) => Ok(()),
        (Ty::String(_), Ty::Checked(checked)) if *checked != Checked::Port => Ok(()),
        (Ty::Checked(from), Ty::String(_)) if *from != Checked::Port => Ok(()),
        (Ty::Checked(from), Ty::Checked(to)) if from == to || (*from != Checked::Port && *to != Checked::Port) => Ok(()),
        (Ty::Int, Ty::Float | Ty::Cpu | Ty::Checked(Checked::Port)) | (Ty::Checked(Checked::Port), Ty::Int | Ty::Float) => Ok(()),
        (Ty::Float, Ty::Cpu) => Ok(()),
        (Ty::List(from), Ty::List(to)) | (Ty::Map(from), Ty::Map(to)) => assign(from, to),
        (Ty::Record(from), Ty::Map(to)) => from
            .fields
            .iter()
            .try_for_each(|field| assign(&field.ty, to).map_err(|why| Misfit::Field(field.name.clone(), Box::new(why)))),
        (Ty::Record(from), Ty::Record(to)) => records(from, to),
        (from, to) if from == to => Ok(()),
        _ => Err(Misfit::Other),
    }
}

fn assign_texts(texts: &[SmolStr], to: &Ty) -> Result<(), Misfit> {
    let fits = |text: &SmolStr| match to {
        Ty::Literal(literal) => literal == text,
        Ty::Union(union) => union.arms.iter().any(|arm| match arm {
            Ty::Literal(literal) => literal == text,
            arm => assign(&Ty::STRING, arm).is_ok(),
        }),
        to => assign(&Ty::STRING, to).is_ok(),
    };
    match texts.iter().find(|text| !fits(text)) {
        None => Ok(()),
        Some(text) if only_texts(to) => Err(Misfit::Text(text.clone())),
        Some(_) => Err(Misfit::Other),
    }
}

/// Whether a type is a union of texts and nothing else.
fn only_texts(ty: &Ty) -> bool {
    match ty {
        Ty::Literal(_) => true,
        Ty::Union(union) => union.arms.iter().all(only_texts),
        _ => false,
    }
}

fn to_union(from: &Ty, union: &UnionTy) -> Result<(), Misfit> {
    if union.arms.iter().any(|arm| assign(from, arm).is_ok()) { Ok(()) } else { Err(Misfit::Other) }
}

fn records(from: &RecordTy, to: &RecordTy) -> Result<(), Misfit> {
    if std::ptr::eq(from, to) {
        return Ok(());
    }
    for field in &from.fields {
        match to.field(&field.name) {
            Some(wanted) => assign(&field.ty, &wanted.ty).map_err(|why| Misfit::Field(field.name.clone(), Box::new(why)))?,
            None => return Err(Misfit::UnknownField(field.name.clone())),
        }
    }
    match to.missing(|name| from.field(name).is_some()).next() {
        Some(name) => Err(Misfit::MissingField(name.clone())),
        None => Ok(()),
    }
}
