//! The command line: one file a command, and what all of them share.

mod applied;
mod apply;
mod candidates;
mod check;
mod chosen;
mod completions;
mod destroy;
mod diff;
mod exit;
mod explain;
mod fix;
mod flags;
mod fmt;
mod gc;
mod gc_images;
mod images;
mod list;
mod lock_moves;
mod logs;
mod lsp;
mod new;
mod observed;
mod outdated;
mod plan;
mod planning;
mod run;
mod status;
mod test;
mod update;
mod world;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

pub use diff::SCHEMA as DIFF_SCHEMA;
pub use exit::Exit;
pub use flags::Flags;
pub use lock_moves::SCHEMA as LOCK_MOVES_SCHEMA;
pub use status::{SCHEMA as STATUS_SCHEMA, json as status_json};

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
    New(new::New),
    Check(check::Check),
    List(list::List),
    Lsp(lsp::Lsp),
    Plan(plan::PlanCommand),
    Apply(apply::Apply),
    Status(status::Status),
    Diff(diff::Diff),
    Logs(logs::Logs),
    Destroy(destroy::Destroy),
    Gc(gc::Gc),
    Fmt(fmt::Fmt),
    Test(test::Test),
    Update(update::UpdateCommand),
    Outdated(outdated::Outdated),
    Explain(explain::Explain),
    Completions(completions::Completions),
}

/// The format of commands that write for people alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TextOnly {
    Text,
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    exit::report_defects();
    completions::answer();
    let matches = match Cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return exit::usage(&error),
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return exit::usage(&error),
    };
    // SAFETY: no thread was started yet.
    unsafe { crate::import::certificates::defer() };
    exit::interruptible();
    let flags = cli.flags;
    let result = exit::catch(|| match cli.command {
        Command::New(command) => command.run(&flags),
        Command::Check(command) => command.run(&flags),
        Command::List(command) => command.run(&flags),
        Command::Lsp(command) => command.run(&flags),
        Command::Plan(command) => command.run(&flags),
        Command::Apply(command) => command.run(&flags),
        Command::Status(command) => command.run(&flags),
        Command::Diff(command) => command.run(&flags),
        Command::Logs(command) => command.run(&flags),
        Command::Destroy(command) => command.run(&flags),
        Command::Gc(command) => command.run(&flags),
        Command::Fmt(command) => command.run(&flags),
        Command::Test(command) => command.run(&flags),
        Command::Update(command) => command.run(&flags),
        Command::Outdated(command) => command.run(&flags),
        Command::Explain(command) => command.run(&flags),
        Command::Completions(command) => command.run(&flags),
    });
    exit::code(result, &flags)
}

/// A command's output: on standard output, or in the file of `--out`.
fn write_output(flags: &Flags, text: &str) -> Result<(), Exit> {
    crate::ui::output(flags.out.as_deref(), text).map_err(|error| match &flags.out {
        Some(path) => run::cannot_write(path, &error),
        None => Exit::refused(format!("the output cannot be written: {error}")),
    })
}

/// The formats that a command's help lists: `Formats (-f): text, json`.
fn formats_in(help: &str) -> Vec<String> {
    let line = help.lines().find_map(|line| line.strip_prefix("Formats (-f): ")).unwrap_or_default();
    line.split(", ").map(str::to_owned).filter(|format| !format.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::{Cli, formats_in};

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_flag_of_all_commands_has_a_variable() {
        for argument in Cli::command().get_arguments().filter(|argument| argument.is_global_set()) {
            let long = argument.get_long().expect("a long name").replace('-', "_").to_uppercase();
            let variable = argument.get_env().map(|name| name.to_string_lossy().into_owned());
            assert_eq!(variable.as_deref(), Some(format!("CODERC_{long}").as_str()));
        }
    }

    #[test]
    fn every_command_lists_its_formats_and_shows_an_example() {
        for command in Cli::command().get_subcommands().filter(|command| command.get_name() != "help") {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("Examples:\n  "), "{}", command.get_name());
            // An editor is spoken with in one format alone.
            assert!(command.get_name() == "lsp" || !formats_in(&help).is_empty(), "{}", command.get_name());
        }
    }
}
