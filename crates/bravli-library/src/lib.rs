//! Search over papers and facts.
