//! `coderc lsp`.

use std::sync::Arc;

use ::lsp::Ended;
use clap::Args;

use super::{Exit, Flags};
use crate::host::EditorWorld;
use crate::import::{Options, Store, Update};

/// Run the language server, on standard input and output
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  coderc lsp                      # an editor starts it, and speaks with it on standard input and output\n\nIn Neovim, for instance:\n  vim.lsp.start({ name = 'coderc', cmd = { 'coderc', 'lsp' }, root_dir = vim.fn.getcwd() })"
)]
pub struct Lsp {
    /// What it does anyway: some editors add this flag
    #[arg(long, hide = true)]
    stdio: bool,
}

impl Lsp {
    pub fn run(self, flags: &Flags) -> Result<(), Exit> {
        let cache = Store::default_folder()
            .ok_or_else(|| Exit::refused("there is no folder for the cache").help("set `CODERC_CACHE` or `HOME`"))?;
        let options = Options { locked: flags.locked, offline: flags.offline, update: Update::Nothing, accept_moved: false };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Exit::refused(format!("the server cannot start: {error}")))?;
        let world = Arc::new(EditorWorld::new(cache, options));
        let ended = runtime.block_on(::lsp::serve(tokio::io::stdin(), tokio::io::stdout(), world));
        // A thread may still wait for input that nobody will send.
        runtime.shutdown_background();
        match ended {
            Ended::Properly => Ok(()),
            Ended::Early => Err(Exit::reported()),
        }
    }
}
