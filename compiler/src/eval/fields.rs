//! The entries of a record or a map by name, in the order of the source.
//!
//! Most have a few: these are looked for one by one, which costs less than any hash. Larger ones have an index.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::Field;

/// With more entries than this there is an index.
const FEW: usize = 24;

#[derive(Clone, Debug, Default)]
pub struct Fields {
    entries: Vec<(SmolStr, Field)>,
    /// The positions by name; empty as long as there are few entries.
    index: FxHashMap<SmolStr, u32>,
}

impl PartialEq for Fields {
    fn eq(&self, other: &Fields) -> bool {
        self.entries == other.entries
    }
}

impl Fields {
    pub fn with_capacity(capacity: usize) -> Fields {
        Fields { entries: Vec::with_capacity(capacity), index: FxHashMap::default() }
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn position(&self, name: &str) -> Option<usize> {
        if self.entries.len() <= FEW {
            return self.entries.iter().position(|(other, _)| other == name);
        }
        self.index.get(name).map(|position| *position as usize)
    }

    pub fn get(&self, name: &str) -> Option<&Field> {
        self.position(name).map(|position| &self.entries[position].1)
    }

    pub fn contains_key(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// Sets an entry: in its place where there is one of this name, else as the last.
    pub fn insert(&mut self, name: SmolStr, field: Field) {
        match self.position(&name) {
            Some(position) => self.entries[position].1 = field,
            None => self.push(name, field),
        }
    }

    /// Adds an entry, of whose name there is none.
    pub fn push(&mut self, name: SmolStr, field: Field) {
        if self.entries.len() == FEW {
            self.index = self.entries.iter().enumerate().map(|(position, (name, _))| (name.clone(), position as u32)).collect();
        }
        if self.entries.len() >= FEW {
            self.index.insert(name.clone(), self.entries.len() as u32);
        }
        self.entries.push((name, field));
    }

    /// Takes an entry out; the order of the others stays.
    pub fn remove(&mut self, name: &str) {
        if let Some(position) = self.position(name) {
            self.entries.remove(position);
            let rest = std::mem::take(&mut self.entries);
            *self = rest.into_iter().collect();
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&SmolStr, &Field)> {
        self.entries.iter().map(|(name, field)| (name, field))
    }

    pub fn keys(&self) -> impl Iterator<Item = &SmolStr> {
        self.entries.iter().map(|(name, _)| name)
    }

    pub fn values(&self) -> impl Iterator<Item = &Field> {
        self.entries.iter().map(|(_, field)| field)
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Field> {
        self.entries.iter_mut().map(|(_, field)| field)
    }
}

impl Extend<(SmolStr, Field)> for Fields {
    fn extend<I: IntoIterator<Item = (SmolStr, Field)>>(&mut self, entries: I) {
        for (name, field) in entries {
            self.insert(name, field);
        }
    }
}

impl FromIterator<(SmolStr, Field)> for Fields {
    fn from_iter<I: IntoIterator<Item = (SmolStr, Field)>>(entries: I) -> Fields {
        let mut fields = Fields::default();
        fields.extend(entries);
        fields
    }
}

impl IntoIterator for Fields {
    type Item = (SmolStr, Field);
    type IntoIter = std::vec::IntoIter<(SmolStr, Field)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'a> IntoIterator for &'a Fields {
    type Item = (&'a SmolStr, &'a Field);
    type IntoIter = std::iter::Map<std::slice::Iter<'a, (SmolStr, Field)>, fn(&'a (SmolStr, Field)) -> Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter().map(|(name, field)| (name, field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::{Data, Value};
    use crate::text::{Owner, Place, range};

    fn field(number: i64) -> Field {
        let place = Place { owner: Owner::Item(salsa::Id::from_bits(1)), range: range(0, 0) };
        Field { value: Value::new(Data::Int(number), place), set_at: place, overridden: None }
    }

    #[test]
    fn entries_are_found_and_replaced_whatever_their_number() {
        for count in [0_i64, 1, FEW as i64 - 1, FEW as i64, FEW as i64 + 1, 200] {
            let mut fields: Fields = (0..count).map(|number| (SmolStr::from(number.to_string()), field(number))).collect();
            for number in 0..count {
                assert_eq!(fields.get(&number.to_string()), Some(&field(number)));
            }
            assert_eq!(fields.get("none"), None);
            if count > 1 {
                fields.insert("1".into(), field(7));
                fields.remove("0");
                assert_eq!(fields.len() as i64, count - 1);
                assert_eq!(fields.iter().next(), Some((&SmolStr::from("1"), &field(7))));
                assert!(!fields.contains_key("0"));
                let last = count - 1;
                assert_eq!(fields.get(&last.to_string()), Some(&field(if last == 1 { 7 } else { last })));
            }
        }
    }
}
