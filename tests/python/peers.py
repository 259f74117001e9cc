"""Other tools open what bravli exports, and agree with each other and with what bravli said.

Run by `cargo xtask peers`, or by hand where the packages of `tests/python/peers.txt` can be imported:

    BRAVLI=target/debug/bravli python3 tests/python/peers.py

A small circuit is made in a lab of its own, exported, and opened with libsonata, bluepysnap and bmtk; so is one of
several columns; and the lab's own files are opened beside their export. One line per check; the exit status is 1 when
any check failed. Copies of what was opened are damaged, each in one way, to see that the checks notice: a check that
cannot fail says nothing.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from importlib.metadata import version
from pathlib import Path

warnings.filterwarnings("ignore")

import bluepysnap
import h5py
import libsonata
import numpy as np
from bluepysnap import circuit_validation, simulation_validation
from bmtk.utils import sonata as bmtk_sonata
from bmtk.utils.reports.spike_trains import SpikeTrains
from bmtk.utils.sonata.config import SonataConfig

BRAVLI = os.environ.get("BRAVLI", "target/debug/bravli")
COLUMN = {"recipe": "rat-barrel", "radius_um": 40, "layers": ["L2/3", "L4"], "seed": 1}
SEVERAL = {**COLUMN, "radius_um": 20, "columns": 3, "septum_um": 20, "septum_density": 0.5, "exclusion_um": 3}
PROTOCOL = {
    "kind": "gaussian_blocks",
    "mu": [2.0],
    "sigma": [0.2],
    "natural_trials": 2,
    "lead_in_trials": 1,
    "probe_deltas": [-0.5, 0.5],
    "probe_repeats": 1,
    "isi_ms": 100,
    "settle_ms": 100,
}
# Columns of edges that are decimal numbers, compared to the bit between tools.
DECIMALS = [
    "conductance",
    "u_syn",
    "depression_time",
    "facilitation_time",
    "decay_time",
    "delay",
    "conductance_scale_factor",
    "u_hill_coefficient",
    "afferent_section_pos",
]
WHOLES = ["nsyns", "n_rrp_vesicles", "syn_type_id", "afferent_section_id"]
N_SAMPLED = 25
FAILED = "could not be made"


class Lab:
    """A lab that is used through the command line only."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def run(self, tool, request):
        command = [BRAVLI, "--lab", str(self.folder), "call", tool, json.dumps(request)]
        return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)

    def artifact(self, reply):
        """The folder of what a tool made."""
        kind = reply["artifact"].rpartition("-")[0]
        return self.folder / "artifacts" / kind / reply["artifact"]

    def call(self, tool, **request):
        done = self.run(tool, request)
        if done.returncode != 0:
            sys.exit(f"bravli call {tool} failed: {done.stderr}")
        return json.loads(done.stdout)


class Checks:
    """What held and what did not."""

    def __init__(self, quiet=False):
        self.quiet = quiet
        self.rows = []

    def that(self, holds, what, figures=""):
        self.rows.append((what, bool(holds)))
        if not self.quiet:
            print(f"{'ok  ' if holds else 'FAIL'} {what}" + (f": {figures}" if figures else ""), flush=True)

    def part(self, function, *args):
        """A group of checks; an exception in it is a check that failed."""
        try:
            function(self, *args)
        except Exception as error:
            self.that(False, f"{function.__name__} {FAILED}", f"{type(error).__name__}: {error}"[:300])
            if not self.quiet:
                traceback.print_exc()

    def failed(self):
        return [what for what, holds in self.rows if not holds]


class Opened:
    """An export as each tool sees it."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.config = str(self.folder / "circuit_config.json")
        self.simulation = str(self.folder / "simulation_config.json")
        self.libsonata = libsonata.CircuitConfig.from_file(self.config)
        self.snap = bluepysnap.Circuit(self.config)
        # paths of bmtk start where it runs
        here = os.getcwd()
        os.chdir(self.folder)
        try:
            config = SonataConfig.from_json(self.config)
            self.bmtk_run = SonataConfig.from_json(self.simulation)["run"]
            nodes, edges = config.nodes, config.edges
            self.bmtk = bmtk_sonata.File(
                data_files=[n["nodes_file"] for n in nodes] + [e["edges_file"] for e in edges],
                data_type_files=[n["node_types_file"] for n in nodes] + [e["edge_types_file"] for e in edges],
            )
        finally:
            os.chdir(here)

    def nodes(self, name):
        return self.libsonata.node_population(name)

    def edges(self, name):
        return self.libsonata.edge_population(name)


def every(population):
    return libsonata.Selection([(0, population.size)]) if population.size else libsonata.Selection([])


def sampled(n):
    return sorted(set(np.random.default_rng(1).integers(0, n, N_SAMPLED).tolist()) | {0, n - 1})


def populations(check, opened, said):
    """Names, sizes, ends and types of populations."""
    nodes = {row["name"]: row["n"] for row in said["export"]["nodes"]}
    edges = {row["name"]: row["n"] for row in said["export"]["edges"]}
    circuit = opened.libsonata
    check.that(
        circuit.node_populations
        == set(nodes)
        == set(opened.snap.nodes.population_names)
        == set(opened.bmtk.nodes.population_names),
        "populations of nodes agree",
        ", ".join(sorted(nodes)),
    )
    check.that(
        circuit.edge_populations
        == set(edges)
        == set(opened.snap.edges.population_names)
        == set(opened.bmtk.edges.population_names),
        "populations of edges agree",
        ", ".join(sorted(edges)),
    )
    for name, n in nodes.items():
        counts = [opened.nodes(name).size, opened.snap.nodes[name].size, len(opened.bmtk.nodes[name])]
        kind = circuit.node_population_properties(name).type
        wanted = "point_process" if name == said["cells"] else "virtual"
        check.that(set(counts) == {n}, f"nodes of {name}", f"bravli {n}, libsonata, bluepysnap and bmtk {counts}")
        check.that(kind == opened.snap.nodes[name].type == wanted, f"type of {name}", kind)
    for name, n in edges.items():
        counts = [opened.edges(name).size, opened.snap.edges[name].size, len(opened.bmtk.edges[name])]
        check.that(set(counts) == {n}, f"edges of {name}", f"bravli {n}, libsonata, bluepysnap and bmtk {counts}")
        ends = {
            (opened.edges(name).source, opened.edges(name).target),
            (opened.snap.edges[name].source.name, opened.snap.edges[name].target.name),
            (opened.bmtk.edges[name].source_population, opened.bmtk.edges[name].target_population),
        }
        source, target = next(iter(ends))
        check.that(
            len(ends) == 1 and source in nodes and target == said["cells"] and name == f"{source}__{target}__chemical",
            f"ends of {name}",
            f"{source} -> {target}",
        )
    check.that(
        nodes[said["cells"]] == said["column"]["n_cells"], "cells are those that were placed", nodes[said["cells"]]
    )
    inner = f"{said['cells']}__{said['cells']}__chemical"
    check.that(edges[inner] == said["circuit"]["n_connections"], "edges are those that were wired", edges[inner])
    fibres = {row["source"]: row["n_fibres"] for row in said["boundary"]["conditions"] if row["n_fibres"]}
    rest = {name: n for name, n in nodes.items() if name != said["cells"]}
    check.that(fibres == rest, "fibres are those of the boundary", fibres)


def validity(check, opened, _said):
    """bluepysnap's own validators: no error, and warnings are told."""
    for name, found in [
        ("circuit", circuit_validation.validate(opened.config, skip_slow=False, print_errors=False)),
        ("simulation", simulation_validation.validate(opened.simulation, print_errors=False)),
    ]:
        fatal = [str(error) for error in found if error.level == error.FATAL]
        warned = [str(error) for error in found if error.level != error.FATAL]
        check.that(not fatal, f"the {name} is valid", f"{len(fatal)} errors, {len(warned)} warnings {fatal[:2]}")
        for warning in warned:
            if not check.quiet:
                print(f"     warning: {warning}")


def cells(check, opened, said):
    """Attributes of every cell."""
    name = said["cells"]
    nodes, frame, table = opened.nodes(name), opened.snap.nodes[name].get(), opened.bmtk.nodes[name].to_dataframe()
    whole = every(nodes)
    for column in ["x", "y", "z"]:
        values = nodes.get_attribute(column, whole)
        same = np.array_equal(values, frame[column]) and np.array_equal(values, table[column])
        check.that(
            same and np.ptp(values) > 1.0,
            f"{column} of all cells agrees",
            f"{values.min():.2f} to {values.max():.2f} um",
        )
    depths = {row["name"]: [] for row in said["column"]["layers"]}
    for layer, y in zip(nodes.get_attribute("layer", whole), nodes.get_attribute("y", whole)):
        depths[layer].append(-y)
    order = [layer for layer in depths if depths[layer]]
    falling = all(max(depths[a]) <= min(depths[b]) for a, b in zip(order, order[1:]))
    check.that(falling and len(order) > 1, "y points up: layers follow each other downwards", " > ".join(order))
    for column, ours, start in [
        ("mtype", "m_type", ""),
        ("etype", "e_type", ""),
        ("layer", "location", "L"),
        ("cell_population", "pop_name", ""),
        ("model_type", "model_type", ""),
        ("model_template", "model_template", ""),
    ]:
        texts = list(nodes.get_attribute(column, whole))
        types = opened.bmtk.nodes[name].node_types_table
        by_type = [types[type_id][ours].removeprefix(start) for type_id in opened.bmtk.nodes[name].type_ids]
        same = texts == list(frame[column].astype(str)) == by_type
        check.that(same, f"{column} of all cells agrees", f"{len(set(texts))} values")
    for column, rows in [("layer", said["column"]["layers"]), ("cell_population", said["column"]["populations"])]:
        counts = Counter(nodes.get_attribute(column, whole))
        check.that(
            dict(counts) == {row["name"]: row["n"] for row in rows if row["n"]},
            f"cells per {column} are those that were placed",
            dict(counts),
        )
    resistance = nodes.get_dynamics_attribute("input_resistance", whole)
    leak = nodes.get_dynamics_attribute("g_L", whole)
    snap = frame["@dynamics:input_resistance"].to_numpy()
    check.that(
        np.allclose(resistance * leak, 1000.0, rtol=1e-5) and np.array_equal(resistance, snap),
        "input resistance is 1/g_L for all cells",
        f"{resistance.min():.0f} to {resistance.max():.0f} MOhm",
    )
    current = nodes.get_dynamics_attribute("threshold_current", whole)
    check.that(
        np.all(np.isfinite(current)) and np.all(current > 0),
        "threshold currents are above zero",
        f"{current.min():.3f} to {current.max():.3f} nA",
    )


def sets(check, opened, said):
    """Node sets select the same cells everywhere."""
    name = said["cells"]
    nodes, snap = opened.nodes(name), opened.snap.nodes[name]
    file = libsonata.NodeSets.from_file(str(opened.folder / "node_sets.json"))
    found = {one: sorted(file.materialize(one, nodes).flatten().tolist()) for one in file.names}
    differ = [one for one in found if found[one] != sorted(snap.ids(one, raise_missing_property=False).tolist())]
    check.that(
        not differ and len(found) == said["export"]["n_node_sets"],
        "every node set selects the same cells",
        f"{len(found)} sets {differ}",
    )
    others = [one for one in opened.libsonata.node_populations if one != name]
    own = {one: file.materialize(one, opened.nodes(one)).flat_size for one in others}
    stray = {
        (one, other)
        for one in file.names
        for other in others
        if one != other and file.materialize(one, opened.nodes(other)).flat_size
    }
    check.that(
        not stray and all(own[one] == opened.nodes(one).size for one in others),
        "fibres are in sets of their own only",
        own,
    )
    counts = {row["name"]: row["n"] for row in said["column"]["populations"]}
    check.that(
        all(len(found[one]) == n for one, n in counts.items()), "sets of populations have the placed sizes", counts
    )
    layers = {f"Layer{row['name']}": row["n"] for row in said["column"]["layers"]}
    check.that(all(len(found[one]) == n for one, n in layers.items()), "sets of layers have the placed sizes", layers)
    check.that(
        found["Excitatory"]
        and found["Inhibitory"]
        and sorted(found["Excitatory"] + found["Inhibitory"]) == found["All"] == list(range(nodes.size)),
        "signs divide the cells",
        f"{len(found['Excitatory'])} + {len(found['Inhibitory'])}",
    )
    for column, value, one in [("ei", "e", "Excitatory"), ("ei", "i", "Inhibitory"), ("location", "L4", "Layer4")] + [
        ("pop_name", p, p) for p in counts
    ]:
        ids = sorted(int(node.node_id) for node in opened.bmtk.nodes[name].filter(**{column: value}))
        check.that(ids == found[one] and ids, f"bmtk selects {one} by its types", f"{len(ids)} cells")


def neighbours(check, opened, said):
    """Edges of sampled nodes, by both indices, in all tools, and by looking at every row."""
    for name in sorted(opened.libsonata.edge_populations):
        edges, snap, bmtk = opened.edges(name), opened.snap.edges[name], opened.bmtk.edges[name]
        whole = every(edges)
        source, target = edges.source_nodes(whole), edges.target_nodes(whole)
        delay = edges.get_attribute("delay", whole)
        for way, ends, n, ask, ask_snap, ask_bmtk in [
            (
                "afferent",
                target,
                opened.nodes(edges.target).size,
                edges.afferent_edges,
                snap.afferent_edges,
                bmtk.get_target,
            ),
            (
                "efferent",
                source,
                opened.nodes(edges.source).size,
                edges.efferent_edges,
                snap.efferent_edges,
                bmtk.get_source,
            ),
        ]:
            differ, total = [], 0
            for node in sampled(n):
                rows = np.flatnonzero(ends == node)
                total += len(rows)
                told = sorted((int(e.source_node_id), int(e.target_node_id), float(e["delay"])) for e in ask_bmtk(node))
                wanted = sorted(zip(source[rows].tolist(), target[rows].tolist(), delay[rows].astype(float).tolist()))
                same = (
                    sorted(ask([node]).flatten().tolist()) == rows.tolist()
                    and sorted(np.asarray(ask_snap(node)).tolist()) == rows.tolist()
                    and told == wanted
                )
                if not same:
                    differ.append(node)
            check.that(
                not differ and total > 0, f"{way} edges of {name}", f"{len(sampled(n))} nodes, {total} edges {differ}"
            )
        several = sampled(opened.nodes(edges.target).size)
        check.that(
            edges.afferent_edges(several).flat_size == np.isin(target, several).sum(),
            f"afferent edges of several nodes of {name}",
            edges.afferent_edges(several).flat_size,
        )


def attributes(check, opened, said):
    """Values of sampled edges, and of all where tools read whole columns."""
    for name in sorted(opened.libsonata.edge_populations):
        edges, snap, bmtk = opened.edges(name), opened.snap.edges[name], opened.bmtk.edges[name]
        rows = sampled(edges.size)
        of_bmtk = [bmtk.get_row(row) for row in rows]
        differ = []
        for column in DECIMALS + WHOLES:
            mine = edges.get_attribute(column, libsonata.Selection(rows))
            frame = snap.get(rows, properties=[column])[column].to_numpy()
            if not (np.array_equal(mine, frame) and mine.tolist() == [row[column].item() for row in of_bmtk]):
                differ.append(column)
        check.that(
            not differ, f"attributes of {name}", f"{len(DECIMALS + WHOLES)} columns of {len(rows)} edges {differ}"
        )
        whole = every(edges)
        source = opened.nodes(edges.source).get_attribute(
            "synapse_class", libsonata.Selection(edges.source_nodes(whole).tolist())
        )
        excites = edges.get_attribute("syn_type_id", whole) >= 100
        check.that(
            np.array_equal(excites, np.asarray(source) == "EXC"),
            f"signs of {name} are those of their sources",
            f"{excites.sum()} of {edges.size} excite",
        )
        u = edges.get_attribute("u_syn", whole)
        lowest = {
            column: float(edges.get_attribute(column, whole).min())
            for column in ["conductance", "delay", "nsyns", "decay_time"]
        }
        check.that(min(lowest.values()) > 0 and u.min() >= 0 and u.max() <= 1, f"values of {name} are in range", lowest)


def pathways(check, opened, said):
    """Counts and means per pathway are those that bravli reported when it wired the circuit."""
    name = said["cells"]
    edges = opened.edges(f"{name}__{name}__chemical")
    whole = every(edges)
    of_cell = np.asarray(opened.nodes(name).get_attribute("cell_population", every(opened.nodes(name))))
    pre, post = of_cell[edges.source_nodes(whole)], of_cell[edges.target_nodes(whole)]
    column = {one: edges.get_attribute(one, whole).astype(float) for one in ["nsyns", "conductance", "delay"]}
    bmtk = opened.bmtk.edges[edges.name]
    names = {type_id: bmtk.edge_types_table[type_id]["pathway"] for type_id in set(bmtk.type_ids)}
    named = [names[type_id] for type_id in bmtk.type_ids]
    check.that(
        named == [f"{a}->{b}" for a, b in zip(pre, post)],
        "edge types name the pathway of every edge",
        f"{len(names)} types, {len(set(named))} pathways",
    )
    wrong, n_edges = [], 0
    for row in said["pathways"]:
        of = (pre == row["pre"]) & (post == row["post"])
        n_edges += int(of.sum())
        same = (
            of.sum() == row["n_connections"]
            and column["nsyns"][of].sum() == row["n_synapses"]
            and (not of.any() or np.isclose(column["delay"][of].mean(), row["mean_delay_ms"], rtol=1e-5))
            and (not of.any() or np.isclose(column["conductance"][of].mean(), row["mean_gsyn_ns"], rtol=1e-5))
        )
        if not same:
            wrong.append(f"{row['pre']}->{row['post']}")
    check.that(
        not wrong and n_edges == edges.size,
        "pathways have the wired counts, conductances and delays",
        f"{len(said['pathways'])} pathways, {n_edges} edges {wrong[:3]}",
    )
    total = int(column["nsyns"].sum())
    check.that(total == said["circuit"]["n_synapses"], "synapses are those that were wired", total)


def types(check, opened, said):
    """Edge types say of every edge what bravli's rules say of the types of its cells."""
    name = said["cells"]
    cells, edges, rules = opened.nodes(name), opened.edges(f"{name}__{name}__chemical"), said["rules"]
    whole = every(edges)
    bmtk = opened.bmtk.edges[edges.name]
    table, of_edge = bmtk.edge_types_table, np.asarray(list(bmtk.type_ids))
    kinds = list(zip(*[cells.get_attribute(one, every(cells)) for one in ["mtype", "etype", "cell_population"]]))
    order = {kind: row for row, kind in enumerate(dict.fromkeys(kinds))}
    kind = np.asarray([order[one] for one in kinds])
    source, target = edges.source_nodes(whole), edges.target_nodes(whole)
    wanted = np.asarray(rules["pathway_of"])[kind[source] * len(order) + kind[target]]
    check.that(
        len(order) == rules["n_target_types"] and np.array_equal(of_edge, wanted),
        "types of edges are those of their two cells",
        f"{len(order)} types of cells, {len(set(wanted))} of {len(rules['pathways'])} types of edges in use",
    )
    differ = [
        row
        for row, rule in enumerate(rules["pathways"])
        if [str(table[row][one]) for one in ["pathway", "synapse_class", "pathway_rule", "synapse_rule", "count_rule"]]
        != [
            f"{rule['pre']}->{rule['post']}",
            rules["classes"][rule["class"]],
            rule["pathway_rule"],
            rule["synapse_rule"],
            rule["count_rule"] or "none",
        ]
        or not np.isclose(float(table[row]["attenuation"]), rule["attenuation"], rtol=1e-6)
    ]
    figures = f"first {table[0]['synapse_rule']} {differ}"
    check.that(not differ, "types give class, attenuation and rules with their places", figures)
    classes = np.asarray([table[row]["synapse_class"] for row in of_edge])
    excites = edges.get_attribute("syn_type_id", whole) >= 100
    check.that(
        np.array_equal(excites, np.char.startswith(classes, "E")),
        "signs of edges are those of their classes",
        f"{len(set(classes))} classes",
    )
    place = np.stack([cells.get_attribute(one, every(cells)).astype(float) for one in ["x", "y", "z"]])
    distance = np.sqrt(((place[:, source] - place[:, target]) ** 2).sum(axis=0))

    def rule_of(field):
        return np.asarray([field(rule) for rule in rules["pathways"]], dtype=float)[of_edge]

    release, velocity = rule_of(lambda r: r["release_delay_ms"]), rule_of(lambda r: r["conduction_velocity_um_per_ms"])
    delay = edges.get_attribute("delay", whole)
    check.that(
        np.allclose(delay, release + distance / velocity, rtol=1e-5),
        "delays are release and conduction over the distance",
        f"{delay.min():.3f} to {delay.max():.3f} ms over {distance.max():.0f} um",
    )
    for column, field in [("u_syn", "u_syn"), ("decay_time", "tau_decay_ms")]:
        values = edges.get_attribute(column, whole)
        low, high = rule_of(lambda r: r[field]["low"]), rule_of(lambda r: r[field]["high"])
        inside = np.all(values >= low - 1e-6) and np.all(values <= high + 1e-6)
        figures = f"{len(set(values))} values"
        check.that(inside and np.ptp(values) > 0, f"{column} lies in the range of the type", figures)
    for column, field in [("conductance_scale_factor", "conductance_ratio"), ("u_hill_coefficient", "u_hill_mm")]:
        values = edges.get_attribute(column, whole)
        same = np.allclose(values, rule_of(lambda r: r[field]), rtol=1e-6)
        check.that(same, f"{column} is that of the type", sorted(set(values.tolist())))


def several(check, opened, said):
    """Cells stand in the columns that bravli placed, no nearer to each other than was asked."""
    name, ground, placed = said["cells"], said["placed"]["ground"], said["column"]["columns"]
    cells = opened.nodes(name)
    column = np.asarray(cells.get_attribute("column", every(cells)))
    counts = {row["name"]: row["n"] for row in placed}
    same = column.tolist() == list(opened.snap.nodes[name].get()["column"].astype(str))
    check.that(
        same and dict(Counter(column.tolist())) == counts and len(counts) == 4,
        "cells per column are those that were placed",
        counts,
    )
    x, z = cells.get_attribute("x", every(cells)), cells.get_attribute("z", every(cells))
    away = {
        row["name"]: np.hypot(x - row["x_um"], z - row["y_um"])[column == row["name"]].max()
        for row in ground["columns"]
        if row["name"] != "septa"
    }
    check.that(
        max(away.values()) <= said["placed"]["radius_um"] + 1e-3,
        "cells stand within their column",
        {one: f"{far:.1f} um" for one, far in away.items()},
    )
    place = np.stack([cells.get_attribute(one, every(cells)).astype(float) for one in ["x", "y", "z"]], axis=1)
    apart = np.sqrt(((place[:, None] - place[None, :]) ** 2).sum(axis=2))
    nearest = apart[~np.eye(len(place), dtype=bool)].min()
    check.that(
        nearest >= 2 * ground["exclusion_um"] - 1e-3 > 0, "somata keep their distance", f"{nearest:.2f} um at least"
    )
    file = libsonata.NodeSets.from_file(str(opened.folder / "node_sets.json"))
    sizes = {one: file.materialize(f"Column{one}" if one.isdigit() else one, cells).flat_size for one in counts}
    check.that(sizes == counts, "each column is a node set", sizes)


def stored(check, opened, _said, folder):
    """The lab's own files, opened as they lie, hold the cells and edges of the export."""
    nodes, edges = libsonata.NodeStorage(str(folder / "nodes.h5")), libsonata.EdgeStorage(str(folder / "edges.h5"))
    (of_nodes,), (of_edges,) = nodes.population_names, edges.population_names
    mine, theirs = nodes.open_population(of_nodes), opened.nodes(of_nodes)
    whole = every(theirs)
    differ = [
        ours
        for ours, other in [("population", "cell_population")]
        + [(one, one) for one in ["x", "y", "z", "layer", "mtype", "etype", "synapse_class"]]
        if not np.array_equal(mine.get_attribute(ours, whole), theirs.get_attribute(other, whole))
    ]
    same = mine.size == theirs.size and not differ
    check.that(same, "the lab's nodes are those of the export", f"{mine.size} cells {differ}")
    mine, theirs = edges.open_population(of_edges), opened.edges(of_edges)
    whole = every(theirs)
    check.that(
        mine.size == theirs.size and (mine.source, mine.target) == (theirs.source, theirs.target),
        "the lab's edges are as many, between the same populations",
        f"{mine.size} edges of {of_edges}",
    )
    same = np.array_equal(mine.source_nodes(whole), theirs.source_nodes(whole)) and np.array_equal(
        mine.target_nodes(whole), theirs.target_nodes(whole)
    )
    check.that(same, "the lab's edges have the ends of the export's")
    names = sorted(theirs.attribute_names)
    differ = [
        one for one in names if not np.array_equal(mine.get_attribute(one, whole), theirs.get_attribute(one, whole))
    ]
    check.that(
        not differ and sorted(mine.attribute_names) == names and set(DECIMALS + WHOLES) <= set(names),
        "the lab's edges have the values of the export's",
        f"{len(names)} columns {differ}",
    )
    types = []
    for file in [folder / "edges.h5", opened.folder / "edges" / f"0-{of_edges}.h5"]:
        with h5py.File(file) as h5:
            types.append(h5[f"edges/{of_edges}/edge_type_id"][()])
    check.that(np.array_equal(*types), "the lab's edges have the types of the export's", f"{len(set(types[0]))} types")
    source, target = mine.source_nodes(whole), mine.target_nodes(whole)
    for way, ends, ask in [("afferent", target, mine.afferent_edges), ("efferent", source, mine.efferent_edges)]:
        picked = sampled(opened.nodes(of_nodes).size)
        found = {node: sorted(ask([node]).flatten().tolist()) for node in picked}
        differ = [node for node in picked if found[node] != np.flatnonzero(ends == node).tolist()]
        total = sum(map(len, found.values()))
        figures = f"{len(picked)} nodes, {total} edges {differ}"
        check.that(not differ and total > 0, f"{way} edges in the lab's file", figures)


def spikes(check, opened, said):
    """The run's spikes, and those its fibres were given."""
    name, output = said["cells"], opened.folder / "output" / "spikes.h5"
    reader = libsonata.SpikeReader(str(output))[name].get_dict()
    mine = sorted(zip(reader["timestamps"].tolist(), reader["node_ids"].tolist()))
    simulation = bluepysnap.Simulation(opened.simulation)
    series = simulation.spikes[name].get()
    snap = sorted(zip(series.index.tolist(), series.tolist()))
    frame = SpikeTrains.load(str(output)).to_dataframe()
    bmtk = sorted(zip(frame["timestamps"].tolist(), frame["node_ids"].tolist()))
    check.that(mine == snap == bmtk, "spikes agree", f"{len(mine)} spikes")
    check.that(len(mine) == said["run"]["n_spikes"] > 0, "spikes are as many as the run reported", len(mine))
    of_cell = np.asarray(opened.nodes(name).get_attribute("cell_population", every(opened.nodes(name))))
    fired = Counter(of_cell[[node for _, node in mine]])
    seconds = said["run"]["duration_ms"] / 1000.0
    rates = {row["population"]: row["mean_hz"] for row in said["run"]["rates"]}
    here = {one: fired[one] / (of_cell == one).sum() / seconds for one in rates}
    check.that(all(abs(here[one] - rates[one]) < 1e-3 for one in rates), "rates are those of the run", rates)
    check.that(
        max(time for time, _ in mine) <= said["run"]["duration_ms"],
        "no spike after the end",
        f"{mine[-1][0]} of {said['run']['duration_ms']} ms",
    )
    config = libsonata.SimulationConfig.from_file(opened.simulation)
    runs = {(r["tstop"], r["dt"], r["random_seed"]) for r in [opened.bmtk_run]}
    runs |= {
        (config.run.tstop, config.run.dt, config.run.random_seed),
        (simulation.run.tstop, simulation.run.dt, simulation.run.random_seed),
    }
    check.that(
        runs == {(said["run"]["duration_ms"], 0.1, said["seed"])},
        "length, step and seed of the run agree",
        sorted(runs),
    )
    check.that(
        np.isclose(config.conditions.extracellular_calcium, said["boundary"]["calcium_mm"]),
        "calcium is the boundary's",
        f"{config.conditions.extracellular_calcium} mM",
    )
    kinds = Counter(type(config.input(one)).__name__ for one in config.list_input_names)
    fibres = [row["source"] for row in said["boundary"]["conditions"] if row["n_fibres"]]
    placed = {row["name"] for row in said["column"]["populations"] if row["n"]}
    onto = sum(len(placed & set(row["onto"])) for row in said["boundary"]["conditions"] if row["kind"] == "neumann")
    check.that(
        kinds == {"SynapseReplay": len(fibres), "RelativeOrnsteinUhlenbeck": onto},
        "inputs are the boundary's conditions",
        dict(kinds),
    )
    for source in fibres:
        given = libsonata.SpikeReader(str(config.input(source).spike_file))[source].get_dict()
        frame = SpikeTrains.load(str(opened.folder / "inputs" / f"{source}.h5"))
        n = len(given["node_ids"])
        check.that(
            n == frame.n_spikes(source) and n > 0 and int(given["node_ids"].max()) < opened.nodes(source).size,
            f"spikes of {source} come from its fibres",
            f"{n} spikes",
        )


STRUCTURE = [populations, validity, cells, sets, neighbours, attributes, pathways, types]
RUN = [*STRUCTURE, spikes]
COLUMNS = [*STRUCTURE, several]


def failures(parts, folder, said):
    """What fails of a damaged export, with what the tools say of it kept from the terminal."""
    errors, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        return examine(parts, folder, said, quiet=True).failed()
    finally:
        os.dup2(errors, 2)
        os.close(errors)
        os.close(nowhere)


def examine(parts, folder, said, quiet=False):
    """All checks of an export."""
    check = Checks(quiet)
    try:
        opened = Opened(folder)
    except Exception as error:
        check.that(False, "the export opens", f"{type(error).__name__}: {error}"[:300])
        return check
    check.that(True, "the export opens", "libsonata, bluepysnap, bmtk")
    for part in parts:
        check.part(part, opened, said)
    return check


def digests(folder):
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and ".locks" not in p.parts
    }


def doors(check, lab, said):
    """What is refused, and what is found instead of written."""
    run, name = said["run"]["artifact"], said["export"]["folder"]
    again = lab.call("export", artifact=run)
    check.that(again["status"] == "found", "the same export is found", again["folder"])
    lab.call("export", artifact=run, folder="exports/other")
    same = digests(lab.folder / name) == digests(lab.folder / "exports/other")
    check.that(same, "equal exports have equal bytes", f"{len(digests(lab.folder / name))} files")
    alone = lab.call("export", artifact=said["circuit"]["artifact"], folder="exports/circuit")
    files = {Path(file).name for file in alone["files"]}
    check.that(
        "simulation_config.json" not in files and len(alone["nodes"]) == 1,
        "a circuit comes alone",
        f"{len(files)} files",
    )
    found = circuit_validation.validate(
        str(lab.folder / "exports/circuit/circuit_config.json"), skip_slow=False, print_errors=False
    )
    check.that(not found, "the circuit alone is valid", f"{len(found)} errors and warnings")
    bound = lab.call("export", artifact=said["boundary"]["artifact"], folder="exports/boundary")
    found = simulation_validation.validate(
        str(lab.folder / "exports/boundary/simulation_config.json"), print_errors=False
    )
    fatal = [str(error) for error in found if error.level == error.FATAL]
    check.that(
        not fatal and len(bound["nodes"]) == len(said["export"]["nodes"]),
        "a boundary without a run is valid",
        f"{len(found)} warnings {fatal}",
    )
    (lab.folder / "exports/mine").mkdir()
    (lab.folder / "exports/mine/notes.txt").write_text("mine")
    (lab.folder / "exports/other/notes.txt").write_text("mine")
    for folder, code in [
        ("/tmp/anywhere", "path_outside_lab"),
        ("../anywhere", "path_outside_lab"),
        ("exports/../../anywhere", "path_outside_lab"),
        ("artifacts/run/x", "folder_in_use"),
        ("exports/mine", "folder_not_empty"),
        ("exports/circuit", "folder_not_empty"),
        ("exports/other", "export_changed"),
    ]:
        before = digests(lab.folder)
        done = lab.run("export", {"artifact": run, "folder": folder})
        check.that(
            done.returncode != 0 and f"[{code}]" in done.stderr and digests(lab.folder) == before,
            f"{folder} is refused",
            code,
        )


def change(file, path, how):
    def apply(root):
        with h5py.File(root / file, "r+") as h5:
            values = h5[path][()]
            how(values)
            h5[path][...] = values

    return apply


def swap(values):
    i = int(np.flatnonzero(values != values[0])[0])
    values[[0, i]] = values[[i, 0]]


def ends(values):
    values[[0, -1]] = values[[-1, 0]]


def other(values):
    values[0] = (values[0] + 1) % (values.max() + 1)


def later(values):
    values[0] += 1


def drop(file, path):
    def apply(root):
        with h5py.File(root / file, "r+") as h5:
            del h5[path]

    return apply


def damages_of_columns(said):
    """Wrongs of an export with several columns."""
    cell = said["cells"]
    nodes, group = f"nodes/0-{cell}.h5", f"nodes/{cell}/0"

    def beside(root):
        with h5py.File(root / nodes, "r+") as h5:
            for axis in "xyz":
                h5[f"{group}/{axis}"][1] = h5[f"{group}/{axis}"][0] + 1.0

    return [
        ("a cell of another column", change(nodes, f"{group}/column", other)),
        ("a cell too near to another", beside),
        ("no columns", drop(nodes, f"{group}/column")),
    ]


def damages_of_store(said):
    """Wrongs of the lab's own files."""
    cell = said["cells"]
    population = f"edges/{cell}__{cell}__chemical"
    indices = f"{population}/indices"
    return [
        ("a cell elsewhere in the lab", change("nodes.h5", f"nodes/{cell}/0/x", later)),
        ("another layer in the lab", change("nodes.h5", f"nodes/{cell}/0/layer", other)),
        ("another source in the lab", change("edges.h5", f"{population}/source_node_id", swap)),
        ("another target in the lab", change("edges.h5", f"{population}/target_node_id", other)),
        ("another edge type in the lab", change("edges.h5", f"{population}/edge_type_id", swap)),
        ("a changed decay in the lab", change("edges.h5", f"{population}/0/decay_time", later)),
        ("no vesicles in the lab", drop("edges.h5", f"{population}/0/n_rrp_vesicles")),
        (
            "an index by target that leads elsewhere in the lab",
            change("edges.h5", f"{indices}/target_to_source/range_to_edge_id", ends),
        ),
        (
            "an index by source that leads elsewhere in the lab",
            change("edges.h5", f"{indices}/source_to_target/range_to_edge_id", ends),
        ),
        ("no index in the lab", drop("edges.h5", indices)),
    ]


def damages(said):
    """Wrongs of an export."""
    cell = said["cells"]
    nodes = f"nodes/0-{cell}.h5"
    edges = f"edges/0-{cell}__{cell}__chemical.h5"
    types = f"edges/0-{cell}__{cell}__chemical_types.csv"
    population, group = f"edges/{cell}__{cell}__chemical", f"edges/{cell}__{cell}__chemical/0"

    def same_pathway(values):
        rules = said["rules"]["pathways"]
        ends_of = [(rule["pre"], rule["post"]) for rule in rules]
        values[0] = next(i for i, rule in enumerate(ends_of) if rule == ends_of[values[0]] and i != values[0])

    def text(file, old, new):
        def apply(root):
            before = (root / file).read_text()
            assert old in before, f"{file} has no {old}"
            (root / file).write_text(before.replace(old, new, 1))

        return apply

    return [
        ("a changed target", change(edges, f"{population}/target_node_id", other)),
        ("swapped sources", change(edges, f"{population}/source_node_id", swap)),
        (
            "an index by target that leads elsewhere",
            change(edges, f"{population}/indices/target_to_source/range_to_edge_id", ends),
        ),
        (
            "an index by source that leads elsewhere",
            change(edges, f"{population}/indices/source_to_target/range_to_edge_id", ends),
        ),
        ("no index under its older name", drop(edges, f"{population}/indices/target_to_source/node_id_to_range")),
        ("no index under its newer name", drop(edges, f"{population}/indices/target_to_source/node_id_to_ranges")),
        ("no group ids of edges", drop(edges, f"{population}/edge_group_id")),
        ("group rows of edges out of order", change(edges, f"{population}/edge_group_index", swap)),
        ("another edge type", change(edges, f"{population}/edge_type_id", other)),
        ("a changed conductance", change(edges, f"{group}/conductance", later)),
        ("an edge type of the same pathway", change(edges, f"{population}/edge_type_id", same_pathway)),
        ("a changed delay", change(edges, f"{group}/delay", later)),
        ("a changed utilisation", change(edges, f"{group}/u_syn", later)),
        ("another class", text(types, "E2_L23PC", "E2_L4PC")),
        ("another place of a rule", text(types, "pathways.yaml:", "pathways.yaml:1")),
        ("a changed sign", change(edges, f"{group}/syn_type_id", swap)),
        ("no delays", drop(edges, f"{group}/delay")),
        ("a changed layer", change(nodes, f"nodes/{cell}/0/layer", other)),
        ("another node type", change(nodes, f"nodes/{cell}/node_type_id", other)),
        ("a cell elsewhere", change(nodes, f"nodes/{cell}/0/y", lambda values: values.__setitem__(0, -5000.0))),
        ("no model types", drop(nodes, f"nodes/{cell}/0/model_type")),
        ("a changed resistance", change(nodes, f"nodes/{cell}/0/dynamics_params/input_resistance", later)),
        ("a node set of another layer", text("node_sets.json", '"layer": "4"', '"layer": "3"')),
        ("another type of population", text("circuit_config.json", '"virtual"', '"biophysical"')),
        ("another length", text("simulation_config.json", '"tstop"', '"tstop_": 1, "tstop": 1, "x"')),
        ("a lost spike", drop_spike),
    ]


def drop_spike(root):
    with h5py.File(root / "output/spikes.h5", "r+") as h5:
        for population in h5["spikes"].values():
            for name in ["timestamps", "node_ids"]:
                values, attributes = population[name][:-1], dict(population[name].attrs)
                del population[name]
                population[name] = values
                population[name].attrs.update(attributes)


def bounded(lab, column):
    """A circuit in its boundary, and what bravli said of it."""
    said = {"column": lab.call("place_column", **column)}
    said["circuit"] = lab.call("wire_pathways", column=said["column"]["artifact"])
    said["boundary"] = lab.call("set_boundary_conditions", circuit=said["circuit"]["artifact"])
    said["pathways"] = lab.call("inspect", artifact=said["circuit"]["artifact"], detail="full")["summary"]
    said["placed"] = json.loads((lab.artifact(said["column"]) / "column.json").read_text())
    said["rules"] = json.loads((lab.artifact(said["circuit"]) / "circuit.json").read_text())
    return said


def noticed(check, what, damage, folder, always, failing):
    """Whether checks fail of a damaged copy that hold of the original."""
    copy = folder.parent / f"{folder.name}-damaged"
    shutil.copytree(folder, copy)
    damage(copy)
    found = [one for one in failing(copy) if one not in always]
    check.that(found, f"noticed: {what}", f"{len(found)} checks, first {found[0]!r}" if found else "by none")
    shutil.rmtree(copy)


def main():
    print(
        ", ".join(f"{name} {version(name)}" for name in ["libsonata", "bluepysnap", "bmtk", "numpy", "pandas", "h5py"])
    )
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder) / "lab")
        said = {"seed": 1, "cells": COLUMN["recipe"]}
        said = {**said, **bounded(lab, COLUMN)}
        ids = {"circuit": said["circuit"]["artifact"], "boundary": said["boundary"]["artifact"]}
        said["run"] = lab.call("simulate", **ids, protocol=PROTOCOL, seed=said["seed"])
        said["export"] = lab.call("export", artifact=said["run"]["artifact"])
        print(said["export"]["finding"])
        export = lab.folder / said["export"]["folder"]
        check = examine(RUN, export, said)
        always = set(check.failed())
        check.part(doors, lab, said)
        for what, damage in damages(said):
            noticed(check, what, damage, export, always, lambda copy: failures(RUN, copy, said))

        store = Path(folder) / "store"
        store.mkdir()
        shutil.copy(lab.artifact(said["column"]) / "nodes.h5", store)
        shutil.copy(lab.artifact(said["circuit"]) / "edges.h5", store)
        opened = Opened(export)

        def of_store(place, quiet=True):
            inner = Checks(quiet)
            inner.part(stored, opened, said, place)
            return inner

        inner = of_store(store, quiet=False)
        check.rows += inner.rows
        for what, damage in damages_of_store(said):
            noticed(check, what, damage, store, set(inner.failed()), lambda copy: of_store(copy).failed())

        both = {"cells": said["cells"], **bounded(lab, SEVERAL)}
        both["export"] = lab.call("export", artifact=both["boundary"]["artifact"])
        print(both["export"]["finding"])
        export = lab.folder / both["export"]["folder"]
        inner = examine(COLUMNS, export, both)
        check.rows += inner.rows
        for what, damage in damages_of_columns(both):
            noticed(check, what, damage, export, set(inner.failed()), lambda copy: failures([several], copy, both))
        failed = check.failed()
        print(
            f"{len(check.rows) - len(failed)} checks passed, {len(failed)} failed"
            + "".join(f"\n  {what}" for what in failed)
        )
        sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
