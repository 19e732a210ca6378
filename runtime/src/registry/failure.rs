//! Why a reference cannot be asked about: a kind that code decides by, and the diagnostic that people read.
//!
//! The words stand in the compiler's catalog. No credential is ever part of a failure.

use compiler::diagnostics::Diagnostic;
use compiler::diagnostics::catalog::{base_not_found, registry_answer, registry_auth, registry_limit, registry_network};
use compiler::text::Place;
use oci_client::Reference;

use super::answer::Answer;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// As it was asked about.
    pub reference: String,
    pub kind: FailureKind,
    /// In the registry's words, or in those of the connection.
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// No such repository, tag or digest.
    NotFound,
    /// Wrong credentials, or none where some are wanted. Some registries say so of what does not exist.
    Unauthorized,
    /// Too many requests, after several attempts.
    RateLimited,
    /// No connection, or one that broke.
    Unreachable,
    /// The text is no image reference.
    Malformed,
    /// An answer that no registry should give.
    Unexpected,
}

impl Failure {
    pub(super) fn new(reference: &str, answer: Answer) -> Failure {
        Failure { reference: reference.to_string(), kind: answer.kind, detail: answer.detail }
    }

    /// What a user is told; `place` is where the reference stands, if it stands in a file.
    pub fn diagnostic(&self, place: Option<Place>) -> Diagnostic {
        let (reference, registry) = (self.reference.as_str(), self.registry());
        match self.kind {
            FailureKind::NotFound | FailureKind::Malformed => base_not_found::new(place, reference, &registry),
            FailureKind::Unauthorized => registry_auth::new(place, reference, &registry, &self.detail),
            FailureKind::RateLimited => registry_limit::new(place, reference, &registry),
            FailureKind::Unreachable => registry_network::new(place, &registry, &self.detail),
            FailureKind::Unexpected => registry_answer::new(place, reference, &registry, &self.detail),
        }
    }

    /// `docker.io`, `registry:5000`.
    fn registry(&self) -> String {
        Reference::try_from(self.reference.as_str()).map_or_else(|_| self.reference.clone(), |image| image.registry().to_string())
    }
}
