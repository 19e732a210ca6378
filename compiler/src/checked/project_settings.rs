//! `project { … }` with its defaults.

use std::sync::Arc;

use super::reader::text;
use crate::db::{Db, Package, scope};
use crate::eval::value::Record;
use crate::model::{Bases, BuilderSettings, DEFAULT_BUILDER, DEFAULT_GIT_IMAGE, Limits, Mode, Project, Sourced};

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
