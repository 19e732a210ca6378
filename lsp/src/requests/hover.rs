//! `textDocument/hover`.

use tower_lsp::lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};

use crate::ide;
use crate::server::View;

pub fn answer(view: &View, position: Position) -> Option<Hover> {
    let hover = ide::hover::hover(&view.session.db, view.spot(position)?)?;
    let kind = if view.features().markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind, value: hover.markdown }),
        range: Some(view.places().range(hover.word.file, hover.word.range)),
    })
}
