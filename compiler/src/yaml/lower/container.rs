//! An environment's fields and containers.

use rustc_hash::FxHashMap;

use super::Lower;
use super::value::Secrets;
use crate::diagnostics::catalog::{unknown_field, yaml_duplicate_key};
use crate::hir::{Expr, ExprId, Member, Name, RecordField, SmolStr};
use crate::text::TextRange;
use crate::yaml::tree::{Entry, NodeId, Value};

/// True when the containers stand under the schema's own name, not under `spec`.
pub fn has_containers(entries: &[&Entry]) -> bool {
    entries.iter().any(|entry| entry.key.text == "containers" || entry.key.text == "container")
}

impl<'a> Lower<'a> {
    /// `beside` are the entries next to `spec`.
    pub fn environment(&mut self, spec: Option<&'a Entry>, beside: Vec<&'a Entry>) -> Vec<Member> {
        let mut members = Vec::new();
        for entry in beside {
            match entry.key.text.as_str() {
                "container" | "containers" => members.append(&mut self.blocks("container", entry, Self::container)),
                "init" | "inits" => members.append(&mut self.blocks("init", entry, Self::container)),
                "volume" | "volumes" => members.append(&mut self.blocks("volume", entry, Self::plain_fields)),
                "patch" => members.push(self.block(entry, |lower, entries| {
                    entries.into_iter().map(|entry| lower.field(entry, Secrets::AsTyped)).collect()
                })),
                _ => members.push(self.field(entry, Secrets::Read)),
            }
        }
        if let Some(spec) = spec {
            let node = self.tree.node(spec.value);
            match &node.value {
                Value::List(_) => members.append(&mut self.blocks("container", spec, Self::container)),
                _ if node.is_null() => {}
                _ => {
                    self.wrong_shape(spec.key.range, "`spec` of an environment", "the list of its containers", spec.value);
                    // The containers are unknown, not missing.
                    let value = self.alloc(Expr::Missing, spec.key.range);
                    members.push(self.field_of(spec, "containers".into(), value));
                }
            }
        }
        members
    }

    fn container(&mut self, mut rest: Vec<&'a Entry>, _at: TextRange) -> Vec<Member> {
        let [github, tag] = ["github", "tag"].map(|key| self.take(&mut rest, key, "a container"));
        let image = rest.iter().position(|entry| entry.key.text == "image").map(|at| rest.remove(at));
        let mut members = Vec::new();
        match (image, github, tag) {
            (Some(image), github, tag) => {
                if let (None, Some(tag)) = (github, tag) {
                    self.lone_tag(tag, Some(image));
                }
                let value = self.container_image(image, github, tag);
                members.push(self.field_of(image, image.key.text.clone(), value));
            }
            (None, Some(github), _) => {
                self.missing(github.key.range, "the container", "image", "an image template of the repository");
                let value = self.alloc(Expr::Missing, github.key.range);
                members.push(self.field_of(github, "image".into(), value));
            }
            (None, None, Some(tag)) => self.lone_tag(tag, None),
            (None, None, None) => {}
        }
        for entry in rest {
            match entry.key.text.as_str() {
                "env" => {
                    let value = self.variables(entry);
                    members.push(self.field_of(entry, entry.key.text.clone(), value));
                }
                "port" | "ports" => members.append(&mut self.blocks("port", entry, Self::plain_fields)),
                "mount" | "mounts" => members.append(&mut self.blocks("mount", entry, Self::mount)),
                "requests" => members.push(self.block(entry, Self::fields)),
                "health" => members.push(self.block(entry, Self::health)),
                _ => members.push(self.field(entry, Secrets::Read)),
            }
        }
        members
    }

    fn fields(&mut self, entries: Vec<&'a Entry>) -> Vec<Member> {
        entries.into_iter().map(|entry| self.field(entry, Secrets::Read)).collect()
    }

    fn plain_fields(&mut self, entries: Vec<&'a Entry>, _at: TextRange) -> Vec<Member> {
        self.fields(entries)
    }

    fn health(&mut self, entries: Vec<&'a Entry>) -> Vec<Member> {
        let probe = |lower: &mut Self, entry: &'a Entry| match entry.key.text.as_str() {
            "http" | "tcp" => lower.block(entry, Self::fields),
            _ => lower.field(entry, Secrets::Read),
        };
        entries.into_iter().map(|entry| probe(self, entry)).collect()
    }

    fn mount(&mut self, entries: Vec<&'a Entry>, _at: TextRange) -> Vec<Member> {
        let field = |lower: &mut Self, entry: &'a Entry| {
            if entry.key.text != "secret" {
                return lower.field(entry, Secrets::Read);
            }
            let value = lower.secret(entry.key.range, entry.value, lower.tree.node(entry.value).range);
            lower.field_of(entry, entry.key.text.clone(), value)
        };
        entries.into_iter().map(|entry| field(self, entry)).collect()
    }

    /// `env`: a map, or a list of `{name, value}`, `{name, secret}` and Kubernetes' `{name, valueFrom: {secretKeyRef}}`.
    fn variables(&mut self, entry: &'a Entry) -> ExprId {
        let tree = self.tree;
        let node = tree.node(entry.value);
        let fields = match &node.value {
            Value::Map(entries) if !entries.iter().all(|entry| entry.key.text == "secret") => {
                entries.iter().map(|entry| RecordField { name: entry.key.clone(), value: self.variable(entry) }).collect()
            }
            Value::List(elements) => self.listed_variables(elements),
            _ => return self.entry_value(entry, Secrets::Read),
        };
        self.alloc(Expr::Record(fields), node.range)
    }

    /// The value of a variable in a map.
    fn variable(&mut self, entry: &'a Entry) -> ExprId {
        match &self.tree.node(entry.value).value {
            Value::Map(entries) => match entries.as_slice() {
                [from] if from.key.text == "valueFrom" => self.value_from(from),
                _ => self.entry_value(entry, Secrets::Read),
            },
            _ => self.entry_value(entry, Secrets::Read),
        }
    }

    fn listed_variables(&mut self, elements: &[NodeId]) -> Vec<RecordField> {
        let tree = self.tree;
        let mut fields: Vec<RecordField> = Vec::new();
        let mut seen: FxHashMap<SmolStr, TextRange> = FxHashMap::default();
        for element in elements {
            let node = tree.node(*element);
            let Value::Map(entries) = &node.value else {
                self.wrong_shape(node.range, "an entry of `env`", "a map with `name` and `value`", *element);
                continue;
            };
            let Some(field) = self.listed_variable(entries.iter().collect(), node.range) else { continue };
            match seen.get(&field.name.text) {
                Some(first) => {
                    let (place, first) = (self.place(field.name.range), self.place(*first));
                    self.diagnostics.push(yaml_duplicate_key::new(place, &field.name.text, first));
                }
                None => {
                    seen.insert(field.name.text.clone(), field.name.range);
                    fields.push(field);
                }
            }
        }
        fields
    }

    fn listed_variable(&mut self, mut rest: Vec<&'a Entry>, whole: TextRange) -> Option<RecordField> {
        let at = rest.first().map_or(whole, |entry| entry.key.range);
        let name = self.take(&mut rest, "name", "an entry of `env`");
        let given = ["value", "secret", "valueFrom"].iter().find_map(|key| {
            let found = rest.iter().position(|entry| entry.key.text == *key)?;
            Some(rest.remove(found))
        });
        let given = given.or_else(|| self.take(&mut rest, "value", "an entry of `env`"));
        for unknown in rest {
            let (place, known) = (self.place(unknown.key.range), ["name", "value", "secret", "valueFrom"]);
            self.diagnostics.push(unknown_field::new(place, &unknown.key.text, "an entry of `env`", &known));
        }
        if name.is_none() {
            self.missing(at, "the entry of `env`", "name", "the variable's name");
        }
        let name: Name = self.name_of(name?)?;
        let value = match given {
            None => {
                self.missing(name.range, "the entry of `env`", "value", "the variable's value");
                self.alloc(Expr::Missing, name.range)
            }
            Some(entry) if entry.key.text == "secret" => {
                self.secret(entry.key.range, entry.value, self.tree.node(entry.value).range)
            }
            Some(entry) if entry.key.text == "valueFrom" => self.value_from(entry),
            Some(entry) => self.entry_value(entry, Secrets::Read),
        };
        Some(RecordField { name, value })
    }

    /// Kubernetes' own way to name a secret.
    fn value_from(&mut self, entry: &'a Entry) -> ExprId {
        let node = self.tree.node(entry.value);
        if let Value::Map(entries) = &node.value
            && let [reference] = entries.as_slice()
            && reference.key.text == "secretKeyRef"
        {
            return self.secret(reference.key.range, reference.value, node.range);
        }
        self.wrong_shape(entry.key.range, "`valueFrom`", "a map with `secretKeyRef`", entry.value);
        self.alloc(Expr::Missing, node.range)
    }
}
