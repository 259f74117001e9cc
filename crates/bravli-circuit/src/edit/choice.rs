//! Which connections an edit names.

use super::EditError;
use crate::wire::Circuit;
use bravli_recipe::{nearest, shell_match};

/// Most names that an error lists.
const MOST_TOLD: usize = 12;

/// Populations at both ends, and what lies between them.
pub(super) struct Choice {
    /// Whether each population of the column is a source.
    pub(super) pre: Vec<bool>,
    /// Whether each is a target.
    pub(super) post: Vec<bool>,
    /// Whether each pathway of the header is chosen.
    pub(super) pathways: Vec<bool>,
    /// Connections chosen, by pathway of the header.
    pub(super) counts: Vec<u64>,
}

impl Choice {
    /// The populations that match; connections are not looked at.
    pub(super) fn populations(circuit: &Circuit, pre: &str, post: &str) -> Result<[Vec<bool>; 2], EditError> {
        let names: Vec<&str> = circuit.column.header.populations.iter().map(|known| known.name.as_str()).collect();
        let matching = |end: &'static str, pattern: &str| {
            let found: Vec<bool> = names.iter().map(|name| shell_match(pattern, name)).collect();
            if found.contains(&true) {
                return Ok(found);
            }
            Err(EditError::NoPopulation { end, pattern: pattern.to_owned(), known: near(pattern, &names) })
        };
        Ok([matching("pre", pre)?, matching("post", post)?])
    }

    /// The connections between populations, of synapse classes that match.
    pub(super) fn connections(circuit: &Circuit, pre: &str, post: &str, class: &str) -> Result<Self, EditError> {
        let [from, to] = Self::populations(circuit, pre, post)?;
        let header = &circuit.header;
        let is_class: Vec<bool> = header.classes.iter().map(|name| shell_match(class, name)).collect();
        if !is_class.contains(&true) {
            let names: Vec<&str> = header.classes.iter().map(String::as_str).collect();
            return Err(EditError::NoClass { pattern: class.to_owned(), known: near(class, &names) });
        }
        let populations = &circuit.column.header.populations;
        let has = |end: &[bool], name: &str| populations.iter().zip(end).any(|(known, is)| *is && known.name == name);
        let pathways: Vec<bool> = header
            .pathways
            .iter()
            .map(|p| is_class[usize::from(p.class)] && has(&from, &p.pre) && has(&to, &p.post))
            .collect();
        let mut choice = Self { pre: from, post: to, counts: vec![0; pathways.len()], pathways };
        for_each_row(circuit, |_, _, pathway| {
            if choice.pathways[pathway] {
                choice.counts[pathway] += 1;
            }
        });
        if choice.n() > 0 {
            return Ok(choice);
        }
        let of_class = if class == "*" { String::new() } else { format!(" of class {class}") };
        let known = connected(circuit, &choice);
        Err(EditError::NoPathway { pre: pre.to_owned(), post: post.to_owned(), class: of_class, known })
    }

    /// Connections chosen.
    pub(super) fn n(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// Calls `visit` with (source, row, pathway of the header) for all rows.
pub(super) fn for_each_row(circuit: &Circuit, mut visit: impl FnMut(usize, usize, usize)) {
    let (connections, targets) = (circuit.connections(), circuit.edges.targets());
    let types = connections.sources.types;
    for source in 0..connections.n_sources() {
        for row in connections.rows(source) {
            let to = types[targets[row] as usize];
            if let Some(pathway) = circuit.header.pathway_index(types[source], to) {
                visit(source, row, pathway);
            }
        }
    }
}

/// Names for an error: near ones, else the first of all.
pub(super) fn near(wanted: &str, names: &[&str]) -> String {
    let near = nearest(wanted, names.iter().copied());
    if !near.is_empty() {
        return format!("nearest {}", near.join(", "));
    }
    let more = if names.len() > MOST_TOLD { format!(" and {} more", names.len() - MOST_TOLD) } else { String::new() };
    format!("{}{more}", names.iter().take(MOST_TOLD).copied().collect::<Vec<_>>().join(", "))
}

/// Pathways with connections for an error: those that share an end with what was asked for come first.
fn connected(circuit: &Circuit, choice: &Choice) -> String {
    let mut made = circuit.summarise();
    let populations = &circuit.column.header.populations;
    let has = |end: &[bool], name: &str| populations.iter().zip(end).any(|(known, is)| *is && known.name == name);
    made.sort_by_key(|pathway| !(has(&choice.pre, &pathway.pre) || has(&choice.post, &pathway.post)));
    let shown: Vec<String> = made.iter().take(MOST_TOLD).map(|p| format!("{}->{}", p.pre, p.post)).collect();
    shown.join(", ")
}
