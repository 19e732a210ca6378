//! What the node says it has: enough for every environment that tests start, whatever the machine has.
//!
//! The kubelet reads it from the kernel's files, over which others are mounted, in the bed alone. Nothing is faster or larger for it.

use super::inside::run_program;
use super::keys::write;
use super::place::Place;

const PROCESSORS: usize = 32;
const MEMORY_KIB: u64 = 128 << 20;

/// Mounts the files.
pub fn pretend(place: &Place) -> Result<(), String> {
    let online = "/sys/devices/system/cpu/online";
    let online = std::fs::read_to_string(online).map_err(|error| format!("{online}: {error}"))?;
    write(&place.folder, "processors/online", &online)?;
    let real = real(&online);
    for index in 0..PROCESSORS.max(real.len()) {
        // The same processors again, with zeros before their number: what is counted is folders, and what is used must be there.
        let (zeros, number) = ("0".repeat(index / real.len()), real[index % real.len()]);
        let topology = format!("processors/cpu{zeros}{number}/topology");
        write(&place.folder, &format!("{topology}/core_id"), &format!("{index}\n"))?;
        write(&place.folder, &format!("{topology}/physical_package_id"), "0\n")?;
    }
    let meminfo = std::fs::read_to_string("/proc/meminfo").map_err(|error| format!("/proc/meminfo: {error}"))?;
    let total = |line: &str| match line.starts_with("MemTotal:") {
        true => format!("MemTotal: {MEMORY_KIB} kB\n"),
        false => format!("{line}\n"),
    };
    write(&place.folder, "meminfo", &meminfo.lines().map(total).collect::<String>())?;
    run_program("mount", &["--bind", &place.file("processors"), "/sys/devices/system/cpu"])?;
    run_program("mount", &["--bind", &place.file("meminfo"), "/proc/meminfo"])?;
    // Without nodes of memory, processors are counted where they are.
    match std::path::Path::new("/sys/devices/system/node").is_dir() {
        true => run_program("mount", &["-t", "tmpfs", "tmpfs", "/sys/devices/system/node"]),
        false => Ok(()),
    }
}

/// The numbers of `0-3,8`.
fn real(online: &str) -> Vec<usize> {
    let ranges = online.trim().split(',').map(|range| range.split_once('-').unwrap_or((range, range)));
    let numbers = ranges.filter_map(|(first, last)| Some(first.parse().ok()?..=last.parse().ok()?));
    let numbers: Vec<usize> = numbers.flatten().collect();
    if numbers.is_empty() { vec![0] } else { numbers }
}

#[cfg(test)]
mod tests {
    use super::real;

    #[test]
    fn ranges_are_read() {
        assert_eq!(real("0-1,4\n"), [0, 1, 4]);
        assert_eq!(real("0\n"), [0]);
    }
}
