//! What is wrong with a type as written.

use super::Checker;
use crate::db::{Namespace, lookup, name_place, scope};
use crate::diagnostics::{Diagnostic, catalog, nearest};
use crate::hir::{Name, TypeExpr, TypeId};
use crate::names::{self, Resolution};
use crate::types::type_expr::{BASIC, basic_type, is_private};
use crate::types::{Signature, Ty, signature, type_of};

impl Checker<'_> {
    pub(super) fn type_expr(&mut self, type_: TypeId) {
        let item = self.item;
        match item.type_expr(type_) {
            TypeExpr::Missing | TypeExpr::Literal(_) => {}
            TypeExpr::Name { qualifier, name } => self.type_name(qualifier.as_ref(), name),
            TypeExpr::Apply { name, argument } => {
                if !matches!(name.text.as_str(), "list" | "map") {
                    let place = self.place(name.range);
                    self.report(catalog::unknown_type::without_arguments(place, &name.text));
                }
                self.type_expr(*argument);
            }
            TypeExpr::Union(arms) => arms.iter().for_each(|arm| self.type_expr(*arm)),
            TypeExpr::Optional(inner) => self.type_expr(*inner),
            TypeExpr::Where { base, condition } => {
                self.type_expr(*base);
                let base = type_of(self.db, self.id, *base);
                self.locals.push((smol_str::SmolStr::new_static("it"), base));
                self.check(*condition, &Ty::Bool);
                self.locals.pop();
            }
            TypeExpr::Record(fields) => {
                for (index, field) in fields.iter().enumerate() {
                    if let Some(first) = fields[..index].iter().find(|first| first.name.text == field.name.text) {
                        let (second, first) = (self.place(field.name.range), self.place(first.name.range));
                        self.report(catalog::duplicate_field::new(second, &field.name.text, first));
                    }
                    self.type_expr(field.type_);
                    if let Some(default) = field.default {
                        let ty = type_of(self.db, self.id, field.type_);
                        self.check_as(default, &ty, Some(&field.name.text));
                    }
                }
            }
        }
    }

    fn type_name(&mut self, qualifier: Option<&Name>, name: &Name) {
        let place = self.place(name.range);
        if let Some(alias) = qualifier {
            match names::resolve_name(self.db, self.package, &alias.text) {
                Resolution::Package(_, Some(package)) => match lookup(self.db, package, Namespace::Plain, name.text.clone()) {
                    Some(found) if is_private(self.db, found) => {
                        let declared = name_place(self.db, found);
                        self.report(catalog::private_name::new(place, &name.text, declared));
                    }
                    Some(found) => self.must_be_type(found, name),
                    None => {
                        let diagnostic = self.unknown_type(place, name, package);
                        self.report(diagnostic);
                    }
                },
                Resolution::Package(_, None) => {}
                _ => {
                    let place = self.place(alias.range);
                    let aliases = scope(self.db, self.package)
                        .imports
                        .iter()
                        .map(|import| import.name(self.db).as_str())
                        .collect::<Vec<_>>();
                    self.report(catalog::unknown_name::new(place, "name", &alias.text, &aliases, None, None));
                }
            }
            return;
        }
        if matches!(name.text.as_str(), "list" | "map") {
            self.report(catalog::unknown_type::without_argument(place, &name.text));
            return;
        }
        if basic_type(&name.text).is_some() || matches!(name.text.as_str(), "image" | "environment") {
            return;
        }
        match names::resolve_name(self.db, self.package, &name.text) {
            Resolution::Item(found) => self.must_be_type(found, name),
            _ => {
                let diagnostic = self.unknown_type(place, name, self.package);
                self.report(diagnostic);
            }
        }
    }

    fn must_be_type(&mut self, found: crate::db::ItemId, name: &Name) {
        if found.keyword(self.db) != crate::syntax::ItemKeyword::Type {
            let place = self.place(name.range);
            let declared = name_place(self.db, found);
            self.report(catalog::unknown_type::not_a_type(place, &name.text, declared));
        } else if matches!(signature(self.db, found), Signature::Type(Ty::Error)) {
            // Reported where it is declared.
        }
    }

    fn unknown_type(&self, place: crate::text::Place, name: &Name, package: crate::db::Package) -> Diagnostic {
        let declared = |package| {
            let scope = scope(self.db, package);
            scope
                .plain
                .iter()
                .filter(|(_, item)| item.keyword(self.db) == crate::syntax::ItemKeyword::Type)
                .map(|(name, _)| name.as_str())
        };
        let mut known: Vec<&str> = declared(package).collect();
        if package == self.package {
            known.extend(BASIC);
            known.extend(["image", "environment"]);
            known.extend(declared(self.db.prelude()));
        }
        known.sort_unstable();
        known.dedup();
        catalog::unknown_type::new(place, &name.text, nearest::nearest(&name.text, known.iter().copied()))
    }
}
