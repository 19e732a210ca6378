//! Input made to exhaust time, memory or the stack ends in a diagnostic.

use std::fmt::Write;

use super::Fixture;

#[track_caller]
fn ends_in(text: &str, name: &str) {
    let problems = Fixture::new(text).problems();
    assert!(problems.contains(&format!(" {name}: ")), "{}", &problems[..problems.len().min(2000)]);
}

#[test]
fn exponential_copies() {
    let mut text = String::from("let r-0 = { xs = [1] }\n");
    for n in 0..100 {
        writeln!(text, "let r-{} = r-{n} with {{ xs += r-{n}.xs }}", n + 1).expect("a string");
    }
    ends_in(&text, "limit-size");
}

#[test]
fn exponential_texts_and_sharing() {
    let mut text = String::from("let s-0 = \"xxxxxxxxxxxxxxxx\"\nlet l-0 = [1, 2]\n");
    for n in 0..60 {
        writeln!(text, "let s-{0} = s-{n} + s-{n}\nlet l-{0} = [l-{n}, l-{n}]", n + 1).expect("a string");
    }
    ends_in(&text, "limit-size");
}

#[test]
fn huge_ranges() {
    ends_in("let many = [for i in range(1000000000) { i }]\n", "limit-size");
    ends_in("let many = range(-9223372036854775807, 9223372036854775807)\n", "limit-size");
    ends_in("let a = [for i in range(90000) { len([for j in range(90000) { i * j }]) }]\n", "limit-steps");
    ends_in("environment a { container \"w-\\(i)\" for i in range(99000) { image = \"debian:12\" } }\n", "limit-size");
    ends_in(
        "environment a for i in [for i in range(99000) { \"e\\(i)\" }] { container env { image = \"debian:12\" } }\n",
        "limit-size",
    );
}

#[test]
fn deep_values_and_calls() {
    let (mut values, mut calls) = (String::from("let v-0 = [1]\n"), String::from("fn f-0(x: int) -> int = x\n"));
    for n in 0..400 {
        writeln!(values, "let v-{} = [v-{n}]", n + 1).expect("a string");
        writeln!(calls, "fn f-{}(x: int) -> int = f-{n}(x) + 1", n + 1).expect("a string");
    }
    ends_in(&values, "limit-depth");
    ends_in(&(calls + "let a = f-400(1)\n"), "limit-depth");
}

#[test]
fn exponential_calls() {
    let mut calls = String::from("fn f-0(x: int) -> int = x\n");
    for n in 0..60 {
        writeln!(calls, "fn f-{}(x: int) -> int = f-{n}(x) + f-{n}(x)", n + 1).expect("a string");
    }
    ends_in(&(calls + "let a = f-60(1)\n"), "limit-steps");
}

#[test]
fn long_texts() {
    ends_in("let a = indent(\"a\\nb\", 1000000000000)\n", "limit-size");
    ends_in("let a = join([for i in range(90000) { \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\" }])\n", "limit-size");
    let text = "let big = join([for i in range(90000) { \"0123456789\" }])\nlet a = [for i in range(90000) { big + \"x\" }]\n";
    ends_in(text, "limit-steps");
}

#[test]
fn a_chain_of_constants() {
    let mut text = String::from("let c-0 = 1\n");
    for n in 0..2000 {
        writeln!(text, "let c-{} = c-{n} + 1", n + 1).expect("a string");
    }
    let fixture = Fixture::new(&text);
    assert_eq!(fixture.shown("c-2000"), "2001");
}
