//! The files that the blocks of a section make.
//!
//! ```` ```coder ```` is the file `.coder/main.coder` (the next of them `.coder/main-2.coder`); `file=PATH` names another. `repo=URL`
//! (`repo=github.com/acme/base`) puts a file into another repository, which an import reaches. Blocks of a language that is
//! not `coder`, and that name no file, are there for the reader only.

use std::collections::BTreeMap;

use super::Block;
use crate::sandbox::Files;

/// The root package's repository and those it imports from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    pub files: Files,
    /// By URL without `https://`.
    pub others: BTreeMap<String, Files>,
    /// Where the first line of each file of the root stands in the document, from 1.
    pub lines: BTreeMap<String, usize>,
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
                    self.others.entry(url.to_string()).or_default().insert(path, block.text.clone());
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
        let text = "```coder\na\n```\n```coder\nb\n```\n```ebnf\nc\n```\n```yaml file=.coder/x.yaml\nd\n```\n```coder repo=h/o/r file=.coder/y.coder\ne\n```\n";
        let package = Package::of(&sections(text)[0].blocks);
        let files: Vec<&str> = package.files.keys().map(String::as_str).collect();
        assert_eq!(files, [".coder/main-2.coder", ".coder/main.coder", ".coder/x.yaml"]);
        assert_eq!(package.others["h/o/r"][".coder/y.coder"], "e\n");
        assert_eq!(package.lines[".coder/main-2.coder"], 5);
    }
}
