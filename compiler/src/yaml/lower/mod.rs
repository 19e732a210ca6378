//! A document as a declaration: `name`, `type`, `spec` and what stands beside them.
//!
//! What a key means is decided here only where the original format differs from the schema; everything else becomes a field
//! of the same name.

mod container;
mod image;
mod import;
mod secret;
mod value;

use rustc_hash::FxHashMap;

use super::tree::{self, Entry, NodeId, Tree, Value};
use super::{slashes, split};
use crate::diagnostics::catalog::{unknown_field, yaml_missing_key, yaml_unknown_type, yaml_wrong_shape};
use crate::diagnostics::{Diagnostic, nearest};
use crate::hir::expr::ExprNode;
use crate::hir::{Decl, DeclBody, DeclKind, Definition, Expr, ExprId, Item, Name, SmolStr};
use crate::text::{Owner, Place, TextRange, range};

pub fn document(owner: Owner, text: &str) -> (Item, Vec<Diagnostic>) {
    let (mended, mut diagnostics) = slashes::mend(owner, text);
    let mut tree = tree::parse(owner, &mended);
    diagnostics.append(&mut tree.diagnostics);
    let whole = range(0, text.len());
    let mut lower = Lower {
        owner,
        text,
        tree: &tree,
        item: Item::new(whole),
        imports: FxHashMap::default(),
        aliases: FxHashMap::default(),
        diagnostics,
    };
    match tree.root {
        Some(root) => lower.root(root),
        None => lower.item.name = split::heading(owner, text).name.map(|text| Name { text, range: whole }),
    }
    let Lower { item, mut diagnostics, .. } = lower;
    diagnostics.sort_by_key(|diagnostic| diagnostic.place.map(|place| place.range.start()));
    (item, diagnostics)
}

/// What a `type` says, or most likely means.
pub fn kind(written: &str) -> Option<DeclKind> {
    let known = |word: &str| match word {
        "image" => Some(DeclKind::Image),
        "environment" => Some(DeclKind::Environment),
        _ => None,
    };
    known(written).or_else(|| nearest::nearest(written, yaml_unknown_type::KNOWN).and_then(known))
}

/// What a template without a `type` declares, as the shape of its `spec` shows.
pub fn kind_by_shape(tree: &Tree) -> Option<DeclKind> {
    let Value::Map(entries) = &tree.node(tree.root?).value else { return None };
    let spec = entries.iter().find(|entry| entry.key.text == "spec")?;
    match &tree.node(spec.value).value {
        Value::List(_) => Some(DeclKind::Environment),
        Value::Map(_) => Some(DeclKind::Image),
        _ => None,
    }
}

struct Lower<'a> {
    owner: Owner,
    text: &'a str,
    tree: &'a Tree,
    item: Item,
    /// The imports so far, by repository and tag.
    imports: FxHashMap<(SmolStr, Option<SmolStr>), usize>,
    /// Of the imports so far; for the plain ones the highest number that was put after them.
    aliases: FxHashMap<SmolStr, usize>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Lower<'a> {
    fn root(&mut self, root: NodeId) {
        let node = self.tree.node(root);
        self.item.range = node.range;
        let Value::Map(entries) = &node.value else {
            if !node.is_null() {
                self.wrong_shape(node.range, "a template", "a map with `name`, `type` and `spec`", root);
            }
            return;
        };
        let Some(first) = entries.first() else { return };
        let mut rest: Vec<&Entry> = entries.iter().collect();
        let [name, kind, spec] = ["name", "type", "spec"].map(|key| self.take(&mut rest, key, "a template"));
        self.item.docs = name.and_then(|entry| self.docs(entry.key.range));
        self.item.name = name.and_then(|entry| self.name_of(entry));
        let at = self.item.name.as_ref().map_or(first.key.range, |name| name.range);
        if name.is_none() {
            self.missing(first.key.range, "the template", "name", "what it is called");
        }
        let Some(kind) = self.kind(kind, at) else { return };
        let members = match (kind, spec) {
            (DeclKind::Image, Some(spec)) => self.image(at, spec, rest),
            (DeclKind::Environment, Some(spec)) => self.environment(Some(spec), rest),
            (DeclKind::Environment, None) if container::has_containers(&rest) => self.environment(None, rest),
            (_, None) => {
                let what = if kind == DeclKind::Image { "a map of the image's fields" } else { "the list of containers" };
                self.missing(at, "the template", "spec", what);
                return;
            }
        };
        let body = DeclBody::Block(self.alloc(Expr::Body(members), node.range));
        self.item.definition = Definition::Decl(Decl { kind, params: None, loop_: None, condition: None, body });
    }

    /// What `type` says, and a diagnostic where it says nothing that is known.
    fn kind(&mut self, entry: Option<&Entry>, at: TextRange) -> Option<DeclKind> {
        let Some(entry) = entry else {
            self.missing(at, "the template", "type", "`image` or `environment`");
            return kind_by_shape(self.tree);
        };
        let written = self.name_of(entry)?;
        if !yaml_unknown_type::KNOWN.contains(&written.text.as_str()) {
            self.diagnostics.push(yaml_unknown_type::new(self.place(written.range), &written.text));
        }
        kind(&written.text)
    }

    /// Takes the entry of this key out of `rest`, or the one that is a misspelling of it, which is then reported.
    fn take(&mut self, rest: &mut Vec<&'a Entry>, key: &str, owner: &str) -> Option<&'a Entry> {
        if let Some(found) = rest.iter().position(|entry| entry.key.text == key) {
            return Some(rest.remove(found));
        }
        let misspelt = rest.iter().position(|entry| nearest::nearest(&entry.key.text, [key]).is_some())?;
        let entry = rest.remove(misspelt);
        self.diagnostics.push(unknown_field::new(self.place(entry.key.range), &entry.key.text, owner, &[key]));
        Some(entry)
    }

    /// The entry's value, which must be text.
    fn name_of(&mut self, entry: &Entry) -> Option<Name> {
        let node = self.tree.node(entry.value);
        match &node.value {
            Value::Scalar { text, .. } if !node.is_null() => Some(Name { text: text.clone(), range: node.range }),
            Value::Broken => None,
            _ => {
                self.wrong_shape(entry.key.range, &format!("`{}`", entry.key.text), "text", entry.value);
                None
            }
        }
    }

    /// The comment lines directly above the line that this key begins.
    fn docs(&self, key: TextRange) -> Option<SmolStr> {
        let start = usize::from(key.start());
        let mut end = self.text[..start].strip_suffix('\n')?.len();
        let mut lines = Vec::new();
        for comment in self.tree.comments.iter().rev().filter(|comment| comment.start() < key.start()) {
            let (from, to) = (usize::from(comment.start()), usize::from(comment.end()));
            if self.text[..from].bytes().next_back().is_some_and(|byte| byte != b'\n') || !self.text[to..end].trim().is_empty() {
                break;
            }
            let line = &self.text[from..to];
            let line = line.strip_prefix('#').or_else(|| line.strip_prefix("//")).unwrap_or(line);
            lines.push(line.strip_prefix(' ').unwrap_or(line).trim_end());
            end = from.saturating_sub(1);
            if self.text[..from].lines().next_back().is_none_or(|line| line.trim().is_empty()) {
                break;
            }
        }
        lines.reverse();
        (!lines.is_empty()).then(|| lines.join("\n").into())
    }

    fn alloc(&mut self, expr: Expr, range: TextRange) -> ExprId {
        self.item.exprs.alloc(ExprNode { expr, range })
    }

    fn missing(&mut self, at: TextRange, owner: &str, key: &str, what: &str) {
        self.diagnostics.push(yaml_missing_key::new(self.place(at), owner, key, what));
    }

    fn wrong_shape(&mut self, at: TextRange, what: &str, expected: &str, found: NodeId) {
        if !matches!(self.tree.node(found).value, Value::Broken) {
            let found = self.tree.node(found).describe();
            let found = if expected.starts_with(found) { "another one" } else { found };
            self.diagnostics.push(yaml_wrong_shape::new(self.place(at), what, expected, found));
        }
    }

    fn place(&self, range: TextRange) -> Place {
        Place { owner: self.owner, range }
    }
}
