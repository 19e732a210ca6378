//! Declarations that stand on themselves: recursion, which the language does not have.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::reference_walk::can_cycle;
use super::references;
use crate::db::{Db, ItemId, Package, scope};

/// Declarations that refer to each other in a circle: each refers to the next, the last to the first.
pub type Cycle = Arc<[ItemId]>;

/// The cycle that a declaration is part of, if any.
#[salsa::tracked(returns(clone))]
pub fn cycle_of(db: &dyn Db, item: ItemId) -> Option<Cycle> {
    cycles(db, item.package(db)).get(&item).cloned()
}

/// Every declaration of a package that is part of a cycle.
#[salsa::tracked]
fn cycles(db: &dyn Db, package: Package) -> FxHashMap<ItemId, Cycle> {
    let mut search = Search { db, state: FxHashMap::default(), path: Vec::new(), found: FxHashMap::default() };
    for &item in &scope(db, package).all {
        search.visit(item);
    }
    search.found
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    OnPath,
    Done,
}

struct Search<'a> {
    db: &'a dyn Db,
    state: FxHashMap<ItemId, State>,
    /// The items being visited, each with how many of its references were followed.
    path: Vec<(ItemId, usize)>,
    found: FxHashMap<ItemId, Cycle>,
}

impl Search<'_> {
    /// Depth first, with a stack of its own: a chain of references may be as long as the package.
    fn visit(&mut self, start: ItemId) {
        self.enter(start);
        while let Some((item, next)) = self.path.last().copied() {
            match references(self.db, item).get(next).copied() {
                Some(target) => {
                    self.path.last_mut().expect("just read").1 += 1;
                    match self.state.get(&target) {
                        Some(State::OnPath) => self.circle(target),
                        Some(State::Done) => {}
                        None => self.enter(target),
                    }
                }
                None => {
                    self.state.insert(item, State::Done);
                    self.path.pop();
                }
            }
        }
    }

    fn enter(&mut self, item: ItemId) {
        if !self.state.contains_key(&item) && can_cycle(self.db, item) {
            self.state.insert(item, State::OnPath);
            self.path.push((item, 0));
        }
    }

    fn circle(&mut self, first: ItemId) {
        let start = self.path.iter().position(|(item, _)| *item == first).unwrap_or_default();
        let cycle: Cycle = self.path[start..].iter().map(|(item, _)| *item).collect();
        for item in cycle.iter() {
            self.found.entry(*item).or_insert_with(|| cycle.clone());
        }
    }
}
