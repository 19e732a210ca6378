//! Why an import has no package, as the compiler reports it.

use compiler::db::{ImportPlaces, ImportProblem};
use compiler::diagnostics::catalog;

use crate::import;

pub fn of(problem: &import::ImportProblem) -> ImportProblem {
    let ImportPlaces { url, name, clause, .. } = ImportPlaces::marks();
    ImportProblem::new(problem.diagnostic(Some(url), name, clause))
}

/// A folder of a repository that is no package; `others` are folders of it that are.
pub fn no_package(url: &str, commit: &str, folder: &str, others: &[String]) -> ImportProblem {
    let short: String = commit.chars().take(12).collect();
    let what = if short.is_empty() { url.to_owned() } else { format!("{url} at {short}") };
    let others: Vec<&str> = others.iter().map(String::as_str).filter(|other| !other.is_empty()).collect();
    ImportProblem::new(catalog::no_package::new(None, &what, folder, &others))
}

/// A path that leaves its repository.
pub fn outside(path: &str) -> ImportProblem {
    ImportProblem::new(catalog::import_url::new(
        None,
        &format!("`{path}` leaves the repository"),
        Some("another repository is imported by its URL"),
        None,
    ))
}

pub fn path_with_ref(path: &str) -> ImportProblem {
    let message = format!("`{path}` is a path of the same repository and takes no `at`");
    ImportProblem::new(catalog::import_url::new(None, &message, Some("it is read at the commit of the importing package"), None))
}
