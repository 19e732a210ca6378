//! `coderc completions`.
//!
//! What a shell is given is a few lines that call `coderc` itself back, so that targets and names complete as they are now.

use clap::{Args, CommandFactory};
use clap_complete::CompleteEnv;
use clap_complete::env::{EnvCompleter, Shells};

use super::{Cli, Exit, Flags};

/// What the shell's lines set when they call back.
const VARIABLE: &str = "CODERC_COMPLETE";

/// Print what makes a shell complete commands, flags, targets and names
#[derive(Debug, Args)]
#[command(
    after_help = "Formats (-f): text\n\nExamples:\n  source <(coderc completions bash)                      # in ~/.bashrc\n  source <(coderc completions zsh)                       # in ~/.zshrc\n  coderc completions fish | source                       # in ~/.config/fish/config.fish\n  eval (coderc completions elvish | slurp)               # in ~/.elvish/rc.elv\n  coderc completions powershell | Out-String | Invoke-Expression   # in $PROFILE"
)]
pub struct Completions {
    /// The shell
    #[arg(value_name = "SHELL", value_parser = ["bash", "zsh", "fish", "elvish", "powershell"])]
    shell: String,
}

impl Completions {
    pub fn run(self, flags: &Flags) -> Result<(), Exit> {
        flags.format::<super::TextOnly>()?;
        let shells = Shells::builtins();
        let shell: &dyn EnvCompleter =
            shells.completer(&self.shell).ok_or_else(|| Exit::usage(format!("there are no completions for `{}`", self.shell)))?;
        let mut script = Vec::new();
        shell
            .write_registration(VARIABLE, "coderc", "coderc", &program(), &mut script)
            .map_err(|error| Exit::refused(format!("the completions cannot be written: {error}")))?;
        super::write_output(flags, &String::from_utf8_lossy(&script))
    }
}

/// Answers a shell that calls back, and ends the process; returns where none does.
pub fn answer() {
    CompleteEnv::with_factory(Cli::command).var(VARIABLE).bin("coderc").complete();
}

/// How the shell finds this program again: by its name where it was found by name.
fn program() -> String {
    let called = std::env::args().next().unwrap_or_default();
    if called.contains(std::path::MAIN_SEPARATOR)
        && let Ok(path) = std::env::current_exe()
    {
        return path.to_string_lossy().into_owned();
    }
    "coderc".to_owned()
}
