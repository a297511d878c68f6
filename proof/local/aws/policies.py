"""Whether policies allow the request of a service, which asks as itself (resource policies) or with a role
(its own policies).

An explicit Deny wins, and a request that no statement allows is denied
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html). Only the
condition operators that policies for services use are implemented. A statement with another operator
allows nothing, and the log says so.
"""

import json
import re
from dataclasses import dataclass, field

from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends


@dataclass(frozen=True)
class Request:
    action: str
    """For example `sqs:SendMessage`."""
    resource: str
    """ARN."""
    service: str | None = None
    """The service that asks as itself, for example `events.amazonaws.com`; None if it asks with a role."""
    context: dict[str, str] = field(default_factory=dict)
    """Condition keys in lower case, for example `aws:sourcearn`."""


def is_allowed(statements: list[dict], request: Request) -> bool:
    effects = {statement["Effect"] for statement in statements if is_about(statement, request)}
    return "Allow" in effects and "Deny" not in effects


def role_is_allowed(role_arn: str, request: Request) -> bool:
    """Whether a role's inline and attached policies allow a request. False if the role is gone."""
    return is_allowed(statements_of(role_arn), request)


def statements_of(role_arn: str) -> list[dict]:
    """The statements of a role's policies; none if the role is gone."""
    account_id, name = role_arn.split(":")[4], role_arn.split("/")[-1]
    try:
        role = iam_backends[account_id]["aws"].get_role(name)
    except NotFoundException:
        return []
    attached = [version for policy in role.managed_policies.values() for version in policy.versions]
    documents = [*role.policies.values(), *(version.document for version in attached if version.is_default)]
    return [one for document in documents for one in policy_statements(document)]


def policy_statements(document: str | dict | None) -> list[dict]:
    """The statements of a resource's policy; none if it has no policy."""
    policy = json.loads(document) if isinstance(document, str) and document else document or {}
    return listed(policy.get("Statement", []))


def is_about(statement: dict, request: Request) -> bool:
    return (
        is_by_principal(statement, request)
        and names(statement, "Action", request.action.lower(), str.lower)
        and names(statement, "Resource", request.resource)
        and all(
            holds(operator, key, listed(values), request.context.get(key.lower()))
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def is_by_principal(statement: dict, request: Request) -> bool:
    if request.service is None:
        return True  # a role's own policies name none
    principal = statement.get("Principal")
    if isinstance(principal, dict):
        return request.service in listed(principal.get("Service", [])) or "*" in listed(principal.get("AWS", []))
    return principal == "*"


def names(statement: dict, element: str, value: str, normal=lambda text: text) -> bool:
    if f"Not{element}" in statement:
        return not any(matches(normal(one), value) for one in listed(statement[f"Not{element}"]))
    return any(matches(normal(one), value) for one in listed(statement.get(element, [])))


def holds(operator: str, key: str, wanted: list[str], given: str | None) -> bool:
    if operator in ("StringEquals", "ArnEquals", "StringLike", "ArnLike"):
        same = (lambda one: one == given) if operator == "StringEquals" else (lambda one: matches(one, given))
        return given is not None and any(same(one) for one in wanted)
    if operator == "Bool" and key.lower() == "aws:securetransport":
        return "true" in [str(one).lower() for one in wanted]  # as bucket_policy_conditions.py has it
    print(f"a policy's condition {operator} on {key} is not known here: its statement counts for nothing", flush=True)
    return False


def matches(pattern: str, value: str) -> bool:
    """`*` stands for any characters, `?` for one."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, value, re.DOTALL) is not None


def listed(value) -> list:
    return value if isinstance(value, list) else [value]
