//! The bed's two image registries, over http: one open to all, one that wants a password.

use super::inside::{Part, Ready};
use super::keys::write;
use super::place::{PRIVATE_REGISTRY, Place, REGISTRY};
use crate::parts;

const OPEN: &str = "registry";
const PRIVATE: &str = "private-registry";

/// Writes the configuration of both.
pub fn configure(place: &Place) -> Result<(), String> {
    let users = format!("{}:{}\n", parts::Registry::USER, parts::Registry::HASH);
    write(&place.folder, "htpasswd", &users)?;
    let private = format!("auth:\n  htpasswd:\n    realm: test\n    path: {}\n", place.file("htpasswd"));
    for (name, port, more) in [(OPEN, REGISTRY, ""), (PRIVATE, PRIVATE_REGISTRY, private.as_str())] {
        let text = format!(
            "version: 0.1\nlog:\n  accesslog:\n    disabled: true\n  level: warn\nstorage:\n  delete:\n    enabled: true\n  \
             filesystem:\n    rootdirectory: {}\n  maintenance:\n    uploadpurging:\n      enabled: false\nhttp:\n  addr: {}\n{more}",
            place.file(name),
            place.at(port)
        );
        write(&place.folder, &format!("{name}.yml"), &text)?;
    }
    Ok(())
}

pub fn open(place: &Place) -> Part {
    part(place, OPEN, REGISTRY)
}

pub fn private(place: &Place) -> Part {
    part(place, PRIVATE, PRIVATE_REGISTRY)
}

fn part(place: &Place, name: &'static str, port: u16) -> Part {
    let flags = ["serve".to_string(), place.file(&format!("{name}.yml"))];
    Part::new(name, "docker-registry", flags, Ready::Port(place.at(port)))
}
