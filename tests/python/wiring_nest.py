#!/usr/bin/env python3
"""Connects the cells of a nodes file in NEST by the rule of `bravli bench wiring`, and prints one JSON object of figures.

The rule: each pair connects with peak * exp(-r^2 / 2 sigma^2), r the horizontal distance; no autapses; every connection
is a Tsodyks-Markram synapse with a weight of its own. bravli draws seven parameters where this draws one.
"""

import argparse
import json
import resource
import time

import h5py
import numpy as np


def positions(path):
    """Horizontal places of all cells, in um."""
    with h5py.File(path) as file:
        (population,) = file["nodes"].values()
        group = population["0"]
        return np.column_stack([group["x"][:], group["z"][:]]).astype(float)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("nodes")
    parser.add_argument("--threads", type=float, default=1)
    parser.add_argument("--peak", type=float, required=True)
    parser.add_argument("--sigma", type=float, required=True)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    import nest

    nest.set(verbosity=nest.VerbosityLevel.ERROR)
    nest.ResetKernel()
    nest.set(local_num_threads=int(arguments.threads), rng_seed=arguments.seed)
    before_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    places = positions(arguments.nodes)
    # a free layer must be told an extent that holds all of its nodes
    extent = [float(2.1 * np.abs(places[:, axis]).max() + 1.0) for axis in (0, 1)]
    cells = nest.Create("iaf_psc_exp", positions=nest.spatial.free(places.tolist(), extent=extent))
    probability = arguments.peak * nest.spatial_distributions.gaussian(nest.spatial.distance, std=arguments.sigma)
    # connections in space may draw weights and delays only: the three parameters of a synapse are constants here
    nest.CopyModel("tsodyks2_synapse", "contact", {"U": 0.5, "tau_rec": 400.0, "tau_fac": 20.0})
    synapse = {"synapse_model": "contact", "weight": nest.random.lognormal(mean=0.0, std=0.5), "delay": 1.0}
    start = time.perf_counter()
    nest.Connect(
        cells,
        cells,
        {"rule": "pairwise_bernoulli", "p": probability, "allow_autapses": False},
        synapse,
    )
    connect_s = time.perf_counter() - start
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    connections = nest.num_connections
    print(
        json.dumps(
            {
                "nest": nest.__version__,
                "cells": len(places),
                "connections": connections,
                "connect_s": round(connect_s, 3),
                "peak_mib": round(peak_mib, 1),
                "bytes_per_connection": round((peak_mib - before_mib) * 2**20 / max(connections, 1), 1),
            }
        )
    )


if __name__ == "__main__":
    main()
