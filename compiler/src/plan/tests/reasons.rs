//! Why a build is in the plan: what changed, and where to look.

use expect_test::{Expect, expect};

use super::*;
use crate::plan::action::Change;

fn dev() -> World {
    let mut changed = image("dev");
    changed.args = vec![("A".into(), sourced(5, "1"))];
    World::new()
        .file("dev/Dockerfile", "FROM debian:12\nARG A\nCOPY . /all\n")
        .file("dev/notes.txt", "x")
        .image(changed.clone())
        .environment(environment("e", vec![container("env", of(&changed), &["RUN true", "RUN more"])]))
}

/// The world online, after everything was built as `before` planned it.
fn after(before: &World, mut now: World) -> World {
    now.registry = Some(BTreeMap::new());
    for action in &before.sound().actions {
        if let Some((build, predecessor)) = action.build().and_then(|build| Some((build, build.predecessor.clone()?))) {
            now.previous.insert(predecessor, PreviousBuild::parse(&build.record).expect("a record is read back"));
        }
    }
    now
}

fn check(now: World, address: &str, expected: Expect) {
    let plan = after(&dev(), now).sound();
    let action = action(&plan, address);
    assert_eq!(action.change, Change::Update);
    let because = action.reason.because.iter().map(|because| {
        let position = because.file.as_ref().map(|file| format!(" {file}:{}", because.line.unwrap_or(0)));
        format!("{}{}\n", because.what, position.unwrap_or_default())
    });
    expected.assert_eq(&format!("{}\n{}", action.reason.message, because.collect::<String>()));
}

#[test]
fn a_file_of_the_context() {
    check(
        dev().file("dev/notes.txt", "y").file("dev/new.txt", ""),
        "image.dev",
        expect![[r#"
        changed: dev/new.txt (new), dev/notes.txt
        context .coder/a.coder:2
        file new.txt dev/new.txt:0
        file notes.txt dev/notes.txt:0
    "#]],
    );
}

#[test]
fn a_line_of_the_dockerfile() {
    check(
        dev().file("dev/Dockerfile", "FROM debian:12\nARG A\nCOPY . /some\n"),
        "image.dev",
        expect![[r#"
        changed: dev/Dockerfile:3
        dockerfile dev/Dockerfile:3
    "#]],
    );
}

#[test]
fn an_argument() {
    let mut world = dev();
    let mut changed = Image::clone(&world.images[0]);
    changed.args = vec![("A".into(), sourced(6, "2")), ("B".into(), sourced(7, "3"))];
    world.environments = vec![Arc::new(environment("e", vec![container("env", of(&changed), &["RUN true", "RUN more"])]))];
    world.images = vec![Arc::new(changed)];
    check(
        world.clone(),
        "image.dev",
        expect![[r#"
        changed: argument A "1" -> "2" (.coder/a.coder:6), argument B (new, .coder/a.coder:7)
        arg A .coder/a.coder:6
        arg B .coder/a.coder:7
    "#]],
    );
    check(
        world,
        "environment.e/env",
        expect![[r#"
            changed: base image.dev b-t2wwve6ziwal -> b-gltzx2lanqft (.coder/a.coder:11)
            base image.dev .coder/a.coder:11
        "#]],
    );
}

#[test]
fn a_base() {
    let mut world = dev();
    world.bases.insert("docker.io/library/debian:12".into(), PinnedBase { digest: digest("newer"), user: None });
    check(
        world,
        "image.dev",
        expect![[r#"
        changed: base debian:12 sha256:3be3c43cd7ee -> sha256:804f51f71254 (dev/Dockerfile:1)
        base debian:12 dev/Dockerfile:1
    "#]],
    );
}

#[test]
fn the_builder() {
    check(
        dev().project(|project| project.builder.image = format!("kaniko@{}", digest("k")).into()),
        "image.dev",
        expect![[r#"
        changed: builder sha256:779f463aaa32 -> sha256:8254c329a928 (.coder/a.coder:90)
        builder .coder/a.coder:90
    "#]],
    );
}

#[test]
fn a_personalize_line() {
    let mut world = dev();
    let changed = container("env", of(&world.images[0].clone()), &["RUN false"]);
    world.environments = vec![Arc::new(environment("e", vec![changed]))];
    check(
        world,
        "environment.e/env",
        expect![[r#"
        changed: personalize 1 (.coder/a.coder:14), personalize 2 (removed)
        personalize 1 .coder/a.coder:14
        personalize 2
    "#]],
    );
}

#[test]
fn new_unknown_unchanged_and_gone() {
    let of = |world: &World| {
        let plan = world.sound();
        let action = action(&plan, "image.dev");
        let id = &action.build().expect("a build").id;
        format!("{:?} {:?} {} ({})\n", action.change, action.reason.kind, action.reason.message, action.reason.because.len())
            .replace(id, "ID")
    };
    let mut online = dev();
    online.registry = Some(BTreeMap::new());
    let gone = after(&dev(), dev());
    expect![[r#"
        Unknown Unknown the registry was not asked (7)
        Create New `docker.io/acme/dev:ID` is not in the registry (7)
        None Unchanged `docker.io/acme/dev:ID` is in the registry: sha256:586a866f990ab55e36decfffc2011f172e4452d5141c939a5436baffba11111d (0)
        Create New the same was built before, but `docker.io/acme/dev:ID` is gone from the registry (0)
    "#]].assert_eq(&[of(&dev()), of(&online), of(&dev().all_built()), of(&gone)].concat());
}

#[test]
fn a_tag_follows_its_build() {
    let changes = |world: &World| -> Vec<Change> {
        world.sound().actions.iter().filter(|action| action.kind() == "tag").map(|action| action.change).collect()
    };
    let mut online = dev();
    online.registry = Some([("docker.io/acme/dev:main".to_owned(), digest("older"))].into());
    assert_eq!(changes(&dev()), [Change::Unknown; 2]);
    // Its commit's tag is new, its branch's moves.
    assert_eq!(changes(&online), [Change::Create, Change::Update]);
    assert_eq!(changes(&dev().all_built()), [Change::None; 2]);
}
