//! What kaniko 1.28.3 cannot run, leaves out or does otherwise than Docker. Each fact was read in its sources.
//!
//! Silence on what it does as Docker does: caches, secrets, bind mounts of the context, `COPY` heredocs, health checks.

use super::{Check, sources};
use crate::diagnostics::catalog::{
    heredoc_differs, ignored_flag, ignored_frontend, ignored_instruction, missing_build_secret, unsupported_instruction,
};
use crate::dockerfile::bases::{self, Mount};
use crate::dockerfile::ignore::clean;
use crate::dockerfile::parse::{Form, Instruction, Keyword};
use crate::dockerfile::scope::Scope;

/// `# syntax=`: kaniko parses every file itself.
pub(super) fn frontend(check: &mut Check<'_>) {
    if let Some(syntax) = &check.request.dockerfile.syntax {
        let image = syntax.text.split(['@', ' ']).next().unwrap_or_default();
        let image = image.strip_prefix("docker.io/").unwrap_or(image);
        let name = image.split(':').next().unwrap_or_default();
        if !matches!(name, "docker/dockerfile" | "docker/dockerfile-upstream") {
            check.add(ignored_frontend::new(check.place(syntax.range), &syntax.text));
        }
    }
}

/// `FROM --platform`: the platform is the build's, whatever is written here.
pub(super) fn platform(check: &mut Check<'_>, from: &Instruction) {
    let Some(flag) = from.flag("platform") else { return };
    let platform = flag.value.as_deref().unwrap_or_default();
    let is_built = check.request.platforms.iter().any(|built| built == platform);
    if !platform.contains('$') && !is_built {
        let platforms: Vec<&str> = check.request.platforms.iter().map(|platform| platform.as_str()).collect();
        check.add(ignored_flag::platform(check.place(flag.range), platform, &platforms));
    }
}

/// `volumes` are those that earlier instructions of the stage declare, `shell` the one that `SHELL` sets.
pub(super) fn instruction(
    check: &mut Check<'_>,
    instruction: &Instruction,
    scope: &Scope,
    shell: Option<&str>,
    volumes: &mut Vec<String>,
) {
    flags(check, instruction);
    match instruction.keyword {
        Keyword::Maintainer => {
            let place = check.place(instruction.range);
            check.add(ignored_instruction::maintainer(place, &instruction.rest.text));
        }
        Keyword::Run => {
            for found in bases::mounts(instruction) {
                mount(check, &found);
            }
            script(check, instruction, shell);
        }
        Keyword::Copy | Keyword::Add => {
            destination(check, instruction, scope, volumes);
            repositories(check, instruction, scope);
            unexpanded(check, instruction);
        }
        Keyword::Volume => volumes.extend(instruction.words.iter().filter_map(|word| path(check, scope, &word.text))),
        _ => {}
    }
}

fn path(check: &Check<'_>, scope: &Scope, text: &str) -> Option<String> {
    let expanded = scope.expand(text, check.request.dockerfile.escape).ok()?.decided()?;
    Some(clean(&expanded))
}

fn flags(check: &mut Check<'_>, instruction: &Instruction) {
    for flag in &instruction.flags {
        let value = flag.value.as_deref().unwrap_or_default();
        let (effect, help) = match (instruction.keyword, flag.name.as_str()) {
            (_, "link" | "parents" | "keep-git-dir" | "unpack") if value.eq_ignore_ascii_case("false") => continue,
            (Keyword::Copy | Keyword::Add, "link") => ("the layer is built on those before it", "remove it"),
            (Keyword::Copy, "parents") => ("files lose the folders above them", "name the folders in the destination"),
            (Keyword::Copy | Keyword::Add, "exclude") => {
                ("the files are copied all the same", "leave them out by `.dockerignore`")
            }
            (Keyword::Add, "checksum") => ("what is fetched is not verified", "fetch and verify it by `RUN`"),
            (Keyword::Add, "keep-git-dir" | "unpack") => ("the source is added as without it", "remove it"),
            (Keyword::Run, "network") if value != "default" => ("the command has the network of the build", "remove it"),
            (Keyword::Run, "security") if value != "sandbox" => ("the command has the rights of the build", "remove it"),
            (Keyword::Run, "device") => ("the command has no device", "remove it"),
            (Keyword::Healthcheck, "start-interval") => ("it is not in the image", "remove it"),
            _ => continue,
        };
        let name = instruction.name.text.to_ascii_uppercase();
        check.add(ignored_flag::new(check.place(flag.range), &name, &flag.name, effect, help));
    }
}

fn mount(check: &mut Check<'_>, mount: &Mount<'_>) {
    let place = check.place(mount.range);
    match mount.kind().as_str() {
        "ssh" => check.add(unsupported_instruction::ssh(place)),
        "tmpfs" => check.add(ignored_flag::tmpfs(place)),
        "bind" => {
            let from = mount.field("from").filter(|from| !from.is_empty() && *from != "context");
            if let Some(from) = from {
                let diagnostic = unsupported_instruction::bind_from(check.place(mount.field_range("from")), from);
                check.add(diagnostic);
            }
        }
        "secret" => {
            let is_required = mount.field("required").is_some_and(|value| value.is_empty() || value.eq_ignore_ascii_case("true"));
            let target = ["target", "dst", "destination"].into_iter().find_map(|name| mount.field(name));
            let named = ["id", "source", "src"].into_iter().find_map(|name| mount.field(name));
            let id = named.or_else(|| target.and_then(|target| target.rsplit('/').next())).unwrap_or_default();
            let is_known = check.request.secrets.iter().any(|secret| secret == id);
            if is_required && !is_known && !id.contains('$') {
                let known: Vec<&str> = check.request.secrets.iter().map(|secret| secret.as_str()).collect();
                check.add(missing_build_secret::new(place, id, &known));
            }
        }
        _ => {}
    }
}

/// `RUN <<EOF` and nothing else: a script. kaniko hands it to `sh` when the mark is exactly `<<` and the name, and runs
/// nothing at all otherwise.
fn script(check: &mut Check<'_>, instruction: &Instruction, shell: Option<&str>) {
    let [heredoc] = instruction.heredocs.as_slice() else { return };
    if instruction.form == Form::Json || heredoc.mark != instruction.rest.range {
        return;
    }
    let place = check.place(heredoc.mark);
    let shell = shell.unwrap_or("/bin/sh");
    let written = check.request.text.get(usize::from(heredoc.mark.start())..usize::from(heredoc.mark.end())).unwrap_or_default();
    if instruction.rest.text != format!("<<{}", heredoc.name) {
        return check.add(heredoc_differs::not_run(place, written, shell));
    }
    let body = check.request.text.get(usize::from(heredoc.body.start())..usize::from(heredoc.body.end())).unwrap_or_default();
    let first = body.lines().next().unwrap_or_default();
    match first.strip_prefix("#!").map(str::trim) {
        Some(interpreter) if !is_sh(interpreter) => check.add(unsupported_instruction::script(place, interpreter, written)),
        None if !is_sh(shell) => check.add(heredoc_differs::shell(place, written, shell)),
        _ => {}
    }
}

/// Whether a command line (`/bin/sh -e`, `/usr/bin/env sh`) runs the plain shell.
fn is_sh(command: &str) -> bool {
    let mut words = command.split_whitespace().map(|word| word.rsplit('/').next().unwrap_or(word));
    match words.next() {
        Some("env") => words.next() == Some("sh"),
        program => program == Some("sh"),
    }
}

fn destination(check: &mut Check<'_>, instruction: &Instruction, scope: &Scope, volumes: &[String]) {
    let Some(word) = instruction.words.last() else { return };
    let Some(to) = path(check, scope, &word.text) else { return };
    let inside = |folder: &str| to.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let name = instruction.name.text.to_ascii_uppercase();
    let place = check.place(word.range);
    if inside("/kaniko") {
        check.add(ignored_instruction::builder_folder(place, &name, &to));
    } else if let Some(volume) = volumes.iter().find(|volume| inside(volume)) {
        check.add(ignored_instruction::volume(place, &name, &to, volume));
    }
}

/// `ADD` of a git repository.
fn repositories(check: &mut Check<'_>, instruction: &Instruction, scope: &Scope) {
    let Some((_, words)) = instruction.words.split_last().filter(|_| instruction.keyword == Keyword::Add) else { return };
    for word in words {
        let source = scope.expand(&word.text, check.request.dockerfile.escape).ok().and_then(|found| found.decided());
        let source = source.unwrap_or_else(|| word.text.to_string());
        let plain = source.split(['#', '?']).next().unwrap_or_default();
        let is_git = ["git@", "git://", "ssh://"].iter().any(|scheme| plain.starts_with(scheme));
        if sources::is_remote(&source) && (is_git || plain.ends_with(".git")) {
            check.add(unsupported_instruction::repository(check.place(word.range), &source));
        }
    }
}

/// Variables in the body of a `COPY` heredoc.
fn unexpanded(check: &mut Check<'_>, instruction: &Instruction) {
    for heredoc in instruction.heredocs.iter().filter(|heredoc| heredoc.expand) {
        let body = check.request.text.get(usize::from(heredoc.body.start())..usize::from(heredoc.body.end())).unwrap_or_default();
        let is_variable = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '{');
        let variable = body.match_indices('$').find(|(at, _)| is_variable(&body[at + 1..]));
        if let Some((at, _)) = variable {
            let end = body[at + 1..]
                .find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '{'))
                .map_or(body.len(), |end| at + 1 + end);
            let end = end + usize::from(body[end..].starts_with('}'));
            check.add(heredoc_differs::unexpanded(check.place(heredoc.mark), &body[at..end], &heredoc.name));
        }
    }
}
