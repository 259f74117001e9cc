import argparse
import csv
import json
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
from brian2 import NeuronGroup, SpikeGeneratorGroup, SpikeMonitor, Synapses, TimedArray
from brian2 import Network, __version__, defaultclock, device, ms, prefs, second, seed, set_device

DT = @DT@
STEPS = @STEPS@
HERE = Path(__file__).resolve().parent

parser = argparse.ArgumentParser(description="Simulates the network and writes its spikes.")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--seed", type=int, default=@SEED@, help="of noise; the wiring is what the files say")
parser.add_argument("--out", default="spikes.csv", help="spikes, as population,cell,time_ms")
parser.add_argument("--runtime", action="store_true", help="run in Python, without a C++ compiler")
parser.add_argument("--build", help="folder for the compiled program; a temporary one without it")
arguments = parser.parse_args()

compiled = not arguments.runtime and any(shutil.which(name) for name in ("g++", "clang++", "cl"))
if compiled:
    set_device("cpp_standalone", build_on_run=False)
    if arguments.threads > 1:
        prefs.devices.cpp_standalone.openmp_threads = arguments.threads
    prefs.devices.cpp_standalone.extra_make_args_unix = [f"-j{arguments.threads}"]
else:
    prefs.codegen.target = "numpy"
defaultclock.dt = DT * ms
seed(arguments.seed)
network = Network()
populations = {}


def load(name):
    return np.load(HERE / "data" / f"{name}.npy")


def kept(name, group):
    populations[name] = group
    network.add(group)


def filled(group, **values):
    """Sets variables: one number for all, or one each."""
    for key, value in values.items():
        setattr(group, key, value if np.isscalar(value) else np.asarray(value))


def over_time(values):
    """A number per step."""
    return TimedArray(np.asarray(values, dtype=float), dt=DT * ms)


def stepped(steps, values):
    """A number per step, from the steps at which it changes."""
    return over_time(np.repeat(values, np.diff(np.append(steps, STEPS))))


def given_source(name, n, cells, steps):
    """Given spikes; Brian2 counts a step by its start, bravli by its end."""
    kept(name, SpikeGeneratorGroup(n, cells.astype(int), (steps - 1.0) * DT * ms))


def synapses(name, source, target, model, on_pre, on_post="", **values):
    """The connections of a projection, in order."""
    i, j = load(f"{name}_source"), load(f"{name}_target")
    if not len(i):
        return None
    group = Synapses(populations[source], populations[target], model, on_pre=on_pre, on_post=on_post or None,
                     order={"pre": 1, "post": -1} if on_post else 0, name=name)
    group.connect(i=i.astype(int), j=j.astype(int))
    group.delay = load(f"{name}_delay") * DT * ms
    filled(group, weight=load(f"{name}_weight").astype(float), **values)
    network.add(group)
    return group


def spontaneous(name, target, rate, on_pre, **weights):
    """Events that each cell receives at a rate of its own, with weights of its own."""
    n = len(populations[target])
    source = NeuronGroup(n, "rate : 1 (constant)", threshold="rand() < rate*dt/second", name=f"{name}_source")
    source.rate = rate
    model = "\n".join(f"{key} : 1 (constant)" for key in weights)
    group = Synapses(source, populations[target], model, on_pre=on_pre, name=name)
    group.connect(i=np.arange(n), j=np.arange(n))
    filled(group, **weights)
    network.add(source, group)

