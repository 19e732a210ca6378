//! `github` and `tag` beside a container's `image`: an import, and the image template it names.

use super::Lower;
use crate::diagnostics::catalog::yaml_tag_without_github;
use crate::hir::{AtKind, Expr, ExprId, ImportAt, ImportDecl, Name, SmolStr};
use crate::yaml::tree::{Entry, Value};

impl<'a> Lower<'a> {
    /// The value of `image`, as what stands beside it says.
    pub fn container_image(&mut self, image: &Entry, github: Option<&Entry>, tag: Option<&Entry>) -> ExprId {
        let node = self.tree.node(image.value);
        let Value::Scalar { text, .. } = &node.value else { return self.entry_value(image, super::value::Secrets::Read) };
        if node.is_null() {
            return self.entry_value(image, super::value::Secrets::Read);
        }
        let expr = match github {
            Some(github) => {
                let Some(import) = self.import(github, tag) else { return self.alloc(Expr::Missing, node.range) };
                Expr::ImportedImage { import, name: Name { text: text.clone(), range: node.range } }
            }
            None => Expr::ImageOrReference(text.clone()),
        };
        self.alloc(expr, node.range)
    }

    /// Tells of a `tag` that no `github` stands beside.
    pub fn lone_tag(&mut self, tag: &Entry, image: Option<&Entry>) {
        let written = |entry: &Entry| match &self.tree.node(entry.value).value {
            Value::Scalar { text, .. } => Some(text.clone()),
            _ => None,
        };
        let reference = image.and_then(written).zip(written(tag)).map(|(image, tag)| format!("{image}:{tag}"));
        self.diagnostics.push(yaml_tag_without_github::new(self.place(tag.key.range), reference.as_deref()));
    }

    /// The index of the import of this repository at this tag, made if it is new.
    fn import(&mut self, github: &Entry, tag: Option<&Entry>) -> Option<usize> {
        let url = self.name_of(github)?;
        let at = match tag.filter(|tag| !self.tree.node(tag.value).is_null()) {
            Some(tag) => {
                let name = self.name_of(tag)?;
                Some(ImportAt { kind: AtKind::Any, name, range: self.range_of(tag) })
            }
            None => None,
        };
        let key = (url.text.clone(), at.as_ref().map(|at| at.name.text.clone()));
        if let Some(found) = self.imports.get(&key) {
            return Some(*found);
        }
        let alias = self.alias(&url.text, at.as_ref().map(|at| at.name.text.as_str()));
        let alias = Name { text: alias, range: url.range };
        self.item.imports.push(ImportDecl { url, at, alias, broken: false });
        let index = self.item.imports.len() - 1;
        self.imports.insert(key, index);
        Some(index)
    }

    /// The last part of the repository's path; where another import of the document has it, with the tag, then with a number.
    fn alias(&mut self, url: &str, tag: Option<&str>) -> SmolStr {
        let path = url.split_once("://").map_or(url, |(_, path)| path);
        let repository = path.split("//").next().unwrap_or(path).trim_end_matches('/');
        let last = repository.rsplit(['/', ':']).next().unwrap_or(repository);
        let plain = SmolStr::from(word(last.strip_suffix(".git").unwrap_or(last)));
        let with_tag = tag.map(|tag| SmolStr::from(format!("{plain}-{}", word(tag))));
        for alias in [Some(plain.clone()), with_tag].into_iter().flatten() {
            if !self.aliases.contains_key(&alias) {
                self.aliases.insert(alias.clone(), 1);
                return alias;
            }
        }
        let mut number = self.aliases.get(&plain).copied().unwrap_or(1);
        loop {
            number += 1;
            let alias = SmolStr::from(format!("{plain}-{number}"));
            if self.aliases.insert(alias.clone(), 1).is_none() {
                self.aliases.insert(plain, number);
                return alias;
            }
        }
    }
}

/// Text as a name of the language.
fn word(text: &str) -> String {
    text.chars().map(|character| if character.is_alphanumeric() || character == '_' { character } else { '-' }).collect()
}
