//! Hovers.

use expect_test::{Expect, expect};

use super::{Marked, main, marked, without_commits};
use crate::ide::hover::hover;

fn check(marked: &Marked, expected: Expect) {
    let found = hover(&marked.session.db, marked.spot);
    expected.assert_eq(&found.map_or_else(|| "nothing".to_owned(), |hover| without_commits(&hover.markdown)));
}

#[test]
fn a_constant_has_a_type_a_value_and_documentation() {
    let text = "/// How much.\nlet size = 4GB\nenvironment dev { container main { image = \"a\", memory = si|ze } }\n";
    check(
        &main(text),
        expect![[r#"
        ```coder
        let size: bytes
        ```

        Value: `4GB`

        ---
        How much."#]],
    );
}

#[test]
fn a_field_says_what_the_schema_says_and_what_it_is_here() {
    let text = "let base = 2\nenvironment dev { rep|licas = base + 1, container main { image = \"a\" } }\n";
    check(
        &main(text),
        expect![[r#"
        ```coder
        replicas: replica-count
        ```

        Value: `3`

        Default: `1`

        ---
        How many copies run."#]],
    );
}

#[test]
fn blocks_are_fields_too() {
    check(
        &main("environment dev { cont|ainer main { image = \"a\" } }\n"),
        expect![[r#"
        ```coder
        container: container
        ```

        ---
        The containers, by name. Exactly one is primary."#]],
    );
}

#[test]
fn a_patch_has_the_fields_of_the_api() {
    let text = "environment a {\n  container env { image = \"debian:12\" }\n  patch { spec = { template = { spec = { host|Network = true } } } }\n}\n";
    check(
        &main(text),
        expect![[r#"
        ```coder
        hostNetwork: bool?
        ```

        Value: `true`

        ---
        Host networking requested for this pod."#]],
    );
}

#[test]
fn a_templates_parameters_are_shown() {
    let template = "/// One for each.\nenvironment dev(user: string, size: bytes = 4GB) { container main { image = \"a\" } }\n";
    check(
        &main(&format!("{template}environment ana = environment.d|ev(user: \"ana\")\n")),
        expect![[r#"
            ```coder
            environment dev(user: string, size: bytes = 4GB)
            ```

            ---
            One for each."#]],
    );
    check(
        &main(&format!("{template}environment ana = environment.dev(us|er: \"ana\")\n")),
        expect![[r#"
            ```coder
            user: string
            ```"#]],
    );
}

#[test]
fn loops_name_their_instances() {
    let text = "let users = [\"ana\", \"ben\"]\nenvironment d|ev for user in users { container main { image = \"a\" } }\n";
    check(
        &main(text),
        expect![[r#"
        ```coder
        environment dev for user in users
        ```

        2 instances: `ana`, `ben`."#]],
    );
}

#[test]
fn locals_and_library_functions_have_types() {
    let text = "let a = [for x in range(3) { |x + 1 }]\n";
    check(
        &main(text),
        expect![[r#"
        ```coder
        x: int
        ```"#]],
    );
    check(
        &main("let a = [for x in ra|nge(3) { x + 1 }]\n"),
        expect![[r#"
        ```coder
        fn range(from: int, to: int = 0) -> list<int>
        ```

        ---
        The numbers from 0 up to `to`, which is left out; `range(1, 4)` is `[1, 2, 3]`."#]],
    );
}

#[test]
fn imports_and_what_they_offer() {
    let platform = "/// Ubuntu.\nimage ubuntu { repository = \"acme/u\" }\nprivate let secret = 1\nlet sizes = { small = 2GB }\n";
    let other = |text: &str| {
        marked(&[
            ("github.com/acme/p::.coder/a.coder", platform),
            ("github.com/acme/p::Dockerfile", "FROM a\n"),
            (".coder/main.coder", text),
        ])
    };
    check(
        &other("import \"acme/p\" as p\nlet a = |p.sizes.small\n"),
        expect![[r#"
        ```coder
        import "acme/p" as p
        ```

        It is `https://github.com/acme/p` at `main`, commit `COMMIT`.

        It declares `image.ubuntu`, `sizes`."#]],
    );
    check(
        &other("import \"acme/p\" as p\nlet a = p.sizes.sm|all\n"),
        expect![[r#"
        ```coder
        small: bytes
        ```

        Value: `2GB`"#]],
    );
    check(
        &other("import \"acme/p\" as p\nenvironment e { container m { image = p.image.ub|untu } }\n"),
        expect![[r#"
        ```coder
        image ubuntu
        ```

        Of `https://github.com/acme/p` at `main`, commit `COMMIT`.

        ---
        Ubuntu."#]],
    );
}

#[test]
fn yaml_has_the_same_fields() {
    let text = "name: dev\ntype: environment\nspec:\n  - name: main\n    image: postgres\n    mem|ory: 4GB\n";
    check(
        &marked(&[(".coder/dev.yaml", text)]),
        expect![[r#"
        ```coder
        memory: bytes?
        ```

        Value: `4GB`

        ---
        Its limit of memory, and what it requests unless `requests` says otherwise."#]],
    );
}

#[test]
fn nothing_stands_between_words() {
    check(&main("let a = 1\n\n|\nlet b = 2\n"), expect!["nothing"]);
    check(&main("|"), expect!["nothing"]);
    check(&main("let a = = |\n"), expect!["nothing"]);
}
