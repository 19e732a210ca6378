//! What an instruction takes from the context: is it there?
//!
//! A path that cannot be known before the build (a variable of the base image, a symbolic link) is taken to be there.

use super::Check;
use crate::diagnostics::catalog::{dockerfile_syntax, empty_copy, ignored_context_file, missing_context_file};
use crate::dockerfile::bases;
use crate::dockerfile::context::{Found, in_package};
use crate::dockerfile::parse::{Form, Instruction, Keyword};
use crate::dockerfile::scope::Scope;
use crate::dockerfile::{glob, heredoc};
use crate::text::TextRange;

pub(super) fn instruction(check: &mut Check<'_>, instruction: &Instruction, scope: &Scope) {
    match instruction.keyword {
        Keyword::Add => copy(check, instruction, scope),
        Keyword::Copy if instruction.flag("from").is_none() => copy(check, instruction, scope),
        Keyword::Run => mounts(check, instruction, scope),
        _ => {}
    }
}

/// True for a source of `ADD` that is fetched.
pub(super) fn is_remote(source: &str) -> bool {
    source.contains("://") || source.starts_with("git@")
}

fn copy(check: &mut Check<'_>, instruction: &Instruction, scope: &Scope) {
    let Some((_, sources)) = instruction.words.split_last() else { return };
    // A wildcard may match nothing as long as the instruction copies something.
    let (mut copies, mut empty) = (false, None);
    for source in sources {
        if instruction.form == Form::Shell && heredoc::mark(&source.text, 0).is_some() {
            copies = true;
            continue;
        }
        let path = match scope.expand(&source.text, check.request.dockerfile.escape) {
            Ok(expanded) => expanded.decided(),
            Err(problem) => {
                let diagnostic = dockerfile_syntax::new(check.place(source.range), &problem);
                let help = "a path with quotes or spaces is best written in JSON: `COPY [\"a b\", \"/c\"]`";
                return check.add(diagnostic.help(help));
            }
        };
        match path {
            Some(path) if instruction.keyword == Keyword::Copy || !is_remote(&path) => {
                match find(check, &path, source.range, glob::has_wildcards(&path)) {
                    Found::Nothing if glob::has_wildcards(&path) => empty = empty.or(Some((source.range, path))),
                    _ => copies = true,
                }
            }
            _ => copies = true,
        }
    }
    if let (false, Some((range, path))) = (copies, empty) {
        let ignored = matches!(check.request.context.find(&path), Found::Something);
        check.add(empty_copy::new(check.place(range), &path, ignored));
    }
}

fn mounts(check: &mut Check<'_>, instruction: &Instruction, scope: &Scope) {
    for mount in bases::mounts(instruction) {
        let from_context = mount.field("from").is_none_or(|from| from.is_empty() || from == "context");
        let named = ["source", "src"].into_iter().find(|name| mount.field(name).is_some());
        let Some(name) = named.filter(|_| mount.kind() == "bind" && from_context) else { continue };
        let source = mount.field(name).unwrap_or_default();
        let expanded = scope.expand(source, check.request.dockerfile.escape).ok().and_then(|expanded| expanded.decided());
        if let Some(path) = expanded {
            find(check, &path, mount.field_range(name), false);
        }
    }
}

/// Looks for a source, and reports a plain one that is not there.
fn find(check: &mut Check<'_>, path: &str, range: TextRange, has_wildcards: bool) -> Found {
    let request = check.request;
    let place = check.place(range);
    let filtered = check.filtered.get_or_init(|| request.context.filtered(request.ignore));
    let found = filtered.find(path);
    match found {
        Found::Outside => check.add(missing_context_file::outside(place, path)),
        Found::Nothing if !has_wildcards => match request.context.find(path) {
            Found::Something if in_package(path) => check.add(ignored_context_file::package(place, path)),
            // A folder that only lost its files is still there.
            Found::Something if !request.ignore.excludes(path) => return Found::Something,
            Found::Something => check.add(ignored_context_file::new(place, path)),
            _ => {
                let siblings = filtered.siblings(path);
                check.add(missing_context_file::new(place, path, &siblings));
            }
        },
        _ => {}
    }
    found
}
