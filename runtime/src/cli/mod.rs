//! The command line: one file a command, and what all of them share.

mod check;
mod exit;
mod fix;
mod flags;
mod plan;
mod planning;
mod run;
mod test;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub use exit::Exit;
pub use flags::Flags;

/// Typed development images and environments: check them, see what would be built and applied, and why.
#[derive(Debug, Parser)]
#[command(
    name = "coderc",
    version,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Example:\n  coderc check\n  coderc plan environment.team-a\n\nA package is the nearest `.coder/` at or above the folder (see -C)."
)]
pub struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Check),
    Plan(plan::PlanCommand),
    Test(test::Test),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    exit::report_defects();
    let matches = match Cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return exit::usage(&error),
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return exit::usage(&error),
    };
    exit::interruptible();
    let flags = cli.flags;
    let result = exit::catch(|| match cli.command {
        Command::Check(command) => command.run(&flags),
        Command::Plan(command) => command.run(&flags),
        Command::Test(command) => command.run(&flags),
    });
    exit::code(result, &flags)
}
