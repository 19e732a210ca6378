//! Problems as the protocol's diagnostics, file by file.

use std::collections::BTreeMap;

use compiler::diagnostics::Severity;
use compiler::diagnostics::render::page_url;
use compiler::workspace::Session;
use tower_lsp::lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, NumberOrString, Position,
    Range, Url,
};

use super::places::{Ground, Places};
use crate::LockProblem;
use crate::ide::FileRange;
use crate::ide::problems::{Problem, problems};

/// The diagnostics of each file that has any.
pub type ByFile = BTreeMap<Url, Vec<Diagnostic>>;

/// What is wrong, and said of the lock, as far as everything is at hand.
pub fn check(session: &Session, ground: &Ground, lock: Option<(&Url, &LockProblem)>) -> ByFile {
    let mut files = ByFile::new();
    let places = Places::new(ground, session);
    for problem in problems(&session.db, &session.check_known()) {
        for place in problem.shown_at(&session.db) {
            let Some(location) = places.location(place) else { continue };
            files.entry(location.uri).or_default().push(diagnostic(&problem, place, location.range, &places, ground));
        }
    }
    if let Some((url, problem)) = lock {
        files.entry(url.clone()).or_default().push(of_lock(problem));
    }
    files
}

/// One problem at one of the places where it is shown.
pub fn diagnostic(problem: &Problem, at: FileRange, range: Range, places: &Places, ground: &Ground) -> Diagnostic {
    let features = ground.features;
    let mut message = problem.message.clone();
    let mut related = Vec::new();
    // At another place than its own, its own explains it.
    let own = problem.place.filter(|own| *own != at).map(|own| (own, "it is used here"));
    let others = problem.related.iter().map(|(place, said)| (*place, said.as_str())).filter(|(place, _)| *place != at);
    for (place, said) in own.into_iter().chain(others) {
        match places.location(place) {
            Some(location) if features.related => {
                related.push(DiagnosticRelatedInformation { location, message: said.to_owned() });
            }
            _ => message.push_str(&format!("\n{said}")),
        }
    }
    let severity = match problem.info.severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
    };
    Diagnostic {
        range,
        severity: Some(severity),
        code: Some(NumberOrString::String(problem.info.name.to_owned())),
        code_description: page(problem.info.name).filter(|_| features.pages),
        source: Some("coderc".to_owned()),
        message,
        related_information: (!related.is_empty()).then_some(related),
        tags: is_without_effect(problem.info.name).then(|| vec![DiagnosticTag::UNNECESSARY]).filter(|_| features.tags),
        data: None,
    }
}

fn page(name: &str) -> Option<CodeDescription> {
    Some(CodeDescription { href: Url::parse(&page_url(name)).ok()? })
}

/// What these stand at does nothing: editors fade it.
fn is_without_effect(name: &str) -> bool {
    matches!(name, "unreachable-pattern" | "ignored-flag" | "ignored-instruction")
}

fn of_lock(problem: &LockProblem) -> Diagnostic {
    let at = Position::new(problem.line, 0);
    let name = "lock-syntax";
    Diagnostic {
        range: Range::new(at, Position::new(problem.line, 1)),
        severity: Some(DiagnosticSeverity::ERROR),
        code: Some(NumberOrString::String(name.to_owned())),
        code_description: page(name),
        source: Some("coderc".to_owned()),
        message: format!("{}\nhelp: {}", problem.message, problem.help),
        ..Diagnostic::default()
    }
}
