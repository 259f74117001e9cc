"""Finds the background conductances of the rat-barrel recipe: means that bring spontaneous rates to their targets.

    python3 xtask/scripts/calibrate_boundary.py target/release/bravli LAB [ROUNDS]

Every round simulates three seconds of spontaneous activity of the first question's column, and moves each population's
mean conductance by a share of the log ratio of target and rate. The standard deviation stays at four tenths of the mean.
Prints the means (percent of the leak conductance) and the rates of the last rounds.
"""

import json
import math
import subprocess
import sys

# Spontaneous rates to reach, Hz. Excitatory cells: reference rates of rat barrel cortex (L2/3 between the cell-attached
# 0.07 and the awake quiescent 0.53). Interneurons: those references per layer; PV cells the 8 to 10 Hz of quiet wakefulness in mouse.
TARGETS = {
    "L23_E": 0.3, "L23_PV": 8.0, "L23_SST": 1.0, "L23_HTR3A": 1.0,
    "L4_E": 0.62, "L4_PV": 8.0, "L4_SST": 1.2, "L4_HTR3A": 1.2,
    "L5_E": 1.25, "L5_PV": 8.0, "L5_SST": 2.4, "L5_HTR3A": 2.4,
}
SD_OVER_MEAN = 0.4
FLOOR_HZ = 0.02


def main():
    binary, lab = sys.argv[1], sys.argv[2]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 12

    def call(tool, arguments):
        done = subprocess.run([binary, "call", tool, json.dumps(arguments), "--lab", lab], capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        return json.loads(done.stdout)

    column = call("place_column", {"recipe": "rat-barrel", "radius_um": 145, "layers": ["2", "3", "4", "5"]})["artifact"]
    circuit = call("wire_pathways", {"column": column})["artifact"]
    boundary = call("set_boundary_conditions", {"circuit": circuit})["artifact"]
    full = call("inspect", {"artifact": boundary, "detail": "full"})["summary"]
    noise = next(c for c in full["conditions"] if c["source"] == "missing_synapses")
    means = {target["population"]: target["mean_percent"] for target in noise["onto"]}
    steps = {name: 0.08 for name in means}
    last = {name: 0.0 for name in means}
    for number in range(rounds):
        onto = [
            {"population": name, "mean_percent": round(mean, 2), "sd_percent": round(SD_OVER_MEAN * mean, 2)}
            for name, mean in means.items()
        ]
        conditions = [{"source": "vpm"}, {"source": "top_down"}, {"source": "missing_synapses", "onto": onto}]
        boundary = call("set_boundary_conditions", {"circuit": circuit, "conditions": conditions})["artifact"]
        protocol = {"kind": "spontaneous", "duration_ms": 3000}
        run = call("simulate", {"circuit": circuit, "boundary": boundary, "protocol": protocol, "seed": number + 1})
        rates = {row["population"]: row["mean_hz"] for row in run["rates"]}
        print(number, " ".join(f"{name} {means[name]:.1f}%:{rates[name]:.2f}" for name in means), flush=True)
        for name in means:
            error = math.log(TARGETS[name] / max(rates[name], FLOOR_HZ))
            # a sign change means that the step was too long
            if error * last[name] < 0:
                steps[name] *= 0.6
            last[name] = error
            means[name] *= math.exp(max(-0.25, min(0.25, steps[name] * error)))


if __name__ == "__main__":
    main()
