//! What may be asked, what is refused with the nearest values, and how long a reply gets.

use super::{keys, look_up, search, shipped};
use bravli_workbench::{ActError, LookupParameter, RecordKind, SearchLiterature};
use std::collections::BTreeSet;

/// Characters of a reply that a client may cut.
const MOST_CHARS: usize = 30_000;
/// Characters that a reply should usually stay below.
const USUAL_CHARS: usize = 8_000;

/// As they are typed: pathways, cells, authors, abbreviations, methods, single words, nonsense.
const ASSORTED: [&str; 30] = [
    "connection probability L4 spiny stellate to L2/3 pyramid in rat",
    "p(conn) PV -> PC, L2/3 mouse barrel cortex",
    "Lefort 2009 L4 to L5A",
    "resting potential of L5 thick-tufted pyramids",
    "membrane time constant fast-spiking",
    "how many synapses does one connection have between L5 pyramids",
    "spontaneous firing rate of L2/3 pyramids in awake mice",
    "input resistance",
    "connectivity.probability",
    "EPSP amplitude VPM to L4",
    "short-term depression time constant",
    "NMDA/AMPA ratio",
    "density of neurons in layer 4",
    "bouton density along axons",
    "spike threshold Martinotti",
    "GABA-A decay",
    "release probability at 1.2 mM calcium",
    "Potjans Diesmann 2014",
    "which paper reconstructed the barrel cortex by electron microscopy?",
    "thickness of layer 6",
    "gap junction conductance",
    "L1 interneurons",
    "awake",
    "rat",
    "SST",
    "refractive index of axolotl optic nerve",
    "price of bitcoin futures",
    "thalamocortcal synpases onto stelate cells",
    "τ_rec 🧠 L2/3",
    "L6 corticothalamic to L4, probability, P14-P16, 32 °C, paired recording, Wistar",
];

fn lookup() -> LookupParameter {
    LookupParameter::default()
}

fn search_error(request: &SearchLiterature) -> ActError {
    shipped().search_literature(request).unwrap_err()
}

fn lookup_error(request: &LookupParameter) -> ActError {
    shipped().lookup_parameter(request).unwrap_err()
}

#[test]
fn what_cannot_be_asked_is_refused_with_place_and_remedy() {
    let plain = |query: &str| SearchLiterature { query: query.into(), ..SearchLiterature::default() };
    let long = "pyramid ".repeat(12_800);
    let mut cases = vec![
        (search_error(&plain("")), "bad_query", "query"),
        (search_error(&plain(" of the \u{0}")), "bad_query", "query"),
        (search_error(&plain(&long)), "bad_query", "query"),
        (search_error(&SearchLiterature { limit: 51, ..plain("PV") }), "bad_limit", "limit"),
        (search_error(&SearchLiterature { limit: 1_000, ..plain("PV") }), "bad_limit", "limit"),
        (search_error(&SearchLiterature { cursor: "10-0".into(), ..plain("PV") }), "bad_cursor", "cursor"),
        (search_error(&SearchLiterature { year_from: 2010, year_to: 2000, ..plain("PV") }), "bad_query", "year_from"),
        (search_error(&SearchLiterature { layer: "L9".into(), ..plain("PV") }), "unknown_value", "layer"),
        (lookup_error(&lookup()), "bad_query", "query"),
        (lookup_error(&LookupParameter { query: long, ..lookup() }), "bad_query", "query"),
        (lookup_error(&LookupParameter { query: "PV".into(), limit: 31, ..lookup() }), "bad_limit", "limit"),
        (lookup_error(&LookupParameter { query: "PV".into(), limit: 1_000, ..lookup() }), "bad_limit", "limit"),
        (lookup_error(&LookupParameter { pre: "zorblax".into(), ..lookup() }), "unknown_value", "pre"),
    ];
    let next = shipped().search_literature(&SearchLiterature { limit: 3, ..plain("PV") }).unwrap().next_cursor;
    assert!(!next.is_empty());
    for other in [
        SearchLiterature { cursor: next.clone(), ..plain("SST") },
        SearchLiterature { cursor: next.clone(), species: "rat".into(), ..plain("PV") },
        SearchLiterature { cursor: next.clone(), kind: RecordKind::Papers, ..plain("PV") },
    ] {
        cases.push((search_error(&other), "bad_cursor", "cursor"));
    }
    for (error, code, place) in cases {
        assert_eq!((error.code.as_str(), error.place.as_str()), (code, place), "{error}");
        assert!(!error.remedy.is_empty() && error.to_string().len() < 2_000, "{error}");
    }
    assert_eq!(search(shipped(), "PV").results.len(), 10, "a limit of 0 takes the usual");
}

/// Both doors refuse this species and name another among the nearest.
fn refused_species(species: &str, nearest: &str) {
    let asked = SearchLiterature { query: "PV".into(), species: species.into(), ..SearchLiterature::default() };
    for error in [
        search_error(&asked),
        lookup_error(&LookupParameter { query: "resting potential".into(), species: species.into(), ..lookup() }),
    ] {
        assert_eq!((error.code.as_str(), error.place.as_str()), ("unknown_value", "species"), "{error}");
        let near = error.message.split("nearest: ").nth(1).unwrap();
        assert!(error.message.contains(species) && near.split(", ").any(|name| name == nearest), "{error}");
    }
}

#[test]
fn a_value_that_is_only_half_known_is_refused_as_well() {
    refused_species("rats of unusual size", "rat");
}

#[test]
fn an_unknown_value_is_answered_with_the_nearest() {
    refused_species("moues", "mouse");
    let quantity = "conectivity.probabilty";
    let asked = SearchLiterature { query: "PV".into(), quantity: quantity.into(), ..SearchLiterature::default() };
    for error in [search_error(&asked), lookup_error(&LookupParameter { quantity: quantity.into(), ..lookup() })] {
        assert_eq!((error.code.as_str(), error.place.as_str()), ("unknown_value", "quantity"), "{error}");
        assert!(error.message.contains("nearest: connectivity.probability"), "{error}");
    }
}

#[test]
fn replies_are_short_enough_for_every_client() {
    let bench = shipped();
    let chars = |text: String| text.chars().count();
    let mut usual = Vec::new();
    for query in ASSORTED {
        let most = LookupParameter { query: query.into(), limit: 30, ..lookup() };
        let most = chars(serde_json::to_string(&bench.lookup_parameter(&most).unwrap()).unwrap());
        let widest = SearchLiterature { query: query.into(), limit: 50, ..SearchLiterature::default() };
        let widest = chars(serde_json::to_string(&bench.search_literature(&widest).unwrap()).unwrap());
        let sizes = [serde_json::to_string(&look_up(bench, query)), serde_json::to_string(&search(bench, query))]
            .map(|text| chars(text.unwrap()));
        println!("{query}: look-up {}, search {}; at most {most}, {widest}", sizes[0], sizes[1]);
        assert!(
            sizes.into_iter().chain([most, widest]).all(|size| size < MOST_CHARS),
            "{query}: {sizes:?} {most} {widest}"
        );
        usual.extend(sizes);
    }
    usual.sort_unstable();
    assert!(usual[usual.len() / 2] < USUAL_CHARS, "{usual:?}");
}

#[test]
fn fields_and_plain_words_give_the_same_answer() {
    let bench = shipped();
    let plain = look_up(bench, "connection probability L4 spiny stellate to L2/3 pyramid in rat");
    let fields = LookupParameter {
        quantity: "connectivity.probability".into(),
        pre: "L4 spiny stellate".into(),
        post: "L2/3 pyramid".into(),
        species: "rat".into(),
        ..lookup()
    };
    let fields = bench.lookup_parameter(&fields).unwrap();
    assert!(plain.answered && fields.answered);
    assert_eq!(keys(&plain)[0], keys(&fields)[0]);
    assert_eq!((&plain.understood.pre, &plain.understood.post), (&fields.understood.pre, &fields.understood.post));
}

#[test]
fn pages_together_are_all_rows_and_repeat_none() {
    let bench = shipped();
    let mut request = SearchLiterature { query: "L2/3 pyramid".into(), limit: 50, ..SearchLiterature::default() };
    let (mut seen, mut n_rows, mut total) = (BTreeSet::new(), 0, None);
    loop {
        let page = bench.search_literature(&request).unwrap();
        assert_eq!(*total.get_or_insert(page.total), page.total);
        n_rows += page.results.len() as u64;
        seen.extend(page.results.into_iter().map(|row| (row.kind, row.key)));
        request.cursor = page.next_cursor;
        if request.cursor.is_empty() {
            break;
        }
    }
    assert!(n_rows > 100, "{n_rows}");
    assert_eq!((Some(n_rows), seen.len() as u64), (total, n_rows));
}

#[test]
fn a_facet_says_how_many_a_filter_leaves() {
    let bench = shipped();
    let all =
        SearchLiterature { query: "connection probability".into(), kind: RecordKind::Facts, ..Default::default() };
    let wide = bench.search_literature(&all).unwrap();
    let n_rat = wide.facets["species"]["rat"];
    assert!(n_rat > 0 && n_rat < wide.total, "{:?}", wide.facets);
    // in any spelling of the species
    for species in ["rat", "Rattus norvegicus", "rats"] {
        let narrow = bench.search_literature(&SearchLiterature { species: species.into(), ..all.clone() }).unwrap();
        assert_eq!(narrow.total, n_rat, "{species}");
        assert_eq!(narrow.facets["species"]["rat"], n_rat);
    }
    let n_asked = wide.facets["quantity"]["connectivity.probability"];
    let quantity = SearchLiterature { quantity: "connectivity.probability".into(), ..all.clone() };
    let narrow = bench.search_literature(&quantity).unwrap();
    assert_eq!(narrow.total, n_asked);
    assert!(narrow.results.iter().all(|row| row.title == "connectivity.probability"));
    assert_eq!(narrow.facets["quantity"].len(), 1);
    let years = SearchLiterature { year_from: 2009, year_to: 2009, ..all };
    let narrow = bench.search_literature(&years).unwrap();
    assert!(narrow.total > 0 && narrow.results.iter().all(|row| row.source.contains("(2009)")), "{narrow:?}");
}

#[test]
fn a_receptor_is_a_receptor_and_what_is_not_held_is_said() {
    let bench = shipped();
    let reply = look_up(bench, "reversal potential of NMDA receptors");
    assert!(reply.facts[0].key.contains("NMDA"), "{reply:?}");
    let is_gaba = |fact: &bravli_workbench::LookupFactRow| fact.key.contains("GABA") && !fact.fit.starts_with("near");
    assert!(!reply.facts.iter().any(is_gaba), "{reply:?}");
    // what a fact does not speak of is said, not passed over
    let reply = look_up(bench, "connection probability L4 to L2/3 at 1.2 mM calcium");
    assert!(reply.facts[0].fit.contains("it says nothing of") && reply.facts[0].fit.contains("calcium"), "{reply:?}");
    // another species than any that was measured is no rat
    assert!(!look_up(bench, "resting potential of L4 spiny stellate in naked mole rat").answered);
    // one kind of interneuron is not all cells
    assert!(!look_up(bench, "number of VIP cells in L4 of a mouse barrel column").answered);
}
