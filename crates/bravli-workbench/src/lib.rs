//! Studies, stages, the artifact store, the ledger and jobs.
