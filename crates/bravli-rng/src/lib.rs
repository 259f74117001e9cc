//! Counter-based draws: a number is a function of (seed, purpose, entity, index).
