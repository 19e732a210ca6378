//! Debian's Neovim with its built-in client and the lines of `lsp/README.md`: a real editor on a real package.

use std::collections::BTreeMap;
use std::process::ExitCode;

use libtest_mimic::{Arguments, run};
use tests::binary::coderc;
use tests::literate::sections;
use tests::parts::{program, trial};
use tests::sandbox::{Files, Sandbox};

fn main() -> ExitCode {
    let missing = program("nvim").map(drop);
    let trials = vec![trial("a_person_edits_a_package", missing, a_person_edits_a_package)];
    run(&Arguments::from_args(), trials).exit_code()
}

fn a_person_edits_a_package() {
    let sandbox = Sandbox::new();
    let files = |files: &[(&str, &str)]| -> Files {
        files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect::<BTreeMap<_, _>>()
    };
    let images = "/// Ubuntu with tools.\nimage ubuntu { repository = \"acme/ubuntu\", context = \"dev\" }\n";
    sandbox.repository(
        "github.com/acme/platform",
        &files(&[(".coder/images.coder", images), ("dev/Dockerfile", "FROM debian:12\n")]),
    );
    let main = "import \"github.com/acme/platform\" at \"main\" as platform\n\n\
                environment dev {\n  container main {\n    image = platform.image.ubuntu\n    memory = 4GB\n  }\n}\n";
    let tree = sandbox.repository("github.com/acme/root", &files(&[(".coder/main.coder", main)]));
    let set_up = tree.with_file_name("init.lua");
    std::fs::write(&set_up, lines_of_the_readme()).expect("a file");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/neovim/editing.lua");
    let nvim = program("nvim").expect("it is installed");
    let mut command = sandbox.command(&nvim, &tree);
    // The lines call it by its name.
    let programs = tree.with_file_name("programs");
    std::fs::create_dir(&programs).expect("a folder");
    std::os::unix::fs::symlink(coderc(), programs.join("coderc")).expect("a link");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([programs].into_iter().chain(std::env::split_paths(&path))).expect("a search path");
    command.env("PATH", path).args(["--headless", "--clean", "-u"]).arg(&set_up).args(["-S", script]);
    let output = command.output().expect("nvim runs");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    assert_eq!(said.matches("ok: ").count(), 7, "{said}");
}

/// The fenced block of Lua in the language server's README.
fn lines_of_the_readme() -> String {
    let readme = include_str!("../../lsp/README.md");
    let sections = sections(readme);
    let blocks = sections.iter().flat_map(|section| &section.blocks);
    blocks.filter(|block| block.language == "lua").map(|block| block.text.clone()).collect()
}
