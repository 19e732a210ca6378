//! An image's files: its context and its Dockerfile, as the repository has them.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use crate::db::{ContextState, Db, Package, SourceFile, TextState};
use crate::diagnostics::{Diagnostic, catalog, nearest};
use crate::dockerfile::{self, Context, Ignore};
use crate::model::Image;
use crate::text::Place;

fn in_context(image: &Image, path: &str) -> SmolStr {
    if image.context.value.is_empty() { path.into() } else { format_smolstr!("{}/{path}", image.context.value) }
}

fn text(db: &dyn Db, package: Package, path: SmolStr) -> TextState {
    db.facts().text(db, package, path).state(db).clone()
}

/// The Dockerfile as a source; `None` while it is unknown or where it cannot be read.
pub fn image_dockerfile(db: &dyn Db, package: Package, image: &Image) -> Option<SourceFile> {
    match text(db, package, in_context(image, &image.dockerfile.value)) {
        TextState::Text(file) => Some(file),
        _ => None,
    }
}

/// The text that says what is left out of the context: the Dockerfile's own file (`Dockerfile.dockerignore`), or `.dockerignore`.
pub fn image_dockerignore(db: &dyn Db, package: Package, image: &Image) -> Option<SourceFile> {
    let own = text(db, package, in_context(image, &format!("{}.dockerignore", image.dockerfile.value)));
    let shared = text(db, package, in_context(image, ".dockerignore"));
    match (own, shared) {
        (TextState::Text(file), _) => Some(file),
        (TextState::Missing | TextState::Unreadable(_), TextState::Text(file)) => Some(file),
        _ => None,
    }
}

/// The listing of the context folder, whole.
pub fn image_context(db: &dyn Db, package: Package, image: &Image) -> Option<Arc<Context>> {
    match db.facts().context(db, package, image.context.value.clone()).state(db) {
        ContextState::Context(context) => Some(context.clone()),
        _ => None,
    }
}

/// Reports what would break or change the build. Many containers use the same instance of a template: it is looked at once.
pub(super) fn check(db: &dyn Db, package: Package, image: &Arc<Image>, diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.extend(file_problems(db, package, image.clone()).iter().cloned());
}

#[salsa::tracked]
fn file_problems(db: &dyn Db, package: Package, image: Arc<Image>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    find_problems(db, package, &image, &mut diagnostics);
    diagnostics
}

fn find_problems(db: &dyn Db, package: Package, image: &Image, diagnostics: &mut Vec<Diagnostic>) {
    // All that can be needed is asked for at once: each round of answers is another revision.
    text(db, package, in_context(image, &image.dockerfile.value));
    image_dockerignore(db, package, image);
    let context = match db.facts().context(db, package, image.context.value.clone()).state(db) {
        ContextState::Unknown => return,
        ContextState::Missing => {
            diagnostics.push(catalog::context_missing::new(image.context.place, &image.context.value, "there is no such folder"));
            return;
        }
        ContextState::Unreadable(why) => {
            diagnostics.push(catalog::context_missing::new(image.context.place, &image.context.value, why));
            return;
        }
        ContextState::Context(context) => context.clone(),
    };
    let path = in_context(image, &image.dockerfile.value);
    let file = match text(db, package, path.clone()) {
        TextState::Unknown => return,
        TextState::Missing => {
            let known = context.siblings(&image.dockerfile.value);
            let near = nearest::nearest(&image.dockerfile.value, known.iter().map(SmolStr::as_str)).map(str::to_owned);
            diagnostics.push(catalog::dockerfile_missing::new(image.dockerfile.place, &path, near.as_deref()));
            return;
        }
        TextState::Unreadable(why) => {
            diagnostics.push(catalog::dockerfile_unreadable::new(image.dockerfile.place, &path, &why));
            return;
        }
        TextState::Text(file) => file,
    };
    let ignore_file = image_dockerignore(db, package, image);
    let ignore = ignore_file.map(|file| Ignore::parse(file.text(db))).unwrap_or_default();
    let text = file.text(db);
    let parsed = dockerfile::parse(text);
    let args: Vec<(SmolStr, SmolStr, Place)> =
        image.args.iter().map(|(name, value)| (name.clone(), value.value.clone(), value.place)).collect();
    let secrets: Vec<SmolStr> = image.secrets.iter().map(|(id, _)| id.clone()).collect();
    let mut found = dockerfile::check::check(&dockerfile::check::Request {
        dockerfile: &parsed,
        text,
        owner: file.owner(),
        target: image.target.as_ref().map(|target| (target.value.as_str(), target.place)),
        args: &args,
        platforms: &image.platforms,
        secrets: &secrets,
        context: &context,
        ignore: &ignore,
        image_place: image.place,
    });
    if let Some(file) = ignore_file {
        found.extend(dockerfile::check::check_ignore(&ignore, file.owner(), image.place));
    }
    diagnostics.extend(found.into_iter().map(|diagnostic| dockerfile::check::in_declaration(diagnostic, image.place)));
}
