//! The image that a container runs, and the build that makes it, if one does.

use super::Lowering;
use super::images::Images;
use super::personalized::Personalized;
use crate::diagnostics::catalog::unpinned_image;
use crate::model::{Container, ContainerImage, Environment};
use crate::plan::reference::by_digest;

/// What stands in the object, and the build that it needs.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub image: String,
    pub need: Option<String>,
}

/// `None` where something is wrong that was reported.
pub(super) fn run(
    lowering: &mut Lowering<'_>,
    images: &Images<'_>,
    personalized: &mut Personalized,
    environment: &Environment,
    container: &Container,
) -> Option<Run> {
    let both = (environment, container);
    match &container.image {
        ContainerImage::Template(image) => {
            let node = images.templates.index(image)?;
            let platform = images.platform(node, &platform(environment));
            if !container.personalize.is_empty() || !lowering.request.project.assets.is_empty() {
                return personalized.of_template(lowering, images, both, (node, platform));
            }
            let made = images.made.get(&(node, platform))?;
            Some(Run { image: made.image.clone(), need: Some(made.address.clone()) })
        }
        ContainerImage::Reference(reference) if container.personalize.is_empty() => {
            let pinned = lowering.references.resolve(&reference.value).map(|pinned| by_digest(&reference.value, &pinned.digest));
            // Where it is a base too, that error says it all; the warning must not silence the error.
            if pinned.is_none() && !lowering.reported.contains(reference.value.as_str()) {
                let warning = unpinned_image::new(reference.place, &reference.value);
                lowering.report_once(&format!("container {}", reference.value), warning);
            }
            Some(Run { image: pinned.unwrap_or_else(|| reference.value.to_string()), need: None })
        }
        ContainerImage::Reference(reference) => personalized.of_reference(lowering, both, reference, &platform(environment)),
    }
}

/// The address of the build of a container's own image. The names of an environment's other parts are taken.
pub(super) fn address(environment: &Environment, container: &str) -> String {
    let taken = matches!(container, "service" | "deployment" | "ready");
    let prefixed = ["volume-", "container-", "image-"].iter().any(|prefix| container.starts_with(prefix));
    let prefix = if taken || prefixed { "container-" } else { "" };
    format!("{}/{prefix}{container}", environment.address)
}

/// The platform that an environment's node selector asks for, else that of most clusters.
fn platform(environment: &Environment) -> String {
    let wanted = |name: &str| environment.node_selector.iter().find(|(label, _)| label == name).map(|(_, value)| value.as_str());
    format!("{}/{}", wanted("kubernetes.io/os").unwrap_or("linux"), wanted("kubernetes.io/arch").unwrap_or("amd64"))
}
