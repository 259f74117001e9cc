#!/usr/bin/env python3
"""The same networks in bravli, NEST and Brian2: rates, irregularity, correlations and spectra must agree.

Run by `cargo xtask peers`, or by hand where the packages of `tests/python/engines.txt` can be imported:

    cargo run --release -p bravli-sim --example peer_networks -- target/peer-networks
    python3 tests/python/engines_peers.py target/peer-networks

All engines have the identical wiring; each draws noise of its own. So a figure of another engine is held against those of
twelve seeds here: it may be off by four standard deviations of a single run around their mean, plus a floor for what
differs in numerics (steps, solvers, the laws of noise). Four standard deviations, twelve seeds: by chance one figure in
five hundred is beyond them if there were no floor, and the runs repeat to the bit, so a check that passed passes again.

A network without noise is held to its spikes: every one of them within a step.

Each network is also run here with excitatory weights 1.3 times too large. The comparison must notice all of these: a check
that cannot fail says nothing.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from engine_figures import mean_correlation, mean_cv

ENGINES = ("nest", "brian2")
BANDS_HZ = ((2, 10), (10, 30), (30, 80), (80, 200), (200, 450))
SEGMENT_MS = 500
SPREADS = 4.0
# what engines may differ by beyond chance: a share of the rate; absolute for the rest, of the power in decades
RATE_FLOOR = 0.01
FLOORS = {"cv": 0.01, "correlation": 0.001, "power": 0.04}


def read(path):
    """Steps and cells by population."""
    spikes = {}
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            spikes.setdefault(row["population"], []).append((round(float(row["time_ms"]) * 1e4), int(row["cell"])))
    return {name: np.array(rows) for name, rows in spikes.items()}


def spectrum(times_ms, n_cells, length_ms):
    """Power of the population's activity by band, over that of as many independent Poisson cells; log10."""
    counts = np.histogram(times_ms, bins=int(length_ms), range=(0, int(length_ms)))[0].astype(float)
    n = len(counts) // SEGMENT_MS
    segments = counts[: n * SEGMENT_MS].reshape(n, SEGMENT_MS)
    window = np.hanning(SEGMENT_MS)
    power = (np.abs(np.fft.rfft((segments - counts.mean()) * window)) ** 2).mean(axis=0)
    frequency = np.fft.rfftfreq(SEGMENT_MS, 1e-3)
    scale = max(counts.mean(), 1e-9) * (window**2).sum()
    bands = [power[(frequency >= low) & (frequency < high)].mean() / scale for low, high in BANDS_HZ]
    return [float(np.log10(max(band, 1e-6))) for band in bands]


def figures(path, about):
    """All that is compared, by (population, quantity)."""
    spikes, dt = read(path), about["dt_ms"]
    length_ms = about["duration_ms"] - about["onset_ms"]
    n_steps = round(length_ms / dt)
    told = {}
    for name, n_cells in about["cells"].items():
        rows = spikes.get(name, np.zeros((0, 2), dtype=int))
        steps = np.round(rows[:, 0] * 1e-4 / dt).astype(int) - round(about["onset_ms"] / dt) - 1
        inside = (steps >= 0) & (steps < n_steps)
        steps, cells = steps[inside], rows[inside, 1]
        told[name, "rate"] = len(steps) / n_cells / (length_ms * 1e-3)
        told[name, "cv"] = mean_cv(steps, cells, n_cells) or 0.0
        told[name, "correlation"] = mean_correlation(steps, cells, n_cells, n_steps) or 0.0
        for (low, high), power in zip(BANDS_HZ, spectrum(steps * dt, n_cells, length_ms)):
            told[name, f"power {low}-{high} Hz"] = power
    return told


def compared(ours, theirs):
    """(population, quantity, mean here, spread here, figure there, difference over what is allowed)."""
    rows = []
    for key, value in theirs.items():
        here = np.array([one[key] for one in ours])
        mean, spread = here.mean(), here.std(ddof=1)
        floor = RATE_FLOOR * mean if key[1] == "rate" else FLOORS[key[1].split()[0]]
        allowed = SPREADS * spread * np.sqrt(1.0 + 1.0 / len(here)) + floor
        rows.append((*key, mean, spread, value, abs(value - mean) / allowed))
    return rows


def same_spikes(ours, theirs, dt):
    """Spikes in either, how many are at the same step, and how many have none within a step; by cell and order."""
    n, same, apart = 0, 0, 0
    for name in sorted(set(ours) | set(theirs)):
        none = np.zeros((0, 2), dtype=int)
        a, b = ours.get(name, none), theirs.get(name, none)
        for cell in np.union1d(a[:, 1], b[:, 1]):
            x, y = (np.round(rows[rows[:, 1] == cell, 0] * 1e-4 / dt) for rows in (a, b))
            x, y = np.sort(x), np.sort(y)
            short = min(len(x), len(y))
            off = np.abs(x[:short] - y[:short])
            n += max(len(x), len(y))
            same += int((off == 0).sum())
            apart += int((off > 1).sum()) + abs(len(x) - len(y))
    return n, same, apart


class Checks:
    """What held and what did not."""

    def __init__(self):
        self.failed = []

    def that(self, holds, what, told):
        print(f"{'ok  ' if holds else 'FAIL'} {what}: {told}", flush=True)
        if not holds:
            self.failed.append(what)


def simulated(script, compiled):
    """Runs a script; gives its summary, or what it said last."""
    begin = time.perf_counter()
    command = [sys.executable, str(script), "--out", str(script.parent / "spikes.csv")]
    if script.parent.name == "brian2" and not compiled:
        command.append("--runtime")
    done = subprocess.run(command, capture_output=True, text=True, timeout=1800, check=False)
    lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()
    return done.returncode == 0, lines[-1] if lines else "", time.perf_counter() - begin


def asked(script):
    """Whether a script is run: Brian2 in Python takes minutes, so it has those networks that need it."""
    return script.parent.name == "nest" or json.loads((script.parent.parent / "about.json").read_text())["brian2"]


def worst(rows):
    population, quantity, mean, spread, value, ratio = max(rows, key=lambda row: row[5])
    return f"{population} {quantity} {value:.4g} for {mean:.4g} +- {spread:.2g}, {ratio:.2f} of what is allowed"


def table(rows):
    for population, quantity, mean, spread, value, ratio in rows:
        z = (value - mean) / spread if spread > 0 else 0.0
        print(f"       {population:<6} {quantity:<16} bravli {mean:9.4f} +- {spread:.4f}  theirs {value:9.4f}  z {z:+5.1f}  used {ratio:4.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", help="a network")
    parser.add_argument("--keep", action="store_true", help="take spikes of an earlier call where they lie there")
    parser.add_argument("--all", action="store_true", help="run Brian2 on every network, also where NEST stands for both")
    parser.add_argument("--compiled", action="store_true", help="let Brian2 compile its programs: long runs are faster, short ones slower")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--table", action="store_true", help="print every figure")
    arguments = parser.parse_args()
    folders = sorted(path.parent for path in arguments.folder.glob("*/about.json"))
    folders = [folder for folder in folders if arguments.only in (None, folder.name)]
    checks = Checks()
    checks.that(folders, "there are networks", len(folders))

    scripts = [folder / engine / "simulate.py" for folder in folders for engine in ENGINES]
    scripts = [script for script in scripts if script.exists() and (arguments.all or asked(script))]
    wanted = [script for script in scripts if not (arguments.keep and (script.parent / "spikes.csv").exists())]
    with ThreadPoolExecutor(arguments.jobs) as pool:
        for script, (fine, told, took) in zip(wanted, pool.map(lambda script: simulated(script, arguments.compiled), wanted)):
            name = f"{script.parent.parent.name} runs in {script.parent.name}"
            checks.that(fine, name, f"{told} ({took:.0f} s)")

    for folder in folders:
        about = json.loads((folder / "about.json").read_text())
        runs = [folder / "bravli" / f"{seed}.csv" for seed in range(1, about["seeds"] + 1)]
        damaged = folder / "bravli" / "damaged.csv"
        for engine in ENGINES:
            refused = folder / f"{engine}.refused"
            if refused.exists():
                print(f"     {folder.name} is refused for {engine}: {refused.read_text().splitlines()[0]}")
        outside = [engine for engine in ENGINES if (folder / engine / "spikes.csv").exists()]
        checks.that(outside, f"{folder.name} ran outside", ", ".join(outside) or "nowhere")
        if about["deterministic"]:
            ours, slow = read(runs[0]), read(folder / "bravli" / "reference.csv")
            for engine in outside:
                theirs = read(folder / engine / "spikes.csv")
                n, same, _ = same_spikes(slow, theirs, about["dt_ms"])
                told = f"{n} spikes, {same} at the same step"
                checks.that(n > 100 and same == n, f"{folder.name} has the spikes of {engine} in the reference engine", told)
                n, same, apart = same_spikes(ours, theirs, about["dt_ms"])
                told = f"{n} spikes, {same} at the same step, {apart} more than a step apart"
                checks.that(n > 100 and apart == 0, f"{folder.name} has the spikes of {engine}", told)
            n, same, apart = same_spikes(ours, read(damaged), about["dt_ms"])
            checks.that(apart > 0, f"{folder.name}: excitatory weights 1.3 times too large are noticed", f"{apart} of {n} spikes apart")
            continue
        ours = [figures(run, about) for run in runs]
        for engine in outside:
            rows = compared(ours, figures(folder / engine / "spikes.csv", about))
            off = [row for row in rows if row[5] > 1.0]
            rates = ", ".join(f"{row[0]} {row[4]:.2f} for {row[2]:.2f} Hz" for row in rows if row[1] == "rate")
            checks.that(not off, f"{folder.name} agrees with {engine}", f"{rates}; of {len(rows)} figures the farthest: {worst(rows)}")
            if off or arguments.table:
                table(rows if arguments.table else off)
        rows = compared(ours, figures(damaged, about))
        off = [row for row in rows if row[5] > 1.0]
        checks.that(off, f"{folder.name}: excitatory weights 1.3 times too large are noticed", f"{len(off)} of {len(rows)} figures off; {worst(rows)}")

    print(f"{len(checks.failed)} failed" if checks.failed else "all agree")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
