//! What m-types were called in 2015 and are called since 2018.

/// An m-type of 2015 and those that took its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renamed {
    /// Name in 2015 (v5).
    pub older: &'static str,
    /// Names since 2018 (O1, v7).
    pub newer: &'static [&'static str],
    /// Whether the match is inferred, from the order and shares of the types, rather than stated anywhere.
    pub inferred: bool,
}

const fn stated(older: &'static str, newer: &'static [&'static str]) -> Renamed {
    Renamed { older, newer, inferred: false }
}

const fn inferred(older: &'static str, newer: &'static [&'static str]) -> Renamed {
    Renamed { older, newer, inferred: true }
}

/// Every name that changed.
pub const RENAMED: [Renamed; 18] = [
    stated("L23_PC", &["L2_IPC", "L2_TPC:A", "L2_TPC:B", "L3_TPC:A", "L3_TPC:C", "L3_TPC:B"]),
    inferred("L4_PC", &["L4_TPC"]),
    inferred("L4_SP", &["L4_UPC"]),
    inferred("L4_SS", &["L4_SSC"]),
    stated("L5_TTPC1", &["L5_TPC:A"]),
    stated("L5_TTPC2", &["L5_TPC:B"]),
    stated("L5_STPC", &["L5_TPC:C"]),
    stated("L5_UTPC", &["L5_UPC"]),
    inferred("L6_TPC_L1", &["L6_TPC:A"]),
    inferred("L6_TPC_L4", &["L6_TPC:C"]),
    inferred("L6_UTPC", &["L6_UPC"]),
    stated("L23_ChC", &["L23_CHC"]),
    stated("L4_ChC", &["L4_CHC"]),
    stated("L5_ChC", &["L5_CHC"]),
    stated("L6_ChC", &["L6_CHC"]),
    stated("L1_DLAC", &["L1_LAC"]),
    stated("L1_SLAC", &["L1_SAC"]),
    // between O1 (2018) and v7 (2020)
    stated("L3_TPC:B", &["L3_TPC:C"]),
];

/// What became of an older name.
#[must_use]
pub fn renamed(older: &str) -> Option<&'static Renamed> {
    RENAMED.iter().find(|r| r.older == older)
}

/// Names of 2015 alone, which no recipe since uses.
pub(crate) fn is_of_2015(mtype: &str) -> bool {
    mtype != "L3_TPC:B" && renamed(mtype).is_some()
}

/// Names since 2018 alone.
pub(crate) fn is_since_2018(mtype: &str) -> bool {
    RENAMED.iter().any(|r| r.newer.contains(&mtype))
}
