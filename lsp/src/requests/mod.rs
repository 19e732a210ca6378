//! One file a request: what the client asked is unpacked, a feature is asked, and its answer repacked.

pub mod definition;
pub mod document_symbol;
pub mod hover;
pub mod quick_fix;
