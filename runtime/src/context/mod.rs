//! What a folder holds, as git would hash it: of a commit, or of the working tree as it lies.
//!
//! Read only: no command of a repository is run (its hooks, filters and submodules are left alone), links are not followed,
//! and `.dockerignore` is the compiler's business.

mod commit;

pub use commit::{Listing, TooLarge, list, read, tree};

/// A file of a context.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// Relative to the folder that was listed, with `/`. Bytes that are no UTF-8 stand as `\xNN`.
    pub path: String,
    pub mode: Mode,
    /// The id of the blob as git names it; of a submodule the id of its commit.
    pub id: [u8; 20],
}

/// The modes that git knows: `chmod 600` and `chmod 644` are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    File,
    Executable,
    /// Its blob holds where it points to.
    Link,
    /// A repository within, which is not looked into.
    Submodule,
}

impl Mode {
    /// As git writes it: `0o100644`, `0o100755`, `0o120000`, `0o160000`.
    pub fn bits(self) -> u32 {
        match self {
            Mode::File => 0o100_644,
            Mode::Executable => 0o100_755,
            Mode::Link => 0o120_000,
            Mode::Submodule => 0o160_000,
        }
    }

    /// From a tree's or an index's entry; `None` for a folder and for what git does not know.
    pub fn from_bits(bits: u32) -> Option<Mode> {
        match bits & 0o170_000 {
            0o100_000 if bits & 0o100 != 0 => Some(Mode::Executable),
            0o100_000 => Some(Mode::File),
            0o120_000 => Some(Mode::Link),
            0o160_000 => Some(Mode::Submodule),
            _ => None,
        }
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

fn id(oid: git2::Oid) -> [u8; 20] {
    let mut id = [0; 20];
    // Only SHA-1 repositories are read; another length leaves zeros, which match nothing.
    if let Some(bytes) = oid.as_bytes().get(..20) {
        id.copy_from_slice(bytes);
    }
    id
}
