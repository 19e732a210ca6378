//! Every diagnostic is one file and one page, of the same name, listed once.

use std::collections::BTreeSet;

use compiler::diagnostics::catalog;

use super::{files, hold};

const FOLDER: &str = "compiler/src/diagnostics/catalog/";

#[test]
fn files_pages_and_list_agree() {
    let files = files();
    let names = |ending: &str| -> BTreeSet<String> {
        let inside = files.iter().filter_map(|file| file.path.strip_prefix(FOLDER)?.strip_suffix(ending));
        inside.filter(|name| *name != "mod").map(|name| name.replace('_', "-")).collect()
    };
    let listed: BTreeSet<String> = catalog::ALL.iter().map(|info| info.name.to_string()).collect();
    assert_eq!(names(".rs"), listed, "the files of the catalog and its list");
    assert_eq!(names(".md"), listed, "the pages of the catalog and its list");
}

#[test]
fn the_list_is_in_order() {
    let names: Vec<&str> = catalog::ALL.iter().map(|info| info.name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable_by_key(|name| name.replace('-', "_"));
    assert_eq!(names, sorted);
}

/// Pages that cannot be made true by a package alone, with what they need; they show `## Example` instead.
const NEEDS_THE_WORLD: &[(&str, &str)] = &[
    ("base-denied", "a build"),
    ("base-not-found", "a registry"),
    ("build-base-missing", "a build"),
    ("build-context-file", "a build"),
    ("build-deadline", "a build"),
    ("build-disk", "a build"),
    ("build-failed", "a build"),
    ("build-git", "a build"),
    ("build-memory", "a build"),
    ("build-step", "a build"),
    ("build-too-large", "a build"),
    ("build-unschedulable", "a build"),
    ("builder-image", "a build"),
    ("cancelled", "an apply"),
    ("changed-content", "a lock that disagrees with a commit's files"),
    ("cluster-answer", "a cluster"),
    ("cluster-auth", "a cluster"),
    ("cluster-configuration", "a cluster"),
    ("cluster-network", "a cluster"),
    ("commit-not-pushed", "a build"),
    ("commit-unreachable", "a build"),
    ("context-not-committed", "a plan, and files that no commit has"),
    ("context-unreadable", "an apply"),
    ("environment-configuration", "a cluster"),
    ("environment-crash", "a cluster"),
    ("environment-deadline", "a cluster"),
    ("environment-image", "a cluster"),
    ("environment-probe", "a cluster"),
    ("environment-quota", "a cluster"),
    ("environment-refused", "a cluster"),
    ("environment-unschedulable", "a cluster"),
    ("environment-volume", "a cluster"),
    ("field-conflict", "a cluster"),
    ("file-unreadable", "a file that is no text"),
    ("image-cycle", "a plan"),
    ("import-auth", "a remote that wants credentials"),
    ("import-cache", "a cache that cannot be written"),
    ("import-network", "a remote that cannot be reached"),
    ("import-tree", "a commit that git itself would not make"),
    ("invalid-argument", "a template named on the command line"),
    ("invalid-tag", "a plan"),
    ("lease-held", "a cluster"),
    ("local-build", "programs of this machine"),
    ("local-environment", "programs of this machine"),
    ("local-secret", "programs of this machine"),
    ("lock-write", "a checkout that cannot be written"),
    ("missing-program", "programs of this machine"),
    ("modified-context", "a plan, and files that differ from their commit"),
    ("moved-tag", "a remote that changes after it was locked"),
    ("namespace-missing", "a cluster"),
    ("no-repository", "a plan"),
    ("object-name-taken", "a plan"),
    ("object-not-ours", "a cluster"),
    ("plan-lint", "a defect of the compiler"),
    ("push-denied", "a build"),
    ("push-refused", "a build"),
    ("push-unproven", "a build"),
    ("registry-answer", "a registry that is broken"),
    ("registry-auth", "a registry that wants credentials"),
    ("registry-limit", "a registry that is asked too often"),
    ("registry-network", "a registry that cannot be reached"),
    ("saved-plan", "an apply"),
    ("secret-missing", "a cluster"),
    ("tag-taken", "a plan"),
    ("unknown-target", "a command line"),
    ("unpinned-base", "a plan, and a lock without an entry"),
    ("unpinned-image", "a plan, and a lock without an entry"),
    ("volume-replaced", "a cluster"),
];

#[test]
fn every_page_teaches_and_shows_both_sides() {
    let mut violations = Vec::new();
    for info in catalog::ALL {
        let lines: Vec<&str> = info.page.lines().collect();
        let section = |title: &str| lines.iter().position(|line| *line == title);
        let (wrong, right, example) = (section("## Wrong"), section("## Right"), section("## Example"));
        let excused = NEEDS_THE_WORLD.iter().any(|(name, _)| *name == info.name);
        let first = wrong.or(example).unwrap_or(lines.len());
        let prose: usize = lines[..first].iter().skip(1).map(|line| line.len()).sum();
        let mut expect = |holds: bool, what: &str| {
            if !holds {
                violations.push(format!("{}: {what}", info.name));
            }
        };
        let kebab = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
        expect(info.name.chars().all(kebab), "the name is kebab case");
        expect(lines.first() == Some(&format!("# {}", info.name).as_str()), "the page begins with `# name`");
        expect(prose > 60, "a paragraph that teaches stands below the title");
        if excused {
            expect(example.is_some() && wrong.is_none(), "the page has `## Example`");
        } else {
            expect(wrong.is_some() && wrong < right && example.is_none(), "the page has `## Wrong`, then `## Right`");
        }
    }
    hold("a page of the catalog", violations);
}

#[test]
fn excuses_are_about_what_exists() {
    let gone = NEEDS_THE_WORLD.iter().filter(|(name, _)| catalog::find(name).is_none());
    hold("an excused page exists", gone.map(|(name, _)| name.to_string()).collect());
}
