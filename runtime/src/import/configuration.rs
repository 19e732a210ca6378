//! Git's configuration of the user and the environment, in git's own order, for libgit2, which reads only part of it.
//!
//! libgit2 knows the files at their usual places, but none of the variables that name others (`GIT_CONFIG_GLOBAL`,
//! `GIT_CONFIG_SYSTEM`, `GIT_CONFIG_NOSYSTEM`, `GIT_CONFIG_COUNT`). A repository's own file is not read here.

use std::env;
use std::path::{Path, PathBuf};

use git2::{Config, ConfigLevel};

/// The configuration. `scratch` is a file to be made where the environment holds settings itself.
pub(super) fn configuration(scratch: &Path) -> Result<Config, git2::Error> {
    let mut configuration = of_files()?;
    let settings = settings_of_the_environment();
    if !settings.is_empty() {
        let mut file = Config::open(scratch)?;
        for (name, value) in settings {
            // A pattern that matches no value, so that the setting is added beside others of its name.
            file.set_multivar(&name, "^$a", &value)?;
        }
        configuration.add_file(scratch, ConfigLevel::App, false)?;
    }
    Ok(configuration)
}

/// The configuration with the file of a repository, as it is for work in that repository.
pub(crate) fn within(repository: &git2::Repository) -> Result<Config, git2::Error> {
    let mut configuration = of_files()?;
    let file = repository.commondir().join("config");
    if file.is_file() {
        configuration.add_file(&file, ConfigLevel::Local, false)?;
    }
    Ok(configuration)
}

fn of_files() -> Result<Config, git2::Error> {
    let mut configuration = Config::new()?;
    for (path, level) in files() {
        if path.is_file() {
            configuration.add_file(&path, level, false)?;
        }
    }
    Ok(configuration)
}

/// Whether the user names a program of their own for ssh, which libgit2 cannot run.
pub(super) fn has_ssh_program(configuration: &Config) -> bool {
    ["GIT_SSH_COMMAND", "GIT_SSH"].iter().any(|name| variable(name).is_some())
        || configuration.get_entry("core.sshcommand").is_ok()
}

fn files() -> Vec<(PathBuf, ConfigLevel)> {
    let mut files = Vec::new();
    if !variable("GIT_CONFIG_NOSYSTEM").is_some_and(|value| Config::parse_bool(value.as_str()).unwrap_or(true)) {
        let system = variable("GIT_CONFIG_SYSTEM").map(PathBuf::from).or_else(|| Config::find_system().ok());
        files.extend(system.map(|path| (path, ConfigLevel::System)));
    }
    // Set but empty means none.
    if let Some(global) = env::var_os("GIT_CONFIG_GLOBAL") {
        files.push((global.into(), ConfigLevel::Global));
        return files;
    }
    let home = variable("HOME").map(PathBuf::from);
    let folder = variable("XDG_CONFIG_HOME").map(PathBuf::from).or_else(|| Some(home.as_ref()?.join(".config")));
    files.extend(folder.map(|folder| (folder.join("git").join("config"), ConfigLevel::XDG)));
    files.extend(home.map(|home| (home.join(".gitconfig"), ConfigLevel::Global)));
    files
}

/// `GIT_CONFIG_COUNT`, `GIT_CONFIG_KEY_0`, `GIT_CONFIG_VALUE_0`, …
fn settings_of_the_environment() -> Vec<(String, String)> {
    let count = variable("GIT_CONFIG_COUNT").and_then(|count| count.parse::<usize>().ok()).unwrap_or(0).min(1000);
    let setting = |index: usize| {
        let name = variable(&format!("GIT_CONFIG_KEY_{index}"))?;
        Some((name, env::var(format!("GIT_CONFIG_VALUE_{index}")).ok()?))
    };
    (0..count).filter_map(setting).collect()
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
