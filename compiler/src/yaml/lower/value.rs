//! Values that mean what they look like: scalars, lists and maps, and the fields and blocks that hold them.

use super::Lower;
use crate::hir::{Expr, ExprId, FieldOperator, Member, Name, RecordField, Scalar, SmolStr, StringPart};
use crate::text::TextRange;
use crate::yaml::tree::{Entry, NodeId, Value};

/// Whether a map `{ secret: … }` is a secret; in a `patch` it is what Kubernetes says it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    Read,
    AsTyped,
}

impl<'a> Lower<'a> {
    pub fn value(&mut self, id: NodeId, secrets: Secrets) -> ExprId {
        let tree = self.tree;
        let node = tree.node(id);
        let expr = match &node.value {
            _ if node.is_null() => Expr::None,
            Value::Scalar { text, quoted } => Expr::Scalar(Scalar { text: text.clone(), quoted: *quoted }),
            Value::List(elements) => Expr::List(elements.iter().map(|element| self.value(*element, secrets)).collect()),
            Value::Map(entries) => match entries.as_slice() {
                [entry] if secrets == Secrets::Read && entry.key.text == "secret" => {
                    return self.secret(entry.key.range, entry.value, node.range);
                }
                entries => Expr::Record(entries.iter().map(|entry| self.record_field(entry, secrets)).collect()),
            },
            Value::Broken => Expr::Missing,
        };
        self.alloc(expr, node.range)
    }

    fn record_field(&mut self, entry: &Entry, secrets: Secrets) -> RecordField {
        RecordField { name: entry.key.clone(), value: self.entry_value(entry, secrets) }
    }

    /// The value of an entry; nothing at all has the place of its key.
    pub fn entry_value(&mut self, entry: &Entry, secrets: Secrets) -> ExprId {
        if self.tree.node(entry.value).is_null() {
            return self.alloc(Expr::None, entry.key.range);
        }
        self.value(entry.value, secrets)
    }

    pub fn field(&mut self, entry: &Entry, secrets: Secrets) -> Member {
        let value = self.entry_value(entry, secrets);
        self.field_of(entry, entry.key.text.clone(), value)
    }

    /// A field that has the place of `entry`.
    pub fn field_of(&self, entry: &Entry, name: SmolStr, value: ExprId) -> Member {
        let name = Name { text: name, range: entry.key.range };
        Member::Field { docs: None, name, operator: FieldOperator::Set, value, range: self.range_of(entry) }
    }

    /// From the key to the end of the value; the key alone where the value stands elsewhere, behind an alias.
    pub fn range_of(&self, entry: &Entry) -> TextRange {
        let (key, value) = (entry.key.range, self.tree.node(entry.value).range);
        if value.start() >= key.end() { key.cover(value) } else { key }
    }

    /// A name or a key as the label of a block.
    pub fn label(&mut self, name: Name) -> ExprId {
        self.alloc(Expr::String(vec![StringPart::Text(name.text)]), name.range)
    }

    /// A block without a label, of a map; any other value stays a field, for the type to refuse.
    pub fn block(&mut self, entry: &'a Entry, members: impl FnOnce(&mut Self, Vec<&'a Entry>) -> Vec<Member>) -> Member {
        let node = self.tree.node(entry.value);
        let entries = match &node.value {
            Value::Map(entries) => entries.iter().collect(),
            _ if node.is_null() => Vec::new(),
            _ => return self.field(entry, Secrets::Read),
        };
        let members = members(self, entries);
        let range = self.range_of(entry);
        let body = self.alloc(Expr::Body(members), range);
        let word = entry.key.clone();
        Member::Block { docs: None, word, label: None, loop_: None, condition: None, body, range }
    }

    /// A block for each entry of a map from names, or of a list of maps with a `name`.
    pub fn blocks(
        &mut self,
        word: &'static str,
        entry: &'a Entry,
        mut members: impl FnMut(&mut Self, Vec<&'a Entry>, TextRange) -> Vec<Member>,
    ) -> Vec<Member> {
        let tree = self.tree;
        let node = tree.node(entry.value);
        let mut blocks = Vec::new();
        match &node.value {
            Value::Map(entries) => {
                for entry in entries {
                    let Some(fields) = self.fields_of(word, entry.value, entry.key.range) else { continue };
                    let label = self.label(entry.key.clone());
                    let members = members(self, fields, entry.key.range);
                    let range = self.range_of(entry);
                    blocks.push(self.labelled(word, entry.key.range, label, members, range));
                }
            }
            Value::List(elements) => {
                for element in elements {
                    let range = tree.node(*element).range;
                    let Some(mut fields) = self.fields_of(word, *element, range) else { continue };
                    let at = fields.first().map_or(range, |first| first.key.range);
                    let name = self.take(&mut fields, "name", &format!("{} {word}", article(word)));
                    if name.is_none() {
                        self.missing(at, &format!("the {word}"), "name", "what it is called");
                    }
                    let name = name.and_then(|entry| self.name_of(entry));
                    let at = name.as_ref().map_or(at, |name| name.range);
                    let label = match name {
                        Some(name) => self.label(name),
                        None => self.alloc(Expr::Missing, at),
                    };
                    let members = members(self, fields, at);
                    blocks.push(self.labelled(word, at, label, members, range));
                }
            }
            _ if node.is_null() => {}
            _ => {
                let what = format!("`{}`", entry.key.text);
                self.wrong_shape(entry.key.range, &what, &format!("a list of {word}s"), entry.value);
            }
        }
        blocks
    }

    /// The entries of one of many blocks; `None`, and a diagnostic, where it is no map.
    fn fields_of(&mut self, word: &str, id: NodeId, at: TextRange) -> Option<Vec<&'a Entry>> {
        let node = self.tree.node(id);
        match &node.value {
            Value::Map(entries) => Some(entries.iter().collect()),
            _ if node.is_null() => Some(Vec::new()),
            _ => {
                self.wrong_shape(at, &format!("{} {word}", article(word)), "a map of its fields", id);
                None
            }
        }
    }

    fn labelled(&mut self, word: &str, at: TextRange, label: ExprId, members: Vec<Member>, range: TextRange) -> Member {
        let body = self.alloc(Expr::Body(members), range);
        let word = Name { text: word.into(), range: at };
        Member::Block { docs: None, word, label: Some(label), loop_: None, condition: None, body, range }
    }
}

fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}
