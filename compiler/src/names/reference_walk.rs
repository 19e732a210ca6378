//! Which declarations of its own package a declaration refers to.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Meanings, Resolution, meanings, resolve_name};
use crate::db::{Db, ItemId, Namespace, Package, item_tree, lookup};
use crate::hir::{
    Binders, DeclBody, DeclKind, Definition, Expr, ExprId, Item, Loop, Member, Param, Rule, StringPart, TestStatement, TypeExpr,
    TypeId,
};
use crate::syntax::ItemKeyword;

/// The declarations of the same package that `item` names, in order of their places, each once.
#[salsa::tracked]
pub fn references(db: &dyn Db, item: ItemId) -> Arc<[ItemId]> {
    let tree = item_tree(db, item);
    let (package, meanings) = (item.package(db), meanings(db, item));
    let mut walk = Walk { db, package, item: &tree.item, meanings, locals: Vec::new(), found: Vec::new() };
    walk.definition();
    walk.found.into()
}

struct Walk<'a> {
    db: &'a dyn Db,
    package: Package,
    item: &'a Item,
    meanings: &'a Meanings,
    locals: Vec<SmolStr>,
    found: Vec<ItemId>,
}

impl Walk<'_> {
    fn definition(&mut self) {
        match &self.item.definition {
            Definition::Error | Definition::Import(_) => {}
            Definition::Let { type_, value } => {
                type_.iter().for_each(|type_| self.type_(*type_));
                self.expr(*value);
            }
            Definition::Type(type_) => self.type_(*type_),
            Definition::Fn { params, result, body } => {
                self.params(params);
                self.type_(*result);
                self.expr(*body);
            }
            Definition::Decl(decl) => {
                self.params(decl.params.as_deref().unwrap_or_default());
                self.looped(decl.loop_.as_ref(), |walk| {
                    walk.option(decl.condition);
                    match decl.body {
                        DeclBody::Block(body) | DeclBody::Expr(body) => walk.expr(body),
                    }
                });
            }
            Definition::Project { body } => self.expr(*body),
            Definition::Policy { params, rules } => {
                self.params(params);
                self.rules(rules);
            }
            Definition::Enforce(expr) => self.expr(*expr),
            Definition::Test(statements) => {
                for statement in statements {
                    match statement {
                        TestStatement::Let { name, type_, value } => {
                            type_.iter().for_each(|type_| self.type_(*type_));
                            self.expr(*value);
                            self.locals.push(name.text.clone());
                        }
                        TestStatement::Assert { condition, .. } => self.expr(*condition),
                    }
                }
            }
        }
    }

    /// Binds the parameters for good: nothing of the declaration stands outside of them.
    fn params(&mut self, params: &[Param]) {
        for param in params {
            self.type_(param.type_);
            self.option(param.default);
        }
        self.locals.extend(params.iter().map(|param| param.name.text.clone()));
    }

    fn rules(&mut self, rules: &[Rule]) {
        let outer = self.locals.len();
        for rule in rules {
            match rule {
                Rule::Let { name, type_, value } => {
                    type_.iter().for_each(|type_| self.type_(*type_));
                    self.expr(*value);
                    self.locals.push(name.text.clone());
                }
                Rule::Require { condition, message, .. } => {
                    self.expr(*condition);
                    self.expr(*message);
                }
                Rule::For { loop_, condition, rules } => self.looped(Some(loop_), |walk| {
                    walk.option(*condition);
                    walk.rules(rules);
                }),
                Rule::If { condition, rules } => {
                    self.expr(*condition);
                    self.rules(rules);
                }
            }
        }
        self.locals.truncate(outer);
    }

    fn looped(&mut self, loop_: Option<&Loop>, body: impl FnOnce(&mut Self)) {
        let outer = self.locals.len();
        if let Some(Loop { binders: Binders { first, second }, iterable }) = loop_ {
            self.expr(*iterable);
            self.locals.push(first.text.clone());
            self.locals.extend(second.iter().map(|second| second.text.clone()));
        }
        body(self);
        self.locals.truncate(outer);
    }

    fn option(&mut self, expr: Option<ExprId>) {
        expr.into_iter().for_each(|expr| self.expr(expr));
    }

    fn found(&mut self, resolution: Resolution) {
        if let Resolution::Item(item) = resolution
            && item.package(self.db) == self.package
            && !self.found.contains(&item)
        {
            self.found.push(item);
        }
    }

    fn type_(&mut self, type_: TypeId) {
        match self.item.type_expr(type_) {
            TypeExpr::Missing | TypeExpr::Literal(_) => {}
            TypeExpr::Name { qualifier: Some(_), .. } => {}
            TypeExpr::Name { qualifier: None, name } => {
                // A function may have the name of a type: `int`.
                match resolve_name(self.db, self.package, &name.text) {
                    Resolution::Item(found) if found.keyword(self.db) == ItemKeyword::Type => self.found(Resolution::Item(found)),
                    _ => {}
                }
            }
            TypeExpr::Apply { argument, .. } => self.type_(*argument),
            TypeExpr::Union(arms) => arms.iter().for_each(|arm| self.type_(*arm)),
            TypeExpr::Optional(inner) => self.type_(*inner),
            TypeExpr::Where { base, condition } => {
                self.type_(*base);
                self.locals.push(SmolStr::new_static("it"));
                self.expr(*condition);
                self.locals.pop();
            }
            TypeExpr::Record(fields) => {
                for field in fields {
                    self.type_(field.type_);
                    self.option(field.default);
                }
            }
        }
    }

    fn expr(&mut self, expr: ExprId) {
        let item = self.item;
        match item.expr(expr) {
            Expr::Missing | Expr::Bool(_) | Expr::None | Expr::Int(_) | Expr::Float(_) | Expr::Quantity { .. } => {}
            Expr::Scalar(_) | Expr::ImportedImage { .. } => {}
            Expr::ImageOrReference(name) => {
                if let Some(found) = lookup(self.db, self.package, Namespace::Image, name.clone()) {
                    self.found(Resolution::Item(found));
                }
            }
            Expr::Name(_) => self.path(expr),
            Expr::Field { base, .. } => {
                self.path(expr);
                self.expr(*base);
            }
            Expr::String(parts) => {
                for part in parts {
                    if let StringPart::Expr(inner) = part {
                        self.expr(*inner);
                    }
                }
            }
            Expr::Index { base, index } => {
                self.expr(*base);
                self.expr(*index);
            }
            Expr::Call { callee, arguments } => {
                self.expr(*callee);
                arguments.iter().for_each(|argument| self.expr(argument.value));
            }
            Expr::Unary { operand, .. } => self.expr(*operand),
            Expr::Binary { left, right, .. } => {
                self.expr(*left);
                self.expr(*right);
            }
            Expr::If { condition, then, otherwise } => {
                self.expr(*condition);
                self.expr(*then);
                self.expr(*otherwise);
            }
            Expr::Match { scrutinee, arms } => {
                self.expr(*scrutinee);
                for arm in arms {
                    self.option(arm.pattern);
                    self.expr(arm.value);
                }
            }
            Expr::List(elements) => elements.iter().for_each(|element| self.expr(*element)),
            Expr::ListFor { loop_, condition, element } => self.looped(Some(loop_), |walk| {
                walk.option(*condition);
                walk.expr(*element);
            }),
            Expr::MapFor { loop_, condition, key, value } => self.looped(Some(loop_), |walk| {
                walk.option(*condition);
                walk.expr(*key);
                walk.expr(*value);
            }),
            Expr::Record(fields) => fields.iter().for_each(|field| self.expr(field.value)),
            Expr::With { base, members } => {
                self.expr(*base);
                self.members(members);
            }
            Expr::Body(members) => self.members(members),
        }
    }

    fn members(&mut self, members: &[Member]) {
        for member in members {
            match member {
                Member::Field { value, .. } => self.expr(*value),
                Member::Block { label, loop_, condition, body, .. } => self.looped(loop_.as_ref(), |walk| {
                    walk.option(*label);
                    walk.option(*condition);
                    walk.expr(*body);
                }),
            }
        }
    }

    fn path(&mut self, expr: ExprId) {
        let locals = &self.locals;
        let is_local = |name: &str| locals.iter().any(|local| local == name);
        let resolution = self.meanings.resolve(self.item, expr, is_local);
        self.found(resolution);
    }
}

/// Whether a declaration of this kind can stand on others of its kind: what a cycle is made of.
pub(super) fn can_cycle(db: &dyn Db, item: ItemId) -> bool {
    use crate::syntax::ItemKeyword as Keyword;
    let kind = item.decl_kind(db);
    matches!(item.keyword(db), Keyword::Let | Keyword::Type | Keyword::Fn | Keyword::Policy)
        || matches!(kind, Some(DeclKind::Image | DeclKind::Environment))
}
