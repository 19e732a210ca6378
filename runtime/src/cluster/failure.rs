//! Why a cluster does not do what it is asked, as a diagnostic of the catalog.
//!
//! What it says of one object (a conflict, a Secret that is not there) is for who asked to judge, before this.

use compiler::diagnostics::catalog::{cluster_answer, cluster_auth, cluster_network};
use kube::Error;

use crate::execute::Failure;

/// `doing` is what the request was for: ``reading the Secret `a` ``.
pub fn failure(server: &str, doing: &str, error: &Error) -> Failure {
    Failure::new(match error {
        Error::Api(status) if matches!(status.code, 401 | 403) => cluster_auth::new(server, doing, &status.message),
        Error::Api(status) => cluster_answer::new(doing, &status.message),
        Error::Auth(error) => cluster_auth::new(server, doing, &chain(error)),
        Error::HyperError(error) => cluster_network::new(server, &chain(error)),
        Error::Service(error) => cluster_network::new(server, &chain(&**error)),
        Error::ReadEvents(error) => cluster_network::new(server, &chain(error)),
        other => cluster_answer::new(doing, &chain(other)),
    })
}

/// An error and what caused it, where each says something new.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let more = cause.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        source = cause.source();
    }
    text
}
