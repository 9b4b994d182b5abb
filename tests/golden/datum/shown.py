# SPDX-License-Identifier: Apache-2.0
"""What sluice shows of a value that fastavro read: its kind and its text."""

import json
import math
import struct


def single(value):
    """The nearest float; infinity where there is none."""
    try:
        return struct.unpack("<f", struct.pack("<f", value))[0]
    except OverflowError:
        return math.inf


def number(value, is_float=False):
    if value == int(value) and abs(value) < 2**53:
        return str(int(value))
    if not is_float:
        return repr(value)
    for digits in range(1, 10):
        text = f"{value:.{digits}g}"
        if single(float(text)) == value:
            return repr(float(text))
    raise AssertionError(value)


def fraction(micros, digits):
    return f"{micros:06d}"[:digits]


def logical_text(value, schema):
    """The readable form, or None where the type has none."""
    kind = schema.get("logicalType") if isinstance(schema, dict) else None
    if kind == "date":
        return value.isoformat()
    if kind in ("time-millis", "time-micros"):
        return value.strftime("%H:%M:%S.") + fraction(value.microsecond, 3 if kind == "time-millis" else 6)
    if kind and "timestamp" in kind:
        digits = 3 if kind.endswith("millis") else 6
        text = value.replace(tzinfo=None).isoformat(timespec="seconds") + "." + fraction(value.microsecond, digits)
        return text + ("" if kind.startswith("local") else "Z")
    if kind == "decimal":
        return f"{value:.{schema.get('scale', 0)}f}"
    if kind == "uuid" and not isinstance(value, str):
        return str(value)
    return None


def branch_of(value, union):
    """The type of a union's branch that a Python value came from; the cases here are unambiguous."""
    kinds = {
        "null": lambda v: v is None,
        "boolean": lambda v: isinstance(v, bool),
        "int": lambda v: isinstance(v, int) and not isinstance(v, bool),
        "long": lambda v: isinstance(v, int) and not isinstance(v, bool),
        "float": lambda v: isinstance(v, float),
        "double": lambda v: isinstance(v, float),
        "string": lambda v: isinstance(v, str),
        "enum": lambda v: isinstance(v, str),
        "bytes": lambda v: isinstance(v, bytes),
        "fixed": lambda v: isinstance(v, bytes),
        "array": lambda v: isinstance(v, list),
        "map": lambda v: isinstance(v, dict),
        "record": lambda v: isinstance(v, dict),
    }
    for branch in union:
        name = branch if isinstance(branch, str) else branch["type"]
        if isinstance(branch, dict) and "logicalType" in branch:
            if not isinstance(value, (int, float, str, bytes, dict, list)) and value is not None:
                return branch
            continue
        if name == "record" and not (
            isinstance(value, dict) and {f["name"] for f in branch["fields"]} == set(value)
        ):
            continue
        if name not in kinds or kinds[name](value):
            return branch
    raise AssertionError((value, union))


def json_text(value, schema, names):
    if isinstance(schema, str) and schema in names:
        schema = names[schema]
    if isinstance(schema, dict) and schema["type"] in ("record", "enum", "fixed"):
        names[schema["name"]] = schema
    if isinstance(schema, list):
        return json_text(value, branch_of(value, schema), names)
    text = logical_text(value, schema)
    if text is not None:
        return json.dumps(text)
    kind = schema if isinstance(schema, str) else schema["type"]
    if kind == "record":
        parts = [f'"{f["name"]}":' + json_text(value[f["name"]], f["type"], names) for f in schema["fields"]]
        return "{" + ",".join(parts) + "}"
    if kind == "array":
        return "[" + ",".join(json_text(item, schema["items"], names) for item in value) + "]"
    if kind == "map":
        parts = [
            json.dumps(key, ensure_ascii=False) + ":" + json_text(item, schema["values"], names)
            for key, item in value.items()
        ]
        return "{" + ",".join(parts) + "}"
    if kind in ("bytes", "fixed"):
        # fastavro leaves the default of bytes as the text that stands in the schema
        text = value if isinstance(value, str) else value.decode("latin-1")
        return json.dumps(text, ensure_ascii=False)
    if kind in ("float", "double"):
        if math.isnan(value):
            return "null"
        if math.isinf(value):
            return '"Infinity"' if value > 0 else '"-Infinity"'
        return number(value, kind == "float")
    return json.dumps(value, ensure_ascii=False)


def shown(value, schema, names):
    """What a field's Value is: its kind, and its bytes as hex or its number as text."""
    if isinstance(schema, list):
        schema = branch_of(value, schema)
    if isinstance(schema, str) and schema in names:
        schema = names[schema]
    if value is None:
        return {"kind": "missing"}
    text = logical_text(value, schema)
    kind = schema if isinstance(schema, str) else schema["type"]
    if text is None and kind in ("string", "enum"):
        text = value
    if text is None and kind in ("record", "array", "map"):
        text = json_text(value, schema, names)
    if text is not None:
        return {"kind": "text", "hex": text.encode().hex(), "note": text[:40]}
    if kind in ("bytes", "fixed"):
        data = value.encode("latin-1") if isinstance(value, str) else value
        return {"kind": "bytes", "hex": data.hex()}
    if kind == "boolean":
        return {"kind": "boolean", "number": str(value).lower()}
    if kind in ("int", "long"):
        return {"kind": "int", "number": str(value)}
    if math.isnan(value) or math.isinf(value):
        return {"kind": kind, "number": str(value)}
    return {"kind": kind, "number": number(value, kind == "float")}


def collect_names(schema, names):
    if isinstance(schema, list):
        for branch in schema:
            collect_names(branch, names)
    elif isinstance(schema, dict):
        if "name" in schema:
            names[schema["name"]] = schema
        for part in schema.get("fields", []):
            collect_names(part["type"], names)
        for key in ("items", "values"):
            if key in schema:
                collect_names(schema[key], names)
    return names


def at_path(value, schema, path, names):
    """The value and type that a path ends at; None behind what has no such part."""
    for word in path.split("."):
        if isinstance(schema, list):
            if value is None:
                return None, "null"
            schema = branch_of(value, schema)
        if isinstance(schema, str):
            schema = names.get(schema, schema)
        if not isinstance(schema, dict) or schema["type"] != "record":
            return None, "null"
        part = next(f for f in schema["fields"] if f["name"] == word)
        value, schema = value[word], part["type"]
    return value, schema
