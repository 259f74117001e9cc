//! What this machine offers.

/// Memory assumed free where the system does not say: enough for one column on a small workstation.
const ASSUMED_FREE_BYTES: u64 = 4 << 30;

/// Memory that a circuit may use, in bytes: nine tenths of what the system says is available.
#[must_use]
pub(crate) fn memory_bytes() -> u64 {
    let available = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("MemAvailable:"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    });
    available.map_or(ASSUMED_FREE_BYTES, |kib| kib * 1024) / 10 * 9
}

/// Threads to use where the request names none.
#[must_use]
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
