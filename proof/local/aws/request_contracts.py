"""What AWS's own service models say of a request: required parameters, names, lengths, ranges, patterns, enumerations.

The models are botocore's, from which AWS makes its SDKs: https://github.com/boto/botocore/tree/develop/botocore/data
botocore's validator checks types, required parameters and minimums only, and only what a Python program gives it. Here
each request is taken as it came over the wire, so that Go, JavaScript and curl are held to the models too.
"""

import functools
import json
from collections import Counter
from threading import Lock

import regex
from callers.calls import Call
from moto.core.parse import PROTOCOL_PARSERS

NUMBERS = ("integer", "long", "float", "double")


class CheckedRequests:
    """Counts requests by operation, and keeps each different fault once."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.operations: Counter[str] = Counter()
        self.faults: dict[str, None] = {}

    def note(self, operation: str, faults: list[str]) -> None:
        with self.lock:
            self.operations[operation] += 1
            self.faults.update(dict.fromkeys(f"{operation}: {fault}" for fault in faults))

    def answer(self) -> dict:
        with self.lock:
            return {"operations": dict(self.operations), "faults": list(self.faults)}


class Parameters(dict):
    """Parameters of a form, which remember those that the model asked for."""

    def __init__(self, values) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def get(self, name, default=None):
        self.asked.add(name)
        return super().get(name, default)

    def unknown(self) -> list[str]:
        return sorted(set(self) - self.asked - {"Action", "Version"})


def request_faults(call: Call) -> list[str]:
    """What is wrong with a request, a line for each parameter."""
    shape = call.model.input_shape
    if shape is None:
        return []
    form = Parameters(call.parts["values"].items()) if call.protocol in ("query", "ec2") else None
    parts = call.parts if form is None else {**call.parts, "values": form}
    sent = PROTOCOL_PARSERS[call.protocol](call.model).parse(parts)
    unknown = form.unknown() if form is not None else []
    if call.protocol == "json":
        unknown = unknown_members(shape, json.loads(call.parts["body"] or b"{}"), "")
    return [f"{name} is no parameter" for name in unknown] + value_faults(shape, sent, "")


def unknown_members(shape, value, at: str) -> list[str]:
    """Names in a JSON text that the model does not have."""
    if shape.type_name == "list" and isinstance(value, list):
        return [name for each in value for name in unknown_members(shape.member, each, at)]
    if shape.type_name == "map" and isinstance(value, dict):
        return [name for each in value.values() for name in unknown_members(shape.value, each, at)]
    if shape.type_name != "structure" or not isinstance(value, dict) or shape.is_document_type:
        return []
    members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
    names = [f"{at}{name}" for name in value if name not in members]
    known = [(name, each) for name, each in value.items() if name in members]
    return names + [found for name, each in known for found in unknown_members(members[name], each, f"{at}{name}.")]


def value_faults(shape, value, at: str) -> list[str]:
    if shape.type_name == "structure":
        if shape.is_document_type:
            return []
        given = {name: each for name, each in value.items() if each is not None}
        missing = [name for name in shape.metadata.get("required", []) if name not in given]
        faults = [f"{at}{name} is missing" for name in missing]
        return faults + [
            fault for name, each in given.items() for fault in value_faults(shape.members[name], each, f"{at}{name}.")
        ]
    faults = [f"{at[:-1]} {fault}" for fault in own_faults(shape, value)]
    if shape.type_name == "list":
        faults += [fault for each in value for fault in value_faults(shape.member, each, at)]
    elif shape.type_name == "map":
        faults += [fault for each in value for fault in value_faults(shape.key, each, f"{at}key.")]
        faults += [fault for each in value.values() for fault in value_faults(shape.value, each, at)]
    return faults


def own_faults(shape, value) -> list[str]:
    rules = shape.metadata
    size = value if shape.type_name in NUMBERS else len(value) if hasattr(value, "__len__") else None
    faults = []
    if size is not None and not rules.get("min", size) <= size <= rules.get("max", size):
        faults.append(f"has the size {size}, outside {rules.get('min', '')} to {rules.get('max', '')}")
    if shape.type_name == "string":
        if rules.get("enum") and value not in rules["enum"]:
            faults.append(f"is {value[:80]!r}, none of {', '.join(rules['enum'][:10])}")
        if "pattern" in rules and not pattern(rules["pattern"]).fullmatch(value):
            faults.append(f"is {value[:80]!r}, unlike {rules['pattern']}")
    return faults


@functools.cache
def pattern(of_model: str) -> regex.Pattern:
    # The models write characters beyond 16 bits as Java does, in two halves.
    return regex.compile(of_model.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF"))
