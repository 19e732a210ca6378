//! Links of the documents lead somewhere: the files exist, and the headings in them.

use super::{File, files, hold, root};

#[test]
fn relative_links_lead_somewhere() {
    let mut violations = Vec::new();
    for file in files().iter().filter(|file| file.path.ends_with(".md")) {
        let broken = links(file).filter(|(_, target)| !leads_somewhere(file, target));
        violations.extend(broken.map(|(line, target)| format!("{}:{line}: {target}", file.path)));
    }
    hold("a relative link of a document leads somewhere", violations);
}

/// The targets of `[text](target)` outside fenced blocks, with their lines, web addresses left out.
fn links(file: &File) -> impl Iterator<Item = (usize, String)> {
    let mut fenced = false;
    let prose = file.text().lines().zip(1..).filter(move |(line, _)| {
        fenced ^= line.starts_with("```");
        !fenced
    });
    let targets = prose.flat_map(|(line, number)| {
        let ends = line.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        ends.map(move |(target, _)| (number, target.to_string())).collect::<Vec<_>>()
    });
    targets.filter(|(_, target)| !target.contains("://"))
}

fn leads_somewhere(from: &File, target: &str) -> bool {
    let (path, heading) = target.split_once('#').unwrap_or((target, ""));
    let folder = from.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = if path.is_empty() { root().join(&from.path) } else { root().join(folder).join(path) };
    if heading.is_empty() {
        return path.exists();
    }
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().filter(|line| line.starts_with('#')).any(|line| anchor(line.trim_start_matches('#').trim()) == heading)
}

/// A heading's anchor, as code hosts make it.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().replace(' ', "-");
    kept.chars().filter(|character| character.is_alphanumeric() || matches!(character, '-' | '_')).collect()
}
