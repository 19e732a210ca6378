//! What is reported when a value cannot be made, and where.

use expect_test::expect;

use super::check_problems;

#[test]
fn mistakes_where_they_happen() {
    check_problems(
        r#"
let sizes: map<bytes> = { ana = 4GB, bob = 16GB }
let xs = [1, 2]
let a = sizes["anna"]
let b = xs[2]
let c = xs[-1]
let d = 1 / (len(xs) - 2)
let e = 9223372036854775807 + 1
let f = 1GB - 2GB
let g = int("x")
let h = min([for x in xs if x > 5 { x }])
let i = {for x in ["a", "b", "a"] { x = 1 }}
let j = a
let k: cpu = 0.0001
"#,
        expect![[r#"
            `"anna"` missing-key: there is no key `anna`
                help: did you mean `ana`?
            `2` index-out-of-range: there is no element 2 in a list of 2
                help: positions count from 0: the last is 1
            `-1` index-out-of-range: there is no element -1 in a list of 2
                help: positions count from 0: the last is 1
            `1 / (len(xs) - 2)` division-by-zero: this divides by zero
                help: choose another value with `if` where the divisor can be 0
            `9223372036854775807 + 1` overflow: the result is too large for `int`
            `1GB - 2GB` overflow: the result is negative, and a `bytes` is not
            `"x"` not-convertible: "x" cannot become a value of type `int`
            `[for x in xs if x > 5 { x }]` empty-list: `min` of an empty list has no result
                help: add an element that is always there, or ask `len` first
            `x` duplicate-key: the key `a` is made twice
                `"a"` first here
                help: let each key come once: leave one out, or make the keys differ
            `0.0001` number-too-fine: `0.0001` is no whole number of the smallest unit
                help: the smallest amounts are 1B, 1ms and 1m (a thousandth of a processor)
        "#]],
    );
}

#[test]
fn forms_and_refinements() {
    check_problems(
        r#"
type count = int where it >= 1 && it <= 10
type server = { workers: count = 1, port: port = 80 }
environment farm(workers: count) { replicas = workers, container env { image = "debian:12" } }
let many = 100
environment big = environment.farm(workers: 100)
environment other = environment.farm(workers: many)
let a: server = { workers = 11, port = 0 }
let b = ({ workers = 3 } with { workers = 20 })
let base: server = {}
let c = base with { workers = 20 }
let d: list<repository> = ["acme/dev", "Acme/dev", "acme/dev:1"]
let e: reference = "post gres"
let f: path = ""
fn more(x: int) -> count = x + 10
let g = more(5)
"#,
        expect![[r#"
            `100` refinement: 100 is no `count`: `it >= 1 && it <= 10` does not hold
                `it >= 1 && it <= 10` this is what must hold
                help: give a value for which `it >= 1 && it <= 10`
            `many` refinement: 100 is no `count`: `it >= 1 && it <= 10` does not hold
                `it >= 1 && it <= 10` this is what must hold
                `100` the value comes from here
                help: give a value for which `it >= 1 && it <= 10`
            `11` refinement: 11 is no `count`: `it >= 1 && it <= 10` does not hold
                `it >= 1 && it <= 10` this is what must hold
                help: give a value for which `it >= 1 && it <= 10`
            `0` checked-form: 0 is no `port`: a port is a number from 1 to 65535
            `20` refinement: 20 is no `count`: `it >= 1 && it <= 10` does not hold
                `it >= 1 && it <= 10` this is what must hold
                help: give a value for which `it >= 1 && it <= 10`
            `"Acme/dev"` checked-form: "Acme/dev" is no `repository`: `A` is upper case; only lower case letters, digits, `.`, `_` and `-` can stand in a repository
            `"acme/dev:1"` checked-form: "acme/dev:1" is no `repository`: a repository has no tag; leave out `:1`
            `"post gres"` checked-form: "post gres" is no `reference`: a space cannot stand in a repository; only lower case letters, digits, `.`, `_` and `-` can
            `""` checked-form: "" is no `path`: a path is not empty
            `x + 10` refinement: 15 is no `count`: `it >= 1 && it <= 10` does not hold
                `it >= 1 && it <= 10` this is what must hold
                help: give a value for which `it >= 1 && it <= 10`
        "#]],
    );
}

#[test]
fn instances_of_a_loop() {
    check_problems(
        r#"
let users = ["ana", "Bob Smith", "eve", "ana"]
environment dev for user in users { container env { image = "debian:12" } }
environment off if len(users) == 0 { container env { image = "debian:12" } }
environment copy = environment.off
environment twice { container "env-\(i % 2)" for i in range(3) { image = "debian:12" } }
let a = environment.dev["nobody"]
"#,
        expect![[r#"
            `"Bob Smith"` invalid-name: `Bob Smith` cannot be the name of an environment: it has upper case letters
                help: names of the cluster have at most 63 lower case letters, digits and `-`, and start and end with a letter or digit
            `"ana"` duplicate-key: the key `ana` is made twice
                `"ana"` first here
                help: let each key come once: leave one out, or make the keys differ
            `environment.off` absent-declaration: `environment.off` is not there: its condition is false
                `off` declared with `if` here
                help: put the same condition before what uses it
            `"env-\(i % 2)"` duplicate-field: `container env-0` is there twice
                `"env-\(i % 2)"` first here
                help: remove one of them
        "#]],
    );
}

#[test]
fn assertions_show_both_sides() {
    check_problems(
        r#"
test "sizes" {
  let size = 4GB
  assert size > 1GB && size == 8GB
  assert !contains([size], 4GB)
}
"#,
        expect![[r#"
            `size > 1GB && size == 8GB` assertion-failed: this does not hold
                `size` this is 4GB
                `8GB` this is 8GB
            `!contains([size], 4GB)` assertion-failed: this does not hold
        "#]],
    );
}
