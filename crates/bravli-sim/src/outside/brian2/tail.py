monitors = {name: SpikeMonitor(group) for name, group in populations.items()}
network.add(*monitors.values())

with tempfile.TemporaryDirectory() as scratch:
    begin = time.perf_counter()
    network.run(STEPS * DT * ms)
    if compiled:
        folder = arguments.build or scratch
        device.build(directory=folder, run=False)
        begin = time.perf_counter()
        device.run(directory=folder, with_output=False)
    took = time.perf_counter() - begin
    spikes = {name: (np.array(monitor.i), np.array(monitor.t / ms) + DT) for name, monitor in monitors.items()}

rates = {}
with open(arguments.out, "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["population", "cell", "time_ms"])
    for name, (cells, times) in spikes.items():
        order = np.lexsort((cells, times))
        writer.writerows((name, cells[k], f"{times[k]:.4f}") for k in order)
        rates[name] = round(len(times) / len(populations[name]) / (DT * STEPS * 1e-3), 4)
print(json.dumps({"engine": f"Brian2 {__version__}", "duration_ms": DT * STEPS, "simulate_s": round(took, 3), "processor_s": round(time.process_time(), 1), "rates_hz": rates}))
