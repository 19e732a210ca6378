//! The files that the blocks of a section make.
//!
//! ```` ```coder ```` is the file `.coder/main.coder` (the next of them `.coder/main-2.coder`); `file=PATH` names another. `repo=URL`
//! (`repo=github.com/acme/base`) puts a file into another repository, which an import reaches, with `tag=NAME` and `branch=NAME` on
//! its commit. A `console` block `$ coderc check --locked` gives the check its flags. Other blocks that name no file are there for
//! the reader only.

use std::collections::BTreeMap;

use super::Block;
use crate::sandbox::Files;

/// The root package's repository and those it imports from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    pub files: Files,
    /// By URL without `https://`.
    pub others: BTreeMap<String, Repository>,
    /// What follows `coderc check`.
    pub flags: Vec<String>,
    /// Where the first line of each file of the root stands in the document, from 1.
    pub lines: BTreeMap<String, usize>,
}

/// A repository of one commit, which is its default branch's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repository {
    pub files: Files,
    pub tags: Vec<String>,
    /// More branches on the same commit.
    pub branches: Vec<String>,
}

impl Package {
    pub fn of(blocks: &[Block]) -> Package {
        let mut package = Package::default();
        package.add(blocks);
        package
    }

    /// A copy in which these blocks replace files of the same name.
    pub fn with(&self, blocks: &[Block]) -> Package {
        let mut package = self.clone();
        package.add(blocks);
        package
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    fn add(&mut self, blocks: &[Block]) {
        let mut unnamed = 0;
        for block in blocks {
            if let Some(flags) = block.text.strip_prefix("$ coderc check").filter(|_| block.language == "console") {
                self.flags = flags.lines().next().unwrap_or_default().split_whitespace().map(str::to_string).collect();
                continue;
            }
            let path = match block.attribute("file") {
                Some(path) => path.to_string(),
                None if block.language == "coder" => {
                    unnamed += 1;
                    if unnamed == 1 { ".coder/main.coder".into() } else { format!(".coder/main-{unnamed}.coder") }
                }
                None => continue,
            };
            match block.attribute("repo") {
                Some(url) => {
                    let other = self.others.entry(url.to_string()).or_default();
                    other.files.insert(path, block.text.clone());
                    other.tags.extend(block.attribute("tag").map(str::to_string));
                    other.branches.extend(block.attribute("branch").map(str::to_string));
                }
                None => {
                    self.lines.insert(path.clone(), block.line);
                    self.files.insert(path, block.text.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sections;
    use super::*;

    #[test]
    fn blocks_are_files() {
        let text = "```coder\na\n```\n```coder\nb\n```\n```ebnf\nc\n```\n```yaml file=.coder/x.yaml\nd\n```\n```coder repo=h/o/r file=.coder/y.coder tag=v1\ne\n```\n\
                    ```console\n$ coderc check --locked --offline\n```\n";
        let package = Package::of(&sections(text)[0].blocks);
        let files: Vec<&str> = package.files.keys().map(String::as_str).collect();
        assert_eq!(files, [".coder/main-2.coder", ".coder/main.coder", ".coder/x.yaml"]);
        assert_eq!(package.others["h/o/r"].files[".coder/y.coder"], "e\n");
        assert_eq!(package.others["h/o/r"].tags, ["v1"]);
        assert_eq!(package.flags, ["--locked", "--offline"]);
        assert_eq!(package.lines[".coder/main-2.coder"], 5);
    }
}
