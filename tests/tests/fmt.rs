//! `coderc fmt` from outside: what it writes, what it leaves, how it ends; and layouts of many texts, which lose nothing.

use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::Arc;

use compiler::syntax;
use compiler::workspace::{LoadedFile, format};
use tests::random::Random;
use tests::sandbox::{Sandbox, files};
use tests::{examples, generated, mixture, mutation};

const ODD: &str = "let   a=1 // one\n";
const CANONICAL: &str = "let a = 1  // one\n";

fn read(tree: &Path, path: &str) -> String {
    std::fs::read_to_string(tree.join(path)).expect("a file")
}

fn ended(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_package_is_laid_out_once() {
    let sandbox = Sandbox::new();
    let yaml = "name:   x\ntype: image\n";
    let tree = sandbox.tree(
        "team",
        "https://example.com/acme/team",
        &files(&[(".coder/a.coder", ODD), (".coder/deep/b.coder", ODD), (".coder/c.coder", CANONICAL), (".coder/d.yaml", yaml)]),
    );
    let run = |arguments: &[&str]| ended(&sandbox.coderc(&tree, arguments));
    assert_eq!(run(&["fmt", "--check"]), (Some(2), ".coder/a.coder\n.coder/deep/b.coder\n".into(), String::new()));
    assert_eq!(read(&tree, ".coder/a.coder"), ODD, "`--check` writes nothing");
    assert_eq!(run(&["fmt", ".coder/deep"]), (Some(0), String::new(), "1 file changed\n".into()));
    assert_eq!(read(&tree, ".coder/a.coder"), ODD, "only what is named is laid out");
    assert_eq!(run(&["fmt"]), (Some(0), String::new(), "1 file changed, 2 unchanged\n".into()));
    assert_eq!(read(&tree, ".coder/a.coder"), CANONICAL);
    assert_eq!(read(&tree, ".coder/d.yaml"), yaml);
    assert_eq!(run(&["fmt", "--check"]), (Some(0), String::new(), String::new()));
}

#[test]
fn a_mistake_of_syntax_leaves_its_file_as_it_is() {
    let sandbox = Sandbox::new();
    let broken = "let   a = {\n";
    let tree =
        sandbox.tree("team", "https://example.com/acme/team", &files(&[(".coder/a.coder", broken), (".coder/b.coder", ODD)]));
    let (code, _, said) = ended(&sandbox.coderc(&tree, &["fmt"]));
    assert_eq!(code, Some(1));
    assert!(said.contains("error[unclosed-bracket]") && said.contains(".coder/a.coder:1:11"), "{said}");
    assert_eq!(read(&tree, ".coder/a.coder"), broken);
    assert_eq!(read(&tree, ".coder/b.coder"), CANONICAL, "the other is laid out");
    // What is wrong with types or names is none of its business.
    std::fs::write(tree.join(".coder/a.coder"), "let   a: int=nothing\n").expect("a file");
    assert_eq!(ended(&sandbox.coderc(&tree, &["fmt"])).0, Some(0));
    assert_eq!(read(&tree, ".coder/a.coder"), "let a: int = nothing\n");
}

#[test]
fn standard_input_goes_to_standard_output() {
    let sandbox = Sandbox::new();
    let run = |arguments: &[&str], text: &str| {
        let mut command = sandbox.coderc_command(Path::new("/"), arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("coderc runs");
        std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), text.as_bytes()).expect("it reads");
        ended(&child.wait_with_output().expect("it ends"))
    };
    assert_eq!(run(&["fmt", "-"], ODD), (Some(0), CANONICAL.into(), String::new()));
    assert_eq!(run(&["fmt", "-", "--check"], ODD).0, Some(2));
    assert_eq!(run(&["fmt", "-", "--check"], CANONICAL).0, Some(0));
    let (code, written, said) = run(&["fmt", "-"], "let a =\n");
    assert_eq!((code, written.as_str()), (Some(1), ""), "{said}");
    assert_eq!(run(&["fmt", "-", "a.coder"], ODD).0, Some(64));
}

#[test]
fn what_cannot_be_laid_out_is_refused() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("team", "https://example.com/acme/team", &files(&[(".coder/a.coder", ODD), ("b.yaml", "a: 1\n")]));
    std::fs::write(tree.join(".coder/bytes.coder"), [0x6c, 0xff]).expect("a file");
    let run = |arguments: &[&str]| ended(&sandbox.coderc(&tree, arguments));
    for (arguments, word) in [
        (["fmt", "missing.coder"], "missing.coder"),
        (["fmt", "b.yaml"], "no `.coder` file"),
        (["fmt", ".coder/bytes.coder"], "UTF-8"),
    ] {
        let (code, _, said) = run(&arguments);
        assert!(code == Some(1) && said.contains(word), "{arguments:?}: {said}");
    }
    assert_eq!(run(&["fmt", "--from", "acme/team"]).0, Some(64));
    assert_eq!(read(&tree, ".coder/a.coder"), ODD);
}

#[test]
#[cfg(unix)]
fn a_link_stays_one() {
    let sandbox = Sandbox::new();
    let tree =
        sandbox.tree("team", "https://example.com/acme/team", &files(&[("shared.coder", ODD), (".coder/b.coder", CANONICAL)]));
    std::os::unix::fs::symlink("../shared.coder", tree.join(".coder/a.coder")).expect("a link");
    assert_eq!(ended(&sandbox.coderc(&tree, &["fmt"])).0, Some(0));
    assert!(tree.join(".coder/a.coder").is_symlink());
    assert_eq!(read(&tree, "shared.coder"), CANONICAL);
}

/// The texts of the examples and of generated packages.
fn texts() -> Vec<String> {
    let packages = examples::all().iter().flat_map(|example| example.packages()).chain([mixture::package(6)]).collect::<Vec<_>>();
    let files = packages.into_iter().flat_map(|package| package.files).chain(generated::package(10));
    files.filter(|(path, _)| path.ends_with(".coder")).map(|(_, text)| text).collect()
}

/// The layout of a text; `None` where its syntax leaves it without one.
fn laid_out(text: &str) -> Option<String> {
    let (layouts, _) = format(vec![LoadedFile { path: "a.coder".into(), text: Ok(Arc::from(text)) }]);
    layouts.into_iter().next()?.1.ok()
}

/// What must stay: tokens and comments, without white space and commas.
fn kept(text: &str) -> Vec<String> {
    let blank = |kind| matches!(kind, syntax::Kind::Whitespace | syntax::Kind::Newline | syntax::Kind::Comma);
    let tokens = syntax::tokens(text).into_iter().filter(|token| !blank(token.kind));
    tokens.map(|token| text[token.range].trim_end().to_owned()).collect()
}

#[test]
fn layouts_lose_nothing_and_are_their_own() {
    let mut random = Random::new(7);
    let mut laid = 0;
    for text in texts() {
        for _ in 0..20 {
            let odd = jumbled(&mut random, &text);
            let Some(once) = laid_out(&odd) else { panic!("white space alone makes no mistake:\n{odd}") };
            assert_eq!(kept(&odd), kept(&once));
            assert_eq!(laid_out(&once).as_deref(), Some(once.as_str()), "from\n{odd}");
        }
        // Whatever else is done to it: where it is still free of mistakes, the same holds.
        for _ in 0..20 {
            let edited = mutation::text(&mut random, &text);
            let Some(once) = laid_out(&edited) else { continue };
            laid += 1;
            assert_eq!(kept(&edited), kept(&once));
            assert_eq!(laid_out(&once).as_deref(), Some(once.as_str()), "from\n{edited}");
        }
    }
    assert!(laid > 50, "{laid} of the edited texts were free of mistakes");
}

/// The text with other white space where that has no meaning: at the starts and ends of lines, and around `=`.
fn jumbled(random: &mut Random, text: &str) -> String {
    if text.contains("\"\"\"") {
        return text.to_owned();
    }
    let lines = text.lines().map(|line| {
        let line = line.trim_start();
        let indented = format!("{}{line}", " ".repeat(random.below(7)));
        let end = ["\n", " \n", "\r\n", "\n\n", "\n\n\n"][random.below(5)];
        if line.starts_with("//") { format!("{indented}\n") } else { format!("{indented}{end}") }
    });
    lines.collect()
}
