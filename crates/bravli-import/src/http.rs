//! The one way to the network.

use crate::fetch::{Fetch, FetchError};
use crate::format::MAX_TEXT_BYTES;
use crate::url::is_allowed;
use std::time::Duration;

/// Longest wait for a whole answer.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Fetches over https from Europe PMC and OpenAlex, and from nowhere else.
///
/// Redirects are not followed, an answer ends at [`MAX_TEXT_BYTES`] bytes and 20 s, and certificates are checked against
/// the roots that come with the program, so it behaves alike on every machine. A proxy named in the environment is used.
#[derive(Debug, Clone)]
pub struct Http {
    agent: ureq::Agent,
}

impl Http {
    /// A connection to be; nothing is sent before the first question.
    #[must_use]
    pub fn new() -> Self {
        let config = ureq::Agent::config_builder()
            .https_only(true)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(TIMEOUT))
            .user_agent(concat!("bravli/", env!("CARGO_PKG_VERSION")))
            .accept("application/json")
            .build();
        Self { agent: config.new_agent() }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self::new()
    }
}

impl Fetch for Http {
    fn get(&self, url: &str) -> Result<String, FetchError> {
        if !is_allowed(url) {
            return Err(FetchError::NotAllowed(url.to_owned()));
        }
        let host = url.split('/').nth(2).unwrap_or_default();
        let mut response = self.agent.get(url).call().map_err(|error| problem(host, &error))?;
        let code = response.status().as_u16();
        match code {
            200..=299 => {
                let limit = u64::try_from(MAX_TEXT_BYTES).unwrap_or(u64::MAX);
                response.body_mut().with_config().limit(limit).read_to_string().map_err(|error| problem(host, &error))
            }
            300..=399 => Err(FetchError::Redirected { host: host.to_owned() }),
            _ => Err(FetchError::Status { host: host.to_owned(), code }),
        }
    }
}

fn problem(host: &str, error: &ureq::Error) -> FetchError {
    let host = host.to_owned();
    match error {
        ureq::Error::Timeout(_) => FetchError::Timeout { host, seconds: TIMEOUT.as_secs() },
        ureq::Error::BodyExceedsLimit(_) => FetchError::TooLarge { host, limit: MAX_TEXT_BYTES },
        other => FetchError::Unreachable { host, message: other.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_addresses_are_refused_before_anything_is_sent() {
        for url in ["http://api.openalex.org/works", "https://example.org/", "https://127.0.0.1/", ""] {
            assert_eq!(Http::new().get(url), Err(FetchError::NotAllowed(url.to_owned())));
        }
    }
}
