//! A Python script in the making, with its arrays, notes and refusals.

use super::columns::Columns;
use super::npy::{Element, npy};
use super::{File, Files, MAX_CONNECTIONS, SCRIPT, Untranslated};
use crate::network::{Effect, Network, Profile, Values, check};
use std::fmt::Write;

pub(super) struct Script {
    pub(super) engine: &'static str,
    /// Steps of the run.
    pub(super) n_steps: u64,
    dt_ms: f64,
    code: String,
    files: Vec<File>,
    notes: Vec<String>,
    refused: Vec<Untranslated>,
}

impl Script {
    /// A script without code, or what is wrong with the network.
    pub(super) fn new(
        engine: &'static str,
        network: &Network<'_>,
        duration_ms: f64,
    ) -> Result<Self, Vec<Untranslated>> {
        let mut script = Self {
            engine,
            n_steps: network.steps(duration_ms),
            dt_ms: network.dt_ms,
            code: String::new(),
            files: Vec::new(),
            notes: Vec::new(),
            refused: Vec::new(),
        };
        for flaw in check(network) {
            script.refuse(flaw.field, flaw.message, flaw.remedy);
        }
        if !script.refused.is_empty() {
            return Err(script.refused);
        }
        let expected: f64 = network.projections.iter().map(|projection| projection.wiring(network).expected()).sum();
        if expected > MAX_CONNECTIONS {
            let message =
                format!("about {expected:.0} connections are more than the {MAX_CONNECTIONS:.0} that are listed");
            script.refuse("projections", message, "export a smaller circuit");
            return Err(script.refused);
        }
        if !network.recording.traces.is_empty() || !network.recording.weights.is_empty() {
            script.note("Spikes are recorded; the traces and weights that the description asks for are not.");
        }
        Ok(script)
    }

    /// All connections of every projection; what is flawed is refused.
    pub(super) fn columns(&mut self, network: &Network<'_>) -> Vec<Columns> {
        let mut all = Vec::with_capacity(network.projections.len());
        for (index, projection) in network.projections.iter().enumerate() {
            let effect = network.populations[projection.target].receptors[projection.receptor].effect;
            let conductance = !matches!(effect, Effect::Current | Effect::Silent);
            all.push(Columns::of(projection, network, conductance).unwrap_or_else(|message| {
                self.refuse(format!("projections[{index}]"), message, "mend the row");
                Columns::default()
            }));
        }
        all
    }

    pub(super) fn line(&mut self, text: impl AsRef<str>) {
        self.code.push_str(text.as_ref());
        self.code.push('\n');
    }

    /// Tells an assumption once.
    pub(super) fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }

    pub(super) fn refuse(&mut self, field: impl Into<String>, message: impl Into<String>, remedy: impl Into<String>) {
        self.refused.push(Untranslated {
            engine: self.engine,
            field: field.into(),
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    /// Keeps an array; gives the expression that reads it.
    pub(super) fn data<T: Element>(&mut self, name: &str, values: &[T]) -> String {
        self.files.push(File { name: format!("data/{name}.npy"), bytes: npy(values) });
        format!("load({})", quoted(name))
    }

    /// A number, or the expression that reads one per cell.
    pub(super) fn values(&mut self, name: &str, values: &Values) -> String {
        match values {
            Values::Same(value) => number(*value),
            Values::Each(values) => self.data(name, values),
        }
    }

    /// The same of values derived from several columns.
    pub(super) fn derived(&mut self, name: &str, of: &[&Values], n: u32, value: impl Fn(usize) -> f64) -> String {
        if of.iter().all(|values| values.is_same()) {
            return number(value(0));
        }
        let values: Vec<f64> = (0..n as usize).map(value).collect();
        self.data(name, &values)
    }

    /// (step, value) wherever a number over time changes at the start of a step of the run, the first step included.
    pub(super) fn changes(&self, at: impl Fn(f64) -> f64) -> Vec<(u64, f64)> {
        let mut all: Vec<(u64, f64)> = Vec::new();
        for step in 0..self.n_steps {
            let value = at(step as f64 * self.dt_ms);
            if all.last().is_none_or(|(_, last)| *last != value) {
                all.push((step, value));
            }
        }
        all
    }

    /// The files, or all refusals.
    pub(super) fn finish(mut self, network: &Network<'_>, head: &str, tail: &str) -> Result<Files, Vec<Untranslated>> {
        if !self.refused.is_empty() {
            return Err(self.refused);
        }
        let mut text = format!(
            "#!/usr/bin/env python3\n\"\"\"A network written by bravli for {}; run `python simulate.py --help` for its options.\n\n\
             Units are mV, ms, nS, pA and pF. A spike stands at the end of the step in which its cell crosses the threshold; with a\n\
             delay of d steps it acts from the start of the d-th step after that.\n",
            self.engine
        );
        if !self.notes.is_empty() {
            text.push_str("\nWhat this engine does in its own way:\n");
            for note in &self.notes {
                let _ = writeln!(text, "- {}", note.replace('\\', "/").replace("\"\"\"", "'''"));
            }
        }
        text.push_str("\"\"\"\n\n");
        text.push_str(head);
        text = text
            .replace("@DT@", &number(network.dt_ms))
            .replace("@STEPS@", &self.n_steps.to_string())
            .replace("@SEED@", &(network.seed % (1 << 31)).max(1).to_string());
        text.push('\n');
        text.push_str(&self.code);
        text.push('\n');
        text.push_str(tail);
        self.files.insert(0, File { name: SCRIPT.to_owned(), bytes: text.into_bytes() });
        Ok(Files { files: self.files, notes: self.notes })
    }
}

/// A Python string.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A Python float.
pub(super) fn number(value: f64) -> String {
    format!("{value:?}")
}

/// A Python list of floats.
pub(super) fn numbers(values: &[f64]) -> String {
    format!("[{}]", values.iter().map(|value| number(*value)).collect::<Vec<_>>().join(", "))
}

/// A name as it can stand within an identifier.
pub(super) fn identifier(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

/// Whether a rate is the same at all times.
pub(super) fn constant(profile: &Profile) -> Option<f64> {
    match profile {
        Profile::Constant(value) => Some(*value),
        Profile::Pieces(_) => None,
    }
}

/// Factor that brings e^{−t/decay} − e^{−t/rise} to a peak of one.
pub(super) fn peak_factor(rise_ms: f64, decay_ms: f64) -> f64 {
    let peak_ms = rise_ms * decay_ms / (decay_ms - rise_ms) * (decay_ms / rise_ms).ln();
    1.0 / ((-peak_ms / decay_ms).exp() - (-peak_ms / rise_ms).exp())
}

/// Integral of a course with a peak of one, ms.
pub(super) fn charge(rise_ms: Option<f64>, decay_ms: f64) -> f64 {
    rise_ms.map_or(decay_ms, |rise| peak_factor(rise, decay_ms) * (decay_ms - rise))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_python() {
        assert_eq!(quoted("L2/3 \"E\"\n"), "\"L2/3 \\\"E\\\"\\u000a\"");
        assert_eq!(number(250.0), "250.0");
        assert_eq!(identifier("L2/3-E"), "L2_3_E");
    }

    #[test]
    fn biexponentials_peak_at_one() {
        let factor = peak_factor(0.2, 1.7);
        let course = |t: f64| factor * ((-t / 1.7).exp() - (-t / 0.2).exp());
        let peak = (0..10_000).map(|i| course(f64::from(i) * 1e-3)).fold(0.0, f64::max);
        assert!((peak - 1.0).abs() < 1e-5, "{peak}");
    }
}
