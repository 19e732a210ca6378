//! Image references to digests, each asked for once.
//!
//! Only looks up what the facts hold.

use rustc_hash::FxHashMap;

use crate::plan::facts::{Facts, PinnedBase};
use crate::plan::reference::{digest_of, normal};

pub(super) struct References<'a> {
    facts: &'a dyn Facts,
    known: FxHashMap<String, Option<PinnedBase>>,
}

impl<'a> References<'a> {
    pub fn new(facts: &'a dyn Facts) -> References<'a> {
        References { facts, known: FxHashMap::default() }
    }

    /// The digest of a reference as written, and the user of its image. A digest that the reference names itself needs no
    /// fact; without one about its user it is taken to run as root.
    pub fn resolve(&mut self, reference: &str) -> Option<&PinnedBase> {
        if !self.known.contains_key(reference) {
            let fact = self.facts.base(&normal(reference));
            let pinned = match digest_of(reference) {
                Some(digest) => Some(PinnedBase { digest: digest.to_owned(), user: fact.and_then(|fact| fact.user) }),
                None => fact,
            };
            self.known.insert(reference.to_owned(), pinned);
        }
        self.known.get(reference).and_then(Option::as_ref)
    }
}
