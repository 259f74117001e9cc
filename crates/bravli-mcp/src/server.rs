//! The protocol: both eras answer from one handler.

use crate::resources;
use crate::tool::ToolEntry;
use crate::tools::{find_tool, tools};
use bravli_workbench::{ActError, Progress, Workbench};
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestParams, CompleteResult,
    ContentBlock, Implementation, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult,
    PaginatedRequestParams, ProgressNotificationParam, ReadResourceRequestParams, ReadResourceResponse,
    ServerCapabilities, ServerConfig, Tool, ToolAnnotations,
};
use rmcp::service::{RequestContext, RoleServer, ServerInitializeError};
use rmcp::{ErrorData, ServerHandler, ServiceExt};
use serde_json::Value;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// What an agent reads once, before any tool. At most 1500 characters.
const INSTRUCTIONS: &str = include_str!("../../../tools/instructions.md");

/// Time that a client may keep the list of tools: they change with the program alone.
const LIST_TTL_MS: u64 = 3_600_000;

/// Time that a client may keep a record: a scientist may add to the library while we serve.
const RECORD_TTL_MS: u64 = 60_000;

/// Shortest time between two progress messages of one call.
const PROGRESS_EVERY: Duration = Duration::from_millis(200);

/// Why serving ended badly.
#[derive(Debug, thiserror::Error)]
#[error("cannot serve: {0}")]
pub struct ServeError(String);

/// Serves the workbench on standard input and output until the client hangs up.
///
/// # Errors
/// [`ServeError`] when the connection cannot be set up.
pub async fn serve_stdio(bench: Workbench) -> Result<(), ServeError> {
    let server = Server { bench };
    match server.serve(rmcp::transport::stdio()).await {
        Ok(service) => service.waiting().await.map(|_| ()).map_err(|error| ServeError(error.to_string())),
        // a client that looks and leaves before it says anything
        Err(ServerInitializeError::ConnectionClosed(_)) => Ok(()),
        Err(error) => Err(ServeError(error.to_string())),
    }
}

#[derive(Debug, Clone)]
struct Server {
    bench: Workbench,
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().enable_resources().enable_completions().build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("bravli", env!("CARGO_PKG_VERSION")).with_title("bravli"))
            .with_instructions(INSTRUCTIONS.trim_end())
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let all = tools().iter().map(describe).collect();
        Ok(ListToolsResult::with_all_items(all).with_ttl_ms(LIST_TTL_MS).with_cache_scope(CacheScope::Public))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        find_tool(name).map(describe)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = find_tool(&request.name) else {
            let names: Vec<&str> = tools().iter().map(|tool| tool.name).collect();
            let message = format!("no tool {:?}; there are {}", request.name, names.join(", "));
            return Err(ErrorData::invalid_params(message, None));
        };
        let arguments = Value::Object(request.arguments.unwrap_or_default());
        let outcome = call_with_progress(self.bench.clone(), tool, arguments, &context).await;
        Ok(match outcome {
            Ok(value) => CallToolResult::structured(value),
            Err(error) => CallToolResult::error(vec![ContentBlock::text(error_text(&error))]),
        }
        .into())
    }

    /// None are listed: there are hundreds of records, and completion finds them by key.
    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let none = ListResourcesResult::with_all_items(Vec::new());
        Ok(none.with_ttl_ms(LIST_TTL_MS).with_cache_scope(CacheScope::Public))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let all = ListResourceTemplatesResult::with_all_items(resources::templates());
        Ok(all.with_ttl_ms(LIST_TTL_MS).with_cache_scope(CacheScope::Public))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let bench = self.bench.clone();
        let result = blocking(move || resources::read(&bench, &request.uri)).await?;
        Ok(result.with_ttl_ms(RECORD_TTL_MS).with_cache_scope(CacheScope::Private).into())
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        let bench = self.bench.clone();
        blocking(move || resources::complete(&bench, &request)).await
    }
}

/// Work that reads files or the whole library, on a thread that may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ErrorData> + Send + 'static,
) -> Result<T, ErrorData> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(ErrorData::internal_error("the request ended unexpectedly; report it", None)))
}

/// A tool as the protocol describes it.
fn describe(tool: &ToolEntry) -> Tool {
    let annotations = ToolAnnotations::with_title(tool.title)
        .read_only(tool.hints.read_only)
        .destructive(false)
        .idempotent(true)
        .open_world(tool.hints.open_world);
    Tool::new(tool.name, tool.description, Arc::new(tool.input_schema.clone()))
        .with_title(tool.title)
        .with_raw_output_schema(Arc::new(tool.output_schema.clone()))
        .with_annotations(annotations)
}

/// An error in the words an agent acts on.
fn error_text(error: &ActError) -> String {
    let mut text = format!("error: {}\ncode: {}", error.message, error.code);
    for (name, value) in [("where", &error.place), ("remedy", &error.remedy)] {
        if !value.is_empty() {
            text.push_str(&format!("\n{name}: {value}"));
        }
    }
    for problem in error.problems.iter().take(20) {
        text.push_str(&format!("\n- {} {} {} [{}]", problem.place, problem.severity, problem.message, problem.code));
        if !problem.remedy.is_empty() {
            text.push_str(&format!(" ({})", problem.remedy));
        }
    }
    text
}

/// Runs a tool on a thread that may block, forwards its progress, and stops it when the client cancels.
async fn call_with_progress(
    bench: Workbench,
    tool: &'static ToolEntry,
    arguments: Value,
    context: &RequestContext<RoleServer>,
) -> Result<Value, ActError> {
    let (sender, mut messages) = mpsc::unbounded_channel();
    let cancelled = Arc::new(AtomicBool::new(false));
    let forward =
        Forward { sender, cancelled: Arc::clone(&cancelled), last: std::sync::Mutex::new((Instant::now(), -1.0)) };
    let mut work = tokio::task::spawn_blocking(move || tool.call(&bench, arguments, &forward));
    let token = context.meta.get_progress_token();
    loop {
        tokio::select! {
            outcome = &mut work => {
                return outcome.unwrap_or_else(|_| {
                    Err(ActError::new("internal", tool.name, "the tool ended unexpectedly", "report this with the arguments"))
                });
            }
            Some((done, message)) = messages.recv() => {
                if let Some(token) = token.clone() {
                    let progress = ProgressNotificationParam::new(token, done).with_total(1.0).with_message(message);
                    // a client that no longer listens is no reason to stop
                    let _ = context.peer.notify_progress(progress).await;
                }
            }
            () = context.ct.cancelled(), if !cancelled.load(Ordering::Relaxed) => {
                cancelled.store(true, Ordering::Relaxed);
            }
        }
    }
}

/// Sends progress on, at most every [`PROGRESS_EVERY`], and never backwards.
struct Forward {
    sender: mpsc::UnboundedSender<(f64, String)>,
    cancelled: Arc<AtomicBool>,
    last: std::sync::Mutex<(Instant, f64)>,
}

impl Progress for Forward {
    fn report(&self, done: f64, message: &str) -> ControlFlow<()> {
        if let Ok(mut last) = self.last.lock()
            && done > last.1
            && (last.1 < 0.0 || last.0.elapsed() >= PROGRESS_EVERY)
        {
            *last = (Instant::now(), done);
            let _ = self.sender.send((done, message.to_owned()));
        }
        if self.cancelled.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
