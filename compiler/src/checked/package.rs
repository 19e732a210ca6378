//! What holds of a package as a whole: names that collide in the cluster, policies in force, the project's limits.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{checked, project};
use crate::db::{Db, ItemId, Package, item_tree, scope};
use crate::diagnostics::{Diagnostic, catalog};
use crate::eval::value::{Data, Value};
use crate::hir::{DeclKind, Definition};
use crate::model::Environment;
use crate::names::{Meaning, Resolution, meanings};
use crate::text::Place;
use crate::types::{Signature, Ty, has_errors, signature};

/// Objects of the cluster that two declarations would make, and environments beyond the project's limits.
#[salsa::tracked]
pub fn collisions(db: &dyn Db, package: Package) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut owners: FxHashMap<(&'static str, Option<SmolStr>, SmolStr), (Place, &str)> = FxHashMap::default();
    let project = project(db, package);
    let (mut count, mut last) = (0u32, None);
    for item in instances_of(db, package, DeclKind::Environment) {
        for environment in &checked(db, item).environments {
            (count, last) = (count + 1, Some(environment.place));
            let namespace = environment.namespace.clone().or_else(|| project.namespace.clone());
            for (kind, name, place) in objects(environment) {
                let key = (kind, namespace.clone(), name);
                match owners.get(&key) {
                    Some((first, owner)) if *owner != environment.address || kind == "claim" => {
                        diagnostics.push(catalog::name_collision::new(place, kind, &key.2, *first));
                    }
                    _ => {
                        owners.insert(key, (place, &environment.address));
                    }
                }
            }
            over_limits(environment, &project.limits, &mut diagnostics);
        }
    }
    if let (Some(limit), Some(place)) = (project.limits.environments, last)
        && count > limit
    {
        diagnostics.push(catalog::over_limit::new(place, &format!("{count} environments"), &limit.to_string()));
    }
    diagnostics
}

/// The objects' names that must be unique, with the place that names each.
fn objects(environment: &Environment) -> Vec<(&'static str, SmolStr, Place)> {
    let mut objects = vec![("environment", environment.name.clone(), environment.place)];
    for volume in environment.volumes.iter().filter(|volume| volume.size.is_some()) {
        let mut name = String::with_capacity(environment.name.len() + 1 + volume.name.len());
        name.push_str(&environment.name);
        name.push('-');
        name.push_str(&volume.name);
        objects.push(("claim", name.into(), volume.place));
    }
    objects
}

fn over_limits(environment: &Environment, limits: &crate::model::Limits, diagnostics: &mut Vec<Diagnostic>) {
    let replicas = u64::from(environment.replicas);
    let cpu =
        environment.containers.iter().filter_map(|container| container.cpu).fold(0u64, |sum, cpu| sum.saturating_add(cpu.0));
    let cpu = crate::model::Cpu(cpu.saturating_mul(replicas));
    if let Some(limit) = limits.cpu.filter(|limit| cpu > *limit) {
        let found = format!("{} processors", cpu.quantity());
        diagnostics.push(catalog::over_limit::new(environment.place, &found, &limit.quantity()));
    }
    let memory = environment
        .containers
        .iter()
        .filter_map(|container| container.memory)
        .fold(0u64, |sum, memory| sum.saturating_add(memory.amount));
    let memory = memory.saturating_mul(replicas);
    if let Some(limit) = limits.memory.filter(|limit| memory > limit.amount) {
        let found = format!("{} of memory", crate::model::Bytes { amount: memory, binary: limit.binary }.quantity());
        diagnostics.push(catalog::over_limit::new(environment.place, &found, &limit.quantity()));
    }
}

/// The declarations of a package that make instances of a kind, in the order of files and lines.
fn instances_of(db: &dyn Db, package: Package, kind: DeclKind) -> Vec<ItemId> {
    let declares = |item: &&ItemId| {
        item.decl_kind(db) == Some(kind) && matches!(signature(db, **item), Signature::Instance(_) | Signature::Instances(_))
    };
    scope(db, package).all.iter().filter(declares).copied().collect()
}

/// What the policies in force say against the images and environments of an item.
pub fn enforced(db: &dyn Db, item: ItemId) -> &[Diagnostic] {
    if is_judged(db, item) { violations_of(db, item) } else { &[] }
}

/// Whether any policy is in force.
pub(super) fn is_judged(db: &dyn Db, item: ItemId) -> bool {
    !policies_in_force(db, item.package(db)).is_empty()
}

#[salsa::tracked]
fn violations_of(db: &dyn Db, item: ItemId) -> Vec<Diagnostic> {
    let Some(kind) = item.decl_kind(db) else { return Vec::new() };
    let policies = policies_in_force(db, item.package(db));
    let mut diagnostics = Vec::new();
    for instance in &crate::eval::instances(db, item).entries {
        let value = Value::new(Data::Instance(instance.clone()), instance.place);
        for policy in policies.iter().filter(|policy| is_about(db, **policy, kind)) {
            for diagnostic in crate::policy::violations(db, *policy, &value) {
                if !diagnostics.contains(&diagnostic) {
                    diagnostics.push(diagnostic);
                }
            }
        }
    }
    diagnostics
}

fn is_about(db: &dyn Db, policy: ItemId, kind: DeclKind) -> bool {
    matches!(signature(db, policy), Signature::Policy(params) if matches!(&params[..], [param] if param.ty == Ty::Instance(kind)))
}

/// The policies that a package enforces, in the order of its `enforce` lines, each once.
#[salsa::tracked]
pub fn policies_in_force(db: &dyn Db, package: Package) -> Vec<ItemId> {
    let mut policies = Vec::new();
    for enforce in &scope(db, package).enforces {
        let tree = item_tree(db, *enforce);
        let Definition::Enforce(policy) = &tree.item.definition else { continue };
        if let Some(Meaning { resolution: Resolution::Item(found), .. }) = meanings(db, *enforce).get(*policy)
            && let found = *found
            && !has_errors(db, found)
            && !policies.contains(&found)
        {
            policies.push(found);
        }
    }
    policies
}
