//! Tests of what an import's text names; no remote is asked.

use super::*;

fn repository(text: &str) -> String {
    match parse_import(text) {
        Ok(ImportTarget::Repository { url, folder }) => format!("{url} | {} | {folder}", url.identity()),
        other => panic!("{text}: {other:?}"),
    }
}

fn refused(text: &str) -> UrlProblem {
    match parse_import(text) {
        Err(problem) => problem,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn every_form_of_a_repository() {
    for (text, expected) in [
        ("f0ssel/kaniko", "https://github.com/f0ssel/kaniko | https://github.com/f0ssel/kaniko | "),
        ("f0ssel/kaniko//dev/", "https://github.com/f0ssel/kaniko | https://github.com/f0ssel/kaniko | dev"),
        ("github.com/acme/platform", "https://github.com/acme/platform | https://github.com/acme/platform | "),
        ("GitHub.com/acme/platform/", "https://github.com/acme/platform | https://github.com/acme/platform | "),
        ("https://git.acme.dev/platform.git//dev", "https://git.acme.dev/platform.git | https://git.acme.dev/platform | dev"),
        ("https://git.acme.dev:443/a/b", "https://git.acme.dev:443/a/b | https://git.acme.dev/a/b | "),
        ("git.acme.dev:8443/a/b", "https://git.acme.dev:8443/a/b | https://git.acme.dev:8443/a/b | "),
        ("gitlab.com/group/sub/name", "https://gitlab.com/group/sub/name | https://gitlab.com/group/sub/name | "),
        ("git@github.com:acme/x.git", "git@github.com:acme/x.git | ssh://git@github.com/acme/x | "),
        ("ssh://git@github.com/acme/x", "ssh://git@github.com/acme/x | ssh://git@github.com/acme/x | "),
        ("ssh://git@host.dev:2222/x//sub/dir", "ssh://git@host.dev:2222/x | ssh://git@host.dev:2222/x | sub/dir"),
        ("git@host:x.git//dev", "git@host:x.git | ssh://git@host/x | dev"),
        ("file:///srv/git/x.git//dev", "file:///srv/git/x.git | file:///srv/git/x | dev"),
    ] {
        assert_eq!(repository(text), expected, "{text}");
    }
    assert_eq!(parse_import("./services/api"), Ok(ImportTarget::Path("./services/api".into())));
    assert_eq!(parse_import("../x"), Ok(ImportTarget::Path("../x".into())));
}

#[test]
fn spellings_of_one_repository_are_equal() {
    let url = |text| RepositoryUrl::parse(text).unwrap();
    assert_eq!(url("git@github.com:acme/x.git"), url("ssh://git@github.com/acme/x/"));
    assert_eq!(url("acme/x"), url("https://GITHUB.com/acme/x.git"));
    assert_ne!(url("acme/x"), url("git@github.com:acme/x"));
    assert!(url("acme/platform").is_named("platform"));
    assert!(url("acme/platform").is_named("acme/platform.git"));
    assert!(url("acme/platform").is_named("https://github.com/acme/platform.git"));
    assert!(url("git@host:platform").is_named("platform"));
    assert!(!url("acme/platform").is_named("form"));
    assert!(!url("acme/platform").is_named(""));
}

#[test]
fn what_is_refused_says_why() {
    for (text, word) in [
        ("", "empty"),
        ("-oProxyCommand=touch/x", "begins with `-`"),
        ("--upload-pack=touch", "begins with `-`"),
        ("ext::sh -c touch% /tmp/x", "space"),
        ("ext::sh", "run commands"),
        ("fd::17/foo", "run commands"),
        ("http://github.com/acme/x", "neither secret nor authentic"),
        ("git://github.com/acme/x", "neither secret nor authentic"),
        ("ftp://github.com/acme/x", "refused"),
        ("javascript://x/y", "refused"),
        ("https://user:secret@github.com/acme/x", "credentials"),
        ("https://secret@github.com/acme/x", "credentials"),
        ("ssh://git:secret@github.com/acme/x", "credentials"),
        ("git:secret@github.com:acme/x", "credentials"),
        ("secret@github.com/acme/x", "credentials"),
        ("a\u{7}b/c", "control"),
        ("a\nb/c", "control"),
        ("acme/x y", "space"),
        ("acme\\x", "not with"),
        ("https://github.com/acme/x//../y", "cannot hold"),
        ("acme/x//a/../../y", "cannot hold"),
        ("acme/x//dev/.coder", "holds `.coder/`"),
        ("acme/x//.GIT", ".git"),
        ("https://github.com/../x", "cannot hold"),
        ("https://github.com", "no repository"),
        ("https:///acme/x", "no host"),
        ("ssh://-oProxyCommand=x/acme/x", "no host"),
        ("git@-oProxyCommand:x", "no host"),
        ("-git@host:x", "begins with `-`"),
        ("git@host:-x", "cannot begin with `-`"),
        ("https://host:0/x", "no port"),
        ("https://github.com/acme/x?ref=v1", "takes no `?…`"),
        ("https://github.com/acme/x/tree/main/dev", "page of a repository"),
        ("kaniko", "names no repository"),
        ("acme/", "names no repository"),
        ("acme//x", "names no repository"),
        ("acme/x/dev", "after `//`"),
        ("acme/x@v1", "stands after the text"),
        ("https://github.com/acme/x@v1", "stands after the text"),
        ("git@github.com:acme/x@v1", "stands after the text"),
        ("/srv/git/x", "file://"),
        ("~/x", "file://"),
        ("file://server/share", "absolute"),
        ("github.com:acme/x", "no repository"),
        ("https://gіthub.com/acme/x", "no host"),
        ("./x/.git", "names the folder itself"),
    ] {
        let problem = refused(text);
        assert!(problem.message.contains(word), "{text}: {problem:?}");
        assert!(!format!("{:?}", (&problem.message, &problem.mended, &problem.help)).contains("secret@"), "{text}: {problem:?}");
    }
    assert_eq!(refused("https://u:p@git.acme.dev/x.git").mended.as_deref(), Some("https://git.acme.dev/x.git"));
    assert_eq!(refused("http://git.acme.dev/x.git").mended.as_deref(), Some("https://git.acme.dev/x.git"));
    assert_eq!(refused("acme/x/dev").mended.as_deref(), Some("acme/x//dev"));
    assert_eq!(refused("github.com:acme/x").mended.as_deref(), Some("git@github.com:acme/x"));
}

#[test]
fn a_ref_after_the_repository() {
    let from = |text| parse_from(text).map(|(target, reference)| (format!("{target:?}").contains("acme/x"), reference));
    assert_eq!(from("acme/x@v1"), Ok((true, Some("v1".into()))));
    assert_eq!(from("acme/x"), Ok((true, None)));
    assert_eq!(from("git@github.com:acme/x"), Ok((true, None)));
    assert_eq!(from("git@github.com:acme/x@feature/y"), Ok((true, Some("feature/y".into()))));
    assert_eq!(from("ssh://git@github.com/acme/x@v1"), Ok((true, Some("v1".into()))));
    assert_eq!(from("https://github.com/acme/x@v1"), Ok((true, Some("v1".into()))));
}

#[test]
fn paths_stay_in_the_repository() {
    assert_eq!(join_folder("", "./services/api").as_deref(), Some("services/api"));
    assert_eq!(join_folder("services/api", "../web").as_deref(), Some("services/web"));
    assert_eq!(join_folder("services", "..").as_deref(), Some(""));
    assert_eq!(join_folder("", "../x"), None);
    assert_eq!(join_folder("a", "./../../x"), None);
}
