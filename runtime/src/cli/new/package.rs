//! The text of a new package.

use std::fmt::Write;

use compiler::diagnostics::Report;
use compiler::eval::slug;
use compiler::plan::reference::Reference;
use compiler::syntax::KEYWORDS;

use super::dockerfiles::{Exposed, Found};
use crate::import::{RepositoryUrl, Root};

/// How images and their repositories are named.
#[derive(Clone, Debug)]
pub struct Naming {
    /// `acme`, where the remote says it.
    owner: Option<String>,
    /// The repository's name, or the folder's.
    repository: String,
}

/// Folders that say nothing of what is in them.
const SILENT: &[&str] = &["docker", "build", "dockerfiles", "containers", "images", "deploy", "devcontainer"];

impl Naming {
    pub fn of(root: &Root) -> Naming {
        let origin = root.repository.as_ref().and_then(|repository| repository.origin.as_deref());
        let url = origin.and_then(|origin| RepositoryUrl::parse(origin).ok());
        let folder = root.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let parts: Vec<String> = url.iter().flat_map(|url| url.identity().split(['/', ':'])).map(slug).collect();
        match parts.as_slice() {
            [.., owner, repository] if parts.len() > 2 && !owner.is_empty() && !repository.is_empty() => {
                Naming { owner: Some(owner.clone()), repository: repository.clone() }
            }
            _ => Naming { owner: None, repository: named(&folder) },
        }
    }

    /// A name for the image of a Dockerfile, that no other has: its own suffix, its folder, or the repository.
    pub fn image(&self, path: &str, taken: &[&str]) -> String {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let own = match file.split_once('.') {
            Some((before, after)) if before.to_ascii_lowercase().ends_with("file") => slug(after),
            Some((before, _)) => slug(before),
            None => String::new(),
        };
        let folders: Vec<String> = folder.split('/').map(slug).filter(|part| !part.is_empty()).collect();
        let speaking: Vec<&str> = folders.iter().map(String::as_str).filter(|part| !SILENT.contains(part)).collect();
        let last = speaking.last().copied().unwrap_or(if own.is_empty() { &self.repository } else { "" });
        let mut candidates = vec![joined(&[last, &own]), joined(&[&speaking.join("-"), &own])];
        candidates.extend((2..).take(taken.len() + 1).map(|number| joined(&[last, &own, &number.to_string()])));
        let names = candidates.into_iter().map(|name| named(&name));
        let free = |name: &String| !taken.contains(&name.as_str());
        names.clone().find(free).unwrap_or_else(|| named(""))
    }

    /// Where an image may be pushed: where another Dockerfile takes it from, else a guess, which the text says.
    fn pushed(&self, name: &str, found: &[Found]) -> String {
        let mut bases =
            found.iter().flat_map(|each| &each.bases).filter_map(|base| Reference::parse(base).map(|parsed| (base, parsed)));
        let of_name = |parsed: &Reference| {
            parsed.digest.is_none()
                && parsed.path.rsplit_once('/').is_some_and(|(owner, last)| last == name && owner != "library")
        };
        if let Some((base, _)) = bases.find(|(_, parsed)| of_name(parsed)) {
            let tag = base.rfind(':').filter(|colon| !base[*colon..].contains('/'));
            return base[..tag.unwrap_or(base.len())].to_owned();
        }
        let owner = self.owner.as_deref().unwrap_or("example");
        match (name == self.repository, self.owner.is_some()) {
            (false, true) => format!("{owner}/{}-{name}", self.repository),
            _ => format!("{owner}/{name}"),
        }
    }
}

fn joined(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("-")
}

/// A name that Kubernetes and the language take.
fn named(text: &str) -> String {
    let name = slug(text);
    let keyword = KEYWORDS.iter().any(|(word, _)| *word == name) || ["for", "if", "in"].contains(&name.as_str());
    match name.chars().next() {
        None => "dev".to_owned(),
        Some(first) if !first.is_ascii_lowercase() => slug(&format!("image-{name}")),
        _ if keyword => format!("{name}-image"),
        _ => slug(&name.chars().take(50).collect::<String>()),
    }
}

/// The text of `.coder/main.coder`.
pub fn text(found: &[Found], naming: &Naming) -> String {
    let mut text =
        "// What `coderc new` found. `coderc check` says whether it is right, `coderc plan` what it would do.\n".to_owned();
    found.iter().for_each(|each| image(&mut text, each, found, naming));
    let sound: Vec<&Found> = found.iter().filter(|each| each.problem.is_none()).collect();
    for (index, each) in sound.iter().enumerate() {
        environment(&mut text, each, index == 0);
    }
    if sound.is_empty() {
        text.push_str(EXAMPLE);
    }
    text
}

/// Where nothing was found, or nothing that can be built.
const EXAMPLE: &str = r#"
/// A container of a public image, to begin with.
environment dev {
  container main {
    image   = "debian:12"
    cpu     = 1
    memory  = 1GB
    command = ["sleep", "infinity"]
  }
}

// An image of this repository is declared so, and used as `image = image.tools`:
//
// /// What it is for.
// image tools {
//   context    = "./tools"       // the folder that the build sees, from the repository's root
//   repository = "acme/tools"    // where it is pushed
// }
"#;

fn image(text: &mut String, found: &Found, all: &[Found], naming: &Naming) {
    let mut block = String::new();
    let context = if found.context.is_empty() { ".".to_owned() } else { format!("./{}", found.context) };
    let mut fields = vec![("context", quoted(&context))];
    if found.dockerfile != "Dockerfile" {
        fields.push(("dockerfile", quoted(&found.dockerfile)));
    }
    fields.push(("repository", format!("{}   // where it is pushed: a guess", quoted(&naming.pushed(&found.name, all)))));
    let _ = writeln!(block, "{}", head(found));
    let widest = fields.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, value) in fields {
        let _ = writeln!(block, "  {name:widest$} = {value}");
    }
    block.push_str("}\n");
    match &found.problem {
        None => {
            let _ = write!(text, "\n{block}");
        }
        Some(problem) => {
            let _ = writeln!(text, "\n// Not built yet: {problem}");
            block.lines().for_each(|line| text.push_str(&format!("// {line}\n")));
        }
    }
}

/// The line that begins an image: what finds it again.
fn head(found: &Found) -> String {
    format!("image {} {{", found.name)
}

fn environment(text: &mut String, found: &Found, first: bool) {
    let name = &found.name;
    let _ = writeln!(text, "\n/// Runs `image.{name}`.\nenvironment {name} {{\n  container main {{\n    image = image.{name}");
    if first {
        text.push_str("    // cpu    = 2      // limits, and what is requested\n    // memory = 4GB\n");
    }
    for Exposed { number, udp } in &found.ports {
        let name = if *udp { format!("udp-{number}") } else { format!("port-{number}") };
        let protocol = if *udp { ", protocol = \"UDP\"" } else { "" };
        let _ = writeln!(text, "    port {name} {{ number = {number}{protocol} }}");
    }
    text.push_str("  }\n}\n");
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The lines, from 1, of an image and its environment.
pub fn lines_of(found: &Found, text: &str) -> Vec<u32> {
    let heads = [head(found), format!("environment {} {{", found.name)];
    let mut lines = Vec::new();
    let mut inside = false;
    for (number, line) in (1..).zip(text.lines()) {
        inside |= heads.iter().any(|head| head == line);
        if inside {
            lines.push(number);
        }
        inside &= line != "}";
    }
    lines
}

/// What stands in the way, on one line.
pub fn problem(report: &Report) -> String {
    let whole = report.source.as_ref().map(|source| (&source.file, source.start.line));
    let own = whole.filter(|(file, _)| !file.ends_with(".coder/main.coder"));
    let place = own.map(|(file, line)| format!(" ({file}:{line})")).unwrap_or_default();
    format!("{}{place} [{}]", report.message.replace('\n', " "), report.info.name)
}
