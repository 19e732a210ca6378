//! An environment as evaluated, checked and made data.

use std::sync::Arc;

use smol_str::SmolStr;

use super::address::cluster_name;
use super::container::{Surroundings, container};
use super::kubernetes_names::{label_key_problem, label_text_problem};
use super::reader::broken;
use crate::db::Db;
use crate::diagnostics::{Diagnostic, catalog};
use crate::eval::value::{Data, Instance, Record};
use crate::hir::DeclKind;
use crate::model::{Container, Environment, Provider, Toleration, Volume, name_problem, object_name_problem};
use crate::text::Place;

/// The environment, unless a value of it is in error.
pub(super) fn environment(db: &dyn Db, instance: &Arc<Instance>, diagnostics: &mut Vec<Diagnostic>) -> Option<Environment> {
    let fields = &instance.fields;
    if broken(fields) {
        return None;
    }
    let before = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let name = cluster_name(db, instance);
    if let Some(problem) = name_problem(&name).filter(|_| name_problem(instance.item.name(db)).is_none()) {
        diagnostics.push(catalog::invalid_name::new(instance.place, &name, DeclKind::Environment.word(), problem));
    }
    let patch = super::patch::patch(fields, diagnostics);
    let namespace = fields.name_of("namespace", "namespace", name_problem, diagnostics);
    let service_account = fields.name_of("service-account", "service account", object_name_problem, diagnostics);
    let volumes = volumes(fields, diagnostics);
    labels(fields, diagnostics);
    let address = super::image_address(db, instance);
    let surroundings = Surroundings { db, address: &address, volumes: &volumes };
    let mut containers = containers(fields, "containers", &surroundings, diagnostics);
    let inits = containers_of_inits(fields, &containers, &surroundings, diagnostics);
    primary(fields, instance.place, &mut containers, diagnostics);
    ports(fields, diagnostics);
    let after = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    (after == before).then(|| Environment {
        address,
        name,
        declaration: instance.item.name(db).clone(),
        origin: instance.item.package(db).origin(db).clone(),
        provider: if fields.text("provider").as_deref() == Some("podman") { Provider::Podman } else { Provider::Kubernetes },
        namespace,
        replicas: fields.int("replicas").and_then(|replicas| u32::try_from(replicas).ok()).unwrap_or(1),
        containers,
        inits,
        volumes,
        service_account,
        labels: fields.text_entries("labels"),
        annotations: fields.text_entries("annotations"),
        node_selector: fields.text_entries("node-selector"),
        tolerations: tolerations(fields),
        ttl: fields.seconds("ttl"),
        patch,
        place: instance.place,
    })
}

fn containers(fields: &Record, field: &str, surroundings: &Surroundings, diagnostics: &mut Vec<Diagnostic>) -> Vec<Container> {
    let mut containers = Vec::with_capacity(fields.entries(field).count());
    containers.extend(fields.entries(field).filter_map(|(name, entry)| container(name, entry, surroundings, diagnostics)));
    containers
}

fn containers_of_inits(
    fields: &Record,
    containers_: &[Container],
    surroundings: &Surroundings,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Container> {
    let inits = containers(fields, "inits", surroundings, diagnostics);
    for init in &inits {
        if let Some(twin) = containers_.iter().find(|container| container.name == init.name) {
            diagnostics.push(catalog::duplicate_field::new(init.place, &init.name, twin.place));
        }
    }
    inits
}

/// Exactly one container is primary; the only one is.
fn primary(fields: &Record, place: Place, containers: &mut [Container], diagnostics: &mut Vec<Diagnostic>) {
    let declared: Vec<Place> = fields
        .entries("containers")
        .filter(|(_, entry)| entry.value.fields().and_then(|container| container.bool("primary")) == Some(true))
        .map(|(_, entry)| entry.value.fields().map_or(entry.set_at, |container| container.set_at("primary", entry.set_at)))
        .collect();
    let count = fields.entries("containers").count();
    match (&declared[..], count) {
        (_, 0) => diagnostics.push(catalog::no_container::new(place)),
        ([], 1) => containers.iter_mut().for_each(|container| container.primary = true),
        ([], _) => {
            let names: Vec<SmolStr> = fields.entries("containers").map(|(name, _)| name.clone()).collect();
            diagnostics.push(catalog::primary_container::none(place, &names));
        }
        ([_], _) => {}
        ([first, second, ..], _) => diagnostics.push(catalog::primary_container::twice(*second, *first)),
    }
}

fn volumes(fields: &Record, diagnostics: &mut Vec<Diagnostic>) -> Vec<Volume> {
    let mut volumes = Vec::with_capacity(fields.entries("volumes").count());
    for (name, entry) in fields.entries("volumes") {
        let Some(volume) = entry.value.fields() else { continue };
        if let Some(problem) = name_problem(name) {
            diagnostics.push(catalog::invalid_name::new(entry.set_at, name, "volume", problem));
        }
        let class = volume.name_of("class", "storage class", object_name_problem, diagnostics);
        let volume = Volume { name: name.clone(), size: volume.bytes("size"), class, place: entry.set_at };
        if let (None, Some(_), Some(fields)) = (&volume.size, &volume.class, entry.value.fields()) {
            diagnostics.push(catalog::class_without_size::new(fields.set_at("class", entry.set_at), name));
        }
        volumes.push(volume);
    }
    volumes
}

fn labels(fields: &Record, diagnostics: &mut Vec<Diagnostic>) {
    for (what, values_too) in [("labels", true), ("node-selector", true), ("annotations", false)] {
        for (key, entry) in fields.entries(what) {
            if let Some(problem) = label_key_problem(key) {
                diagnostics.push(catalog::invalid_label::key(entry.set_at, key, problem));
            } else if let (true, Data::String(text)) = (values_too, &entry.value.data)
                && let Some(problem) = label_text_problem(text)
            {
                diagnostics.push(catalog::invalid_label::value(entry.value.place, text, problem));
            }
        }
    }
}

/// Ports of one pod share its names and numbers.
fn ports(fields: &Record, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: Vec<(&SmolStr, Option<i64>, Option<SmolStr>, Place)> = Vec::new();
    for (_, container) in fields.entries("containers") {
        for (name, port) in container.value.fields().into_iter().flat_map(|container| container.entries("ports")) {
            let Some(declared) = port.value.fields() else { continue };
            let (number, protocol) = (declared.int("number"), declared.text("protocol"));
            if let Some((_, _, _, first)) = seen.iter().find(|(other, ..)| *other == name) {
                diagnostics.push(catalog::duplicate_field::new(port.set_at, &format!("port {name}"), *first));
            } else if let Some((_, _, _, first)) = seen.iter().find(|(_, other, used, _)| *other == number && *used == protocol) {
                let shown = format!("port number {}", number.unwrap_or_default());
                diagnostics.push(catalog::duplicate_field::new(declared.set_at("number", port.set_at), &shown, *first));
            }
            seen.push((name, number, protocol, port.set_at));
        }
    }
}

fn tolerations(fields: &Record) -> Vec<Toleration> {
    let toleration = |value: &crate::eval::value::Value| {
        let fields = value.fields()?;
        Some(Toleration {
            key: fields.text("key"),
            operator: fields.text("operator"),
            value: fields.text("value"),
            effect: fields.text("effect"),
            seconds: fields.int("seconds"),
        })
    };
    fields.elements("tolerations").iter().filter_map(toleration).collect()
}
