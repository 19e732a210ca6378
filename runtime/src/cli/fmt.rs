//! `coderc fmt`.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use compiler::diagnostics::render;
use compiler::workspace::{LoadedFile, format};

use super::run::{cannot_write, no_root};
use super::{Exit, Flags, TextOnly};
use crate::host::package_files;
use crate::import::Root;
use crate::ui;

/// Lay out `.coder` files in the one canonical way, comments kept
#[derive(Debug, Args)]
#[command(
    after_help = "Formats (-f): text\n\nA file with a mistake of syntax is reported and left as it is. YAML templates are left alone.\n\nExamples:\n  coderc fmt                   # every file of the package\n  coderc fmt .coder/images\n  coderc fmt --check           # for CI: names the files that would change, and exits with 2\n  coderc fmt - <a.coder        # for editors: standard input to standard output"
)]
pub struct Fmt {
    /// Files, and folders with all the `.coder` files in them; `-` for standard input; the package without
    #[arg(value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// Change nothing: name the files that would change, and exit with 2 when there are any
    #[arg(long)]
    check: bool,
}

/// What standard input is called in reports.
const STANDARD_INPUT: &str = "<standard input>.coder";

impl Fmt {
    pub fn run(self, flags: &Flags) -> Result<(), Exit> {
        flags.format::<TextOnly>()?;
        if flags.from.is_some() {
            return Err(Exit::usage("`fmt` writes into the files of a checkout, so it takes no `--from`"));
        }
        match &self.paths[..] {
            [path] if path.as_os_str() == "-" => return self.standard_input(flags),
            paths if paths.iter().any(|path| path.as_os_str() == "-") => {
                return Err(Exit::usage("`-` stands alone: standard input is laid out, or files are"));
            }
            _ => {}
        }
        let files = self.files(flags)?;
        let shown: BTreeMap<String, PathBuf> = files.iter().map(|(path, file)| (file.path.clone(), path.clone())).collect();
        let before: BTreeMap<String, Arc<str>> =
            files.iter().filter_map(|(_, file)| Some((file.path.clone(), file.text.clone().ok()?))).collect();
        let (layouts, sources) = format(files.into_iter().map(|(_, file)| file).collect());
        let (mut reports, mut changed, mut unchanged) = (Vec::new(), Vec::new(), 0);
        for (path, layout) in layouts {
            match layout {
                Err(problems) => reports.extend(problems),
                Ok(text) if before.get(&path).is_some_and(|before| **before == *text) => unchanged += 1,
                Ok(text) => changed.push((path, text)),
            }
        }
        if !self.check {
            for (path, text) in &changed {
                let path = written(&shown[path]);
                ui::write_file(&path, text.as_bytes()).map_err(|error| cannot_write(&path, &error))?;
            }
        }
        ui::stderr(&render::terminal::render(&reports, &sources, flags.color_stderr()));
        let list: String = changed.iter().map(|(path, _)| format!("{path}\n")).collect();
        match self.check {
            true => super::write_output(flags, &list)?,
            false if !flags.quiet => ui::note(&said(&changed, unchanged, flags.verbose)),
            false => {}
        }
        match (reports.is_empty(), self.check && !changed.is_empty()) {
            (false, _) => Err(Exit::reported()),
            (true, true) => Err(Exit::Changes),
            (true, false) => Ok(()),
        }
    }

    fn standard_input(&self, flags: &Flags) -> Result<(), Exit> {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|error| Exit::refused(format!("standard input cannot be read: {error}")))?;
        let text = package_files::text(bytes);
        let before = text.clone().unwrap_or_default();
        let (layouts, sources) = format(vec![LoadedFile { path: STANDARD_INPUT.to_owned(), text }]);
        for (_, layout) in layouts {
            match layout {
                Err(problems) => {
                    ui::stderr(&render::terminal::render(&problems, &sources, flags.color_stderr()));
                    return Err(Exit::reported());
                }
                Ok(text) if self.check => return if *text == *before { Ok(()) } else { Err(Exit::Changes) },
                Ok(text) => super::write_output(flags, &text)?,
            }
        }
        Ok(())
    }

    /// The files that are asked for, once each: where they lie, and as they were read, by the names that a user knows them by.
    fn files(&self, flags: &Flags) -> Result<Vec<(PathBuf, LoadedFile)>, Exit> {
        let here = std::env::current_dir().and_then(|folder| folder.canonicalize()).unwrap_or_default();
        let mut found = BTreeMap::new();
        if self.paths.is_empty() {
            let root = Root::find(&flags.directory).map_err(|problem| no_root(&problem))?;
            collect(&root.folder.join(".coder"), &mut found)?;
        }
        for path in &self.paths {
            let absolute = flags.directory.join(path);
            let absolute = absolute.canonicalize().map_err(|error| Exit::refused(format!("`{}`: {error}", path.display())))?;
            if absolute.is_file() && !is_coder(&absolute) {
                return Err(Exit::refused(format!("`{}` is no `.coder` file", path.display())));
            }
            collect(&absolute, &mut found)?;
        }
        let named = |(path, text): (PathBuf, Result<Arc<str>, String>)| {
            let shown = path.strip_prefix(&here).unwrap_or(&path).to_string_lossy().into_owned();
            (path, LoadedFile { path: shown, text })
        };
        Ok(found.into_iter().map(named).collect())
    }
}

/// Reads a file, or the `.coder` files below a folder. Links to folders are not followed, so a loop of them is harmless.
fn collect(path: &Path, found: &mut BTreeMap<PathBuf, Result<Arc<str>, String>>) -> Result<(), Exit> {
    if !path.is_dir() {
        let text = std::fs::read(path).map_err(|error| error.to_string()).and_then(package_files::text);
        found.insert(path.to_owned(), text);
        return Ok(());
    }
    let unlisted = |error: std::io::Error| Exit::refused(format!("`{}` cannot be listed: {error}", path.display()));
    for entry in std::fs::read_dir(path).map_err(unlisted)? {
        let entry = entry.map_err(unlisted)?;
        let kind = entry.file_type().map_err(unlisted)?;
        let path = entry.path();
        let hidden = entry.file_name().to_string_lossy().starts_with('.') && entry.file_name() != ".coder";
        if kind.is_dir() && !hidden || is_coder(&path) && !kind.is_dir() && path.is_file() {
            collect(&path, found)?;
        }
    }
    Ok(())
}

fn is_coder(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "coder")
}

/// The file that a link names, so that the link stays one.
fn written(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// What a run did: `2 files changed, 3 unchanged`.
fn said(changed: &[(String, String)], unchanged: usize, verbose: bool) -> String {
    let mut text = String::new();
    if verbose {
        changed.iter().for_each(|(path, _)| text.push_str(&format!("{path}\n")));
    }
    let files = |count: usize| if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
    text.push_str(&match (changed.len(), unchanged) {
        (0, 0) => "no `.coder` files".to_owned(),
        (0, _) => format!("{} unchanged", files(unchanged)),
        (changed, 0) => format!("{} changed", files(changed)),
        (changed, _) => format!("{} changed, {unchanged} unchanged", files(changed)),
    });
    text
}
