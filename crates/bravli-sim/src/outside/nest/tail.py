recorders = {name: nest.Create("spike_recorder") for name in populations}
for name, recorder in recorders.items():
    nest.Connect(populations[name], recorder, syn_spec={"delay": DT})

begin = time.perf_counter()
if noises:
    for start in range(0, STEPS, 1_000):
        n = min(1_000, STEPS - start)
        for noise in noises:
            noise.piece(start, n)
        nest.Simulate(DT * n)
else:
    nest.Simulate(DT * STEPS)
took = time.perf_counter() - begin

rates = {}
with open(arguments.out, "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["population", "cell", "time_ms"])
    for name, recorder in recorders.items():
        got = recorder.get("events")
        cells, times = np.asarray(got["senders"]) - ids(name)[0], np.asarray(got["times"])
        order = np.lexsort((cells, times))
        writer.writerows((name, cells[k], f"{times[k]:.4f}") for k in order)
        rates[name] = round(len(times) / len(populations[name]) / (DT * STEPS * 1e-3), 4)
print(json.dumps({"engine": f"NEST {nest.__version__}", "duration_ms": DT * STEPS, "simulate_s": round(took, 3), "processor_s": round(time.process_time(), 1), "rates_hz": rates}))
