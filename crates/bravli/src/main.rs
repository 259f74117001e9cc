//! bravli: a scientist's personal brain-building bench, in one binary.

mod args;
mod bench;
mod call;
mod doctor;
mod knowledge;
mod output;
mod recipe;
mod study;

use args::{Cli, Command};
use bravli_workbench::Workbench;
use clap::Parser;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // standard output belongs to results, and under `serve` to the protocol
    let filter = EnvFilter::try_from_env("BRAVLI_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match cli.command {
        Command::Serve { online } => serve(knowledge::bench(&cli.lab, online)),
        Command::Call { tool, arguments, online } => call::call(&tool, &arguments, &knowledge::bench(&cli.lab, online)),
        Command::Tools { json } => call::list(json),
        Command::Study(command) => study::run(command, &cli.lab),
        Command::Recipe(command) => recipe::run(&command, &cli.lab),
        Command::Knowledge(command) => knowledge::run(&command, &cli.lab),
        Command::Bench(command) => bench::run(&command, &cli.lab),
        Command::Doctor => doctor::doctor(&cli.lab),
    }
}

fn serve(bench: Workbench) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output::fail(&format!("cannot start: {error}")),
    };
    // the library is ready by the time an agent asks; a lab that cannot be read is told in the reply
    let ahead = bench.clone();
    std::thread::spawn(move || ahead.warm());
    let outcome = runtime.block_on(bravli_mcp::serve_stdio(bench));
    // a run that nobody waits for any more must not keep the process alive
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => output::fail(&error.to_string()),
    }
}
