//! An image as evaluated, checked and made data.

use smol_str::SmolStr;

use super::reader::{broken, text};
use crate::db::Db;
use crate::diagnostics::{Diagnostic, catalog};
use crate::eval::value::{Data, Instance};
use crate::model::{Image, Sourced, object_name_problem};

/// The image, unless a value of it is in error.
pub(super) fn image(db: &dyn Db, instance: &Instance, address: String, diagnostics: &mut Vec<Diagnostic>) -> Option<Image> {
    let fields = &instance.fields;
    if broken(fields) {
        return None;
    }
    // A default was typed by nobody: what is wrong with it is told where the image is declared.
    let typed = |field: Sourced<SmolStr>| match crate::db::ItemId::of(field.place) {
        Some(item) if item.package(db) == db.prelude() => Sourced { place: instance.place, ..field },
        _ => field,
    };
    let context = typed(fields.sourced("context")?);
    let context = match normal_path(&context.value) {
        Ok(path) => Sourced { value: path, place: context.place },
        Err(problem) => {
            diagnostics.push(catalog::context_outside::new(context.place, &context.value, problem));
            return None;
        }
    };
    let dockerfile = typed(fields.sourced("dockerfile")?);
    let dockerfile = match normal_path(&dockerfile.value) {
        Ok(path) if !path.is_empty() => Sourced { value: path, place: dockerfile.place },
        Ok(_) => {
            diagnostics.push(catalog::context_outside::new(dockerfile.place, &dockerfile.value, "it names no file"));
            return None;
        }
        Err(problem) => {
            diagnostics.push(catalog::context_outside::new(dockerfile.place, &dockerfile.value, problem));
            return None;
        }
    };
    let before = diagnostics.len();
    for platform in fields.elements("platforms") {
        let valid = text(platform).is_some_and(|text| is_platform(&text));
        if !valid {
            diagnostics.push(catalog::invalid_platform::new(platform.place, &text(platform).unwrap_or_default()));
        }
    }
    for tag in fields.elements("tags") {
        let written = text(tag).unwrap_or_default();
        if !is_tag(&written) {
            diagnostics.push(catalog::invalid_tag::new(tag.place, &written));
        }
    }
    if fields.elements("platforms").is_empty() {
        diagnostics.push(catalog::invalid_platform::none(fields.set_at("platforms", instance.place)));
    }
    let mut platforms = fields.texts("platforms");
    platforms.dedup();
    let mut args: Vec<(SmolStr, Sourced<SmolStr>)> = fields
        .entries("args")
        .filter_map(|(name, field)| Some((name.clone(), Sourced { value: text(&field.value)?, place: field.set_at })))
        .collect();
    args.sort_by(|left, right| left.0.cmp(&right.0));
    let mut secrets: Vec<_> = fields
        .entries("secrets")
        .filter_map(|(id, field)| match &field.value.data {
            Data::Secret(secret) => Some((id.clone(), (**secret).clone())),
            _ => None,
        })
        .collect();
    secrets.sort_by(|left, right| left.0.cmp(&right.0));
    let mut labels = fields.text_entries("labels");
    labels.sort();
    let credentials = fields.name_of("credentials", "Secret", object_name_problem, diagnostics);
    (diagnostics.len() == before).then_some(Image {
        address,
        name: instance.item.name(db).clone(),
        origin: instance.origin.package(db).origin(db).clone(),
        context,
        dockerfile,
        repository: fields.sourced("repository")?,
        credentials,
        target: fields.sourced("target"),
        args,
        platforms,
        tags: fields.texts("tags"),
        secrets,
        cache: fields.bool("cache").unwrap_or(true),
        labels,
        place: instance.place,
    })
}

/// A path inside a repository without `.`, `..` and doubled slashes; empty for the root.
pub fn normal_path(path: &str) -> Result<SmolStr, &'static str> {
    if path.starts_with('/') || path.starts_with('~') {
        return Err("it is absolute");
    }
    if path.contains('\\') || path.contains('\0') {
        return Err("it has a backslash; folders are separated by `/`");
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or("it leaves the repository")?;
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/").into())
}

/// `os/arch`, perhaps with a variant.
fn is_platform(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    matches!(parts.len(), 2 | 3)
        && parts.iter().all(|part| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        })
}

/// As the OCI distribution specification has it: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|byte| word(byte) || byte == b'.' || byte == b'-')
}
