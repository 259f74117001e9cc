//! DOIs and PubMed numbers, out of the many ways in which they are written.

use bravli_facts::is_doi;

/// The DOI in `text`, without resolver or prefix; `None` where it is no DOI by the rule of `bravli-facts`.
pub(crate) fn clean_doi(text: &str) -> Option<String> {
    let text = text.trim();
    let start = text.find("10.")?;
    let (before, doi) = text.split_at(start);
    let before = before.trim().trim_end_matches('/').to_ascii_lowercase();
    let is_known =
        before.is_empty() || before.trim_end_matches([':', ' ']).ends_with("doi") || before.ends_with("doi.org");
    let doi = doi.replace("\\_", "_").replace("%2F", "/").replace("%2f", "/");
    let doi = doi.trim_end_matches(['.', ',', ';']);
    (is_known && is_doi(doi)).then(|| doi.to_owned())
}

/// The digits of `12345678`, `PMID: 12345678` or `https://pubmed.ncbi.nlm.nih.gov/12345678`.
pub(crate) fn clean_pmid(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('/');
    let digits = text.rsplit(|c: char| !c.is_ascii_digit()).next()?;
    let before = text[..text.len() - digits.len()].trim_end_matches([':', ' ', '/']).to_ascii_lowercase();
    let is_known =
        before.is_empty() || before == "pmid" || before.ends_with("ncbi.nlm.nih.gov") || before.ends_with("pubmed");
    (is_known && (1..=9).contains(&digits.len())).then(|| digits.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dois_lose_their_resolver() {
        let doi = Some("10.1016/j.neuron.2008.12.020".to_owned());
        for text in [
            "10.1016/j.neuron.2008.12.020",
            "https://doi.org/10.1016/j.neuron.2008.12.020",
            "http://dx.doi.org/10.1016%2Fj.neuron.2008.12.020",
            "DOI: 10.1016/j.neuron.2008.12.020.",
        ] {
            assert_eq!(clean_doi(text), doi, "{text}");
        }
        for text in ["", "10.1016", "10.1016/", "10.10/x", "10.1016/a b", "see page 10.1016/x", "PMC10.1234/5"] {
            assert_eq!(clean_doi(text), None, "{text}");
        }
    }

    #[test]
    fn pubmed_numbers_are_digits() {
        let pmid = Some("19186171".to_owned());
        for text in ["19186171", "PMID: 19186171", "https://pubmed.ncbi.nlm.nih.gov/19186171/"] {
            assert_eq!(clean_pmid(text), pmid, "{text}");
        }
        for text in ["", "PMC2722060", "19186171a", "1234567890"] {
            assert_eq!(clean_pmid(text), None, "{text}");
        }
    }
}
