//! `coderc explain`: a diagnostic's page, where a value comes from, or what an action of the plan does.

mod action;
mod page;
mod value;

use clap::{Args, ValueEnum};
use compiler::diagnostics::{catalog, nearest};

use super::{Exit, Flags};

/// Explain a diagnostic, where a value comes from, or why an action is in the plan
#[derive(Debug, Args)]
#[command(
    after_help = "Formats (-f): text, json\n\nExamples:\n  coderc explain                                          # every diagnostic, a line each\n  coderc explain unknown-field                            # its page: what it means, and the mend\n  coderc explain environment.team-a.container.env.memory  # where the value was written, and what it replaced\n  coderc explain 'environment.dev[\"ana\"].replicas'\n  coderc explain 'environment.dev(user=ana).containers'    # of a template, with arguments\n  coderc explain image.base                               # also the build: its reason, and what decides its ID\n  coderc explain environment.team-a/deployment            # one action of the plan"
)]
pub struct Explain {
    /// A diagnostic's name, the address of a value, or the address of an action; without it, every diagnostic is listed
    #[arg(value_name = "NAME", add = clap_complete::ArgValueCompleter::new(super::candidates::explainable))]
    name: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ExplainFormat {
    Text,
    Json,
}

impl Explain {
    pub fn run(self, flags: &Flags) -> Result<(), Exit> {
        let format = flags.format::<ExplainFormat>()?.unwrap_or(ExplainFormat::Text);
        let Some(name) = self.name else { return super::write_output(flags, &page::all(format, flags.color_stdout())) };
        let name = name.trim();
        if let Some(info) = catalog::find(name) {
            return super::write_output(flags, &page::one(info, format, flags.color_stdout()));
        }
        if compiler::plan::owner(name) != name {
            return action::explain(flags, name, format);
        }
        if name.contains(['.', '[', '(']) {
            return value::explain(flags, name, format);
        }
        // One word is a constant of the package, or a diagnostic misspelt.
        let unknown = || {
            let near = nearest::nearest(name, catalog::ALL.iter().map(|info| info.name));
            let exit = Exit::refused(format!("nothing is called `{name}`: no diagnostic, and no constant of the package"));
            match near {
                Some(near) => exit.help(format!("did you mean `{near}`?")),
                None => exit.help("`coderc explain` lists the diagnostics, `coderc list` the package's declarations"),
            }
        };
        value::explain(flags, name, format).map_err(|exit| match exit {
            Exit::Refused { message: Some(_), help } if !help.iter().any(|line| line.starts_with("did you mean")) => unknown(),
            other => other,
        })
    }
}
