//! What the names in a declaration mean, found once for all evaluations of it.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::db::{Db, ItemId, item_tree};
use crate::hir::{Definition, Expr, ExprId, Item, Loop, Member, Rule, TestStatement};
use crate::names::{Resolution, resolve};

/// What an expression refers to, if it is a name or a path of names.
#[derive(Clone, Debug, PartialEq)]
pub struct Meaning {
    pub resolution: Resolution,
    /// The path's first name, where something in the declaration binds that name, too: if it is bound where the path stands,
    /// the path is a local one.
    pub shadowed_by: Option<SmolStr>,
}

/// The meaning of each expression of a declaration, by its index; [`Resolution::Value`] for what is no name.
#[salsa::tracked]
pub fn meanings(db: &dyn Db, item: ItemId) -> Arc<[Meaning]> {
    let data = &item_tree(db, item).item;
    let binders = binders(data);
    let package = item.package(db);
    let meaning = |(id, _): (ExprId, &_)| match head(data, id) {
        None => Meaning { resolution: Resolution::Value, shadowed_by: None },
        Some(head) => Meaning {
            resolution: resolve(db, package, data, id, &|_| false),
            shadowed_by: binders.contains(head).then(|| head.clone()),
        },
    };
    data.exprs.iter().map(meaning).collect()
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
