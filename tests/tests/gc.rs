//! `coderc gc`, of images: what no plan of a branch has, no tag of a branch names and no environment runs is deleted, the rest
//! stays.
//!
//! Which image that is, of a given list, is tested with the code that decides it.

use std::process::{ExitCode, Output};

use libtest_mimic::{Arguments, run};
use tests::bed::Bed;
use tests::parts::trial;
use tests::team::Team;

fn main() -> ExitCode {
    let trials =
        vec![trial("images_that_nothing_reaches_are_deleted", Bed::missing_at_length(), images_that_nothing_reaches_are_deleted)];
    run(&Arguments::from_args(), trials).exit_code()
}

fn images_that_nothing_reaches_are_deleted() {
    let team = Team::with("garbage", "");
    let remote = team.bed.git_folder().join(format!("github.com/{}/kaniko", &*team.namespace));
    // The image as a branch has it, and as the default branch has it now; three personalised ones, of which the last runs.
    team.ok(&["apply"]);
    team.sandbox.add_ref(&format!("github.com/{}/kaniko", &*team.namespace), "refs/heads/old");
    team.replace("echo test3", "echo test4");
    team.ok(&["apply"]);
    team.change_platform("dev/motd", "hello again\n");
    team.ok(&["apply"]);
    let all = team.pushed();
    assert_eq!(all.len(), 5, "{all:?}");

    // What is young stays, and nothing is deleted unasked.
    let young = gc(&team, &[]);
    assert!(!young.contains("/dev:"), "{young}");
    let shown = gc(&team, &["--older-than", "0s"]);
    let images = |said: &str| said.lines().filter(|line| line.contains("/dev:") && line.contains(":b-")).count();
    assert!(images(&shown) == 2 && shown.contains("would be deleted") && shown.contains("gc --yes"), "{shown}");
    assert_eq!(team.pushed(), all);
    let kept = gc(&team, &["--older-than", "0s", "--keep", "b-*"]);
    assert_eq!(images(&kept), 0, "{kept}");

    let deleted = gc(&team, &["--older-than", "0s", "--yes"]);
    assert_eq!(images(&deleted), 2, "{deleted}");
    let left = team.pushed();
    assert_eq!(left.len(), 3, "{left:?}");
    assert!(team.ok(&["apply"]).contains("nothing to do"));
    let again = gc(&team, &["--older-than", "0s", "--yes"]);
    assert_eq!(images(&again), 0, "{again}");

    // With the branch its image goes; what the default branch builds and what runs stays.
    team.sandbox.git(&remote, &["update-ref", "-d", "refs/heads/old"]);
    let deleted = gc(&team, &["--older-than", "0s", "--yes"]);
    assert_eq!(images(&deleted), 1, "{deleted}");
    assert_eq!(team.pushed().len(), 2);
    assert!(team.ok(&["apply"]).contains("nothing to do"));
}

/// `coderc gc` in the image's own package; what it prints.
fn gc(team: &Team, arguments: &[&str]) -> String {
    let mut command = team.sandbox.coderc_command(&team.platform, &[&["gc"], arguments].concat());
    let Output { status, stdout, stderr } =
        command.env("CODERC_KUBECONFIG", team.bed.kubeconfig()).output().expect("coderc runs");
    let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{said}");
    said
}
