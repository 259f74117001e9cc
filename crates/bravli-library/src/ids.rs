//! Numbers for tokens: a record knows its tokens by number, which compares faster than text.

use std::collections::HashMap;

/// Tokens by number.
#[derive(Debug, Default)]
pub(crate) struct Ids(HashMap<String, u32>);

impl Ids {
    /// The number of a token, given now if it has none.
    pub(crate) fn take(&mut self, token: &str) -> u32 {
        if let Some(id) = self.0.get(token) {
            return *id;
        }
        let id = self.0.len() as u32;
        self.0.insert(token.to_owned(), id);
        id
    }

    /// The number of a token, if any record holds it.
    pub(crate) fn get(&self, token: &str) -> Option<u32> {
        self.0.get(token).copied()
    }
}
