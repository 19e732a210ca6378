//! Where a value comes from: an address of a package to its value, and every place that had a say in it.
//!
//! Values carry their own history; this only finds and words it. What a plan does with a value is not known here.

mod address;
mod steps;

pub use address::{Segment, parse};

use smol_str::SmolStr;

use crate::db::{Db, ItemId, Namespace, Package, imported, item_tree, lookup, name_place, scope};
use crate::diagnostics::{Source, nearest};
use crate::eval::value::{Data, Field, Instance, Value};
use crate::eval::{self, instantiate, show};
use crate::hir::{DeclKind, TypeExpr};
use crate::syntax::ItemKeyword;
use crate::types::{RecordTy, Signature, Ty, block_field, signature};
use crate::workspace::Reporter;

/// A value and its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// With the fields' own names: `environment.team-a.containers.env.cpu`.
    pub address: String,
    /// As the language writes it, cut where it is long; `None` where the field is not set.
    pub value: Option<String>,
    /// As a message names it.
    pub ty: Option<String>,
    /// The `///` text of the field or the declaration.
    pub docs: Option<SmolStr>,
    /// The latest first: the first says where the value was set.
    pub steps: Vec<Step>,
    /// Of a record, a map or a declaration: its entries, in order.
    pub entries: Vec<Entry>,
}

/// A place that had a say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// A phrase that reads after the place: "set in environment `team-a`".
    pub what: String,
    pub source: Source,
    /// The source's line, without the white space around it.
    pub line: String,
}

/// A part of the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: SmolStr,
    pub value: String,
    pub source: Source,
}

/// Why nothing can be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unexplained {
    pub message: String,
    pub help: Vec<String>,
}

/// The value at an address of the package. Facts that it needs are asked for in the database: supply them, and ask again.
pub fn explain(db: &dyn Db, root: Package, address: &str) -> Result<Explained, Unexplained> {
    let segments = parse(address).ok_or_else(|| Unexplained {
        message: format!("`{address}` is no address"),
        help: vec!["addresses look like `environment.team-a.containers.env.memory` or `environment.dev[\"ana\"]`".to_owned()],
    })?;
    let mut search = Search { db, package: root, segments: &segments, at: 0, address: String::new() };
    let start = search.declaration()?;
    search.walk(start)
}

/// Where the search stands.
struct Search<'a> {
    db: &'a dyn Db,
    package: Package,
    segments: &'a [Segment],
    at: usize,
    /// What was found so far, with the fields' own names.
    address: String,
}

/// A value on the way, with how it was set.
struct Current {
    value: Value,
    ty: Option<Ty>,
    docs: Option<SmolStr>,
    /// `None` for a declaration's own value.
    field: Option<Field>,
    /// The declaration it was found in.
    item: ItemId,
    /// The innermost image or environment around it.
    instance: Option<std::sync::Arc<Instance>>,
}

impl Search<'_> {
    /// The declaration that an address begins with, and its value.
    fn declaration(&mut self) -> Result<Current, Unexplained> {
        let first = self.name().ok_or_else(|| self.none("an address begins with a name"))?;
        if let Some(namespace) = Namespace::of_word(&first).filter(|_| self.segments.len() > self.at) {
            let name = self.name().ok_or_else(|| self.none(&format!("`{first}` wants a name")))?;
            let Some(item) = lookup(self.db, self.package, namespace, name.clone()) else {
                let scope = scope(self.db, self.package);
                let mut known: Vec<&str> = scope.namespace(namespace).keys().map(SmolStr::as_str).collect();
                known.sort_unstable();
                return Err(unknown(&format!("the package has no {} `{name}`", namespace.word()), &name, &known));
            };
            self.address.push_str(&format!("{first}.{name}"));
            return match item.decl_kind(self.db) {
                Some(kind) => self.instance(item, kind),
                None => Err(self.none(&format!("`{}` is a policy, which has no value", self.address))),
            };
        }
        if first == "project"
            && let Some(item) = scope(self.db, self.package).projects.first().copied()
        {
            self.address.push_str("project");
            return self.constant(item);
        }
        let Some(item) = lookup(self.db, self.package, Namespace::Plain, first.clone()) else {
            let scope = scope(self.db, self.package);
            let mut known: Vec<&str> =
                scope.plain.keys().map(SmolStr::as_str).chain(["image", "environment", "project"]).collect();
            known.sort_unstable();
            return Err(unknown(&format!("the package has no name `{first}`"), &first, &known));
        };
        self.address.push_str(&first);
        match item.keyword(self.db) {
            ItemKeyword::Import => {
                let Some(package) = imported(self.db, item) else {
                    return Err(self.none(&format!("the import `{first}` is not at hand")));
                };
                self.package = package;
                self.address.push('.');
                self.declaration()
            }
            ItemKeyword::Let => self.constant(item),
            _ => Err(self.none(&format!("`{}` is a {}, which has no value of its own", self.address, describe(self.db, item)))),
        }
    }

    fn constant(&mut self, item: ItemId) -> Result<Current, Unexplained> {
        let value = eval::value(self.db, item).value.clone();
        if value.is_error() {
            return Err(self.broken());
        }
        let ty = match signature(self.db, item) {
            Signature::Let(ty) => Some(ty.clone()),
            _ => None,
        };
        let docs = item_tree(self.db, item).item.docs.clone();
        Ok(Current { value, ty, docs, field: None, item, instance: None })
    }

    /// The instance that a declaration's address names: the only one, one of a loop, or a template with arguments.
    fn instance(&mut self, item: ItemId, kind: DeclKind) -> Result<Current, Unexplained> {
        let next = self.segments.get(self.at);
        let found = match (signature(self.db, item), next) {
            (Signature::Function(_), Some(Segment::Arguments(arguments))) => {
                self.at += 1;
                let given: Vec<String> = arguments.iter().map(|(name, value)| format!("{name}={value}")).collect();
                self.address.push_str(&format!("({})", given.join(",")));
                let made = instantiate(self.db, item, arguments);
                let problem = made
                    .diagnostics
                    .first()
                    .map(|first| Unexplained { message: first.message.clone(), help: first.help.clone() });
                made.instance.ok_or_else(|| problem.unwrap_or_else(|| self.broken()))?
            }
            (Signature::Function(function), _) => {
                let wanted: Vec<String> = function.params.iter().map(|param| format!("{}=…", param.name)).collect();
                let mended = format!("{}({})", self.address, wanted.join(","));
                let message = format!("`{}` is a template, which has values only with its arguments", self.address);
                return Err(Unexplained { message, help: vec![format!("name them: `{mended}`")] });
            }
            (Signature::Instances(_), Some(Segment::Key(key))) => {
                self.at += 1;
                let instances = eval::instances(self.db, item);
                let all = instances.all.as_ref().and_then(Value::fields);
                let Some(Field { value: Value { data: Data::Instance(instance), .. }, .. }) =
                    all.and_then(|all| all.fields.get(key))
                else {
                    let known: Vec<&str> = all.iter().flat_map(|all| all.fields.keys()).map(SmolStr::as_str).collect();
                    return Err(unknown(&format!("`{}` has no element `{key}`", self.address), key, &known));
                };
                self.address.push_str(&format!("[{key:?}]"));
                instance.clone()
            }
            (Signature::Instances(_), _) => {
                let instances = eval::instances(self.db, item);
                let Some(all) = instances.all.clone().filter(|_| !instances.failed) else { return Err(self.broken()) };
                let docs = item_tree(self.db, item).item.docs.clone();
                let ty = Some(Ty::map(Ty::Instance(kind)));
                return Ok(Current { value: all, ty, docs, field: None, item, instance: None });
            }
            _ => {
                let instances = eval::instances(self.db, item);
                match instances.entries.first() {
                    Some(instance) => instance.clone(),
                    None if instances.failed => return Err(self.broken()),
                    None => return Err(self.none(&format!("`{}` is left out: its condition is false", self.address))),
                }
            }
        };
        let value = Value::new(Data::Instance(found.clone()), found.place);
        let docs = item_tree(self.db, item).item.docs.clone();
        Ok(Current { value, ty: Some(Ty::Instance(kind)), docs, field: None, item, instance: Some(found) })
    }

    /// From a declaration's value along the fields that the address names.
    fn walk(mut self, mut current: Current) -> Result<Explained, Unexplained> {
        while let Some(segment) = self.segments.get(self.at) {
            self.at += 1;
            current = match (&current.value.data, segment) {
                (Data::List(list), Segment::Index(index)) => {
                    let Some(value) = list.items.get(*index) else {
                        return Err(self.none(&format!("`{}` has {} elements", self.address, list.items.len())));
                    };
                    self.address.push_str(&format!("[{index}]"));
                    let ty = match current.ty.as_ref().map(|ty| ty.present().base()) {
                        Some(Ty::List(element)) => Some((**element).clone()),
                        _ => None,
                    };
                    let field = current.field.map(|field| Field { value: value.clone(), ..field });
                    Current { value: value.clone(), ty, docs: None, field, ..current }
                }
                (_, Segment::Name(name) | Segment::Key(name)) if current.value.fields().is_some() => {
                    match self.field(current, segment, name)? {
                        Next::Set(next) => *next,
                        Next::Unset(explained) => return Ok(*explained),
                    }
                }
                _ => return Err(self.none(&format!("`{}` is {}, which has no parts", self.address, show(&current.value)))),
            };
        }
        let mut reporter = Reporter::new(self.db);
        let steps = steps::steps(self.db, &mut reporter, &current, self.address.rsplit('.').next().unwrap_or_default());
        let entries = entries(&mut reporter, &current.value);
        Ok(Explained {
            value: Some(show(&current.value)),
            ty: current.ty.as_ref().map(Ty::to_string),
            docs: current.docs,
            steps,
            entries,
            address: self.address,
        })
    }

    /// One field further.
    fn field(&mut self, current: Current, segment: &Segment, name: &SmolStr) -> Result<Next, Unexplained> {
        let Some(record) = current.value.fields() else { return Err(self.broken()) };
        let declared = declared(&current);
        let of_block = match (&declared, segment) {
            (Declared::Record(ty), Segment::Name(word)) if ty.field(word).is_none() => block_field(ty, word, true),
            _ => None,
        };
        let name = of_block.map_or(name, |field| &field.name);
        let instance = match &current.value.data {
            Data::Instance(instance) => Some(instance.clone()),
            _ => current.instance.clone(),
        };
        let (ty, docs) = match &declared {
            Declared::Record(record) => match record.field(name) {
                Some(field) => (Some(field.ty.clone()), field.declared.and_then(|item| field_docs(self.db, item, name))),
                None => (None, None),
            },
            Declared::Map(entry) => (Some(entry.clone()), None),
            Declared::Nothing => (None, None),
        };
        if let Some(field) = record.fields.get(name) {
            self.address.push_str(&part(name));
            let field = field.clone();
            return Ok(Next::Set(Box::new(Current {
                value: field.value.clone(),
                ty,
                docs,
                field: Some(field),
                item: current.item,
                instance,
            })));
        }
        if let (Declared::Record(_), Some(ty)) = (&declared, &ty) {
            self.address.push_str(&part(name));
            let mut reporter = Reporter::new(self.db);
            let place = instance.as_ref().map_or(name_place(self.db, current.item), |instance| instance.place);
            let place = current.field.as_ref().map_or(place, |field| field.set_at);
            let steps = vec![steps::step(self.db, &mut reporter, place, "where it could be set".to_owned())];
            let address = std::mem::take(&mut self.address);
            let ty = Some(ty.to_string());
            return Ok(Next::Unset(Box::new(Explained { address, value: None, ty, docs, steps, entries: Vec::new() })));
        }
        let mut known: Vec<&str> = record.fields.keys().map(SmolStr::as_str).collect();
        if let Declared::Record(record) = &declared {
            known.extend(record.fields.iter().map(|field| field.name.as_str()));
        }
        Err(unknown(&format!("`{}` has no `{name}`", self.address), name, &known))
    }

    fn name(&mut self) -> Option<SmolStr> {
        let Some(Segment::Name(name)) = self.segments.get(self.at) else { return None };
        self.at += 1;
        Some(name.clone())
    }

    fn none(&self, message: &str) -> Unexplained {
        Unexplained { message: message.to_owned(), help: Vec::new() }
    }

    fn broken(&self) -> Unexplained {
        let message = format!("`{}` has no value, for its declaration has errors", self.address);
        Unexplained { message, help: vec!["`coderc check` shows them".to_owned()] }
    }
}

/// A field that is set, or one that only could be.
enum Next {
    Set(Box<Current>),
    Unset(Box<Explained>),
}

/// What a value's type says of its fields.
enum Declared {
    Record(std::sync::Arc<RecordTy>),
    Map(Ty),
    Nothing,
}

fn declared(current: &Current) -> Declared {
    let ty = match &current.value.data {
        Data::Instance(instance) => instance.fields.ty.clone(),
        Data::Record(record) => record.ty.clone().or_else(|| current.ty.clone()),
        _ => None,
    };
    match ty.as_ref().map(|ty| ty.present().base()) {
        Some(Ty::Record(record)) => Declared::Record(record.clone()),
        Some(Ty::Map(entry)) => Declared::Map((**entry).clone()),
        _ => Declared::Nothing,
    }
}

/// The `///` text of a field of a record type that `item` declares.
pub fn field_docs(db: &dyn Db, item: ItemId, name: &str) -> Option<SmolStr> {
    let data = &item_tree(db, item).item;
    let fields = data.types.iter().flat_map(|(_, node)| match &node.type_expr {
        TypeExpr::Record(fields) => fields.as_slice(),
        _ => &[],
    });
    fields.filter(|field| field.name.text == name).find_map(|field| field.docs.clone())
}

/// "environment `team-a`", "the type `container`".
fn describe(db: &dyn Db, item: ItemId) -> String {
    let name = item.name(db);
    let word = match item.keyword(db) {
        ItemKeyword::Image => "image",
        ItemKeyword::Environment => "environment",
        ItemKeyword::Let => "constant",
        ItemKeyword::Type => "type",
        ItemKeyword::Fn => "function",
        ItemKeyword::Policy => "policy",
        ItemKeyword::Test => "test",
        ItemKeyword::Import => "import",
        ItemKeyword::Project => return "`project`".to_owned(),
        _ => return "a declaration".to_owned(),
    };
    format!("{word} `{name}`")
}

fn entries(reporter: &mut Reporter<'_>, value: &Value) -> Vec<Entry> {
    let entry = |(name, field): (&SmolStr, &Field), reporter: &mut Reporter<'_>| Entry {
        name: name.clone(),
        value: show(&field.value),
        source: reporter.source(field.set_at),
    };
    let Some(record) = value.fields() else { return Vec::new() };
    record.fields.iter().map(|each| entry(each, reporter)).collect()
}

/// `.name`, or `["a b"]` for what is no name.
fn part(name: &str) -> String {
    let plain = name.chars().all(|character| character.is_alphanumeric() || matches!(character, '_' | '-'));
    if plain && !name.is_empty() { format!(".{name}") } else { format!("[{name:?}]") }
}

fn unknown(message: &str, name: &str, known: &[&str]) -> Unexplained {
    let help = match nearest::nearest(name, known.iter().copied()) {
        Some(near) => vec![format!("did you mean `{near}`?")],
        None if known.is_empty() => Vec::new(),
        None => vec![format!("there {} {}", if known.len() == 1 { "is" } else { "are" }, nearest::list(known))],
    };
    Unexplained { message: message.to_owned(), help }
}

#[cfg(test)]
mod tests;
