//! Resource usage of the process according to `/proc`. Values that are not readable there are left out.
//!
//! The names of the metrics made from these are the standard ones of Prometheus, for which dashboards exist.

use std::fs;

/// Resource usage of the process. Each value is `None` if `/proc` does not give it.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Process {
    /// Resident memory in bytes.
    pub(super) resident: Option<f64>,
    /// Virtual address space in bytes.
    pub(super) virtual_size: Option<f64>,
    /// Processor time in user and kernel mode, in seconds.
    pub(super) cpu: Option<f64>,
    /// Number of open file descriptors.
    pub(super) descriptors: Option<f64>,
    /// Maximum number of open file descriptors.
    pub(super) most_descriptors: Option<f64>,
    /// Number of threads.
    pub(super) threads: Option<f64>,
}

/// Kernel clock ticks per second. It is the same on every architecture that Linux still supports.
const TICKS_A_SECOND: f64 = 100.0;

/// Reads the current values.
pub(super) fn process() -> Process {
    let read = |name: &str| fs::read_to_string(format!("/proc/self/{name}")).unwrap_or_default();
    let (status, stat, limits) = (read("status"), read("stat"), read("limits"));
    let descriptors = fs::read_dir("/proc/self/fd").ok().map(|all| all.count() as f64);
    Process {
        resident: kibibytes(&status, "VmRSS:"),
        virtual_size: kibibytes(&status, "VmSize:"),
        cpu: cpu(&stat),
        // One descriptor was open only to read the folder.
        descriptors: descriptors.map(|count| count - 1.0),
        most_descriptors: number_behind(&limits, "Max open files"),
        threads: number_behind(&status, "Threads:"),
    }
}

/// A value of `/proc/self/status` in bytes; the kernel states it in KiB, though it writes `kB`.
fn kibibytes(status: &str, key: &str) -> Option<f64> {
    number_behind(status, key).map(|kibibytes| kibibytes * 1024.0)
}

/// The first number behind a key at the beginning of a line; `None` without such a line, or if it is `unlimited`.
fn number_behind(text: &str, key: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Processor time from fields 14 and 15 of `/proc/self/stat`. Field 2 is the process name, which may contain spaces and brackets.
fn cpu(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<f64>().ok();
    Some((next()? + next()?) / TICKS_A_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_process_has_all_of_it() {
        let Process { resident, virtual_size, cpu, descriptors, most_descriptors, threads } = process();
        assert!(resident.is_some_and(|bytes| 1_000_000.0 < bytes) && resident < virtual_size);
        assert!(cpu.is_some_and(|seconds| 0.0 <= seconds));
        assert!(descriptors.is_some_and(|count| 3.0 <= count) && descriptors < most_descriptors);
        assert!(threads.is_some_and(|count| 1.0 <= count));
    }

    #[test]
    fn a_name_with_brackets_does_not_shift_the_fields() {
        assert_eq!(cpu("7 (a) b) S 1 1 1 0 -1 0 0 0 0 0 150 50 0 0"), Some(2.0));
        assert_eq!(cpu(""), None);
    }
}
