//! Tests of evaluation, over packages written in the language.

mod hostile;
mod imports;
mod instances;
mod mistakes;
mod values;

use std::sync::Arc;

use salsa::Setter;
use smol_str::SmolStr;

use super::{Instance, Value, show};
use crate::db::{
    Database, Db, FileKind, FileOrigin, ImportState, ItemId, Namespace, Package, SourceFile, Wanted, absolute, lookup, scope,
};
use crate::diagnostics::Diagnostic;
use crate::model::Origin;
use crate::syntax::ItemKeyword;
use crate::{policy, types};

/// A package of one file.
pub(super) struct Fixture {
    pub db: Database,
    pub package: Package,
}

impl Fixture {
    pub fn new(text: &str) -> Fixture {
        Fixture::of(&[("main.coder", FileKind::Coder, text)])
    }

    /// A package that imports another.
    pub fn importing(text: &str, imported: &str) -> Fixture {
        let mut fixture = Fixture::new(text);
        let imported = package(&fixture.db, &[("platform.coder", FileKind::Coder, imported)], FileOrigin::Import(0));
        // The first look asks for the import.
        fixture.problems();
        for wanted in fixture.db.facts().take_wanted() {
            if let Wanted::Import(_, fact) = wanted {
                fact.set_state(&mut fixture.db).to(ImportState::Package(imported));
            }
        }
        fixture
    }

    pub fn of(files: &[(&str, FileKind, &str)]) -> Fixture {
        let db = Database::default();
        let package = package(&db, files, FileOrigin::Root);
        Fixture { db, package }
    }

    fn item(&self, namespace: Namespace, name: &str) -> ItemId {
        lookup(&self.db, self.package, namespace, SmolStr::from(name)).expect("declared")
    }

    pub fn value(&self, name: &str) -> Value {
        super::value(&self.db, self.item(Namespace::Plain, name)).value.clone()
    }

    pub fn shown(&self, name: &str) -> String {
        show(&self.value(name))
    }

    pub fn environments(&self, name: &str) -> Vec<Arc<Instance>> {
        super::instances(&self.db, self.item(Namespace::Environment, name)).entries.clone()
    }

    pub fn template(&self, name: &str) -> ItemId {
        self.item(Namespace::Environment, name)
    }

    /// Everything that is wrong, one line each: position, name, message; labels and help below.
    pub fn problems(&self) -> String {
        let db = &self.db;
        let mut lines = String::new();
        for &item in &scope(db, self.package).all {
            let mut diagnostics: Vec<Diagnostic> = crate::db::item_tree(db, item).diagnostics.clone();
            diagnostics.extend(types::infer(db, item).diagnostics.iter().cloned());
            match item.keyword(db) {
                ItemKeyword::Image | ItemKeyword::Environment => {
                    diagnostics.extend(super::instances(db, item).diagnostics.iter().cloned())
                }
                ItemKeyword::Test => match policy::run_test(db, item) {
                    policy::TestOutcome::Passed => {}
                    policy::TestOutcome::Failed(found) | policy::TestOutcome::Errors(found) => diagnostics.extend(found),
                },
                _ => diagnostics.extend(super::value(db, item).diagnostics.iter().cloned()),
            }
            for diagnostic in diagnostics {
                lines.push_str(&self.line(&diagnostic));
            }
        }
        lines
    }

    pub fn line(&self, diagnostic: &Diagnostic) -> String {
        let at = diagnostic.place.map_or("-".to_owned(), |place| format!("`{}`", self.source(place)));
        let mut line = format!("{at} {}: {}\n", diagnostic.info.name, diagnostic.message);
        for label in &diagnostic.labels {
            line.push_str(&format!("    `{}` {}\n", self.source(label.place), label.message));
        }
        for help in &diagnostic.help {
            line.push_str(&format!("    help: {help}\n"));
        }
        line
    }

    fn source(&self, place: crate::text::Place) -> String {
        let (file, range) = absolute(&self.db, place);
        file.text(&self.db)[range].to_owned()
    }
}

fn package(db: &Database, files: &[(&str, FileKind, &str)], of: FileOrigin) -> Package {
    let file = |(path, kind, text): &(&str, FileKind, &str)| SourceFile::new(db, Arc::from(*path), *kind, Arc::from(*text), of);
    let origin = Origin { url: "".into(), commit: "".into(), branch: None, folder: "".into() };
    Package::new(db, files.iter().map(file).collect(), origin, of)
}

/// Checks what constants of a package without mistakes are: `name: value` lines.
#[track_caller]
pub(super) fn check(text: &str, expected: &[(&str, &str)]) {
    let fixture = Fixture::new(text);
    assert_eq!(fixture.problems(), "");
    for (name, value) in expected {
        assert_eq!(fixture.shown(name), *value, "{name}");
    }
}

/// Checks everything that is wrong with a package.
#[track_caller]
pub(super) fn check_problems(text: &str, expected: expect_test::Expect) {
    expected.assert_eq(&Fixture::new(text).problems());
}
