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

#[test]
fn every_page_teaches_and_shows_both_sides() {
    let mut violations = Vec::new();
    for info in catalog::ALL {
        let lines: Vec<&str> = info.page.lines().collect();
        let kebab =
            info.name.chars().all(|character| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-');
        let wrong = lines.iter().position(|line| *line == "## Wrong");
        let right = lines.iter().position(|line| *line == "## Right");
        let mut expect = |holds: bool, what: &str| {
            if !holds {
                violations.push(format!("{}: {what}", info.name));
            }
        };
        expect(kebab, "the name is kebab case");
        expect(lines.first() == Some(&format!("# {}", info.name).as_str()), "the page begins with `# name`");
        expect(wrong.is_some() && wrong < right, "the page has `## Wrong`, then `## Right`");
        let prose = lines[..wrong.unwrap_or(0)].iter().skip(1).map(|line| line.len()).sum::<usize>();
        expect(prose > 60, "a paragraph that teaches stands below the title");
    }
    hold("a page of the catalog", violations);
}
