"""A Python client drives the built server from a question to a verdict.

Run by `cargo xtask test`, or by hand where the `mcp` package (2.3) can be imported:

    BRAVLI=target/debug/bravli python3 tests/python/conversation.py

The whole conversation is held twice, once in each era of the protocol, each in a lab of its own.
One line per check; the exit status is 1 when any check failed.
"""

import json
import os
import sys
import tempfile
import time
import traceback

import anyio
from mcp import Client, StdioServerParameters
from mcp.types import ResourceTemplateReference

if sys.version_info < (3, 11):
    from exceptiongroup import BaseExceptionGroup  # anyio brings it

# How the client opens the conversation, and the protocol it should find: with the `initialize` handshake, and by
# asking the server what it speaks.
ERAS = {"legacy": "2025-11-25", "auto": "2026-07-28"}
# A conversation this small takes seconds; this long means that the server hangs.
ERA_LIMIT_S = 300

TOOLS = {
    "search_literature",
    "lookup_parameter",
    "add_literature",
    "parse_recipe",
    "place_column",
    "wire_pathways",
    "edit_circuit",
    "set_boundary_conditions",
    "simulate",
    "compute_upe",
    "inspect",
    "export",
}
VERDICTS = {"supported", "not_supported", "contradicted", "undetermined", "pipeline_invalid"}

RECIPE = "rat-barrel"
# Two contexts of one mean and different spread: the fewest that an effect of spread can be asked of.
PROTOCOL = {
    "kind": "gaussian_blocks",
    "mu": [2.0],
    "sigma": [0.2, 0.8],
    "natural_trials": 6,
    "lead_in_trials": 2,
    "probe_deltas": [-0.5, 0.5],
    "probe_repeats": 2,
    "isi_ms": 100,
}
EMPTY_PROTOCOL = {"kind": "spontaneous", "duration_ms": 0}

QUESTION = {"query": "connection probability L4 spiny stellate to L2/3 pyramid in rat"}
UNMEASURED = {"query": "refractive index of the axolotl's optic nerve"}
BIBTEX = """@article{anything, author = {M{\\"u}ller, Ida and Tan, Wei}, year = 2031,
  title = {Zonular release at walnut-shaped synapses}, journal = {Journal of Imagined Results}}
@article{broken, title = {No end"""
TEMPLATES = {"bravli://paper/{key}", "bravli://fact/{key}"}


class Stop(Exception):
    """The conversation cannot go on: what the next step needs is missing."""


class Checks:
    """Counts and prints what held and what did not."""

    def __init__(self):
        self.passed = 0
        self.failed = 0
        self.era = ""

    def that(self, holds, what, detail=""):
        word = "ok  " if holds else "FAIL"
        self.passed += bool(holds)
        self.failed += not holds
        tail = f": {detail}" if detail else ""
        print(f"{word} [{self.era}] {what}{tail}", flush=True)
        return bool(holds)


def text_of(result):
    """All text blocks of a result, joined."""
    return "\n".join(getattr(block, "text", "") for block in result.content)


def short(text, limit=300):
    text = " ".join(str(text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


async def call(client, checks, tool, arguments, progress=None):
    """Calls a tool that should succeed; gives its structured content."""
    start = time.monotonic()
    result = await client.call_tool(tool, arguments, progress_callback=progress)
    seconds = time.monotonic() - start
    detail = short(text_of(result)) if result.is_error else f"{seconds:.2f} s"
    if not checks.that(not result.is_error, f"{tool} succeeds", detail):
        raise Stop(tool)
    content = result.structured_content
    if not checks.that(isinstance(content, dict) and content, f"{tool} gives structured content"):
        raise Stop(tool)
    return content


async def make(client, checks, tool, arguments, kind, progress=None):
    """Calls a tool that makes an artifact; gives the artifact's name and the content."""
    content = await call(client, checks, tool, arguments, progress)
    name = content.get("artifact")
    if not checks.that(isinstance(name, str) and name.startswith(f"{kind}-"), f"{tool} names its {kind}", short(name)):
        raise Stop(tool)
    return name, content


def find(value, key):
    """The first value under `key`, however deep."""
    if isinstance(value, dict):
        if key in value:
            return value[key]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            found = find(item, key)
            if found is not None:
                return found
    return None


async def ask_the_literature(client, checks):
    """One number with its record, what nobody measured, and a paper of the lab's own."""
    answer = await call(client, checks, "lookup_parameter", QUESTION)
    facts = answer.get("facts") or []
    checks.that(answer.get("answered") is True and bool(facts), "a question is answered", short(answer.get("finding")))
    checks.that(bool(answer.get("recommendation")), "what to use is said", short(answer.get("recommendation")))
    nothing = await call(client, checks, "lookup_parameter", UNMEASURED)
    is_honest = nothing.get("answered") is False and nothing.get("facts") == []
    checks.that(is_honest, "what nobody measured is said", short(nothing.get("finding")))

    templates = {template.uri_template for template in (await client.list_resource_templates()).resource_templates}
    checks.that(templates == TEMPLATES, "records are resources", short(sorted(templates)))
    if not facts:
        raise Stop("lookup_parameter")
    key = facts[0]["key"]
    contents = (await client.read_resource(f"bravli://fact/{key}")).contents
    fact = json.loads(contents[0].text)
    checks.that(fact.get("record", {}).get("id") == key, "a fact that was found is read by its key", key)
    paper = fact.get("paper", {}).get("key")
    contents = (await client.read_resource(f"bravli://paper/{paper}")).contents
    is_named = any(row.get("key") == key for row in json.loads(contents[0].text).get("facts", []))
    checks.that(is_named, "its paper names it", short(paper))
    reference = ResourceTemplateReference(type="ref/resource", uri="bravli://fact/{key}")
    found = (await client.complete(reference, {"name": "key", "value": key[:-2]})).completion.values
    checks.that(key in found, "its key is completed", short(found))

    added = await call(client, checks, "add_literature", {"bibtex": BIBTEX})
    checks.that(added.get("papers") == ["muller2031"], "a paper is added", short(added.get("papers")))
    skipped = added.get("skipped") or []
    is_told = len(skipped) == 1 and "line 3" in skipped[0]
    checks.that(is_told, "a broken entry is told with its line", short(skipped))
    results = (await call(client, checks, "search_literature", {"query": "Müller walnut-shaped synapses"}))["results"]
    checks.that(results[0]["key"] == "muller2031", "the paper is found at once", results[0]["key"])
    again = await call(client, checks, "add_literature", {"bibtex": BIBTEX})
    checks.that(not again.get("papers") and len(again.get("known") or []) == 1, "a paper is added once")
    offline = await client.call_tool("add_literature", {"europe_pmc": "barrel cortex"})
    is_refused = offline.is_error and "--online" in text_of(offline)
    checks.that(is_refused, "nothing goes online unasked", short(text_of(offline)))


async def converse(client, checks):
    listed = {tool.name for tool in (await client.list_tools()).tools}
    missing = sorted(TOOLS - listed)
    checks.that(not missing, "the tools are listed", f"missing {missing}" if missing else f"{len(listed)} tools")

    found = await call(client, checks, "search_literature", {"query": "L4 to L2/3 connection probability", "limit": 5})
    # a list of hits, whatever it is called
    hits = max((value for value in found.values() if isinstance(value, list)), key=len, default=[])
    checks.that(0 < len(hits) <= 5, "search_literature finds 1 to 5 records", str(len(hits)))
    await ask_the_literature(client, checks)

    await call(client, checks, "parse_recipe", {"recipe": RECIPE})
    pair = {"pre_mtype": "L4_SSC", "post_mtype": "L23_LBC", "calcium_mm": 1.2}
    detailed = await call(client, checks, "parse_recipe", {"recipe": RECIPE, "pair": pair, "against": "mouse-c2"})
    cases = detailed.get("pair", {}).get("cases", [])
    checks.that(len(cases) > 1 and cases[0]["overridden"], "parse_recipe explains a pair", str(len(cases)))
    checks.that(detailed.get("changes", {}).get("n_pathways", 0) > 0, "parse_recipe compares two recipes")

    request = {"recipe": RECIPE, "radius_um": 40, "layers": ["2", "3", "4", "5"], "seed": 1}
    column, _ = await make(client, checks, "place_column", request, "column")
    again, _ = await make(client, checks, "place_column", request, "column")
    checks.that(again == column, "the same request finds the same column")
    other, _ = await make(client, checks, "place_column", request | {"seed": 2}, "column")
    checks.that(other != column, "another seed makes another column")

    circuit, _ = await make(client, checks, "wire_pathways", {"column": column, "seed": 1}, "circuit")
    boundary, _ = await make(client, checks, "set_boundary_conditions", {"circuit": circuit}, "boundary")

    steps = []

    async def on_progress(progress, total, message):
        steps.append(progress)

    request = {"circuit": circuit, "boundary": boundary, "protocol": PROTOCOL, "seed": 1, "threads": 2, "wait_s": 60}
    run, _ = await make(client, checks, "simulate", request, "run", on_progress)
    checks.that(bool(steps), "simulate reports progress", f"{len(steps)} reports")
    checks.that(steps == sorted(steps), "progress only grows")

    refused = await client.call_tool("simulate", request | {"protocol": EMPTY_PROTOCOL})
    checks.that(refused.is_error, "a run of 0 ms is refused")
    checks.that("duration_ms" in text_of(refused), "the refusal names duration_ms", short(text_of(refused)))

    report, content = await make(client, checks, "compute_upe", {"runs": [run]}, "report")
    verdict = find(content, "verdict")
    word = verdict.get("verdict", verdict) if isinstance(verdict, dict) else verdict
    checks.that(isinstance(word, str) and word in VERDICTS, "the verdict is one of the allowed", short(word))

    why = {"artifact": circuit, "pathway": "L4_E->L23_E", "parameter": "gsyn"}
    parameter = (await call(client, checks, "inspect", why)).get("parameter") or {}
    checks.that(bool(parameter.get("values")), "inspect tells why a number is here", short(parameter.get("of")))

    for artifact in (circuit, report):
        await call(client, checks, "inspect", {"artifact": artifact})


def leaves(error):
    """The errors inside a task group's error, or the error itself."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from leaves(inner)
    else:
        yield error


async def main():
    binary = os.environ.get("BRAVLI")
    if not binary or not os.path.isfile(binary):
        print(f"BRAVLI must name the built binary, got {binary!r}; `cargo build -p bravli` makes it", file=sys.stderr)
        return 2
    checks = Checks()
    for era, protocol in ERAS.items():
        checks.era = era
        with tempfile.TemporaryDirectory(prefix="bravli-lab-", ignore_cleanup_errors=True) as lab:
            server = StdioServerParameters(command=os.path.abspath(binary), args=["serve", "--lab", lab])
            try:
                with anyio.fail_after(ERA_LIMIT_S):
                    async with Client(server, mode=era) as client:
                        found = client.protocol_version
                        checks.that(found == protocol, f"speaks protocol {protocol}", found)
                        await converse(client, checks)
            except Exception as error:
                # a Stop has already printed the check that failed; anything else is told in full
                stops = [leaf for leaf in leaves(error) if isinstance(leaf, Stop)]
                if not stops:
                    traceback.print_exception(error)
                why = f"stopped at {stops[0]}" if stops else short(repr(next(leaves(error))))
                checks.that(False, "the conversation reaches its end", why)
    print(f"{checks.passed} checks passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(anyio.run(main))
