//! Types of edges: one for every combination of rules that made some.

use crate::population::TypeTable;
use bravli_circuit::EdgeHeader;

/// Columns of the table; `pathway` joins the two populations, the rules stand with file and line.
const COLUMNS: [&str; 9] = [
    "pathway",
    "source_query",
    "target_query",
    "model_template",
    "synapse_class",
    "pathway_rule",
    "synapse_rule",
    "count_rule",
    "attenuation",
];

/// What a rule is called that does not exist; a gap would turn filters over the table off.
const NO_RULE: &str = "none";

/// The pathways of a header, numbered from `first_type` on.
pub(super) fn types(header: &EdgeHeader, first_type: i32) -> TypeTable {
    let rows = header.pathways.iter().enumerate().map(|(index, pathway)| {
        let query = |name: &str| format!("pop_name=='{name}'");
        let class = header.classes.get(usize::from(pathway.class)).map_or("", String::as_str);
        let values = [
            format!("{}->{}", pathway.pre, pathway.post),
            query(&pathway.pre),
            query(&pathway.post),
            super::SYNAPSE_TEMPLATE.to_owned(),
            class.to_owned(),
            pathway.pathway_rule.clone(),
            pathway.synapse_rule.clone(),
            pathway.count_rule.clone().unwrap_or_else(|| NO_RULE.to_owned()),
            pathway.attenuation.to_string(),
        ];
        (i64::from(first_type) + index as i64, values.into_iter().map(Some).collect())
    });
    TypeTable { columns: COLUMNS.map(str::to_owned).to_vec(), rows: rows.collect() }
}
