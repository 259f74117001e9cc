//! The command line.

mod bench;

pub(crate) use bench::{BenchCommand, CaseArgs, ReleaseArg, SimdArg};

use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// Builds small brain circuits from cited numbers and says how far an answer can be trusted.
#[derive(Debug, Parser)]
#[command(name = "bravli", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Folder of the lab; made when the first artifact is.
    #[arg(long, global = true, default_value = "bravli-lab", value_name = "DIR")]
    pub(crate) lab: PathBuf,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serves the tools to an agent over the Model Context Protocol, on standard input and output.
    Serve {
        /// Lets add_literature ask Europe PMC and OpenAlex; without it bravli never goes online.
        #[arg(long)]
        online: bool,
    },
    /// Calls one tool and prints its structured result as JSON.
    Call {
        /// Name of the tool; `bravli tools` lists them.
        tool: String,
        /// Arguments as JSON, for example '{"recipe": "rat-barrel"}'.
        #[arg(default_value = "{}")]
        arguments: String,
        /// Lets add_literature ask Europe PMC and OpenAlex; without it bravli never goes online.
        #[arg(long)]
        online: bool,
    },
    /// Lists the tools.
    Tools {
        /// Prints names, descriptions and schemas as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Runs, checks or writes study files.
    #[command(subcommand)]
    Study(StudyCommand),
    /// Reads, checks, explains, compares and converts recipes.
    #[command(subcommand)]
    Recipe(RecipeCommand),
    /// Checks literature records, or adds to the lab's own.
    #[command(subcommand)]
    Knowledge(KnowledgeCommand),
    /// Measures what this machine takes for a case.
    #[command(subcommand)]
    Bench(BenchCommand),
    /// Says what this machine offers and whether all is well.
    Doctor,
}

#[derive(Debug, Subcommand)]
pub(crate) enum StudyCommand {
    /// Runs a study file to its verdict; what exists is found instead of made.
    Run {
        /// The study file, or the name of a shipped one such as first-question.
        file: PathBuf,
        /// Threads; 0 takes all. The results do not depend on it.
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=256))]
        threads: u32,
        /// Prints one JSON object: verdict, artifacts and digests.
        #[arg(long)]
        json: bool,
    },
    /// Checks a study file without running it.
    Check {
        /// The study file, or the name of a shipped one.
        file: PathBuf,
    },
    /// Writes the study file that makes an artifact again.
    Export {
        /// Id of a column, circuit, boundary, run or report.
        artifact: String,
        /// File to write; standard output where absent.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

/// What a recipe command reads: a recipe folder, one of its files as the builder recipe, or the name of a recipe.
#[derive(Debug, clap::Args)]
pub(crate) struct RecipePlace {
    /// A recipe folder, a builder recipe file, or the name of a recipe of the lab or a shipped one.
    #[arg(value_name = "FOLDER")]
    pub(crate) place: PathBuf,
    /// Builder recipe file to read where the folder holds several, such as v7.xml.
    #[arg(long, default_value = "", value_name = "FILE", hide_default_value = true)]
    pub(crate) main: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RecipeCommand {
    /// Lists every problem with file:line:column, severity and remedy.
    Check {
        #[command(flatten)]
        recipe: RecipePlace,
        /// Prints one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Prints the synapse class of every pair of cell types, tab separated, with the index of the deciding rule from 0.
    Table {
        #[command(flatten)]
        recipe: RecipePlace,
    },
    /// Says which rules decide a pair of m-types, what they override, and all parameters.
    Explain {
        #[command(flatten)]
        recipe: RecipePlace,
        /// Presynaptic m-type, such as L4_SSC.
        #[arg(long)]
        pre: String,
        /// Postsynaptic m-type, such as L2_TPC:A.
        #[arg(long)]
        post: String,
        /// Presynaptic e-type; all of the m-type where absent.
        #[arg(long, default_value = "", hide_default_value = true)]
        pre_etype: String,
        /// Postsynaptic e-type; all of the m-type where absent.
        #[arg(long, default_value = "", hide_default_value = true)]
        post_etype: String,
        /// Bath calcium in mM that release is scaled to.
        #[arg(long, value_name = "MM")]
        calcium: Option<f64>,
        /// Prints one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Tells what changes from one recipe to another: names, cells, classes, rules, pathways.
    Diff {
        /// The first recipe, as for the other commands.
        from: PathBuf,
        /// The second recipe.
        to: PathBuf,
        /// Prints one JSON object, with up to 200 pathways.
        #[arg(long)]
        json: bool,
    },
    /// Writes a recipe in another form and lists what that form cannot hold.
    Convert {
        #[command(flatten)]
        recipe: RecipePlace,
        /// The form.
        #[arg(long, value_enum)]
        to: RecipeForm,
        /// Folder to write to; it must not exist or be empty.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum RecipeForm {
    /// A recipe folder as bravli keeps it.
    Ours,
    /// The builder recipe as JSON of version 1.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KnowledgeCommand {
    /// Checks every record: unit, range, keys, place in the source, duplicates, derived values. Each problem has file:line.
    Check {
        /// A folder of records; the lab's own over the shipped ones where absent.
        folder: Option<PathBuf>,
        /// Prints one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Adds papers of a BibTeX (.bib) or JATS (.xml) file to the lab's own.
    Add {
        /// The file.
        file: PathBuf,
    },
    /// Asks a service on the network for papers and adds them to the lab's own.
    Fetch {
        /// Where to ask.
        #[arg(value_enum)]
        service: FetchFrom,
        /// Words, or a DOI.
        query: String,
        /// Most papers.
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
        limit: u32,
        /// Says that going online is meant.
        #[arg(long, required = true)]
        online: bool,
    },
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum FetchFrom {
    /// Europe PMC.
    EuropePmc,
    /// OpenAlex.
    Openalex,
}
