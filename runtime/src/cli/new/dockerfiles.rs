//! The Dockerfiles of a folder, and what is certain of each.

use std::path::Path;

use compiler::dockerfile::{Instruction, Keyword, parse};

use super::package::Naming;

/// A Dockerfile and the image that is made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// From the repository's root, as reports name it.
    pub path: String,
    /// The context, from the repository's root; empty for the root.
    pub context: String,
    /// The Dockerfile, from the context.
    pub dockerfile: String,
    /// The image's name.
    pub name: String,
    pub ports: Vec<Exposed>,
    /// What its stages are made from, as far as that is plain text.
    pub bases: Vec<String>,
    /// Why it cannot be an image as it stands.
    pub problem: Option<String>,
}

/// A port that the last stage exposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exposed {
    pub number: u16,
    pub udp: bool,
}

/// Larger files are no Dockerfiles.
const MOST_BYTES: u64 = 1 << 20;
/// So many images are no package that anybody reads.
const MOST: usize = 200;

/// Every Dockerfile below `folder` that git does not ignore, those nearest to it first. `below` is the folder in its repository.
pub fn find(folder: &Path, below: &str, naming: &Naming) -> Result<Vec<Found>, ignore::Error> {
    let mut walk = ignore::WalkBuilder::new(folder);
    walk.hidden(false).ignore(false).require_git(false).follow_links(false);
    walk.filter_entry(|entry| !matches!(entry.file_name().to_str(), Some(".git" | ".coder" | "node_modules")));
    let mut paths = Vec::new();
    for entry in walk.build() {
        // A folder that cannot be read holds nothing for us.
        let Ok(entry) = entry else { continue };
        let Ok(relative) = entry.path().strip_prefix(folder) else { continue };
        let Some(relative) = relative.to_str().map(|path| path.replace(std::path::MAIN_SEPARATOR, "/")) else { continue };
        let plain = entry.file_type().is_some_and(|kind| kind.is_file());
        if plain && is_dockerfile(&relative) && entry.metadata().is_ok_and(|metadata| metadata.len() <= MOST_BYTES) {
            paths.push(relative);
        }
    }
    paths.sort_by_key(|path| (path.matches('/').count(), path.clone()));
    paths.truncate(MOST);
    let mut found: Vec<Found> = Vec::new();
    for path in paths {
        let Ok(text) = std::fs::read_to_string(folder.join(&path)) else { continue };
        let parsed = parse(&text);
        if parsed.stages.is_empty() {
            continue;
        }
        let context = context(folder, &path, &parsed.instructions);
        let dockerfile = if context.is_empty() { path.clone() } else { path[context.len() + 1..].to_owned() };
        let name = naming.image(&path, &found.iter().map(|other| other.name.as_str()).collect::<Vec<_>>());
        let last = parsed.stages.len() - 1;
        let mut ports: Vec<Exposed> = parsed.body(last).flat_map(|(_, instruction)| exposed(instruction)).collect();
        ports.sort();
        ports.dedup();
        let bases = parsed.stages.iter().map(|stage| stage.base.text.to_string()).filter(|base| !base.contains('$')).collect();
        let (path, context) = (joined(below, &path), joined(below, &context));
        found.push(Found { path, context, dockerfile, name, ports, bases, problem: None });
    }
    Ok(found)
}

fn joined(below: &str, path: &str) -> String {
    match (below.is_empty(), path.is_empty()) {
        (true, _) => path.to_owned(),
        (false, true) => below.to_owned(),
        (false, false) => format!("{below}/{path}"),
    }
}

/// `Dockerfile`, `Containerfile`, `Dockerfile.dev`, `dev.Dockerfile`.
fn is_dockerfile(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let plain = |name: &str| name.eq_ignore_ascii_case("dockerfile") || name.eq_ignore_ascii_case("containerfile");
    match name.split_once('.') {
        None => plain(name),
        Some((before, after)) => {
            let other = ["dockerignore", "md", "txt", "j2", "tmpl", "template", "erb", "in", "orig", "bak"];
            (plain(before) && !other.contains(&after) && !after.ends_with(".dockerignore")) || plain(after)
        }
    }
}

/// The nearest folder at or above the Dockerfile that holds everything it copies; its own where none does.
fn context(folder: &Path, path: &str, instructions: &[Instruction]) -> String {
    let own = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let sources: Vec<&str> = instructions.iter().flat_map(sources).collect();
    let holds = |context: &str| sources.iter().all(|source| folder.join(context).join(source).exists());
    let mut context = own;
    loop {
        if holds(context) {
            return context.to_owned();
        }
        match context.rsplit_once('/') {
            Some((above, _)) => context = above,
            None if context.is_empty() => return own.to_owned(),
            None => context = "",
        }
    }
}

/// The paths that an instruction copies from the context, as far as they are plain.
fn sources(instruction: &Instruction) -> Vec<&str> {
    let copies = matches!(instruction.keyword, Keyword::Copy | Keyword::Add) && instruction.flag("from").is_none();
    let Some((_, sources)) = instruction.words.split_last().filter(|_| copies && instruction.heredocs.is_empty()) else {
        return Vec::new();
    };
    let plain = |source: &&str| !source.contains(['$', '*', '?', '[', '\\', '\'', '"', ':']) && !source.contains("..");
    sources.iter().map(|word| word.text.trim_start_matches('/')).filter(plain).filter(|source| !source.is_empty()).collect()
}

/// The ports of an `EXPOSE` that are plain numbers.
fn exposed(instruction: &Instruction) -> Vec<Exposed> {
    if instruction.keyword != Keyword::Expose {
        return Vec::new();
    }
    let port = |word: &str| {
        let (number, protocol) = word.split_once('/').unwrap_or((word, "tcp"));
        let udp = match protocol.to_ascii_lowercase().as_str() {
            "tcp" => false,
            "udp" => true,
            _ => return None,
        };
        Some(Exposed { number: number.parse().ok().filter(|number| *number > 0)?, udp })
    };
    instruction.words.iter().filter_map(|word| port(&word.text)).collect()
}

#[cfg(test)]
mod tests {
    use super::is_dockerfile;

    #[test]
    fn names_of_dockerfiles() {
        for name in ["Dockerfile", "a/Containerfile", "Dockerfile.dev", "dev.Dockerfile", "dev.dockerfile"] {
            assert!(is_dockerfile(name), "{name}");
        }
        for name in
            ["Dockerfile.dockerignore", "Dockerfile.dev.dockerignore", "Dockerfile.md", "Makefile", "dockerfiles", "a.docker"]
        {
            assert!(!is_dockerfile(name), "{name}");
        }
    }
}
