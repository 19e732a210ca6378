//! Outlines.

use expect_test::expect;

use super::{file_text, main};
use crate::ide::outline::{Symbol, outline};

#[test]
fn declarations_and_blocks_are_listed() {
    let text = "import \"acme/p\" as p\n/// Doc.\nlet a = 1\nenvironment dev {\n  container main { image = \"a\", port http { number = 80 } }\n  container \"w-\\(a)\" { image = \"b\" }\n}\nproject { namespace = \"x\" }\nlet = |\n";
    let marked = main(text);
    let mut lines = String::new();
    for symbol in outline(&marked.session.db, marked.spot.package, marked.spot.file) {
        show(&symbol, 0, file_text(&marked.session, marked.spot.file), &mut lines);
    }
    expect![[r#"
        Import p: p
        Constant a: a
        Environment dev: dev
          Block container main: main
            Block port http: http
          Block container w-…: "w-\(a)"
        Project project: 
    "#]]
    .assert_eq(&lines);
}

fn show(symbol: &Symbol, depth: usize, text: &str, lines: &mut String) {
    assert!(symbol.range.contains_range(symbol.selection), "a name lies in its range");
    lines.push_str(&format!("{}{:?} {}: {}\n", "  ".repeat(depth), symbol.kind, symbol.name, &text[symbol.selection]));
    symbol.inner.iter().for_each(|inner| show(inner, depth + 1, text, lines));
}
