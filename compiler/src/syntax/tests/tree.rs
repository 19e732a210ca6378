//! The lossless tree: its text is the source, its documentation is inside what it documents, its views name its parts.

use expect_test::expect;
use rowan::ast::AstNode;

use super::hostile::SAMPLE;
use super::show::owner;
use crate::syntax::{Kind, ast, split, tree};

#[test]
fn documentation_belongs_to_what_follows() {
    let text = "/// a\nlet x = { // c\n  /// b\n  y = 1 // d\n}";
    let root = tree(text);
    assert_eq!(root.text().to_string(), text);
    expect![[r#"
        Root@0..43
          ItemLet@0..43
            DocComment@0..5 "/// a"
            Newline@5..6 "\n"
            LetKeyword@6..9 "let"
            Whitespace@9..10 " "
            DeclaredName@10..11
              Name@10..11 "x"
            Whitespace@11..12 " "
            Equals@12..13 "="
            Whitespace@13..14 " "
            Record@14..43
              OpenBrace@14..15 "{"
              Whitespace@15..16 " "
              Comment@16..20 "// c"
              Newline@20..21 "\n"
              Whitespace@21..23 "  "
              Field@23..36
                DocComment@23..28 "/// b"
                Newline@28..29 "\n"
                Whitespace@29..31 "  "
                DeclaredName@31..32
                  Name@31..32 "y"
                Whitespace@32..33 " "
                Equals@33..34 "="
                Whitespace@34..35 " "
                Literal@35..36
                  Int@35..36 "1"
              Whitespace@36..37 " "
              Comment@37..41 "// d"
              Newline@41..42 "\n"
              CloseBrace@42..43 "}"
    "#]]
    .assert_eq(&format!("{root:#?}"));
}

#[test]
fn views_name_the_parts() {
    let items = split(owner(), SAMPLE).items;
    let decl = items.iter().find_map(|item| match ast::Item::of(&tree(&SAMPLE[item.range]))? {
        ast::Item::Decl(decl) => Some(decl),
        _ => None,
    });
    let decl = decl.expect("the sample has a declaration");
    assert_eq!(decl.parameters().count(), 1);
    assert!(decl.loop_().is_some_and(|loop_| loop_.binders().count() == 1 && loop_.iterable().is_some()));
    let members: Vec<ast::Member> = decl.body().into_iter().flat_map(|body| body.members()).collect();
    let [ast::Member::Field(replicas), ast::Member::Block(container)] = &members[..] else { panic!("{members:?}") };
    assert!(matches!(replicas.value(), Some(ast::Expression::IfExpression(_))));
    assert_eq!(container.word().map(|word| word.text()).as_deref(), Some("container"));
    assert!(container.quoted_label().is_some_and(|label| label.interpolations().count() == 1));
    assert!(decl.syntax().descendants().any(|node| node.kind() == Kind::MatchArm));
}

#[test]
fn a_mended_item_and_rubbish_lose_nothing() {
    for text in ["enviroment x { a = 1 }", "x = 1", "$ rubbish {", "let a = 1 2 3 )", "", "/// docs", "private private let"] {
        assert_eq!(tree(text).text().to_string(), text);
    }
}
