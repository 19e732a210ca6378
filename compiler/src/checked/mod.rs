//! From evaluated values to the model that plans are made of, with the checks that concern more than one field.
//!
//! Evaluates nothing itself, and knows no plan.

mod address;
mod container;
mod environment;
mod files;
mod image;
mod kubernetes_names;
mod package;
mod patch;
mod project_settings;
mod reader;

use std::sync::Arc;

pub use address::{aliases, image_address, imports_of};
pub use files::{image_context, image_dockerfile, image_dockerignore};
pub use image::normal_path;
pub use package::{collisions, enforced, policies_in_force};
pub use patch::PROTECTED;
pub use project_settings::{project, project_problems};

use crate::db::{Db, ItemId};
use crate::diagnostics::Diagnostic;
use crate::eval;
use crate::eval::value::Instance;
use crate::hir::DeclKind;
use crate::model::{Environment, Image};
use crate::text::Owner;

/// The images or environments that a declaration makes, and what is wrong with them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checked {
    pub images: Vec<Arc<Image>>,
    pub environments: Vec<Arc<Environment>>,
    /// Of the evaluation.
    pub evaluation: Vec<Diagnostic>,
    /// Of what was evaluated.
    pub diagnostics: Vec<Diagnostic>,
}

/// What a declaration without parameters declares.
#[salsa::tracked]
pub fn checked(db: &dyn Db, item: ItemId) -> Arc<Checked> {
    // The values of environments are large, and mostly of no further use; images stand in many environments.
    let made;
    let instances = if item.decl_kind(db) == Some(DeclKind::Image) || package::is_judged(db, item) {
        eval::instances(db, item)
    } else {
        made = eval::evaluated_instances(db, item);
        &made
    };
    let mut checked = Checked { evaluation: instances.diagnostics.clone(), ..Checked::default() };
    for instance in &instances.entries {
        checked.add(db, instance);
    }
    // A template's loop makes the same mistake for each element: it is told once. What is wrong at several places of a Dockerfile is
    // several mistakes, all told at the image.
    let mut seen = Vec::new();
    checked.diagnostics.retain(|diagnostic| {
        let within = diagnostic.labels.iter().map(|label| label.place).find(|place| matches!(place.owner, Owner::File(_)));
        let key = (diagnostic.info.name, diagnostic.place, within);
        let first = !seen.contains(&key);
        seen.push(key);
        first
    });
    Arc::new(checked)
}

impl Checked {
    /// Adds one instance, if its values are whole.
    pub fn add(&mut self, db: &dyn Db, instance: &Arc<Instance>) {
        match instance.kind {
            DeclKind::Image => {
                let image = image::image(db, instance, image_address(db, instance), &mut self.diagnostics);
                if let Some(image) = image.map(Arc::new) {
                    files::check(db, instance.origin.package(db), &image, &mut self.diagnostics);
                    self.images.push(image);
                }
            }
            DeclKind::Environment => {
                let environment = environment::environment(db, instance, &mut self.diagnostics);
                self.environments.extend(environment.map(Arc::new));
            }
        }
    }
}
