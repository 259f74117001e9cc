#!/usr/bin/env python3
"""Runs benchmark 1 (coba) or 2 (cuba) of Brette et al. 2007 (doi:10.1007/s10827-007-0038-6) in NEST; prints one JSON object.

The network is that of `bravli bench coba` and `cuba`; Poisson events wake the first for 50 ms.
"""

import argparse

from engine_figures import DT_MS, Clock, add_run_options, emit

N_CELLS = {"E": 3200, "I": 800}
PROBABILITY = 0.02
CELL = {"C_m": 200.0, "V_th": -50.0, "V_reset": -60.0, "t_ref": 5.0, "tau_syn_ex": 5.0, "tau_syn_in": 10.0}
KINDS = {
    "coba": ("iaf_cond_exp", {"g_L": 10.0, "E_L": -60.0, "E_ex": 0.0, "E_in": -80.0}, {"E": 6.0, "I": -67.0}),
    "cuba": ("iaf_psc_exp", {"tau_m": 20.0, "E_L": -49.0}, {"E": 16.2, "I": -90.0}),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=list(KINDS), required=True)
    add_run_options(parser)
    arguments = parser.parse_args()

    import nest

    from nest_run import measure, start

    start(arguments)
    clock = Clock()
    model, parameters, weights = KINDS[arguments.kind]
    populations = {name: nest.Create(model, n, params={**CELL, **parameters}) for name, n in N_CELLS.items()}
    for cells in populations.values():
        cells.V_m = nest.random.uniform(-60.0, -50.0)
        if arguments.kind == "coba":
            wake = nest.Create("poisson_generator", params={"rate": 300.0, "stop": 50.0})
            nest.Connect(wake, cells, syn_spec={"weight": 4.0 * weights["E"], "delay": DT_MS})
    create_s, _ = clock.lap()
    for source, weight in weights.items():
        for cells in populations.values():
            rule = {"rule": "pairwise_bernoulli", "p": PROBABILITY}
            nest.Connect(populations[source], cells, rule, {"weight": weight, "delay": DT_MS})
    connect_s, _ = clock.lap()
    emit(
        {
            "engine": f"NEST {nest.__version__}",
            "case": arguments.kind,
            "cells": sum(N_CELLS.values()),
            "synapses": nest.num_connections,
            "build_s": create_s + connect_s,
            "connect_s": connect_s,
            **measure(populations, arguments),
        }
    )


if __name__ == "__main__":
    main()
