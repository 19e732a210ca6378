//! Which applied environments a command works on that reads or deletes one: those of the package around, where it has what is
//! named, and never two that are called the same.
//!
//! A cluster is shared: another team's `environment.dev` is not what somebody means in a package that has one.

use std::collections::BTreeMap;

use compiler::plan::action::Package;

use super::Exit;
use super::applied::names;
use crate::providers::applied::Environment;
use crate::render::applyset;

/// Narrows `named`, which are what `targets` name.
///
/// # Errors
/// Two have one address, or without a package and a namespace (`-n`) they lie in several.
pub fn chosen<'a>(
    named: Vec<&'a (usize, Environment)>,
    targets: &[String],
    package: Option<&Package>,
    namespace: Option<&str>,
) -> Result<Vec<&'a (usize, Environment)>, Exit> {
    let own = |environment: &Environment| package.is_some_and(|package| belongs(environment, package));
    let has = |target: &String| named.iter().any(|(_, environment)| names(target, environment) && own(environment));
    let (ours, all): (Vec<&String>, Vec<&String>) = targets.iter().partition(|target| has(target));
    let wanted = |environment: &Environment| {
        all.iter().any(|target| names(target, environment))
            || (own(environment) && ours.iter().any(|target| names(target, environment)))
    };
    let chosen: Vec<&(usize, Environment)> = named.into_iter().filter(|(_, environment)| wanted(environment)).collect();

    let mut places: BTreeMap<&str, Vec<&Environment>> = BTreeMap::new();
    for (_, environment) in &chosen {
        places.entry(&environment.address).or_default().push(environment);
    }
    let same: Vec<&Environment> = places.into_values().filter(|same| same.len() > 1).flatten().collect();
    if let Some(first) = same.first() {
        let many = same.iter().filter(|environment| environment.address == first.address).count();
        return Err(several(format!("`{}` names {many} environments", first.address), &same));
    }
    let strangers: Vec<&Environment> = chosen.iter().map(|(_, environment)| environment).filter(|one| !own(one)).collect();
    let spread = strangers.iter().any(|one| one.namespace != strangers[0].namespace);
    if namespace.is_none() && spread {
        let words = targets.iter().map(|target| format!("`{target}`")).collect::<Vec<_>>().join(" ");
        return Err(several(format!("{words} names environments of several namespaces"), &strangers));
    }
    Ok(chosen)
}

fn belongs(environment: &Environment, package: &Package) -> bool {
    let set = environment.part_of.as_deref();
    set.is_some_and(|set| applyset::is_of(set, package, environment.namespace.as_deref()))
}

fn several(message: String, which: &[&Environment]) -> Exit {
    let shown = |environment: &&Environment| match &environment.namespace {
        Some(namespace) => format!("{} in {namespace} ({})", environment.address, environment.provider),
        None => format!("{} ({})", environment.address, environment.provider),
    };
    let mut shown: Vec<String> = which.iter().map(shown).collect();
    if shown.len() > 8 {
        let more = shown.len() - 7;
        shown.truncate(7);
        shown.push(format!("{more} more"));
    }
    Exit::refused(message)
        .help(format!("there are {}", shown.join(", ")))
        .help("choose with `-n NAMESPACE` or `--on podman`, or run it in the package that has what you mean")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(url: &str) -> Package {
        Package { url: url.into(), commit: "".into(), path: "".into() }
    }

    fn environment(address: &str, of: &str, namespace: Option<&str>) -> (usize, Environment) {
        let part_of = Some(applyset::id(&package(of), namespace));
        let namespace = namespace.map(str::to_owned);
        let name = address.trim_start_matches("environment.").to_owned();
        (
            0,
            Environment {
                address: address.to_owned(),
                name,
                namespace,
                part_of,
                provider: "kubernetes",
                ..Environment::default()
            },
        )
    }

    fn check(there: &[(usize, Environment)], targets: &[&str], of: Option<&str>, expected: Result<&[&str], &str>) {
        let targets: Vec<String> = targets.iter().map(ToString::to_string).collect();
        let named = there.iter().filter(|(_, one)| targets.iter().any(|target| names(target, one))).collect();
        let result = chosen(named, &targets, of.map(package).as_ref(), None);
        let place = |one: &Environment| format!("{} {}", one.address, one.namespace.as_deref().unwrap_or("-"));
        match (result, expected) {
            (Ok(chosen), Ok(expected)) => {
                assert_eq!(chosen.iter().map(|(_, one)| place(one)).collect::<Vec<_>>(), expected);
            }
            (Err(Exit::Refused { message, .. }), Err(expected)) => assert_eq!(message.as_deref(), Some(expected)),
            _ => panic!("{targets:?}"),
        }
    }

    #[test]
    fn those_of_the_package_go_first() {
        let there = [
            environment("environment.dev", "a", Some("team-a")),
            environment("environment.dev", "b", Some("team-b")),
            environment("environment.only", "b", Some("team-b")),
        ];
        check(&there, &["environment.dev"], Some("a"), Ok(&["environment.dev team-a"]));
        check(&there, &["environment.dev"], Some("b"), Ok(&["environment.dev team-b"]));
        check(&there, &["environment.*"], Some("b"), Ok(&["environment.dev team-b", "environment.only team-b"]));
        check(&there, &["environment.only"], Some("a"), Ok(&["environment.only team-b"]));
        check(&there, &["only"], None, Ok(&["environment.only team-b"]));
    }

    #[test]
    fn two_of_one_name_are_never_meant() {
        let there = [environment("environment.dev", "a", Some("one")), environment("environment.dev", "a", Some("two"))];
        for of in [Some("a"), Some("c"), None] {
            check(&there, &["environment.dev"], of, Err("`environment.dev` names 2 environments"));
        }
        let there = [environment("environment.dev", "a", Some("one")), environment("environment.test", "b", Some("two"))];
        let several = "`environment.*` names environments of several namespaces";
        check(&there, &["environment.*"], None, Err(several));
        check(&there, &["environment.*"], Some("a"), Ok(&["environment.dev one"]));
    }
}
