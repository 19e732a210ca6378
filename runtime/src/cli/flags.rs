//! The flags that every command takes. Each has an environment variable.

use std::io::IsTerminal;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Clone, Debug, Args)]
pub struct Flags {
    /// Work on the package at or above this folder
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true, env = "CODERC_DIRECTORY", default_value = ".", hide_default_value = true, hide_env = true, value_hint = clap::ValueHint::DirPath)]
    pub directory: PathBuf,
    /// Refuse to change `coder.lock`: what it lacks is an error (for CI)
    #[arg(long, global = true, env = "CODERC_LOCKED", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    pub locked: bool,
    /// Touch no network: use the lock and the cache alone
    #[arg(long, global = true, env = "CODERC_OFFLINE", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    pub offline: bool,
    /// Take the package from another repository, without a checkout: `owner/name`, a URL, with `@REF` for a branch, tag or commit
    #[arg(long, value_name = "REPO[@REF]", global = true, env = "CODERC_FROM", hide_env = true)]
    pub from: Option<String>,
    /// The output's format; each command's help lists its own
    #[arg(short, long, value_name = "FORMAT", global = true, env = "CODERC_FORMAT", hide_env = true, add = clap_complete::ArgValueCompleter::new(super::candidates::formats))]
    pub format: Option<String>,
    /// Write the output to this file instead of standard output
    #[arg(short, long, value_name = "FILE", global = true, env = "CODERC_OUT", hide_env = true, value_hint = clap::ValueHint::FilePath)]
    pub out: Option<PathBuf>,
    /// When to colour: `NO_COLOR` is honoured too
    #[arg(
        long,
        value_name = "WHEN",
        global = true,
        env = "CODERC_COLOR",
        hide_env = true,
        default_value = "auto",
        hide_default_value = true
    )]
    pub color: Color,
    /// Say less
    #[arg(short, long, global = true, env = "CODERC_QUIET", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    pub quiet: bool,
    /// Say more
    #[arg(short, long, global = true, env = "CODERC_VERBOSE", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    pub verbose: bool,
    /// The cluster's configuration file
    #[arg(long, value_name = "FILE", global = true, env = "CODERC_KUBECONFIG", hide_env = true, help_heading = "Cluster", value_hint = clap::ValueHint::FilePath)]
    pub kubeconfig: Option<PathBuf>,
    /// The context of that file
    #[arg(long, value_name = "NAME", global = true, env = "CODERC_CONTEXT", hide_env = true, help_heading = "Cluster")]
    pub context: Option<String>,
    /// The namespace of environments that name none
    #[arg(short, long, value_name = "NAME", global = true, env = "CODERC_NAMESPACE", hide_env = true, help_heading = "Cluster")]
    pub namespace: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

impl Flags {
    /// Whether what goes to standard output is coloured.
    pub fn color_stdout(&self) -> bool {
        self.out.is_none() && self.color(std::io::stdout().is_terminal())
    }

    /// Whether what goes to standard error is coloured.
    pub fn color_stderr(&self) -> bool {
        self.color(std::io::stderr().is_terminal())
    }

    fn color(&self, terminal: bool) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }

    /// The chosen format among a command's own; the first is its default.
    pub fn format<F: ValueEnum>(&self) -> Result<Option<F>, super::Exit> {
        let Some(format) = &self.format else { return Ok(None) };
        F::from_str(format, false).map(Some).map_err(|_| {
            let known: Vec<String> = F::value_variants()
                .iter()
                .filter_map(|variant| variant.to_possible_value())
                .map(|value| value.get_name().to_owned())
                .collect();
            let are = if known.len() == 1 { "format is" } else { "formats are" };
            super::Exit::usage(format!("there is no format `{format}` here; the {are} {}", known.join(", ")))
        })
    }
}
