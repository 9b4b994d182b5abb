# SPDX-License-Identifier: Apache-2.0
"""mapping.schema.json takes what the loader takes: every mapping that is shipped or shown, every key
of the golden vectors; and it refuses the slips that it is there to catch."""
import json
import pathlib
import re

import jsonschema
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "schemas" / "mapping.schema.json").read_text())
BUILT_IN = sorted(set(ROOT.glob("schemas/*.json")) - {ROOT / "schemas" / "mapping.schema.json"})
GUIDE = re.findall(r"```json\n(.*?)```", (ROOT / "docs" / "mapping.md").read_text(), re.S)
VECTORS = json.loads((ROOT / "tests" / "golden" / "keys" / "vectors.json").read_text())
GOOD = {
    "table": "t",
    "topic": "t",
    "record": {"schema": "v.avsc"},
    "key": {"parts": ["id"]},
    "families": {"f": {"columns": ["a"]}},
}


def faults(mapping):
    return list(jsonschema.Draft7Validator(SCHEMA).iter_errors(mapping))


def test_the_schema_is_a_schema():
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", BUILT_IN, ids=lambda path: path.name)
def test_built_in_mappings_are_good(path):
    assert faults(json.loads(path.read_text())) == []


def test_the_guides_mappings_are_good():
    shown = [json.loads(block) for block in GUIDE]
    mappings = [block for block in shown if "table" in block]
    assert len(mappings) >= 2
    for mapping in mappings:
        assert faults(mapping) == []


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_golden_keys_are_good(vector):
    assert faults({**GOOD, "key": vector["key"]}) == []


@pytest.mark.parametrize(
    "slip",
    [
        {"tabel": "t"},
        {"table": "a b"},
        {"topic": ".."},
        {"tombstone": "rows"},
        {"regions": 0},
        {"regions": 2, "splits": ["m"]},
        {"record": {"schema": "v.avsc", "framing": "confluence"}},
        {"key": {"parts": []}},
        {"key": {"parts": [{"salt": 8}]}},
        {"key": {"parts": [{"field": "a", "literal": "b"}]}},
        {"key": {"parts": [{"field": "a", "as": "float"}]}},
        {"timestamp": {"format": "ms"}},
        {"families": {}},
        {"families": {"a:b": {"columns": ["a"]}}},
        {"families": {"f": {"columns": []}}},
        {"families": {"f": {"columns": [{"field": "a", "type": "floats"}]}}},
        {"families": {"f": {"columns": [{"field": "a", "null": None}]}}},
        {"families": {"f": {"columns": ["a"], "bloom": "row"}}},
        {"families": {"f": {"columns": ["a"], "versions": 0}}},
    ],
    ids=json.dumps,
)
def test_slips_are_refused(slip):
    assert faults({**GOOD, **slip}) != []
