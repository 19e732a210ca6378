//! From a package to its plan: checked, its images resolved, lowered, compared with what registries hold, and rendered.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use compiler::checked::{self, Checked};
use compiler::db::{Db, ItemId, Namespace, Package, lookup, scope};
use compiler::diagnostics::{Diagnostic, Report, catalog};
use compiler::dockerfile::{Context, Ignore};
use compiler::hir::SmolStr;
use compiler::model::{Bases, Environment, Image, Project};
use compiler::plan::action::{Change, Plan};
use compiler::plan::{self, Built, Facts, PinnedBase, Predecessor, PreviousBuild};
use compiler::text::Place;
use compiler::types::{Signature, signature};
use compiler::workspace::{Reporter, SourceTexts};

use sha2::{Digest, Sha256};

use super::images::Images;
use super::run::{Run, any_error};
use super::world::{self, Connection};
use super::{Exit, Flags, observed};
use crate::host::{RootFiles, modified};
use crate::import::{LockedImage, RepositoryUrl};
use crate::registry::{Registry, Settings};

/// A plan and what is to be said of it.
pub struct Planned {
    pub plan: Plan,
    pub reports: Vec<Report>,
    pub sources: SourceTexts,
    /// What the plan was compared with, and is carried out by; `None` where nobody was asked.
    pub connection: Option<Connection>,
    /// What is to be said beside the plan.
    pub notes: Vec<String>,
}

/// What a plan is compared with.
pub struct Comparison<'a> {
    pub settings: &'a world::Settings,
    /// Whether it must be compared to be of use; else what cannot be asked is unknown.
    pub required: bool,
}

/// Plans `targets`, or everything. Reports with an error come without a usable plan.
pub fn plan(
    flags: &Flags,
    targets: &[String],
    set: &[String],
    comparison: &Comparison<'_>,
    asynchronous: &tokio::runtime::Runtime,
) -> Result<Planned, Exit> {
    let mut run = Run::open(flags, RootFiles::Head)?;
    let diagnostics = run.check();
    let reports = run.reports(&diagnostics);
    if any_error(&reports) {
        return Ok(refused(reports, &run));
    }
    let mut instances = Instances::collect(&mut run, targets, set)?;
    world::retarget(&mut instances.environments, comparison.settings);
    let package = run.place.package();
    let project = project_of(&run, flags);
    let mut facts = Known::collect(&mut run, &instances, &project, flags);
    let registry = registry(&run);
    let request = |facts: &Known| -> Plan { plan::lower(&instances.request(&package, &project, facts)) };
    let mut more = resolve_bases(&run, &mut facts, &project, &instances, &package, flags, &registry, asynchronous);
    let mut lowered = request(&facts);
    let (mut connection, mut notes) = (None, Vec::new());
    if !flags.offline && !lowered.diagnostics.iter().any(Diagnostic::is_error) {
        let asked = world::Asked {
            package: &package,
            providers: world::providers(&instances.environments, comparison.settings),
            work_tree: run.lock_file.is_some().then(|| run.place.top.clone()),
            remotes: RepositoryUrl::parse(&package.url).ok().map(|url| (run.imports.clone(), url)),
            cache: run.cache.clone(),
        };
        match world::connect(flags, comparison.settings, asked, &registry, asynchronous) {
            Ok(connected) => connection = Some(connected),
            Err(failure) if comparison.required => return Err(Exit::Report(Box::new(failure.report()))),
            // A laptop without a cluster plans too.
            Err(failure) if world::nothing_configured(&failure) => {}
            Err(failure) => notes.push(format!("nothing was compared with what runs: {}", failure.message)),
        }
    }
    if !flags.offline {
        let images = connection.as_ref().map_or_else(|| Images::Registry(registry.clone()), |found| found.images.clone());
        asynchronous.block_on(facts.ask(&images, plan::wanted_of_registry(&lowered)));
        lowered = request(&facts);
    }
    let finished = |lowered: Plan| {
        let mut plan = plan::select(lowered, &instances.patterns);
        crate::render::render(&mut plan);
        plan
    };
    let mut plan = finished(lowered);
    if let Some(connection) = connection.as_ref().filter(|_| !plan.diagnostics.iter().any(Diagnostic::is_error)) {
        let everything = instances.patterns.is_empty();
        match asynchronous.block_on(connection.observe(&plan, everything)) {
            Ok(observation) => {
                if asynchronous.block_on(facts.ask_running(&connection.images, &plan, &observed::running(&observation))) {
                    plan = finished(request(&facts));
                }
                notes.extend(observed::merge(&mut plan, &observation, comparison.settings.prune_volumes));
            }
            Err(failure) if comparison.required => return Err(Exit::Report(Box::new(failure.report()))),
            Err(failure) => notes.push(format!("nothing was compared with what runs: {}", failure.message)),
        }
    }
    let mut all = diagnostics;
    // Why a digest is not known is told already.
    let told: Vec<Option<Place>> = more.iter().map(|diagnostic| diagnostic.place).collect();
    let follows = |diagnostic: &Diagnostic| diagnostic.info.name == "unpinned-base" && told.contains(&diagnostic.place);
    all.append(&mut more);
    all.extend(plan.diagnostics.iter().filter(|diagnostic| !follows(diagnostic)).cloned());
    let reports = run.reports(&all);
    run.write_lock(!any_error(&reports))?;
    plan.lock = run.lock_file.as_deref().and_then(lock_hash);
    Ok(Planned { plan, reports, sources: run.session.sources(), connection, notes })
}

/// What a package builds, by its sources and its lock; a registry is asked for digests that the lock lacks, and nobody else.
#[derive(Default)]
pub struct Builds {
    /// `host/repository:tag`: each build's, and the tags that follow them.
    pub references: BTreeSet<String>,
    /// Where the images lie that the package itself declares, and the cache's.
    pub repositories: BTreeSet<String>,
    pub caches: BTreeSet<String>,
}

/// The builds of a package, without regard to what is there already.
///
/// # Errors
/// The package has mistakes, or cannot be read.
pub fn builds(run: &mut Run, flags: &Flags, registry: &Registry, asynchronous: &tokio::runtime::Runtime) -> Result<Builds, Exit> {
    let diagnostics = run.check();
    let reports = run.reports(&diagnostics);
    if any_error(&reports) {
        return Err(Exit::Reports(reports, run.session.sources()));
    }
    let instances = Instances::collect(run, &[], &[])?;
    let (package, project) = (run.place.package(), project_of(run, flags));
    let mut facts = Known::collect(run, &instances, &project, flags);
    let mut problems = resolve_bases(run, &mut facts, &project, &instances, &package, flags, registry, asynchronous);
    let plan = plan::lower(&instances.request(&package, &project, &facts));
    problems.extend(plan.diagnostics.iter().cloned());
    let reports = run.reports(&problems);
    if any_error(&reports) {
        return Err(Exit::Reports(reports, run.session.sources()));
    }
    let declared = instances.images.iter().map(|image| image.address.clone());
    let of_containers = instances.environments.iter().flat_map(|environment| {
        let own = environment.inits.iter().chain(&environment.containers).filter(|container| container.repository.is_some());
        own.map(|container| format!("{}/{}", environment.address, container.name))
    });
    let own: BTreeSet<String> = declared.chain(of_containers).collect();
    let mut builds = Builds::default();
    for action in &plan.actions {
        let Some(build) = action.build() else { continue };
        builds.references.insert(build.destination.clone());
        builds.references.extend(build.tags.iter().cloned());
        if own.contains(&action.address) || own.contains(plan::owner(&action.address)) {
            builds.repositories.extend(build.destination.rsplit_once(':').map(|(repository, _)| repository.to_owned()));
            builds.caches.extend(build.cache_repository.iter().filter(|_| build.cache).map(ToString::to_string));
        }
    }
    Ok(builds)
}

fn refused(reports: Vec<Report>, run: &Run) -> Planned {
    Planned { plan: empty(), reports, sources: run.session.sources(), connection: None, notes: Vec::new() }
}

/// Of the lock as it lies on the disk: `sha256:…`.
fn lock_hash(path: &Path) -> Option<String> {
    let digest = Sha256::digest(std::fs::read(path).ok()?);
    Some(format!("sha256:{}", digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>()))
}

/// The same, of the package at the flags' folder, if there is one.
pub fn lock_of(flags: &Flags) -> Option<String> {
    lock_hash(&crate::import::Root::find(&flags.directory).ok()?.lock_file())
}

/// What registries and clusters are asked on.
pub fn asynchronous() -> Result<tokio::runtime::Runtime, Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|error| Exit::refused(format!("no threads can be started: {error}")))
}

/// The registries as the package's project and this machine set them up.
pub fn registry(run: &Run) -> Registry {
    let project = checked::project(&run.session.db, run.session.root());
    Registry::new(Settings::of_this_machine(project.builder.insecure.iter().map(SmolStr::to_string).collect()))
}

/// Every image that a plan of the whole package would have pinned. The package has been checked.
pub fn wanted_images(run: &mut Run, flags: &Flags) -> Result<Vec<plan::WantedBase>, Exit> {
    let instances = Instances::collect(run, &[], &[])?;
    let project = project_of(run, flags);
    let facts = Known::collect(run, &instances, &project, flags);
    Ok(plan::wanted_bases(&instances.request(&run.place.package(), &project, &facts)))
}

fn empty() -> Plan {
    let package = plan::action::Package { url: "".into(), commit: "".into(), path: "".into() };
    Plan { package, actions: Vec::new(), diagnostics: Vec::new(), shared: Vec::new(), lock: None }
}

fn project_of(run: &Run, flags: &Flags) -> Project {
    let mut project = (**checked::project(&run.session.db, run.session.root())).clone();
    if let Some(namespace) = &flags.namespace {
        project.namespace = Some(namespace.as_str().into());
    }
    project
}

/// What is planned: the package's instances, and those of templates named as targets.
struct Instances {
    images: Vec<Arc<Image>>,
    environments: Vec<Arc<Environment>>,
    /// What of it is kept; empty for all.
    patterns: Vec<String>,
}

impl Instances {
    /// What a plan of them is made from.
    fn request<'a>(&'a self, package: &plan::action::Package, project: &'a Project, facts: &'a Known) -> plan::Request<'a> {
        let (images, environments) = (&self.images, &self.environments);
        plan::Request { package: package.clone(), project, images, environments, facts }
    }

    fn collect(run: &mut Run, targets: &[String], set: &[String]) -> Result<Instances, Exit> {
        let root = run.session.root();
        let db = &run.session.db;
        let (mut images, mut environments) = (Vec::new(), Vec::new());
        for &item in &scope(db, root).all {
            if matches!(signature(db, item), Signature::Instance(_) | Signature::Instances(_)) {
                let found = checked::checked(db, item);
                images.extend(found.images.iter().cloned());
                environments.extend(found.environments.iter().cloned());
            }
        }
        let mut patterns = Vec::new();
        let mut set_used = set.is_empty();
        for target in targets {
            match template(&run.session.db, root, target) {
                Some((item, arguments)) => {
                    let mut arguments = arguments;
                    arguments.extend(pairs(set)?);
                    set_used = true;
                    let mut found = instantiated(run, item, &arguments)?;
                    patterns.extend(found.images.iter().map(|image| image.address.clone()));
                    patterns.extend(found.environments.iter().map(|environment| environment.address.clone()));
                    images.append(&mut found.images);
                    environments.append(&mut found.environments);
                }
                None => patterns.push(target.clone()),
            }
            if run.session.supply(&run.host) {
                run.check();
            }
        }
        if !set_used {
            return Err(Exit::usage("`--set` gives an argument to a template: name the template as target"));
        }
        Ok(Instances { images, environments, patterns })
    }
}

/// The template that a target names, with the arguments that stand in it.
fn template(db: &dyn Db, root: Package, target: &str) -> Option<(ItemId, Vec<(SmolStr, SmolStr)>)> {
    let (address, arguments) = match target.split_once('(') {
        Some((address, rest)) => (address, rest.strip_suffix(')')?),
        None => (target, ""),
    };
    let (kind, name) = address.split_once('.')?;
    let namespace = Namespace::of_word(kind).filter(|namespace| *namespace != Namespace::Policy)?;
    let item = lookup(db, root, namespace, name.into())?;
    matches!(signature(db, item), Signature::Function(_)).then_some(())?;
    let arguments: Vec<String> =
        arguments.split(',').filter(|part| !part.trim().is_empty()).map(|part| part.trim().to_owned()).collect();
    Some((item, pairs(&arguments).ok()?))
}

fn pairs(texts: &[String]) -> Result<Vec<(SmolStr, SmolStr)>, Exit> {
    texts
        .iter()
        .map(|text| match text.split_once('=') {
            Some((name, value)) => Ok((name.trim().into(), value.into())),
            None => Err(Exit::usage(format!("`--set {text}`: write NAME=VALUE"))),
        })
        .collect()
}

fn instantiated(run: &mut Run, item: ItemId, arguments: &[(SmolStr, SmolStr)]) -> Result<Checked, Exit> {
    loop {
        let db = &run.session.db;
        let made = compiler::eval::instantiate(db, item, arguments);
        let mut checked = Checked::default();
        let mut diagnostics = made.diagnostics.clone();
        if let Some(instance) = &made.instance {
            checked.add(db, instance);
            diagnostics.append(&mut checked.diagnostics);
        }
        if run.session.supply(&run.host) {
            continue;
        }
        let reports = run.reports(&diagnostics);
        if any_error(&reports) {
            return Err(Exit::Reports(reports, run.session.sources()));
        }
        return Ok(checked);
    }
}

/// Everything a plan asks of the world, as far as it is known.
struct Known {
    files: BTreeMap<String, ImageFiles>,
    assets: Option<Context>,
    bases: BTreeMap<String, PinnedBase>,
    heads: BTreeMap<String, Built>,
    previous: BTreeMap<Predecessor, PreviousBuild>,
    lines: HashMap<Place, (String, u32)>,
    projects: BTreeMap<String, Project>,
}

#[derive(Default)]
struct ImageFiles {
    dockerfile: Option<Arc<str>>,
    dockerignore: Option<Arc<str>>,
    context: Option<Arc<Context>>,
    modified: Vec<String>,
    /// What stands before its repository's paths.
    prefix: String,
}

impl Known {
    fn collect(run: &mut Run, instances: &Instances, project: &Project, flags: &Flags) -> Known {
        let mut known = Known {
            files: BTreeMap::new(),
            assets: None,
            bases: run
                .imports
                .lock()
                .images()
                .map(|image| {
                    (image.reference.clone(), PinnedBase { digest: image.digest.clone(), user: Some(image.user.clone()) })
                })
                .collect(),
            heads: BTreeMap::new(),
            previous: BTreeMap::new(),
            lines: HashMap::new(),
            projects: BTreeMap::new(),
        };
        if project.bases == Bases::Track && !flags.offline && !flags.locked {
            known.bases.clear();
        }
        let images = instances.images.iter().cloned().chain(instances.environments.iter().flat_map(templates));
        let images: BTreeMap<String, Arc<Image>> = images.map(|image| (image.address.clone(), image)).collect();
        loop {
            for (address, image) in &images {
                known.files.insert(address.clone(), files_of(run, image));
            }
            if !run.session.supply(&run.host) {
                break;
            }
        }
        for (address, image) in &images {
            if let Some(package) = run.session.package_of(&image.origin).filter(|package| *package != run.session.root()) {
                known.projects.insert(address.clone(), (**checked::project(&run.session.db, package)).clone());
            }
        }
        if !project.assets.is_empty() {
            known.assets = run.session.listing(&run.host, "");
        }
        known.lines = lines(run, instances, project);
        known
    }

    async fn ask(&mut self, images: &Images, wanted: plan::WantedOfRegistry) {
        self.heads.extend(images.heads(wanted.heads).await);
        let tags = wanted.previous.into_iter().filter_map(|predecessor| match &predecessor {
            Predecessor::Tag(reference) => Some((reference.clone(), predecessor)),
            Predecessor::Container { .. } => None,
        });
        self.ask_previous(images, tags.collect()).await;
    }

    /// What running containers were made of, for builds that take their place. Says whether anything was learnt.
    async fn ask_running(&mut self, images: &Images, plan: &Plan, running: &BTreeMap<Predecessor, String>) -> bool {
        let builds = plan.actions.iter().filter(|action| action.change != Change::None).filter_map(plan::Action::build);
        let wanted = builds.filter_map(|build| build.predecessor.clone());
        let known = wanted.filter_map(|predecessor| Some((running.get(&predecessor)?.clone(), predecessor)));
        self.ask_previous(images, known.collect()).await
    }

    async fn ask_previous(&mut self, images: &Images, wanted: Vec<(String, Predecessor)>) -> bool {
        if wanted.is_empty() {
            return false;
        }
        let found = images.annotations(wanted.iter().map(|(reference, _)| reference.clone()).collect()).await;
        let mut learnt = false;
        for (reference, predecessor) in wanted {
            let record = found.get(&reference).and_then(|annotations| annotations.get(plan::record::ANNOTATION));
            if let Some(previous) = record.and_then(|record| PreviousBuild::parse(record)) {
                self.previous.insert(predecessor, previous);
                learnt = true;
            }
        }
        learnt
    }
}

fn templates(environment: &Arc<Environment>) -> Vec<Arc<Image>> {
    let containers = environment.inits.iter().chain(&environment.containers);
    containers
        .filter_map(|container| match &container.image {
            compiler::model::ContainerImage::Template(image) => Some(image.clone()),
            compiler::model::ContainerImage::Reference(_) => None,
        })
        .collect()
}

fn files_of(run: &Run, image: &Image) -> ImageFiles {
    let db = &run.session.db;
    let Some(package) = run.session.package_of(&image.origin) else { return ImageFiles::default() };
    let text = |file: Option<compiler::db::SourceFile>| file.map(|file| file.text(db).clone());
    let root = matches!(run.session.repository(package), compiler::workspace::RepositoryId::Root);
    let dockerignore = text(checked::image_dockerignore(db, package, image));
    ImageFiles {
        dockerfile: text(checked::image_dockerfile(db, package, image)),
        context: checked::image_context(db, package, image),
        modified: if root { deciding(run, image, dockerignore.as_deref()) } else { Vec::new() },
        dockerignore,
        prefix: if root {
            String::new()
        } else {
            let short: String = image.origin.commit.chars().take(12).collect();
            format!("{}@{short}//", image.origin.url)
        },
    }
}

/// Files that would make another image if they were committed: not those that `.dockerignore` leaves out.
fn deciding(run: &Run, image: &Image, dockerignore: Option<&str>) -> Vec<String> {
    let folder = &image.context.value;
    let mut paths = modified(&run.place.top, folder);
    let ignore = dockerignore.map(Ignore::parse);
    let own =
        [image.dockerfile.value.to_string(), format!("{}.dockerignore", image.dockerfile.value), ".dockerignore".to_owned()];
    paths.retain(|path| {
        let within = if folder.is_empty() {
            path.as_str()
        } else {
            path.strip_prefix(folder.as_str()).map_or(path.as_str(), |rest| rest.trim_start_matches('/'))
        };
        own.iter().any(|file| file == within) || ignore.as_ref().is_none_or(|ignore| !ignore.excludes(within))
    });
    paths
}

/// The lines of all places that a reason may point at.
fn lines(run: &Run, instances: &Instances, project: &Project) -> HashMap<Place, (String, u32)> {
    let mut reporter = Reporter::new(&run.session.db);
    let mut lines = HashMap::new();
    let mut add = |place: Place| {
        let source = reporter.source(place);
        lines.insert(place, (source.file, source.start.line));
    };
    let images = instances.images.iter().cloned().chain(instances.environments.iter().flat_map(templates));
    for image in images {
        add(image.place);
        add(image.context.place);
        add(image.dockerfile.place);
        add(image.repository.place);
        image.target.iter().for_each(|target| add(target.place));
        image.args.iter().for_each(|(_, value)| add(value.place));
    }
    for environment in &instances.environments {
        add(environment.place);
        environment.patch.iter().for_each(|patch| add(patch.place));
        for container in environment.inits.iter().chain(&environment.containers) {
            add(container.place);
            container.personalize.iter().for_each(|line| add(line.place));
            if let compiler::model::ContainerImage::Reference(reference) = &container.image {
                add(reference.place);
            }
        }
    }
    project.place.into_iter().for_each(&mut add);
    project.assets.iter().for_each(|asset| add(asset.place));
    lines
}

impl Facts for Known {
    fn dockerfile(&self, image: &Image) -> Option<&str> {
        self.files.get(&image.address)?.dockerfile.as_deref()
    }

    fn context(&self, image: &Image) -> Option<Context> {
        self.files.get(&image.address)?.context.as_deref().cloned()
    }

    fn dockerignore(&self, image: &Image) -> Option<&str> {
        self.files.get(&image.address)?.dockerignore.as_deref()
    }

    fn file(&self, image: &Image, path: &str) -> String {
        let prefix = self.files.get(&image.address).map(|files| files.prefix.as_str()).unwrap_or_default();
        let context = &image.context.value;
        if context.is_empty() { format!("{prefix}{path}") } else { format!("{prefix}{context}/{path}") }
    }

    fn base(&self, reference: &str) -> Option<PinnedBase> {
        self.bases.get(reference).cloned()
    }

    fn assets(&self) -> Option<Context> {
        self.assets.clone()
    }

    fn built(&self, reference: &str) -> Built {
        self.heads.get(reference).cloned().unwrap_or(Built::Unknown)
    }

    fn previous(&self, of: &Predecessor) -> Option<PreviousBuild> {
        self.previous.get(of).cloned()
    }

    fn line(&self, place: Place) -> Option<(String, u32)> {
        self.lines.get(&place).cloned()
    }

    fn modified(&self, image: &Image) -> Vec<String> {
        self.files.get(&image.address).map(|files| files.modified.clone()).unwrap_or_default()
    }

    fn project(&self, image: &Image) -> Option<&Project> {
        self.projects.get(&image.address)
    }
}

/// Resolves the images that the lock does not have, and pins them in it.
#[expect(clippy::too_many_arguments, reason = "each is one part of a plan's making, used once")]
fn resolve_bases(
    run: &Run,
    facts: &mut Known,
    project: &Project,
    instances: &Instances,
    package: &plan::action::Package,
    flags: &Flags,
    registry: &Registry,
    asynchronous: &tokio::runtime::Runtime,
) -> Vec<Diagnostic> {
    let wanted = plan::wanted_bases(&instances.request(package, project, facts));
    let missing: Vec<&plan::WantedBase> = wanted.iter().filter(|base| !facts.bases.contains_key(&base.reference)).collect();
    if flags.offline || missing.is_empty() {
        return Vec::new();
    }
    if flags.locked {
        let required = missing.iter().filter(|base| base.required);
        return required.map(|base| catalog::lock_missing::image(base.place, &base.reference)).collect();
    }
    let references = missing.iter().map(|base| base.reference.clone()).collect();
    let answers = asynchronous.block_on(registry.resolve_all(references));
    let mut diagnostics = Vec::new();
    for base in missing {
        match answers.get(&base.reference) {
            Some(Ok(resolved)) => {
                let entry = LockedImage {
                    reference: base.reference.clone(),
                    digest: resolved.digest.clone(),
                    user: resolved.user.clone(),
                };
                facts.bases.insert(
                    base.reference.clone(),
                    PinnedBase { digest: resolved.digest.clone(), user: Some(resolved.user.clone()) },
                );
                run.imports.edit_lock(|lock| lock.set_image(entry));
            }
            Some(Err(failure)) => {
                // A tag that is followed and cannot be asked about stays at its pin, and is told of.
                let locked = run.imports.lock().image(&base.reference).cloned();
                if base.required || locked.is_some() {
                    diagnostics.push(failure.diagnostic(Some(base.place)));
                }
                if let Some(LockedImage { reference, digest, user }) = locked {
                    facts.bases.insert(reference, PinnedBase { digest, user: Some(user) });
                }
            }
            _ => {}
        }
    }
    diagnostics
}
