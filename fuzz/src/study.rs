//! Study files.

use crate::text;
use bravli_workbench::read_study;

pub(crate) fn read(input: &[u8]) {
    let text = text::of(input);
    let study = read_study("study.yaml", text);
    assert_eq!(
        format!("{study:?}"),
        format!("{:?}", read_study("study.yaml", text)),
        "the same text reads differently"
    );
    match study {
        Ok(study) => {
            assert_eq!(study.hypothesis, "upe");
            // a list or mapping of JSON is one of YAML
            let written = serde_json::to_string(&study).expect("a study is plain");
            let again = read_study("again.yaml", &written).unwrap_or_else(|error| panic!("{error:?}: {written}"));
            assert_eq!(again, study, "written and read again it is another study");
        }
        Err(error) => {
            let texts = [&error.code, &error.place, &error.message, &error.remedy];
            assert!(texts.iter().all(|text| !text.is_empty()), "{error:?}");
            if let Some(place) = error.place.strip_prefix("study.yaml:") {
                let place = place.split_once(':').map(|(line, column)| (line.parse(), column.parse()));
                let Some((Ok(line), Ok(column))) = place else { panic!("no line and column: {error:?}") };
                assert!(text::holds(text.as_bytes(), line, column), "{error:?} lies outside the text");
            }
        }
    }
}
