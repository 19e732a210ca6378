//! The standard library: one small function for each that the prelude declares.
//!
//! Types and documentation are the prelude's. All are total: what has no result is a diagnostic and an error value.

mod conversions;
mod documents;
mod files;
mod lists;
mod numbers;
mod strings;

use std::sync::Arc;

pub use strings::slug_of as slug;

use smol_str::SmolStr;

use super::{Data, Interpreter, List, Value};
use crate::db::Package;
use crate::text::Place;

/// A function of the standard library.
pub(super) struct Builtin {
    pub name: &'static str,
    pub run: for<'db> fn(&mut Interpreter<'db>, &Arguments) -> Value,
}

/// What it is called with, in the order of its parameters; what is not given is `None`. No argument is an error value.
pub(super) struct Arguments {
    pub values: Vec<Option<Value>>,
    /// Where each argument was written; the call where it was not.
    pub places: Vec<Place>,
    /// The call.
    pub place: Place,
    /// The package whose code calls.
    pub package: Package,
}

macro_rules! table {
    ($($name:literal => $run:path),* $(,)?) => {
        /// In order of name.
        static TABLE: &[Builtin] = &[$(Builtin { name: $name, run: $run }),*];
        /// Every function that is implemented, in order of name.
        pub const NAMES: &[&str] = &[$($name),*];
    };
}

table! {
    "all" => lists::all,
    "any" => lists::any,
    "base64" => strings::base64,
    "contains" => lists::contains,
    "ends-with" => strings::ends_with,
    "file" => files::file,
    "flatten" => lists::flatten,
    "float" => conversions::float,
    "indent" => strings::indent,
    "int" => conversions::int,
    "join" => strings::join,
    "json" => documents::json,
    "keys" => lists::keys,
    "len" => lists::len,
    "lines" => strings::lines,
    "lower" => strings::lower,
    "matches" => strings::matches,
    "max" => numbers::max,
    "min" => numbers::min,
    "range" => numbers::range,
    "replace" => strings::replace,
    "reverse" => lists::reverse,
    "secret" => conversions::secret,
    "sha256" => strings::sha256,
    "slice" => lists::slice,
    "slug" => strings::slug,
    "sort" => lists::sort,
    "split" => strings::split,
    "starts-with" => strings::starts_with,
    "string" => conversions::string,
    "sum" => numbers::sum,
    "trim" => strings::trim,
    "unique" => lists::unique,
    "upper" => strings::upper,
    "values" => lists::values,
    "yaml" => documents::yaml,
    "zip" => lists::zip,
}

/// The function of this name.
pub(super) fn find(name: &str) -> Option<&'static Builtin> {
    TABLE.binary_search_by(|builtin| builtin.name.cmp(name)).ok().map(|index| &TABLE[index])
}

impl Arguments {
    fn value(&self, index: usize) -> Option<&Value> {
        self.values.get(index).and_then(Option::as_ref)
    }

    fn data(&self, index: usize) -> Option<&Data> {
        self.value(index).map(|value| &value.data)
    }

    fn text(&self, index: usize) -> Option<&SmolStr> {
        match self.data(index)? {
            Data::String(text) => Some(text),
            _ => None,
        }
    }

    fn int(&self, index: usize) -> Option<i64> {
        match self.data(index)? {
            Data::Int(number) => Some(*number),
            _ => None,
        }
    }

    fn list(&self, index: usize) -> Option<&Arc<List>> {
        match self.data(index)? {
            Data::List(list) => Some(list),
            _ => None,
        }
    }

    /// A result made by the call.
    fn made(&self, data: Data) -> Value {
        Value::new(data, self.place)
    }

    /// Arguments of another type than declared were reported by the type checker.
    fn nothing(&self) -> Value {
        Value::error(self.place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(NAMES.is_sorted());
        assert!(NAMES.iter().all(|name| find(name).is_some()));
    }

    /// Every function of the prelude is implemented, and every implemented one is declared.
    #[test]
    fn the_prelude_declares_what_is_implemented() {
        let declared: Vec<&str> = crate::prelude::FILES
            .iter()
            .flat_map(|(_, text)| text.lines())
            .filter_map(|line| line.strip_prefix("fn ").and_then(|rest| rest.split_once('(')))
            .map(|(name, _)| name)
            .collect();
        let mut sorted = declared.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, NAMES);
    }
}
