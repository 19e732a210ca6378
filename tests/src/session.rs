//! Edits of a package as a running session sees them: what changed is told to it as an editor or a watcher would.
//!
//! What is checked after an edit, and what it is compared with, is for the tests to say.

use std::collections::BTreeSet;
use std::sync::Arc;

use compiler::workspace::{Session, file_kind};

use crate::literate::Package;
use crate::memory::Memory;

/// Brings a session on `before` to `after`.
pub fn apply(session: &mut Session, before: &Package, after: &Package) {
    let memory = Memory::new(after);
    let paths: BTreeSet<&String> = before.files.keys().chain(after.files.keys()).collect();
    let (mut read_again, mut listed_again) = (false, false);
    for path in paths {
        let (was, now) = (before.files.get(path), after.files.get(path));
        if was == now {
            continue;
        }
        let member = path.split('/').any(|part| part == ".coder") && file_kind(path).is_some();
        if member {
            session.set_file(path, now.map(|text| Arc::from(text.as_str())));
        }
        read_again |= !member;
        listed_again |= was.is_none() || now.is_none();
    }
    if read_again || listed_again {
        session.refresh(&memory);
    }
    if listed_again || before.others != after.others {
        session.reload_imports(&memory);
    }
}
