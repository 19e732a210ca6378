//! The known name that a misspelt one most likely means.

/// The one nearest name: a small edit distance for its length, and no other as near. Adjacent swaps count as one edit.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match name.chars().count() {
        0..=1 => 0,
        2..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    let mut best: Option<(usize, &str)> = None;
    let mut tied = false;
    for candidate in known {
        let distance = distance(&name.to_lowercase(), &candidate.to_lowercase());
        if distance > limit || candidate == name {
            continue;
        }
        match best {
            Some((least, _)) if distance > least => {}
            Some((least, word)) if distance == least => tied = word != candidate,
            _ => (best, tied) = (Some((distance, candidate)), false),
        }
    }
    best.filter(|_| !tied).map(|(_, word)| word)
}

/// The optimal string alignment distance.
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut rows = vec![vec![0; right.len() + 1]; left.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=right.len()).collect();
    for i in 1..=left.len() {
        for j in 1..=right.len() {
            let substituted = rows[i - 1][j - 1] + usize::from(left[i - 1] != right[j - 1]);
            let mut least = substituted.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[left.len()][right.len()]
}

/// Names for a sentence: "`a`, `b` and `c`", cut after eight.
pub fn list(names: &[impl AsRef<str>]) -> String {
    let quoted: Vec<String> = names.iter().take(8).map(|name| format!("`{}`", name.as_ref())).collect();
    match (quoted.split_last(), names.len() - quoted.len()) {
        (None, _) => String::new(),
        (Some((last, [])), 0) => last.clone(),
        (Some((last, rest)), 0) => format!("{} and {last}", rest.join(", ")),
        (Some(_), more) => format!("{} and {more} more", quoted.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_nearest_name_or_none() {
        assert_eq!(nearest("memry", ["memory", "cpu"]), Some("memory"));
        assert_eq!(nearest("mins", ["min", "ms", "s"]), Some("min"));
        assert_eq!(nearest("ab", ["ac", "ad"]), None);
        assert_eq!(nearest("contianer", ["container", "volume"]), Some("container"));
        assert_eq!(nearest("frobnicate", ["memory"]), None);
    }

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(list(&["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(list(&["a"]), "`a`");
    }
}
