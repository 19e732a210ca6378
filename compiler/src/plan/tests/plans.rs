//! Which actions there are, in which order, and what each needs.

use expect_test::expect;

use super::*;
use crate::plan::action::{Change, Step};
use crate::plan::{select, wanted_bases};

/// An image, two environments: one personalised, one plain with a volume and a port.
fn example() -> World {
    let dev = image("dev");
    let mut plain =
        environment("team-b", vec![container("env", of(&dev), &[]), container("postgres", reference("postgres:16"), &[])]);
    plain.containers[1].ports = vec![Port { name: "sql".into(), number: 5432, protocol: "TCP".into() }];
    let size = Bytes { amount: 1_000_000_000, binary: false };
    plain.volumes = vec![
        Volume { name: "home".into(), size: Some(size), class: None, place: at(20) },
        Volume { name: "scratch".into(), size: None, class: None, place: at(21) },
    ];
    World::new()
        .base("postgres:16", None)
        .file("dev/Dockerfile", "FROM debian:12\nCOPY . /all\nUSER coder\n")
        .image(dev.clone())
        .environment(plain)
        .environment(environment("team-a", vec![container("env", of(&dev), &["RUN echo a"])]))
}

fn table(plan: &Plan) -> String {
    let row = |action: &Action| format!("{} {} <- {}\n", action.kind(), action.address, action.needs.join(" "));
    plan.actions.iter().map(row).map(|row| row.replace(" <- \n", "\n")).collect()
}

#[test]
fn the_actions_of_an_example() {
    expect![[r#"
        build image.dev
        build environment.team-a/env <- image.dev
        tag image.dev/tag:ca978112ca1b <- image.dev
        tag image.dev/tag:main <- image.dev
        apply environment.team-a/deployment <- environment.team-a/env
        wait environment.team-a/ready <- environment.team-a/deployment
        apply environment.team-b/volume-home
        apply environment.team-b/service
        apply environment.team-b/deployment <- image.dev environment.team-b/volume-home
        wait environment.team-b/ready <- environment.team-b/deployment environment.team-b/service
    "#]]
    .assert_eq(&table(&example().sound()));
}

#[test]
fn images_that_come_to_the_same_are_one_build() {
    let (first, mut second) = (image("dev"), image("same"));
    second.context = first.context.clone();
    second.repository = first.repository.clone();
    second.tags = vec!["two".into()];
    let world = || World::new().file("dev/Dockerfile", "FROM debian:12\n").image(first.clone()).image(second.clone());
    let used = world().environment(environment("team", vec![container("env", of(&second), &[])]));
    expect![[r#"
        build image.dev
        tag image.dev/tag:ca978112ca1b <- image.dev
        tag image.dev/tag:main <- image.dev
        tag image.same/tag:two <- image.dev
        apply environment.team/deployment <- image.dev
        wait environment.team/ready <- environment.team/deployment
    "#]]
    .assert_eq(&table(&used.sound()));
    let named = select(world().sound(), &["image.same".into()]);
    assert!(named.diagnostics.is_empty() && named.actions.iter().any(|action| action.address == "image.dev"));
    let shown = crate::plan::show::text(&named, crate::plan::show::Style::default());
    assert!(shown.contains("  = image.same  is the image of image.dev\n"), "{shown}");
    let misspelt = select(world().sound(), &["image.sane".into()]);
    assert!(misspelt.diagnostics[0].help.iter().any(|help| help.contains("image.same")), "{:?}", misspelt.diagnostics);
}

#[test]
fn a_personalised_dockerfile_stands_on_the_template_s_build() {
    let plan = example().sound();
    let own = build(&plan, "environment.team-a/env");
    let template = build(&plan, "image.dev");
    assert_eq!(own.destination, format!("docker.io/acme/dev:{}", own.id));
    assert_eq!(own.bases[0].id.as_ref(), Some(&template.id));
    let dockerfile = own.dockerfile.replace(&template.id, "ID").replace(&digest("debian:12"), "DIGEST");
    expect![[r#"
        FROM docker.io/acme/dev:ID
        USER root
        COPY <<'IMAGE_JSON' /tmp/coder/image.json
        {
          "template": "dev",
          "source": "https://github.com/acme/team-a",
          "repository": "docker.io/acme/dev",
          "bases": [
            {
              "reference": "debian:12",
              "digest": "DIGEST"
            }
          ],
          "personalize": [
            "RUN echo a"
          ]
        }
        IMAGE_JSON
        RUN echo a
        USER coder
    "#]]
    .assert_eq(&dockerfile);
    assert_eq!(template.dockerfile, format!("FROM debian:12@{}\nCOPY . /all\nUSER coder\n", digest("debian:12")));
}

#[test]
fn containers_run_destinations_until_digests_are_known() {
    let images = |plan: &Plan, address: &str| match &action(plan, address).step {
        Step::Apply(apply) => apply.images.clone(),
        _ => panic!("no object"),
    };
    let plan = example().sound();
    let postgres = format!("postgres:16@{}", digest("postgres:16"));
    assert_eq!(images(&plan, "environment.team-b/deployment"), [build(&plan, "image.dev").destination.clone(), postgres.clone()]);
    let built = example().all_built().sound();
    let by_digest = format!("docker.io/acme/dev@{}", digest("built"));
    assert_eq!(images(&built, "environment.team-b/deployment"), [by_digest.clone(), postgres]);
    assert_eq!(images(&built, "environment.team-a/deployment"), [by_digest]);
    let skipped = |action: &&Action| matches!(action.step, Step::Build(_) | Step::Tag(_)) && action.change != Change::None;
    assert_eq!(built.actions.iter().filter(skipped).count(), 0);
}

#[test]
fn the_order_of_declarations_does_not_matter() {
    let (mut first, second) = (example(), example());
    first.environments.reverse();
    first.images.reverse();
    let text = |world: &World| crate::plan::show::json(&world.plan(), &[]);
    assert_eq!(text(&first), text(&second));
}

#[test]
fn the_same_personalisation_is_built_once() {
    let dev = image("dev");
    let one = |name: &str, line: &str| environment(name, vec![container("env", of(&dev), &[line])]);
    let plan = example().environment(one("team-c", "RUN echo a")).environment(one("team-0", "RUN echo b")).sound();
    let built: Vec<&str> = addresses(&plan).into_iter().filter(|address| address.ends_with("/env")).collect();
    assert_eq!(built, ["environment.team-0/env", "environment.team-a/env"]);
    assert_eq!(action(&plan, "environment.team-c/deployment").needs, ["environment.team-a/env"]);
}

#[test]
fn images_build_on_each_other() {
    let world = World::new()
        .file("api/Dockerfile", "FROM acme/base AS build\nRUN make\nFROM acme/base:main\nCOPY --from=build /x /x\n")
        .file("base/Dockerfile", "FROM debian:12\nUSER coder\n")
        .image(image("api"))
        .image(image("base"))
        .environment(environment("e", vec![container("env", of(&image("api")), &["RUN true"])]));
    let plan = world.sound();
    let (base, api) = (build(&plan, "image.base"), build(&plan, "image.api"));
    assert_eq!(action(&plan, "image.api").needs, ["image.base"]);
    assert!(
        addresses(&plan).iter().position(|address| *address == "image.base")
            < addresses(&plan).iter().position(|address| *address == "image.api")
    );
    let from = &base.destination;
    assert_eq!(api.dockerfile, format!("FROM {from} AS build\nRUN make\nFROM {from}\nCOPY --from=build /x /x\n"));
    assert_eq!(api.bases[0].reference, "acme/base");
    // The user of the base's base's build is restored.
    assert!(build(&plan, "environment.e/env").dockerfile.ends_with("USER coder\n"));
    // Another tag, or a digest, is another image.
    let other = world.base("acme/base:v1", None).file("api/Dockerfile", "FROM acme/base:v1\n");
    assert_eq!(action(&other.sound(), "image.api").needs, [""; 0]);
}

#[test]
fn an_imported_image_is_built_when_something_needs_it() {
    let mut imported = image("tools");
    imported.address = "platform.image.tools".into();
    imported.origin = Origin {
        url: "https://github.com/acme/platform".into(),
        commit: commit("p").into(),
        branch: Some("release/1".into()),
        folder: "".into(),
    };
    let world = World::new()
        .file("tools/Dockerfile", "FROM debian:12\n")
        .environment(environment("e", vec![container("env", of(&imported), &["RUN true"])]));
    let plan = world.sound();
    expect![[r#"
        build platform.image.tools
        build environment.e/env <- platform.image.tools
        tag platform.image.tools/tag:148de9c5a7a4 <- platform.image.tools
        tag platform.image.tools/tag:release-1 <- platform.image.tools
        apply environment.e/deployment <- environment.e/env
        wait environment.e/ready <- environment.e/deployment
    "#]]
    .assert_eq(&table(&plan));
    let tools = build(&plan, "platform.image.tools");
    assert_eq!((tools.context.url.as_str(), &*tools.context.commit), ("https://github.com/acme/platform", &*commit("p")));
    // Personalised in place, the template itself is not built.
    let inline = world.project(|project| project.builder.mode = crate::model::Mode::Inline).sound();
    assert_eq!(addresses(&inline), ["environment.e/env", "environment.e/deployment", "environment.e/ready"]);
    assert!(build(&inline, "environment.e/env").dockerfile.starts_with(&format!("FROM debian:12@{}\n", digest("debian:12"))));
}

#[test]
fn a_personalised_reference_goes_to_the_project_s_repository() {
    let world = World::new()
        .base("debian:12", Some("app"))
        .project(|project| (project.repository, project.registry) = (Some("team/own".into()), Some("registry.acme.dev".into())))
        .environment(environment("e", vec![container("env", reference("debian:12"), &["RUN true"])]));
    let plan = world.sound();
    let own = build(&plan, "environment.e/env");
    assert_eq!(own.destination, format!("registry.acme.dev/team/own:{}", own.id));
    assert!(own.dockerfile.starts_with(&format!("FROM debian:12@{}\nUSER root\n", digest("debian:12"))), "{}", own.dockerfile);
    assert!(own.dockerfile.ends_with("RUN true\nUSER app\n"), "{}", own.dockerfile);
    assert_eq!(own.context.tree, "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
}

#[test]
fn assets_make_an_image_of_its_own_for_each_image_value() {
    let world = example().file("dotfiles/bashrc", "x").project(|project| project.assets = vec![sourced(91, "dotfiles")]);
    let plan = world.sound();
    let own = build(&plan, "environment.team-b/env");
    assert_eq!(own.assets.as_ref().map(|assets| assets.paths.clone()), Some(vec!["dotfiles".into()]));
    assert!(own.dockerfile.contains("COPY .coder-assets/ /tmp/coder/\n"), "{}", own.dockerfile);
    assert!(own.ignore.ends_with("!.coder-assets\n!.coder-assets/**\n"), "{}", own.ignore);
    assert!(!addresses(&plan).contains(&"environment.team-b/postgres"));
}

#[test]
fn further_platforms_and_tags() {
    let mut dev = image("dev");
    dev.platforms = vec!["linux/amd64".into(), "linux/arm64".into()];
    dev.tags = vec!["stable".into()];
    let mut arm = environment("e", vec![container("env", of(&dev), &[])]);
    arm.node_selector = vec![("kubernetes.io/arch".into(), "arm64".into())];
    let plan = World::new().file("dev/Dockerfile", "FROM debian:12\n").image(dev).environment(arm).sound();
    expect![[r#"
        build image.dev
        build image.dev/linux-arm64
        tag image.dev/tag:COMMIT <- image.dev image.dev/linux-arm64
        tag image.dev/tag:main <- image.dev image.dev/linux-arm64
        tag image.dev/tag:stable <- image.dev image.dev/linux-arm64
        apply environment.e/deployment <- image.dev/linux-arm64
        wait environment.e/ready <- environment.e/deployment
    "#]]
    .assert_eq(&table(&plan).replace(&commit("a")[..12], "COMMIT"));
    assert_ne!(build(&plan, "image.dev").id, build(&plan, "image.dev/linux-arm64").id);
}

#[test]
fn names_of_containers_do_not_clash_with_parts_of_an_environment() {
    let dev = image("dev");
    let odd = ["ready", "deployment", "container-ready", "volume-x"];
    let containers = odd.iter().map(|name| container(name, of(&dev), &[&format!("RUN echo {name}")])).collect();
    let plan = World::new()
        .file("dev/Dockerfile", "FROM debian:12\n")
        .image(dev.clone())
        .environment(environment("e", containers))
        .sound();
    for name in odd {
        assert!(build(&plan, &format!("environment.e/container-{name}")).dockerfile.contains(&format!("echo {name}")));
    }
}

#[test]
fn an_image_changed_in_a_container_is_one_of_its_own() {
    let (dev, mut changed) = (image("dev"), image("dev"));
    changed.args = vec![("A".into(), sourced(5, "1"))];
    let world = World::new()
        .file("dev/Dockerfile", "FROM debian:12\nARG A\n")
        .image(dev.clone())
        .environment(environment("e", vec![container("env", of(&changed), &[]), container("plain", of(&dev), &[])]));
    let plan = world.sound();
    assert_eq!(action(&plan, "environment.e/deployment").needs, ["environment.e/image-env", "image.dev"]);
    assert!(build(&plan, "environment.e/image-env").tags.is_empty());
}

#[test]
fn targets_keep_what_they_need() {
    let plan = select(example().sound(), &["environment.team-a".into()]);
    expect![[r#"
        build image.dev
        build environment.team-a/env <- image.dev
        tag image.dev/tag:COMMIT <- image.dev
        tag image.dev/tag:main <- image.dev
        apply environment.team-a/deployment <- environment.team-a/env
        wait environment.team-a/ready <- environment.team-a/deployment
    "#]]
    .assert_eq(&table(&plan).replace(&commit("a")[..12], "COMMIT"));
    let images = select(example().sound(), &["image.*".into()]);
    assert!(addresses(&images).iter().all(|address| address.starts_with("image.dev")));
    let misspelt = select(example().sound(), &["environment.team-c".into()]);
    assert_eq!((names(&misspelt), misspelt.actions.len()), (vec!["unknown-target"], 0));
}

#[test]
fn what_must_be_resolved_first() {
    let world = example().file("dev/Dockerfile", &format!("FROM debian:12 AS a\nFROM alpine@{}\n", digest("alpine")));
    let wanted = wanted_bases(&world.request());
    let wanted: Vec<(String, bool)> = wanted.into_iter().map(|base| (base.reference, base.required)).collect();
    let alpine = format!("docker.io/library/alpine@{}", digest("alpine"));
    // Nothing needs the stage `a`.
    assert_eq!(wanted, [(alpine, false), ("docker.io/library/postgres:16".to_owned(), false)]);
    let tracked = world.file("dev/Dockerfile", "FROM debian:12\n");
    assert_eq!(wanted_bases(&tracked.request())[0].reference, "docker.io/library/debian:12");
    assert!(wanted_bases(&tracked.request())[0].required);
}

#[test]
fn many_environments_share_what_they_name() {
    let mut world = World::new().base("postgres:16", None);
    for number in 0..10_000 {
        let containers = vec![container("env", reference("debian:12"), &[]), container("db", reference("postgres:16"), &[])];
        world = world.environment(environment(&format!("dev-{number}"), containers));
    }
    assert_eq!(world.sound().actions.len(), 20_000);
    assert_eq!(wanted_bases(&world.request()).len(), 2);
}
