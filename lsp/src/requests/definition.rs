//! `textDocument/definition`.

use tower_lsp::lsp_types::{GotoDefinitionResponse, LocationLink, Position};

use crate::ide;
use crate::server::View;

pub fn answer(view: &View, position: Position) -> Option<GotoDefinitionResponse> {
    let jump = ide::definition::definition(&view.session.db, view.spot(position)?)?;
    let places = view.places();
    let target = places.location(jump.target)?;
    if !view.features().links {
        return Some(GotoDefinitionResponse::Scalar(target));
    }
    Some(GotoDefinitionResponse::Link(vec![LocationLink {
        origin_selection_range: Some(places.range(jump.word.file, jump.word.range)),
        target_uri: target.uri,
        target_range: target.range,
        target_selection_range: target.range,
    }]))
}
