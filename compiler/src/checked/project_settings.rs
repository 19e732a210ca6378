//! `project { … }` with its defaults.

use std::sync::Arc;

use super::reader::text;
use crate::db::{ContextState, Db, ItemId, Package, TextState, scope};
use crate::diagnostics::{Diagnostic, catalog};
use crate::eval::value::Record;
use crate::model::{Bases, BuilderSettings, DEFAULT_BUILDER, DEFAULT_GIT_IMAGE, Limits, Mode, Project, Sourced, name_problem};

/// What holds for a whole package; the defaults where it has no `project`.
#[salsa::tracked]
pub fn project(db: &dyn Db, package: Package) -> Arc<Project> {
    let item = scope(db, package).projects.first().copied();
    let evaluated = item.map(|item| crate::eval::value(db, item));
    let empty = Record::default();
    let fields = evaluated.and_then(|evaluated| evaluated.value.fields()).unwrap_or(&empty);
    let builder = fields.record("builder").unwrap_or(&empty);
    let limits = fields.record("limits").unwrap_or(&empty);
    Arc::new(Project {
        registry: fields.text("registry"),
        namespace: fields.text("namespace"),
        repository: fields.text("repository"),
        cache: fields.text("cache"),
        bases: if fields.text("bases").as_deref() == Some("track") { Bases::Track } else { Bases::Pin },
        assets: fields
            .elements("assets")
            .iter()
            .filter_map(|value| Some(Sourced { value: super::normal_path(&text(value)?).ok()?, place: value.place }))
            .collect(),
        builder: BuilderSettings {
            image: builder.text("image").unwrap_or(DEFAULT_BUILDER.into()),
            git_image: builder.text("git-image").unwrap_or(DEFAULT_GIT_IMAGE.into()),
            mode: if builder.text("mode").as_deref() == Some("inline") { Mode::Inline } else { Mode::Layered },
            cpu: builder.cpu("cpu"),
            memory: builder.bytes("memory"),
            timeout: builder.seconds("timeout"),
            insecure: builder.texts("insecure"),
        },
        limits: Limits {
            cpu: limits.cpu("cpu"),
            memory: limits.bytes("memory"),
            environments: limits.int("environments").and_then(|count| u32::try_from(count).ok()),
        },
        place: item.map(|item| crate::db::item_place(db, item)),
    })
}

/// What is wrong with a package's settings beyond their types.
#[salsa::tracked]
pub fn project_problems(db: &dyn Db, item: ItemId) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let evaluated = crate::eval::value(db, item);
    let Some(fields) = evaluated.value.fields() else { return diagnostics };
    fields.name_of("namespace", "namespace", name_problem, &mut diagnostics);
    if let Some(registry) = fields.sourced("registry") {
        // A registry is what can stand before a repository's name, with a path perhaps.
        if let Err(problem) = crate::eval::repository(&format!("{}/x", registry.value.trim_end_matches('/'))) {
            let (shown, problem) = (format!("{:?}", registry.value), problem.replace("a repository", "a registry"));
            diagnostics.push(catalog::checked_form::new(registry.place, "registry", &shown, &problem));
        }
    }
    for insecure in fields.record("builder").map(|builder| builder.elements("insecure")).unwrap_or_default() {
        let Some(host) = text(insecure).filter(|host| host.contains('/') || host.is_empty()) else { continue };
        let problem = "it is a host, with its port perhaps, like `registry.acme.dev:5000`";
        diagnostics.push(catalog::checked_form::new(insecure.place, "registry", &format!("{host:?}"), problem));
    }
    for asset in fields.elements("assets") {
        let Some(path) = text(asset) else { continue };
        match super::normal_path(&path) {
            Err(_) => diagnostics.push(catalog::file_missing::outside(asset.place, &path)),
            Ok(normal) if normal.is_empty() => {}
            Ok(normal) => {
                let package = item.package(db);
                let is_no_file = matches!(db.facts().text(db, package, normal.clone()).state(db), TextState::Missing);
                let is_no_folder = || matches!(db.facts().context(db, package, normal).state(db), ContextState::Missing);
                if is_no_file && is_no_folder() {
                    diagnostics.push(catalog::file_missing::new(asset.place, &path));
                }
            }
        }
    }
    diagnostics
}
