//! The part of a plan that its targets ask for: they, and everything they need.
//!
//! Knows addresses only; names of a package that were never planned are not looked up here.

use rustc_hash::{FxHashMap, FxHashSet};

use super::action::{Plan, Step};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::unknown_target;

/// Keeps what the patterns name, what that needs, and the tags that follow its builds; no patterns keep everything. A pattern
/// is an address (`environment.team-a` is all of that environment) in which `*` stands for any text. One that names nothing
/// is a diagnostic.
pub fn select(mut plan: Plan, patterns: &[String]) -> Plan {
    if patterns.is_empty() {
        return plan;
    }
    let index_of: FxHashMap<&str, usize> =
        plan.actions.iter().enumerate().map(|(index, action)| (action.address.as_str(), index)).collect();
    let mut kept = vec![false; plan.actions.len()];
    let mut missing = Vec::new();
    for pattern in patterns {
        let mut found = false;
        for (index, action) in plan.actions.iter().enumerate() {
            if covers(pattern, &action.address) {
                (kept[index], found) = (true, true);
            }
        }
        for (_, build) in plan.shared.iter().filter(|(address, _)| covers(pattern, address)) {
            if let Some(index) = index_of.get(build.as_str()) {
                (kept[*index], found) = (true, true);
            }
        }
        if !found {
            missing.push(pattern.clone());
        }
    }
    // Needs stand earlier, so one pass from the end finds them all.
    for index in (0..plan.actions.len()).rev() {
        if kept[index] {
            for need in plan.actions[index].needs.iter().filter_map(|need| index_of.get(need.as_str())) {
                kept[*need] = true;
            }
        }
    }
    for (index, action) in plan.actions.iter().enumerate() {
        if let Step::Tag(tag) = &action.step {
            kept[index] |= tag.of.iter().all(|of| index_of.get(of.as_str()).is_some_and(|of| kept[*of]));
        }
    }
    let addresses = plan.actions.iter().map(|action| &action.address).chain(plan.shared.iter().map(|(address, _)| address));
    let addresses: FxHashSet<String> = addresses.map(|address| owner(address).to_owned()).collect();
    plan.shared.retain(|(_, build)| index_of.get(build.as_str()).is_some_and(|index| kept[*index]));
    let mut kept = kept.into_iter();
    plan.actions.retain(|_| kept.next().unwrap_or(true));
    let mut known: Vec<String> = addresses.into_iter().collect();
    known.sort_unstable();
    // What was left out because of a mistake is not unknown.
    if plan.diagnostics.iter().any(Diagnostic::is_error) {
        return plan;
    }
    plan.diagnostics.extend(missing.iter().map(|pattern| unknown_target::new(pattern, &known)));
    plan
}

/// `image.dev` of `image.dev/linux-arm64`, `environment.a["x/y"]` of `environment.a["x/y"]/ready`: what a user declared.
pub fn owner(address: &str) -> &str {
    let bracket = address.rfind(['"', ')']).map_or(0, |end| end + 1);
    match address[bracket..].find('/') {
        Some(slash) => &address[..bracket + slash],
        None => address,
    }
}

/// `environment.dev` of `environment.dev["ana"]` and of `environment.dev(user=ana)`: the declaration, whichever of its instances.
fn declaration(owner: &str) -> &str {
    owner.split(['[', '(']).next().unwrap_or(owner)
}

/// Whether a pattern names an address, something that it is part of, or the declaration that it is an instance of.
pub fn covers(pattern: &str, address: &str) -> bool {
    let owner = owner(address);
    matches(pattern, address) || matches(pattern, owner) || matches(pattern, declaration(owner))
}

/// `*` is any text, also none.
fn matches(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert!(matches("image.*", "image.dev"));
        assert!(!matches("image.*", "kaniko.image.dev"));
        assert!(matches("*.image.*", "kaniko.image.dev"));
        assert!(matches("environment.dev*", "environment.dev[\"ana\"]"));
        assert!(matches("a*b*c", "a-b-b-c") && !matches("a*b*c", "a-c"));
        assert!(!matches("a*a", "a"));
        assert!(covers("environment.team-a", "environment.team-a/env"));
        assert!(!covers("environment.team", "environment.team-a/env"));
        assert!(
            covers("environment.dev", "environment.dev[\"a/b\"]/env")
                && covers("p.image.go", "p.image.go(release=1.22)/linux-arm64")
        );
        assert!(covers("environment.team-a/env", "environment.team-a/env"));
    }

    #[test]
    fn the_owner_of_an_action() {
        assert_eq!(owner("image.dev/linux-arm64"), "image.dev");
        assert_eq!(owner("image.dev"), "image.dev");
        assert_eq!(owner("environment.dev[\"a/b\"]/ready"), "environment.dev[\"a/b\"]");
        assert_eq!(owner("environment.dev(user=a/b)/ready"), "environment.dev(user=a/b)");
        assert_eq!(owner("image.dev/tag:v1"), "image.dev");
    }
}
