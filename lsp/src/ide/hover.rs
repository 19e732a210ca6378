//! The text of a hover: what a word is, its type and value, and its documentation.

use compiler::db::{Db, ItemId, Package, imported, item_text, item_tree, scope};
use compiler::eval::{self, InstanceKey, show};
use compiler::hir::{Decl, Definition, Expr, ExprId, Item, Name, Param, TypeExpr, TypeId};
use compiler::names::{Resolution, resolve_name};
use compiler::text::TextRange;
use compiler::types::{self, FieldTy, Signature, Ty, block_field, signature, type_of};

use super::cursor::{At, Cursor, at};
use super::fields::{declaration, default_text, record, record_of};
use super::known_value::{resolution, value_of, value_of_item};
use super::{FileRange, Spot};

/// Lines of a type's text that are shown, at most.
const MOST_LINES: usize = 12;
/// Names that are listed, at most.
const MOST_NAMES: usize = 12;

/// A hover: Markdown, and the word it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    pub word: FileRange,
    pub markdown: String,
}

pub fn hover(db: &dyn Db, spot: Spot) -> Option<Hover> {
    let cursor = at(db, spot)?;
    let text = text(db, &cursor)?;
    Some(Hover { word: FileRange::of(db, cursor.id.place(cursor.range)), markdown: text.markdown() })
}

/// What a hover says, part by part.
#[derive(Default)]
struct Text {
    code: String,
    value: Option<String>,
    default: Option<String>,
    notes: Vec<String>,
    docs: Option<String>,
}

impl Text {
    fn new(code: impl Into<String>) -> Text {
        Text { code: code.into(), ..Text::default() }
    }

    fn markdown(self) -> String {
        let mut parts = vec![format!("```coder\n{}\n```", self.code)];
        parts.extend(self.value.map(|value| format!("Value: {}", quoted(&value))));
        parts.extend(self.default.map(|default| format!("Default: {}", quoted(&default))));
        parts.extend(self.notes);
        parts.extend(self.docs.filter(|docs| !docs.trim().is_empty()).map(|docs| format!("---\n{docs}")));
        parts.join("\n\n")
    }
}

/// As code in a line, whatever it holds.
fn quoted(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let fence = if line.contains('`') { "``" } else { "`" };
    let space = if line.contains('`') { " " } else { "" };
    format!("{fence}{space}{line}{space}{fence}")
}

fn text(db: &dyn Db, cursor: &Cursor) -> Option<Text> {
    let (id, item) = (cursor.id, cursor.item);
    match &cursor.at {
        At::Declared => item_hover(db, id),
        At::Import(index) => import_text(db, id, *index),
        At::Bound(name) => {
            let ty = bound_type(db, id, item, name);
            Some(Text::new(ty.map_or_else(|| name.text.to_string(), |ty| format!("{}: {ty}", name.text))))
        }
        At::Expr(expr) => expression(db, id, item, *expr),
        At::Field { within, name, value } => {
            let types = types::hover(db, id);
            let field = record_of(db, item, &types, *within).and_then(|record| record.field(&name.text).cloned());
            let mut text = match &field {
                Some(field) => field_hover(db, field),
                None => {
                    let ty = types.get(value.raw()).cloned().flatten().filter(|ty| !ty.is_error())?;
                    Text::new(format!("{}: {ty}", name.text))
                }
            };
            text.value = value_of(db, id, *value).map(|value| show(&value));
            Some(text)
        }
        At::Block { within, word, labelled, .. } => {
            let types = types::hover(db, id);
            let record = record_of(db, item, &types, *within)?;
            let field = block_field(&record, &word.text, *labelled)?;
            let mut text = field_hover(db, field);
            if let (Ty::Map(entry), true) = (field.ty.present().base(), *labelled) {
                text.code = format!("{}: {entry}", word.text);
                text.default = None;
            }
            Some(text)
        }
        At::Argument { callee, name } => {
            let Some(Some(Ty::Function(function))) = types::hover(db, id).get(callee.raw()).cloned() else { return None };
            let param = function.params.iter().find(|param| param.name == name.text)?;
            Some(Text::new(format!("{}: {}", param.name, param.ty)))
        }
        At::Type(type_) => type_hover(db, id, item, *type_),
        At::Qualifier(name) => resolved(db, id, resolve_name(db, id.package(db), &name.text)),
        At::TypeField { name, type_ } => {
            let docs = documented(item, name);
            Some(Text { docs, ..Text::new(format!("{}: {}", name.text, type_of(db, id, *type_))) })
        }
    }
}

fn documented(item: &Item, name: &Name) -> Option<String> {
    item.types.iter().find_map(|(_, node)| match &node.type_expr {
        TypeExpr::Record(fields) => {
            fields.iter().find(|field| field.name == *name).and_then(|field| Some(field.docs.as_ref()?.to_string()))
        }
        _ => None,
    })
}

fn field_hover(db: &dyn Db, field: &FieldTy) -> Text {
    let docs = declaration(db, field).and_then(|declaration| declaration.docs).map(|docs| docs.to_string());
    Text { docs, default: default_text(db, field), ..Text::new(format!("{}: {}", field.name, field.ty)) }
}

fn expression(db: &dyn Db, id: ItemId, item: &Item, expr: ExprId) -> Option<Text> {
    let found = resolution(db, id, item, expr);
    let types = types::hover(db, id);
    let ty = types.get(expr.raw()).cloned().flatten().filter(|ty| !ty.is_error());
    let value = || value_of(db, id, expr).map(|value| show(&value));
    match (item.expr(expr), found) {
        (Expr::Name(name), Resolution::Local) => {
            let code = ty.map_or_else(|| name.to_string(), |ty| format!("{name}: {ty}"));
            Some(Text { value: value(), ..Text::new(code) })
        }
        (Expr::Field { base, name, .. }, Resolution::Value) => {
            let owner = types.get(base.raw()).cloned().flatten();
            let field = owner.and_then(|owner| record(db, &owner)).and_then(|record| record.field(&name.text).cloned());
            let text = match field {
                Some(field) => Text { default: None, ..field_hover(db, &field) },
                None => Text::new(format!("{}: {}", name.text, ty?)),
            };
            Some(Text { value: value(), ..text })
        }
        (Expr::ImageOrReference(name), _) => {
            let image = compiler::db::lookup(db, id.package(db), compiler::db::Namespace::Image, name.clone());
            image.and_then(|image| item_hover(db, image)).or_else(|| Some(Text::new("reference")))
        }
        (Expr::ImportedImage { import, name }, _) => {
            let image = super::definition::imported_image(db, id, item, *import, &name.text)?;
            item_hover(db, image)
        }
        (_, Resolution::Value | Resolution::Local) => Some(Text { value: value(), ..Text::new(ty?.to_string()) }),
        (_, found) => resolved(db, id, found),
    }
}

fn resolved(db: &dyn Db, from: ItemId, found: Resolution) -> Option<Text> {
    match found {
        Resolution::Item(found) | Resolution::Builtin(found) => {
            let mut text = item_hover(db, found)?;
            let package = found.package(db);
            if package != from.package(db) && package != db.prelude() {
                text.notes.push(format!("Of {}.", of_package(db, package)));
            }
            Some(text)
        }
        Resolution::Package(found, _) => import_text(db, found, None),
        _ => None,
    }
}

fn of_package(db: &dyn Db, package: Package) -> String {
    let origin = package.origin(db);
    let folder = if origin.folder.is_empty() { String::new() } else { format!("//{}", origin.folder) };
    let at = origin.branch.as_ref().map(|branch| format!(" at `{branch}`")).unwrap_or_default();
    let commit: String = origin.commit.chars().take(12).collect();
    let commit = if commit.is_empty() { String::new() } else { format!(", commit `{commit}`") };
    format!("`{}{folder}`{at}{commit}", origin.url)
}

/// What a declaration is.
fn item_hover(db: &dyn Db, id: ItemId) -> Option<Text> {
    let item = &item_tree(db, id).item;
    let name = item.name.as_ref()?.text.clone();
    let mut notes = Vec::new();
    let code = match &item.definition {
        Definition::Let { .. } => match signature(db, id) {
            Signature::Let(ty) => format!("let {name}: {ty}"),
            _ => format!("let {name}"),
        },
        Definition::Type(type_) => format!("type {name} = {}", shortened(source(db, id, item.type_range(*type_)))),
        Definition::Fn { params, result, .. } => {
            format!("fn {name}({}) -> {}", parameters(db, id, params), source(db, id, item.type_range(*result)))
        }
        Definition::Decl(decl) => {
            notes.extend(instance_names(db, id, decl));
            declared_head(db, id, item, decl)
        }
        Definition::Policy { params, .. } => format!("policy {name}({})", parameters(db, id, params)),
        Definition::Import(_) => return import_text(db, id, None),
        Definition::Test(_) => format!("test \"{name}\""),
        _ => return None,
    };
    let constant = matches!(item.definition, Definition::Let { .. });
    let value = value_of_item(db, id).filter(|_| constant).map(|value| show(&value));
    Some(Text { value, notes, docs: item.docs.as_ref().map(|docs| docs.to_string()), ..Text::new(code) })
}

/// `environment dev(user: string, size: size = "small")`, `environment dev for user in users`.
fn declared_head(db: &dyn Db, id: ItemId, item: &Item, decl: &Decl) -> String {
    let name = item.name.as_ref().map(|name| name.text.as_str()).unwrap_or_default();
    let mut head = format!("{} {name}", decl.kind.word());
    if let Some(params) = &decl.params {
        head.push_str(&format!("({})", parameters(db, id, params)));
    }
    if let Some(loop_) = &decl.loop_ {
        let second = loop_.binders.second.as_ref().map(|second| format!(", {}", second.text)).unwrap_or_default();
        let over = source(db, id, item.expr_range(loop_.iterable));
        head.push_str(&format!(" for {}{second} in {over}", loop_.binders.first.text));
    }
    head
}

/// The names of the instances of a declaration with a loop.
fn instance_names(db: &dyn Db, id: ItemId, decl: &Decl) -> Option<String> {
    decl.loop_.as_ref()?;
    let entries = &eval::instances(db, id).entries;
    let keys = entries.iter().take(MOST_NAMES).filter_map(|instance| match &instance.key {
        InstanceKey::Loop(key) => Some(quoted(key)),
        _ => None,
    });
    let keys: Vec<String> = keys.collect();
    let more = if entries.len() > keys.len() { ", …" } else { "" };
    let count = if entries.len() == 1 { "1 instance".to_owned() } else { format!("{} instances", entries.len()) };
    Some(if keys.is_empty() { format!("{count}.") } else { format!("{count}: {}{more}.", keys.join(", ")) })
}

/// Parameters as they were typed.
fn parameters(db: &dyn Db, id: ItemId, params: &[Param]) -> String {
    let item = &item_tree(db, id).item;
    let shown = params.iter().map(|param| {
        let default = param.default.map(|default| format!(" = {}", source(db, id, item.expr_range(default))));
        let ty = source(db, id, item.type_range(param.type_));
        format!("{}: {ty}{}", param.name.text, default.unwrap_or_default())
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn source(db: &dyn Db, id: ItemId, range: TextRange) -> &str {
    item_text(db, id).get(std::ops::Range::<usize>::from(range)).unwrap_or_default()
}

fn shortened(text: &str) -> String {
    if text.lines().count() <= MOST_LINES {
        return text.to_owned();
    }
    let lines: Vec<&str> = text.lines().take(MOST_LINES).collect();
    format!("{}\n  …", lines.join("\n"))
}

/// An import: what it names, and what is there.
fn import_text(db: &dyn Db, id: ItemId, index: Option<usize>) -> Option<Text> {
    let item = &item_tree(db, id).item;
    let (import, package) = match (index, &item.definition) {
        (Some(index), _) => {
            let import = item.imports.get(index)?;
            (import, super::definition::imported_by(db, id, import))
        }
        (None, Definition::Import(import)) => (import, imported(db, id)),
        _ => return None,
    };
    let at = import.at.as_ref().map(|at| format!(" at \"{}\"", at.name.text)).unwrap_or_default();
    let mut text = Text::new(format!("import \"{}\"{at} as {}", import.url.text, import.alias.text));
    text.docs = item.docs.as_ref().filter(|_| index.is_none()).map(|docs| docs.to_string());
    match package {
        Some(package) => {
            text.notes.push(format!("It is {}.", of_package(db, package)));
            text.notes.extend(declares(db, package));
        }
        None => text.notes.push("It is not at hand.".to_owned()),
    }
    Some(text)
}

/// What a package offers to importers.
fn declares(db: &dyn Db, package: Package) -> Option<String> {
    let offered = scope(db, package).all.iter().filter_map(|found| {
        let item = &item_tree(db, *found).item;
        let name = &item.name.as_ref()?.text;
        let shown = match &item.definition {
            _ if item.private.is_some() => return None,
            Definition::Decl(decl) => format!("{}.{name}", decl.kind.word()),
            Definition::Policy { .. } => format!("policy.{name}"),
            Definition::Let { .. } | Definition::Type(_) | Definition::Fn { .. } => name.to_string(),
            _ => return None,
        };
        Some(quoted(&shown))
    });
    let offered: Vec<String> = offered.collect();
    let more = if offered.len() > MOST_NAMES { ", …" } else { "" };
    let listed = offered.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>().join(", ");
    (!offered.is_empty()).then(|| format!("It declares {listed}{more}."))
}

fn type_hover(db: &dyn Db, id: ItemId, item: &Item, type_: TypeId) -> Option<Text> {
    if let Some(found) = super::definition::declared_type(db, id, item, type_) {
        return resolved(db, id, Resolution::Item(found));
    }
    let ty = type_of(db, id, type_);
    (!ty.is_error()).then(|| Text::new(ty.to_string()))
}

/// The type of a name where it is bound: a parameter's is written there, another's is that of any use of it.
fn bound_type(db: &dyn Db, id: ItemId, item: &Item, name: &Name) -> Option<Ty> {
    let params: &[Param] = match &item.definition {
        Definition::Fn { params, .. } | Definition::Policy { params, .. } => params,
        Definition::Decl(Decl { params: Some(params), .. }) => params,
        _ => &[],
    };
    if let Some(param) = params.iter().find(|param| param.name == *name) {
        return Some(type_of(db, id, param.type_));
    }
    let types = types::hover(db, id);
    let uses = item.exprs.iter().filter(|(_, node)| matches!(&node.expr, Expr::Name(used) if *used == name.text));
    let own = uses.filter(|(expr, _)| super::binders::bound_at(item, *expr).iter().rfind(|b| b.text == name.text) == Some(name));
    own.filter_map(|(expr, _)| types.get(expr.raw()).cloned().flatten()).find(|ty| !ty.is_error())
}
