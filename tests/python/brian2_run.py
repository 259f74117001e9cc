"""What the scripts that run cases in Brian2 share: its C++ standalone mode, the timed run, and reading spikes back."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import brian2
import numpy as np
from brian2 import defaultclock, device, ms, prefs, seed, set_device

from engine_figures import DT_MS, Clock, statistics


class Standalone:
    """A model that is written as C++, compiled for this machine, and run as a program of its own."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.clock = Clock()
        self.folder = Path(tempfile.mkdtemp(prefix="brian2-"))
        prefs.codegen.cpp.extra_compile_args_gcc = ["-w", "-O3", "-march=native", "-ffast-math"]
        prefs.devices.cpp_standalone.openmp_threads = 0 if arguments.threads == 1 else arguments.threads
        set_device("cpp_standalone", directory=str(self.folder), build_on_run=False)
        defaultclock.dt = DT_MS * ms
        seed(arguments.seed)

    def measure(self, network, sizes):
        """Runs the onset, then the measured time with all spikes kept in monitors named `spikes_<population>`."""
        arguments = self.arguments
        if arguments.presim_ms > 0.0:
            network.run(arguments.presim_ms * ms)
        network.run(arguments.t_ms * ms)
        device.build(directory=str(self.folder), compile=True, run=False, debug=False)
        compile_s, _ = self.clock.lap()
        start = time.perf_counter()
        program = subprocess.Popen(["./main"], cwd=self.folder, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(program.pid, 0)
        total_s = time.perf_counter() - start
        if status:
            raise SystemExit(f"the compiled model ended with status {status}")
        # of the last run only: what is left of the total is building, connecting and the onset
        run_s = float((self.folder / "results" / "last_run_info.txt").read_text().split()[0])
        # Brian2 dates a spike to the start of the step that ends with it
        spikes = {}
        for name in sizes:
            steps = np.rint(self.read(f"spikes_{name}_t", np.float64) / (DT_MS * 1e-3)) + 1
            spikes[name] = steps, self.read(f"spikes_{name}_i", np.int32)
        shutil.rmtree(self.folder, ignore_errors=True)
        return {
            "engine": f"Brian2 {brian2.__version__} standalone",
            "threads": arguments.threads,
            "seed": arguments.seed,
            "t_ms": arguments.t_ms,
            "presim_ms": arguments.presim_ms,
            "compile_s": compile_s,
            "connect_s": total_s - run_s,
            "run_s": run_s,
            "cpu_s_in_all": usage.ru_utime + usage.ru_stime,
            "rtf": run_s / (arguments.t_ms * 1e-3),
            "peak_mib": usage.ru_maxrss / 1024,
            **statistics(spikes, sizes, arguments.presim_ms, arguments.t_ms),
        }

    def read(self, name, dtype):
        (path,) = (self.folder / "results").glob(f"_dynamic_array_{name}_*")
        return np.fromfile(path, dtype=dtype)
