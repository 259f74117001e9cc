//! What is wrong with a network, all at once and before anything is built.

mod drives;
mod populations;
mod projections;
mod row;

use super::{Network, Values};

/// Poisson events that a cell may receive in one step, on average.
pub const MAX_POISSON_MEAN: f64 = 60.0;

/// Something wrong with a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct Flaw {
    /// The part at fault, such as `populations[1].model.tau_w_ms`.
    pub field: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// Every flaw of a network; rows of connections are looked at where they are listed, else when an engine reads them.
#[must_use]
pub fn check(network: &Network<'_>) -> Vec<Flaw> {
    let mut check = Check { flaws: Vec::new() };
    check.above("dt_ms", network.dt_ms, 0.0, "give the step in ms, for example 0.1");
    check.names("populations", network.populations.iter().map(|population| &population.name));
    check.names("projections", network.projections.iter().map(|projection| &projection.name));
    check.names("drives", network.drives.iter().map(|drive| &drive.name));
    for (index, population) in network.populations.iter().enumerate() {
        check.population(&format!("populations[{index}]"), population, network.dt_ms);
    }
    for (index, projection) in network.projections.iter().enumerate() {
        check.projection(&format!("projections[{index}]"), projection, network);
    }
    for (index, drive) in network.drives.iter().enumerate() {
        check.drive(&format!("drives[{index}]"), drive, network);
    }
    check.recording(network);
    check.flaws
}
struct Check {
    flaws: Vec<Flaw>,
}

impl Check {
    fn flaw(&mut self, field: &str, message: impl Into<String>, remedy: &str) {
        self.flaws.push(Flaw { field: field.to_owned(), message: message.into(), remedy: remedy.to_owned() });
    }

    fn above(&mut self, field: &str, value: f64, low: f64, remedy: &str) {
        if !(value > low && value.is_finite()) {
            self.flaw(field, format!("must be a finite number above {low}, got {value}"), remedy);
        }
    }

    fn finite(&mut self, field: &str, value: f64) {
        if !value.is_finite() {
            self.flaw(field, format!("must be finite, got {value}"), "give a number");
        }
    }

    fn names<'n>(&mut self, field: &str, names: impl Iterator<Item = &'n String>) {
        let mut sorted: Vec<&String> = names.collect();
        sorted.sort();
        if sorted.first().is_some_and(|name| name.is_empty()) {
            self.flaw(field, "an empty name", "name every entry; its draws are keyed by the name");
        }
        for pair in sorted.windows(2).filter(|pair| pair[0] == pair[1]) {
            self.flaw(field, format!("{:?} is named twice", pair[0]), "names must differ: draws are keyed by them");
        }
    }

    /// Every value fits, and there is one per cell or one for all.
    fn values(&mut self, field: &str, values: &Values, n_cells: u32, must: &str, fits: impl Fn(f64) -> bool) {
        if let Some(length) = values.len().filter(|length| *length != n_cells as usize) {
            self.flaw(field, format!("{length} values for {n_cells} cells"), "give one value per cell, or one for all");
        }
        if let Some((cell, value)) = values.iter().enumerate().find(|(_, value)| !fits(*value)) {
            let at = if values.is_same() { String::new() } else { format!(" for cell {cell}") };
            self.flaw(
                field,
                format!("must be {must}, got {value}{at}"),
                "give a number in the unit that the field's name ends in",
            );
        }
    }

    fn positive(&mut self, field: &str, values: &Values, n_cells: u32) {
        self.values(field, values, n_cells, "a finite number above 0", |value| value > 0.0 && value.is_finite());
    }

    fn any(&mut self, field: &str, values: &Values, n_cells: u32) {
        self.values(field, values, n_cells, "finite", f64::is_finite);
    }

    fn not_negative(&mut self, field: &str, values: &Values, n_cells: u32) {
        self.values(field, values, n_cells, "a finite number of 0 or more", |value| value >= 0.0 && value.is_finite());
    }

    /// The reset lies below the threshold, or a cell would fire for ever.
    fn reset(&mut self, at: &str, reset: &Values, threshold: &Values, n_cells: u32) {
        let long_enough = |values: &Values| values.len().is_none_or(|length| length == n_cells as usize);
        if !(long_enough(reset) && long_enough(threshold)) {
            return;
        }
        if let Some(cell) = (0..n_cells as usize).find(|cell| reset.at(*cell) >= threshold.at(*cell)) {
            let (from, to) = (reset.at(cell), threshold.at(cell));
            self.flaw(
                &format!("{at}.v_reset_mv"),
                format!("must lie below the threshold, got {from} against {to} mV for cell {cell}"),
                "lower the reset or raise the threshold",
            );
        }
    }
}
