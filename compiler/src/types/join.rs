//! The one type of several values: a list's elements, the arms of an `if`.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{FieldTy, RecordTy, Ty, assign};

/// How many known texts a string's type keeps.
const KNOWN_TEXTS: usize = 32;

/// The least type that both fit; `None` where there is none.
pub fn join(left: Ty, right: Ty) -> Option<Ty> {
    match (left, right) {
        (Ty::Never, other) | (other, Ty::Never) => Some(other),
        (Ty::Error, _) | (_, Ty::Error) => Some(Ty::Error),
        (Ty::None, other) | (other, Ty::None) => Some(Ty::option(other)),
        (Ty::Option(left), right) => join((*left).clone(), right.present().clone()).map(Ty::option),
        (left, Ty::Option(right)) => join(left, (*right).clone()).map(Ty::option),
        (Ty::String(Some(left)), Ty::String(Some(right))) => Some(Ty::String(join_texts(&left, &right))),
        (Ty::String(_), Ty::String(_)) => Some(Ty::STRING),
        (Ty::Record(left), Ty::Record(right)) if left.name.is_none() && right.name.is_none() => {
            join_records(&left, &right).map(|record| Ty::Record(Arc::new(record)))
        }
        (Ty::List(left), Ty::List(right)) => join((*left).clone(), (*right).clone()).map(Ty::list),
        (Ty::Map(left), Ty::Map(right)) => join((*left).clone(), (*right).clone()).map(Ty::map),
        (left, right) if assign(&left, &right).is_ok() => Some(right),
        (left, right) if assign(&right, &left).is_ok() => Some(left),
        _ => None,
    }
}

fn join_texts(left: &Arc<[SmolStr]>, right: &Arc<[SmolStr]>) -> Option<Arc<[SmolStr]>> {
    if right.iter().all(|text| left.contains(text)) {
        return Some(left.clone());
    }
    let mut texts = left.to_vec();
    texts.extend(right.iter().filter(|text| !left.contains(text)).cloned());
    (texts.len() <= KNOWN_TEXTS).then(|| texts.into())
}

/// Fields that only one of them has become optional.
fn join_records(left: &RecordTy, right: &RecordTy) -> Option<RecordTy> {
    let mut fields: Vec<FieldTy> = Vec::with_capacity(left.fields.len());
    for field in &left.fields {
        let ty = match right.field(&field.name) {
            Some(other) => join(field.ty.clone(), other.ty.clone())?,
            None => Ty::option(field.ty.clone()),
        };
        fields.push(FieldTy { ty, ..field.clone() });
    }
    for field in right.fields.iter().filter(|field| left.field(&field.name).is_none()) {
        fields.push(FieldTy { ty: Ty::option(field.ty.clone()), ..field.clone() });
    }
    Some(RecordTy { name: None, fields, partial: false })
}
