//! What an import's text names: a repository and a folder of it, or a path within the same repository.
//!
//! Only parsing: nothing here asks a remote, and `insteadOf` is not applied (the environment's git does that at a fetch).
//! Everything that could reach a shell, a flag or a file it should not is refused here, before any of it is used.

use std::fmt;
use std::sync::Arc;

/// What stands after `import`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportTarget {
    /// Another repository, and the folder of it that holds `.coder/` (empty for its root).
    Repository { url: RepositoryUrl, folder: String },
    /// `./path` or `../path` in the same repository, as typed.
    Path(String),
}

/// A repository's address, without a subfolder and without credentials.
///
/// Two spellings of one repository (`.git` or not, `git@host:path` or `ssh://git@host/path`) are equal.
#[derive(Clone, Debug)]
pub struct RepositoryUrl(Arc<Spelling>);

#[derive(Debug)]
struct Spelling {
    /// As git takes it.
    fetch: String,
    /// The same for every spelling.
    identity: String,
}

/// Why a text names nothing that can be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlProblem {
    /// One sentence; it never repeats a password.
    pub message: String,
    pub help: Option<String>,
    /// The text that was most likely meant.
    pub mended: Option<String>,
}

/// Reads the text of an import.
///
/// ```
/// use runtime::import::{ImportTarget, parse_import};
/// let ImportTarget::Repository { url, folder } = parse_import("github.com/acme/platform.git//dev").unwrap() else { panic!() };
/// assert_eq!((url.as_str(), folder.as_str()), ("https://github.com/acme/platform.git", "dev"));
/// ```
pub fn parse_import(text: &str) -> Result<ImportTarget, UrlProblem> {
    refuse_dangerous(text)?;
    if text == "." || text == ".." || text.starts_with("./") || text.starts_with("../") {
        return path(text);
    }
    if let Some((transport, _)) = text.split_once("::")
        && !transport.is_empty()
        && transport.chars().all(|character| character.is_ascii_alphanumeric() || "+-.".contains(character))
    {
        let message = format!("the transport `{transport}::` can run commands and is refused");
        return Err(UrlProblem::new(message).help("import by `https://`, `ssh://` or `file://`"));
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        return match split_reference(text) {
            (repository, Some(reference)) if !scheme.eq_ignore_ascii_case("file") => Err(reference_within(repository, reference)),
            _ => with_scheme(scheme, rest),
        };
    }
    if !text.starts_with('@')
        && let (repository, Some(reference)) = split_reference(text)
    {
        return Err(reference_within(repository, reference));
    }
    match text.split_once(':') {
        Some((before, after)) if before.contains('@') && !before.contains('/') => scp(before, after),
        Some((before, after)) if !before.contains('/') && after.split('/').next().is_some_and(|first| first.contains('@')) => {
            Err(credentials(format!("git@{}", after.rsplit_once('@').map_or(after, |(_, rest)| rest))))
        }
        Some((before, after)) if !before.contains('/') && !after.starts_with(|first: char| first.is_ascii_digit()) => {
            let known = before.contains('.');
            let problem = UrlProblem::new(format!("`{}` is no repository", shown(text)));
            Err(if known {
                problem.help("ssh is written with its user").mended(format!("git@{text}"))
            } else {
                problem.help("write `owner/name`, `host/owner/name`, `https://…`, `ssh://…`, `git@host:path` or `./path`")
            })
        }
        _ => bare(text),
    }
}

/// Reads `REPO[@REF]`, as `--from` takes it: the target and the ref's name.
pub fn parse_from(text: &str) -> Result<(ImportTarget, Option<String>), UrlProblem> {
    let (repository, reference) = split_reference(text);
    Ok((parse_import(repository)?, reference.map(str::to_owned)))
}

/// The folder that `path` (`./x`, `../x`) names from `folder`, both relative to the repository's root; `None` when it leaves
/// the repository.
pub fn join_folder(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

impl RepositoryUrl {
    /// An address as git takes it, without a subfolder: what a lock holds.
    pub fn parse(text: &str) -> Result<RepositoryUrl, UrlProblem> {
        match parse_import(text)? {
            ImportTarget::Repository { url, folder } if folder.is_empty() => Ok(url),
            ImportTarget::Repository { .. } => {
                Err(UrlProblem::new(format!("`{}` names a folder, not a repository", shown(text))))
            }
            ImportTarget::Path(_) => Err(UrlProblem::new(format!("`{}` is a path, not a repository", shown(text)))),
        }
    }

    /// As git is to fetch it: `https://github.com/acme/platform`, `git@git.acme.dev:platform.git`.
    pub fn as_str(&self) -> &str {
        &self.0.fetch
    }

    /// The same text for every spelling of one repository; for comparisons and names of files, not for fetching.
    pub fn identity(&self) -> &str {
        &self.0.identity
    }

    /// The repository's own name: `platform`.
    pub fn name(&self) -> &str {
        self.0.identity.rsplit(['/', ':']).next().unwrap_or_default()
    }

    /// Whether a name typed by a user (`coderc update NAME`) means this repository: its name, `owner/name`, or any spelling of
    /// its address.
    pub fn is_named(&self, name: &str) -> bool {
        let tail = name.strip_suffix(".git").unwrap_or(name);
        self.0.identity.strip_suffix(tail).is_some_and(|before| !tail.is_empty() && before.ends_with(['/', ':']))
            || RepositoryUrl::parse(name).is_ok_and(|url| url == *self)
    }

    fn new(fetch: String, identity: &str) -> RepositoryUrl {
        let identity = identity.trim_end_matches('/');
        let identity = identity.strip_suffix(".git").unwrap_or(identity).to_owned();
        RepositoryUrl(Arc::new(Spelling { fetch: fetch.trim_end_matches('/').to_owned(), identity }))
    }
}

impl PartialEq for RepositoryUrl {
    fn eq(&self, other: &RepositoryUrl) -> bool {
        self.0.identity == other.0.identity
    }
}

impl Eq for RepositoryUrl {}

impl std::hash::Hash for RepositoryUrl {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.identity.hash(state);
    }
}

impl PartialOrd for RepositoryUrl {
    fn partial_cmp(&self, other: &RepositoryUrl) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RepositoryUrl {
    fn cmp(&self, other: &RepositoryUrl) -> std::cmp::Ordering {
        self.0.identity.cmp(&other.0.identity)
    }
}

impl fmt::Display for RepositoryUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.fetch)
    }
}

impl UrlProblem {
    fn new(message: impl Into<String>) -> UrlProblem {
        UrlProblem { message: message.into(), help: None, mended: None }
    }

    fn help(mut self, help: impl Into<String>) -> UrlProblem {
        self.help = Some(help.into());
        self
    }

    fn mended(mut self, mended: String) -> UrlProblem {
        self.mended = Some(mended);
        self
    }
}

/// What must never reach a command line, whatever the form.
fn refuse_dangerous(text: &str) -> Result<(), UrlProblem> {
    if text.is_empty() {
        return Err(UrlProblem::new("an import names a repository, and this is empty")
            .help("write `owner/name`, `host/owner/name`, `https://…`, `ssh://…`, `git@host:path` or `./path`"));
    }
    if text.chars().any(char::is_control) {
        return Err(UrlProblem::new("an import cannot hold a control character"));
    }
    if text.starts_with('-') {
        let message = format!("`{}` begins with `-`: git would read it as an option", shown(text));
        return Err(UrlProblem::new(message).help("a folder of this repository is written `./…`"));
    }
    if text.chars().any(char::is_whitespace) {
        return Err(UrlProblem::new(format!("`{}` holds a space", shown(text))).help("a space in a URL is written `%20`"));
    }
    if text.contains('\\') {
        let mended = text.replace('\\', "/");
        return Err(UrlProblem::new("an import is written with `/`, not with `\\`").mended(mended));
    }
    Ok(())
}

fn path(text: &str) -> Result<ImportTarget, UrlProblem> {
    match text.split('/').any(|part| part == ".git" || part == ".coder") {
        true => Err(UrlProblem::new(format!("`{}` names the folder itself", shown(text)))
            .help("name the folder that holds the `.coder/` of the package")),
        false => Ok(ImportTarget::Path(text.to_owned())),
    }
}

fn with_scheme(scheme: &str, rest: &str) -> Result<ImportTarget, UrlProblem> {
    match scheme.to_ascii_lowercase().as_str() {
        "https" => https(rest),
        "ssh" => ssh(rest),
        "file" => file(rest),
        "http" => {
            Err(UrlProblem::new("`http://` is neither secret nor authentic, so it is refused").mended(format!("https://{rest}")))
        }
        "git" => {
            Err(UrlProblem::new("`git://` is neither secret nor authentic, so it is refused").mended(format!("https://{rest}")))
        }
        "git+ssh" | "ssh+git" => Err(UrlProblem::new("this transport is written `ssh://`").mended(format!("ssh://{rest}"))),
        "git+https" | "git+file" => {
            let scheme = &scheme["git+".len()..];
            Err(UrlProblem::new(format!("this transport is written `{scheme}://`")).mended(format!("{scheme}://{rest}")))
        }
        _ => Err(UrlProblem::new(format!("the transport `{}://` is refused", shown(scheme)))
            .help("import by `https://`, `ssh://` or `file://`")),
    }
}

fn https(rest: &str) -> Result<ImportTarget, UrlProblem> {
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    if let Some((_, host)) = authority.rsplit_once('@') {
        return Err(credentials(format!("https://{host}/{path}")));
    }
    let host = host(authority)?;
    let (repository, folder) = repository_and_folder(path)?;
    if host == "github.com" {
        refuse_pages(&repository)?;
    }
    let identity = format!("https://{}/{repository}", host.strip_suffix(":443").unwrap_or(&host));
    let url = RepositoryUrl::new(format!("https://{host}/{repository}"), &identity);
    Ok(ImportTarget::Repository { url, folder })
}

fn ssh(rest: &str) -> Result<ImportTarget, UrlProblem> {
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (user, address) = match authority.rsplit_once('@') {
        Some((user, address)) => (format!("{}@", ssh_user(user, &format!("ssh://git@{address}/{path}"))?), address),
        None => (String::new(), authority),
    };
    let host = host(address)?;
    let (repository, folder) = repository_and_folder(path)?;
    let identity = format!("ssh://{user}{}/{repository}", host.strip_suffix(":22").unwrap_or(&host));
    let url = RepositoryUrl::new(format!("ssh://{user}{host}/{repository}"), &identity);
    Ok(ImportTarget::Repository { url, folder })
}

/// `git@host:path`.
fn scp(before: &str, path: &str) -> Result<ImportTarget, UrlProblem> {
    let (user, address) = before.rsplit_once('@').unwrap_or(("git", before));
    let user = ssh_user(user, &format!("git@{address}:{path}"))?;
    let host = host(address)?;
    let (repository, folder) = repository_and_folder(path.trim_start_matches('/'))?;
    let absolute = if path.starts_with('/') { "/" } else { "" };
    let identity = format!("ssh://{user}@{host}/{repository}");
    let url = RepositoryUrl::new(format!("{user}@{host}:{absolute}{repository}"), &identity);
    Ok(ImportTarget::Repository { url, folder })
}

fn file(rest: &str) -> Result<ImportTarget, UrlProblem> {
    let path = rest.strip_prefix("localhost").filter(|path| path.starts_with('/')).unwrap_or(rest);
    let Some(path) = path.strip_prefix('/') else {
        return Err(UrlProblem::new("a `file://` URL names an absolute path").mended(format!("file:///{rest}")));
    };
    let (repository, folder) = repository_and_folder(path)?;
    let text = format!("file:///{repository}");
    Ok(ImportTarget::Repository { url: RepositoryUrl::new(text.clone(), &text), folder })
}

/// `owner/name` and `host/owner/name`.
fn bare(text: &str) -> Result<ImportTarget, UrlProblem> {
    let unknown = || {
        UrlProblem::new(format!("`{}` names no repository", shown(text)))
            .help("write `owner/name`, `host/owner/name`, `https://…`, `ssh://…`, `git@host:path` or `./path`")
    };
    if text.starts_with('/') || text.starts_with('~') {
        let problem = UrlProblem::new("a repository on this machine is written `file://…`, a folder of this repository `./…`");
        return Err(if text.starts_with('/') { problem.mended(format!("file://{text}")) } else { problem });
    }
    let (first, rest) = text.split_once('/').ok_or_else(unknown)?;
    if first.contains('@') && !first.starts_with('@') {
        return Err(credentials(format!("{}/{rest}", first.rsplit_once('@').map_or(first, |(_, host)| host))));
    }
    if first.contains('.') || first.contains(':') || first == "localhost" {
        return https(text);
    }
    let repository = rest.split("//").next().unwrap_or_default().trim_end_matches('/');
    match repository.split_once('/') {
        None if !repository.is_empty() => https(&format!("github.com/{text}")),
        Some((name, folder)) if !name.is_empty() => {
            Err(UrlProblem::new("a folder of a repository is written after `//`").mended(format!("{first}/{name}//{folder}")))
        }
        _ => Err(unknown()),
    }
}

/// `repository//folder`, each checked.
fn repository_and_folder(path: &str) -> Result<(String, String), UrlProblem> {
    if let Some(at) = path.find(['?', '#']) {
        let what = &path[at..at + 1];
        return Err(UrlProblem::new(format!("an import takes no `{what}…`"))
            .help("a branch, tag or commit is written after the text: `import \"…\" at \"v1\" as …`"));
    }
    let (repository, folder) = path.split_once("//").unwrap_or((path, ""));
    let (repository, folder) = (repository.trim_end_matches('/'), folder.trim_end_matches('/'));
    if repository.is_empty() {
        return Err(UrlProblem::new("this names a host, but no repository of it").help("write `host/owner/name`"));
    }
    if repository.starts_with('-') {
        return Err(UrlProblem::new("a repository's path cannot begin with `-`"));
    }
    for part in repository.split('/') {
        if part.is_empty() || part == "." || part == ".." {
            return Err(UrlProblem::new("a repository's path cannot hold `.` or `..`"));
        }
    }
    for part in folder.split('/').filter(|_| !folder.is_empty()) {
        match part {
            "" | "." | ".." => return Err(UrlProblem::new("the folder after `//` cannot hold `.`, `..` or another `//`")),
            ".coder" => {
                return Err(UrlProblem::new("the folder after `//` is the one that holds `.coder/`")
                    .help("leave out `.coder` and what follows it"));
            }
            part if part.eq_ignore_ascii_case(".git") => return Err(UrlProblem::new("the folder after `//` cannot be `.git`")),
            _ => {}
        }
    }
    Ok((repository.to_owned(), folder.to_owned()))
}

/// A host with an optional port, in lower case.
fn host(authority: &str) -> Result<String, UrlProblem> {
    let (name, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => (format!("[{address}]"), port.strip_prefix(':')),
        None => match authority.split_once(':') {
            Some((name, port)) => (name.to_owned(), Some(port)),
            None => (authority.to_owned(), None),
        },
    };
    let allowed = |character: char| character.is_ascii_alphanumeric() || "-._[]:".contains(character);
    if name.is_empty() || name.starts_with(['-', '.']) || !name.chars().all(allowed) {
        let problem = match authority.is_empty() {
            true => UrlProblem::new("this names no host"),
            false => UrlProblem::new(format!("`{}` is no host", shown(authority))),
        };
        return Err(match name.is_ascii() {
            true => problem,
            false => problem.help("a host with other letters is written in its ASCII form, `xn--…`"),
        });
    }
    match port {
        None => Ok(name.to_ascii_lowercase()),
        Some(port) if port.parse::<u16>().is_ok_and(|port| port > 0) => Ok(format!("{}:{port}", name.to_ascii_lowercase())),
        Some(port) => Err(UrlProblem::new(format!("`{}` is no port", shown(port)))),
    }
}

fn ssh_user<'a>(user: &'a str, without: &str) -> Result<&'a str, UrlProblem> {
    if user.contains(':') {
        return Err(credentials(without.to_owned()));
    }
    let allowed = |character: char| character.is_ascii_alphanumeric() || "-._".contains(character);
    match !user.is_empty() && !user.starts_with('-') && user.chars().all(allowed) {
        true => Ok(user),
        false => Err(UrlProblem::new(format!("`{}` is no user name", shown(user)))),
    }
}

fn reference_within(repository: &str, reference: &str) -> UrlProblem {
    UrlProblem::new("a branch, tag or commit stands after the text, not in it").help(format!(
        "write `import \"{}\" at \"{}\" as …`",
        shown(repository),
        shown(reference)
    ))
}

fn credentials(without: String) -> UrlProblem {
    UrlProblem::new("an import's URL holds credentials, which everyone who reads the file would see")
        .help("git's credential helpers, an ssh agent or the environment supply them; revoke the ones that were written here")
        .mended(without)
}

/// A link to a page of GitHub instead of a repository: `acme/platform/tree/main/dev`.
fn refuse_pages(repository: &str) -> Result<(), UrlProblem> {
    let parts: Vec<&str> = repository.split('/').collect();
    match parts.as_slice() {
        [_, _] => Ok(()),
        [_] => Err(UrlProblem::new("this names an owner, but no repository").help("write `owner/name`")),
        [owner, name, "tree" | "blob", reference, folder @ ..] => {
            let folder = if folder.is_empty() { String::new() } else { format!("//{}", folder.join("/")) };
            Err(UrlProblem::new("this is a page of a repository, not the repository")
                .help(format!("write `import \"github.com/{owner}/{name}{folder}\" at \"{}\" as …`", shown(reference))))
        }
        [owner, name, folder @ ..] => Err(UrlProblem::new("a folder of a repository is written after `//`")
            .mended(format!("github.com/{owner}/{name}//{}", folder.join("/")))),
        [] => Ok(()),
    }
}

/// `REPO@REF`, unless the `@` belongs to `git@host`.
fn split_reference(text: &str) -> (&str, Option<&str>) {
    let start = match text.find("://") {
        // Past the authority, whose `@` ends a user.
        Some(at) => text[at + 3..].find('/').map_or(text.len(), |slash| at + 3 + slash),
        None => match text.split_once(':') {
            Some((before, _)) if before.contains('@') && !before.contains('/') => before.len(),
            _ => text.find('/').unwrap_or(text.len()),
        },
    };
    match text[start..].find('@') {
        Some(at) => (&text[..start + at], Some(&text[start + at + 1..])),
        None => (text, None),
    }
}

/// A text for a message, cut when it is long.
fn shown(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
#[path = "url_tests.rs"]
mod tests;
