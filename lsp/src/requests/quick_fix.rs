//! `textDocument/codeAction`: the mends of the problems at a selection.

use std::collections::HashMap;

use tower_lsp::lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse, TextEdit, Url, WorkspaceEdit,
};

use crate::ide::problems::{Mend, problems, touches};
use crate::server::{Places, View, diagnostic};

pub fn answer(view: &View, params: &CodeActionParams) -> Option<CodeActionResponse> {
    let wanted = |kind: &CodeActionKind| CodeActionKind::QUICKFIX.as_str().starts_with(kind.as_str());
    if params.context.only.as_ref().is_some_and(|only| !only.iter().any(wanted)) {
        return Some(Vec::new());
    }
    let selection = view.selection(params.range);
    let places = view.places();
    let mut actions = Vec::new();
    for problem in problems(&view.session.db, &view.session.check_known()) {
        let mut shown = problem.shown_at(&view.session.db).into_iter();
        let Some(place) = shown.find(|place| place.file == view.file && touches(place.range, selection)) else { continue };
        let range = places.range(place.file, place.range);
        let mended = diagnostic(&problem, place, range, &places, &view.ground);
        for (index, mend) in problem.mends.iter().enumerate() {
            let Some(edit) = edit(mend, &places) else { continue };
            actions.push(CodeActionOrCommand::CodeAction(CodeAction {
                title: mend.title.clone(),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![mended.clone()]),
                edit: Some(edit),
                is_preferred: Some(index == 0 && mend.safe),
                ..CodeAction::default()
            }));
        }
    }
    Some(actions)
}

fn edit(mend: &Mend, places: &Places) -> Option<WorkspaceEdit> {
    let mut changes: HashMap<Url, Vec<TextEdit>> = HashMap::new();
    for (place, text) in &mend.edits {
        let location = places.location(*place)?;
        changes.entry(location.uri).or_default().push(TextEdit::new(location.range, text.clone()));
    }
    Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() })
}
