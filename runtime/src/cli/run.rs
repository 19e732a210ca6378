//! A command's package: found, loaded with what it imports, and its lock written at the end.

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use compiler::diagnostics::{Diagnostic, Position, Report, Source, catalog};
use compiler::workspace::Session;

use super::{Exit, Flags};
use crate::host::{RealHost, RootFiles, RootPlace};
use crate::import::{self, At, ImportTarget, Lock, Options, Root, RootProblem, Store, Update, parse_from};
use crate::ui;

/// A package that a command works on.
pub struct Run {
    pub place: RootPlace,
    pub host: RealHost,
    pub imports: Arc<import::Session>,
    /// Not dropped: the process ends with the command, and to free all that was made would only take time.
    pub session: ManuallyDrop<Session>,
    /// `None` for a package of another repository, which has no lock of ours.
    pub lock_file: Option<PathBuf>,
    pub cache: Store,
    locked: bool,
}

impl Run {
    /// The package that the flags name.
    pub fn open(flags: &Flags, files: RootFiles) -> Result<Run, Exit> {
        Run::open_with(flags, files, Update::Nothing, false)
    }

    pub fn open_with(flags: &Flags, files: RootFiles, update: Update, accept_moved: bool) -> Result<Run, Exit> {
        if flags.locked && update != Update::Nothing {
            return Err(Exit::usage("`--locked` refuses to change the lock, which is what this command does"));
        }
        let cache = Store::default_folder()
            .ok_or_else(|| Exit::refused("there is no folder for the cache").help("set `CODERC_CACHE` or `HOME`"))?;
        let options = Options { locked: flags.locked, offline: flags.offline, update, accept_moved };
        if let Some(from) = &flags.from {
            return Run::open_from(flags, from, Store::new(&cache), options);
        }
        let root = Root::find(&flags.directory).map_err(|problem| no_root(&problem))?;
        let lock_file = root.lock_file();
        let place = RootPlace::of(&root);
        let shown =
            if place.folder.is_empty() { ".coder/coder.lock".to_owned() } else { format!("{}/.coder/coder.lock", place.folder) };
        let lock = read_lock(&lock_file, &shown)?;
        let cache = Store::new(&cache);
        let imports = Arc::new(import::Session::new(options, cache.clone(), lock, ui::progress(flags.quiet)));
        let host = RealHost::new(place.clone(), files, imports.clone());
        let session = ManuallyDrop::new(Session::new(host.root_package()));
        Ok(Run { place, host, imports, session, lock_file: Some(lock_file), cache, locked: flags.locked })
    }

    /// The package of another repository, at its commit, with the lock that lies in it.
    fn open_from(flags: &Flags, from: &str, store: Store, options: Options) -> Result<Run, Exit> {
        let (target, at) = parse_from(from).map_err(|problem| {
            let exit = Exit::refused(format!("`--from {from}`: {}", problem.message));
            problem.help.clone().into_iter().fold(exit, Exit::help)
        })?;
        let ImportTarget::Repository { url, folder } = target else {
            return Err(Exit::usage("`--from` takes a repository; for a folder use `-C`"));
        };
        let at = At::of(at.as_deref().map(|at| (compiler::hir::AtKind::Any, at)));
        let progress = ui::progress(flags.quiet);
        let outer =
            import::Session::new(Options { locked: false, ..options.clone() }, store.clone(), Lock::default(), progress.clone());
        let resolved = outer.fetch_all(&[(url.clone(), at.clone())]).pop().transpose().map_err(|problem| refused(&problem))?;
        let resolved = resolved.ok_or_else(|| Exit::refused("the repository gave no answer"))?;
        let lock_path = if folder.is_empty() { ".coder/coder.lock".to_owned() } else { format!("{folder}/.coder/coder.lock") };
        let lock = match outer.read_file(&resolved, &lock_path).map_err(|problem| refused(&problem))? {
            Some(bytes) => Lock::parse(&String::from_utf8_lossy(&bytes))
                .map_err(|problem| Exit::refused(format!("{lock_path}: {}", problem.message)))?,
            None => Lock::default(),
        };
        let imports = Arc::new(import::Session::new(options, store.clone(), lock, progress));
        let (host, root) = RealHost::remote(resolved, &folder, outer, imports.clone()).map_err(|problem| {
            problem.help().iter().fold(Exit::refused(problem.message()), |exit, help| exit.help(help.clone()))
        })?;
        let place = host.place().clone();
        Ok(Run {
            place,
            host,
            imports,
            session: ManuallyDrop::new(Session::new(root)),
            lock_file: None,
            cache: store,
            locked: flags.locked,
        })
    }

    /// Checks the package; all diagnostics, those of the lock among them.
    pub fn check(&mut self) -> Vec<Diagnostic> {
        let mut diagnostics = self.session.check(&self.host);
        let readable = !diagnostics.iter().any(|diagnostic| diagnostic.is_error());
        let finished = self.imports.finish(readable);
        diagnostics.extend(finished.alarms.iter().map(|(_, _, problem)| problem.diagnostic(None, None, None)));
        diagnostics
    }

    /// Writes the lock if it changed. With errors nothing that is there is dropped from it.
    pub fn write_lock(&self, prune: bool) -> Result<(), Exit> {
        let Some(path) = self.lock_file.as_deref().filter(|_| !self.locked) else { return Ok(()) };
        let lock = self.imports.finish(prune).lock;
        let nothing = lock.is_empty() && !path.exists();
        if nothing {
            return Ok(());
        }
        lock.write(path).map(|_| ()).map_err(|error| {
            let diagnostic = catalog::lock_write::new(&path.display().to_string(), &error.to_string());
            Exit::Report(Box::new(crate::execute::Failure::new(diagnostic).report()))
        })
    }

    pub fn reports(&self, diagnostics: &[Diagnostic]) -> Vec<Report> {
        self.session.reports(diagnostics)
    }
}

pub fn cannot_write(path: &Path, error: &std::io::Error) -> Exit {
    Exit::refused(format!("`{}` cannot be written: {error}", path.display()))
}

fn refused(problem: &import::ImportProblem) -> Exit {
    problem.help().into_iter().fold(Exit::refused(problem.message()), Exit::help)
}

pub fn no_root(problem: &RootProblem) -> Exit {
    Exit::refused(problem.to_string()).help(problem.help())
}

fn read_lock(path: &Path, shown: &str) -> Result<Lock, Exit> {
    Lock::read(path).map_err(|problem| {
        let position =
            |place: &import::LockPlace, offset: usize| Position { line: place.line, column: place.column, offset: offset as u32 };
        let source = problem.place.as_ref().map(|place| Source {
            file: shown.to_owned(),
            start: position(place, place.range.start),
            end: position(place, place.range.start),
        });
        Exit::Report(Box::new(Report {
            info: &catalog::lock_syntax::INFO,
            message: problem.message,
            source,
            caption: String::new(),
            labels: Vec::new(),
            help: vec![problem.help],
            fixes: Vec::new(),
        }))
    })
}

/// Whether any diagnostic is an error.
pub fn any_error(reports: &[Report]) -> bool {
    reports.iter().any(Report::is_error)
}
