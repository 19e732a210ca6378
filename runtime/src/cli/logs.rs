//! `coderc logs`.

use std::io::Write as _;

use clap::Args;

use super::applied::{Found, failed};
use super::apply::On;
use super::{Exit, Flags, TextOnly};
use crate::providers::applied::Part;

/// Show what a container of an environment writes
#[derive(Debug, Args)]
#[command(
    after_help = "Formats (-f): text\n\nExamples:\n  coderc logs environment.team-a\n  coderc logs team-a postgres --tail 50\n  coderc logs team-a --follow"
)]
pub struct Logs {
    /// The environment: an address, or the name of an instance
    #[arg(value_name = "ENV")]
    environment: String,
    /// The container; the primary one without
    #[arg(value_name = "CONTAINER")]
    container: Option<String>,
    /// Only where environments run on this provider
    #[arg(long, value_name = "PROVIDER", env = "CODERC_ON", hide_env = true)]
    on: Option<On>,
    /// Go on with what is written from now on
    #[arg(long)]
    follow: bool,
    /// Only the last so many lines
    #[arg(long, value_name = "N")]
    tail: Option<u32>,
}

impl Logs {
    pub fn run(self, flags: &Flags) -> Result<(), Exit> {
        flags.format::<TextOnly>()?;
        let found = Found::everywhere(flags)?.on(self.on);
        let target = std::slice::from_ref(&self.environment);
        let named = found.chosen(target, flags)?;
        let [(place, environment)] = named.as_slice() else {
            let which: Vec<&str> = named.iter().map(|(_, environment)| environment.address.as_str()).collect();
            return Err(Exit::refused(format!("`{}` names {} environments", self.environment, named.len()))
                .help(format!("name one of {}", which.join(", "))));
        };
        let part = Part { follow: self.follow, tail: self.tail };
        let mut output = Output::open(flags)?;
        let mut line = |line: &str| output.line(line);
        let read = found.places[*place].logs(environment, self.container.as_deref(), part, &mut line);
        found.asynchronous.block_on(read).map_err(failed)
    }
}

/// Lines as they come, to standard output or the file of `--out`.
struct Output(Box<dyn std::io::Write + Send>);

impl Output {
    fn open(flags: &Flags) -> Result<Output, Exit> {
        match &flags.out {
            Some(path) => {
                let file = std::fs::File::create(path).map_err(|error| super::run::cannot_write(path, &error))?;
                Ok(Output(Box::new(file)))
            }
            None => Ok(Output(Box::new(std::io::stdout()))),
        }
    }

    fn line(&mut self, line: &str) {
        // Whoever read it has seen enough.
        if writeln!(self.0, "{line}").and_then(|()| self.0.flush()).is_err() {
            std::process::exit(0);
        }
    }
}
