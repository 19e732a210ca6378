//! `coderc update`.

use clap::{Args, ValueEnum};
use compiler::db::{item_tree, scope};
use compiler::diagnostics::{Diagnostic, nearest, render};
use compiler::hir::{Definition, ImportDecl};
use compiler::plan::reference::{Reference, normal};
use compiler::workspace::Session;

use super::lock_moves::{self, Aliases};
use super::planning;
use super::run::{Run, any_error};
use super::{Exit, Flags};
use crate::host::RootFiles;
use crate::import::{At, ImportTarget, Lock, LockedImage, RepositoryUrl, Update as Which, parse_import};
use crate::ui::{self, Paint};

/// Move the lock: imports to what their branches hold now, images to the digests of their tags
#[derive(Debug, Args)]
#[command(
    after_help = "Formats (-f): text, json\n\nA branch is followed only by this command. A tag that was moved is an alarm, and taken only with\n--accept-moved. Nothing is written when a remote cannot be asked.\n\nExamples:\n  coderc update\n  coderc update kaniko            # an import, by its alias, its URL, or its repository's name\n  coderc update debian:12         # the digest of an image\n  coderc update kaniko --accept-moved"
)]
pub struct UpdateCommand {
    /// Imports by alias, URL or repository, and images by reference; everything without
    #[arg(value_name = "NAME", add = clap_complete::ArgValueCompleter::new(super::candidates::lock_entries))]
    names: Vec<String>,
    /// Take tags that were moved to other commits
    #[arg(long)]
    accept_moved: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MovesFormat {
    Text,
    Json,
}

impl UpdateCommand {
    pub fn run(self, flags: &Flags) -> Result<(), Exit> {
        let format = flags.format::<MovesFormat>()?.unwrap_or(MovesFormat::Text);
        if flags.from.is_some() {
            return Err(Exit::usage("`update` writes the lock of a working tree, so it takes no `--from`"));
        }
        if flags.locked || flags.offline {
            let (flag, why) =
                if flags.locked { ("--locked", "the lock may not change") } else { ("--offline", "no remote may be asked") };
            return Err(Exit::usage(format!("with `{flag}` {why}, which is all that `update` does")));
        }
        let first = Run::open(flags, RootFiles::Head)?;
        let (before, aliases) = (first.imports.lock(), aliases(&first.session));
        let chosen = Chosen::of(&self.names, &before, &aliases)?;
        let mut run = Run::open_with(flags, RootFiles::Head, chosen.imports(), self.accept_moved)?;
        let mut diagnostics = run.check();
        if diagnostics.iter().any(is_of_an_import) {
            return refuse(&run, &diagnostics, flags);
        }
        let sound = !any_error(&run.reports(&diagnostics));
        // The bases of a package with mistakes are not known; those of the lock are.
        let wanted = if sound { planning::wanted_images(&mut run, flags)? } else { Vec::new() };
        let failures = resolve_images(&run, &chosen, wanted)?;
        if failures.iter().any(Diagnostic::is_error) {
            diagnostics.extend(failures);
            return refuse(&run, &diagnostics, flags);
        }
        diagnostics.extend(failures);
        run.write_lock(sound)?;
        let after = run.imports.finish(sound).lock;
        show(&before, &after, &aliases, format, flags)?;
        let reports = run.reports(&diagnostics);
        if reports.iter().any(|report| report.is_error()) {
            ui::stderr(&render::terminal::render(&reports, &run.session.sources(), flags.color_stderr()));
            return Err(Exit::refused("the lock has moved, and the package does not fit what it names now")
                .help("mend the package, or take back `.coder/coder.lock` with git"));
        }
        Ok(())
    }
}

fn refuse(run: &Run, diagnostics: &[Diagnostic], flags: &Flags) -> Result<(), Exit> {
    let mut reports = run.reports(diagnostics);
    reports.retain(|report| report.is_error());
    ui::stderr(&render::terminal::render(&reports, &run.session.sources(), flags.color_stderr()));
    Err(Exit::refused("nothing was moved: `coder.lock` is as it was"))
}

fn show(before: &Lock, after: &Lock, aliases: &Aliases, format: MovesFormat, flags: &Flags) -> Result<(), Exit> {
    let moves = lock_moves::between(before, after);
    let entries = after.imports().count() + after.images().count();
    let unchanged = entries - moves.iter().filter(|moved| moved.now.is_some()).count();
    let text = match format {
        MovesFormat::Json => lock_moves::document(&moves, aliases, unchanged),
        MovesFormat::Text => {
            let mut text = lock_moves::text(&moves, aliases, Paint(flags.color_stdout()));
            if !flags.quiet {
                text.push_str(&match moves.len() {
                    0 => format!(
                        "nothing to move: {unchanged} {} up to date\n",
                        if unchanged == 1 { "entry is" } else { "entries are" }
                    ),
                    count => format!("{count} moved, {unchanged} unchanged\n"),
                });
            }
            text
        }
    };
    super::write_output(flags, &text)
}

/// What is to be moved.
pub(super) enum Chosen {
    All,
    These { imports: Vec<(RepositoryUrl, At)>, images: Vec<String> },
}

impl Chosen {
    /// What names mean: aliases, repositories, references. One that means nothing is refused.
    fn of(names: &[String], lock: &Lock, aliases: &Aliases) -> Result<Chosen, Exit> {
        if names.is_empty() {
            return Ok(Chosen::All);
        }
        let (mut imports, mut images) = (Vec::new(), Vec::new());
        for name in names {
            let by_alias = aliases.iter().filter(|(alias, _, _)| alias == name).map(|(_, url, at)| (url.clone(), at.clone()));
            let mut found: Vec<(RepositoryUrl, At)> = by_alias.collect();
            if found.is_empty() {
                let locked = lock.imports().map(|entry| (entry.url.clone(), entry.at.clone()));
                let written = aliases.iter().map(|(_, url, at)| (url.clone(), at.clone()));
                found = locked.chain(written).filter(|(url, _)| url.is_named(name)).collect();
            }
            let pinned: Vec<String> =
                lock.images().filter(|image| is_image(&image.reference, name)).map(|image| image.reference.clone()).collect();
            if found.is_empty() && pinned.is_empty() {
                return Err(unknown(name, lock, aliases));
            }
            imports.extend(found);
            images.extend(pinned);
        }
        Ok(Chosen::These { imports, images })
    }

    fn imports(&self) -> Which {
        match self {
            Chosen::All => Which::All,
            Chosen::These { imports, .. } if imports.is_empty() => Which::Nothing,
            Chosen::These { imports, .. } => Which::Only(imports.clone()),
        }
    }
}

/// Whether a name is this reference, however it is spelt; without a tag it is every tag of the repository.
fn is_image(reference: &str, name: &str) -> bool {
    let plain = |text: &str| Reference::parse(text).filter(|parsed| parsed.tag.is_none() && parsed.digest.is_none());
    reference == normal(name)
        || plain(name)
            .is_some_and(|named| Reference::parse(reference).is_some_and(|parsed| parsed.repository() == named.repository()))
}

fn unknown(name: &str, lock: &Lock, aliases: &Aliases) -> Exit {
    let mut known: Vec<String> = aliases.iter().map(|(alias, _, _)| alias.clone()).collect();
    known.extend(lock.imports().map(|entry| entry.url.as_str().to_owned()));
    known.extend(lock.images().map(|image| image.reference.clone()));
    known.sort();
    known.dedup();
    let exit = Exit::refused(format!("neither an import nor a locked image is called `{name}`"));
    match nearest::nearest(name, known.iter().map(String::as_str)) {
        Some(near) => exit.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => exit.help("the package imports nothing, and its lock holds no image"),
        None => exit.help(format!("there are {}", nearest::list(&known))),
    }
}

/// The imports that the root package writes: alias, repository, and what stands after `at`.
pub fn aliases(session: &Session) -> Aliases {
    let db = &session.db;
    let mut found = Vec::new();
    let mut add = |import: &ImportDecl| {
        if let Ok(ImportTarget::Repository { url, .. }) = parse_import(&import.url.text) {
            let clause = import.at.as_ref().map(|at| (at.kind, at.name.text.as_str()));
            found.push((import.alias.text.to_string(), url, At::of(clause)));
        }
    };
    for &item in &scope(db, session.root()).all {
        let data = &item_tree(db, item).item;
        if let Definition::Import(import) = &data.definition {
            add(import);
        }
        data.imports.iter().for_each(&mut add);
    }
    found.sort();
    found.dedup();
    found
}

/// Whether a diagnostic says that an import could not be had as the lock or the sources want it.
fn is_of_an_import(diagnostic: &Diagnostic) -> bool {
    let name = diagnostic.info.name;
    let of_lock = ["ambiguous-ref", "changed-content", "lock-missing", "lock-offline", "moved-tag"].contains(&name);
    diagnostic.is_error() && (of_lock || name.starts_with("import-") && name != "import-cycle")
}

/// Asks registries for the digests that are to move, and those that are new, and locks them.
fn resolve_images(run: &Run, chosen: &Chosen, wanted: Vec<compiler::plan::WantedBase>) -> Result<Vec<Diagnostic>, Exit> {
    let lock = run.imports.lock();
    let mut references: Vec<String> = match chosen {
        Chosen::All => lock.images().map(|image| image.reference.clone()).collect(),
        Chosen::These { images, .. } => images.clone(),
    };
    // What moved imports brought along is locked too, as the next plan would.
    references.extend(wanted.iter().map(|base| base.reference.clone()).filter(|wanted| lock.image(wanted).is_none()));
    references.sort();
    references.dedup();
    let answers = planning::asynchronous()?.block_on(planning::registry(run).resolve_all(references));
    let mut failures = Vec::new();
    for (reference, answer) in answers {
        let base = wanted.iter().find(|base| base.reference == reference);
        match answer {
            Ok(resolved) => {
                let entry = LockedImage { reference, digest: resolved.digest, user: resolved.user };
                run.imports.edit_lock(|lock| lock.set_image(entry));
            }
            // A plain reference that nobody ever resolved stays as it is written, as in a plan.
            Err(_) if lock.image(&reference).is_none() && base.is_none_or(|base| !base.required) => {}
            Err(failure) => failures.push(failure.diagnostic(base.map(|base| base.place))),
        }
    }
    Ok(failures)
}
