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

/// What is added to the registries' configuration for those that speak http.
pub fn insecure(build: &Build) -> String {
    let entry = |registry: &smol_str::SmolStr| {
        format!("\n[[registry]]\nlocation = {}\ninsecure = true\n", toml::Value::from(registry.as_str()))
    };
    build.insecure.iter().map(entry).collect()
}
