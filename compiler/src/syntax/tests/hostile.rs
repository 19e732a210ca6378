//! Text meant to break the parser: deep nesting, cut-off and mutated files. One diagnostic, no panic, in linear time.

#![expect(clippy::disallowed_types, reason = "only a clock tells whether the time is linear")]

use std::time::{Duration, Instant};

use super::show::{diagnostics, owner};
use crate::syntax::{lower, split, tree};

#[test]
fn nesting_ends_in_one_diagnostic() {
    let n = 100_000;
    let texts = [
        format!("let a = {}{}", "[".repeat(n), "]".repeat(n)),
        format!("let a = {}", "[".repeat(n)),
        format!("let a = {}1{}", "(".repeat(n), ")".repeat(n)),
        format!("let a = {}1{}", "{ a = ".repeat(n), "}".repeat(n)),
        format!("environment a {}{}", "{ b ".repeat(n), "}".repeat(n)),
        format!("let a = {}x", "!".repeat(n)),
        format!("let a = {}x", "- ".repeat(n)),
        format!("let a = x{}", ".b".repeat(n)),
        format!("let a = x{}", "[1]".repeat(n)),
        format!("let a = x{}", "()".repeat(n)),
        format!("let a = 1{}", "+1".repeat(n)),
        format!("let a = 1{}", " ?? 1".repeat(n)),
        format!("let a = {}1", "if x { 1 } else ".repeat(n)),
        format!("let a = {}", "if ".repeat(n)),
        format!("let a = {}", "match x { 1 => ".repeat(n)),
        format!("let a = x{}", " with {}".repeat(n)),
        format!("let a = {}", "x with { a = ".repeat(n)),
        format!("let a = {}", "\"\\(".repeat(n)),
        format!("type a = {}int{}", "list<".repeat(n), ">".repeat(n)),
        format!("type b = {}int{}", "{ a: ".repeat(n), "}".repeat(n)),
        format!("type c = int{}", "?".repeat(n)),
        format!("type d = int{}", " where x".repeat(n)),
        format!("type e = {}int", "(".repeat(n)),
        format!("policy p(a: b) {}", "{ if x ".repeat(n)),
        format!("let a = {}", "f(".repeat(n)),
        format!("let a = {}", "[for x in ".repeat(n)),
    ];
    for text in texts {
        let start = Instant::now();
        let shown = diagnostics(&text);
        assert!(shown.lines().count() <= 2 && shown.contains("nesting-too-deep"), "{} gave {shown}", &text[..40]);
        assert!(start.elapsed() < Duration::from_secs(20), "{} took {:?}", &text[..40], start.elapsed());
    }
}

#[test]
fn long_and_flat_is_fine() {
    let n = 50_000;
    let texts = [
        format!("let a = [{}]", "1,".repeat(n)),
        format!("let a = \"{}\"", "x".repeat(1_000_000)),
        format!("let a = \"{}\"", "\\n".repeat(n)),
        format!("environment a {{\n{}}}", "  a = 1\n".repeat(n)),
        "let a = 1\n".repeat(n),
        format!("type a = {}\"x\"", "\"y\" | ".repeat(n)),
    ];
    for text in texts {
        let start = Instant::now();
        assert_eq!(diagnostics(&text), "");
        assert!(start.elapsed() < Duration::from_secs(20), "{} took {:?}", &text[..20], start.elapsed());
    }
}

#[test]
fn many_mistakes_stay_linear() {
    let n = 20_000;
    for piece in [
        "$ ",
        "}\n",
        "let a = \"x\n",
        "environment a {\n",
        "x y\n",
        "let a = [1,\n",
        "let = =\n",
        "\"\"\"",
        "\\(",
        "let a = {b c\n",
    ] {
        let text = piece.repeat(n);
        let start = Instant::now();
        assert!(!diagnostics(&text).is_empty());
        assert!(start.elapsed() < Duration::from_secs(30), "{piece} took {:?}", start.elapsed());
    }
    let start = Instant::now();
    diagnostics(&format!("environment a {{\n{}}}", "  a = $ 1\n".repeat(n)));
    diagnostics(&format!("environment a {{\n{}}}", "  a b c = [1 2\n".repeat(n)));
    diagnostics(&format!("let a = [{}]", "1 2 $ ;".repeat(n)));
    assert!(start.elapsed() < Duration::from_secs(30), "took {:?}", start.elapsed());
}

pub const SAMPLE: &str = r#"import "github.com/f0ssel/kaniko" at tag "v1" as kaniko
/// docs
private let users: list<string> = ["ana", "bo"]
type pair = { name: string, count: int = 2, other: ("a" | "b")? } where it.count > 1
fn f(name: string, n: int = 2) -> string = "\(name)-\("x \(n)")"
environment dev(u: string) for user in users if user != "bo" {
  replicas = if a { 1 } else if b { -2 } else { 3 }
  container "w-\(i)" for i in range(3) { memory = 4GB, cpu = 500m // c
    env = { A = "x", "b c" = match s { "q" => 1, _ => 2 } }
    args = [for x in xs if x > 1 { x ?? 2 }] /* c */
  }
}
environment e = environment.dev(u: "ana") with { replicas += 2, container env { a = """
    x \(y)
  """ } }
policy p(e: environment) { require e.x >= 1 else "no", for k, v in m { if k == v { let z = {for a in b { a = 1 }} } } }
enforce p.policy.q
test "t" { let a = b?.c[0](1)
  assert a == 1 }
"#;

/// Whatever the text: no panic, items in order that do not overlap, places inside their item.
pub fn survives(text: &str) {
    let split = split(owner(), text);
    let mut end = 0;
    for item in &split.items {
        assert!(usize::from(item.range.start()) >= end, "items overlap in {text:?}");
        end = usize::from(item.range.end());
        let source = &text[item.range];
        assert_eq!(tree(source).text().to_string(), source);
        let (_, diagnostics) = lower(owner(), source);
        for diagnostic in &diagnostics {
            let places = diagnostic.fixes.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.place));
            for place in diagnostic.place.into_iter().chain(places) {
                let range = std::ops::Range::<usize>::from(place.range);
                assert!(source.get(range).is_some(), "{diagnostic:?} lies outside of {source:?}");
            }
        }
    }
}

#[test]
fn every_prefix_and_suffix_survives() {
    for (at, _) in SAMPLE.char_indices() {
        survives(&SAMPLE[..at]);
        survives(&SAMPLE[at..]);
    }
}

#[test]
fn closers_in_odd_places_survive() {
    let inside = [
        "let a = match x { HERE 1 => 2 }",
        "let a = match x { 1 => 2 HERE 3 => 4 }",
        "let a = if x { 1 HERE } else { 2 }",
        "let a = { b = 1 HERE c = 2 }",
        "let a = [1, HERE 2]",
        "let a = f(1, HERE b: 2)",
        "let a = [for x in HERE xs { x HERE }]",
        "let a = {for x in xs { x HERE = HERE 1 } HERE }",
        "let a = \"x \\(HERE b HERE) y\"",
        "let a = \"x \\({ c = 1 HERE }) y\"",
        "let a = \"x \\(match x { HERE }) y\"",
        "type a = { b: HERE int HERE c: int }",
        "type a = list<HERE int HERE>",
        "environment a(b: int HERE) { HERE c = 1 }",
        "policy a(b: int) { HERE require c else d HERE }",
        "test \"a\" { HERE assert c HERE }",
        "import HERE \"a\" at HERE \"b\" as c",
    ];
    for text in inside {
        for closer in [")", "]", "}", "\n)", "\n]\n", "))", ",", ",,", ";", "=", "=>", "\n- x", "with", "$", "\""] {
            survives(&text.replace("HERE", closer));
            survives(&text.replacen("HERE", closer, 1).replace("HERE", ""));
        }
    }
}

#[test]
fn mutations_survive() {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % below as u64) as usize
    };
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "\"",
        "\"\"\"",
        "\\(",
        "\\",
        "\n",
        "=",
        ":",
        ",",
        ";",
        "let ",
        "for ",
        "if ",
        "in",
        "else",
        "with ",
        "/*",
        "*/",
        "//",
        "///",
        "é",
        "'",
        "$",
        "-",
        ".",
        "?",
        "|",
        "<",
        ">",
        "=>",
        "environment ",
        "private ",
        "1",
        "4GB",
        " ",
        "\r\n",
    ];
    let items = split(owner(), SAMPLE).items;
    for _ in 0..10_000 {
        // One is enough to be mixed up, and quicker than all; every tenth time with its neighbour.
        let first = random(items.len() - 1);
        let last = first + usize::from(random(10) == 0);
        let range = items[first].range.cover(items[last].range);
        let mut text: Vec<char> = SAMPLE[range].chars().collect();
        for _ in 0..1 + random(6) {
            let (at, length) = (random(text.len().max(1)).min(text.len()), random(12));
            let end = (at + length).min(text.len());
            match random(3) {
                0 => drop(text.drain(at..end)),
                1 => drop(text.splice(at..at, pieces[random(pieces.len())].chars())),
                _ => {
                    let copy: Vec<char> = text[at..end].to_vec();
                    let to = random(text.len() + 1);
                    drop(text.splice(to..to, copy));
                }
            }
        }
        survives(&text.into_iter().collect::<String>());
    }
}
