//! What client and server agreed on at the beginning.

use tower_lsp::lsp_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionProviderCapability, HoverProviderCapability, MarkupKind,
    OneOf, PositionEncodingKind, SaveOptions, ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};

use super::positions::Encoding;

/// What the client can take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features {
    pub encoding: Encoding,
    /// Diagnostics with other places that explain them.
    pub related: bool,
    /// Diagnostics with the address of their page.
    pub pages: bool,
    pub tags: bool,
    pub markdown: bool,
    /// Definitions with the word that led there.
    pub links: bool,
    /// It tells of changed files when asked to.
    pub watches: bool,
    pub nested_symbols: bool,
}

impl Features {
    pub fn of(client: &ClientCapabilities) -> Features {
        let text = client.text_document.as_ref();
        let diagnostics = text.and_then(|text| text.publish_diagnostics.as_ref());
        let encodings = client.general.as_ref().and_then(|general| general.position_encodings.as_ref());
        let hover = text.and_then(|text| text.hover.as_ref()).and_then(|hover| hover.content_format.as_ref());
        let watching = client.workspace.as_ref().and_then(|workspace| workspace.did_change_watched_files.as_ref());
        Features {
            encoding: match encodings {
                Some(encodings) if encodings.contains(&PositionEncodingKind::UTF8) => Encoding::Utf8,
                _ => Encoding::Utf16,
            },
            related: diagnostics.and_then(|can| can.related_information).unwrap_or_default(),
            pages: diagnostics.and_then(|can| can.code_description_support).unwrap_or_default(),
            tags: diagnostics.is_some_and(|can| can.tag_support.is_some()),
            markdown: hover.is_some_and(|formats| formats.contains(&MarkupKind::Markdown)),
            links: text.and_then(|text| text.definition.as_ref()).and_then(|can| can.link_support).unwrap_or_default(),
            watches: watching.and_then(|can| can.dynamic_registration).unwrap_or_default(),
            nested_symbols: text
                .and_then(|text| text.document_symbol.as_ref())
                .and_then(|can| can.hierarchical_document_symbol_support)
                .unwrap_or_default(),
        }
    }

    /// What the server offers in return.
    pub fn offered(self) -> ServerCapabilities {
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        };
        let actions =
            CodeActionOptions { code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]), ..CodeActionOptions::default() };
        let folders = WorkspaceFoldersServerCapabilities { supported: Some(true), change_notifications: Some(OneOf::Left(true)) };
        ServerCapabilities {
            position_encoding: Some(match self.encoding {
                Encoding::Utf8 => PositionEncodingKind::UTF8,
                Encoding::Utf16 => PositionEncodingKind::UTF16,
            }),
            text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            definition_provider: Some(OneOf::Left(true)),
            code_action_provider: Some(CodeActionProviderCapability::Options(actions)),
            document_symbol_provider: Some(OneOf::Left(true)),
            workspace: Some(WorkspaceServerCapabilities { workspace_folders: Some(folders), file_operations: None }),
            ..ServerCapabilities::default()
        }
    }
}
