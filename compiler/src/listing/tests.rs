//! A package's listing, in each format.

use std::sync::Arc;

use expect_test::{Expect, expect};

use super::{json, listing, markdown, text};
use crate::model::Origin;
use crate::workspace::{LoadedFile, LoadedPackage, RepositoryId, Session};

const PACKAGE: &str = r#"type size = "small" | "large"
/// Debian with git.
/// And make.
image base { repository = "acme/base" }
private image go(version: string, tools: list<string> = ["gopls", "dlv"]) {
  repository = "acme/go"
}
/// For one person.
environment dev(user: string, size: size = "small") {
  container env { image = image.go(version: "1.26") }
}
environment ana = environment.dev(user: "ana")
environment each for user in ["b", "c"] {
  container env { image = image.go(version: user) }
}
environment unused() { container env { image = "debian:12" } }
"#;

fn session() -> Session {
    let commit = "1".repeat(40).into();
    let origin = Origin { url: "https://github.com/acme/team".into(), commit, branch: None, folder: "".into() };
    let files = vec![LoadedFile { path: ".coder/a.coder".into(), text: Ok(Arc::from(PACKAGE)) }];
    Session::new(LoadedPackage { repository: RepositoryId::Root, origin, files })
}

#[track_caller]
fn check(shown: &str, expected: Expect) {
    expected.assert_eq(shown);
}

#[test]
fn as_text() {
    check(
        &text(&listing(&session().db, false), false),
        expect![[r#"
        https://github.com/acme/team at 111111111111

        Images
          image.base          .coder/a.coder:4
              Debian with git.
              And make.

        Image templates
          image.go            .coder/a.coder:5  private
              version: string
              tools:   list<string> = ["gopls", "dlv"]
              made here: image.go(version=1.26), image.go(version=b), image.go(version=c)

        Environments
          environment.ana     .coder/a.coder:12
          environment.each    .coder/a.coder:13
              each: environment.each["b"], environment.each["c"]

        Environment templates
          environment.dev     .coder/a.coder:9
              For one person.
              user: string
              size: size ("small" | "large") = "small"
              made here: environment.ana
          environment.unused  .coder/a.coder:16
    "#]],
    );
}

#[test]
fn as_markdown() {
    check(
        &markdown(&listing(&session().db, false)),
        expect![[r###"
        ## Images

        ### `image.base`

        Debian with git.
        And make.

        Declared in `.coder/a.coder`, line 4.

        ### `image.go` (template)

        | parameter | type | default |
        | --- | --- | --- |
        | `version` | `string` | required |
        | `tools` | `list<string>` | `["gopls", "dlv"]` |

        Instances: `image.go(version=1.26)`, `image.go(version=b)`, `image.go(version=c)`

        Declared in `.coder/a.coder`, line 5.

        ## Environments

        ### `environment.ana`

        Declared in `.coder/a.coder`, line 12.

        ### `environment.dev` (template)

        For one person.

        | parameter | type | default |
        | --- | --- | --- |
        | `user` | `string` | required |
        | `size` | `size ("small" \| "large")` | `"small"` |

        Instances: `environment.ana`

        Declared in `.coder/a.coder`, line 9.

        ### `environment.each`

        Instances: `environment.each["b"]`, `environment.each["c"]`

        Declared in `.coder/a.coder`, line 13.

        ### `environment.unused` (template)

        Declared in `.coder/a.coder`, line 16.
    "###]],
    );
}

#[test]
fn targets_are_declarations_and_elements() {
    let targets: Vec<String> = listing(&session().db, false).targets().into_iter().collect();
    check(
        &targets.join(" "),
        expect![[
            r#"environment.ana environment.dev environment.each environment.each["b"] environment.each["c"] environment.unused image.base image.go"#
        ]],
    );
}

#[test]
fn json_is_one_document() {
    let document: serde_json::Value = serde_json::from_str(&json(&listing(&session().db, false))).expect("JSON");
    assert_eq!(document["declarations"][1]["parameters"][1]["default"], "[\"gopls\", \"dlv\"]");
    assert_eq!(document["declarations"][1]["private"], true);
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let mut listing = listing(&session().db, false);
    listing.entries[0].docs = Some("red \u{1b}[31m".into());
    assert!(!text(&listing, false).contains('\u{1b}'));
}
