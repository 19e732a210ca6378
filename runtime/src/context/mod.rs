//! What a folder holds, as git would hash it: of a commit, or of the working tree as it lies.
//!
//! Read only: no command of a repository is run (its hooks, filters and submodules are left alone), and links are not
//! followed. What an ignore file leaves out, and that a package's `.coder/` is in no context, is the compiler's business.

mod commit;
mod export;
mod hash;
mod modified;
mod plain;
mod work_tree;

pub use commit::{Listing, TooLarge, list, read, tree};
pub use compiler::dockerfile::{Entry, Mode};
pub use export::{Unexportable, export, settle};
pub use modified::{Change, Modified};
pub use plain::list_plain;
pub use work_tree::WorkTree;

/// The mode of a tree's or an index's entry, in which `chmod 600` and `chmod 644` are one; `None` for a folder and for what
/// git does not know.
pub(crate) fn mode_of(bits: u32) -> Option<Mode> {
    match bits & 0o170_000 {
        0o100_000 if bits & 0o100 != 0 => Some(Mode::Executable),
        0o100_000 => Some(Mode::File),
        0o120_000 => Some(Mode::Symlink),
        0o160_000 => Some(Mode::Submodule),
        _ => None,
    }
}

/// As git writes it.
pub(crate) fn bits_of(mode: Mode) -> u32 {
    match mode {
        Mode::File => 0o100_644,
        Mode::Executable => 0o100_755,
        Mode::Symlink => 0o120_000,
        Mode::Submodule => 0o160_000,
    }
}

/// A path of a repository as text; bytes that are no UTF-8 stand as `\xNN`, so that different paths stay different.
fn path_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

fn entry(path: &[u8], mode: Mode, id: git2::Oid) -> Entry {
    let mut oid = [0; 20];
    // Only SHA-1 repositories are read; another length leaves zeros, which match nothing.
    if let Some(bytes) = id.as_bytes().get(..20) {
        oid.copy_from_slice(bytes);
    }
    Entry { path: path_text(path).into(), mode, oid }
}

/// A folder as it is written (`./dev/`) without what says nothing: `dev`; `None` when it leads out.
fn clean(folder: &str) -> Option<String> {
    if folder.starts_with('/') {
        return None;
    }
    crate::import::join_folder("", folder)
}
