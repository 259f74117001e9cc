"""The network of `bravli bench column`, for the scripts that run it in other engines: ms, mV, pF, nS, pA, Hz."""

NAMES = ("E", "I")
CELL = {
    "E": {"C_m": 150.0, "g_L": 10.0, "E_L": -70.0, "V_th": -50.0, "Delta_T": 2.0, "a": 2.0, "b": 60.0, "tau_w": 150.0}
    | {"V_reset": -58.0, "t_ref": 2.0, "V_peak": 0.0},
    "I": {"C_m": 100.0, "g_L": 10.0, "E_L": -68.0, "V_th": -48.0, "Delta_T": 1.5, "a": 0.0, "b": 10.0, "tau_w": 50.0}
    | {"V_reset": -60.0, "t_ref": 1.0, "V_peak": 0.0},
}
# reversal potential and decay of the conductances that E and I cells open
REVERSAL = {"E": 0.0, "I": -80.0}
DECAY = {"E": 3.0, "I": 8.0}
# mean and standard deviation of both background conductances, by cell
BACKGROUND = {"E": {"E": (8.0, 2.4), "I": (6.0, 2.0)}, "I": {"E": (5.9, 2.2), "I": (6.0, 2.0)}}
N_FIBRES, FIBRE_HZ, FIBRE_NS = 20, 5.0, 2.0
V_INIT = (-70.0, -55.0)
# by source and target; weights in nS at a thousand inputs
PATHWAYS = {
    ("E", "E"): {"U": 0.5, "tau_rec": 800.0, "tau_fac": 0.0, "weight": 1.6, "delay": (1.5, 0.5)},
    ("E", "I"): {"U": 0.1, "tau_rec": 130.0, "tau_fac": 530.0, "weight": 3.0, "delay": (1.0, 0.3)},
    ("I", "E"): {"U": 0.25, "tau_rec": 700.0, "tau_fac": 20.0, "weight": 14.0, "delay": (1.0, 0.3)},
    ("I", "I"): {"U": 0.32, "tau_rec": 144.0, "tau_fac": 60.0, "weight": 8.0, "delay": (0.8, 0.2)},
}
WEIGHT_RELATIVE_SD = 0.25
DELAYS = (0.3, 5.0)
RELEASE_RELATIVE_SD, SHORTEST_RECOVERY, SITES = 0.25, 1.0, 3


def sizes(cells):
    """Cells by type, and by (source, target) the synapses that each source makes, with the factor on weights."""
    n_cells = {"E": round(0.8 * cells)}
    n_cells["I"] = cells - n_cells["E"]
    inputs = min(1000, round(0.1 * cells))
    of = {"E": round(0.8 * inputs)}
    of["I"] = inputs - of["E"]
    outputs = {(s, t): round(of[s] * n_cells[t] / n_cells[s]) for s in NAMES for t in NAMES}
    return n_cells, outputs, 1000.0 / inputs
