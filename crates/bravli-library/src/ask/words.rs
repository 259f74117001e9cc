//! A query as words, with what stands between them.

use super::Known;
use crate::cells::{Cells, is_class};
use crate::thesaurus::{Found, Kind, TermId, Thesaurus};
use crate::tokens::{Cutter, Mark, Word};
use std::collections::HashSet;

/// Words of questions that no record is about.
const FILLER: &str = "about according actually average averaged available best can case cell cells could data did does \
    done else estimate estimated ever evidence exact exactly experimental experimentally figure find found get give given \
    got had has have help her here his however i know known let like likely list literature look made make me mean nearby neighbouring neighboring \
    measured measurement measurements my near need neuron neurons number obtain often one ones our paper papers \
    people please published recorded reference report reported reports roughly say see set should show shown single \
    some source study studies such taken tell than there these they those true typical typically under us use used \
    using usual usually value values want was we were when where while who whose why will would you your \
    bei beim gibt gross groß über uber bekommt bekommen erhält erhalt haben hat hoch kann man nervenzelle nervenzellen neuronen oder pro sich sie viel viele war wert \
    werte werden wieviel wird zelle zellen et al etc vs versus via per";

/// Words of a query, cut.
pub(super) struct Marked {
    /// Words that carry meaning.
    pub(super) words: Vec<Word>,
    /// Marks, each with the index of the word that follows.
    pub(super) marks: Vec<(usize, Mark)>,
    /// Corrections that were made: as typed, as read.
    pub(super) corrections: Vec<(String, String)>,
}

/// An abbreviation that names a cell and a region (BC) is the region where another cell is named or a species precedes.
pub(super) fn settle(found: &mut [Found], thesaurus: &Thesaurus) {
    let kind = |id: &TermId| thesaurus.entry(*id).kind;
    let is_mixed = |hit: &Found| {
        hit.terms.iter().any(|id| kind(id) == Kind::Cell) && hit.terms.iter().any(|id| kind(id) == Kind::Region)
    };
    let names_cell = found.iter().any(|hit| !is_mixed(hit) && hit.terms.iter().any(|id| is_class(*id, thesaurus)));
    for at in 0..found.len() {
        let after_species = at > 0 && found[at - 1].terms.iter().any(|id| kind(id) == Kind::Species);
        if is_mixed(&found[at]) {
            let wanted = if names_cell || after_species { Kind::Region } else { Kind::Cell };
            found[at].terms.retain(|id| kind(id) == wanted);
        }
    }
}

/// Words and marks of a query, with misspellings corrected.
pub(super) fn cut(text: &str, known: &Known<'_>, cutter: &mut Cutter) -> Marked {
    let mut words: Vec<Word> = Vec::new();
    let mut marks = Vec::new();
    let mut corrections = Vec::new();
    for word in cutter.cut(text) {
        if let Some((left, right, is_pair)) = two_cells(&word, known.thesaurus, cutter) {
            words.extend(left);
            if is_pair {
                marks.push((words.len(), Mark::Dash));
            }
            words.extend(right);
            continue;
        }
        marks.extend(word.mark.map(|mark| (words.len(), mark)));
        if word.tokens.is_empty() {
            continue;
        }
        let mut word = word;
        if matches!(word.raw.as_str(), "5A" | "5B" | "6A" | "6B") {
            let layer = cutter.cut(&format!("L{}", word.raw));
            word.tokens = layer.into_iter().flat_map(|word| word.tokens).collect();
        }
        let is_author = (known.is_author)(&word.raw.to_lowercase());
        let lower = word.raw.to_lowercase();
        if word.tokens.len() == 1
            && !is_author
            && !(known.is_filler)(&lower)
            && word.mark.is_none()
            && let Some(meant) = (known.correct)(&lower)
        {
            corrections.push((word.raw.clone(), meant.clone()));
            let mark = word.mark;
            word = cutter.cut(&meant).into_iter().next().unwrap_or(word);
            word.mark = mark;
        }
        words.push(word);
    }
    Marked { words, marks, corrections }
}

/// `PV-PC`, `L4-L2/3`, `E/I`: two cells joined by a sign.
pub(super) fn two_cells(
    word: &Word,
    thesaurus: &Thesaurus,
    cutter: &mut Cutter,
) -> Option<(Vec<Word>, Vec<Word>, bool)> {
    let (left, right) = word.raw.split_once('-')?;
    if word.tokens.first().is_some_and(|token| crate::layers::Layers::of_token(token).is_some())
        || thesaurus.find(std::slice::from_ref(word)).iter().any(|found| {
            found.terms.iter().any(|id| is_class(*id, thesaurus)) && {
                // the whole is a spelling of its own, as in `fast-spiking`
                let whole = word.tokens.first();
                found.terms.iter().any(|id| {
                    thesaurus.entry(*id).exact.iter().any(|form| form.tokens.len() == 1 && form.tokens.first() == whole)
                })
            }
        })
    {
        return None;
    }
    let mut side = |text: &str| {
        let words: Vec<Word> = cutter.cut(text).into_iter().filter(|word| !word.tokens.is_empty()).collect();
        (!Cells::of_words(&words, thesaurus).is_empty()).then_some(words)
    };
    let (left, right) = (side(left)?, side(right)?);
    let (before, after) = (Cells::of_words(&left, thesaurus), Cells::of_words(&right, thesaurus));
    // `L4-Pyramidenzelle` is one cell
    let is_one = before.classes.is_empty() && after.layers.is_empty() && !after.classes.is_empty();
    Some((left, right, !is_one))
}

/// Runs of letters and digits, in lower case.
pub(super) fn pieces(text: &str) -> Vec<String> {
    let folded = crate::fold::fold(text).to_lowercase();
    let runs = folded.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|run| !run.is_empty());
    runs.flat_map(|run| std::iter::once(run).chain(run.split('_').filter(move |part| *part != run)))
        .map(str::to_owned)
        .collect()
}

/// Words of questions that no record is about, as typed and stemmed.
pub(crate) fn filler(cutter: &mut Cutter) -> HashSet<String> {
    FILLER.split_whitespace().flat_map(|word| [word.to_owned(), cutter.stem(word)]).collect()
}
