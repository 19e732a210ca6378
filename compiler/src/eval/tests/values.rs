//! What expressions evaluate to.

use super::{Fixture, check};
use crate::db::FileKind;

#[test]
fn literals_and_arithmetic() {
    check(
        r#"
let a = 1 + 2 * 3
let b = 7 / 2
let c = -7 % 3
let d = 1 + 0.5
let e = 4GB + 512MiB
let f = 1GiB * 2
let g = 4GB / 2
let h = 4GB / 1GB
let i = 500m + 0.25
let j = 2h - 30min
let k: cpu = 0.5
let l: float = 1
let m = [1] + [2, 3]
let n = "a" + "b"
let o = 1 < 2 && !(2 <= 1) || false
let p = 1000MB == 1GB
let q = 0.1 + 0.2
let r = 2 > 500m
"#,
        &[
            ("a", "7"),
            ("b", "3"),
            ("c", "-1"),
            ("d", "1.5"),
            ("e", "4536870912B"),
            ("f", "2GiB"),
            ("g", "2GB"),
            ("h", "4.0"),
            ("i", "750m"),
            ("j", "90min"),
            ("k", "500m"),
            ("l", "1.0"),
            ("m", "[1, 2, 3]"),
            ("n", "\"ab\""),
            ("o", "true"),
            ("p", "true"),
            ("q", "0.30000000000000004"),
            ("r", "true"),
        ],
    );
}

#[test]
fn texts() {
    check(
        r#"
let name = "ana"
let a = "hello \(name), \(1 + 1) \(true) \(1.50) \(4GB) \(512MiB) \(500m) \(10min) \(7d) \(1500MB)"
let b = "\("\(name)!")"
"#,
        &[("a", "\"hello ana, 2 true 1.5 4GB 512MiB 500m 10min 7d 1500MB\""), ("b", "\"ana!\"")],
    );
}

#[test]
fn choices_and_absence() {
    check(
        r#"
type user = { name: string, level: int = 1, mail: string? }
let ana: user = { name = "ana" }
let a = ana.level
let b = ana.mail ?? "none"
let c = if ana.level > 0 { "yes" } else { "no" }
let size: "small" | "large" = "large"
let d = match size { "small" => 2GB, "large" => 16GB }
let e = match ana.level { 1 => "one", _ => "many" }
let none-user: user? = none
let f = none-user?.name ?? "nobody"
let g = [{ a = 1 }, { a = 2, b = 3 }][0].b ?? 0
"#,
        &[("a", "1"), ("b", "\"none\""), ("c", "\"yes\""), ("d", "16GB"), ("e", "\"one\""), ("f", "\"nobody\""), ("g", "0")],
    );
}

#[test]
fn loops() {
    check(
        r#"
let sizes: map<bytes> = { ana = 4GB, bob = 16GB }
let a = [for x in range(5) if x % 2 == 0 { x * x }]
let b = [for name, size in sizes { "\(name) \(size)" }]
let c = [for size in sizes { size }]
let d = [for position, x in ["a", "b"] { "\(position)\(x)" }]
let e = {for name, size in sizes { "\(name)-x" = size * 2 }}
let f: map<cpu> = {for x in ["a"] { x = 2 }}
"#,
        &[
            ("a", "[0, 4, 16]"),
            ("b", "[\"ana 4GB\", \"bob 16GB\"]"),
            ("c", "[4GB, 16GB]"),
            ("d", "[\"0a\", \"1b\"]"),
            ("e", "{ ana-x = 8GB, bob-x = 32GB }"),
            ("f", "{ a = 2 }"),
        ],
    );
}

#[test]
fn functions() {
    check(
        r#"
fn double(x: int, times: int = x) -> int = x * times
fn half(x: cpu) -> cpu = x / 2
let a = double(3)
let b = double(3, times: 4)
let c = half(1)
"#,
        &[("a", "9"), ("b", "12"), ("c", "500m")],
    );
}

#[test]
fn copies() {
    let fixture = Fixture::new(
        r#"
type limits = { cpu: cpu, memory: bytes? }
type server = { name: string, limits: limits, users: list<string> = [], labels: map<string> = {} }
let base: server = { name = "a", limits = { cpu = 1 }, users = ["ana"], labels = { x = "1" } }
let copy = base with { name = "b", limits { cpu = 2, memory = 4GB }, users += ["bob"], labels += { x = "2", y = "3" } }
let again = copy with { name = "c" }
let map: map<cpu> = { a = 1 }
let more = map with { b = 2 }
"#,
    );
    assert_eq!(fixture.problems(), "");
    assert_eq!(
        fixture.shown("copy"),
        r#"{ name = "b", limits = { cpu = 2, memory = 4GB }, users = ["ana", "bob"], labels = { x = "2", y = "3" } }"#
    );
    assert_eq!(fixture.shown("more"), "{ a = 1, b = 2 }");
    let again = fixture.value("again");
    let name = again.fields().expect("a record").fields.get("name").expect("set");
    let history = name.overridden.as_ref().expect("changed twice");
    assert_eq!((history.shown.as_str(), history.earlier.as_ref().expect("twice").shown.as_str()), ("\"b\"", "\"a\""));
}

#[test]
fn library() {
    check(
        r#"
let a = [len("añb"), len([1, 2]), len({ a = 1 })]
let b = [range(3), range(1, 4), range(3, 1)]
let c = [keys({ b = 1, a = 2 })]
let d = [sort([3, 1, 2]), unique([1, 2, 1]), flatten([[1], [2, 3]]), reverse([1, 2])]
let e = [slice([1, 2, 3, 4], 1), slice([1, 2, 3, 4], 1, 3), slice([1, 2, 3, 4], -2), slice([1, 2], 5)]
let f = zip([1, 2, 3], ["a", "b"])
let g = [contains([1, 2], 2), contains("abc", "bc"), contains({ a = 1 }, "b"), all([true, false]), any([true, false]), all([])]
let h = [sum([1, 2, 3]), min([3, 1]), max([3, 1])]
let i = sum([1GB, 2GB])
let j = [join(["a", "b"], ", "), join(["a", "b"]), trim("  a "), lower("Ab"), upper("aß"), replace("aXbX", "X", "--"), reverse("ab")]
let k = [split("a,b,,c", ","), lines("a\nb\n"), split("ab", "")]
let l = [starts-with("abc", "ab"), ends-with("abc", "ab"), matches("feature/x", "feature/*"), matches("abc", "a?")]
let m = [slug("Hello,  World! (2)"), indent("a\nb", 2), base64("hello"), sha256("")]
let n = json({ a = [1, 2.5, none], b = "x\"\n", c = true, "d e" = 4GB, f = {} })
let o = yaml({ a = [{ x = 1, z = [2] }], l = [[3, 4]], b = { c = "yes", d = "plain", e = [] }, f = "a b" })
let p = [int("42"), int(3.9), int(-3.9)]
let q = [float("2.5"), float(3)]
let r = [string(4GB), string(1.0), string(true)]
let s = secret("api", key: "token")
"#,
        &[
            ("a", "[3, 2, 1]"),
            ("b", "[[0, 1, 2], [1, 2, 3], []]"),
            ("c", "[[\"b\", \"a\"]]"),
            ("d", "[[1, 2, 3], [1, 2], [1, 2, 3], [2, 1]]"),
            ("e", "[[2, 3, 4], [2, 3], [3, 4], []]"),
            ("f", "[{ first = 1, second = \"a\" }, { first = 2, second = \"b\" }]"),
            ("g", "[true, true, false, false, true, true]"),
            ("h", "[6, 1, 3]"),
            ("i", "3GB"),
            ("j", "[\"a, b\", \"ab\", \"a\", \"ab\", \"ASS\", \"a--b--\", \"ba\"]"),
            ("k", "[[\"a\", \"b\", \"\", \"c\"], [\"a\", \"b\"], [\"a\", \"b\"]]"),
            ("l", "[true, false, true, false]"),
            (
                "m",
                "[\"hello-world-2\", \"a\\n  b\", \"aGVsbG8=\", \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"]",
            ),
            ("n", r#""{\"a\":[1,2.5,null],\"b\":\"x\\\"\\n\",\"c\":true,\"d e\":\"4GB\",\"f\":{}}""#),
            ("o", r#""a:\n- x: 1\n  z:\n  - 2\nl:\n- - 3\n  - 4\nb:\n  c: \"yes\"\n  d: plain\n  e: []\nf: \"a b\"\n""#),
            ("p", "[42, 3, -3]"),
            ("q", "[2.5, 3.0]"),
            ("r", "[\"4GB\", \"1\", \"true\"]"),
            ("s", "secret(\"api\", key: \"token\")"),
        ],
    );
}

#[test]
fn a_package_written_in_yaml() {
    let yaml = "name: a\ntype: environment\nprovider: kubernetes\nspec:\n  - name: env\n    image: postgres\n    cpu: 2\n    memory: 4GB\n";
    let fixture =
        Fixture::of(&[("a.yaml", FileKind::Yaml, yaml), ("b.coder", FileKind::Coder, "let a = environment.a.containers.env\n")]);
    assert_eq!(fixture.problems(), "");
    let container = fixture.value("a");
    let fields = container.fields().expect("a record");
    let shown = |name: &str| super::show(fields.get(name).expect("set"));
    assert_eq!([shown("image"), shown("cpu"), shown("memory"), shown("primary")], ["\"postgres\"", "2", "4GB", "false"]);
}

#[test]
fn project_settings() {
    let fixture = Fixture::new("project {\n  registry = \"registry.acme.dev\"\n  builder { timeout = 30min }\n}\n");
    assert_eq!(fixture.problems(), "");
    let project = crate::db::scope(&fixture.db, fixture.package).projects[0];
    let value = &super::super::value(&fixture.db, project).value;
    assert_eq!(
        super::show(value),
        "{ registry = \"registry.acme.dev\", bases = \"pin\", assets = [], builder = { mode = \"layered\", timeout = 30min, insecure = [] } }"
    );
}
