//! What cannot be planned, and what is only warned about: one mistake, one diagnostic.

use expect_test::expect;

use super::*;

fn messages(plan: &Plan) -> String {
    let line = |diagnostic: &crate::diagnostics::Diagnostic| {
        let at = diagnostic.place.map_or(0, |place| u32::from(place.range.start()));
        format!("{at}: [{}] {}\n", diagnostic.info.name, diagnostic.message)
    };
    plan.diagnostics.iter().map(line).collect()
}

fn dev() -> World {
    World::new().file("dev/Dockerfile", "FROM debian:12\n").image(image("dev"))
}

#[test]
fn an_unknown_base_is_an_error_and_an_unknown_container_a_warning() {
    let world = dev()
        .file("dev/Dockerfile", "FROM nowhere\n")
        .environment(environment("a", vec![container("env", of(&image("dev")), &["RUN x"])]))
        .environment(environment(
            "b",
            vec![container("env", reference("unknown:1"), &[]), container("c", reference("unknown:1"), &[])],
        ));
    let plan = world.plan();
    expect![[r#"
        3: [unpinned-base] the digest of `nowhere`, which `Dockerfile` builds on, is not known
        12: [unpinned-image] `unknown:1` is not pinned to a digest, so it stays as written
    "#]]
    .assert_eq(&messages(&plan));
    assert_eq!(addresses(&plan), ["environment.b/deployment", "environment.b/ready"]);
}

#[test]
fn a_warning_hides_no_error() {
    let (plain, mut own) = (container("a", reference("unknown:1"), &[]), container("b", reference("unknown:1"), &["RUN x"]));
    own.repository = Some("acme/own".into());
    let plan = World::new().environment(environment("e", vec![plain, own])).plan();
    assert_eq!((names(&plan), plan.actions.len()), (vec!["unpinned-image", "unpinned-base"], 0));
}

#[test]
fn digests_need_no_lock() {
    let pinned = format!("debian@{}", digest("x"));
    let world = World::new().file("dev/Dockerfile", &format!("FROM {pinned}\n")).image(image("dev")).environment(environment(
        "a",
        vec![container("env", of(&image("dev")), &["RUN x"]), container("b", reference(&pinned), &[])],
    ));
    let plan = world.sound();
    assert!(build(&plan, "environment.a/env").dockerfile.ends_with("RUN x\n"));
    assert_eq!(build(&plan, "image.dev").dockerfile, format!("FROM {pinned}\n"));
}

#[test]
fn what_is_not_committed() {
    let mut fresh = image("dev");
    fresh.origin.commit = "".into();
    let plan = World::new().file("dev/Dockerfile", "FROM debian:12\n").image(fresh).image(image("other")).plan();
    expect![[r#"
        2: [context-not-committed] builds take `dev` from a commit, and nothing is committed yet
        3: [context-not-committed] builds take their files from a commit, and commit COMMIT has no `other/Dockerfile`
    "#]]
    .assert_eq(&messages(&plan).replace(&commit("a")[..12], "COMMIT"));
}

#[test]
fn modified_files_are_warned_about_once() {
    let mut world = dev();
    let mut second = image("dev");
    (second.address, second.repository) = ("image.dev2".into(), sourced(8, "acme/other"));
    world.modified = vec!["dev/notes.txt".into()];
    let plan = world.image(second).plan();
    expect![[r#"
        2: [modified-context] `dev/notes.txt` is modified, but the plan builds commit COMMIT without that
    "#]]
    .assert_eq(&messages(&plan).replace(&commit("a")[..12], "COMMIT"));
}

#[test]
fn circles() {
    let world = World::new()
        .file("a/Dockerfile", "FROM acme/b\n")
        .file("b/Dockerfile", "FROM acme/c\n")
        .file("c/Dockerfile", "FROM acme/b\n")
        .file("d/Dockerfile", "FROM acme/d\n");
    let plan = ["a", "b", "c", "d"].into_iter().fold(world, |world, name| world.image(image(name))).plan();
    expect![[r#"
        4: [image-cycle] images are built on each other in a circle: `image.b` on `image.c` on `image.b`
        4: [image-cycle] the Dockerfile of `image.d` is `FROM` the repository that it is pushed to
    "#]]
    .assert_eq(&messages(&plan));
    assert_eq!(addresses(&plan), [""; 0]);
}

#[test]
fn tags() {
    let mut other = image("other");
    (other.repository, other.tags) = (sourced(8, "acme/dev"), vec!["a b".into()]);
    let plan = dev().file("other/Dockerfile", "FROM debian:12\nRUN x\n").image(other).plan();
    expect![[r#"
        1: [invalid-tag] `a b` cannot be a tag of an image
        8: [tag-taken] `image.other` and `image.dev` are different images, and both would be `docker.io/acme/dev:ca978112ca1b`
    "#]]
    .assert_eq(&messages(&plan));
    // The same image twice is no mistake.
    let mut twin = image("dev");
    twin.address = "image.twin".into();
    dev().image(twin).plan();
}

#[test]
fn a_reference_has_nowhere_to_go() {
    let plan = World::new().environment(environment("a", vec![container("env", reference("debian:12"), &["RUN x"])])).plan();
    expect![[r#"
        12: [no-repository] the container `env` personalises `debian:12`, and no repository is named for the result
    "#]]
    .assert_eq(&messages(&plan));
}

#[test]
fn names_in_the_cluster() {
    let volume =
        |name: &str| Volume { name: name.into(), size: Some(Bytes { amount: 1, binary: false }), class: None, place: at(30) };
    let mut environments = ["a", "a-b"].map(|name| environment(name, vec![container("env", reference("debian:12"), &[])]));
    environments[0].volumes = vec![volume("b-c")];
    environments[1].volumes = vec![volume("c")];
    let mut twin = environment("a", vec![container("env", reference("debian:12"), &[])]);
    twin.address = "environment.x".into();
    let plan = environments.into_iter().chain([twin]).fold(World::new(), World::environment).plan();
    expect![[r#"
        30: [object-name-taken] `environment.a-b` and `environment.a` would both be the claim `a-b-c` in the cluster
        10: [object-name-taken] `environment.x` and `environment.a` would both be the Deployment `a` in the cluster
    "#]]
    .assert_eq(&messages(&plan));
}
