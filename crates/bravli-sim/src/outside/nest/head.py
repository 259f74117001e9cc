import argparse
import csv
import json
import time
from pathlib import Path

import nest
import numpy as np

DT = @DT@
STEPS = @STEPS@
HERE = Path(__file__).resolve().parent

parser = argparse.ArgumentParser(description="Simulates the network and writes its spikes.")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--seed", type=int, default=@SEED@, help="of noise; the wiring is what the files say")
parser.add_argument("--out", default="spikes.csv", help="spikes, as population,cell,time_ms")
arguments = parser.parse_args()

nest.verbosity = nest.VerbosityLevel.ERROR
nest.ResetKernel()
nest.set(resolution=DT, local_num_threads=arguments.threads, rng_seed=arguments.seed)
populations = {}
waiting = []
noises = []


def load(name):
    return np.load(HERE / "data" / f"{name}.npy")


def ids(name):
    return np.array(populations[name].tolist(), dtype=int)


def population(name, model, n, arrays=None, each=None, **parameters):
    """Cells; `arrays` are one list for all of them, `each` has lists per cell."""
    own = f"population{len(populations)}"
    nest.CopyModel(model, own, arrays or {})
    populations[name] = nest.Create(own, n, parameters)
    if each:
        rows = [{key: [float(column[cell]) for column in columns] for key, columns in each.items()} for cell in range(n)]
        populations[name].set(rows)


def poisson_source(name, n, rate):
    """Cells that repeat trains of their own."""
    populations[name] = nest.Create("parrot_neuron", n)
    waiting.append(lambda: nest.Connect(events(rate), populations[name], "all_to_all", {"delay": DT}))


def given_source(name, n, cells, steps):
    """Cells that repeat given spikes; a generator is a step ahead of its cell."""
    populations[name] = nest.Create("parrot_neuron", n)
    waiting.append(lambda: give(name, cells, steps))


def give(name, cells, steps):
    """Generators of given spikes."""
    active = np.unique(cells)
    if len(active):
        generators = nest.Create("spike_generator", len(active))
        generators.set([{"spike_times": np.round(DT * (steps[cells == cell] - 1.0), 6)} for cell in active])
        connected(np.array(generators.tolist()), ids(name)[active], {"weight": np.ones(len(active)), "delay": np.full(len(active), DT)})


def wake_sources():
    """Makes what drives sources, after all populations: NEST looks long for cells that devices stand between."""
    for wake in waiting:
        wake()


def events(rate):
    """A generator of independent trains: one rate, or (times, rates)."""
    if isinstance(rate, tuple):
        return nest.Create("inhomogeneous_poisson_generator", 1, {"rate_times": rate[0], "rate_values": rate[1]})
    return nest.Create("poisson_generator", 1, {"rate": rate})


def connected(sources, targets, synapse):
    if len(sources):
        nest.Connect(sources, targets, "one_to_one", synapse)


def ported(synapse, port, n):
    return {**synapse, "receptor_type": np.full(n, port)} if port else synapse


def column(values, n):
    values = np.asarray(values)
    return np.array(np.broadcast_to(values, n), dtype=int if values.dtype.kind in "iu" else float)


def projection(name, source, target, port=0, factor=1.0, model="static_synapse", **columns):
    """The connections of a projection onto a port; weights times `factor`."""
    i, j = load(f"{name}_source"), load(f"{name}_target")
    columns.setdefault("weight", load(f"{name}_weight").astype(float))
    columns["weight"] = factor * columns["weight"]
    columns = {key: column(values, len(i)) for key, values in columns.items()}
    synapse = {"synapse_model": model, "delay": DT * load(f"{name}_delay"), **columns}
    connected(ids(source)[i], ids(target)[j], ported(synapse, port, len(i)))


def plastic(name, source, target, w_max, port=0, factor=1.0, model="stdp_synapse", **columns):
    """Connections that learn; all but the last step of a delay lies before the synapse, in a relay."""
    i, j, steps = load(f"{name}_source"), load(f"{name}_target"), load(f"{name}_delay").astype(int)
    sources, late = ids(source)[i], steps > 1
    pairs, which = np.unique(np.column_stack([i, steps])[late], axis=0, return_inverse=True)
    if len(pairs):
        relays = nest.Create("parrot_neuron", len(pairs))
        delays = DT * (pairs[:, 1] - 1)
        connected(ids(source)[pairs[:, 0]], np.array(relays.tolist()), {"weight": np.ones(len(pairs)), "delay": delays})
        sources[late] = np.array(relays.tolist())[which.ravel()]
    weight = factor * load(f"{name}_weight").astype(float)
    columns = {key: np.full(len(i), float(value)) for key, value in columns.items()}
    bound = np.copysign(abs(factor) * w_max, weight)
    synapse = {"synapse_model": model, "weight": weight, "delay": np.full(len(i), DT), "Wmax": bound, **columns}
    connected(sources, ids(target)[j], ported(synapse, port, len(i)))


def poisson_drive(target, rate, ways):
    """Independent events onto ports, each with its weight."""
    source = events(rate)
    if len(ways) > 1:
        relays = nest.Create("parrot_neuron", len(populations[target]))
        nest.Connect(source, relays, "all_to_all", {"delay": DT})
    for port, weight in ways:
        synapse = {"weight": weight, "delay": DT, **({"receptor_type": port} if port else {})}
        if len(ways) > 1:
            nest.Connect(relays, populations[target], "one_to_one", synapse)
        else:
            nest.Connect(source, populations[target], "all_to_all", synapse)


def shot_noise(target, rate, weight, port):
    """Poisson events per cell whose conductance has the mean, spread and correlation time of the noise."""
    n = len(populations[target])
    generators = nest.Create("poisson_generator", n, {"rate": np.broadcast_to(rate, n).copy()})
    weight = np.broadcast_to(weight, n).copy()
    synapse = {"weight": weight, "delay": np.full(n, DT)}
    connected(np.array(generators.tolist()), ids(target), ported(synapse, port, n))


def current(target, times, values, cells=None):
    """A current over time into chosen cells."""
    generator = nest.Create("step_current_generator", 1, {"amplitude_times": times, "amplitude_values": values})
    chosen = ids(target) if cells is None else ids(target)[cells]
    connected(np.repeat(generator.tolist(), len(chosen)), chosen, {"weight": np.ones(len(chosen)), "delay": np.full(len(chosen), DT)})


class CurrentNoise:
    """An Ornstein-Uhlenbeck current per cell, drawn ahead in pieces by its exact step."""

    def __init__(self, target, mean, sd, tau):
        n = len(populations[target])
        self.generators = nest.Create("step_current_generator", n)
        nest.Connect(self.generators, populations[target], "one_to_one", {"delay": DT})
        self.mean, keep = np.broadcast_to(mean, n), np.exp(-DT / np.broadcast_to(tau, n))
        self.keep, self.spread, self.now = keep, sd * np.sqrt(1.0 - keep**2), self.mean.copy()
        self.draw = np.random.default_rng([arguments.seed, len(noises)])
        noises.append(self)

    def piece(self, start, n):
        values = np.empty((n, len(self.now)))
        for step in range(n):
            values[step] = self.now
            self.now = self.mean + (self.now - self.mean) * self.keep + self.spread * self.draw.standard_normal(len(self.now))
        times = np.round(DT * (start + 1 + np.arange(n)), 6)
        self.generators.set([{"amplitude_times": times, "amplitude_values": column} for column in values.T])

