//! Removes what namespaces do not: the bed's folder and its control groups.
//!
//! It is a process of its own that waits for the keeper's end, whatever brings that about; there is no other way of ending a bed.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::place::Place;

/// Where Kubernetes' provisioner for tests puts volumes; nothing of it is seen outside of the bed.
pub const VOLUMES: &str = "/tmp/hostpath_pv";

/// Waits until standard input ends, then removes everything.
pub fn run(folder: &Path) {
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(60) && !(remove_cgroups(folder) && remove(folder)) {
        std::thread::sleep(Duration::from_millis(100));
    }
    let _ = std::fs::remove_dir(VOLUMES);
}

/// Makes the group that the kubelet's lie in, in each hierarchy.
pub fn make_cgroups(folder: &Path) -> Result<(), String> {
    for hierarchy in hierarchies() {
        let group = hierarchy.join(Place::cgroup(folder));
        std::fs::create_dir_all(&group).map_err(|error| format!("{}: {error}", group.display()))?;
        // Of version 1: a set of processors starts empty, and then takes no process.
        for file in ["cpuset.cpus", "cpuset.mems"] {
            if let Ok(text) = std::fs::read_to_string(hierarchy.join(file)) {
                let _ = std::fs::write(group.join(file), text.trim());
            }
        }
        // Of version 2: what children may use is given by the parent.
        for controller in std::fs::read_to_string(hierarchy.join("cgroup.controllers")).unwrap_or_default().split_whitespace() {
            for parent in [&hierarchy, &group] {
                let _ = std::fs::write(parent.join("cgroup.subtree_control"), format!("+{controller}"));
            }
        }
    }
    Ok(())
}

/// Where hierarchies of control groups are mounted.
pub fn hierarchies() -> Vec<PathBuf> {
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let fields = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    fields.filter(|fields| fields.len() > 2 && fields[2].starts_with("cgroup")).map(|fields| PathBuf::from(fields[1])).collect()
}

/// Whether none is left. A group with a process in it stays; the process is about to end.
fn remove_cgroups(folder: &Path) -> bool {
    let groups = hierarchies().into_iter().map(|hierarchy| hierarchy.join(Place::cgroup(folder)));
    let left: Vec<bool> = groups.map(|group| remove_group(&group)).collect();
    !left.contains(&false)
}

fn remove_group(group: &Path) -> bool {
    for entry in std::fs::read_dir(group).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_group(&entry.path());
        }
    }
    let _ = std::fs::remove_dir(group);
    !group.exists()
}

fn remove(folder: &Path) -> bool {
    let _ = std::fs::remove_dir_all(folder);
    !folder.exists()
}
