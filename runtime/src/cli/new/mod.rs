//! `coderc new`.

mod dockerfiles;
mod package;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use compiler::diagnostics::Report;
use compiler::workspace::{LoadedFile, LoadedPackage, RepositoryId, Session};

use super::run::any_error;
use super::{Exit, Flags};
use crate::host::{RealHost, RootFiles, RootPlace};
use crate::import::{self, Lock, Options, Root, RootRepository, Store, Update, silent};
use dockerfiles::Found;
use package::Naming;

/// Start a package from the repository's Dockerfiles
#[derive(Debug, Args)]
#[command(
    after_help = "Formats (-f): text\n\nIt asks nothing: it looks for Dockerfiles that git does not ignore, writes `.coder/main.coder` with an image for\neach and an environment that runs it, and says what it found. A folder that has a `.coder/` is left as it is.\n\nExamples:\n  coderc new\n  coderc new services/api         # a package of its own for a part of the repository"
)]
pub struct New {
    /// The folder to hold `.coder/`; that of -C without
    #[arg(value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    folder: Option<PathBuf>,
}

impl New {
    pub fn run(self, flags: &Flags) -> Result<(), Exit> {
        flags.format::<super::TextOnly>()?;
        if flags.from.is_some() {
            return Err(Exit::usage("`new` starts a package in a folder, so it takes no `--from`"));
        }
        let folder = self.folder.map_or_else(|| flags.directory.clone(), |folder| flags.directory.join(folder));
        let coder = folder.join(".coder");
        if std::fs::symlink_metadata(&coder).is_ok() {
            return Err(Exit::refused(format!("`{}` is there already; nothing was written", coder.display()))
                .help("`coderc list` shows what it declares"));
        }
        std::fs::create_dir_all(&folder).map_err(|error| super::run::cannot_write(&folder, &error))?;
        let folder =
            folder.canonicalize().map_err(|error| Exit::refused(format!("`{}` cannot be entered: {error}", folder.display())))?;
        let repository =
            RootRepository::around(&folder).map_err(|problem| Exit::refused(problem.to_string()).help(problem.help()))?;
        let root = Root { folder: folder.clone(), repository };
        let place = RootPlace::of(&root);
        let naming = Naming::of(&root);
        let mut found = dockerfiles::find(&folder, &place.folder, &naming)
            .map_err(|error| Exit::refused(format!("`{}` cannot be searched: {error}", folder.display())))?;
        let text = sound_package(&place, &mut found, &naming)?;
        write(&folder, &text)?;
        super::write_output(flags, &said(&found, &coder, flags))
    }
}

/// The package's text. What a Dockerfile does not let pass is left as a comment that says why.
fn sound_package(place: &RootPlace, found: &mut [Found], naming: &Naming) -> Result<String, Exit> {
    loop {
        let text = package::text(found, naming);
        let reports = check(place, &text)?;
        let mut marked = false;
        for report in reports.iter().filter(|report| report.is_error()) {
            if let Some(broken) =
                found.iter_mut().filter(|each| each.problem.is_none()).find(|each| concerns(report, each, &text))
            {
                broken.problem = Some(package::problem(report));
                marked = true;
            }
        }
        if !marked {
            return Ok(text);
        }
    }
}

/// Whether a report stands in, or points at, what an image is made from.
fn concerns(report: &Report, found: &Found, text: &str) -> bool {
    let lines = package::lines_of(found, text);
    let sources = report.source.iter().chain(report.labels.iter().map(|label| &label.source));
    sources.into_iter().any(|source| {
        let own = source.file.ends_with(".coder/main.coder") && lines.contains(&source.start.line);
        own || source.file == found.path
    })
}

/// Checks the package before anything of it is written.
fn check(place: &RootPlace, text: &str) -> Result<Vec<Report>, Exit> {
    // It imports nothing, so neither a cache nor a lock has a part in it.
    let cache = Store::default_folder().unwrap_or_else(std::env::temp_dir);
    let options = Options { locked: true, offline: true, update: Update::Nothing, accept_moved: false };
    let imports = Arc::new(import::Session::new(options, Store::new(&cache), Lock::default(), silent()));
    let host = RealHost::new(place.clone(), RootFiles::WorkTree, imports);
    let path =
        if place.folder.is_empty() { ".coder/main.coder".to_owned() } else { format!("{}/.coder/main.coder", place.folder) };
    let files = vec![LoadedFile { path, text: Ok(Arc::from(text)) }];
    let mut session = Session::new(LoadedPackage { repository: RepositoryId::Root, origin: place.origin.clone(), files });
    let diagnostics = session.check(&host);
    let reports = session.reports(&diagnostics);
    if any_error(&reports) { Ok(reports) } else { Ok(Vec::new()) }
}

/// Writes `.coder/main.coder` whole or not at all.
fn write(folder: &Path, text: &str) -> Result<(), Exit> {
    let cannot = |error: std::io::Error| super::run::cannot_write(&folder.join(".coder"), &error);
    let beside = tempfile::Builder::new().prefix(".coder-new-").tempdir_in(folder).map_err(cannot)?;
    let made = beside.path().join(".coder");
    std::fs::create_dir(&made).map_err(cannot)?;
    std::fs::write(made.join("main.coder"), text).map_err(cannot)?;
    std::fs::rename(&made, folder.join(".coder")).map_err(cannot)
}

fn said(found: &[Found], coder: &Path, flags: &Flags) -> String {
    let paint = crate::ui::Paint(flags.color_stdout());
    let mut text = match found.len() {
        0 => "No Dockerfile here.\n".to_owned(),
        1 => "Found 1 Dockerfile:\n".to_owned(),
        count => format!("Found {count} Dockerfiles:\n"),
    };
    let paths = found.iter().map(|each| each.path.chars().count()).max().unwrap_or(0);
    for each in found {
        let means = match &each.problem {
            Some(problem) => paint.yellow(&format!("left as a comment: {problem}")),
            None => {
                let ports: Vec<String> = each.ports.iter().map(|port| port.number.to_string()).collect();
                let ports = if ports.is_empty() { String::new() } else { format!(", port {}", ports.join(", ")) };
                format!("{}{ports}", paint.green(&format!("image.{}", each.name)))
            }
        };
        text.push_str(&format!("  {:paths$}  {means}\n", each.path));
    }
    let written = coder.join("main.coder");
    let written = written.strip_prefix(".").unwrap_or(&written);
    text.push_str(&format!("Wrote {}.\n", paint.bold(&written.display().to_string())));
    let sound = found.iter().any(|each| each.problem.is_none());
    text.push_str(match sound {
        true => "Next: see that each `repository` is where the image may be pushed; then `coderc check` and `coderc plan`.\n",
        false => "Next: change it to what you need; `coderc check` says whether it is right, `coderc plan` what it would do.\n",
    });
    text
}
