//! SONATA files: nodes, edges and spikes in HDF5.
