//! The server as tower-lsp sees it: every handler puts one event into the queue, and waits for its answer if there is one.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::{
    CodeActionParams, CodeActionResponse, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWatchedFilesRegistrationOptions, DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, DidSaveTextDocumentParams, DocumentSymbolParams, DocumentSymbolResponse, FileSystemWatcher,
    GlobPattern, GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverParams, InitializeParams, InitializeResult,
    InitializedParams, Registration, ServerInfo, Url,
};
use tower_lsp::{Client, LanguageServer};

use super::features::Features;
use super::queue::{Event, Queue};
use crate::requests;

pub struct Backend {
    client: Client,
    queue: Queue,
    /// What the client said of itself: what the server says of its own accord has to wait until the client is ready for it.
    introduced: Mutex<Option<(Features, Vec<PathBuf>)>>,
}

impl Backend {
    pub fn new(client: Client, queue: Queue) -> Backend {
        Backend { client, queue, introduced: Mutex::new(None) }
    }
}

#[tower_lsp::async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let features = Features::of(&params.capabilities);
        let folders: Vec<Url> = match params.workspace_folders {
            Some(folders) => folders.into_iter().map(|folder| folder.uri).collect(),
            // Clients that know no workspace folders name their one folder so.
            None => params.root_uri.into_iter().collect(),
        };
        *self.introduced.lock().unwrap_or_else(PoisonError::into_inner) = Some((features, paths(folders)));
        let info = ServerInfo { name: "coderc".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
        Ok(InitializeResult { capabilities: features.offered(), server_info: Some(info) })
    }

    async fn initialized(&self, _: InitializedParams) {
        let introduced = self.introduced.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some((features, folders)) = introduced else { return };
        self.queue.put(Event::Begin(features, folders));
        if features.watches {
            // Not awaited here: the client's answer comes by the loop that waits for this handler.
            let client = self.client.clone();
            tokio::spawn(async move { client.register_capability(vec![watched_files()]).await });
        }
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        self.queue.put(Event::Open(document.uri, document.version, document.text));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.queue.put(Event::Change(params.text_document.uri, params.text_document.version, params.content_changes));
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.queue.put(Event::Close(params.text_document.uri));
    }

    async fn did_save(&self, _: DidSaveTextDocumentParams) {
        self.queue.put(Event::DiskChanged);
    }

    async fn did_change_watched_files(&self, _: DidChangeWatchedFilesParams) {
        self.queue.put(Event::DiskChanged);
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let urls = |folders: Vec<tower_lsp::lsp_types::WorkspaceFolder>| folders.into_iter().map(|folder| folder.uri).collect();
        let (added, removed) = (paths(urls(params.event.added)), paths(urls(params.event.removed)));
        self.queue.put(Event::Folders { added, removed });
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let at = params.text_document_position_params;
        self.queue.ask(at.text_document.uri, move |view| requests::hover::answer(view, at.position)).await
    }

    async fn goto_definition(&self, params: GotoDefinitionParams) -> Result<Option<GotoDefinitionResponse>> {
        let at = params.text_document_position_params;
        self.queue.ask(at.text_document.uri, move |view| requests::definition::answer(view, at.position)).await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let url = params.text_document.uri.clone();
        self.queue.ask(url, move |view| requests::quick_fix::answer(view, &params)).await
    }

    async fn document_symbol(&self, params: DocumentSymbolParams) -> Result<Option<DocumentSymbolResponse>> {
        let url = params.text_document.uri;
        self.queue.ask(url.clone(), move |view| requests::document_symbol::answer(view, &url)).await
    }
}

fn paths(urls: Vec<Url>) -> Vec<PathBuf> {
    urls.iter().filter_map(|url| url.to_file_path().ok()).collect()
}

/// What a check reads: members of packages, locks, Dockerfiles, and whatever lies in a context.
fn watched_files() -> Registration {
    let watchers = vec![FileSystemWatcher { glob_pattern: GlobPattern::String("**/*".to_owned()), kind: None }];
    let options = serde_json::to_value(DidChangeWatchedFilesRegistrationOptions { watchers });
    Registration {
        id: "watched-files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: options.ok(),
    }
}
