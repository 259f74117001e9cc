#!/usr/bin/env python3
"""Writes the golden data of single cells and single synapses beside this file, run by NEST.

    python make.py [case ...]

A file holds lines `# name = value ...` (parameters under NEST's names, spike trains in ms), a line of column names, and
rows. Input stands on a grid of 0.1 ms. README.md says what each file is for.
"""

import math
import pathlib
import random
import sys

import nest

HERE = pathlib.Path(__file__).parent
GRID_MS = 0.1


def fresh(resolution_ms, seed=1):
    nest.ResetKernel()
    nest.set(resolution=resolution_ms, rng_seed=seed, verbosity=nest.VerbosityLevel.ERROR)


def grid(times):
    """Times, rounded to a ten-thousandth of a ms: NEST multiplies steps by the step."""
    return [round(float(t), 4) for t in times]


def number(value):
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def write(name, head, columns, rows):
    lines = [f"# nest = {nest.__version__}"]
    for key, value in head.items():
        values = value if isinstance(value, (list, tuple)) else [value]
        lines.append(f"# {key} = " + " ".join(number(v) for v in values))
    lines.append(",".join(columns))
    lines += [",".join(number(v) for v in row) for row in rows]
    text = "\n".join(lines) + "\n"
    assert len(text) <= 40_000, (name, len(text))
    (HERE / name).write_text(text)
    print(f"{name}: {len(rows)} rows, {len(text)} bytes")


def generator(times, target, weight, delay, receptor=None):
    source = nest.Create("spike_generator", params={"spike_times": times})
    synapse = {"weight": weight, "delay": delay}
    if receptor is not None:
        synapse["receptor_type"] = receptor
    nest.Connect(source, target, syn_spec=synapse)


def trace(cell, variables):
    meter = nest.Create("multimeter", params={"interval": GRID_MS, "record_from": variables})
    nest.Connect(meter, cell)
    return meter


def recorder(cell):
    spikes = nest.Create("spike_recorder")
    nest.Connect(cell, spikes)
    return spikes


def run(cell, pieces, stop_ms):
    """Simulates with the constant current of each (start_ms, pA): a current set between two runs acts from there on."""
    for (start, current), end in zip(pieces, [start for start, _ in pieces[1:]] + [stop_ms]):
        cell.I_e = current
        nest.Simulate(end - start)
    # what is recorded in the last step is handed over in the next
    nest.Simulate(1.0)


def rows(meter, variables, stop_ms, every_ms=GRID_MS):
    events = meter.events
    every = round(every_ms / GRID_MS)
    keep = [i for i, t in enumerate(events["times"]) if t <= stop_ms + 1e-6 and round(t / GRID_MS) % every == 0]
    times = grid(events["times"])
    return [[times[i], *(float(events[v][i]) for v in variables)] for i in keep]


def spikes_of(spikes, stop_ms):
    return [t for t in grid(spikes.events["times"]) if t <= stop_ms + 1e-6]


def flat(pieces):
    return [float(value) for piece in pieces for value in piece]


EX = [12.0, 12.0, 14.3, 21.0, 33.5, 34.1, 34.7, 35.3, 50.0, 52.2, 52.3, 66.0, 66.6, 67.1]
IN = [8.0, 22.5, 23.0, 36.0, 51.0, 68.0]


def driven(file, model, parameters, resolution, pieces, ex, inh, variables, stop, every=GRID_MS, receptors=(None, None)):
    """A cell under steps of current and given excitatory and inhibitory spikes: (weight, delay_ms, times) each."""
    fresh(resolution)
    cell = nest.Create(model, params=parameters)
    # without receptors of their own, NEST tells inhibitory spikes by their sign
    by_sign = -1.0 if "_cond_" in model and receptors[1] is None else 1.0
    # this model alone adds the spikes of a step's end before it advances its membrane: they act one step early
    early = resolution if model == "gif_psc_exp" else 0.0
    for (weight, delay, times), receptor, sign in zip((ex, inh), receptors, (1.0, by_sign)):
        # NEST wants each spike time once; a repeated one is a second generator
        once = sorted(set(times))
        again = sorted(t for t in once if times.count(t) > 1)
        for several in filter(None, (once, again)):
            generator(several, cell, sign * weight, round(delay + early, 4), receptor)
    meter, spikes = trace(cell, variables), recorder(cell)
    run(cell, pieces, stop)
    plain = {k: (list(v) if isinstance(v, (list, tuple)) else float(v)) for k, v in parameters.items()}
    head = {
        "model": model,
        "resolution": resolution,
        **plain,
        "current": flat(pieces),
        "ex": [float(ex[0]), ex[1], *ex[2]],
        "in": [float(inh[0]), inh[1], *inh[2]],
        "stop": stop,
        "spikes": spikes_of(spikes, stop),
    }
    write(file, head, ["t", *variables], rows(meter, variables, stop, every))


def lif_psc_exp():
    parameters = dict(C_m=250.0, tau_m=20.0, E_L=-70.0, V_m=-70.0, V_th=-55.0, V_reset=-65.0, t_ref=2.0)
    parameters |= dict(tau_syn_ex=2.0, tau_syn_in=5.0)
    pieces = [(0.0, 0.0), (5.0, 400.0), (42.0, -100.0), (48.0, 150.0)]
    driven(
        "lif_psc_exp.csv", "iaf_psc_exp", parameters, 0.1, pieces, (700.0, 1.5, EX), (-350.0, 0.8, IN),
        ["V_m", "I_syn_ex", "I_syn_in"], 75.0,
    )


def lif_cond_exp():
    parameters = dict(C_m=200.0, g_L=10.0, E_L=-70.0, V_m=-70.0, E_ex=0.0, E_in=-80.0, V_th=-50.0, V_reset=-60.0)
    parameters |= dict(t_ref=3.0, tau_syn_ex=1.7, tau_syn_in=8.0)
    pieces = [(0.0, 0.0), (5.0, 100.0)]
    driven(
        "lif_cond_exp.csv", "iaf_cond_exp", parameters, 0.1, pieces, (20.0, 1.5, EX), (10.0, 0.8, IN),
        ["V_m", "g_ex", "g_in"], 75.0,
    )


NAUD = {
    # name: C_m, g_L, E_L, a, tau_w, b, V_reset, I; Naud et al. 2008, doi:10.1007/s00422-008-0264-7
    "tonic": (200.0, 10.0, -70.0, 2.0, 30.0, 0.0, -58.0, 500.0),
    "adapting": (200.0, 12.0, -70.0, 2.0, 300.0, 60.0, -58.0, 500.0),
    "initial_burst": (130.0, 18.0, -58.0, 4.0, 150.0, 120.0, -50.0, 400.0),
    "regular_burst": (200.0, 10.0, -58.0, 2.0, 120.0, 100.0, -46.0, 210.0),
    "delayed_accelerating": (200.0, 12.0, -70.0, -10.0, 300.0, 0.0, -58.0, 300.0),
    "delayed_regular_burst": (100.0, 10.0, -65.0, -10.0, 90.0, 30.0, -47.0, 110.0),
    "transient": (100.0, 10.0, -65.0, 10.0, 90.0, 100.0, -47.0, 180.0),
    "irregular": (100.0, 12.0, -60.0, -11.0, 130.0, 30.0, -48.0, 160.0),
}


def adex_patterns():
    out, head = [], {"model": "aeif_cond_exp", "resolution": 0.005, "V_th": -50.0, "Delta_T": 2.0, "V_peak": 0.0}
    head |= {"t_ref": 0.0, "stop": 800.0, "columns": "C_m g_L E_L a tau_w b V_reset I"}
    for name, (c_m, g_l, e_l, a, tau_w, b, v_reset, current) in NAUD.items():
        fresh(0.005)
        parameters = dict(C_m=c_m, g_L=g_l, E_L=e_l, V_m=e_l, V_th=-50.0, Delta_T=2.0, a=a, tau_w=tau_w, b=b)
        parameters |= dict(V_reset=v_reset, V_peak=0.0, t_ref=0.0, w=0.0, gsl_error_tol=1e-9)
        cell = nest.Create("aeif_cond_exp", params=parameters)
        spikes = recorder(cell)
        run(cell, [(0.0, current)], 800.0)
        head[name] = list(NAUD[name])
        out += [[name, t] for t in spikes_of(spikes, 800.0)]
    write("adex_patterns.csv", head, ["pattern", "t"], out)


ADEX = dict(C_m=200.0, g_L=12.0, E_L=-70.0, V_m=-70.0, V_th=-50.0, Delta_T=2.0, a=4.0, tau_w=40.0, b=60.0)
ADEX |= dict(V_reset=-58.0, V_peak=0.0, t_ref=2.0, w=0.0, gsl_error_tol=1e-9)


def adex_cond():
    pieces = [(0.0, 0.0), (5.0, 150.0)]
    single = ADEX | dict(E_ex=0.0, E_in=-80.0, tau_syn_ex=1.7, tau_syn_in=8.0)
    columns = ["V_m", "w", "g_ex", "g_in"]
    for file, weight in (("adex_cond_exp_quiet.csv", 3.0), ("adex_cond_exp.csv", 20.0)):
        driven(file, "aeif_cond_exp", single, 0.005, pieces, (weight, 1.5, EX), (5.0, 0.8, IN), columns, 75.0, 0.2)
    multi = ADEX | dict(E_rev=[0.0, -80.0], tau_rise=[0.3, 0.9], tau_decay=[1.7, 8.0])
    for file, weight in (("adex_cond_beta_quiet.csv", 3.0), ("adex_cond_beta.csv", 16.0)):
        driven(
            file, "aeif_cond_beta_multisynapse", multi, 0.005, pieces, (weight, 1.5, EX), (5.0, 0.8, IN),
            ["V_m", "w", "g_1", "g_2"], 75.0, 0.2, receptors=(1, 2),
        )


GIF = dict(C_m=80.0, g_L=4.0, E_L=-70.0, V_m=-70.0, V_reset=-55.0, V_T_star=-45.0, t_ref=4.0)
GIF |= dict(q_stc=[40.0, -10.0], tau_stc=[15.0, 80.0], q_sfa=[6.0, 2.0], tau_sfa=[12.0, 90.0])


def gif_traces():
    pieces = [(0.0, 0.0), (5.0, 60.0)]
    psc = GIF | dict(tau_syn_ex=2.0, tau_syn_in=5.0)
    cond = GIF | dict(E_ex=0.0, E_in=-80.0, tau_syn_ex=2.0, tau_syn_in=5.0, gsl_error_tol=1e-9)
    # no noise at all
    quiet = dict(lambda_0=0.0, Delta_V=1.0)
    # so steep an intensity that the cell fires as it crosses its threshold
    sharp = dict(lambda_0=1000.0, Delta_V=1e-4)
    driven(
        "gif_psc_exp_quiet.csv", "gif_psc_exp", psc | quiet, 0.1, pieces, (60.0, 1.5, EX), (-60.0, 0.8, IN),
        ["V_m"], 75.0,
    )
    driven(
        "gif_cond_exp_quiet.csv", "gif_cond_exp", cond | quiet, 0.1, pieces, (1.5, 1.5, EX), (2.0, 0.8, IN),
        ["V_m"], 75.0,
    )
    late = [t + 75.0 for t in EX]
    steps = [(0.0, 0.0), (5.0, 160.0)]
    driven(
        "gif_psc_exp.csv", "gif_psc_exp", psc | sharp, 0.002, steps, (60.0, 1.5, EX + late), (-60.0, 0.8, IN),
        ["V_m", "E_sfa", "I_stc"], 150.0, 0.3,
    )
    driven(
        "gif_cond_exp.csv", "gif_cond_exp", cond | sharp, 0.002, steps, (1.5, 1.5, EX + late), (2.0, 0.8, IN),
        ["V_m", "E_sfa", "I_stc"], 150.0, 0.3,
    )


def gif_statistics():
    """Rate, CV of intervals and their standard errors over cells that differ in their draws alone."""
    n_cells, warm_ms, stop_ms = 200, 1000.0, 11_000.0
    out = []
    head = {"model": "gif_psc_exp", "n_cells": n_cells, "warm": warm_ms, "stop": stop_ms}
    noisy = GIF | dict(lambda_0=10.0, Delta_V=2.0)
    head |= {k: (v if isinstance(v, list) else float(v)) for k, v in noisy.items()}
    for resolution in (0.1, 0.02):
        for current in (120.0, 200.0):
            fresh(resolution, seed=7)
            cells = nest.Create("gif_psc_exp", n_cells, params=noisy | dict(I_e=current))
            spikes = recorder(cells)
            nest.Simulate(stop_ms)
            trains = {cell: [] for cell in cells.tolist()}
            for sender, t in zip(spikes.events["senders"], spikes.events["times"]):
                if t > warm_ms:
                    trains[int(sender)].append(float(t))
            rates = [1000.0 * len(train) / (stop_ms - warm_ms) for train in trains.values()]
            intervals = [[b - a for a, b in zip(train, train[1:])] for train in trains.values()]
            cvs = [spread(gaps) / mean(gaps) for gaps in intervals]
            out.append([resolution, current, mean(rates), error(rates), mean(cvs), error(cvs)])
    write("gif_statistics.csv", head, "resolution,I_e,rate_hz,rate_se_hz,cv,cv_se".split(","), out)


def mean(values):
    return sum(values) / len(values)


def spread(values):
    centre = mean(values)
    return math.sqrt(sum((value - centre) ** 2 for value in values) / (len(values) - 1))


def error(values):
    return spread(values) / math.sqrt(len(values))


IZHIKEVICH = {
    # name: a, b, c, d, I; Izhikevich 2003, doi:10.1109/TNN.2003.820440
    "regular": (0.02, 0.2, -65.0, 8.0, 10.0),
    "bursting": (0.02, 0.2, -55.0, 4.0, 10.0),
    "chattering": (0.02, 0.2, -50.0, 2.0, 10.0),
    "fast": (0.1, 0.2, -65.0, 2.0, 10.0),
    "low_threshold": (0.02, 0.25, -65.0, 2.0, 10.0),
}


def izhikevich():
    resolution, stop = 0.001, 200.0
    head = {"model": "izhikevich", "resolution": resolution, "V_th": 30.0, "stop": stop, "columns": "a b c d I"}
    out, spike_rows = [], []
    # starts where both forms have their recovery at its resting value: the lower root of 0.04 v^2 + 5 v + 140
    start = (-5.0 - math.sqrt(2.6)) / 0.08
    for name, (a, b, c, d, current) in IZHIKEVICH.items():
        fresh(resolution)
        parameters = dict(a=a, b=b, c=c, d=d, V_m=start, U_m=b * start, V_th=30.0, consistent_integration=True)
        cell = nest.Create("izhikevich", params=parameters)
        meter, spikes = trace(cell, ["V_m", "U_m"]), recorder(cell)
        run(cell, [(0.0, 0.0), (20.0, current)], stop)
        head[name] = list(IZHIKEVICH[name])
        spike_rows += [[name, t] for t in spikes_of(spikes, stop)]
        if name == "regular":
            out = rows(meter, ["V_m", "U_m"], 100.0, 0.2)
    write("izhikevich_spikes.csv", head, ["pattern", "t"], spike_rows)
    write("izhikevich_trace.csv", head, ["t", "V_m", "U_m"], out)


def train(seed, n, shortest_ms, mean_ms):
    """Spikes on the grid with intervals of a shortest plus an exponential part."""
    draw, t, out = random.Random(seed), 20.0, []
    for _ in range(n):
        out.append(round(t, 1))
        t += max(shortest_ms, round(shortest_ms - mean_ms * math.log(1.0 - draw.random()), 1))
    return out


def parrot(times):
    """A cell that spikes at these times: they reach it in one step."""
    cell = nest.Create("parrot_neuron")
    source = nest.Create("spike_generator", params={"spike_times": [round(t - GRID_MS, 4) for t in times]})
    nest.Connect(source, cell, syn_spec={"delay": GRID_MS})
    return cell


TSODYKS = {
    # name: U, tau_rec, tau_fac
    "depressing": (0.5, 300.0, 0.0),
    "facilitating": (0.05, 20.0, 500.0),
    "mixed": (0.25, 150.0, 60.0),
}


def tsodyks2():
    times = train(3, 60, 1.0, 30.0)
    head = {"model": "tsodyks2_synapse", "weight": 100.0, "pre": times, "columns": "U tau_rec tau_fac"}
    out = []
    for name, (u, tau_rec, tau_fac) in TSODYKS.items():
        fresh(GRID_MS)
        pre, post = parrot(times), nest.Create("parrot_neuron")
        weights = nest.Create("weight_recorder")
        nest.CopyModel("tsodyks2_synapse", "recorded", {"weight_recorder": weights})
        synapse = dict(synapse_model="recorded", U=u, u=u, tau_rec=tau_rec, tau_fac=tau_fac, weight=100.0, delay=1.0)
        nest.Connect(pre, post, syn_spec=synapse)
        nest.Simulate(times[-1] + 5.0)
        assert grid(weights.events["times"]) == times
        head[name] = list(TSODYKS[name])
        out += [[name, t, float(w)] for t, w in zip(times, weights.events["weights"])]
    write("tsodyks2.csv", head, ["set", "t_pre", "weight"], out)


def plastic(file, model, columns, cases, tau_minus):
    """Weights after each arrival; `pre` are arrivals at the synapse, `post` are spikes of the target.

    NEST counts the whole delay d as dendritic: a spike of the source meets a spike of the target that is d older. Both
    trains are therefore given to NEST such that arrivals stand for spikes of the source, and the target fires d early.
    """
    pre, post = train(5, 90, 0.4, 12.0), train(6, 90, 0.4, 12.0)
    # what must not see each other: an arrival and a spike at one time
    post = set(post) | {pre[10], pre[20]}
    # a weight read one step after an arrival is to be that of the arrival alone
    post = sorted(post - {round(t + GRID_MS, 1) for t in pre})
    head = {"model": model, "pre": pre, "post": post, "columns": columns, **tau_minus}
    out = []
    for name, (weight, parameters) in cases.items():
        fresh(GRID_MS)
        source, target = parrot(pre), parrot([round(t - GRID_MS, 4) for t in post])
        target.set(**tau_minus)
        weights = nest.Create("weight_recorder")
        nest.CopyModel(model, "recorded", {"weight_recorder": weights})
        # port 1 of a parrot hears nothing: the target fires by its own train alone
        synapse = dict(synapse_model="recorded", weight=weight, delay=GRID_MS, receptor_type=1, **parameters)
        nest.Connect(source, target, syn_spec=synapse)
        fired = recorder(target)
        nest.Simulate(max(pre[-1], post[-1]) + 5.0)
        assert grid(weights.events["times"]) == pre
        assert grid(fired.events["times"]) == [round(t - GRID_MS, 4) for t in post]
        head[name] = [weight, *parameters.values()]
        out += [[name, t, float(w)] for t, w in zip(pre, weights.events["weights"])]
    write(file, head, ["case", "t_arrival", "weight"], out)


def plasticity():
    pair = lambda lam, alpha, mu: {
        "tau_plus": 16.0, "lambda": lam, "alpha": alpha, "mu_plus": mu, "mu_minus": mu, "Wmax": 100.0,
    }
    cases = {
        "additive": (50.0, pair(0.004, 1.05, 0.0)),
        "multiplicative": (20.0, pair(0.02, 1.0, 1.0)),
        "to_zero": (20.0, pair(0.08, 3.0, 0.0)),
        "to_bound": (80.0, pair(0.08, 0.3, 0.0)),
    }
    plastic(
        "stdp_pair.csv", "stdp_synapse", "weight tau_plus lambda alpha mu_plus mu_minus Wmax", cases,
        {"tau_minus": 33.0},
    )
    triplet = lambda a2p, a3p, a2m, a3m: {
        "tau_plus": 16.8, "tau_plus_triplet": 101.0, "Aplus": a2p, "Aplus_triplet": a3p, "Aminus": a2m,
        "Aminus_triplet": a3m, "Wmax": 100.0,
    }
    cases = {
        "all": (50.0, triplet(0.5, 0.62, 0.7, 0.23)),
        "visual_cortex": (50.0, triplet(0.0, 0.65, 0.71, 0.0)),
        "to_bound": (90.0, triplet(3.0, 3.0, 0.7, 0.23)),
    }
    plastic(
        "stdp_triplet.csv", "stdp_triplet_synapse",
        "weight tau_plus tau_plus_triplet Aplus Aplus_triplet Aminus Aminus_triplet Wmax", cases,
        {"tau_minus": 33.7, "tau_minus_triplet": 125.0},
    )
    inhibitory = lambda eta, alpha: {"tau": 20.0, "eta": eta, "alpha": alpha, "Wmax": 100.0}
    cases = {"slow": (50.0, inhibitory(0.125, 0.8)), "to_zero": (10.0, inhibitory(2.0, 4.0))}
    plastic(
        "stdp_inhibitory.csv", "vogels_sprekeler_synapse", "weight tau eta alpha Wmax", cases,
        {"tau_minus": 20.0},
    )


CASES = {
    case.__name__: case
    for case in (
        lif_psc_exp, lif_cond_exp, adex_patterns, adex_cond, gif_traces, gif_statistics, izhikevich, tsodyks2, plasticity,
    )
}

if __name__ == "__main__":
    for case in sys.argv[1:] or CASES:
        CASES[case]()
