//! Plans of packages in memory: a digest for every reference that follows from its name, and no registry.
//!
//! Built like a plan of the program, but for what is fetched.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use compiler::checked;
use compiler::db::scope;
use compiler::dockerfile::Context;
use compiler::model::{ContainerImage, Environment, Image, Project};
use compiler::plan::action::Package;
use compiler::plan::{self, Built, Facts, PinnedBase, Plan, Predecessor, PreviousBuild};
use compiler::text::Place;
use compiler::types::{Signature, signature};
use compiler::workspace::{Reporter, Session};

use crate::memory::Memory;

/// The plan of the session's package, whatever is wrong with it.
pub fn plan(session: &mut Session, memory: &Memory<'_>) -> Plan {
    loop {
        let plan = plan_known(session, memory);
        if !session.supply(memory) {
            return plan;
        }
    }
}

fn plan_known(session: &Session, memory: &Memory<'_>) -> Plan {
    let (db, root) = (&session.db, session.root());
    let (mut images, mut environments) = (Vec::new(), Vec::new());
    for &item in &scope(db, root).all {
        if matches!(signature(db, item), Signature::Instance(_) | Signature::Instances(_)) {
            let found = checked::checked(db, item);
            images.extend(found.images.iter().cloned());
            environments.extend(found.environments.iter().cloned());
        }
    }
    let origin = root.origin(db);
    let package = Package { url: origin.url.clone(), commit: origin.commit.clone(), path: origin.folder.clone() };
    let project = checked::project(db, root).clone();
    let facts = Known::collect(session, memory, images.iter().cloned().chain(environments.iter().flat_map(templates)));
    plan::lower(&plan::Request { package, project: &project, images: &images, environments: &environments, facts: &facts })
}

fn templates(environment: &Arc<Environment>) -> Vec<Arc<Image>> {
    let containers = environment.inits.iter().chain(&environment.containers);
    let template = |image: &ContainerImage| match image {
        ContainerImage::Template(image) => Some(image.clone()),
        ContainerImage::Reference(_) => None,
    };
    containers.filter_map(|container| template(&container.image)).collect()
}

struct Known<'a> {
    files: BTreeMap<String, ImageFiles>,
    projects: BTreeMap<String, Project>,
    assets: Option<Context>,
    reporter: RefCell<Reporter<'a>>,
}

struct ImageFiles {
    dockerfile: Option<Arc<str>>,
    dockerignore: Option<Arc<str>>,
    context: Option<Arc<Context>>,
}

impl<'a> Known<'a> {
    fn collect(session: &'a Session, memory: &Memory<'_>, images: impl Iterator<Item = Arc<Image>>) -> Known<'a> {
        let db = &session.db;
        let reporter = RefCell::new(Reporter::new(db));
        let assets = session.listing(memory, "");
        let mut known = Known { files: BTreeMap::new(), projects: BTreeMap::new(), assets, reporter };
        for image in images {
            let Some(package) = session.package_of(&image.origin) else { continue };
            let text = |file: Option<compiler::db::SourceFile>| file.map(|file| file.text(db).clone());
            let files = ImageFiles {
                dockerfile: text(checked::image_dockerfile(db, package, &image)),
                dockerignore: text(checked::image_dockerignore(db, package, &image)),
                context: checked::image_context(db, package, &image),
            };
            known.files.insert(image.address.clone(), files);
            if package != session.root() {
                known.projects.insert(image.address.clone(), (**checked::project(db, package)).clone());
            }
        }
        known
    }
}

impl Facts for Known<'_> {
    fn dockerfile(&self, image: &Image) -> Option<&str> {
        self.files.get(&image.address)?.dockerfile.as_deref()
    }

    fn context(&self, image: &Image) -> Option<Context> {
        self.files.get(&image.address)?.context.as_deref().cloned()
    }

    fn dockerignore(&self, image: &Image) -> Option<&str> {
        self.files.get(&image.address)?.dockerignore.as_deref()
    }

    fn base(&self, reference: &str) -> Option<PinnedBase> {
        Some(PinnedBase { digest: plan::id::sha256(reference), user: None })
    }

    fn assets(&self) -> Option<Context> {
        self.assets.clone()
    }

    fn built(&self, _: &str) -> Built {
        Built::Unknown
    }

    fn previous(&self, _: &Predecessor) -> Option<PreviousBuild> {
        None
    }

    fn line(&self, place: Place) -> Option<(String, u32)> {
        let source = self.reporter.borrow_mut().source(place);
        Some((source.file, source.start.line))
    }

    fn modified(&self, _: &Image) -> Vec<String> {
        Vec::new()
    }

    fn project(&self, image: &Image) -> Option<&Project> {
        self.projects.get(&image.address)
    }
}
