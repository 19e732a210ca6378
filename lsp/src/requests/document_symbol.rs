//! `textDocument/documentSymbol`.

use tower_lsp::lsp_types::{DocumentSymbol, DocumentSymbolResponse, Location, SymbolInformation, SymbolKind, Url};

use crate::ide::outline::{Kind, Symbol, outline};
use crate::server::{Places, View};

pub fn answer(view: &View, url: &Url) -> Option<DocumentSymbolResponse> {
    let symbols = outline(&view.session.db, view.package?, view.file);
    let places = view.places();
    Some(if view.features().nested_symbols {
        DocumentSymbolResponse::Nested(symbols.into_iter().map(|symbol| nested(view, &places, symbol)).collect())
    } else {
        DocumentSymbolResponse::Flat(symbols.into_iter().map(|symbol| flat(view, &places, symbol, url)).collect())
    })
}

fn nested(view: &View, places: &Places, symbol: Symbol) -> DocumentSymbol {
    let inner: Vec<DocumentSymbol> = symbol.inner.into_iter().map(|symbol| nested(view, places, symbol)).collect();
    #[expect(deprecated, reason = "the type has the field, which nobody sets")]
    DocumentSymbol {
        name: symbol.name,
        detail: None,
        kind: kind(symbol.kind),
        tags: None,
        deprecated: None,
        range: places.range(view.file, symbol.range),
        selection_range: places.range(view.file, symbol.selection),
        children: (!inner.is_empty()).then_some(inner),
    }
}

fn flat(view: &View, places: &Places, symbol: Symbol, url: &Url) -> SymbolInformation {
    #[expect(deprecated, reason = "the type has the field, which nobody sets")]
    SymbolInformation {
        name: symbol.name,
        kind: kind(symbol.kind),
        tags: None,
        deprecated: None,
        location: Location::new(url.clone(), places.range(view.file, symbol.range)),
        container_name: None,
    }
}

fn kind(kind: Kind) -> SymbolKind {
    match kind {
        Kind::Import => SymbolKind::MODULE,
        Kind::Constant => SymbolKind::CONSTANT,
        Kind::Type => SymbolKind::STRUCT,
        Kind::Function => SymbolKind::FUNCTION,
        Kind::Image => SymbolKind::CLASS,
        Kind::Environment => SymbolKind::OBJECT,
        Kind::Project => SymbolKind::NAMESPACE,
        Kind::Policy => SymbolKind::INTERFACE,
        Kind::Test => SymbolKind::METHOD,
        Kind::Block => SymbolKind::FIELD,
    }
}
