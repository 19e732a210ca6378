//! An image's `spec`: the fields of the schema, with `image` for `repository`.

use super::Lower;
use super::value::Secrets;
use crate::diagnostics::catalog::yaml_duplicate_key;
use crate::hir::{Expr, Member, RecordField};
use crate::text::TextRange;
use crate::yaml::tree::{Entry, Value};

impl<'a> Lower<'a> {
    /// `at` is where a missing key is told; `beside` are the entries next to `spec`.
    pub fn image(&mut self, at: TextRange, spec: &'a Entry, beside: Vec<&'a Entry>) -> Vec<Member> {
        let tree = self.tree;
        let node = tree.node(spec.value);
        let mut rest: Vec<&Entry> = match &node.value {
            Value::Map(entries) => entries.iter().collect(),
            Value::Broken => return self.image_of_unknown_repository(spec),
            _ if node.is_null() => Vec::new(),
            _ => {
                self.wrong_shape(spec.key.range, "`spec` of an image", "a map of its fields", spec.value);
                return self.image_of_unknown_repository(spec);
            }
        };
        let exact = |key: &str| rest.iter().position(|entry| entry.key.text == key);
        if let (Some(image), Some(repository)) = (exact("image"), exact("repository")) {
            let (first, second) = (image.min(repository), image.max(repository));
            let (first, second) = (rest[first], rest.remove(second));
            let place = self.place(second.key.range);
            let first = (first.key.text.as_str(), self.place(first.key.range));
            self.diagnostics.push(yaml_duplicate_key::same_field(place, &second.key.text, first.0, first.1));
        }
        let key = if rest.iter().any(|entry| entry.key.text == "repository") { "repository" } else { "image" };
        let mut members = Vec::new();
        match self.take(&mut rest, key, "an image") {
            Some(entry) => {
                let value = self.entry_value(entry, Secrets::Read);
                members.push(self.field_of(entry, "repository".into(), value));
            }
            None => {
                self.missing(at, "the image's `spec`", "image", "the registry path it is pushed to");
                members = self.image_of_unknown_repository(spec);
            }
        }
        for entry in rest.into_iter().chain(beside) {
            members.push(if entry.key.text == "secrets" { self.build_secrets(entry) } else { self.field(entry, Secrets::Read) });
        }
        members
    }

    /// Where the repository is, something that is reported already.
    fn image_of_unknown_repository(&mut self, spec: &Entry) -> Vec<Member> {
        let value = self.alloc(Expr::Missing, spec.key.range);
        vec![self.field_of(spec, "repository".into(), value)]
    }

    /// Build secrets by id, each `{secret: {name, key}}` or the map `{name, key}` alone.
    fn build_secrets(&mut self, entry: &'a Entry) -> Member {
        let node = self.tree.node(entry.value);
        let Value::Map(entries) = &node.value else { return self.field(entry, Secrets::Read) };
        let mut fields = Vec::new();
        for secret in entries {
            let value = if self.looks_like_a_secret(secret.value) {
                self.secret(secret.key.range, secret.value, self.tree.node(secret.value).range)
            } else {
                self.entry_value(secret, Secrets::Read)
            };
            fields.push(RecordField { name: secret.key.clone(), value });
        }
        let value = self.alloc(Expr::Record(fields), node.range);
        self.field_of(entry, entry.key.text.clone(), value)
    }
}
