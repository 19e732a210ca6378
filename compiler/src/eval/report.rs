//! Where a mistake that shows only when a value is made is reported: in the package of the declaration being evaluated.
//!
//! What it is called and says is in the catalog.

use super::{Interpreter, Value};
use crate::db::{ItemId, Package};
use crate::diagnostics::{Diagnostic, Label};
use crate::text::Place;

impl<'db> Interpreter<'db> {
    /// Reports, once, and gives the error value that stands for it.
    pub(super) fn fail(&mut self, diagnostic: Diagnostic) -> Value {
        let place = diagnostic.place.unwrap_or(self.origin);
        self.report(diagnostic);
        Value::error(place)
    }

    /// Reports at the diagnostic's place, or, where that is another package's, at the innermost expression of one's own that led
    /// there.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        let diagnostic = self.at_home(diagnostic);
        let same = |other: &Diagnostic| other.info == diagnostic.info && other.place == diagnostic.place;
        if !self.diagnostics.iter().any(same) {
            self.diagnostics.push(diagnostic);
        }
    }

    fn at_home(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let Some(place) = diagnostic.place else { return diagnostic };
        if self.is_home(place) {
            return diagnostic;
        }
        let Some(call) = self.trail.iter().rev().copied().find(|call| self.is_home(*call)) else { return diagnostic };
        let message =
            if diagnostic.caption.is_empty() { "it happens here".to_owned() } else { std::mem::take(&mut diagnostic.caption) };
        diagnostic.labels.insert(0, Label { place, message });
        diagnostic.place = Some(call);
        // An edit of another repository's file mends nothing here.
        diagnostic.fixes.clear();
        diagnostic
    }

    fn is_home(&self, place: Place) -> bool {
        self.package_of(place) == Some(self.home)
    }

    fn package_of(&self, place: Place) -> Option<Package> {
        ItemId::of(place).map(|item| item.package(self.db))
    }
}
