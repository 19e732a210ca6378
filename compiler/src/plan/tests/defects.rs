//! The lint refuses each kind of broken plan.

use super::*;
use crate::plan::action::{Base, Step, Tag};
use crate::plan::lint;

fn sound() -> Plan {
    World::new()
        .file("dev/Dockerfile", "FROM debian:12\n")
        .image(image("dev"))
        .environment(environment(
            "e",
            vec![container("env", of(&image("dev")), &["RUN x"]), container("plain", of(&image("dev")), &[])],
        ))
        .sound()
}

/// Breaks a sound plan and finds the words in the one thing that the lint says.
#[track_caller]
fn refuses(words: &str, break_: impl FnOnce(&mut Vec<Action>)) {
    let mut plan = sound();
    break_(&mut plan.actions);
    let found: Vec<String> = lint(&plan).into_iter().map(|diagnostic| diagnostic.message).collect();
    assert!(found.iter().any(|message| message.contains(words)), "{words}: {found:#?}");
}

fn index(actions: &[Action], address: &str) -> usize {
    actions.iter().position(|action| action.address == address).expect("the action exists")
}

fn change(actions: &mut [Action], address: &str, change: impl FnOnce(&mut Build)) {
    let index = index(actions, address);
    let Step::Build(build) = &mut actions[index].step else { panic!("a build") };
    change(build);
}

#[test]
fn a_sound_plan_passes() {
    assert_eq!(lint(&sound()), []);
}

#[test]
fn order_and_needs() {
    refuses("needs `image.dev`, which is no earlier action", |actions| actions.rotate_left(1));
    refuses("needs `image.gone`", |actions| actions[1].needs.push("image.gone".into()));
    refuses("two actions have this address", |actions| actions[1].address = actions[0].address.clone());
    refuses("without needing `image.dev`", |actions| {
        let deployment = index(actions, "environment.e/deployment");
        actions[deployment].needs.retain(|need| need != "image.dev");
    });
}

#[test]
fn pins() {
    refuses("which is no commit", |actions| change(actions, "image.dev", |build| build.context.commit = "main".into()));
    refuses("neither a digest nor an action", |actions| change(actions, "image.dev", |build| build.bases[0].digest = None));
    refuses("neither a digest nor an action", |actions| {
        change(actions, "image.dev", |build| build.bases[0].digest = Some("sha256:1".into()));
    });
    refuses("which it does not need", |actions| {
        change(actions, "image.dev", |build| {
            build.bases = vec![Base { reference: "x".into(), digest: None, id: Some("b-x".into()) }];
        });
    });
    refuses("`FROM debian:12`", |actions| change(actions, "image.dev", |build| build.dockerfile = "FROM debian:12\n".into()));
    refuses("the builder `kaniko` is not pinned", |actions| {
        change(actions, "image.dev", |build| build.builder = "kaniko".into())
    });
    refuses("the git image `git` is not pinned", |actions| change(actions, "image.dev", |build| build.git_image = "git".into()));
}

#[test]
fn destinations_and_tags() {
    refuses("does not end in the build ID", |actions| {
        change(actions, "image.dev", |build| build.id = format!("b-{}", "x".repeat(32)))
    });
    refuses("another action builds", |actions| {
        let destination = actions[0].build().expect("a build").destination.clone();
        let id = actions[0].build().expect("a build").id.clone();
        change(actions, "environment.e/env", |build| (build.destination, build.id) = (destination, id));
    });
    refuses("does not end in a valid tag", |actions| {
        let tag = index(actions, "image.dev/tag:main");
        actions[tag].step = Step::Tag(Tag { of: vec!["image.dev".into()], reference: "docker.io/acme/dev:a b".into() });
    });
    refuses("which is no build that it needs", |actions| {
        let tag = index(actions, "image.dev/tag:main");
        actions[tag].step = Step::Tag(Tag { of: vec!["image.x".into()], reference: "docker.io/acme/dev:main".into() });
    });
    refuses("another action moves", |actions| {
        let tag = index(actions, "image.dev/tag:main");
        let mut second = actions[tag].clone();
        second.address = "image.dev/tag:again".into();
        actions.insert(tag + 1, second);
    });
}

#[test]
fn objects() {
    refuses("acts on the Deployment `e` too", |actions| {
        let deployment = index(actions, "environment.e/deployment");
        let mut second = actions[deployment].clone();
        second.address = "environment.f/deployment".into();
        actions.push(second);
    });
    let renamed = |actions: &mut Vec<Action>, change: &dyn Fn(&mut crate::plan::action::Apply)| {
        let deployment = index(actions, "environment.e/deployment");
        let Step::Apply(apply) = &mut actions[deployment].step else { panic!("an object") };
        change(apply);
    };
    refuses("is no name of a Deployment", |actions| {
        renamed(actions, &|apply| Arc::make_mut(&mut apply.environment).name = "x".repeat(64).into());
    });
    refuses("2 containers have 1 images", |actions| renamed(actions, &|apply| apply.images.truncate(1)));
    refuses("which no action builds", |actions| {
        renamed(actions, &|apply| apply.images[0] = format!("docker.io/acme/dev:b-{}", "x".repeat(32)));
    });
    refuses("has no image", |actions| renamed(actions, &|apply| apply.images[0].clear()));
}
