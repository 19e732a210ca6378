//! `secret: {name: x, key: y}` as the call `secret("x", key: "y")`.
//!
//! Whether a secret may stand where it stands is for the types to say.

use super::Lower;
use super::value::Secrets;
use crate::diagnostics::catalog::unknown_field;
use crate::hir::{Argument, Expr, ExprId, Name};
use crate::text::TextRange;
use crate::yaml::tree::{Entry, NodeId, Value};

impl<'a> Lower<'a> {
    /// `word` is the range of the key `secret` (or of Kubernetes' `secretKeyRef`), `whole` that of the expression.
    pub fn secret(&mut self, word: TextRange, id: NodeId, whole: TextRange) -> ExprId {
        let tree = self.tree;
        let Value::Map(entries) = &tree.node(id).value else {
            self.wrong_shape(word, "a secret", "a map with `name` and `key`", id);
            return self.alloc(Expr::Missing, whole);
        };
        let mut rest: Vec<&Entry> = entries.iter().collect();
        let [name, key] = ["name", "key"].map(|field| self.take(&mut rest, field, "a secret"));
        for unknown in rest {
            let place = self.place(unknown.key.range);
            self.diagnostics.push(unknown_field::new(place, &unknown.key.text, "a secret", &["name", "key"]));
        }
        for (field, what) in [(name.is_none(), ("name", "the secret's name")), (key.is_none(), ("key", "which of its keys"))] {
            if field {
                self.missing(word, "the secret", what.0, what.1);
            }
        }
        let (Some(name), Some(key)) = (name, key) else { return self.alloc(Expr::Missing, whole) };
        let callee = self.alloc(Expr::Name("secret".into()), word);
        let name = Argument { name: None, value: self.entry_value(name, Secrets::AsTyped) };
        let keyed = Name { text: "key".into(), range: key.key.range };
        let key = Argument { name: Some(keyed), value: self.entry_value(key, Secrets::AsTyped) };
        self.alloc(Expr::Call { callee, arguments: vec![name, key] }, whole)
    }

    /// True for a map that can only be a secret written in full.
    pub fn looks_like_a_secret(&self, id: NodeId) -> bool {
        let Value::Map(entries) = &self.tree.node(id).value else { return false };
        !entries.is_empty() && entries.iter().all(|entry| entry.key.text == "name" || entry.key.text == "key")
    }
}
