//! How a command ends: exit codes, and what is said of each.

use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use compiler::diagnostics::{Sources, render};

use super::Flags;

/// Why a command ends without being done.
#[derive(Debug)]
pub enum Exit {
    /// 1: said already, or said by `message`.
    Refused { message: Option<String>, help: Vec<String> },
    /// 1, with one diagnostic that is still to be shown.
    Report(Box<compiler::diagnostics::Report>),
    /// 1, with diagnostics that are still to be shown.
    Reports(Vec<compiler::diagnostics::Report>, compiler::workspace::SourceTexts),
    /// 2: there are changes.
    Changes,
    /// 64.
    Usage(String),
    /// 130: stopped by the user, after cleaning up.
    Interrupted,
}

impl Exit {
    /// Refused, and the diagnostics were shown.
    pub fn reported() -> Exit {
        Exit::Refused { message: None, help: Vec::new() }
    }

    pub fn refused(message: impl Into<String>) -> Exit {
        Exit::Refused { message: Some(message.into()), help: Vec::new() }
    }

    pub fn usage(message: impl Into<String>) -> Exit {
        Exit::Usage(message.into())
    }

    pub fn help(self, line: impl Into<String>) -> Exit {
        match self {
            Exit::Refused { message, mut help } => {
                help.push(line.into());
                Exit::Refused { message, help }
            }
            other => other,
        }
    }
}

/// The exit code, after saying why.
pub(super) fn code(result: Result<(), Exit>, flags: &Flags) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Exit::Changes) => ExitCode::from(2),
        Err(Exit::Interrupted) => ExitCode::from(130),
        Err(Exit::Reports(reports, sources)) => {
            crate::ui::stderr(&render::terminal::render(&reports, &sources, flags.color_stderr()));
            ExitCode::from(1)
        }
        Err(Exit::Report(report)) => {
            crate::ui::stderr(&render::terminal::render(&[*report], &NoSources, flags.color_stderr()));
            ExitCode::from(1)
        }
        Err(Exit::Refused { message, help }) => {
            if let Some(message) = message {
                crate::ui::error(flags.color_stderr(), &message, &help);
            }
            ExitCode::from(1)
        }
        Err(Exit::Usage(message)) => {
            crate::ui::error(flags.color_stderr(), &message, &["see `coderc --help`".to_owned()]);
            ExitCode::from(64)
        }
    }
}

/// Bad usage is 64; `--help` and `--version` are no errors.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    // A closed pipe is no reason to say more.
    let _ = error.print();
    let shown = error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if error.use_stderr() || shown { ExitCode::from(64) } else { ExitCode::SUCCESS }
}

/// Says what to report when the program itself is wrong.
pub(super) fn report_defects() {
    std::panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        // A query that was cancelled, or a pipe that was closed, is no defect.
        let text = payload
            .downcast_ref::<&str>()
            .copied()
            .or(payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("no message");
        if text.contains("Broken pipe") {
            std::process::exit(0);
        }
        let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line())).unwrap_or_default();
        crate::ui::error(
            false,
            &format!("coderc has a defect: {text} ({place})"),
            &[format!("please report this text and what you ran, with coderc {}", env!("CARGO_PKG_VERSION"))],
        );
    }));
}

/// Runs a command; a panic ends in 70.
pub(super) fn catch(run: impl FnOnce() -> Result<(), Exit>) -> Result<(), Exit> {
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) {
        Ok(result) => result,
        Err(_) => std::process::exit(70),
    }
}

/// What Ctrl-C, or the end of a CI job, asks for; says whether it must end at once.
type Interruption = Box<dyn Fn() -> bool + Send>;

static INTERRUPTION: Mutex<Option<Interruption>> = Mutex::new(None);

/// Ctrl-C ends the process with 130. What is written is written beside and renamed, so nothing is left half done.
pub(super) fn interruptible() {
    // Without a handler the process still ends, by the signal itself.
    let _ = ctrlc::set_handler(|| {
        let interruption = INTERRUPTION.lock().unwrap_or_else(PoisonError::into_inner);
        if interruption.as_ref().is_none_or(|interrupt| interrupt()) {
            std::process::exit(130);
        }
    });
}

/// From now on Ctrl-C asks `interrupt`, which says whether the process must end at once.
pub(super) fn on_interrupt(interrupt: impl Fn() -> bool + Send + 'static) {
    *INTERRUPTION.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(interrupt));
}

/// Where no source is at hand.
struct NoSources;

impl Sources for NoSources {
    fn text(&self, _: &str) -> Option<&str> {
        None
    }
}
