//! Addresses: what may stand in them, and which may be asked at all.

/// Where Europe PMC answers.
pub(crate) const EUROPE_PMC: &str = "https://www.ebi.ac.uk/europepmc/webservices/rest/";

/// Where OpenAlex answers.
pub(crate) const OPENALEX: &str = "https://api.openalex.org/";

/// Longest address: a question of the most characters, each of four bytes, and what stands around it.
const MAX_ADDRESS: usize = 8192;

/// Whether an address leads to one of the two services, over https and nowhere else.
///
/// The host is followed by `/` in both prefixes, so no user name, port or longer host can hide behind it.
pub(crate) fn is_allowed(url: &str) -> bool {
    [EUROPE_PMC, OPENALEX].iter().any(|base| url.starts_with(base))
        && url.len() <= MAX_ADDRESS
        && url.bytes().all(|byte| byte.is_ascii_graphic())
        && !climbs(url.split('?').next().unwrap_or_default())
}

/// Whether a path has a step that leads out of a folder; dots in a question or within a name do not.
pub(crate) fn climbs(path: &str) -> bool {
    path.split('/').any(|step| matches!(step, "." | ".."))
}

/// Percent-encodes everything but unreserved characters and those in `kept`.
pub(crate) fn encode(text: &str, kept: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let c = char::from(byte);
        if byte.is_ascii_alphanumeric() || "-._~".contains(c) || (byte.is_ascii() && kept.contains(c)) {
            out.push(c);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_two_services_may_be_asked() {
        assert!(is_allowed("https://api.openalex.org/works?search=barrel"));
        assert!(is_allowed("https://www.ebi.ac.uk/europepmc/webservices/rest/search?query=barrel"));
        assert!(is_allowed("https://api.openalex.org/works?search=L2..L4%20.."));
        assert!(is_allowed("https://api.openalex.org/works/doi:10.1234/a..b"));
        for wrong in [
            "http://api.openalex.org/works",
            "https://api.openalex.org.evil.example/works",
            "https://api.openalex.org@evil.example/works",
            "https://api.openalex.org:8443/works",
            "https://www.ebi.ac.uk/other",
            "https://www.ebi.ac.uk/europepmc/webservices/rest/../../x",
            "https://api.openalex.org/works?search=a b",
            "file:///etc/passwd",
        ] {
            assert!(!is_allowed(wrong), "{wrong}");
        }
    }

    #[test]
    fn text_is_encoded() {
        assert_eq!(encode("L2/3 \"µ\"&x=1", ""), "L2%2F3%20%22%C2%B5%22%26x%3D1");
        assert_eq!(encode("10.1016/a(1)", "/"), "10.1016/a%281%29");
    }
}
