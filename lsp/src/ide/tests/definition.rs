//! Definitions.

use super::{Marked, main, marked, shown, without_commits};
use crate::ide::definition::definition;

fn target(marked: &Marked) -> String {
    let found = definition(&marked.session.db, marked.spot);
    found.map_or_else(|| "nothing".to_owned(), |jump| without_commits(&shown(&marked.session, jump.target)))
}

#[test]
fn names_lead_to_their_declarations() {
    let other = (".coder/other.coder", "// first\nlet size = 4GB\ntype large = bytes where it > 1GB\n");
    let to = |text: &str| target(&marked(&[other, (".coder/main.coder", text)]));
    assert_eq!(to("let a = si|ze\n"), ".coder/other.coder:2: size");
    assert_eq!(to("let a: la|rge = 2GB\n"), ".coder/other.coder:3: large");
    assert_eq!(
        to("image i { repository = \"a/b\" }\nenvironment e { container c { image = image.i| } }\n"),
        ".coder/main.coder:1: i"
    );
    assert_eq!(to("let a = n|owhere\n"), "nothing");
}

#[test]
fn locals_lead_to_where_they_are_bound() {
    assert_eq!(target(&main("let x = 1\nlet a = [for x in [2] {\n |x }]\n")), ".coder/main.coder:2: x");
    assert_eq!(target(&main("let x = 1\nlet a = [for y in [|x] { y }]\n")), ".coder/main.coder:1: x");
    assert_eq!(target(&main("fn f(\n  x: int) -> int = x| + 1\n")), ".coder/main.coder:2: x");
    let template =
        "environment d(\n  user: string) { container c { image = \"a\" } }\nenvironment e = environment.d(us|er: \"a\")\n";
    assert_eq!(target(&main(template)), ".coder/main.coder:2: user");
}

#[test]
fn fields_lead_to_where_they_are_set_or_declared() {
    let text = "let a = {\n  b = { c = 1 }\n}\nlet d = a.b.|c\n";
    assert_eq!(target(&main(text)), ".coder/main.coder:2: c");
    let typed = "type t = {\n  x: int\n}\nfn f(t: t) -> int = t.|x\n";
    assert_eq!(target(&main(typed)), ".coder/main.coder:2: x");
    let field = target(&main("environment e { |replicas = 2, container c { image = \"a\" } }\n"));
    assert!(field.starts_with("prelude/schema.coder:") && field.ends_with(": replicas"), "{field}");
    let block = target(&main("environment e { contain|er c { image = \"a\" } }\n"));
    assert!(block.starts_with("prelude/schema.coder:") && block.ends_with(": containers"), "{block}");
}

#[test]
fn fields_of_a_patch_lead_to_the_api() {
    let text = "environment a {\n  container env { image = \"debian:12\" }\n  patch { spec = { |replicas = 2 } }\n}\n";
    assert!(target(&main(text)).starts_with("prelude/kubernetes.coder:"));
}

#[test]
fn imports_lead_to_the_other_repository() {
    let platform = ("github.com/acme/p::.coder/a.coder", "let size = 1\n");
    let to = |text: &str| target(&marked(&[platform, (".coder/main.coder", text)]));
    let other = "https://github.com/acme/p@COMMIT//.coder/a.coder:1: ";
    assert_eq!(to("import \"acme/p\" as p\nlet a = p.si|ze\n"), format!("{other}size"));
    assert_eq!(to("import \"acm|e/p\" as p\n"), other);
    assert_eq!(to("import \"acme/p\" as p\nlet a = |p.size\n"), ".coder/main.coder:1: p");
}

#[test]
fn yaml_names_images() {
    let image = (".coder/i.yaml", "name: base\ntype: image\nspec:\n  image: a/b\n");
    let text = "name: dev\ntype: environment\nspec:\n  - name: main\n    image: ba|se\n";
    assert_eq!(target(&marked(&[image, (".coder/dev.yaml", text)])), ".coder/i.yaml:1: base");
}
