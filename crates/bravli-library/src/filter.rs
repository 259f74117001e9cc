//! Filters on rows.

use crate::cells::Cells;
use crate::entry::{Aspects, Entry};
use crate::error::LibraryError;
use crate::hit::HitKind;
use crate::layers::{Layers, Overlap};
use crate::thesaurus::{Kind, Relation, TermId, Thesaurus};
use crate::tokens::Cutter;
use bravli_facts::{QUANTITIES, Quantity, nearest};

/// Longest value of a filter or field, in characters.
const MOST_CHARS: usize = 200;

/// What rows must be of; an empty field leaves all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// Species, in any spelling of its term.
    pub species: String,
    /// Brain region; a region holds its parts.
    pub region: String,
    /// Layer, such as `L2/3`; a layer holds its sublayers.
    pub layer: String,
    /// Cell type on either side; a type holds its subtypes.
    pub cell: String,
    /// State, such as `awake`, `anaesthetised`, `slice` or `model`.
    pub state: String,
    /// Quantity, by its name or in words; papers pass when they are the source of such a fact.
    pub quantity: String,
    /// Earliest year; 0 for any.
    pub year_from: i32,
    /// Latest year; 0 for any.
    pub year_to: i32,
}

/// Filters, read.
#[derive(Debug, Default)]
pub(crate) struct Sieve {
    species: Vec<TermId>,
    regions: Vec<TermId>,
    layers: Layers,
    cells: Vec<TermId>,
    states: Vec<TermId>,
    quantities: Vec<&'static str>,
    years: (i32, i32),
    /// Whether everything passes.
    is_open: bool,
}

impl Sieve {
    /// Lets everything through.
    pub(crate) fn default_open() -> Self {
        Self { years: (0, i32::MAX), is_open: true, ..Self::default() }
    }

    /// # Errors
    /// [`LibraryError::UnknownFilter`] with the nearest values.
    pub(crate) fn read(filters: &Filters, thesaurus: &Thesaurus, cutter: &mut Cutter) -> Result<Self, LibraryError> {
        let fields = [
            ("species", &filters.species),
            ("region", &filters.region),
            ("layer", &filters.layer),
            ("cell", &filters.cell),
            ("state", &filters.state),
            ("quantity", &filters.quantity),
        ];
        for (field, text) in fields {
            is_short(field, text)?;
        }
        let mut terms = |field: &'static str, text: &str, kind: Kind| -> Result<Vec<TermId>, LibraryError> {
            if text.trim().is_empty() {
                return Ok(Vec::new());
            }
            // facets name terms by their keys
            if let Some(id) = thesaurus.by_key(text.trim()).filter(|id| thesaurus.entry(*id).kind == kind) {
                return Ok(vec![id]);
            }
            let words: Vec<_> = cutter.cut(text).into_iter().filter(|word| !word.tokens.is_empty()).collect();
            let is_kind = |id: &TermId| thesaurus.entry(*id).kind == kind;
            let mut found = thesaurus.find(&words);
            found.retain(|found| !found.is_related && found.terms.iter().any(is_kind));
            // every word must be understood: `rats of unusual size` are no rats
            let n_read: usize = found.iter().map(|found| found.words.1 - found.words.0).sum();
            let ids: Vec<TermId> = found.into_iter().flat_map(|found| found.terms).filter(is_kind).collect();
            if ids.is_empty() || n_read < words.len() {
                let known = thesaurus.all().filter(|(_, term)| term.kind == kind);
                let names: Vec<&str> =
                    known.flat_map(|(_, term)| term.exact.iter().map(|form| form.text.as_str())).collect();
                return Err(unknown(field, text, &names));
            }
            Ok(ids)
        };
        let species = terms("species", &filters.species, Kind::Species)?;
        let regions = terms("region", &filters.region, Kind::Region)?;
        let cells = terms("cell", &filters.cell, Kind::Cell)?;
        let states = terms("state", &filters.state, Kind::State)?;
        let quantities = match Quantity::find(filters.quantity.trim()) {
            Some(quantity) => vec![quantity.name],
            None => {
                let ids = terms("quantity", &filters.quantity, Kind::Quantity).map_err(|_| {
                    let names: Vec<&str> = QUANTITIES.iter().map(|quantity| quantity.name).collect();
                    unknown("quantity", &filters.quantity, &names)
                })?;
                let names = ids.iter().flat_map(|id| thesaurus.entry(*id).quantities.iter());
                let held: Vec<&'static str> =
                    names.filter_map(|name| Quantity::find(name)).map(|quantity| quantity.name).collect();
                if held.is_empty() && !filters.quantity.trim().is_empty() {
                    // a quantity that no record may have
                    let names: Vec<&str> = QUANTITIES.iter().map(|quantity| quantity.name).collect();
                    return Err(unknown("quantity", &filters.quantity, &names));
                }
                held
            }
        };
        let layers = Cells::of_words(&cutter.cut(&filters.layer), thesaurus).layers;
        if layers.is_empty() && !filters.layer.trim().is_empty() {
            return Err(unknown("layer", &filters.layer, &["L1", "L2", "L2/3", "L3", "L4", "L5", "L5A", "L5B", "L6"]));
        }
        let years = (filters.year_from, if filters.year_to == 0 { i32::MAX } else { filters.year_to });
        if years.0 > years.1 {
            return Err(LibraryError::Years { from: years.0, to: years.1 });
        }
        let is_open = *filters == Filters::default();
        Ok(Self { species, regions, layers, cells, states, quantities, years, is_open })
    }

    /// Whether a record passes; `measured` tells whether a paper is the source of a fact of one of these quantities.
    pub(crate) fn passes(
        &self,
        entry: &Entry,
        thesaurus: &Thesaurus,
        measured: &dyn Fn(&str, &[&'static str]) -> bool,
    ) -> bool {
        if self.is_open {
            return true;
        }
        let aspects = &entry.aspects;
        let any_within = |asked: &[TermId], held: &[TermId]| {
            asked.is_empty() || asked.iter().any(|top| held.iter().any(|id| thesaurus.is_within(*id, *top)))
        };
        let quantity = self.quantities.is_empty()
            || match entry.hit.kind {
                HitKind::Fact => self.quantities.contains(&entry.hit.title.as_str()),
                HitKind::Paper => measured(&entry.hit.key, &self.quantities),
            };
        let year = self.years == (0, i32::MAX) || (self.years.0..=self.years.1).contains(&aspects.year);
        let layer = self.layers.is_empty()
            || sides(aspects)
                .any(|cells| !matches!(self.layers.overlap(cells.layers), Overlap::Different | Overlap::Unstated));
        let cell = self.cells.is_empty()
            || sides(aspects).any(|cells| {
                let fits = |asked: &TermId| {
                    cells.classes.iter().any(|held| thesaurus.relation(*asked, *held) >= Relation::Narrower)
                };
                self.cells.iter().any(fits)
            });
        quantity
            && year
            && layer
            && cell
            && any_within(&self.species, &aspects.species)
            && any_within(&self.regions, &aspects.regions)
            && any_within(&self.states, &aspects.states)
    }
}

pub(crate) fn sides(aspects: &Aspects) -> impl Iterator<Item = &Cells> {
    let ends = aspects.ends.iter().flat_map(|(pre, post)| [pre, post]);
    std::iter::once(&aspects.cell).chain(ends)
}

/// Refuses a field that is too long to be a name.
pub(crate) fn is_short(field: &'static str, text: &str) -> Result<(), LibraryError> {
    let chars = text.chars().take(MOST_CHARS + 1).count();
    if chars > MOST_CHARS { Err(LibraryError::LongField { field, limit: MOST_CHARS }) } else { Ok(()) }
}

fn unknown(field: &'static str, value: &str, names: &[&str]) -> LibraryError {
    let mut near = nearest(value, names.iter().copied());
    if near.is_empty() {
        // `rats of unusual size` may mean rats
        near = value.split_whitespace().take(8).flat_map(|word| nearest(word, names.iter().copied())).take(6).collect();
    }
    if near.is_empty() {
        near = names.iter().take(12).map(|name| (*name).to_owned()).collect();
    }
    LibraryError::UnknownFilter { field, value: value.to_owned(), nearest: near.join(", ") }
}
