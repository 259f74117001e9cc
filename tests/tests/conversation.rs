//! A real client drives the built binary over its pipes, from question to verdict, in both eras of the protocol.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use rmcp::model::{CallToolRequestParams, CallToolResult, ProgressNotificationParam, ProtocolVersion};
use rmcp::service::{ClientLifecycleMode, ClientServiceExt, NotificationContext, RunningService};
use rmcp::transport::TokioChildProcess;
use rmcp::{ClientHandler, RoleClient};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Clone, Default)]
struct Listener {
    progress: Arc<AtomicUsize>,
}

impl ClientHandler for Listener {
    async fn on_progress(&self, _: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        self.progress.fetch_add(1, Ordering::Relaxed);
    }
}

struct Session {
    client: RunningService<RoleClient, Listener>,
    listener: Listener,
    lab: tempfile::TempDir,
}

async fn connect(lifecycle: ClientLifecycleMode) -> Session {
    let lab = tempfile::tempdir().unwrap();
    let mut command = tokio::process::Command::new(bravli_tests::binary());
    command.arg("serve").arg("--lab").arg(lab.path().join("lab"));
    let listener = Listener::default();
    let transport = TokioChildProcess::new(command).unwrap();
    let client = listener.clone().serve_with_lifecycle(transport, lifecycle).await.unwrap();
    Session { client, listener, lab }
}

impl Session {
    async fn raw(&self, tool: &str, arguments: &Value) -> CallToolResult {
        let arguments = arguments.as_object().cloned().unwrap();
        self.client.call_tool(CallToolRequestParams::new(tool.to_owned()).with_arguments(arguments)).await.unwrap()
    }

    async fn call(&self, tool: &str, arguments: Value) -> Value {
        let result = self.raw(tool, &arguments).await;
        assert_ne!(result.is_error, Some(true), "{tool}: {:?}", result.content);
        result.structured_content.unwrap()
    }

    async fn error(&self, tool: &str, arguments: Value) -> String {
        let result = self.raw(tool, &arguments).await;
        assert_eq!(result.is_error, Some(true), "{tool} should refuse {arguments}");
        assert!(result.structured_content.is_none());
        serde_json::to_value(&result.content).unwrap()[0]["text"].as_str().unwrap().to_owned()
    }
}

/// Papers and facts by key, over the protocol's resources.
async fn records_are_read_by_key(session: &Session) {
    use rmcp::model::{ArgumentInfo, CompleteRequestParams, ReadResourceRequestParams, Reference};
    let client = &session.client;
    assert!(client.list_all_resources().await.unwrap().is_empty());
    let templates = client.list_all_resource_templates().await.unwrap();
    let names: Vec<&str> = templates.iter().map(|template| template.uri_template.as_str()).collect();
    assert_eq!(names, ["bravli://paper/{key}", "bravli://fact/{key}"]);

    let typed = ArgumentInfo::new("key", "lefort2009:connectivity");
    let request = CompleteRequestParams::new(Reference::for_resource("bravli://fact/{key}"), typed);
    let found = client.complete(request).await.unwrap().completion;
    let key = "lefort2009:connectivity.probability:L4exc-L2exc";
    assert!(found.values.iter().any(|value| value == key) && found.total.is_some(), "{found:?}");

    let read = async |uri: String| -> Value {
        let result = client.read_resource(ReadResourceRequestParams::new(uri.clone())).await.unwrap();
        let contents = serde_json::to_value(&result.contents[0]).unwrap();
        assert_eq!((&contents["uri"], &contents["mimeType"]), (&json!(uri), &json!("application/json")));
        serde_json::from_str(contents["text"].as_str().unwrap()).unwrap()
    };
    // as templates expand it, and as people write it
    let fact = read(format!("bravli://fact/{}", key.replace(':', "%3A"))).await;
    assert_eq!(read(format!("bravli://fact/{key}")).await, fact);
    assert_eq!((&fact["record"]["id"], &fact["paper"]["key"]), (&json!(key), &json!("lefort2009")));
    assert!(fact["rivals"].as_array().unwrap().len() > 5 && !fact["rivals"].as_array().unwrap().contains(&json!(key)));
    let paper = read("bravli://paper/lefort2009".to_owned()).await;
    assert!(paper["facts"].as_array().unwrap().iter().any(|fact| fact["key"] == key), "{paper}");

    for (uri, near) in [
        ("bravli://paper/lefort2008", "lefort2009"),
        ("bravli://fact/lefort2009:connectivity.probability:L4exc-L2exb", key),
        ("bravli://run/run-0", "bravli://paper/{key}"),
    ] {
        let error = client.read_resource(ReadResourceRequestParams::new(uri)).await.unwrap_err().to_string();
        assert!(error.contains(near), "{uri}: {error}");
    }
}

fn small_protocol() -> Value {
    json!({ "kind": "gaussian_blocks", "mu": [3], "sigma": [0.2, 0.8, 2], "natural_trials": 4, "lead_in_trials": 3,
            "probe_deltas": [-1, 0, 1], "probe_repeats": 2, "isi_ms": 100 })
}

async fn from_question_to_verdict(session: &Session) {
    let names: Vec<String> =
        session.client.list_all_tools().await.unwrap().into_iter().map(|tool| tool.name.to_string()).collect();
    assert_eq!(names.len(), 12, "{names:?}");

    let found =
        session.call("search_literature", json!({ "query": "L4 to L2/3 connection probability", "limit": 5 })).await;
    assert_eq!(found["results"].as_array().unwrap().len(), 5);
    let recipe = session.call("parse_recipe", json!({ "recipe": "rat-barrel" })).await;
    assert_eq!(recipe["buildable"], true);
    assert_eq!(recipe["ledger"]["unsourced"], 0);
    let place = json!({ "recipe": "rat-barrel", "radius_um": 40, "layers": ["2", "3", "4", "5"], "seed": 1 });
    let column = session.call("place_column", place.clone()).await;
    let again = session.call("place_column", place).await;
    assert_eq!((&column["artifact"], &again["status"]), (&again["artifact"], &json!("found")));
    let circuit = session.call("wire_pathways", json!({ "column": column["artifact"] })).await;
    let why = json!({ "artifact": circuit["artifact"], "pathway": "L4_E->L23_E", "parameter": "gsyn" });
    let why = session.call("inspect", why).await["parameter"].clone();
    assert_eq!((&why["parameter"], &why["unit"]), (&json!("gsyn"), &json!("nS")));
    assert!(why["values"][0]["facts"][0]["paper"]["year"].is_u64(), "{why}");
    let boundary = session.call("set_boundary_conditions", json!({ "circuit": circuit["artifact"] })).await;
    let request = json!({ "circuit": circuit["artifact"], "boundary": boundary["artifact"],
                          "protocol": small_protocol(), "seed": 1, "threads": 2, "wait_s": 300 });
    let run = session.call("simulate", request).await;
    assert_eq!(run["status"], "made");
    assert!(session.listener.progress.load(Ordering::Relaxed) > 0, "simulate told no progress");
    let report = session.call("compute_upe", json!({ "runs": [run["artifact"]], "n_bootstrap": 50 })).await;
    let verdicts = ["supported", "not_supported", "contradicted", "undetermined", "pipeline_invalid"];
    assert!(verdicts.contains(&report["verdict"].as_str().unwrap()), "{report}");
    let seen = session.call("inspect", json!({ "artifact": report["artifact"], "detail": "study" })).await;
    assert_eq!(seen["kind"], "report");
    assert!(seen["study"].as_str().unwrap().contains("gaussian_blocks"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_initialize_era_goes_from_question_to_verdict() {
    let session = connect(ClientLifecycleMode::Initialize).await;
    from_question_to_verdict(&session).await;
    records_are_read_by_key(&session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_discover_era_goes_from_question_to_verdict() {
    let preferred_versions = vec![ProtocolVersion::V_2026_07_28];
    let session = connect(ClientLifecycleMode::Discover { preferred_versions }).await;
    from_question_to_verdict(&session).await;
    records_are_read_by_key(&session).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_names_field_and_remedy_and_writes_nothing() {
    let session = connect(ClientLifecycleMode::Initialize).await;
    let cases = [
        ("place_column", json!({ "recipe": "rat-barel" }), "rat-barrel"),
        ("place_column", json!({ "recipe": "../secret" }), "relative path inside the lab"),
        ("place_column", json!({ "recipe": "rat-barrel", "layers": ["7"] }), "2, 3, 4, 5"),
        ("place_column", json!({ "recipe": "rat-barrel", "radius_um": -3 }), "radius_um"),
        ("place_column", json!({ "recipe": "rat-barrel", "radius_um": 50_000 }), "GiB"),
        ("place_column", json!({ "recipe": "rat-barrel", "radius": 130 }), "radius_um"),
        ("wire_pathways", json!({ "column": "column-0123456789ab" }), "no artifact"),
        ("simulate", json!({ "circuit": "circuit-0", "boundary": "boundary-0", "duration_ms": 0 }), "duration_ms"),
        ("simulate", json!({ "circuit": "c", "boundary": "b", "protocol": { "isi_ms": 0 } }), "isi_ms"),
        ("compute_upe", json!({ "runs": [] }), "runs"),
        ("search_literature", json!({ "query": "PV", "limit": 51 }), "limit"),
        ("lookup_parameter", json!({}), "query"),
        ("lookup_parameter", json!({ "query": "resting potential", "species": "moues" }), "mouse"),
        ("add_literature", json!({}), "nothing_to_add"),
        ("add_literature", json!({ "openalex": "barrel cortex" }), "--online"),
        ("inspect", json!({ "artifact": "run-ffffffffffff" }), "run-ffffffffffff"),
    ];
    for (tool, arguments, expected) in cases {
        let text = session.error(tool, arguments.clone()).await;
        assert!(text.contains(expected), "{tool} {arguments}: {text}");
        assert!(text.contains("remedy: "), "{tool} {arguments}: {text}");
    }
    assert!(!session.lab.path().join("lab").exists(), "a refused request wrote into the lab");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_run_stops_and_leaves_a_lab_that_works() {
    use rmcp::model::{CallToolRequest, ClientRequest};
    use rmcp::service::PeerRequestOptions;
    let session = connect(ClientLifecycleMode::Initialize).await;
    let column = session.call("place_column", json!({ "recipe": "rat-barrel", "radius_um": 40 })).await;
    let circuit = session.call("wire_pathways", json!({ "column": column["artifact"] })).await;
    let boundary = session.call("set_boundary_conditions", json!({ "circuit": circuit["artifact"] })).await;
    let long = json!({ "circuit": circuit["artifact"], "boundary": boundary["artifact"],
                       "protocol": { "kind": "spontaneous", "duration_ms": 3_000_000 } });
    let params = CallToolRequestParams::new("simulate").with_arguments(long.as_object().cloned().unwrap());
    let handle = session
        .client
        .send_cancellable_request(
            ClientRequest::CallToolRequest(CallToolRequest::new(params)),
            PeerRequestOptions::no_options(),
        )
        .await
        .unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    handle.cancel(Some("changed my mind".into())).await.unwrap();
    // the server answers at once and its lab holds no half run
    let listing = session.call("inspect", json!({})).await;
    let artifacts = listing["summary"]["artifacts"].as_array().unwrap();
    assert!(artifacts.iter().all(|id| !id.as_str().unwrap().starts_with("run-")), "{artifacts:?}");
    let short = json!({ "circuit": circuit["artifact"], "boundary": boundary["artifact"],
                        "protocol": { "kind": "spontaneous", "duration_ms": 100 } });
    assert_eq!(session.call("simulate", short).await["status"], "made");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bounded_wait_says_running_and_the_same_call_finds_the_run() {
    let session = connect(ClientLifecycleMode::Initialize).await;
    let column = session.call("place_column", json!({ "recipe": "rat-barrel", "radius_um": 40 })).await;
    let circuit = session.call("wire_pathways", json!({ "column": column["artifact"] })).await;
    let boundary = session.call("set_boundary_conditions", json!({ "circuit": circuit["artifact"] })).await;
    let mut request = json!({ "circuit": circuit["artifact"], "boundary": boundary["artifact"],
                              "protocol": { "kind": "spontaneous", "duration_ms": 20_000 }, "wait_s": 0.05 });
    let first = session.call("simulate", request.clone()).await;
    assert_eq!(first["status"], "running", "{first}");
    request["wait_s"] = json!(0);
    let second = session.call("simulate", request).await;
    assert_eq!((&second["artifact"], &second["done"]), (&first["artifact"], &json!(1.0)));
}
