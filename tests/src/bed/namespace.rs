//! A namespace of one test, and what tests ask of the pods in it.
//!
//! It is deleted with the value, without waiting for it.

use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Bed;
use super::images::BUSYBOX;
use super::inside::wait;

/// Leaves what a pod needs to start.
const FILL: &str =
    "cd /disk; dd if=/dev/zero of=rest bs=512k count=1; dd if=/dev/zero of=full bs=64k; rm rest; echo full; sleep 3600";

/// The pod that fills the disk.
const FILLER: &str = "filler";

pub struct Namespace<'a> {
    bed: &'a Bed,
    name: String,
}

impl Deref for Namespace<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.name
    }
}

impl<'a> Namespace<'a> {
    pub(super) fn new(bed: &'a Bed, name: &str) -> Namespace<'a> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("{name}-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        bed.ask(&["create", "namespace", &name]);
        // A pod before its account is refused.
        let account = ["-n", &name, "get", "serviceaccount", "default"];
        wait("the default service account", || bed.kubectl(&account).status.success()).expect("controllers run");
        Namespace { bed, name }
    }

    /// kubectl in this namespace; what it prints.
    ///
    /// # Panics
    /// When it fails, here and below.
    pub fn ask(&self, arguments: &[&str]) -> String {
        self.bed.ask(&[&["-n", self.name.as_str()], arguments].concat())
    }

    /// Applies objects: YAML, one or many documents.
    pub fn apply(&self, objects: &str) {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), objects).expect("a temporary file");
        self.ask(&["apply", "--server-side", "-f", file.path().to_str().expect("a name in UTF-8")]);
    }

    /// The objects of a kind, `pods` say, with these labels (`a=b,c=d`, or nothing).
    pub fn list(&self, kind: &str, labels: &str) -> Vec<Value> {
        let text = self.ask(&["get", kind, "-o", "json", "-l", labels]);
        let list: Value = serde_json::from_str(&text).expect("kubectl prints JSON");
        list["items"].as_array().cloned().unwrap_or_default()
    }

    pub fn logs(&self, pod: &str, container: &str) -> String {
        self.ask(&["logs", pod, "-c", container])
    }

    /// What a command in a running container prints.
    pub fn exec(&self, pod: &str, container: &str, command: &[&str]) -> String {
        self.ask(&[&["exec", pod, "-c", container, "--"], command].concat())
    }

    /// A file of a running container.
    pub fn read(&self, pod: &str, container: &str, path: &str) -> String {
        self.exec(pod, container, &["cat", path])
    }

    pub fn delete(&self, kind: &str, name: &str) {
        self.ask(&["delete", kind, name, "--wait=false"]);
    }

    /// Waits until a Job has ended; whether it is complete, and if not, what its pods say.
    pub fn job_ends(&self, name: &str, within: Duration) -> Result<(), String> {
        let start = Instant::now();
        loop {
            let job: Value = serde_json::from_str(&self.ask(&["get", "job", name, "-o", "json"])).expect("kubectl prints JSON");
            let conditions = job["status"]["conditions"].as_array().cloned().unwrap_or_default();
            let holds = |kind: &str| conditions.iter().any(|each| each["type"] == kind && each["status"] == "True");
            if holds("Complete") {
                return Ok(());
            }
            if holds("Failed") || start.elapsed() > within {
                return Err(self.describe(&format!("job-name={name}")));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Fills the node's disk of volumes, for all that run there, until [`Namespace::empty_disk`].
    pub fn fill_disk(&self) {
        let pod = json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": FILLER},
            "spec": {
                "terminationGracePeriodSeconds": 0,
                "containers": [{
                    "name": FILLER, "image": self.bed.image(BUSYBOX),
                    "command": ["sh", "-c", FILL],
                    "volumeMounts": [{"name": "disk", "mountPath": "/disk"}],
                }],
                "volumes": [{"name": "disk", "emptyDir": {}}],
            },
        });
        self.apply(&pod.to_string());
        let full = || self.bed.kubectl(&["-n", &self.name, "logs", FILLER]).stdout.ends_with(b"full\n");
        wait("a full disk", full).expect("the pod runs");
    }

    /// The disk has room when this returns: what a deleted pod leaves, the node removes some time later.
    pub fn empty_disk(&self) {
        self.exec(FILLER, FILLER, &["rm", "/disk/full"]);
        self.ask(&["delete", "pod", FILLER]);
    }

    /// Everything that there is to know about pods, for a failed test.
    pub fn describe(&self, labels: &str) -> String {
        let mut text = self.ask(&["describe", "pods", "-l", labels]);
        let logs = ["-n", &self.name, "logs", "-l", labels, "--all-containers", "--prefix", "--tail=60"];
        text.push_str(&String::from_utf8_lossy(&self.bed.kubectl(&logs).stdout));
        text
    }
}

impl Drop for Namespace<'_> {
    fn drop(&mut self) {
        self.bed.kubectl(&["delete", "namespace", &self.name, "--wait=false"]);
    }
}
