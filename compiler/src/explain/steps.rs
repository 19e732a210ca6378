//! The places that had a say in a value, in words.

use super::{Current, Step, describe};
use crate::checked::policies_in_force;
use crate::db::{Db, ItemId, Workspace, absolute, item_text, name_place};
use crate::eval::value::{Instance, InstanceKey, Overridden};
use crate::hir::DeclKind;
use crate::syntax::ItemKeyword;
use crate::text::Place;
use crate::types::{Signature, Ty, signature};
use crate::workspace::Reporter;

/// Where the value was set, what made it, what it replaced, how its declaration came to be, and which policies look at it.
pub(super) fn steps(db: &dyn Db, reporter: &mut Reporter<'_>, current: &Current, last: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut add = |place: Place, what: String, reporter: &mut Reporter<'_>| steps.push(step(db, reporter, place, what));
    match &current.field {
        None if current.instance.is_some() => {}
        None => add(current.value.place, format!("written in {}", of(db, current.value.place)), reporter),
        Some(field) => {
            let made = field.value.place;
            if is_default(db, field.set_at) {
                add(made, default(db, made), reporter);
            } else {
                let changed = if field.overridden.is_some() { "changed" } else { "set" };
                add(field.set_at, format!("{changed} in {}", of(db, field.set_at)), reporter);
                if apart(db, field.set_at, made) {
                    add(made, format!("its value comes from {}", of(db, made)), reporter);
                }
            }
            let mut earlier = field.overridden.as_deref();
            while let Some(Overridden { set_at, shown, earlier: before }) = earlier {
                let whence = if is_default(db, *set_at) { default(db, *set_at) } else { format!("set in {}", of(db, *set_at)) };
                add(*set_at, format!("in place of {shown}, {whence}"), reporter);
                earlier = before.as_deref();
            }
        }
    }
    if let Some(instance) = &current.instance {
        made(db, instance, &mut |place, what| add(place, what, reporter));
        if instance.kind == DeclKind::Environment && current.field.is_some() {
            for policy in policies_about(db, last) {
                add(name_place(db, policy), format!("checked by {}", describe(db, policy)), reporter);
            }
        }
    }
    steps
}

/// How an image or environment came to be: by its own declaration, a loop, a template.
fn made(db: &dyn Db, instance: &Instance, add: &mut dyn FnMut(Place, String)) {
    let own = describe(db, instance.item);
    let declared = match &instance.key {
        InstanceKey::Only => format!("{own} is declared here"),
        InstanceKey::Loop(key) => format!("{own} is declared here, for each element; this is `{key}`"),
        InstanceKey::Arguments(arguments) => {
            let given: Vec<String> = arguments.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let given = if given.is_empty() { "no arguments".to_owned() } else { format!("`{}`", given.join(",")) };
            format!("the template {own} is declared here; this is with {given}")
        }
    };
    add(name_place(db, instance.item), declared);
    if instance.changed {
        add(instance.place, "changed by `with` here".to_owned());
    }
    if instance.origin != instance.item {
        let template = matches!(signature(db, instance.origin), Signature::Function(_));
        let word = if template { "made by the template" } else { "a copy of" };
        add(name_place(db, instance.origin), format!("{word} {}", describe(db, instance.origin)));
    }
}

/// The policies in force for environments whose text names a field.
fn policies_about(db: &dyn Db, field: &str) -> Vec<ItemId> {
    let Some(workspace) = Workspace::try_get(db) else { return Vec::new() };
    let about = |policy: &ItemId| {
        let environments = matches!(signature(db, *policy), Signature::Policy(params) if matches!(&params[..], [param] if param.ty == Ty::Instance(DeclKind::Environment)));
        let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
        environments && item_text(db, *policy).split(|character| !is_part(character)).any(|word| word == field)
    };
    policies_in_force(db, workspace.root(db)).iter().copied().filter(about).collect()
}

/// A step at a place, with the source's line.
pub(super) fn step(db: &dyn Db, reporter: &mut Reporter<'_>, place: Place, what: String) -> Step {
    let (file, range) = absolute(db, place);
    let text = file.text(db);
    let start = usize::from(range.start()).min(text.len());
    let from = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let to = text[start..].find('\n').map_or(text.len(), |end| start + end);
    let line = crate::diagnostics::render::one_line(text[from..to].trim());
    Step { what, source: reporter.source(place), line: line.chars().take(160).collect() }
}

/// Whether a field was set by nobody: it has the default of its type.
fn is_default(db: &dyn Db, set_at: Place) -> bool {
    ItemId::of(set_at).is_some_and(|item| item.keyword(db) == ItemKeyword::Type)
}

fn default(db: &dyn Db, place: Place) -> String {
    match ItemId::of(place) {
        Some(item) if item.package(db) == db.prelude() => format!("the default of every `{}`", item.name(db)),
        _ => format!("the default in {}", of(db, place)),
    }
}

/// The declaration that a place is in.
fn of(db: &dyn Db, place: Place) -> String {
    let Some(item) = ItemId::of(place) else { return "the file".to_owned() };
    let template = item.decl_kind(db).is_some() && matches!(signature(db, item), Signature::Function(_));
    let described = describe(db, item);
    if template { format!("the template {described}") } else { described }
}

/// Whether two places are on different lines.
fn apart(db: &dyn Db, one: Place, other: Place) -> bool {
    let ((file, range), (other_file, other_range)) = (absolute(db, one), absolute(db, other));
    if file != other_file {
        return true;
    }
    let text = file.text(db);
    let (from, to) = (range.start().min(other_range.start()), range.start().max(other_range.start()));
    text.get(usize::from(from)..usize::from(to)).is_none_or(|between| between.contains('\n'))
}
