//! A storage class of a volume that claims no storage.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "class-without-size", severity: Severity::Error, page: include_str!("class-without-size.md") };

pub fn new(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("the volume `{name}` has a class but no size"))
        .help("give it a `size`, or leave the class out: without a size it is an empty folder of the pod")
}
