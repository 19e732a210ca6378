//! Where a word is declared, across files and repositories.

use compiler::db::{Db, ImportState, ItemId, Namespace, Package, import_package, imported, lookup, name_place};
use compiler::hir::{Definition, Expr, ExprId, ImportDecl, Item, Name, SmolStr, TypeExpr, TypeId};
use compiler::names::{Resolution, resolve_name};
use compiler::text::{Place, TextRange, TextSize};
use compiler::types::{self, Ty, block_field};

use super::binders::bound_at;
use super::cursor::{At, Cursor, at};
use super::fields::{declaration, record, record_of};
use super::known_value::{resolution, value_of};
use super::{FileRange, Spot};

/// From a word to what declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jump {
    pub word: FileRange,
    pub target: FileRange,
}

pub fn definition(db: &dyn Db, spot: Spot) -> Option<Jump> {
    let cursor = at(db, spot)?;
    let target = target(db, &cursor)?;
    Some(Jump { word: FileRange::of(db, cursor.id.place(cursor.range)), target })
}

fn target(db: &dyn Db, cursor: &Cursor) -> Option<FileRange> {
    let (id, item) = (cursor.id, cursor.item);
    let place = match &cursor.at {
        At::Import(index) => return package_start(db, import_target(db, id, item, *index)?),
        At::Declared if matches!(item.definition, Definition::Import(_)) => {
            return package_start(db, import_target(db, id, item, None)?);
        }
        At::Declared | At::Bound(_) | At::TypeField { .. } => id.place(cursor.range),
        At::Expr(expr) => of_expression(db, id, item, *expr)?,
        At::Field { within, name, .. } => {
            let types = types::hover(db, id);
            declaration(db, record_of(db, item, &types, *within)?.field(&name.text)?)?.place
        }
        At::Block { within, word, labelled, .. } => {
            let types = types::hover(db, id);
            let record = record_of(db, item, &types, *within)?;
            declaration(db, block_field(&record, &word.text, *labelled)?)?.place
        }
        At::Argument { callee, name } => of_parameter(db, types::hover(db, id).get(callee.raw())?.as_ref()?, &name.text)?,
        At::Type(type_) => name_place(db, declared_type(db, id, item, *type_)?),
        At::Qualifier(name) => of_resolution(db, resolve_name(db, id.package(db), &name.text))?,
    };
    Some(FileRange::of(db, place))
}

fn of_expression(db: &dyn Db, id: ItemId, item: &Item, expr: ExprId) -> Option<Place> {
    match (item.expr(expr), resolution(db, id, item, expr)) {
        (Expr::Name(name), Resolution::Local) => {
            let bound = bound_at(item, expr);
            let binder: &Name = bound.iter().rfind(|local| local.text == *name)?;
            Some(id.place(binder.range))
        }
        (Expr::Field { base, name, .. }, Resolution::Value) => {
            // Where the value was set, or else where its type declares the field.
            let set = value_of(db, id, *base).and_then(|value| Some(value.fields()?.fields.get(&name.text)?.set_at));
            set.or_else(|| {
                let owner = types::hover(db, id).get(base.raw())?.clone()?;
                Some(declaration(db, record(db, &owner)?.field(&name.text)?)?.place)
            })
        }
        (Expr::ImageOrReference(name), _) => Some(name_place(db, lookup(db, id.package(db), Namespace::Image, name.clone())?)),
        (Expr::ImportedImage { import, name }, _) => Some(name_place(db, imported_image(db, id, item, *import, &name.text)?)),
        (_, found) => of_resolution(db, found),
    }
}

fn of_resolution(db: &dyn Db, found: Resolution) -> Option<Place> {
    match found {
        Resolution::Item(found) | Resolution::Builtin(found) | Resolution::Package(found, _) => Some(name_place(db, found)),
        _ => None,
    }
}

fn of_parameter(db: &dyn Db, callee: &Ty, name: &str) -> Option<Place> {
    let Ty::Function(function) = callee else { return None };
    let item = &compiler::db::item_tree(db, function.item).item;
    let params = match &item.definition {
        Definition::Fn { params, .. } => params,
        Definition::Decl(decl) => decl.params.as_ref()?,
        _ => return None,
    };
    params.iter().find(|param| param.name.text == name).map(|param| function.item.place(param.name.range))
}

/// The declaration that a type's name refers to; `None` for a basic type.
pub fn declared_type(db: &dyn Db, id: ItemId, item: &Item, type_: TypeId) -> Option<ItemId> {
    let TypeExpr::Name { qualifier, name } = item.type_expr(type_) else { return None };
    let found = match qualifier {
        Some(alias) => {
            let Resolution::Package(_, Some(package)) = resolve_name(db, id.package(db), &alias.text) else { return None };
            lookup(db, package, Namespace::Plain, name.text.clone())
        }
        None => match resolve_name(db, id.package(db), &name.text) {
            Resolution::Item(found) => Some(found),
            // `image` and `environment`: the prelude documents their fields.
            Resolution::Namespace(..) => lookup(db, db.prelude(), Namespace::Plain, name.text.clone()),
            _ => None,
        },
    };
    found.filter(|found| matches!(compiler::db::item_tree(db, *found).item.definition, Definition::Type(_)))
}

/// The image that YAML's `image:` beside `github:` names.
pub fn imported_image(db: &dyn Db, id: ItemId, item: &Item, import: usize, name: &SmolStr) -> Option<ItemId> {
    let package = imported_by(db, id, item.imports.get(import)?)?;
    lookup(db, package, Namespace::Image, name.clone())
}

/// The package that an import of a declaration names, where it is at hand.
pub fn imported_by(db: &dyn Db, id: ItemId, import: &ImportDecl) -> Option<Package> {
    match import_package(db, id.package(db), import) {
        ImportState::Package(package) => Some(package),
        _ => None,
    }
}

fn import_target(db: &dyn Db, id: ItemId, item: &Item, index: Option<usize>) -> Option<Package> {
    match index {
        Some(index) => imported_by(db, id, item.imports.get(index)?),
        None => imported(db, id),
    }
}

/// The first of a package's files.
fn package_start(db: &dyn Db, package: Package) -> Option<FileRange> {
    let file = *package.files(db).first()?;
    Some(FileRange { file, range: TextRange::empty(TextSize::new(0)) })
}
