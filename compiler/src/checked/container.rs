//! A container as evaluated, checked and made data.

use std::borrow::Cow;
use std::sync::Arc;

use smol_str::SmolStr;

use super::kubernetes_names::{port_name_problem, variable_problem};
use super::reader::text;
use super::{files, image};
use crate::db::Db;
use crate::diagnostics::{Diagnostic, catalog, nearest};
use crate::eval::value::{Data, Field, Instance, InstanceKey, Record};
use crate::model::{
    Container, ContainerImage, EnvValue, Health, Image, Mount, Port, Probe, ProbePort, Sourced, Volume, name_problem,
    object_name_problem,
};
use crate::text::Place;

/// What a container stands in.
pub(super) struct Surroundings<'a> {
    pub db: &'a dyn Db,
    /// The environment's.
    pub address: &'a str,
    pub volumes: &'a [Volume],
}

pub(super) fn container(
    name: &SmolStr,
    entry: &Field,
    around: &Surroundings,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Container> {
    let fields = entry.value.fields()?;
    if let Some(problem) = name_problem(name) {
        diagnostics.push(catalog::invalid_name::new(entry.set_at, name, "container", problem));
    }
    let image = container_image(name, fields, around, diagnostics)?;
    let personalize: Vec<Sourced<SmolStr>> = fields
        .elements("personalize")
        .iter()
        .filter_map(|line| Some(Sourced { value: text(line)?, place: line.place }))
        .collect();
    for line in &personalize {
        diagnostics.extend(crate::dockerfile::personalize::check_line(&line.value, line.place, literal(around.db, line.place)));
    }
    requests(fields, entry.set_at, diagnostics);
    let ports = ports(fields, diagnostics);
    Some(Container {
        name: name.clone(),
        image,
        primary: fields.bool("primary").unwrap_or(false),
        credentials: fields.name_of("credentials", "Secret", object_name_problem, diagnostics),
        cpu: fields.cpu("cpu"),
        memory: fields.bytes("memory"),
        requests_cpu: fields.record("requests").and_then(|requests| requests.cpu("cpu")),
        requests_memory: fields.record("requests").and_then(|requests| requests.bytes("memory")),
        env: variables(fields, diagnostics),
        health: fields.field("health").and_then(|health| probe(health, &ports, diagnostics)),
        ports,
        mounts: mounts(fields, around, diagnostics),
        command: fields.texts("command"),
        args: fields.texts("args"),
        workdir: absolute(fields, "workdir", diagnostics),
        user: fields.int("user"),
        personalize,
        repository: fields.text("repository"),
        place: entry.set_at,
    })
}

fn container_image(
    name: &str,
    fields: &Record,
    around: &Surroundings,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<ContainerImage> {
    let value = fields.get("image")?;
    match &value.data {
        Data::Instance(instance) => {
            // A copy made in place is an image of its own, and is named after where it stands.
            let (image, found) = if let Some((image, found)) = declared_image(around.db, instance) {
                (image, Cow::Borrowed(found))
            } else {
                let address = if instance.changed {
                    format!("{}/{name}/image", around.address)
                } else {
                    super::image_address(around.db, instance)
                };
                let mut found = Vec::new();
                let Some(image) = image::image(around.db, instance, address, &mut found).map(Arc::new) else {
                    diagnostics.extend(found);
                    return None;
                };
                files::check(around.db, instance.origin.package(around.db), &image, &mut found);
                (image, Cow::Owned(found))
            };
            if instance.changed {
                diagnostics.extend(found.into_owned());
            } else if !found.is_empty() && !is_plain_of_root(around.db, instance) {
                // What an imported image lacks would break this environment's build.
                let used = fields.set_at("image", value.place);
                diagnostics.extend(found.iter().map(|diagnostic| moved(diagnostic, used)));
            }
            Some(ContainerImage::Template(image))
        }
        Data::String(reference) => Some(ContainerImage::Reference(Sourced { value: reference.clone(), place: value.place })),
        _ => None,
    }
}

/// The source text of a value's expression.
fn literal(db: &dyn Db, place: Place) -> Option<&str> {
    let item = crate::db::ItemId::of(place)?;
    crate::db::item_text(db, item).get(std::ops::Range::<usize>::from(place.range))
}

/// Whether the image is declared in the package under check, where its files are checked already.
fn is_plain_of_root(db: &dyn Db, instance: &crate::eval::value::Instance) -> bool {
    let declared = crate::types::signature(db, instance.item);
    let templated = matches!(declared, crate::types::Signature::Function(_));
    let root = crate::db::Workspace::try_get(db).map(|workspace| workspace.root(db));
    root == Some(instance.item.package(db)) && !templated
}

/// The image that a declaration makes by itself, with what is wrong with it: most containers use one as it is.
fn declared_image<'a>(db: &'a dyn Db, instance: &Arc<Instance>) -> Option<(Arc<Image>, &'a [Diagnostic])> {
    let declared = crate::eval::instances(db, instance.item).entries.first()?;
    if instance.key != InstanceKey::Only || !Arc::ptr_eq(declared, instance) {
        return None;
    }
    let checked = super::checked(db, instance.item);
    Some((checked.images.first()?.clone(), &checked.diagnostics))
}

/// What is wrong with an import's files is told where the image is used, and shows the file.
fn moved(diagnostic: &Diagnostic, used: Place) -> Diagnostic {
    match diagnostic.place {
        Some(place) => {
            Diagnostic { place: Some(used), fixes: Vec::new(), ..diagnostic.clone() }.label(place, &diagnostic.message)
        }
        None => diagnostic.clone(),
    }
}

fn requests(fields: &Record, place: Place, diagnostics: &mut Vec<Diagnostic>) {
    let Some(requests) = fields.record("requests") else { return };
    if let (Some(limit), Some(request)) = (fields.cpu("cpu"), requests.cpu("cpu"))
        && request > limit
    {
        let place = requests.set_at("cpu", place);
        diagnostics.push(catalog::request_over_limit::new(place, "cpu", &request.quantity(), &limit.quantity()));
    }
    if let (Some(limit), Some(request)) = (fields.bytes("memory"), requests.bytes("memory"))
        && request.amount > limit.amount
    {
        let place = requests.set_at("memory", place);
        diagnostics.push(catalog::request_over_limit::new(place, "memory", &request.quantity(), &limit.quantity()));
    }
}

fn variables(fields: &Record, diagnostics: &mut Vec<Diagnostic>) -> Vec<(SmolStr, EnvValue)> {
    let mut variables = Vec::with_capacity(fields.entries("env").count());
    for (name, entry) in fields.entries("env") {
        if let Some(problem) = variable_problem(name) {
            diagnostics.push(catalog::invalid_variable::new(entry.set_at, name, problem));
        }
        match &entry.value.data {
            Data::String(text) => variables.push((name.clone(), EnvValue::Text(text.clone()))),
            Data::Secret(secret) => variables.push((name.clone(), EnvValue::Secret((**secret).clone()))),
            _ => {}
        }
    }
    variables
}

fn ports(fields: &Record, diagnostics: &mut Vec<Diagnostic>) -> Vec<Port> {
    let mut ports = Vec::with_capacity(fields.entries("ports").count());
    for (name, entry) in fields.entries("ports") {
        if let Some(problem) = port_name_problem(name) {
            diagnostics.push(catalog::invalid_name::new(entry.set_at, name, "port", problem));
        }
        let Some(port) = entry.value.fields() else { continue };
        let Some(number) = port.int("number").and_then(|number| u16::try_from(number).ok()) else { continue };
        ports.push(Port { name: name.clone(), number, protocol: port.text("protocol").unwrap_or(SmolStr::new_static("TCP")) });
    }
    ports
}

fn mounts(fields: &Record, around: &Surroundings, diagnostics: &mut Vec<Diagnostic>) -> Vec<Mount> {
    let mut mounts: Vec<Mount> = Vec::with_capacity(fields.entries("mounts").count());
    for (name, entry) in fields.entries("mounts") {
        let Some(mount) = entry.value.fields() else { continue };
        let secret = mount.secret("secret").map(|secret| (*secret).clone());
        if secret.is_none() && !around.volumes.iter().any(|volume| volume.name == *name) {
            let known: Vec<&str> = around.volumes.iter().map(|volume| volume.name.as_str()).collect();
            diagnostics.push(catalog::unknown_volume::new(
                entry.set_at,
                name,
                &known,
                nearest::nearest(name, known.iter().copied()),
            ));
        } else if let Some(problem) = name_problem(name) {
            diagnostics.push(catalog::invalid_name::new(entry.set_at, name, "mount", problem));
        }
        let Some(path) = absolute(mount, "path", diagnostics) else { continue };
        if let Some(first) = mounts.iter().find(|other| other.path == path) {
            diagnostics.push(catalog::mount_path_twice::new(mount.set_at("path", entry.set_at), &path, &first.name));
        }
        mounts.push(Mount { name: name.clone(), path, secret, read_only: mount.bool("read-only").unwrap_or(false) });
    }
    mounts
}

/// An absolute path of the container.
fn absolute(fields: &Record, name: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<SmolStr> {
    let path = fields.sourced(name)?;
    if !path.value.starts_with('/') {
        diagnostics.push(catalog::relative_path::new(path.place, name, &path.value));
    }
    Some(path.value)
}

fn probe(health: &Field, ports: &[Port], diagnostics: &mut Vec<Diagnostic>) -> Option<Health> {
    let fields = health.value.fields()?;
    let mut probes = Vec::new();
    if fields.field("command").is_some() {
        probes.push(Probe::Command(fields.texts("command")));
    }
    if let Some(http) = fields.record("http") {
        let port = probe_port(http, ports, health.set_at, diagnostics)?;
        probes.push(Probe::Http { port, path: http.text("path").unwrap_or(SmolStr::new_static("/")) });
    }
    if let Some(tcp) = fields.record("tcp") {
        probes.push(Probe::Tcp { port: probe_port(tcp, ports, health.set_at, diagnostics)? });
    }
    if probes.len() != 1 {
        diagnostics.push(catalog::one_probe::new(health.set_at, probes.len()));
        return None;
    }
    let probe = probes.pop()?;
    Some(Health { probe, delay: fields.seconds("delay"), period: fields.seconds("period"), timeout: fields.seconds("timeout") })
}

fn probe_port(fields: &Record, ports: &[Port], place: Place, diagnostics: &mut Vec<Diagnostic>) -> Option<ProbePort> {
    let value = fields.get("port")?;
    match &value.data {
        Data::Int(number) => u16::try_from(*number).ok().filter(|number| *number > 0).map(ProbePort::Number).or_else(|| {
            diagnostics.push(catalog::unknown_port::number(fields.set_at("port", place), *number));
            None
        }),
        Data::String(name) if ports.iter().any(|port| port.name == *name) => Some(ProbePort::Name(name.clone())),
        Data::String(name) => {
            let known: Vec<&str> = ports.iter().map(|port| port.name.as_str()).collect();
            diagnostics.push(catalog::unknown_port::new(
                value.place,
                name,
                &known,
                nearest::nearest(name, known.iter().copied()),
            ));
            None
        }
        _ => None,
    }
}
