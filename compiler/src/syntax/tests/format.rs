//! The canonical layout: what it looks like, that it loses nothing, and that it is its own.

use expect_test::{Expect, expect};

use super::show::owner;
use crate::syntax::{Kind, SyntaxElement, format, split, tree};

/// The layout of a text, after seeing that nothing is lost and that a second run changes nothing.
fn laid_out(text: &str) -> String {
    let cut = split(owner(), text);
    let once = format(text, &cut);
    assert_eq!(shape(text), shape(&once), "the same tokens in the same nodes:\n{once}");
    let twice = format(&once, &split(owner(), &once));
    assert_eq!(once, twice, "a second run changes nothing");
    once
}

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&laid_out(text));
}

/// Nodes, tokens and comments in order, without white space and without the commas that a layout chooses.
fn shape(text: &str) -> Vec<String> {
    let mut shape = Vec::new();
    let mut comments = Vec::new();
    for item in split(owner(), text).items {
        for element in tree(&text[item.range]).descendants_with_tokens() {
            match element {
                SyntaxElement::Node(node) => shape.push(format!("{:?}", node.kind())),
                SyntaxElement::Token(token) => match token.kind() {
                    Kind::Whitespace | Kind::Newline | Kind::Comma => {}
                    kind if kind.is_trivia() => comments.push(token.text().trim_end().to_owned()),
                    _ => shape.push(token.text().to_owned()),
                },
            }
        }
    }
    let all = crate::syntax::tokens(text);
    let count =
        all.iter().filter(|token| token.kind.is_trivia()).filter(|token| !matches!(token.kind, Kind::Whitespace | Kind::Newline));
    shape.push(format!("{} comments", count.count()));
    shape.extend(comments);
    shape
}

#[test]
fn fields_stand_below_each_other() {
    check(
        "image   dev {\n\n\n  context=\"./dev\"   // relative to the root\ndockerfile = \"Dockerfile\"// to the context\n  \
         repository     = \"f0ssel/dev\"\n\n\n\n      target = \"dev\"\n   args = {A=\"1\",B = \"2\",}\n\n}\n",
        expect![[r#"
            image dev {
              context    = "./dev"       // relative to the root
              dockerfile = "Dockerfile"  // to the context
              repository = "f0ssel/dev"

              target = "dev"
              args   = { A = "1", B = "2", }
            }
        "#]],
    );
}

#[test]
fn what_was_on_lines_stays_on_lines() {
    check(
        "let a = [1,\n 2, // two\n 3]\nlet b = f(x,\n  y: 2)\nlet c = { a = 1,\nb = 2, type = 3 }\nlet d = [{\n a = 1 }, { b = 2 }]\n",
        expect![[r#"
            let a = [
              1,
              2,  // two
              3,
            ]
            let b = f(
              x,
              y: 2,
            )
            let c = {
              a    = 1
              b    = 2,
              type = 3
            }
            let d = [{
              a = 1
            }, { b = 2 }]
        "#]],
    );
}

#[test]
fn what_is_too_wide_is_spread() {
    check(
        "let sizes = { small = 4GB, medium = 8GB, large = 16GB, enormous = 512GB, gigantic = 1024GB, colossal = 2048GB }\n\
         environment a { container b { image = \"registry.example.com/a/very/long/name/of/an/image\", command = [\"sleep\", \"60\"] } }\n",
        expect![[r#"
            let sizes = {
              small    = 4GB
              medium   = 8GB
              large    = 16GB
              enormous = 512GB
              gigantic = 1024GB
              colossal = 2048GB
            }
            environment a {
              container b {
                image   = "registry.example.com/a/very/long/name/of/an/image"
                command = ["sleep", "60"]
              }
            }
        "#]],
    );
}

#[test]
fn operators_types_and_calls() {
    check(
        "let a : int=- 1+2*( 3 - x )\nlet b = !c&&d . e ?. f [ 0 ] ?? g ( h )\ntype t = list< map<string> > ?\ntype r = int   where it>= 1&&it <=10\n\
         fn f( a:int=1 ,b : string ? )->bytes=match a{1=>2GB,_=>4GB}\nlet m = {for k,v in x if v>=2{k=v}}\nlet l = [ for x in y{ x } ]\n\
         let e = if a{1}else if b{2}else{3}\n",
        expect![[r#"
            let a: int = -1 + 2 * (3 - x)
            let b = !c && d.e?.f[0] ?? g(h)
            type t = list<map<string>>?
            type r = int where it >= 1 && it <= 10
            fn f(a: int = 1, b: string?) -> bytes = match a { 1 => 2GB, _ => 4GB }
            let m = {for k, v in x if v >= 2 { k = v }}
            let l = [for x in y { x }]
            let e = if a { 1 } else if b { 2 } else { 3 }
        "#]],
    );
}

#[test]
fn arms_rules_and_lines_that_go_on() {
    check(
        "fn f(s: size) -> bytes = match s {\n\"small\"=>2GB,\n\"medium\" => 4GB }\n\
         policy p(e: environment) { require a &&\n    b else \"no\"\nfor c in e.containers if c.primary { require c.cpu<=2 else \"x\" } }\n\
         test \"t\"{let a = 1 assert a==1}\nlet long =\n\"text\"\nimport   \"./a\"  as   a\n",
        expect![[r#"
            fn f(s: size) -> bytes = match s {
              "small"  => 2GB
              "medium" => 4GB
            }
            policy p(e: environment) {
              require a &&
                b else "no"
              for c in e.containers if c.primary {
                require c.cpu <= 2 else "x"
              }
            }
            test "t" {
              let a = 1
              assert a == 1
            }
            let long =
              "text"
            import "./a" as a
        "#]],
    );
}

#[test]
fn comments_stay_where_they_are() {
    check(
        "// about the file\n\n\n/// about a\n   /* and */   let a = /* one */ 1   // last\n/* b\n   c */\nlet b = [ // first\n  /* x */ 1, /* y */ 2 // z\n]\n\
         environment e { // open\n  // alone\n\n  /// Documented.\n  container c { image = \"x\" } // end\n\n  // before the end\n}\n// after all",
        expect![[r#"
            // about the file

            /// about a
            /* and */ let a = /* one */ 1  // last
            /* b
               c */
            let b = [  // first
              /* x */ 1, /* y */
              2,  // z
            ]
            environment e {  // open
              // alone

              /// Documented.
              container c { image = "x" }  // end

              // before the end
            }
            // after all
        "#]],
    );
}

#[test]
fn nothing_in_a_text_changes() {
    check(
        "let a=\"  two  spaces // no comment { \\( x+y ) \"\nlet b   =   \"\"\"\n      one\n\ttwo \\(f( 1 ))\n    \"\"\"  // end\nlet c = f(\"\"\"\n  x\n  \"\"\",1)\n",
        expect![[r#"
            let a = "  two  spaces // no comment { \( x+y ) "
            let b = """
                  one
            	two \(f( 1 ))
                """  // end
            let c = f("""
              x
              """, 1)
        "#]],
    );
}

#[test]
fn copies_with_changes() {
    check(
        "environment a = base(x: 1)\nwith\n{\n replicas=2\nlabels+={ a = \"b\" }\ncontainer env{memory=8GB}\n}\nlet e = {\n}\nlet f = [ ]\n",
        expect![[r#"
            environment a = base(x: 1)
              with {
                replicas = 2
                labels  += { a = "b" }
                container env { memory = 8GB }
              }
            let e = {}
            let f = []
        "#]],
    );
}

#[test]
fn line_ends_of_other_systems() {
    check(
        "\u{feff}let a = 1\r\n\r\n\r\nlet b = [\r\n1]\r\n",
        expect![[r#"
        let a = 1

        let b = [
          1,
        ]
    "#]],
    );
}

#[test]
fn the_prelude_is_laid_out() {
    for (name, text) in crate::prelude::FILES {
        assert_eq!(laid_out(text), *text, "{name}");
    }
}
