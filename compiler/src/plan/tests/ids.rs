//! What changes a build ID, and what does not.

use super::*;

fn dev() -> World {
    World::new()
        .file("dev/Dockerfile", "FROM debian:12\nARG A\nCOPY . /all\n")
        .file("dev/notes.txt", "x")
        .file("dev/.dockerignore", "ignored\n")
        .image(image("dev"))
        .environment(environment("e", vec![container("env", of(&image("dev")), &["RUN true"])]))
}

/// The world with its image changed, in the package and in the environment.
fn with(change: impl Fn(&mut Image)) -> World {
    let mut changed = image("dev");
    change(&mut changed);
    let mut world = dev();
    world.images = vec![Arc::new(changed.clone())];
    world.environments = vec![Arc::new(environment("e", vec![container("env", of(&changed), &["RUN true"])]))];
    world
}

/// The IDs of the template and of the personalised image.
fn ids(world: &World) -> [String; 2] {
    let plan = world.sound();
    ["image.dev", "environment.e/env"].map(|address| build(&plan, address).id.clone())
}

#[test]
fn what_decides_changes_both() {
    let decide = [
        ("a file", dev().file("dev/notes.txt", "y")),
        ("a new file", dev().file("dev/more.txt", "y")),
        ("the Dockerfile", dev().file("dev/Dockerfile", "FROM debian:12\nARG A\nCOPY . /all \n")),
        ("a base's digest", {
            let mut world = dev();
            world.bases.insert("docker.io/library/debian:12".into(), PinnedBase { digest: digest("newer"), user: None });
            world
        }),
        ("an argument", with(|image| image.args = vec![("A".into(), sourced(5, "1"))])),
        ("another value", with(|image| image.args = vec![("A".into(), sourced(5, "2"))])),
        ("a label", with(|image| image.labels = vec![("a".into(), "b".into())])),
        ("a secret", with(|image| image.secrets = vec![("npm".into(), SecretKey { name: "n".into(), key: "k".into() })])),
        ("the platform", with(|image| image.platforms = vec!["linux/arm64".into()])),
        ("the builder", dev().project(|project| project.builder.image = format!("kaniko@{}", digest("other")).into())),
        ("what is not ignored any more", dev().file("dev/.dockerignore", "")),
    ];
    let mut seen: Vec<(&str, [String; 2])> = vec![("nothing", ids(&dev()))];
    for (what, world) in decide {
        let now = ids(&world);
        for (other, ids) in &seen {
            assert!(ids[0] != now[0] && ids[1] != now[1], "{what} makes the same IDs as {other}");
        }
        seen.push((what, now));
    }
}

#[test]
fn what_does_not_decide_changes_none() {
    let same = [
        ("an ignored file", dev().file("dev/ignored", "x")),
        ("a file elsewhere", dev().file("README.md", "x")),
        ("the sources", dev().file("dev/.coder/a.coder", "x")),
        ("a commit", with(|image| image.origin.commit = commit("b").into())),
        ("a branch", with(|image| image.origin.branch = Some("other".into()))),
        ("the URL", with(|image| image.origin.url = "https://mirror.acme.dev/x".into())),
        ("credentials", with(|image| image.credentials = None)),
        ("more tags", with(|image| image.tags = vec!["stable".into()])),
        ("where a secret stands", dev()),
        ("the cache", with(|image| image.cache = false)),
        ("another image's base", dev().base("alpine", None)),
        ("resources", dev().project(|project| project.builder.timeout = Some(9))),
        ("a namespace", dev().project(|project| project.namespace = Some("n".into()))),
        ("git's image", dev().project(|project| project.builder.git_image = format!("git@{}", digest("git")).into())),
    ];
    let before = ids(&dev());
    for (what, world) in same {
        let now = ids(&world);
        assert_eq!(before[0], now[0], "{what}");
        if what != "the URL" {
            assert_eq!(before[1], now[1], "{what}");
        }
    }
}

#[test]
fn the_repository_decides_where_and_not_what() {
    let world = with(|image| image.repository = sourced(4, "ghcr.io/acme/dev"));
    assert_eq!(ids(&world)[0], ids(&dev())[0]);
    assert_eq!(build(&world.sound(), "image.dev").destination, format!("ghcr.io/acme/dev:{}", ids(&dev())[0]));
}

#[test]
fn a_personalisation_changes_its_own_image_alone() {
    let mut world = dev();
    world.environments = vec![Arc::new(environment("e", vec![container("env", of(&image("dev")), &["RUN false"])]))];
    assert_eq!(ids(&world)[0], ids(&dev())[0]);
    assert_ne!(ids(&world)[1], ids(&dev())[1]);
    let assets = dev().file("a/x", "1").project(|project| project.assets = vec![sourced(91, "a")]);
    assert_eq!(ids(&assets)[0], ids(&dev())[0]);
    assert_ne!(ids(&assets)[1], ids(&dev())[1]);
    assert_ne!(ids(&assets.clone().file("a/x", "2"))[1], ids(&assets)[1]);
}

#[test]
fn a_mode_of_its_own_has_an_id_of_its_own() {
    let inline = dev().project(|project| project.builder.mode = crate::model::Mode::Inline);
    assert_eq!(ids(&inline)[0], ids(&dev())[0]);
    assert_ne!(ids(&inline)[1], ids(&dev())[1]);
}
