//! Artifacts on disk: immutable, named by content, whole or absent.

mod key;
mod record;
mod shelf;

pub(crate) use key::hex;
pub use key::{RESULTS_VERSION, content_key};
pub use record::{ArtifactRecord, Ledger, PayloadFile};
pub use shelf::Store;
pub(crate) use shelf::{Draft, Made, digest_file, hex_digits, payload_of, sync};
