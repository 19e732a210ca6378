//! What comes from another package: values keep their places, mistakes are reported in one's own.

use expect_test::expect;

use super::Fixture;

const PLATFORM: &str = r#"
type count = int where it >= 1 && it <= 10
let users = ["ana", "Bob"]
fn share(total: bytes, people: int) -> bytes = total / people
image base { repository = "acme/base" }
environment dev(user: string, workers: count = 1) {
  replicas = workers
  container env { image = image.base, env = { USERNAME = user } }
}
"#;

#[test]
fn values_of_another_package() {
    let fixture = Fixture::importing(
        r#"
import "github.com/acme/platform" as platform
environment ana = platform.environment.dev("ana", workers: 2)
environment mine { container env { image = platform.image.base } }
image own = platform.image.base with { tags = ["x"] }
let a = platform.share(4GB, 2)
let b = environment.ana.containers.env.env
let c = platform.users[0]
let d = platform.image.base.repository
"#,
        PLATFORM,
    );
    assert_eq!(fixture.problems(), "");
    for (name, value) in [("a", "2GB"), ("b", "{ USERNAME = \"ana\" }"), ("c", "\"ana\""), ("d", "\"acme/base\"")] {
        assert_eq!(fixture.shown(name), value, "{name}");
    }
}

#[test]
fn mistakes_within_another_package() {
    let fixture = Fixture::importing(
        r#"
import "github.com/acme/platform" as platform
environment ana = platform.environment.dev("ana", workers: 20)
environment dev for user in platform.users { container env { image = "debian:12" } }
let a = platform.share(4GB, 0)
fn twice(people: int) -> bytes = platform.share(4GB, people) * 2
let b = twice(0)
let c = platform.users[7]
"#,
        PLATFORM,
    );
    expect![[r#"
        `20` refinement: 20 is no `count`: `it >= 1 && it <= 10` does not hold
            `it >= 1 && it <= 10` this is what must hold
            help: give a value for which `it >= 1 && it <= 10`
        `platform.users` invalid-name: `Bob` cannot be the name of an environment: it has upper case letters
            help: names of the cluster have at most 63 lower case letters, digits and `-`, and start and end with a letter or digit
        `platform.share(4GB, 0)` division-by-zero: this divides by zero
            `total / people` it happens here
            help: choose another value with `if` where the divisor can be 0
        `platform.share(4GB, people)` division-by-zero: this divides by zero
            `total / people` it happens here
            help: choose another value with `if` where the divisor can be 0
        `7` index-out-of-range: there is no element 7 in a list of 2
            help: positions count from 0: the last is 1
    "#]].assert_eq(&fixture.problems());
}
