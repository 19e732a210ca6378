//! The diagnostics of declarations, files and packages.

use crate::checked;
use crate::db::{Db, ItemId, Package, SourceFile, Workspace, item_tree, items, may_import, scope, split_file};
use crate::diagnostics::{Diagnostic, catalog};
use crate::eval;
use crate::hir::Definition;
use crate::types::{Signature, has_errors, infer, signature};

/// What is wrong with one declaration, in order: its syntax, its types, and, where these are right, its values.
#[salsa::tracked]
pub fn check_item(db: &dyn Db, item: ItemId) -> Vec<Diagnostic> {
    let tree = item_tree(db, item);
    let mut diagnostics = tree.diagnostics.clone();
    diagnostics.extend(infer(db, item).diagnostics.iter().cloned());
    if has_errors(db, item) {
        return diagnostics;
    }
    match &tree.item.definition {
        Definition::Let { .. } => diagnostics.extend(eval::value(db, item).diagnostics.iter().cloned()),
        Definition::Project { .. } => {
            diagnostics.extend(eval::value(db, item).diagnostics.iter().cloned());
            diagnostics.extend(checked::project_problems(db, item).iter().cloned());
        }
        Definition::Decl(_) if matches!(signature(db, item), Signature::Instance(_) | Signature::Instances(_)) => {
            let checked = checked::checked(db, item);
            diagnostics.extend(checked.evaluation.iter().chain(&checked.diagnostics).cloned());
            diagnostics.extend(checked::enforced(db, item).iter().cloned());
        }
        _ => {}
    }
    diagnostics
}

/// What is wrong with a file, its declarations included.
#[salsa::tracked]
pub fn check_file(db: &dyn Db, package: Package, file: SourceFile) -> Vec<Diagnostic> {
    let mut diagnostics = split_file(db, file).diagnostics.clone();
    for &item in items(db, package, file) {
        diagnostics.extend(check_item(db, item).iter().cloned());
    }
    diagnostics
}

/// What holds of the package as a whole: collisions, imports that go round or that are broken.
#[salsa::tracked]
pub fn check_whole(db: &dyn Db, workspace: Workspace) -> Vec<Diagnostic> {
    let root = workspace.root(db);
    let mut diagnostics = checked::collisions(db, root).clone();
    for &item in scope(db, root).all.iter().filter(|item| may_import(db, **item)) {
        let tree = item_tree(db, item);
        let declared = match &tree.item.definition {
            Definition::Import(import) => Some(import),
            _ => None,
        };
        for import in declared.into_iter().chain(&tree.item.imports) {
            let crate::db::ImportState::Package(target) = crate::db::import_package(db, root, import) else { continue };
            let place = item.place(import.url.range);
            if let Some(path) = cycle(db, root, target) {
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                diagnostics.push(catalog::import_cycle::new(place, &path));
            } else if let Some(first) = package_errors(db, target).first() {
                diagnostics.push(catalog::broken_import::new(place, &import.alias.text, first.place, &first.message));
            }
        }
    }
    diagnostics
}

/// The errors of an imported package that do not depend on what it is asked for: syntax and types, of its own imports too.
#[salsa::tracked]
fn package_errors(db: &dyn Db, package: Package) -> Vec<Diagnostic> {
    if Workspace::try_get(db).is_some_and(|workspace| workspace.root(db) == package) {
        // The package under check is reported declaration by declaration.
        return Vec::new();
    }
    let mut errors = Vec::new();
    for file in package.files(db) {
        errors.extend(split_file(db, *file).diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).cloned());
    }
    for &item in &scope(db, package).all {
        errors.extend(item_tree(db, item).diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).cloned());
        errors.extend(infer(db, item).diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).cloned());
        if !errors.is_empty() {
            break;
        }
    }
    errors
}

/// The way from `target` back to `root`'s repository and folder, shown with both ends, where imports go round.
fn cycle(db: &dyn Db, root: Package, target: Package) -> Option<Vec<String>> {
    let identity = |package: Package| {
        let origin = package.origin(db);
        (origin.url.clone(), origin.folder.clone())
    };
    let shown = |package: Package| {
        let origin = package.origin(db);
        let folder = if origin.folder.is_empty() { String::new() } else { format!("//{}", origin.folder) };
        let at = origin.branch.as_ref().map(|branch| format!(" at {branch}")).unwrap_or_default();
        format!("{}{folder}{at}", origin.url)
    };
    let mut path = vec![root, target];
    let mut visited = Vec::new();
    fn search(
        db: &dyn Db,
        path: &mut Vec<Package>,
        visited: &mut Vec<Package>,
        same: &dyn Fn(Package, Package) -> bool,
    ) -> Option<usize> {
        let current = *path.last()?;
        if let Some(start) = path[..path.len() - 1].iter().position(|earlier| same(*earlier, current)) {
            return Some(start);
        }
        if visited.contains(&current) {
            return None;
        }
        visited.push(current);
        for (_, next) in checked::imports_of(db, current).clone() {
            path.push(next);
            if let Some(start) = search(db, path, visited, same) {
                return Some(start);
            }
            path.pop();
        }
        None
    }
    let start = search(db, &mut path, &mut visited, &|left, right| identity(left) == identity(right))?;
    Some(path[start..].iter().map(|package| shown(*package)).collect())
}

/// Makes sure that whatever every declaration needs of imports has been asked for.
pub fn ask_for_imports(db: &dyn Db, package: Package) {
    for &item in scope(db, package).all.iter().filter(|item| may_import(db, **item)) {
        let tree = item_tree(db, item);
        if let Definition::Import(import) = &tree.item.definition {
            crate::db::import_package(db, package, import);
        }
        for import in &tree.item.imports {
            crate::db::import_package(db, package, import);
        }
    }
}
