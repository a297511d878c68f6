"""Holds the inputs of Pulumi's resources to CloudFormation's resource schemas, which cfn-lint has as data.

Reads from standard input what resourceSchemas.json has, and {"resources": [{"key", "type", "inputs"}]}. Prints {"properties",
"faults", "unknown"}: how many values were compared, those that the schemas refuse, and the properties without a schema.

- `types`: CloudFormation's type for each of Pulumi's.
- `names`: the properties whose name there is not Pulumi's with a capital. A dot leads into a structure. A slash means that
  CloudFormation has this part of the structure as a property of its own.
- `typesWithoutSchema`, `propertiesWithoutSchema`: what cannot be compared, with the reason.
"""

import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cfnlint
import regex
from jsonschema import Draft7Validator, ValidationError, validators

# Pulumi has maps where CloudFormation has lists of pairs.
PAIRS = {"tags": "Key", "dimensions": "Name"}
SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas"


@cache
def schema_of(cloudformation_type: str) -> dict:
    providers = json.loads((SCHEMAS / "providers" / "us-east-1.json").read_text())
    return json.loads((SCHEMAS / "resources" / f"{providers[cloudformation_type]}.json").read_text())


# Their patterns are of a richer language than Python's: \p{L}.
def like(_validator, pattern, value, _schema) -> Iterator[ValidationError]:
    if isinstance(value, str) and not regex.search(pattern, value):
        yield ValidationError(f"{value!r} is unlike {pattern}")


# Both write numbers and truth values as texts here and there, and AWS takes both.
def is_number(_checker, value) -> bool:
    return Draft7Validator.TYPE_CHECKER.is_type(value, "number") or str(value).isdecimal()


def is_truth(_checker, value) -> bool:
    return value in (True, False, "true", "false")


def is_text(_checker, value) -> bool:
    return isinstance(value, (str, int))


TYPES = Draft7Validator.TYPE_CHECKER.redefine_many(
    {"number": is_number, "integer": is_number, "boolean": is_truth, "string": is_text}
)
Validator = validators.extend(Draft7Validator, {"pattern": like}, type_checker=TYPES)


def resolved(schema: dict, root: dict) -> dict:
    while "$ref" in schema:
        found = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def property_at(root: dict, path: str) -> dict | None:
    """The schema of a property; a path leads into structures, and through lists."""
    found = root
    for name in path.split("."):
        found = resolved(found, root)
        found = resolved(found.get("items", found), root)
        found = found.get("properties", {}).get(name)
        if found is None:
            return None
    return resolved(found, root)


def cloudformation_name(path: str, names: dict[str, str]) -> str:
    last = path.split(".")[-1]
    return names.get(path, last[:1].upper() + last[1:])


def translated(value, path: str, names: dict[str, str]):
    if isinstance(value, list):
        return [parts(each, path, names) for each in value]
    if isinstance(value, dict) and path.split(".")[-1] in PAIRS:
        name = PAIRS[path.split(".")[-1]]
        return [{name: key, "Value": each} for key, each in value.items()]
    return parts(value, path, names)


def parts(value, path: str, names: dict[str, str]):
    if not isinstance(value, dict) or "Statement" in value:  # a policy is the same for both
        return value
    inner = {f"{path}.{key}": each for key, each in value.items()}
    return {cloudformation_name(at, names): translated(each, at, names) for at, each in inner.items()}


def fitted(value, schema: dict):
    """Each has lists of one where the other has none."""
    if schema.get("type") == "array" and not isinstance(value, list):
        return [value]
    if schema.get("type") == "object" and isinstance(value, list) and len(value) == 1:
        return value[0]
    return value


def compared(inputs: dict, names: dict[str, str]) -> Iterator[tuple[str, str, object]]:
    """Path in Pulumi, path in CloudFormation and value; each part of a structure that CloudFormation spreads."""
    for key, value in inputs.items():
        if any(path.startswith(f"{key}.") and name.startswith("/") for path, name in names.items()):
            for part, each in value.items():
                at = f"{key}.{part}"
                yield at, names.get(at, f"/{part}").removeprefix("/"), translated(each, at, names)
        else:
            yield key, cloudformation_name(key, names), translated(value, key, names)


def main() -> None:
    given = json.load(sys.stdin)
    properties, faults, unknown = 0, {}, {}
    for resource in given["resources"]:
        kind = resource["type"]
        root = schema_of(given["types"][kind])
        for at, path, value in compared(resource["inputs"], given["names"].get(kind, {})):
            schema = None if f"{kind} {at}" in given["propertiesWithoutSchema"] else property_at(root, path)
            if schema is None:
                unknown[f"{kind} {at}"] = None
                continue
            properties += 1
            for error in Validator({**schema, "definitions": root.get("definitions", {})}).iter_errors(fitted(value, schema)):
                where = "".join(f".{each}" for each in error.path)
                faults[f"{resource['key']}: {path}{where}: {error.message[:200]}"] = None
    print(json.dumps({"properties": properties, "faults": list(faults), "unknown": sorted(unknown)}))


main()
