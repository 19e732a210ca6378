//! A vector whose indices know what they point at.

use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

/// The index of a `T` in its [`Arena`].
pub struct Idx<T> {
    raw: u32,
    of: PhantomData<fn() -> T>,
}

impl<T> Idx<T> {
    pub fn raw(self) -> usize {
        self.raw as usize
    }
}

impl<T> Clone for Idx<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Idx<T> {}

impl<T> PartialEq for Idx<T> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl<T> Eq for Idx<T> {}

impl<T> Hash for Idx<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.raw.hash(state);
    }
}

impl<T> std::fmt::Debug for Idx<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.raw)
    }
}

/// Append-only storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arena<T> {
    entries: Vec<T>,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Arena { entries: Vec::new() }
    }
}

impl<T> Arena<T> {
    pub fn alloc(&mut self, entry: T) -> Idx<T> {
        self.entries.push(entry);
        Idx { raw: self.entries.len() as u32 - 1, of: PhantomData }
    }

    /// Makes room for this many more.
    pub fn reserve(&mut self, more: usize) {
        self.entries.reserve_exact(more);
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (Idx<T>, &T)> {
        self.entries.iter().enumerate().map(|(raw, entry)| (Idx { raw: raw as u32, of: PhantomData }, entry))
    }
}

impl<T> std::ops::Index<Idx<T>> for Arena<T> {
    type Output = T;

    fn index(&self, index: Idx<T>) -> &T {
        &self.entries[index.raw()]
    }
}
