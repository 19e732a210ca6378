//! What is not well formed gives exactly these diagnostics, and leaves the rest of its declaration intact.

use expect_test::{Expect, expect};

use super::show;

/// Diagnostics, then the items that could be read.
fn check(text: &str, expected: Expect) {
    expected.assert_eq(&format!("{}---\n{}", show::diagnostics(text), show::items(text)));
}

#[test]
fn colon_in_a_body() {
    check(
        "environment a {\n  container env {\n    image  = \"debian:12\"\n    memory: 4GB\n  }\n}\n",
        expect![[r#"
        colon-for-equals: the value of `memory` starts with `=`, not with `:` @ `:` [write `=`]
        ---
        environment a { container "env" { image = "debian:12"; memory = 4_GB } }
    "#]],
    );
}

#[test]
fn rubbish_between_items() {
    check(
        "let a: int = \"one\"\n\n$ rubbish here $\nand more\n\nlet b: int = \"two\"\n",
        expect![[r#"
        not-a-declaration: `$` starts no declaration @ `$ rubbish here $`
        ---
        let a: int = "one"
        error -
        let b: int = "two"
    "#]],
    );
}

#[test]
fn unclosed_text() {
    check(
        "let a = \"text\nlet b: int = \"two\"\nlet c = \"a \\(b\nlet d = \"\\(\"x\nlet e = 1",
        expect![[r#"
        unclosed-text: this text is never closed @ `"text` [write `"`]
        unclosed-text: this text is never closed @ `"a \(b` [write `"`]
        unclosed-text: this text is never closed @ `"x` [write `"`]
        ---
        let a = "text"
        let b: int = "two"
        let c = "a "\(b)
        let d = \("x")
        let e = 1
    "#]],
    );
}

#[test]
fn unclosed_block_text() {
    check(
        "let a = \"\"\"\n  text\n\nlet b = 1\n",
        expect![[r#"
        unclosed-text: this text is never closed @ `"""` [write `"""`]
        ---
        let a = "text\n"
        let b = 1
    "#]],
    );
}

#[test]
fn missing_values() {
    check(
        "environment a {\n  cpu =\n  memory = 2\n  image =\n  container x {\n    args = \n  }\n}\nlet b =\nlet c = 1\nlet d = 1 +\nlet e = f(a:, 2)",
        expect![[r#"
            missing-value: `cpu` has no value @ `=`
            missing-value: `image` has no value @ `=`
            missing-value: `args` has no value @ `=`
            missing-value: `b` has no value @ `=`
            unexpected-text: expected a value after `+` @ `+`
            missing-value: `a` has no value @ `:`
            ---
            environment a { cpu = ?; memory = 2; image = ?; container "x" { args = ? } }
            let b = ?
            let c = 1
            let d = ?
            let e = f(a: ?, 2)
        "#]],
    );
}

#[test]
fn unclosed_brace() {
    check(
        "environment a {\n  container x {\n    cpu = 1\n\n}\nenvironment b {\n  cpu = 1\n}\nlet c = [1, 2\nlet d = 2\nlet e = f(1,",
        expect![[r#"
            unclosed-bracket: this `{` is never closed @ `{` [close it at the end]
            unclosed-bracket: this `[` is never closed @ `[` [close it at the end]
            unclosed-bracket: this `(` is never closed @ `(` [close it at the end]
            ---
            environment a { container "x" { cpu = 1 } }
            environment b { cpu = 1 }
            let c = [1, 2]
            let d = 2
            let e = f(1)
        "#]],
    );
}

#[test]
fn unclosed_bracket_inside() {
    check(
        "environment a {\n  args = [\"x\", \"y\"\n  cpu = 2\n  image = f(1\n}\nlet x = 1",
        expect![[r#"
        unclosed-bracket: this `[` is never closed @ `[`
        unclosed-bracket: this `(` is never closed @ `(`
        ---
        environment a { args = ["x", "y"]; cpu = 2; image = f(1) }
        let x = 1
    "#]],
    );
}

#[test]
fn stray_closers() {
    check(
        "let a = 1\n}\nlet b = (1))\nenvironment c { cpu = 1 ] }\nlet d = 2",
        expect![[r#"
            stray-bracket: this `)` closes nothing @ `)` [remove it]
            stray-bracket: this `]` closes nothing @ `]` [remove it]
            stray-bracket: this `}` closes nothing @ `}` [remove it]
            ---
            let a = 1
            let b = 1
            environment c { cpu = 1 }
            let d = 2
        "#]],
    );
}

#[test]
fn slips_of_other_languages() {
    check(
        "const a = 1;\nb = 'x'\nenviroment c { cpu = 1; memory == 2 }\nlet d = a and not b or c\nlet e = if a = 1 { 2 } else { 3 }\nlet f = g(x = 1)\nlet h = { a: 1 }\ntype t = { a = int, b: int }\nenvironment \"q\" { }\n# hash\nlet i = 1 # two\nlet j = a ? b : c\nprivate import \"x\" as y\ntype u = map<string, int>\nlet k = if a { 1 }\nlet l = 1 < 2 < 3\nlet m = { a { b = 1 } }\nlet n = “x”\nlet größe = 1\nlet o = if a { b = 1 } else { c = 2 }",
        expect![[r#"
            unknown-keyword: there is no keyword `const` @ `const` [write `let`]
            stray-semicolon: `;` is not needed: a line ends with its line @ `;` [remove `;`]
            missing-let: the constant `b` is declared without `let` @ `b` [write `let`]
            single-quotes: a text stands in double quotes @ `'x'` [write double quotes]
            unknown-keyword: there is no keyword `enviroment` @ `enviroment` [write `environment`]
            stray-semicolon: `;` is not needed: a line ends with its line @ `;` [remove `;`]
            equality-for-assignment: a value starts with `=`; `==` compares @ `==` [write `=`]
            word-operator: `and` is written `&&` @ `and` [write `&&`]
            word-operator: `not` is written `!` @ `not ` [write `!`]
            word-operator: `or` is written `||` @ `or` [write `||`]
            assignment-in-condition: `=` compares nothing; `==` does @ `=` [write `==`]
            equals-for-colon: expected `:` after `x`, found `=` @ `=` [write `:`]
            colon-for-equals: the value of `a` starts with `=`, not with `:` @ `:` [write `=`]
            equals-for-colon: expected `:` after `a`, found `=` @ `=` [write `:`]
            quoted-name: the name of a declaration stands without quotes @ `"q"` [write `q`]
            unexpected-text: expected a new line, found `?` @ `?`
            misplaced-private: `private` stands before `let`, `type`, `fn`, `image`, `environment` or `policy` @ `private ` [remove `private`]
            unexpected-text: expected `>`, found `,` @ `,`
            missing-else: this `if` has no `else`, so it has no value when its condition is false @ `if`
            chained-comparison: comparisons do not chain @ `<`
            block-in-record: expected `=` after `a`: a record holds fields, not blocks @ `a`
            unexpected-text: expected a value, found `“` @ `“`
            bad-name: `größe` is no name @ `größe`
            unexpected-text: expected `}`, found `=` @ `=`
            foreign-comment: a comment starts with `//`, not with `#` @ `# hash` [write `//`]
            foreign-comment: a comment starts with `//`, not with `#` @ `# two` [write `//`]
            ---
            let a = 1
            let b = "x"
            environment c { cpu = 1; memory = 2 }
            let d = ((a And (Not b)) Or c)
            let e = if (a Equal 1) { 2 } else { 3 }
            let f = g(x: 1)
            let h = {a = 1}
            type t = {a: int, b: int}
            environment q {  }
            let i = 1
            let j = ?
            private import "x" as y
            type u = map<string>
            let k = if a { 1 } else { ? }
            let l = ?
            let m = {a = ?}
            let n = ?
            let größe = 1
            let o = if a { ? } else { ? }
        "#]],
    );
}

#[test]
fn one_bad_member_leaves_the_others() {
    check(
        "environment a {\n  cpu = $ 4\n  memory = 4GB 5\n  x y z\n  container env extra {\n    cpu = 1\n  }\n  primary\n  a = 1 b = 2\n  l = [1 2, $, 3]\n  c += 1\n  s = \"a \\(1 2) \\($) b\"\n  end = 1\n}\n",
        expect![[r#"
            unexpected-text: expected a value, found `$` @ `$`
            unexpected-text: expected a new line or `,`, found `5` @ `5`
            unexpected-text: expected `{`, found `z` @ `z`
            unexpected-text: expected `{`, found `extra` @ `extra`
            unexpected-text: expected `{` or `=` after `primary` @ `primary`
            missing-comma: a comma is missing before this @ `b` [write `,`]
            missing-comma: a comma is missing before this @ `2` [write `,`]
            append-outside-with: `+=` stands only in the changes after `with` @ `+=` [write `=`]
            unexpected-text: expected `)`, found `2` @ `2`
            ---
            environment a { cpu = ?; memory = ?; x "y" ?; container "env" { cpu = 1 }; a = 1; b = 2; l = [1, 2, ?, 3]; c += 1; s = "a "\(1)" "\(?)" b"; end = 1 }
        "#]],
    );
}

#[test]
fn unfinished_items() {
    check(
        "environment\nlet\nimport \"x\"\nfn f\nfn g(x) = 1\ntype t\npolicy p { }\ntest x { }\nimage i\nlet e = a.\nenvironment f {\n  image = b.\n  cpu = 1\n}",
        expect![[r#"
            unexpected-text: expected a name after `environment` @ `environment`
            unexpected-text: expected a name after `let` @ `let`
            unexpected-text: expected `as` after the text @ `"`
            unexpected-text: expected `(` after `f` @ `f`
            unexpected-text: expected `:`, found `)` @ `)`
            unexpected-text: expected `=` after `t` @ `t`
            unexpected-text: expected `(`, found `{` @ `{`
            unexpected-text: expected a text, found `x` @ `x`
            unexpected-text: expected `{` or `=` after `i` @ `i`
            unexpected-text: expected a name after `.` @ `.`
            unexpected-text: expected a name after `.` @ `.`
            ---
            environment - = ?
            let - = ?
            import "x" as 
            fn f() -> ? = ?
            fn g(x: ?) -> ? = 1
            type t = ?
            policy p() {  }
            test x {  }
            image i = ?
            let e = ?
            environment f { image = ?; cpu = 1 }
        "#]],
    );
}

#[test]
fn odd_arms_and_rules() {
    check(
        "let a = match x { b => 1, \"c\" 2, \"d\" => 3 }\npolicy p(e: environment) {\n  requires x\n  require y\n  let z = 1\n}\ntest \"t\" { asert 1\n assert 2 }",
        expect![[r#"
            unexpected-text: expected a literal, found `b` @ `b`
            unexpected-text: expected `let`, `for` or `if`, found `requires` @ `requires` [write `require`]
            unexpected-text: expected `else` after `y` @ `y`
            unexpected-text: expected `let` or `assert`, found `asert` @ `asert` [write `assert`]
            ---
            let a = ?
            policy p(e: environment) { require y else ?; let z = 1 }
            test t { assert 2 }
        "#]],
    );
}

#[test]
fn statements_and_lists_of_other_languages() {
    check(
        "environment a {\n  let x = 1\n  if verbose {\n    container c { cpu = 1 }\n  }\n  for i in xs { cpu = 1 }\n  args =\n    - \"a\"\n    - \"b\"\n  if = 1\n  for { a = 1 }\n  let: 2\n}\nlet b = base with replicas = 2\ntype t = string[]\ncontainer env { cpu = 1 }",
        expect![[r#"
            misplaced-statement: `let` cannot start a line of a body @ `let`
            misplaced-statement: `if` cannot start a line of a body @ `if`
            misplaced-statement: `for` cannot start a line of a body @ `for`
            dash-list: a list stands in brackets, not after dashes @ `-`
            colon-for-equals: the value of `let` starts with `=`, not with `:` @ `:` [write `=`]
            unexpected-text: expected `{`, found `replicas` @ `replicas`
            unexpected-text: expected a new line, found `[` @ `[`
            not-a-declaration: `container` starts no declaration @ `container env { cpu = 1 }`
            ---
            environment a { args = ?; if = 1; for { a = 1 }; let = 2 }
            let b = ?
            type t = ?
            error -
        "#]],
    );
}

#[test]
fn escapes() {
    check(
        r#"let a = "C:\dev \r \u{110000} \u{zz} \$""#,
        expect![[r#"
        unknown-escape: `\d` is no escape @ `\d` [write a backslash]
        unknown-escape: `\r` is no escape @ `\r` [write `\u{D}`]
        unknown-escape: `\u{110000}` is no escape @ `\u{110000}`
        unknown-escape: `\u{zz}` is no escape @ `\u{zz}`
        unknown-escape: `\$` is no escape @ `\$` [write a backslash]
        ---
        let a = "C:�ev � � � �"
    "#]],
    );
}

#[test]
fn fixes_mend() {
    for text in [
        "let a = { b: 1 }",
        "const a = 1;",
        "a = 'x'",
        "let a = b and c",
        "let a = [1 2]",
        "environment a { cpu = 1 memory = 2 }",
        "let f = g(x = 1)",
        "let a = \"x",
        "environment a {\n  container b {\n    cpu = 1\n",
        "# x\nlet a = 1",
        "private enforce a",
        "let a = not b",
    ] {
        let fixed = show::fixed(text);
        assert_eq!(show::diagnostics(&fixed), "", "{text} became {fixed}");
    }
}
