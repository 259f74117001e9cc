#!/usr/bin/env python3
"""Runs benchmark 1 (coba) or 2 (cuba) of Brette et al. 2007 (doi:10.1007/s10827-007-0038-6) in Brian2, C++ standalone.

Prints one JSON object. The network is that of `bravli bench coba` and `cuba`, but for the start of the first, which takes
the published conductances. Spikes arrive within the step, as Brian2's examples of these benchmarks have it.
"""

import argparse

from engine_figures import add_run_options, emit

N_CELLS = {"E": 3200, "I": 800}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=["coba", "cuba"], required=True)
    add_run_options(parser)
    arguments = parser.parse_args()

    from brian2 import Network, NeuronGroup, SpikeMonitor, Synapses, mV, ms, nS, pF

    from brian2_run import Standalone

    standalone = Standalone(arguments)
    constants = {"te": 5 * ms, "ti": 10 * ms, "Vt": -50 * mV, "Vr": -60 * mV}
    if arguments.kind == "coba":
        constants |= {"Cm": 200 * pF, "gl": 10 * nS, "El": -60 * mV, "Ee": 0 * mV, "Ei": -80 * mV}
        equations = """
        dv/dt = (gl*(El-v) + ge*(Ee-v) + gi*(Ei-v))/Cm : volt (unless refractory)
        dge/dt = -ge/te : siemens
        dgi/dt = -gi/ti : siemens
        """
        jumps, method = {"E": "ge += 6*nS", "I": "gi += 67*nS"}, "exponential_euler"
    else:
        constants |= {"tm": 20 * ms, "El": -49 * mV}
        equations = """
        dv/dt = (ge + gi - (v-El))/tm : volt (unless refractory)
        dge/dt = -ge/te : volt
        dgi/dt = -gi/ti : volt
        """
        jumps, method = {"E": "ge += 1.62*mV", "I": "gi -= 9*mV"}, "exact"
    groups, parts = {}, []
    for name, n in N_CELLS.items():
        group = NeuronGroup(
            n,
            equations,
            threshold="v > Vt",
            reset="v = Vr",
            refractory=5 * ms,
            method=method,
            namespace=constants,
            name=f"cells_{name}",
        )
        group.v = "-60*mV + 10*mV*rand()"
        if arguments.kind == "coba":
            group.ge = "clip(40 + 15*randn(), 0, inf)*nS"
            group.gi = "clip(200 + 120*randn(), 0, inf)*nS"
        groups[name] = group
        parts += [group, SpikeMonitor(group, name=f"spikes_{name}")]
    for source, jump in jumps.items():
        for target, group in groups.items():
            synapses = Synapses(groups[source], group, on_pre=jump, name=f"synapses_{source}{target}")
            synapses.connect(p=0.02)
            parts.append(synapses)
    figures = standalone.measure(Network(parts), N_CELLS)
    emit({"case": arguments.kind, "cells": sum(N_CELLS.values()), **figures})


if __name__ == "__main__":
    main()
