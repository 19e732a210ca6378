//! Contexts at their commits, as a build sees them: filtered, hashed, and listed without `.coder/`.
//!
//! Reads no file: the listing is a fact.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::Lowering;
use crate::diagnostics::catalog::context_not_committed;
use crate::dockerfile::Ignore;
use crate::model::Image;
use crate::plan::id::hex;
use crate::plan::record::{MOST_FILES, by_folder};

/// The context of an image at its commit, as a build sees it.
pub(super) struct Folder {
    pub tree: String,
    /// The ignore file by which the builder sees the same.
    pub ignore: String,
    /// Path and object id; where there are too many to record, the entries at its top and their hashes, as far as these are few.
    pub files: Vec<(SmolStr, String)>,
}

/// Contexts, filtered and hashed once for all images that share one.
#[derive(Default)]
pub(super) struct Folders {
    known: FxHashMap<[SmolStr; 4], Option<Arc<Folder>>>,
}

impl Folders {
    /// `None` where the commit is not known to hold it; that is reported once for each context.
    pub fn of(&mut self, lowering: &mut Lowering<'_>, image: &Image) -> Option<Arc<Folder>> {
        let origin = &image.origin;
        // The Dockerfile's name is part of the key: it may have an ignore file of its own.
        let key = [origin.url.clone(), origin.commit.clone(), image.context.value.clone(), image.dockerfile.value.clone()];
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let facts = lowering.request.facts;
        let folder = facts.context(image).filter(|_| !origin.commit.is_empty()).map(|listing| {
            let ignore = Ignore::parse(facts.dockerignore(image).unwrap_or_default());
            let listing = listing.filtered(&ignore);
            let entries = listing.entries().iter();
            let files = if entries.len() > MOST_FILES {
                let folders = by_folder(entries.map(|entry| (entry.path.as_str(), entry.oid.as_slice())));
                folders.into_iter().map(|(path, hash)| (path.into(), hash)).collect()
            } else {
                entries.map(|entry| (entry.path.clone(), hex(&entry.oid))).collect()
            };
            Arc::new(Folder { tree: listing.tree_id(), ignore: ignore.for_kaniko(), files })
        });
        if folder.is_none() {
            lowering.diagnostics.push(context_not_committed::of_image(
                image.context.place,
                &image.context.value,
                &origin.commit,
                &image.name,
            ));
        }
        self.known.insert(key, folder.clone());
        folder
    }
}
