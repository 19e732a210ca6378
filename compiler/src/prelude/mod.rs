//! The schema and the standard library, written in the language itself and read like any package.

/// The types of what `patch` changes, which are read only where one stands.
pub const KUBERNETES: (&str, &str) = ("kubernetes.coder", include_str!("kubernetes.coder"));

/// The texts of the prelude by name.
pub const FILES: [(&str, &str); 2] =
    [("library.coder", include_str!("library.coder")), ("schema.coder", include_str!("schema.coder"))];
