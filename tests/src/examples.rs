//! The packages in `examples/`, made into the repositories that `examples/repositories.toml` says they are.
//!
//! What is then asked of them is for the tests to say.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::literate::{self, Package};
use crate::sandbox::{Files, Sandbox};

pub struct Example {
    pub name: String,
    /// The example that has the same plan, but for the commits.
    pub plan_of: Option<String>,
    repositories: Vec<Repository>,
}

struct Repository {
    folder: String,
    url: String,
    branches: Vec<String>,
    tags: Vec<String>,
    plan: Option<String>,
}

/// A package of an example, to be planned.
pub struct Planned {
    /// Its work tree in the sandbox.
    pub tree: PathBuf,
    /// The folder that it is copied from.
    pub source: PathBuf,
    /// The file that holds its plan, beside the folder of its sources.
    pub plan: PathBuf,
}

/// Every example.
///
/// # Panics
/// When the list is not as this reads it, here and below.
pub fn all() -> Vec<Example> {
    let text = std::fs::read_to_string(folder().join("repositories.toml")).expect("the list of repositories");
    let list: Table = text.parse().expect("the list is TOML");
    tables(&list, "example").map(example).collect()
}

impl Example {
    /// Makes its repositories in a sandbox, each with all its files but the plan in one commit; those that are planned.
    pub fn make(&self, sandbox: &Sandbox) -> Vec<Planned> {
        self.repositories.iter().filter_map(|repository| repository.make(sandbox)).collect()
    }
}

impl Example {
    /// Each package that is planned, in memory, with the repositories it can import.
    pub fn packages(&self) -> Vec<Package> {
        let others = |than: &Repository| {
            let others = self.repositories.iter().filter(|other| other.url != than.url);
            let other = |other: &Repository| {
                let repository = literate::Repository { files: other.files(), tags: Vec::new(), branches: Vec::new() };
                (other.url.trim_start_matches("https://").to_string(), repository)
            };
            others.map(other).collect()
        };
        let planned = self.repositories.iter().filter(|repository| repository.plan.is_some());
        planned.map(|root| Package { files: root.files(), others: others(root), ..Package::default() }).collect()
    }
}

impl Repository {
    fn files(&self) -> Files {
        let source = folder().join(&self.folder);
        let mut files = Files::new();
        collect(&source, &source, &mut files);
        files.remove("plan.txt");
        files
    }

    fn make(&self, sandbox: &Sandbox) -> Option<Planned> {
        let (source, files) = (folder().join(&self.folder), self.files());
        let url = self.url.strip_prefix("https://").expect("a URL of an example is https");
        let tree = sandbox.repository(url, &files);
        let (first, others) = self.branches.split_first().expect("a repository has a branch");
        if first != "main" {
            sandbox.rename_branch(url, &tree, "main", first);
        }
        for (kind, names) in [("heads", others), ("tags", &self.tags)] {
            for name in names {
                sandbox.add_ref(url, &format!("refs/{kind}/{name}"));
            }
        }
        let plan = folder().join(self.plan.as_ref()?);
        Some(Planned { tree, source, plan })
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("examples")
}

fn example(table: &Table) -> Example {
    Example {
        name: text(table, "name").expect("an example has a name"),
        plan_of: text(table, "plan-of"),
        repositories: tables(table, "repository").map(repository).collect(),
    }
}

fn repository(table: &Table) -> Repository {
    Repository {
        folder: text(table, "folder").expect("a repository has a folder"),
        url: text(table, "url").expect("a repository has a URL"),
        branches: list(table, "branches"),
        tags: list(table, "tags"),
        plan: text(table, "plan"),
    }
}

fn tables<'a>(table: &'a Table, name: &str) -> impl Iterator<Item = &'a Table> {
    table.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

fn text(table: &Table, name: &str) -> Option<String> {
    table.get(name).and_then(Value::as_str).map(ToString::to_string)
}

fn list(table: &Table, name: &str) -> Vec<String> {
    let values = table.get(name).and_then(Value::as_array).into_iter().flatten();
    values.filter_map(Value::as_str).map(ToString::to_string).collect()
}

fn collect(root: &Path, folder: &Path, files: &mut Files) {
    for entry in std::fs::read_dir(folder).expect("a folder of an example").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("it lies below").to_str().expect("a name in UTF-8").to_string();
            files.insert(name, std::fs::read_to_string(&path).expect("a file of an example is text"));
        }
    }
}
