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

/// Pages that cannot be made true by a package alone, and the test that shows each as a user meets it, with what mends it: its
/// file, and its function. They show `## Example` instead of both sides.
const NEEDS_THE_WORLD: &[(&str, &str, &str)] = &[
    ("base-denied", "runtime/src/builders/kaniko/cause_tests.rs", "bases_are_pointed_at_where_they_stand"),
    ("base-not-found", "tests/tests/faults.rs", "a_base_that_is_gone_is_told"),
    ("build-base-missing", "runtime/src/builders/kaniko/cause_tests.rs", "bases_are_pointed_at_where_they_stand"),
    ("build-context-file", "runtime/src/builders/kaniko/cause_tests.rs", "a_missing_file_is_named"),
    ("build-deadline", "runtime/src/builders/kaniko/cause_tests.rs", "memory_is_told_from_other_ends"),
    ("build-disk", "tests/tests/faults.rs", "a_full_disk_is_told"),
    ("build-failed", "runtime/src/builders/kaniko/cause_tests.rs", "what_nobody_knows_is_told_in_its_own_words"),
    ("build-git", "tests/tests/builds.rs", "a_repository_that_is_not_there"),
    ("build-memory", "tests/tests/builder.rs", "memory_is_tried_twice"),
    ("build-step", "runtime/src/builders/kaniko/cause_tests.rs", "a_run_line_that_fails_is_pointed_at"),
    ("build-too-large", "runtime/src/builders/kaniko/job.rs", "a_dockerfile_has_to_fit_into_a_config_map"),
    ("build-unschedulable", "tests/tests/builder.rs", "what_no_node_takes_is_given_up"),
    ("builder-image", "runtime/src/builders/kaniko/cause_tests.rs", "what_never_ran"),
    ("cancelled", "tests/tests/faults.rs", "an_interrupt_cancels"),
    ("changed-content", "tests/tests/world_pages.rs", "changed_content"),
    ("cluster-answer", "tests/tests/world_pages.rs", "cluster_answer"),
    ("cluster-auth", "tests/tests/world_pages.rs", "cluster_auth"),
    ("cluster-configuration", "tests/tests/world_pages.rs", "cluster_configuration"),
    ("cluster-network", "tests/tests/world_pages.rs", "cluster_network"),
    ("commit-not-pushed", "tests/tests/faults.rs", "a_commit_that_was_not_pushed_is_told"),
    ("commit-unreachable", "tests/tests/builds.rs", "a_repository_that_is_not_there"),
    ("context-not-committed", "tests/tests/world_pages.rs", "context_not_committed"),
    ("context-unreadable", "tests/tests/podman.rs", "what_fails_is_told_and_mended"),
    ("environment-configuration", "tests/tests/kubernetes.rs", "each_trouble_has_its_name_and_passes"),
    ("environment-crash", "tests/tests/faults.rs", "a_container_that_crashes_is_told_with_its_line"),
    ("environment-deadline", "tests/tests/kubernetes.rs", "each_trouble_has_its_name_and_passes"),
    ("environment-image", "tests/tests/kubernetes.rs", "a_wait_ends_with_the_cause"),
    ("environment-probe", "tests/tests/kubernetes.rs", "each_trouble_has_its_name_and_passes"),
    ("environment-quota", "tests/tests/kubernetes.rs", "each_trouble_has_its_name_and_passes"),
    ("environment-refused", "tests/tests/kubernetes.rs", "each_trouble_has_its_name_and_passes"),
    ("environment-unschedulable", "tests/tests/kubernetes.rs", "each_trouble_has_its_name_and_passes"),
    ("environment-volume", "tests/tests/kubernetes.rs", "each_trouble_has_its_name_and_passes"),
    ("field-conflict", "tests/tests/kubernetes.rs", "drift_and_conflicts_are_told_field_by_field"),
    ("file-unreadable", "tests/tests/bad_input.rs", "files_that_cannot_be_read"),
    ("image-cycle", "tests/tests/world_pages.rs", "image_cycle"),
    ("import-auth", "runtime/src/import/http_tests.rs", "credentials_come_from_helpers_and_are_never_asked_for"),
    ("import-cache", "tests/tests/bad_input.rs", "a_cache_that_cannot_be_written"),
    ("import-network", "tests/tests/bad_input.rs", "no_network"),
    ("import-tree", "tests/tests/world_pages.rs", "import_tree"),
    ("invalid-argument", "tests/tests/world_pages.rs", "invalid_argument"),
    ("invalid-tag", "tests/tests/world_pages.rs", "invalid_tag"),
    ("lease-held", "tests/tests/kubernetes.rs", "leases_exclude"),
    ("local-build", "tests/tests/podman.rs", "what_fails_is_told_and_mended"),
    ("local-environment", "tests/tests/podman.rs", "what_fails_is_told_and_mended"),
    ("local-secret", "tests/tests/podman.rs", "what_fails_is_told_and_mended"),
    ("lock-write", "tests/tests/bad_input.rs", "a_lock_that_cannot_be_written"),
    ("missing-program", "tests/tests/world_pages.rs", "missing_program"),
    ("modified-context", "tests/tests/world_pages.rs", "modified_context"),
    ("moved-tag", "tests/tests/world_pages.rs", "moved_tag"),
    ("namespace-missing", "tests/tests/kubernetes.rs", "everything_that_is_missing"),
    ("no-repository", "tests/tests/world_pages.rs", "no_repository"),
    ("object-name-taken", "tests/tests/world_pages.rs", "object_name_taken"),
    ("object-not-ours", "tests/tests/kubernetes.rs", "what_left_the_sources"),
    ("plan-lint", "compiler/src/plan/tests/defects.rs", "sound"),
    ("push-denied", "tests/tests/builds.rs", "the_push_has_its_own_credentials"),
    ("push-refused", "runtime/src/builders/kaniko/cause_tests.rs", "pushes_that_are_refused"),
    ("push-unproven", "tests/tests/builder.rs", "a_push_that_nobody_sees_is_none"),
    ("registry-answer", "tests/tests/registry.rs", "a_host_that_is_no_registry"),
    ("registry-auth", "tests/tests/registry.rs", "dockers_credentials_open_a_private_registry"),
    ("registry-limit", "tests/tests/registry.rs", "a_limit_that_stays_is_said"),
    ("registry-network", "tests/tests/registry.rs", "a_host_that_is_not_there"),
    ("saved-plan", "tests/tests/apply.rs", "a_saved_plan_is_applied_once"),
    ("secret-missing", "tests/tests/kubernetes.rs", "everything_that_is_missing"),
    ("tag-taken", "tests/tests/world_pages.rs", "tag_taken"),
    ("unknown-target", "tests/tests/world_pages.rs", "unknown_target"),
    ("unpinned-base", "tests/tests/world_pages.rs", "unpinned_base"),
    ("unpinned-image", "tests/tests/world_pages.rs", "unpinned_image"),
    ("volume-replaced", "tests/tests/kubernetes.rs", "what_never_changes"),
];

#[test]
fn every_page_teaches_and_shows_both_sides() {
    let mut violations = Vec::new();
    for info in catalog::ALL {
        let lines: Vec<&str> = info.page.lines().collect();
        let section = |title: &str| lines.iter().position(|line| *line == title);
        let (wrong, right, example) = (section("## Wrong"), section("## Right"), section("## Example"));
        let excused = NEEDS_THE_WORLD.iter().any(|(name, ..)| *name == info.name);
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
    let files = files();
    let problem = |(name, path, test): &(&str, &str, &str)| {
        if catalog::find(name).is_none() {
            return Some(format!("{name}: there is no such page"));
        }
        let shown = files.iter().any(|file| file.path == *path && file.text().contains(&format!("fn {test}(")));
        (!shown).then(|| format!("{name}: `{path}` has no test `{test}`"))
    };
    hold("an excused page exists, and a test shows it", NEEDS_THE_WORLD.iter().filter_map(problem).collect());
}
