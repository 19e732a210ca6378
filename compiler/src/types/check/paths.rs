//! Names, fields and indices.

use smol_str::SmolStr;

use super::Checker;
use super::misfits::CALL;
use crate::db::{ImportState, Namespace, Package, import_package, lookup, name_place, scope};
use crate::diagnostics::{Diagnostic, catalog};
use crate::hir::{DeclKind, Expr, ExprId, Name};
use crate::names::Resolution;
use crate::syntax::ItemKeyword;
use crate::text::Place;
use crate::types::type_expr::is_private;
use crate::types::{RecordTy, Signature, Ty, field_schema, signature};

impl Checker<'_> {
    pub(super) fn resolve(&self, expr: ExprId) -> Resolution {
        let locals = &self.locals;
        self.meanings.resolve(self.item, expr, |name| locals.iter().any(|(local, _)| local == name))
    }

    pub(super) fn name(&mut self, expr: ExprId) -> Ty {
        let resolution = self.resolve(expr);
        match (self.item.expr(expr), &resolution) {
            (Expr::Name(name), Resolution::Local) => self.local(name).cloned().unwrap_or(Ty::Error),
            _ => self.resolved(expr, resolution),
        }
    }

    /// The type of what a path of names refers to.
    fn resolved(&mut self, expr: ExprId, resolution: Resolution) -> Ty {
        let place = self.path_end(expr);
        match resolution {
            Resolution::Item(found) => {
                if found.package(self.db) != self.package
                    && found.package(self.db) != self.db.prelude()
                    && is_private(self.db, found)
                {
                    let whole = self.expr_place(expr);
                    let declared = name_place(self.db, found);
                    return self.report(catalog::private_name::new(whole, found.name(self.db), declared));
                }
                match signature(self.db, found) {
                    Signature::Let(ty) => ty.clone(),
                    Signature::Function(function) => Ty::Function(function.clone()),
                    Signature::Instance(kind) => Ty::Instance(*kind),
                    Signature::Instances(kind) => Ty::map(Ty::Instance(*kind)),
                    Signature::Type(Ty::Error) | Signature::None | Signature::Import => Ty::Error,
                    Signature::Type(_) => {
                        self.report(catalog::not_a_value::new(place, &format!("the type `{}`", found.name(self.db))))
                    }
                    Signature::Policy(_) => {
                        self.report(catalog::not_a_value::new(place, &format!("the policy `{}`", found.name(self.db))))
                    }
                }
            }
            Resolution::Builtin(found) => {
                let message = format!("the function `{}`", found.name(self.db));
                self.report(catalog::not_a_value::new(place, &message).help(format!("call it: `{}(…)`", found.name(self.db))))
            }
            Resolution::Package(found, _) => {
                let alias = found.name(self.db);
                let message = format!("the import `{alias}`");
                self.report(
                    catalog::not_a_value::new(place, &message)
                        .help(format!("name what you want of it: `{alias}.image.NAME`, `{alias}.NAME`")),
                )
            }
            Resolution::Namespace(_, namespace) => {
                let word = namespace.word();
                let message = format!("the word `{word}` alone");
                self.report(catalog::not_a_value::new(place, &message).help(format!("name the {word}: `{word}.NAME`")))
            }
            Resolution::Unknown(None, ..) => Ty::Error,
            Resolution::Unknown(Some(package), namespace, name) => {
                let diagnostic = self.unknown(place, package, namespace, &name);
                self.report(diagnostic)
            }
            Resolution::Local | Resolution::Value => Ty::Error,
        }
    }

    /// The last name of a path: what a wrong name is reported at. A plain name is its own end.
    fn path_end(&self, expr: ExprId) -> Place {
        match self.item.expr(expr) {
            Expr::Field { name, .. } => self.place(name.range),
            _ => self.expr_place(expr),
        }
    }

    fn unknown(&self, place: Place, package: Package, namespace: Namespace, name: &SmolStr) -> Diagnostic {
        let scope = scope(self.db, package);
        let own = package == self.package;
        let visible = |item: &crate::db::ItemId| own || !is_private(self.db, *item);
        let mut known: Vec<&str> = scope
            .namespace(namespace)
            .iter()
            .filter(|(_, item)| visible(item) && (own || item.keyword(self.db) != ItemKeyword::Import))
            .map(|(name, _)| name.as_str())
            .collect();
        if namespace == Namespace::Plain && own {
            known.extend(self.locals.iter().map(|(name, _)| name.as_str()));
            let library = crate::db::scope(self.db, self.db.prelude());
            let functions = library.plain.iter().filter(|(_, item)| item.keyword(self.db) == ItemKeyword::Fn);
            known.extend(functions.map(|(name, _)| name.as_str()));
        }
        known.sort_unstable();
        known.dedup();
        let elsewhere = [Namespace::Image, Namespace::Environment, Namespace::Policy, Namespace::Plain]
            .into_iter()
            .find(|other| *other != namespace && scope.namespace(*other).contains_key(name));
        let of = if own { None } else { Some(package.origin(self.db).url.as_str()) };
        catalog::unknown_name::new(place, namespace.word(), name, &known, elsewhere.map(Namespace::word), of)
    }

    pub(super) fn field(&mut self, expr: ExprId, base: ExprId, name: &Name, optional: bool) -> Ty {
        if !optional {
            match self.resolve(expr) {
                Resolution::Value => {}
                resolution => return self.resolved(expr, resolution),
            }
        }
        let owner = self.infer(base, None);
        let place = self.place(name.range);
        let (present, may_be_none) = match &owner {
            Ty::Option(inner) => (inner.base().clone(), true),
            other => (other.base().clone(), false),
        };
        if present.is_error() || present == Ty::Any {
            return Ty::Error;
        }
        if may_be_none && !optional {
            return self.report(
                catalog::maybe_none::new(self.expr_place(base), &owner).help("write `?.` to go on only where it is there"),
            );
        }
        let found = match &present {
            Ty::Instance(kind) => self.record_field(&field_schema(self.db, *kind, &name.text), kind_with_article(*kind), name),
            Ty::Record(record) => self.record_field(record, &owner_with_article(&present), name),
            // A map's entry may be missing only when it is evaluated.
            Ty::Map(value) => (**value).clone(),
            other => {
                let diagnostic = catalog::no_fields::new(place, other, &name.text);
                self.report(if matches!(other, Ty::Function(_)) { diagnostic.help(CALL) } else { diagnostic })
            }
        };
        if optional { Ty::option(found) } else { found }
    }

    fn record_field(&mut self, record: &RecordTy, owner: &str, name: &Name) -> Ty {
        match record.field(&name.text) {
            Some(field) => field.ty.clone(),
            None => {
                let known: Vec<&str> = record.fields.iter().map(|field| field.name.as_str()).collect();
                self.report(catalog::unknown_field::new(self.place(name.range), &name.text, owner, &known))
            }
        }
    }

    pub(super) fn index(&mut self, base: ExprId, index: ExprId) -> Ty {
        let owner = self.infer(base, None);
        match owner.base().clone() {
            Ty::Error | Ty::Any => {
                self.infer(index, None);
                Ty::Error
            }
            Ty::List(element) => {
                self.check(index, &Ty::Int);
                (*element).clone()
            }
            Ty::Map(value) => {
                self.check(index, &Ty::STRING);
                (*value).clone()
            }
            Ty::Record(record) => {
                self.check(index, &Ty::STRING);
                match self.plain_text(index).and_then(|key| record.field(&key).cloned()) {
                    Some(field) => field.ty,
                    // Which field is known only when it is evaluated: what all of them fit.
                    None => record
                        .fields
                        .iter()
                        .try_fold(Ty::Never, |all, field| crate::types::join(all, field.ty.clone()))
                        .unwrap_or(Ty::Any),
                }
            }
            Ty::Option(_) | Ty::None => self.report(catalog::maybe_none::new(self.expr_place(base), &owner)),
            other => {
                self.infer(index, None);
                self.report(catalog::no_index::new(self.expr_place(base), &other))
            }
        }
    }

    pub(super) fn imported_image(&mut self, expr: ExprId, import: usize, name: &Name) -> Ty {
        let Some(import) = self.item.imports.get(import) else { return Ty::Error };
        match import_package(self.db, self.package, import) {
            ImportState::Unknown => Ty::Error,
            ImportState::Problem(problem) => {
                let places = self.import_places(import);
                self.report(problem.diagnostic(places))
            }
            ImportState::Package(package) => match lookup(self.db, package, Namespace::Image, name.text.clone()) {
                Some(found) if is_private(self.db, found) => {
                    let declared = name_place(self.db, found);
                    self.report(catalog::private_name::new(self.expr_place(expr), &name.text, declared))
                }
                Some(_) => Ty::Instance(DeclKind::Image),
                None => {
                    let diagnostic = self.unknown(self.place(name.range), package, Namespace::Image, &name.text);
                    self.report(diagnostic)
                }
            },
        }
    }

    /// A template is no image by itself.
    pub(super) fn image_or_reference(&mut self, name: &SmolStr) -> Ty {
        match lookup(self.db, self.package, Namespace::Image, name.clone()).map(|found| signature(self.db, found)) {
            Some(Signature::Instance(kind)) => Ty::Instance(*kind),
            Some(Signature::Let(Ty::Error)) => Ty::Error,
            _ => Ty::STRING,
        }
    }
}

pub(super) fn kind_with_article(kind: DeclKind) -> &'static str {
    match kind {
        DeclKind::Image => "an image",
        DeclKind::Environment => "an environment",
    }
}

/// What has the fields, for a message: "a container", "a record".
pub(crate) fn owner_with_article(ty: &Ty) -> String {
    match ty {
        Ty::Record(record) => match &record.name {
            Some(name) => with_article(name),
            None => "this record".to_owned(),
        },
        other => with_article(&other.to_string()),
    }
}

pub(super) fn with_article(name: &str) -> String {
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" };
    format!("{article} {name}")
}
