"""What the scripts that run cases in other engines share: a clock, the statistics of `bravli bench`, one line of figures.

The statistics are those of bravli's own figures: rates over all cells; the coefficient of variation of interspike
intervals over cells with three intervals or more; the mean correlation of spike counts in bins of 5 ms over all pairs of
up to 200 evenly spaced cells.
"""

import json
import resource
import time

import numpy as np

DT_MS = 0.1
CORRELATION_BIN_MS = 5.0
CORRELATION_CELLS = 200
MIN_INTERVALS = 3


class Clock:
    """Seconds on the clock and of the processor since the last lap."""

    def __init__(self):
        self.lap()

    def lap(self):
        now = time.perf_counter(), processor_s()
        wall, cpu = (now[0] - self.start[0], now[1] - self.start[1]) if hasattr(self, "start") else (0.0, 0.0)
        self.start = now
        return wall, cpu


def processor_s():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def add_run_options(parser):
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--t-ms", type=float, default=1000.0)
    parser.add_argument("--presim-ms", type=float, required=True)
    parser.add_argument("--seed", type=int, default=1)


def statistics(spikes, sizes, presim_ms, t_ms):
    """Rates, coefficients of variation and correlations by population.

    `spikes` holds (steps, cells) for each name of `sizes`: the step at whose start a spike stands, cells from 0.
    """
    figures = {"rates_hz": {}, "cv_isi": {}, "correlation": {}}
    first, n_steps = round(presim_ms / DT_MS) + 1, round(t_ms / DT_MS)
    for name, (steps, cells) in spikes.items():
        steps, cells = np.asarray(steps, dtype=np.int64) - first, np.asarray(cells, dtype=np.int64)
        inside = (steps >= 0) & (steps < n_steps)
        steps, cells = steps[inside], cells[inside]
        figures["rates_hz"][name] = len(steps) / sizes[name] / (t_ms * 1e-3)
        for key, value in (
            ("cv_isi", mean_cv(steps, cells, sizes[name])),
            ("correlation", mean_correlation(steps, cells, sizes[name], n_steps)),
        ):
            if value is not None:
                figures[key][name] = value
    return figures


def mean_cv(steps, cells, n_cells):
    order = np.lexsort((steps, cells))
    steps, cells = steps[order], cells[order]
    same = cells[1:] == cells[:-1]
    intervals, owners = np.diff(steps)[same].astype(float), cells[1:][same]
    count = np.bincount(owners, minlength=n_cells)
    enough = count >= MIN_INTERVALS
    if not enough.any():
        return None
    mean = np.bincount(owners, intervals, n_cells)[enough] / count[enough]
    spread = (intervals - np.bincount(owners, intervals, n_cells)[owners] / count[owners]) ** 2
    variance = np.bincount(owners, spread, n_cells)[enough] / count[enough]
    return float(np.mean(np.sqrt(variance) / mean))


def mean_correlation(steps, cells, n_cells, n_steps):
    bin_steps = round(CORRELATION_BIN_MS / DT_MS)
    n_bins = n_steps // bin_steps
    n_sample = min(CORRELATION_CELLS, n_cells)
    sample = np.arange(n_sample) * n_cells // n_sample
    place = np.full(n_cells, -1)
    place[sample] = np.arange(n_sample)
    kept = (place[cells] >= 0) & (steps < n_bins * bin_steps)
    flat = place[cells[kept]] * n_bins + steps[kept] // bin_steps
    counts = np.bincount(flat, minlength=n_sample * n_bins).reshape(n_sample, n_bins).astype(float)
    counts = counts[counts.std(axis=1) > 0] if n_bins else counts[:0]
    n = len(counts)
    if n < 2:
        return None
    scores = (counts - counts.mean(axis=1, keepdims=True)) / counts.std(axis=1, keepdims=True)
    return float((np.mean(scores.sum(axis=0) ** 2) - n) / (n * (n - 1)))


def emit(figures):
    """Prints figures as one line of JSON, rounded to what they can bear."""

    def rounded(value):
        if isinstance(value, dict):
            return {key: rounded(inner) for key, inner in value.items()}
        return float(f"{value:.5g}") if isinstance(value, float) else value

    print(json.dumps(rounded(figures)), flush=True)
