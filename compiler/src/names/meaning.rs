//! What the names in a declaration mean, found once for all who ask: the checker, the evaluator, and the search for cycles.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::{Resolution, member, resolve_name};
use crate::db::{Db, ItemId, Namespace, Package, item_tree};
use crate::hir::{Definition, Expr, ExprId, Item, Loop, Member, Rule, TestStatement};

/// What a name or a path of names in a declaration refers to.
#[derive(Clone, Debug, PartialEq)]
pub struct Meaning {
    pub resolution: Resolution,
    /// The path's first name, where something in the declaration binds that name, too: if it is bound where the path stands,
    /// the path is a local one.
    pub shadowed_by: Option<SmolStr>,
}

/// The meanings of a declaration's names.
#[derive(Debug, PartialEq)]
pub struct Meanings {
    /// In the order of the expressions.
    by_expression: Box<[(ExprId, Meaning)]>,
}

impl Meanings {
    /// `None` for what is no name and no path of names.
    pub fn get(&self, expr: ExprId) -> Option<&Meaning> {
        let found = self.by_expression.binary_search_by_key(&expr.raw(), |(each, _)| each.raw());
        found.ok().map(|index| &self.by_expression[index].1)
    }

    /// What an expression refers to where these names are bound around it.
    pub fn resolve(&self, item: &Item, expr: ExprId, is_local: impl Fn(&str) -> bool) -> Resolution {
        match self.get(expr) {
            None => Resolution::Value,
            Some(Meaning { shadowed_by: Some(head), .. }) if is_local(head) => match item.expr(expr) {
                Expr::Name(_) => Resolution::Local,
                _ => Resolution::Value,
            },
            Some(meaning) => meaning.resolution.clone(),
        }
    }
}

/// The meaning of every name in a declaration.
#[salsa::tracked]
pub fn meanings(db: &dyn Db, item: ItemId) -> Arc<Meanings> {
    let data = &item_tree(db, item).item;
    let mut search = Search { db, package: item.package(db), item: data, binders: None, found: Vec::new() };
    for (id, _) in data.exprs.iter() {
        search.expression(id);
    }
    Arc::new(Meanings { by_expression: search.found.into() })
}

struct Search<'db> {
    db: &'db dyn Db,
    package: Package,
    item: &'db Item,
    binders: Option<FxHashSet<SmolStr>>,
    found: Vec<(ExprId, Meaning)>,
}

impl Search<'_> {
    fn expression(&mut self, expr: ExprId) {
        let Some(head) = head(self.item, expr) else { return };
        let item = self.item;
        let binders = self.binders.get_or_insert_with(|| binders(item));
        let shadowed_by = binders.contains(head).then(|| head.clone());
        let resolution = self.resolution(expr);
        self.found.push((expr, Meaning { resolution, shadowed_by }));
    }

    fn resolution(&self, expr: ExprId) -> Resolution {
        match self.item.expr(expr) {
            Expr::Name(name) => resolve_name(self.db, self.package, name),
            Expr::Field { base, name, .. } => {
                // A path's parts stand before it.
                let known = self.found.binary_search_by_key(&base.raw(), |(each, _)| each.raw());
                let base = match known {
                    Ok(index) => self.found[index].1.resolution.clone(),
                    Err(_) => self.resolution(*base),
                };
                match base {
                    Resolution::Package(_, inner) => match Namespace::of_word(&name.text) {
                        Some(namespace) => Resolution::Namespace(inner, namespace),
                        None => member(self.db, inner, Namespace::Plain, &name.text),
                    },
                    Resolution::Namespace(inner, namespace) => member(self.db, inner, namespace, &name.text),
                    _ => Resolution::Value,
                }
            }
            _ => Resolution::Value,
        }
    }
}

/// The first name of `a.b.c`.
fn head(item: &Item, mut expr: ExprId) -> Option<&SmolStr> {
    loop {
        match item.expr(expr) {
            Expr::Name(name) => return Some(name),
            Expr::Field { base, optional: false, .. } => expr = *base,
            _ => return None,
        }
    }
}

/// Every name that something in a declaration binds.
fn binders(item: &Item) -> FxHashSet<SmolStr> {
    // A refinement binds `it`.
    let mut found = FxHashSet::from_iter([SmolStr::new_static("it")]);
    match &item.definition {
        Definition::Fn { params, .. } => found.extend(params.iter().map(|param| param.name.text.clone())),
        Definition::Decl(decl) => {
            found.extend(decl.params.iter().flatten().map(|param| param.name.text.clone()));
            decl.loop_.iter().for_each(|loop_| bind(loop_, &mut found));
        }
        Definition::Policy { params, rules } => {
            found.extend(params.iter().map(|param| param.name.text.clone()));
            rule_binders(rules, &mut found);
        }
        Definition::Test(statements) => {
            found.extend(statements.iter().filter_map(|statement| match statement {
                TestStatement::Let { name, .. } => Some(name.text.clone()),
                TestStatement::Assert { .. } => None,
            }));
        }
        _ => {}
    }
    for (_, node) in item.exprs.iter() {
        match &node.expr {
            Expr::ListFor { loop_, .. } | Expr::MapFor { loop_, .. } => bind(loop_, &mut found),
            Expr::With { members, .. } | Expr::Body(members) => {
                for member in members {
                    if let Member::Block { loop_: Some(loop_), .. } = member {
                        bind(loop_, &mut found);
                    }
                }
            }
            _ => {}
        }
    }
    found
}

fn rule_binders(rules: &[Rule], found: &mut FxHashSet<SmolStr>) {
    for rule in rules {
        match rule {
            Rule::Let { name, .. } => {
                found.insert(name.text.clone());
            }
            Rule::Require { .. } => {}
            Rule::For { loop_, rules, .. } => {
                bind(loop_, found);
                rule_binders(rules, found);
            }
            Rule::If { rules, .. } => rule_binders(rules, found),
        }
    }
}

fn bind(loop_: &Loop, found: &mut FxHashSet<SmolStr>) {
    found.insert(loop_.binders.first.text.clone());
    found.extend(loop_.binders.second.iter().map(|second| second.text.clone()));
}
