//! The arguments of `buildah build` for one build.
//!
//! Pure. Flags of the plan's own builder, kaniko, are not passed on: what they decide, buildah does by itself.

use std::path::Path;

use compiler::plan::action::Build;

use crate::render::annotations;

/// Where the parts of one build lie.
pub struct Parts<'a> {
    pub context: &'a Path,
    pub dockerfile: &'a Path,
    /// An empty file: the context holds only what is to be there.
    pub ignore: &'a Path,
    /// A file for each secret of the build, in its order.
    pub secrets: &'a [std::path::PathBuf],
}

pub fn arguments(build: &Build, parts: &Parts<'_>) -> Vec<String> {
    let mut arguments: Vec<String> =
        ["build", "--isolation=chroot", "--layers", "--force-rm", "--pull=missing", "--format=oci"].map(String::from).into();
    arguments.push(format!("--file={}", parts.dockerfile.display()));
    arguments.push(format!("--ignorefile={}", parts.ignore.display()));
    arguments.push(format!("--platform={}", build.platform));
    arguments.push(format!("--tag={}", build.destination));
    arguments.extend(build.target.iter().map(|target| format!("--target={target}")));
    arguments.extend(build.args.iter().map(|(name, value)| format!("--build-arg={name}={value}")));
    arguments.extend(build.labels.iter().map(|(name, value)| format!("--label={name}={value}")));
    arguments.extend(annotations(build).map(|(name, value)| format!("--annotation={name}={value}")));
    for ((id, _), file) in build.secrets.iter().zip(parts.secrets) {
        arguments.push(format!("--secret=id={id},src={}", file.display()));
    }
    arguments.push(parts.context.display().to_string());
    arguments
}

/// The registries' configuration for a build, from the user's: where names without a host are looked for, unless that is said, and
/// which registries speak http.
pub fn registries(insecure: &[smol_str::SmolStr], before: &str) -> String {
    // The first version of the format has tables of these names, and cannot be added to.
    if before.lines().any(|line| line.trim_start().starts_with("[registries.")) {
        return before.to_owned();
    }
    let said = before.lines().any(|line| line.trim_start().starts_with("unqualified-search-registries"));
    let search = if said { "" } else { "unqualified-search-registries = [\"docker.io\"]\n" };
    let entry = |registry: &smol_str::SmolStr| {
        format!("\n[[registry]]\nlocation = {}\ninsecure = true\n", toml::Value::from(registry.as_str()))
    };
    format!("{search}{before}{}", insecure.iter().map(entry).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_users_registries_stand_before_a_builds() {
        let of = |before: &str| registries(&["registry:5000".into()], before);
        let http = "\n[[registry]]\nlocation = \"registry:5000\"\ninsecure = true\n";
        assert_eq!(of(""), format!("unqualified-search-registries = [\"docker.io\"]\n{http}"));
        let own = "unqualified-search-registries = [\"quay.io\"]\n";
        assert_eq!(of(own), format!("{own}{http}"));
        assert_eq!(of("[registries.search]\n"), "[registries.search]\n");
    }
}
