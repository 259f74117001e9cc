//! Artifacts out to files that other tools open.

use crate::error::ActError;
use crate::progress::Progress;
use crate::replies::{CountRow, ExportReply, Status};
use crate::requests::{Export, ExportFormat};
use crate::stages;
use crate::workbench::Workbench;

/// Names of node sets that a reply lists.
const MAX_SETS: usize = 40;

impl Workbench {
    /// Writes a circuit, with its boundary and run where such is named, into a folder of the lab.
    ///
    /// # Errors
    /// An unknown artifact or one of another kind, a folder outside the lab or in use, or a file that cannot be written;
    /// nothing is left behind then.
    pub fn export(&self, request: &Export, progress: &dyn Progress) -> Result<ExportReply, ActError> {
        let artifact = self.store().get(&request.artifact, None, "artifact")?;
        let name = match request.folder.as_str() {
            "" if request.format == ExportFormat::Sonata => format!("exports/{}", artifact.id),
            "" => format!("exports/{}-{}", artifact.id, request.format.name()),
            given => given.to_owned(),
        };
        let (folder, name) = self.lab().export_folder(&name)?;
        if progress.report(0.0, "writing files").is_break() {
            return Err(ActError::cancelled());
        }
        let (card, found) =
            stages::export::export(self.store(), self.knowledge()?, &artifact, request.format, &folder)?;
        let rows = |kind: &str| -> Vec<CountRow> {
            let of_kind = card.populations.iter().filter(|(of, _, _)| of == kind);
            of_kind.map(|(_, name, n)| CountRow { name: name.clone(), n: *n }).collect()
        };
        let (nodes, edges) = (rows("nodes"), rows("edges"));
        let told = |rows: &[CountRow]| rows.iter().map(|row| format!("{} {}", row.n, row.name)).collect::<Vec<_>>();
        let bytes = card.files.iter().map(|file| file.bytes).sum();
        let next = match request.format {
            ExportFormat::Sonata => format!(
                "open {name}/circuit_config.json with libsonata or bluepysnap, or with bmtk from inside its folder, to which bmtk's paths are relative"
            ),
            _ => format!(
                "run {name}/simulate.py with a Python that has the engine; it writes spikes.csv and prints rates"
            ),
        };
        let what = match request.format {
            ExportFormat::Sonata => "SONATA",
            ExportFormat::Nest => "NEST script",
            ExportFormat::Brian2 => "Brian2 script",
        };
        Ok(ExportReply {
            finding: format!(
                "{what} in {name}: nodes {}; edges {}; {} files, {:.1} MiB",
                told(&nodes).join(", "),
                told(&edges).join(", "),
                card.files.len(),
                bytes as f64 / f64::from(1 << 20),
            ),
            status: if found { Status::Found } else { Status::Made },
            artifact: artifact.id,
            exported: card.exported,
            nodes,
            edges,
            n_node_sets: card.node_sets.len() as u32,
            node_sets: card.node_sets.into_iter().take(MAX_SETS).collect(),
            bytes,
            files: card.files.iter().map(|file| format!("{name}/{}", file.name)).collect(),
            notes: card.notes,
            next: vec![next],
            folder: name,
        })
    }
}
