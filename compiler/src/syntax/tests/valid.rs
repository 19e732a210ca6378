//! What is well formed gives this data, and no diagnostics.

use expect_test::{Expect, expect};

use super::show;

fn check(text: &str, expected: Expect) {
    assert_eq!(show::diagnostics(text), "", "in {text}");
    expected.assert_eq(&show::items(text));
}

#[test]
fn the_example_of_the_language() {
    check(
        r#"
import "github.com/f0ssel/kaniko" at "master" as kaniko     // "f0ssel/kaniko" alone means github.com
import "https://git.acme.dev/platform.git//dev" at tag "v2.1" as platform   // `//dev`: package in a subfolder
import "./services/api" as api

/// Ubuntu with the tools
/// every team uses.
image f0ssel-dev {
  context     = "./dev"            // relative to the repository's root
  credentials = "dockerhub-creds"  // a registry secret, by name
}

environment f0ssel-enterprise {
  provider = "kubernetes"
  container env {
    primary     = true
    image       = kaniko.image.f0ssel-dev
    cpu         = 2
    memory      = 4GB
    personalize = ["RUN echo test3 > test3.txt"]   // last layers of this environment's own image
  }
  container postgres {
    image = "postgres"
    env   = { PGDATABASE = "coder" }
  }
}
"#,
        expect![[r#"
            import "github.com/f0ssel/kaniko" at Any "master" as kaniko
            import "https://git.acme.dev/platform.git//dev" at Tag "v2.1" as platform
            import "./services/api" as api
            /Ubuntu with the tools|every team uses./ image f0ssel-dev { context = "./dev"; credentials = "dockerhub-creds" }
            environment f0ssel-enterprise { provider = "kubernetes"; container "env" { primary = true; image = kaniko.image.f0ssel-dev; cpu = 2; memory = 4_GB; personalize = ["RUN echo test3 > test3.txt"] }; container "postgres" { image = "postgres"; env = {PGDATABASE = "coder"} } }
        "#]],
    );
}

#[test]
fn declarations() {
    check(
        r#"
private let users: list<string> = ["ana", "bo",]
type replicas = int where it >= 1 && it <= 10
type size = "small" | "large"
type pair = { name: string, count: int = 2
  /// what else
  other: string?, at: platform.size, }
fn f(name: string, size: size = "small",) -> list<int>=[len(name)]
environment dev for user in users if user != "bo" { container env { image = "x" } }
environment ana = environment.dev(user: "ana")
environment dev2(user: string) { replicas = 1, container "worker-\(i)" for i, n in range(3) if n > 1 { cpu = 500m } }
project { registry = "r"
  builder { mode = "inline" } }
policy small(env: environment) {
  let limit: bytes = 4GB
  require env.replicas < 3 else "too many: \(env.replicas)"
  for name, c in env.containers if true { require c.memory <= limit else "x" }
  if env.ttl == none { require false else "no ttl" }
}
enforce platform.policy.small
test "values" { let a: int = 1
  assert a == 1 assert a != 2 }
"#,
        expect![[r#"
            private let users: list<string> = ["ana", "bo"]
            type replicas = (int where ((it GreaterEqual 1) And (it LessEqual 10)))
            type size = ("small" | "large")
            type pair = {name: string, count: int = 2, /what else/ other: string?, at: platform.size}
            fn f(name: string, size: size = "small") -> list<int> = [len(name)]
            environment dev for user in users if (user NotEqual "bo") { container "env" { image = "x" } }
            environment ana = environment.dev(user: "ana")
            environment dev2(user: string) { replicas = 1; container "worker-"\(i) for i, n in range(3) if (n Greater 1) { cpu = 500_m } }
            project { registry = "r"; builder { mode = "inline" } }
            policy small(env: environment) { let limit: bytes = 4_GB; require (env.replicas Less 3) else "too many: "\(env.replicas); for name, c in env.containers if true { require (c.memory LessEqual limit) else "x" }; if (env.ttl Equal none) { require false else "no ttl" } }
            enforce platform.policy.small
            test values { let a: int = 1; assert (a Equal 1); assert (a NotEqual 2) }
        "#]],
    );
}

#[test]
fn expressions() {
    check(
        r#"
let a = 1 + 2 * 3 - 4 / 2 % 2
let b = a ?? b || c && d == e
let c = -a.b?.c["k"](1, x: 2)[0] + !d
let d = (a + b) * c
let e = if a { 1 } else if b { 2 } else { 3 }
let f = match size { "small" => 2GB, "large" => 16GiB
  -1 => 1
  none => 2
  _ => 0.5h }
let g = [for x in xs if x > 1 { x * 2 }]
let h = {for k, v in m { "\(k)-x" = v }}
let i = {for k in m {
  k = 1
}}
let j = base with { replicas = 2, container env { memory = 8GB, personalize += ["RUN …"] } } with { x = 1 }
let k = { "with space" = 1, type = 2
  image = {}
  for = [] }
let l = a >= b
let m = a
  + b
  .c
let n = image.base.for
let o = if image.x == y { { a = 1 } } else { {} }
let p = a-b - c-1
let q = 1_000
let r = 99999999999999999999
let s = a ?? b ?? c
"#,
        expect![[r#"
            let a = ((1 Add (2 Multiply 3)) Subtract ((4 Divide 2) Remainder 2))
            let b = (a OrElse (b Or (c And (d Equal e))))
            let c = ((Negate a.b?.c["k"](1, x: 2)[0]) Add (Not d))
            let d = ((a Add b) Multiply c)
            let e = if a { 1 } else { if b { 2 } else { 3 } }
            let f = match size { "small" => 2_GB, "large" => 16_GiB, (Negate 1) => 1, none => 2, _ => 0.5_h }
            let g = [for x in xs if (x Greater 1) { (x Multiply 2) }]
            let h = {for k, v in m { \(k)"-x" = v }}
            let i = {for k in m { k = 1 }}
            let j = ((base with { replicas = 2; container "env" { memory = 8_GB; personalize += ["RUN …"] } }) with { x = 1 })
            let k = {with space = 1, type = 2, image = {}, for = []}
            let l = (a GreaterEqual b)
            let m = (a Add b.c)
            let n = image.base.for
            let o = if (image.x Equal y) { {a = 1} } else { {} }
            let p = (a-b Subtract c-1)
            let q = 1000
            let r = overflow
            let s = ((a OrElse b) OrElse c)
        "#]],
    );
}

#[test]
fn strings() {
    check(
        r##"
let nested = "hello \("\(name) and \("bob")")"
let escapes = "\u{41}\t\n\"\\(b)\\"
let slashes = "https://x//y" // a comment
let empty = ""
let call = "\(f(a, (b)))\({ k = ")" }.k)"
let block = """
  first "quoted" ""
    second \(name)

  third\n
  """
let flat = """one"""
let kept = """
    a
  b"""
"##,
        expect![[r#"
            let nested = "hello "\(\(name)" and "\("bob"))
            let escapes = "A\t\n\"\\(b)\\"
            let slashes = "https://x//y"
            let empty = ""
            let call = \(f(a, b))\({k = ")"}.k)
            let block = "first \"quoted\" \"\"\n  second "\(name)"\n\nthird\n"
            let flat = "one"
            let kept = "  a\nb"
        "#]],
    );
}

#[test]
fn line_ends_and_byte_order_marks() {
    check(
        "\u{feff}let a = 1\r\n/// docs\r\nlet b = \"\"\"\r\n  x\r\n  y\r\n  \"\"\"\r\n// end\r\n",
        expect![[r#"
        let a = 1
        /docs/ let b = "x\ny"
    "#]],
    );
}

#[test]
fn comments_in_odd_places() {
    check(
        "/**/\n//\n///\nlet a = 1 /* x */ /* y */ // z\n/* a\n /* b */\n c */\nlet b = 2\n//// four\nenvironment e {\n  // only\n\n  container env { // c\n  }\n\n}\n",
        expect![[r#"
            let a = 1
            let b = 2
            environment e { container "env" {  } }
        "#]],
    );
}
