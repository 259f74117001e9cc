#!/usr/bin/env python3
"""Runs the cortical microcircuit of Potjans & Diesmann 2014 (doi:10.1093/cercor/bhs358) in NEST; prints one JSON object.

The network is that of `bravli bench pd14`: the same cells, synapses, delays, drive and scaling. Recording is on.
"""

import argparse

import numpy as np

from engine_figures import Clock, add_run_options, emit

POPULATIONS = ["L23E", "L23I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I"]
N_CELLS = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
# rows by target, columns by source
PROBABILITY = np.array(
    [
        [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0000, 0.0076, 0.0000],
        [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0000, 0.0042, 0.0000],
        [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0000],
        [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0000, 0.1057, 0.0000],
        [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0000],
        [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0000],
        [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
        [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443],
    ]
)
K_BACKGROUND = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])
BACKGROUND_HZ = 8.0
# mean rates of the full network: `full_mean_rates` of NEST's own implementation of the model
MEAN_RATES_HZ = np.array([0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829])
V_INIT_MEAN_MV = [-68.28, -63.16, -63.33, -63.45, -63.11, -61.66, -66.72, -61.43]
V_INIT_SD_MV = [5.36, 4.57, 4.74, 4.94, 4.94, 4.55, 5.46, 4.48]
C_M, TAU_M, TAU_SYN = 250.0, 10.0, 0.5
CELL = {
    "C_m": C_M,
    "tau_m": TAU_M,
    "tau_syn_ex": TAU_SYN,
    "tau_syn_in": TAU_SYN,
    "E_L": -65.0,
    "V_th": -50.0,
    "V_reset": -65.0,
    "t_ref": 2.0,
}
PSP_MV, G, L4E_TO_L23E, WEIGHT_RELATIVE_SD = 0.15, -4.0, 2.0, 0.1
DELAY_MS, DELAY_RELATIVE_SD, SHORTEST_DELAY_MS = (1.5, 0.75), 0.5, 0.05


def weight_pa():
    """The current whose exponential decay lifts the membrane by PSP_MV at its peak."""
    rate = 1.0 / TAU_SYN - 1.0 / TAU_M
    peak = np.log(TAU_M / TAU_SYN) / rate
    return PSP_MV * C_M * rate / (np.exp(-peak / TAU_M) - np.exp(-peak / TAU_SYN))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    add_run_options(parser)
    arguments = parser.parse_args()
    scale = arguments.scale

    import nest

    from nest_run import above_zero, measure, start

    start(arguments)
    if scale > 0.5:
        nest.keep_source_table = False  # 12 bytes per synapse that nobody asks for
    clock = Clock()
    n_cells = np.round(N_CELLS * scale).astype(int)
    pairs = np.outer(N_CELLS, N_CELLS).astype(float)
    synapses = np.log1p(-PROBABILITY) / np.log1p(-1.0 / pairs)
    total = np.round(synapses * scale * scale).astype(np.int64)
    weight = np.tile(np.where(np.arange(8) % 2 == 0, weight_pa(), G * weight_pa()), (8, 1))
    weight[0, 2] *= L4E_TO_L23E
    recurrent = (weight * synapses / N_CELLS[:, None] * MEAN_RATES_HZ).sum(axis=1)
    background = weight_pa() * K_BACKGROUND * BACKGROUND_HZ
    compensation = (1.0 - np.sqrt(scale)) * TAU_SYN * 1e-3 * (recurrent + background)
    populations = {}
    for i, name in enumerate(POPULATIONS):
        cells = nest.Create("iaf_psc_exp", int(n_cells[i]), params={**CELL, "I_e": float(compensation[i])})
        cells.V_m = nest.random.normal(mean=V_INIT_MEAN_MV[i], std=V_INIT_SD_MV[i])
        populations[name] = cells
    # after all cells: devices between populations make NEST look for every cell it connects, ten times as long in all
    for i, cells in enumerate(populations.values()):
        drive = nest.Create("poisson_generator", params={"rate": float(BACKGROUND_HZ * K_BACKGROUND[i] * scale)})
        nest.Connect(drive, cells, syn_spec={"weight": float(weight_pa() / np.sqrt(scale)), "delay": DELAY_MS[0]})
    # one model of synapse holds 134 million connections per thread: excitatory and inhibitory ones get their own
    models = ["excitatory", "inhibitory"]
    for model in models:
        nest.CopyModel("static_synapse", model)
    create_s, _ = clock.lap()
    for i, target in enumerate(POPULATIONS):
        for j, source in enumerate(POPULATIONS):
            if total[i, j] == 0:
                continue
            delay = DELAY_MS[j % 2]
            drawn_delay = nest.random.normal(mean=delay, std=delay * DELAY_RELATIVE_SD)
            nest.Connect(
                populations[source],
                populations[target],
                {"rule": "fixed_total_number", "N": int(total[i, j])},
                {
                    "synapse_model": models[j % 2],
                    "weight": above_zero(float(weight[i, j] / np.sqrt(scale)), WEIGHT_RELATIVE_SD),
                    "delay": nest.math.redraw(drawn_delay, min=SHORTEST_DELAY_MS, max=float("inf")),
                },
            )
    connect_s, _ = clock.lap()
    emit(
        {
            "engine": f"NEST {nest.__version__}",
            "case": "pd14",
            "scale": scale,
            "cells": int(n_cells.sum()),
            "synapses": int(total.sum()),
            "build_s": create_s + connect_s,
            "connect_s": connect_s,
            **measure(populations, arguments),
        }
    )


if __name__ == "__main__":
    main()
