//! The thread that owns the databases: it takes edits and questions in order, and nothing slow runs on it.
//!
//! Questions are answered on snapshots by a few threads, and checks by one. An edit waits a moment for answers that are being
//! made, then cancels them; a check it cancels at once, for a newer one follows. What the world has to be asked is asked by
//! threads that come and go, so that a network keeps neither an edit nor a diagnostic waiting.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use compiler::workspace::{Asked, Host, Question, RepositoryId, Session, ask};
use tower_lsp::lsp_types::{Diagnostic, MessageType, Url};

use super::documents::{Document, without_links};
use super::features::Features;
use super::outbox::Outbox;
use super::package::Package;
use super::places::{Copies, Ground, Names};
use super::publish::{self, ByFile};
use super::queue::{Checked, Event, Job, Queue};
use super::unwinding::{Outcome, caught};
use super::view::View;
use crate::{LockProblem, World};

/// Threads that answer questions.
const ANSWERERS: usize = 3;
/// How long an edit waits for answers about the text before it.
const PATIENCE: Duration = Duration::from_millis(100);
/// How often locks are looked at, where the client does not tell of changed files.
const LOOK: Duration = Duration::from_secs(2);

pub struct Keeper {
    world: Arc<dyn World>,
    outbox: Outbox,
    queue: Queue,
    features: Features,
    documents: BTreeMap<Url, Document>,
    /// The version of an open file that its diagnostics were last published for.
    told: BTreeMap<Url, i32>,
    names: Arc<Names>,
    copies: Copies,
    /// By folder.
    packages: BTreeMap<PathBuf, Package>,
    /// The client's folders.
    folders: Vec<PathBuf>,
    checks: Sender<Check>,
    checking: bool,
    jobs: Sender<(Job, View)>,
    running: Arc<Running>,
}

/// A check to be made.
struct Check {
    session: Session,
    ground: Ground,
    revision: u64,
    lock: Option<(Url, LockProblem)>,
}

/// How many answers are being made.
#[derive(Default)]
struct Running {
    count: Mutex<usize>,
    fewer: Condvar,
}

impl Running {
    fn begin(&self) {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    }

    fn end(&self) {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.fewer.notify_all();
    }

    fn wait(&self) {
        let count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever is not done by then is cancelled by the edit.
        drop(self.fewer.wait_timeout_while(count, PATIENCE, |count| *count > 0));
    }
}

impl Keeper {
    /// Starts the threads. They end when the queue is dropped.
    pub fn start(world: Arc<dyn World>, outbox: Outbox) -> Queue {
        let (queue, events) = Queue::new(outbox.clone());
        let (checks, to_check) = channel();
        let (jobs, to_answer) = channel();
        let running = Arc::new(Running::default());
        spawn("check", {
            let queue = queue.clone();
            move || check_all(to_check, &queue)
        });
        let to_answer = Arc::new(Mutex::new(to_answer));
        for _ in 0..ANSWERERS {
            let (to_answer, running) = (to_answer.clone(), running.clone());
            spawn("answer", move || answer_all(&to_answer, &running));
        }
        let keeper = Keeper {
            world,
            outbox,
            queue: queue.clone(),
            features: Features::default(),
            documents: BTreeMap::new(),
            told: BTreeMap::new(),
            names: Arc::default(),
            copies: Copies::default(),
            packages: BTreeMap::new(),
            folders: Vec::new(),
            checks,
            checking: false,
            jobs,
            running,
        };
        spawn("keep", move || keeper.run(&events));
        queue
    }

    fn run(mut self, events: &Receiver<Event>) {
        loop {
            let event = match events.try_recv() {
                Ok(event) => event,
                Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) => {
                    self.start_check();
                    match events.recv_timeout(LOOK) {
                        Ok(event) => event,
                        Err(RecvTimeoutError::Disconnected) => return,
                        Err(RecvTimeoutError::Timeout) => {
                            if !self.features.watches {
                                self.look_at_locks();
                            }
                            continue;
                        }
                    }
                }
            };
            if let Outcome::Panicked(what) = caught(|| self.handle(event)) {
                self.outbox.log(MessageType::ERROR, format!("coderc has a defect: {what}"));
            }
        }
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Ask(url, job) => return self.answer(&url, job),
            Event::Checked(checked) => return self.checked(checked),
            _ => self.running.wait(),
        }
        match event {
            Event::Begin(features, folders) => {
                self.features = features;
                self.add_folders(folders);
            }
            Event::Open(url, version, text) => self.open(url, version, text),
            Event::Change(url, version, changes) => {
                let Some(document) = self.documents.get_mut(&url) else { return };
                document.change(version, changes, self.features.encoding);
                self.packages.values_mut().for_each(|package| package.take(document));
            }
            Event::Close(url) => self.close(&url),
            Event::DiskChanged => self.disk_changed(),
            Event::Folders { added, removed } => {
                let removed: Vec<PathBuf> = removed.iter().map(|path| without_links(path)).collect();
                self.folders.retain(|folder| !removed.contains(folder));
                self.add_folders(added);
                self.drop_unused();
            }
            Event::Answered { folder, host, questions, answers } => {
                let Some(package) = self.packages.get_mut(&folder) else { return };
                let imports = questions.iter().any(|question| matches!(question.asked, Asked::Import(_)));
                package.answer(questions, answers, &self.documents);
                if imports {
                    // A host knows the repositories whose imports it answered, so those of an older one end here.
                    package.host = host;
                    // What came may be a package of this very repository, with files that are open.
                    self.documents.values().for_each(|document| package.take(document));
                }
            }
            Event::Read { folder, opened } => self.read(&folder, *opened),
            Event::Ask(..) | Event::Checked(_) => {}
        }
    }

    fn add_folders(&mut self, folders: Vec<PathBuf>) {
        for folder in folders {
            let folder = without_links(&folder);
            self.open_package_of(&folder);
            self.folders.push(folder);
        }
    }

    /// Opens the package that a file or folder lies in, unless it is open.
    fn open_package_of(&mut self, path: &Path) {
        if self.copies.get(path).is_some() {
            return;
        }
        let Some(folder) = self.world.folder_of(path) else { return };
        if self.packages.contains_key(&folder) {
            return;
        }
        let stamp = self.world.lock_stamp(&folder);
        match self.world.open(&folder) {
            Ok(Some(opened)) => {
                let mut package = Package::new(opened, folder.clone(), stamp);
                self.documents.values().for_each(|document| package.take(document));
                self.packages.insert(folder, package);
            }
            Ok(None) => {}
            Err(why) => self.outbox.log(MessageType::WARNING, format!("{}: {why}", folder.display())),
        }
    }

    fn open(&mut self, url: Url, version: i32, text: String) {
        let document = Document::new(&url, version, text);
        if let Some(path) = &document.path {
            Arc::make_mut(&mut self.names).open.insert(path.clone(), url.clone());
            self.open_package_of(&path.clone());
        }
        self.told.remove(&url);
        self.packages.values_mut().for_each(|package| package.take(&document));
        self.documents.insert(url, document);
    }

    fn close(&mut self, url: &Url) {
        let Some(Document { path: Some(path), .. }) = self.documents.remove(url) else { return };
        self.told.remove(url);
        Arc::make_mut(&mut self.names).open.remove(&path);
        self.packages.values_mut().for_each(|package| package.let_go(&path));
        self.drop_unused();
    }

    /// Closes packages in which no file is open and that are in none of the client's folders.
    fn drop_unused(&mut self) {
        let used = |folder: &PathBuf| {
            self.folders.iter().any(|open| folder.starts_with(open) || open.starts_with(folder))
                || self.documents.values().any(|document| {
                    let path = document.path.as_deref();
                    path.is_some_and(|path| path.starts_with(folder) || self.copies.get(path).is_some())
                })
        };
        let unused: Vec<PathBuf> = self.packages.keys().filter(|folder| !used(folder)).cloned().collect();
        unused.iter().for_each(|folder| self.drop_package(folder));
    }

    fn drop_package(&mut self, folder: &Path) {
        self.copies.forget(folder);
        if let Some(package) = self.packages.remove(folder) {
            package.published.into_keys().for_each(|url| self.publish(&url));
        }
    }

    /// Reads every package anew, in the background; and looks whether files that were in no package are in one by now.
    fn disk_changed(&mut self) {
        let paths: Vec<PathBuf> = self.documents.values().filter_map(|document| document.path.clone()).collect();
        paths.iter().for_each(|path| self.open_package_of(path));
        let folders: Vec<PathBuf> = self.packages.keys().cloned().collect();
        folders.iter().for_each(|folder| self.start_reading(folder));
    }

    fn look_at_locks(&mut self) {
        let changed = self.packages.values().filter(|package| self.world.lock_stamp(&package.folder) != package.lock_stamp);
        let changed: Vec<PathBuf> = changed.map(|package| package.folder.clone()).collect();
        changed.iter().for_each(|folder| self.start_reading(folder));
    }

    fn start_reading(&mut self, folder: &Path) {
        let Some(package) = self.packages.get_mut(folder) else { return };
        if std::mem::replace(&mut package.reading, true) {
            package.read_again = true;
            return;
        }
        let (world, queue, folder) = (self.world.clone(), self.queue.clone(), folder.to_owned());
        let outbox = self.outbox.clone();
        spawn("read", move || {
            let opened = match caught(|| world.open(&folder)) {
                Outcome::Done(opened) => opened,
                Outcome::Cancelled => Err("cancelled".to_owned()),
                Outcome::Panicked(what) => {
                    outbox.log(MessageType::ERROR, format!("coderc has a defect: {what}"));
                    Err(what)
                }
            };
            queue.put(Event::Read { folder, opened: Box::new(opened) });
        });
    }

    /// Takes a package as the disk has it: its files, its lock, and whatever else it reads.
    fn read(&mut self, folder: &Path, opened: Result<Option<crate::Opened>, String>) {
        let stamp = self.world.lock_stamp(folder);
        let Some(package) = self.packages.get_mut(folder) else { return };
        package.reading = false;
        let again = std::mem::take(&mut package.read_again);
        match opened {
            Ok(Some(opened)) => {
                let host = opened.host.clone();
                package.reread(opened, &self.documents);
                let lock_changed = std::mem::replace(&mut package.lock_stamp, stamp) != stamp;
                let mut questions = package.session.files_asked();
                // A commit's files never change.
                questions.retain(|question| is_local(&question.asked));
                let (old_host, folder) = (package.host.clone(), folder.to_owned());
                if lock_changed || package.session.has_failed_import() {
                    let imports = package.session.imports_asked();
                    self.ask_world(folder.clone(), host, imports);
                }
                self.ask_world(folder, old_host, questions);
            }
            Ok(None) => self.drop_package(folder),
            Err(why) => self.outbox.log(MessageType::WARNING, format!("{}: {why}", folder.display())),
        }
        if again {
            self.start_reading(folder);
        }
    }

    /// Asks on threads of their own: what lies on the disk, and what may need a network.
    fn ask_world(&self, folder: PathBuf, host: Arc<dyn Host>, questions: Vec<Question>) {
        let (near, mut far): (Vec<Question>, Vec<Question>) =
            questions.into_iter().partition(|question| is_local(&question.asked));
        if self.packages.get(&folder).is_some_and(|package| package.lock_problem.is_some()) {
            // Without its lock an import could be anything: they are asked for when the lock can be read.
            far.clear();
        }
        for questions in [near, far].into_iter().filter(|questions| !questions.is_empty()) {
            let (folder, host, queue, outbox) = (folder.clone(), host.clone(), self.queue.clone(), self.outbox.clone());
            spawn("ask", move || match caught(|| ask(&*host, &questions)) {
                Outcome::Done(answers) => queue.put(Event::Answered { folder, host, questions, answers }),
                Outcome::Cancelled => {}
                Outcome::Panicked(what) => outbox.log(MessageType::ERROR, format!("coderc has a defect: {what}")),
            });
        }
    }

    fn answer(&mut self, url: &Url, job: Job) {
        match self.view(url) {
            Some(view) => {
                self.running.begin();
                // Its threads live as long as this one.
                let _ = self.jobs.send((job, view));
            }
            None => job(None),
        }
    }

    fn view(&self, url: &Url) -> Option<View> {
        let path = self.documents.get(url)?.path.clone()?;
        if let Some((folder, file)) = self.copies.get(&path) {
            let package = self.packages.get(&folder)?;
            return Some(self.view_of(package, file));
        }
        let package = self.packages.get(&self.world.folder_of(&path)?)?;
        let relative = package.relative(&path)?;
        let file = package.session.file(&relative).or_else(|| package.session.read_file(&relative))?;
        Some(self.view_of(package, file))
    }

    fn view_of(&self, package: &Package, file: compiler::db::SourceFile) -> View {
        View { session: package.session.clone(), ground: self.ground(package), file, package: package.session.package_with(file) }
    }

    fn ground(&self, package: &Package) -> Ground {
        Ground {
            world: self.world.clone(),
            features: self.features,
            top: package.top.clone(),
            folder: package.folder.clone(),
            names: self.names.clone(),
            copies: self.copies.clone(),
        }
    }

    /// Gives the next package that changed to the thread that checks, when that is idle.
    fn start_check(&mut self) {
        if self.checking {
            return;
        }
        let Some(package) = self.packages.values().find(|package| package.checked != package.revision) else { return };
        let ground = self.ground(package);
        let lock = package.lock_problem.clone().and_then(|problem| Some((ground.url_of(&package.lock_file)?, problem)));
        let check = Check { session: package.session.clone(), revision: package.revision, ground, lock };
        let (folder, revision) = (package.folder.clone(), package.revision);
        if let Some(package) = self.packages.get_mut(&folder) {
            package.checked = revision;
        }
        self.checking = self.checks.send(check).is_ok();
    }

    fn checked(&mut self, checked: Checked) {
        self.checking = false;
        let Some(package) = self.packages.get_mut(&checked.folder) else { return };
        let questions = package.session.questions();
        let host = package.host.clone();
        let found = match checked.outcome {
            Outcome::Done(found) => found,
            Outcome::Cancelled if package.revision == checked.revision => {
                // Whatever cancelled it was no edit: once more.
                package.revision += 1;
                return self.ask_world(checked.folder, host, questions);
            }
            Outcome::Cancelled => return self.ask_world(checked.folder, host, questions),
            Outcome::Panicked(what) => {
                self.outbox.log(MessageType::ERROR, format!("coderc has a defect: {what}"));
                return;
            }
        };
        if package.revision == checked.revision {
            let before = std::mem::replace(&mut package.published, found);
            self.publish_changes(&checked.folder, &before);
        }
        self.ask_world(checked.folder, host, questions);
    }

    /// Tells the client of files whose diagnostics changed, and of open files whose text did.
    fn publish_changes(&mut self, folder: &Path, before: &ByFile) {
        let Some(package) = self.packages.get(folder) else { return };
        let changed = before.keys().chain(package.published.keys());
        let changed = changed.filter(|url| before.get(url) != package.published.get(url));
        let mut urls: Vec<Url> = changed.cloned().collect();
        for (url, document) in &self.documents {
            let own = document.path.as_ref().is_some_and(|path| path.starts_with(folder));
            if own && self.told.get(url) != Some(&document.version) {
                urls.push(url.clone());
            }
        }
        urls.sort();
        urls.dedup();
        urls.iter().for_each(|url| self.publish(url));
    }

    /// Publishes what all packages say of a file.
    fn publish(&mut self, url: &Url) {
        let mut diagnostics: Vec<Diagnostic> = Vec::new();
        for found in self.packages.values().filter_map(|package| package.published.get(url)).flatten() {
            if !diagnostics.contains(found) {
                diagnostics.push(found.clone());
            }
        }
        let version = self.documents.get(url).map(|document| document.version);
        if let Some(version) = version {
            self.told.insert(url.clone(), version);
        }
        self.outbox.diagnostics(url.clone(), diagnostics, version);
    }
}

/// Whether an answer needs no more than the disk.
fn is_local(asked: &Asked) -> bool {
    matches!(asked, Asked::File(RepositoryId::Root, _) | Asked::Folder(RepositoryId::Root, _))
}

fn check_all(checks: Receiver<Check>, queue: &Queue) {
    for Check { session, ground, revision, lock } in checks {
        let lock = lock.as_ref().map(|(url, problem)| (url, problem));
        let outcome = caught(|| publish::check(&session, &ground, lock));
        drop(session);
        queue.put(Event::Checked(Checked { folder: ground.folder, revision, outcome }));
    }
}

fn answer_all(jobs: &Mutex<Receiver<(Job, View)>>, running: &Running) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((job, view)) = job else { return };
        // A job catches what goes wrong in it.
        job(Some(view));
        running.end();
    }
}

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) {
    if let Err(error) = thread::Builder::new().name(name.to_owned()).stack_size(8 << 20).spawn(run) {
        tracing::error!(%error, name, "a thread cannot be started");
    }
}
