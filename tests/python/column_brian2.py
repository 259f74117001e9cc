#!/usr/bin/env python3
"""Runs the network of `bravli bench column` in Brian2, C++ standalone; prints one JSON object.

Membranes advance by Euler's method with the conductances of the step's start, which raises rates by some per cent.
Targets of a source are drawn without repeats.
"""

import argparse

import column_parameters as column
from engine_figures import add_run_options, emit

CELL = """
dv/dt = (gL*(EL-v) + gL*DT*exp(clip((v-VT)/DT, -50, 20)) - w + (ge+oe)*(Ee-v) + (gi+oi)*(Ei-v))/Cm : volt (unless refractory)
dw/dt = (a*(v-EL) - w)/tauw : amp
dge/dt = -ge/taue : siemens
dgi/dt = -gi/taui : siemens
doe/dt = (me-oe)/taue + se*sqrt(2/taue)*xi_e : siemens
doi/dt = (mi-oi)/taui + si*sqrt(2/taui)*xi_i : siemens
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=10_000)
    parser.add_argument("--release", choices=["shared", "per-connection"], default="shared")
    add_run_options(parser)
    arguments = parser.parse_args()

    from brian2 import Hz, Network, NeuronGroup, PoissonInput, SpikeMonitor, Synapses, mV, ms, nS, pA, pF, second

    from brian2_run import Standalone

    standalone = Standalone(arguments)
    n_cells, outputs, gain = column.sizes(arguments.cells)
    groups, parts = {}, []
    for name in column.NAMES:
        cell, background = column.CELL[name], column.BACKGROUND[name]
        constants = {
            "Cm": cell["C_m"] * pF,
            "gL": cell["g_L"] * nS,
            "EL": cell["E_L"] * mV,
            "VT": cell["V_th"] * mV,
            "DT": cell["Delta_T"] * mV,
            "a": cell["a"] * nS,
            "tauw": cell["tau_w"] * ms,
            "jump": cell["b"] * pA,
            "Vr": cell["V_reset"] * mV,
            "Vp": cell["V_peak"] * mV,
            "Ee": column.REVERSAL["E"] * mV,
            "Ei": column.REVERSAL["I"] * mV,
            "taue": column.DECAY["E"] * ms,
            "taui": column.DECAY["I"] * ms,
            "me": background["E"][0] * nS,
            "se": background["E"][1] * nS,
            "mi": background["I"][0] * nS,
            "si": background["I"][1] * nS,
        }
        group = NeuronGroup(
            n_cells[name],
            CELL,
            threshold="v > Vp",
            reset="v = Vr; w += jump",
            refractory=cell["t_ref"] * ms,
            method="euler",
            namespace=constants,
            name=f"cells_{name}",
        )
        low, high = column.V_INIT
        group.v = f"{low}*mV + {high - low}*mV*rand()"
        group.oe, group.oi = constants["me"], constants["mi"]
        fibres = PoissonInput(group, "ge", N=column.N_FIBRES, rate=column.FIBRE_HZ * Hz, weight=column.FIBRE_NS * nS)
        parts += [group, fibres, SpikeMonitor(group, name=f"spikes_{name}")]
        groups[name] = group
    for (source, target), pathway in column.PATHWAYS.items():
        conductance = "ge" if source == "E" else "gi"
        own = arguments.release == "per-connection"
        facilitates = pathway["tau_fac"] > 0.0
        constants = {"U": pathway["U"], "taur": pathway["tau_rec"] * ms, "tauf": pathway["tau_fac"] * ms}
        variables = ["u : 1", "x : 1", "last : second", "weight : siemens"]
        if own:
            constants = {}
            variables += ["U : 1 (constant)", "taur : second (constant)", "tauf : second (constant)"]
        synapses = Synapses(
            groups[source],
            groups[target],
            "\n".join(variables),
            on_pre=f"""
            x = 1 + (x - x*u - 1)*exp(-(t-last)/taur)
            u = {"U + u*(1-U)*exp(-(t-last)/tauf)" if facilitates else "U"}
            {conductance}_post += weight*u*x
            last = t
            """,
            namespace=constants,
            name=f"synapses_{source}{target}",
        )
        synapses.connect(j=f"k for k in sample(N_post, size={outputs[source, target]})")
        mean = pathway["weight"] * gain
        synapses.weight = f"clip({mean} + {mean * column.WEIGHT_RELATIVE_SD}*randn(), 0, inf)*nS"
        if own:
            sd, low = column.RELEASE_RELATIVE_SD, column.SHORTEST_RECOVERY
            synapses.U = f"clip({pathway['U']}*(1 + {sd}*randn()), 0, 1)"
            synapses.taur = f"clip({pathway['tau_rec']}*(1 + {sd}*randn()), {low}, inf)*ms"
            synapses.tauf = f"clip({pathway['tau_fac']}*(1 + {sd}*randn()), {low}, inf)*ms"
        synapses.u = "U" if own else pathway["U"]
        synapses.x = 1.0
        synapses.last = -1e3 * second
        mean, sd = pathway["delay"]
        synapses.delay = f"clip({mean} + {sd}*randn(), {column.DELAYS[0]}, {column.DELAYS[1]})*ms"
        parts.append(synapses)
    figures = standalone.measure(Network(parts), n_cells)
    emit(
        {
            "case": "column",
            "release": arguments.release,
            "cells": arguments.cells,
            "synapses": sum(n_cells[source] * n for (source, _), n in outputs.items()),
            **figures,
        }
    )


if __name__ == "__main__":
    main()
