#!/usr/bin/env python3
"""Runs the network of `bravli bench column` in NEST; prints one JSON object.

NEST's adaptive exponential cell has no fluctuating background. A Poisson train into the conductance of the same decay has
the same mean, standard deviation and correlation time: w = 2 sd^2/mean at a rate of mean/(w tau).
"""

import argparse

import column_parameters as column
from engine_figures import DT_MS, Clock, add_run_options, emit


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=10_000)
    parser.add_argument("--release", choices=["shared", "per-connection", "stochastic"], default="shared")
    add_run_options(parser)
    arguments = parser.parse_args()

    import nest

    from nest_run import above_zero, measure, start

    start(arguments)
    clock = Clock()
    n_cells, outputs, gain = column.sizes(arguments.cells)
    populations = {}
    for name in column.NAMES:
        receptors = {
            "E_ex": column.REVERSAL["E"],
            "E_in": column.REVERSAL["I"],
            "tau_syn_ex": column.DECAY["E"],
            "tau_syn_in": column.DECAY["I"],
        }
        cells = nest.Create("aeif_cond_exp", n_cells[name], params={**column.CELL[name], **receptors})
        cells.V_m = nest.random.uniform(*column.V_INIT)
        populations[name] = cells
    # after all cells: devices between populations make NEST look for every cell it connects
    for name, cells in populations.items():
        drives = [(column.N_FIBRES * column.FIBRE_HZ, column.FIBRE_NS)]
        for kind, sign in (("E", 1.0), ("I", -1.0)):
            mean, sd = column.BACKGROUND[name][kind]
            weight = 2.0 * sd * sd / mean
            drives.append((mean / (weight * column.DECAY[kind]) * 1000.0, sign * weight))
        for rate, weight in drives:
            drive = nest.Create("poisson_generator", params={"rate": rate})
            nest.Connect(drive, cells, syn_spec={"weight": weight, "delay": DT_MS})
    create_s, _ = clock.lap()
    for (source, target), pathway in column.PATHWAYS.items():
        weight = pathway["weight"] * gain * (1.0 if source == "E" else -1.0)
        release = {key: pathway[key] for key in ("U", "tau_rec", "tau_fac")}
        if arguments.release != "shared":
            sd = column.RELEASE_RELATIVE_SD
            normal = {key: nest.random.normal(mean=mean, std=mean * sd) for key, mean in release.items() if mean > 0.0}
            bounds = {"U": (0.0, 1.0)}
            for key, drawn in normal.items():
                low, high = bounds.get(key, (column.SHORTEST_RECOVERY, float("inf")))
                release[key] = nest.math.redraw(drawn, min=low, max=high)
        model = "tsodyks2_synapse"
        if arguments.release == "stochastic":
            model = "quantal_stp_synapse"
            # a connection has this many sites, each with its share of the weight
            release |= {"n": column.SITES, "a": column.SITES}
            weight /= column.SITES
        mean, sd = pathway["delay"]
        synapse = {
            "synapse_model": model,
            "weight": above_zero(weight, column.WEIGHT_RELATIVE_SD),
            "delay": nest.math.redraw(nest.random.normal(mean=mean, std=sd), min=column.DELAYS[0], max=column.DELAYS[1]),
            "u": pathway["U"],
            **release,
        }
        rule = {"rule": "fixed_outdegree", "outdegree": outputs[source, target]}
        nest.Connect(populations[source], populations[target], rule, synapse)
    connect_s, _ = clock.lap()
    emit(
        {
            "engine": f"NEST {nest.__version__}",
            "case": "column",
            "release": arguments.release,
            "cells": arguments.cells,
            "synapses": sum(n_cells[source] * n for (source, _), n in outputs.items()),
            "build_s": create_s + connect_s,
            "connect_s": connect_s,
            **measure(populations, arguments),
        }
    )


if __name__ == "__main__":
    main()
