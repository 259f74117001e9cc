"""What the scripts that run cases in NEST share: the kernel, recorders, and the timed run."""

import nest
import numpy as np

from engine_figures import DT_MS, Clock, peak_mib, statistics


def start(arguments):
    nest.set(verbosity=nest.VerbosityLevel.ERROR)
    nest.ResetKernel()
    nest.set(local_num_threads=arguments.threads, resolution=DT_MS, rng_seed=arguments.seed)


def above_zero(mean, relative_sd):
    """A normal parameter, drawn again until it has its mean's sign."""
    low, high = (0.0, float("inf")) if mean > 0 else (-float("inf"), 0.0)
    return nest.math.redraw(nest.random.normal(mean=mean, std=abs(mean) * relative_sd), min=low, max=high)


def measure(populations, arguments):
    """Runs the onset, then the measured time with all spikes kept; figures of it."""
    recorders = {}
    for name, cells in populations.items():
        recorders[name] = nest.Create("spike_recorder")
        nest.Connect(cells, recorders[name])
    nest.Prepare()
    nest.Run(arguments.presim_ms)
    clock = Clock()
    nest.Run(arguments.t_ms)
    run_s, cpu_s = clock.lap()
    nest.Cleanup()
    peak = peak_mib()
    spikes = {}
    for name, cells in populations.items():
        events = recorders[name].get("events")
        steps = np.rint(np.asarray(events["times"]) / DT_MS).astype(np.int64)
        spikes[name] = steps, np.asarray(events["senders"], dtype=np.int64) - min(cells.global_id)
    sizes = {name: len(cells) for name, cells in populations.items()}
    return {
        "threads": arguments.threads,
        "seed": arguments.seed,
        "t_ms": arguments.t_ms,
        "presim_ms": arguments.presim_ms,
        "run_s": run_s,
        "cpu_s": cpu_s,
        "rtf": run_s / (arguments.t_ms * 1e-3),
        "peak_mib": peak,
        **statistics(spikes, sizes, arguments.presim_ms, arguments.t_ms),
    }
