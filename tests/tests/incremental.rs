//! Which queries run again after each kind of edit: no more than what stands here.
//!
//! `UPDATE_EXPECT=1` rewrites the lists; read the difference, for a longer one is a regression. Each line is a query, with the
//! declaration or file it ran for where it is one's, and how often when more than once. What is planned after the check is not
//! counted: a plan is made anew each time.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use compiler::db::{Database, Db, scope};
use compiler::diagnostics::render::short;
use expect_test::{Expect, expect};
use salsa::plumbing::AsId;
use salsa::{Database as _, EventKind};
use tests::literate::{Package, Repository};
use tests::memory::Memory;
use tests::session;

const MAIN: &str = r#"import "github.com/acme/platform" at "main" as platform

image base {
  context    = "./dev"
  repository = "acme/base"
}

let size: cpu = 2

/// What everybody gets.
environment workspace(user: string, memory: bytes = 4GB) {
  container env {
    image  = image.base
    memory = memory
    env    = { USERNAME = user }
  }
}

environment ana = environment.workspace(user: "ana")

environment own {
  container env {
    image = "postgres"
    cpu   = size
  }
}
"#;

const OTHER: &str = r#"environment tools {
  container env { image = platform.image.tools }
}

environment apart {
  container env { image = "redis" }
}
"#;

const POLICY: &str = r#"policy small(env: environment) {
  require env.replicas <= 3 else "too many replicas"
}

enforce policy.small
"#;

const PLATFORM: &str = r#"image tools {
  context    = "./tools"
  repository = "acme/tools"
}

let unused = 1
"#;

fn package() -> Package {
    let files = |files: &[(&str, &str)]| files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect();
    let root = files(&[
        (".coder/main.coder", MAIN),
        (".coder/other.coder", OTHER),
        (".coder/policy.coder", POLICY),
        ("dev/Dockerfile", "FROM debian:12\nRUN true\n"),
    ]);
    let platform = files(&[(".coder/images.coder", PLATFORM), ("tools/Dockerfile", "FROM debian:12\n")]);
    let platform = Repository { files: platform, ..Repository::default() };
    Package { files: root, others: [("github.com/acme/platform".to_string(), platform)].into(), ..Package::default() }
}

/// Replaces the one `old` of a file by `new`.
fn replace<'a>(path: &'a str, old: &'a str, new: &'a str) -> impl FnOnce(&mut Package) + 'a {
    move |package| {
        let text = package.files.get_mut(path).expect("the file is there");
        assert_eq!(text.matches(old).count(), 1, "`{old}` stands once in {path}");
        *text = text.replace(old, new);
    }
}

/// Checks the package, edits it, checks it again, and compares the queries that ran then.
fn check(edit: impl FnOnce(&mut Package), expected: Expect) {
    let log: Arc<Mutex<Vec<salsa::DatabaseKeyIndex>>> = Arc::default();
    let written = log.clone();
    let db = Database::new(Some(Box::new(move |event| {
        if let EventKind::WillExecute { database_key } = event.kind {
            written.lock().expect("no panic while held").push(database_key);
        }
    })));
    let before = package();
    let mut session = Memory::new(&before).open(db);
    let clean = session.check(&Memory::new(&before));
    assert!(clean.is_empty(), "{}", short::render(&session.reports(&clean)));
    log.lock().expect("no panic while held").clear();

    let mut after = before.clone();
    edit(&mut after);
    session::apply(&mut session, &before, &after);
    let found = session.check(&Memory::new(&after));
    let ran = std::mem::take(&mut *log.lock().expect("no panic while held"));
    let reports = short::render(&session.reports(&found));
    expected.assert_eq(&format!("{reports}{}", show(&session, &ran)));
}

fn show(session: &compiler::workspace::Session, ran: &[salsa::DatabaseKeyIndex]) -> String {
    let names = names(session);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for key in ran {
        let query = session.db.ingredient_debug_name(key.ingredient_index());
        let of = names.get(&key.key_index()).map(|name| format!(" {name}")).unwrap_or_default();
        *counts.entry(format!("{query}{of}")).or_default() += 1;
    }
    let line = |(name, count): (String, usize)| if count == 1 { format!("{name}\n") } else { format!("{name} (x{count})\n") };
    counts.into_iter().map(line).collect()
}

/// What declarations, files and packages are called.
fn names(session: &compiler::workspace::Session) -> BTreeMap<salsa::Id, String> {
    let db = &session.db;
    let mut names = BTreeMap::new();
    let mut imported = Vec::new();
    for &item in &scope(db, session.root()).imports {
        imported.extend(compiler::db::imported(db, item));
    }
    let packages = [(session.root(), ""), (db.prelude(), "prelude ")].into_iter();
    for (package, of) in packages.chain(imported.into_iter().map(|package| (package, "platform "))) {
        names.insert(package.as_id(), format!("{of}package"));
        for file in package.files(db) {
            names.insert(file.as_id(), format!("{of}{}", file.path(db)));
        }
        for item in &scope(db, package).all {
            let keyword = format!("{:?}", item.keyword(db)).to_lowercase();
            names.insert(item.as_id(), format!("{of}{keyword} {}", item.name(db)).trim_end().to_string());
        }
    }
    names
}

#[test]
fn nothing() {
    check(|_| {}, expect![[r#""#]]);
}

#[test]
fn a_comment_between_declarations() {
    check(
        replace(".coder/main.coder", "let size", "// a comment\nlet size"),
        expect![[r#"
            check_file
            item_text environment ana
            item_text environment own
            item_text environment workspace
            item_text image base
            item_text import platform
            item_text let size
            items
            split_file .coder/main.coder
        "#]],
    );
}

#[test]
fn a_comment_inside_a_body() {
    check(
        replace(".coder/main.coder", "image = \"postgres\"", "image = \"postgres\" // the database"),
        expect![[r#"
            check_file
            check_item environment own
            checked environment own
            has_errors environment own
            infer environment own
            instances environment own
            item_text environment ana
            item_text environment own
            item_text environment workspace
            item_text image base
            item_text import platform
            item_text let size
            item_tree environment own
            items
            meanings environment own
            references environment own
            signature environment own
            split_file .coder/main.coder
            violations_of environment own
        "#]],
    );
}

#[test]
fn white_space_above_a_declaration() {
    check(
        replace(".coder/main.coder", "image base", "\n\n\nimage base"),
        expect![[r#"
            check_file
            item_text environment ana
            item_text environment own
            item_text environment workspace
            item_text image base
            item_text import platform
            item_text let size
            items
            split_file .coder/main.coder
        "#]],
    );
}

#[test]
fn a_value_in_the_body_of_one_environment() {
    check(
        replace(".coder/main.coder", "\"postgres\"", "\"mysql\""),
        expect![[r#"
            check_file
            check_item environment own
            checked environment own
            collisions package
            has_errors environment own
            infer environment own
            instances environment own
            item_text environment ana
            item_text environment own
            item_text environment workspace
            item_text image base
            item_text import platform
            item_text let size
            item_tree environment own
            items
            meanings environment own
            references environment own
            signature environment own
            split_file .coder/main.coder
            violations_of environment own
        "#]],
    );
}

#[test]
fn a_mistake_in_the_body_of_one_environment() {
    check(
        replace(".coder/main.coder", "cpu   = size", "cpu   = sice"),
        expect![[r#"
            .coder/main.coder:24:13: error[unknown-name]: nothing is named `sice`
            check_file
            check_item environment own
            checked environment own
            collisions package
            cycles package
            has_errors environment own
            infer environment own
            instances environment own
            item_text environment ana
            item_text environment own
            item_text environment workspace
            item_text image base
            item_text import platform
            item_text let size
            item_tree environment own
            lookup (x2)
            meanings environment own
            references environment own
            signature environment own
            split_file .coder/main.coder
        "#]],
    );
}

#[test]
fn the_body_of_a_template() {
    check(
        replace(".coder/main.coder", "USERNAME = user", "USERNAME = user, MORE = \"1\""),
        expect![[r#"
            check_file
            check_item environment ana
            check_item environment workspace
            checked environment ana
            collisions package
            has_errors environment workspace
            infer environment workspace
            instances environment ana
            item_text environment ana
            item_text environment own
            item_text environment workspace
            item_text image base
            item_text import platform
            item_text let size
            item_tree environment workspace
            items
            meanings environment workspace
            program environment workspace
            references environment workspace
            signature environment workspace
            split_file .coder/main.coder
            types_of environment workspace
            violations_of environment ana
        "#]],
    );
}

#[test]
fn the_signature_of_a_template() {
    check(
        replace(".coder/main.coder", "= 4GB)", "= 8GB)"),
        expect![[r#"
            check_item environment ana
            check_item environment workspace
            checked environment ana
            collisions package
            has_errors environment workspace
            infer environment workspace
            instances environment ana
            item_text environment ana
            item_text environment own
            item_text environment workspace
            item_text image base
            item_text import platform
            item_text let size
            item_tree environment workspace
            meanings environment workspace
            program environment workspace
            references environment workspace
            signature environment workspace
            split_file .coder/main.coder
            types_of environment workspace
            violations_of environment ana
        "#]],
    );
}

#[test]
fn a_constant() {
    check(
        replace(".coder/main.coder", "cpu = 2", "cpu = 3"),
        expect![[r#"
            check_item environment own
            check_item let size
            checked environment own
            collisions package
            evaluated let size
            has_errors let size
            infer let size
            instances environment own
            item_text environment ana
            item_text environment own
            item_text environment workspace
            item_text image base
            item_text import platform
            item_text let size
            item_tree let size
            meanings let size
            references let size
            signature let size
            split_file .coder/main.coder
            types_of let size
            violations_of environment own
        "#]],
    );
}

#[test]
fn the_text_of_a_dockerfile() {
    check(
        replace("dev/Dockerfile", "RUN true", "RUN false"),
        expect![[r#"
            file_problems
        "#]],
    );
}

#[test]
fn a_file_of_a_context() {
    check(
        |package| drop(package.files.insert("dev/notes.txt".into(), "x".into())),
        expect![[r#"
            file_problems
        "#]],
    );
}

#[test]
fn a_new_file() {
    let text = "environment new {\n  container env { image = \"busybox\" }\n}\n";
    check(
        |package| drop(package.files.insert(".coder/new.coder".into(), text.into())),
        expect![[r#"
            check_file
            check_item environment new
            check_whole
            checked environment new
            collisions package
            cycle_of environment new
            cycles package
            duplicate_of enforce
            duplicate_of environment ana
            duplicate_of environment apart
            duplicate_of environment new
            duplicate_of environment own
            duplicate_of environment tools
            duplicate_of environment workspace
            duplicate_of image base
            duplicate_of import platform
            duplicate_of let size
            duplicate_of policy small
            has_errors environment new
            imports_of package
            infer environment new
            instances environment new
            item_indices
            item_text environment new
            item_tree environment new
            items
            lookup (x14)
            meanings environment new
            policies_in_force package
            project package
            references environment new
            scope package
            signature environment new
            split_file .coder/new.coder
            violations_of environment new
        "#]],
    );
}

#[test]
fn a_new_declaration() {
    check(
        replace(".coder/other.coder", "environment apart", "let more = 1\n\nenvironment apart"),
        expect![[r#"
            check_file
            check_item let more
            check_whole
            collisions package
            cycle_of let more
            cycles package
            duplicate_of enforce
            duplicate_of environment ana
            duplicate_of environment apart
            duplicate_of environment own
            duplicate_of environment tools
            duplicate_of environment workspace
            duplicate_of image base
            duplicate_of import platform
            duplicate_of let more
            duplicate_of let size
            duplicate_of policy small
            evaluated let more
            has_errors let more
            imports_of package
            infer let more
            item_indices
            item_text environment apart
            item_text environment tools
            item_text let more
            item_tree let more
            items
            lookup (x14)
            meanings let more
            policies_in_force package
            project package
            references let more
            scope package
            signature let more
            split_file .coder/other.coder
        "#]],
    );
}

#[test]
fn a_policy() {
    check(
        replace(".coder/policy.coder", "<= 3", "<= 2"),
        expect![[r#"
            check_item policy small
            has_errors policy small
            infer policy small
            item_text enforce
            item_text policy small
            item_tree policy small
            meanings policy small
            references policy small
            signature policy small
            split_file .coder/policy.coder
            types_of policy small
            violations_of environment ana
            violations_of environment apart
            violations_of environment own
            violations_of environment tools
        "#]],
    );
}

#[test]
fn an_import_that_moves_to_another_commit() {
    let moved = |package: &mut Package| {
        let platform = package.others.get_mut("github.com/acme/platform").expect("it is imported");
        let text = platform.files.get_mut(".coder/images.coder").expect("the file is there");
        *text = text.replace("unused = 1", "unused = 2");
    };
    check(
        moved,
        expect![[r#"
            aliases
            check_item environment tools
            check_whole
            checked environment ana
            checked environment apart
            checked environment own
            checked environment tools
            checked image base
            checked platform image tools
            collisions package
            cycle_of platform image tools
            cycle_of platform let unused
            cycles platform package
            duplicate_of platform image tools
            duplicate_of platform let unused
            file_problems (x2)
            has_errors platform image tools
            imported import platform
            imports_of package
            imports_of platform package
            infer environment tools
            infer import platform
            infer platform image tools
            infer platform let unused
            instances environment tools
            instances platform image tools
            item_indices
            item_text platform image tools
            item_text platform let unused
            item_tree platform image tools
            item_tree platform let unused
            items
            lookup
            meanings environment tools
            meanings platform image tools
            meanings platform let unused
            package_errors platform package
            references environment tools
            references platform image tools
            references platform let unused
            scope platform package
            signature platform image tools
            split_file platform .coder/images.coder
            violations_of environment tools
        "#]],
    );
}
