//! Cited values, spreads, preparations and ontology terms.
