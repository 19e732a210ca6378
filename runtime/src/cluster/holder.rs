//! Who this process is to those who wait for its leases, and whether a process of this machine that held one is still there.
//!
//! Of a process on another machine nothing can be told but how long it has been silent.

use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

/// This process.
#[derive(Clone, Debug)]
pub struct Holder {
    /// For people: `ana@laptop (process 4711)`.
    pub identity: String,
    /// For machines; also a label's value: of this run alone.
    pub token: String,
    /// What [`is_gone`] reads.
    pub process: String,
}

impl Holder {
    pub fn of_this_process() -> Holder {
        let pid = std::process::id();
        let user = ["USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_else(|| "somebody".to_owned());
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let host = Some(host.trim().to_owned()).filter(|host| !host.is_empty()).unwrap_or_else(|| "a machine".to_owned());
        let start = State::of(pid).map_or(0, |state| state.start);
        let process = format!("{}/{pid}/{start}", place());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let digest = Sha256::digest(format!("{process} {now}"));
        let token = digest.iter().take(10).map(|byte| format!("{byte:02x}")).collect();
        Holder { identity: format!("{user}@{host} (process {pid})"), token, process }
    }
}

/// Whether a process ran here and does not any more.
pub fn is_gone(process: &str) -> bool {
    let mut parts = process.rsplitn(3, '/');
    let (Some(start), Some(pid), Some(where_)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let (Ok(pid), Ok(start)) = (pid.parse(), start.parse::<u64>()) else { return false };
    if where_ != place() || start == 0 {
        return false;
    }
    State::of(pid).is_none_or(|state| state.ended || state.start != start)
}

/// One boot of one kernel, and one set of process numbers on it; empty where neither can be told.
fn place() -> String {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let numbers = std::fs::read_link("/proc/self/ns/pid").map(|link| link.display().to_string()).unwrap_or_default();
    format!("{} {numbers}", boot.trim())
}

struct State {
    /// In ticks since the boot: tells a process from a later one of the same number.
    start: u64,
    /// It ended, and its parent has not asked yet.
    ended: bool,
}

impl State {
    /// From `/proc/PID/stat`: `PID (name) state …`, the start being the 22nd field.
    fn of(pid: u32) -> Option<State> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let rest: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        Some(State { start: rest.get(19)?.parse().ok()?, ended: matches!(*rest.first()?, "Z" | "X") })
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_there_and_one_that_ended_is_not() {
        let own = Holder::of_this_process();
        assert!(!is_gone(&own.process));
        assert!(own.identity.contains(&std::process::id().to_string()));
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let start = State::of(child.id()).unwrap().start;
        let process = format!("{}/{}/{start}", place(), child.id());
        assert!(!is_gone(&process));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(is_gone(&process));
    }

    #[test]
    fn of_other_machines_nothing_is_known() {
        assert!(!is_gone("another-boot pid:[1]/999999/12"));
        assert!(!is_gone(""));
        assert!(!is_gone("x/y/z"));
    }
}
