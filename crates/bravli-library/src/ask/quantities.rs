//! Which quantities a query asks for: by name, or in other words.

use super::Ask;
use super::words::pieces;
use crate::cells::layers_of;
use crate::phrasing::Told;
use crate::thesaurus::{Found, Kind, TermId, Thesaurus};
use crate::tokens::{Cutter, Word};
use bravli_facts::{Context, Quantity};
use std::collections::BTreeSet;

/// Words of names of cells that questions use otherwise as well.
const FIRING_WORDS: [&str; 14] = [
    "adapting",
    "burst",
    "bursting",
    "fast",
    "intrinsically",
    "irregular",
    "late",
    "low",
    "non",
    "regular",
    "spiking",
    "threshold",
    "thick",
    "units",
];

/// Weight of a quantity that a spelling only comes near to.
const NEAR: f32 = 0.6;

/// Weight of a quantity that is asked for in other words beside one that is named.
const BESIDE_NAME: f32 = 0.7;

/// Quantities that are named where something else of the response is asked.
const RESPONSES: [&str; 2] = ["synapse.uepsp_amplitude", "synapse.uipsp_amplitude"];

/// Weight of such a quantity then.
const OF_RESPONSE: f32 = 0.5;

impl Ask {
    /// How surely a quantity is asked for: 0 where it is not; 1 where none is.
    pub(crate) fn asks_for(&self, quantity: &str) -> f32 {
        if self.is_foreign {
            return 0.0;
        }
        if self.quantities.is_empty() {
            return 1.0;
        }
        self.quantities.iter().find(|(asked, _)| asked.name == quantity).map_or(0.0, |(_, weight)| *weight)
    }

    /// Whether a turn of phrase is all that tells what is asked, beside words that `is_known` does not know.
    pub(crate) fn is_bare(&self, is_known: impl Fn(&Word) -> bool) -> bool {
        let rest = (0..self.words.len()).filter(|at| !self.taken[*at] && !self.filler[*at]).map(|at| &self.words[at]);
        let (known, unknown): (Vec<_>, Vec<_>) = rest.partition(|word| is_known(word));
        let is_named = self.quantities.iter().any(|(_, weight)| *weight >= 1.0);
        let has_cells = !(self.pre.is_empty() && self.post.is_empty() && self.cells.is_empty());
        let is_placed = !(self.species.is_empty() && self.regions.is_empty() && self.authors.is_empty());
        !is_named && !has_cells && !is_placed && known.is_empty() && unknown.len() > 1
    }

    /// Whether the quantity asked for belongs to pairs of cells.
    pub(super) fn asks_pairs(&self) -> bool {
        self.quantities.is_empty() || self.quantities.iter().any(|(quantity, _)| is_of_pairs(quantity))
    }

    pub(super) fn read_quantities(&mut self, thesaurus: &Thesaurus) {
        let hits: Vec<Found> = self.found.clone();
        let is_quantity = |id: &&TermId| !thesaurus.entry(**id).quantities.is_empty();
        let exact = hits.iter().any(|found| !found.is_related && found.terms.iter().any(|id| is_quantity(&id)));
        for found in hits.iter().filter(|found| !(exact && found.is_related)) {
            for id in found.terms.iter().filter(is_quantity) {
                let term = thesaurus.entry(*id);
                let weight = if found.is_related { NEAR } else { 1.0 };
                for quantity in term.quantities.iter().filter_map(|name| Quantity::find(name)) {
                    self.add_quantity(quantity, weight);
                }
                if self.quantity_label.is_empty() {
                    self.quantity_label.clone_from(&term.label);
                }
                for word in &self.words[found.words.0..found.words.1] {
                    self.quantity_words.extend(pieces(&word.raw));
                }
                self.take(found.words);
            }
        }
        // the paired-pulse ratio of EPSPs is no amplitude
        let is_response = |quantity: &Quantity| RESPONSES.contains(&quantity.name);
        if self.quantities.iter().any(|(quantity, weight)| *weight >= 1.0 && !is_response(quantity)) {
            for (_, weight) in self.quantities.iter_mut().filter(|(quantity, _)| is_response(quantity)) {
                *weight *= OF_RESPONSE;
            }
        }
        for at in 0..self.words.len() {
            if let Some(quantity) = Quantity::find(&self.words[at].raw) {
                self.add_quantity(quantity, 1.0);
                self.taken[at] = true;
            }
        }
    }

    /// A quantity that is named but that no record may have, such as an axon's diameter.
    pub(super) fn read_foreign(&mut self, thesaurus: &Thesaurus) {
        if self.quantities.iter().any(|(_, weight)| *weight >= 1.0) {
            return;
        }
        for found in self.found.clone().iter().filter(|found| !found.is_related) {
            for id in &found.terms {
                let term = thesaurus.entry(*id);
                if term.kind == Kind::Quantity && term.quantities.is_empty() {
                    self.is_foreign = true;
                    self.quantities.clear();
                    self.quantity_label.clone_from(&term.label);
                    self.take(found.words);
                }
            }
        }
    }

    /// Whether a quantity is asked for by its name.
    pub(super) fn names(&self, quantity: &Quantity) -> bool {
        self.quantities.iter().any(|(asked, weight)| *asked == quantity && *weight >= 1.0)
    }

    pub(super) fn add_quantity(&mut self, quantity: &'static Quantity, weight: f32) {
        match self.quantities.iter_mut().find(|(held, _)| *held == quantity) {
            Some((_, held)) => *held = held.max(weight),
            None => self.quantities.push((quantity, weight)),
        }
    }

    /// Quantities asked for without their name; beside a name they count less.
    pub(super) fn read_phrasings(&mut self, text: &str, n_groups: usize, thesaurus: &Thesaurus, cutter: &mut Cutter) {
        // words of a cell's name tell nothing of the quantity: `fast-spiking` asks for no spikes
        let is_name = |piece: &String| self.named.contains(piece) && FIRING_WORDS.contains(&piece.as_str());
        let mut words: BTreeSet<String> = BTreeSet::new();
        for piece in pieces(text).into_iter().filter(|piece| !is_name(piece)) {
            words.insert(cutter.stem(&piece));
        }
        for (_, meant) in &self.corrections {
            words.insert(cutter.stem(meant));
        }
        if self.words.iter().any(|word| layers_of(word).is_some()) {
            words.insert(cutter.stem("layer"));
        }
        let unit = self.unit;
        let fits = |quantity: &Quantity| {
            let by_unit = match unit {
                "" => 1.0,
                unit if unit == quantity.unit => 1.4,
                _ => 0.5,
            };
            let by_cells = match quantity.context {
                Context::Cell if n_groups >= 2 => 0.6,
                Context::Ends if n_groups >= 2 => 1.2,
                _ => 1.0,
            };
            by_unit * by_cells
        };
        let Told { quantities: found, words: used } = thesaurus.phrasings.find(&words, fits);
        for at in 0..self.words.len() {
            let is_used = pieces(&self.words[at].raw).iter().any(|piece| used.contains(&cutter.stem(piece)));
            let is_corrected = self.words[at].tokens.iter().any(|token| used.contains(token));
            self.taken[at] |= is_used || is_corrected || self.words[at].mark.is_some();
        }
        let is_named = self.quantities.iter().any(|(_, weight)| *weight >= 1.0);
        // `how quickly does the EPSP fade` names the EPSP and asks for its decay
        let names: BTreeSet<String> = self.quantity_words.iter().map(|word| cutter.stem(word)).collect();
        let n_named = used.intersection(&names).count();
        let n_more = used.len() - n_named;
        let asks_more = is_named && (n_named == names.len() && n_more > 0 || n_named > 0 && n_more > 1);
        if asks_more && !found.iter().any(|(quantity, _)| self.names(quantity)) {
            for (_, weight) in &mut self.quantities {
                *weight *= BESIDE_NAME;
            }
        }
        let is_named = self.quantities.iter().any(|(_, weight)| *weight >= 1.0);
        let mut found = found;
        if is_named && names.contains("releas") {
            // the `probability` of a release probability is no connection's
            found.retain(|(quantity, _)| quantity.name != "connectivity.probability");
        }
        let Some(most) = found.first().map(|(_, told)| *told) else { return };
        if self.quantity_label.is_empty() {
            found[0].0.name.clone_into(&mut self.quantity_label);
        }
        for (quantity, told) in found {
            self.add_quantity(quantity, told / most * if is_named { BESIDE_NAME } else { 0.98 });
        }
    }
}

/// Whether a quantity belongs to pairs of cells.
pub(super) fn is_of_pairs(quantity: &Quantity) -> bool {
    quantity.context == Context::Ends
        || quantity.name.starts_with("synapse.")
        || quantity.name.starts_with("connectivity.")
}

/// The unit that a text names, as the vocabulary writes it; empty for none.
pub(super) fn unit(text: &str) -> &'static str {
    let folded = crate::fold::fold(text);
    for word in folded.split(|c: char| c.is_whitespace() || ",;?()[]".contains(c)) {
        let unit = match word.trim_end_matches('.') {
            "mV" | "mv" | "millivolt" | "millivolts" | "Millivolt" => "mV",
            "ms" | "msec" | "millisecond" | "milliseconds" | "Millisekunden" => "ms",
            "nS" | "nanosiemens" => "nS",
            "pA" | "picoamp" | "picoamps" | "picoampere" => "pA",
            "pF" | "picofarad" | "picofarads" => "pF",
            "MOhm" | "Mohm" | "MOhms" | "megaohm" | "megaohms" | "megohm" | "megohms" | "MΩ" | "MOmega" | "Momega" => {
                "MOhm"
            }
            "Hz" | "hz" | "hertz" | "Hertz" => "Hz",
            "um" | "micron" | "microns" | "micrometre" | "micrometres" | "micrometer" | "micrometers" => "um",
            "mM" | "millimolar" => "mM",
            "um/ms" => "um/ms",
            _ => continue,
        };
        return unit;
    }
    ""
}
