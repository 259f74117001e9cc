//! Papers and facts as resources: `bravli://paper/{key}` and `bravli://fact/{key}`.
//!
//! The same data is reached by tools; a resource lets a person attach a record to a conversation by its key.

use bravli_workbench::{ActError, RecordKeys, Workbench};
use rmcp::ErrorData;
use rmcp::model::{
    CompleteRequestParams, CompleteResult, CompletionInfo, ReadResourceResult, Reference, ResourceContents,
    ResourceTemplate,
};
use serde_json::json;

const MIME: &str = "application/json";

/// Kinds of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Record {
    Paper,
    Fact,
}

const RECORDS: [Record; 2] = [Record::Paper, Record::Fact];

impl Record {
    fn template(self) -> &'static str {
        match self {
            Self::Paper => "bravli://paper/{key}",
            Self::Fact => "bravli://fact/{key}",
        }
    }

    fn start(self) -> &'static str {
        self.template().trim_end_matches("{key}")
    }
}

/// What a client may ask for.
pub(crate) fn templates() -> Vec<ResourceTemplate> {
    let describe = |record: Record| match record {
        Record::Paper => ResourceTemplate::new(record.template(), "paper").with_title("Paper").with_description(
            "A paper of the library with the facts that were taken from it, e.g. bravli://paper/lefort2009",
        ),
        Record::Fact => ResourceTemplate::new(record.template(), "fact").with_title("Fact").with_description(
            "One value from one place in one source: spread, n, preparation, paper, and the keys of its rivals",
        ),
    };
    RECORDS.into_iter().map(|record| describe(record).with_mime_type(MIME)).collect()
}

/// A record as readable JSON.
///
/// # Errors
/// `resource_not_found` with the nearest keys.
pub(crate) fn read(bench: &Workbench, uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let unknown = |message: String, nearest: Vec<String>| {
        ErrorData::resource_not_found(message, Some(json!({ "uri": uri, "nearest": nearest })))
    };
    let named = RECORDS.into_iter().find_map(|record| Some((record, uri.strip_prefix(record.start())?)));
    let Some((record, key)) = named else {
        let templates: Vec<String> = RECORDS.iter().map(|record| record.template().to_owned()).collect();
        return Err(unknown(format!("no resource {uri:?}; there are {}", templates.join(" and ")), templates));
    };
    let Some(key) = percent_decoded(key) else {
        return Err(unknown(format!("{uri:?} is not percent-encoded UTF-8"), Vec::new()));
    };
    let found = match record {
        Record::Paper => bench.paper(&key).map(|reply| serde_json::to_string_pretty(&reply)),
        Record::Fact => bench.fact(&key).map(|reply| serde_json::to_string_pretty(&reply)),
    };
    let text = found.map_err(|error| not_found(bench, record, &key, uri, &error))?;
    let text = text.map_err(|error| ErrorData::internal_error(format!("cannot write the record: {error}"), None))?;
    Ok(ReadResourceResult::new(vec![ResourceContents::text(text, uri).with_mime_type(MIME)]))
}

/// A key that is not there, with keys that resemble it: by spelling, else by what they start with.
fn not_found(bench: &Workbench, record: Record, key: &str, uri: &str, error: &ActError) -> ErrorData {
    let mut nearest: Vec<String> = match error.remedy.strip_prefix("nearest: ") {
        Some(near) => near.split(", ").map(str::to_owned).collect(),
        None => Vec::new(),
    };
    if nearest.is_empty() {
        let start = key.split(':').next().unwrap_or(key);
        nearest = keys(bench, record, start, 5).map(|found| found.keys).unwrap_or_default();
    }
    let shown = if nearest.is_empty() { error.remedy.clone() } else { format!("nearest: {}", nearest.join(", ")) };
    let message = format!("{}; {shown}", error.message);
    ErrorData::resource_not_found(message, Some(json!({ "uri": uri, "nearest": nearest })))
}

fn keys(bench: &Workbench, record: Record, typed: &str, limit: usize) -> Result<RecordKeys, ActError> {
    match record {
        Record::Paper => bench.paper_keys(typed, limit),
        Record::Fact => bench.fact_keys(typed, limit),
    }
}

/// Keys that hold what was typed, those that start with it first.
///
/// # Errors
/// When the reference names no template of ours or the argument is not `key`.
pub(crate) fn complete(bench: &Workbench, request: &CompleteRequestParams) -> Result<CompleteResult, ErrorData> {
    let wrong = |message: String| ErrorData::invalid_params(message, None);
    let record = match &request.r#ref {
        Reference::Resource(template) => RECORDS.into_iter().find(|record| record.template() == template.uri),
        _ => None,
    };
    let Some(record) = record else {
        let templates: Vec<&str> = RECORDS.iter().map(|record| record.template()).collect();
        return Err(wrong(format!("keys are completed for {}", templates.join(" and "))));
    };
    if request.argument.name != "key" {
        return Err(wrong(format!("{} has the one argument key, not {:?}", record.template(), request.argument.name)));
    }
    let found = keys(bench, record, &request.argument.value, CompletionInfo::MAX_VALUES)
        .map_err(|error| ErrorData::internal_error(error.message, None))?;
    let has_more = found.total > found.keys.len() as u64;
    let info = CompletionInfo::with_pagination(found.keys, u32::try_from(found.total).ok(), has_more)
        .map_err(|error| ErrorData::internal_error(error, None))?;
    Ok(CompleteResult::new(info))
}

/// The text that a URI component stands for; `None` for a broken escape or bytes that are no UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let [high, low, tail @ ..] = rest else { return None };
        let digit = |byte: u8| char::from(byte).to_digit(16);
        bytes.push((digit(*high)? * 16 + digit(*low)?) as u8);
        rest = tail;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rmcp::model::ArgumentInfo;

    #[test]
    fn escapes_stand_for_bytes_and_broken_ones_for_nothing() {
        assert_eq!(percent_decoded("a%3Ab%2Fc:d/e").as_deref(), Some("a:b/c:d/e"));
        assert_eq!(percent_decoded("%C2%B5").as_deref(), Some("µ"));
        assert_eq!(percent_decoded("%C2"), None);
        assert_eq!(percent_decoded("%4"), None);
        assert_eq!(percent_decoded("%zz"), None);
    }

    #[test]
    fn completion_prefers_the_beginning_and_says_how_many_there_are() -> Result<(), Box<dyn std::error::Error>> {
        let lab = tempfile::tempdir()?;
        let bench = Workbench::new(lab.path());
        let ask = |template: &str, argument: &str, typed: &str| {
            let argument = ArgumentInfo::new(argument, typed);
            complete(&bench, &CompleteRequestParams::new(Reference::for_resource(template), argument))
        };
        let all = ask("bravli://fact/{key}", "key", "")?.completion;
        assert!(all.values.len() == 100 && all.has_more == Some(true) && all.total > Some(500));
        let some = ask("bravli://paper/{key}", "key", "LEFORT")?.completion;
        assert_eq!((some.values.as_slice(), some.has_more), (&["lefort2009".to_owned()][..], Some(false)));
        let inner = ask("bravli://fact/{key}", "key", "connectivity.probability:L4exc-L2exc")?.completion;
        assert_eq!(inner.values, ["lefort2009:connectivity.probability:L4exc-L2exc"]);
        assert!(ask("bravli://run/{id}", "id", "").is_err() && ask("bravli://fact/{key}", "id", "").is_err());
        Ok(())
    }
}
