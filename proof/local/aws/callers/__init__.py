"""Callers whose calls are judged by policies: PUT /local-aws/callers.

    {"deployer": [{"Version": "2012-10-17", "Statement": [{"Sid": "Names", …}]}]}

Each key is an access key id, with its policy documents. A call that is signed with it needs every right that AWS asks for
(rights.py); without one it gets AWS's answer to that, and the log says which right is missing. Nobody else is judged.
`GET /local-aws/callers` has the rights that were used since: by caller, `Sid` of the statement and action.
"""

from collections import defaultdict

from policies import is_about, listed

statements: dict[str, list[dict]] = {}
used: dict[str, dict[str, dict[str, str]]] = {}


def put(given: dict) -> None:
    """Replaces all callers. On an error it changes nothing and raises ValueError, which names the error."""
    if not isinstance(given, dict):
        raise ValueError("the body must be an object")
    parsed = {key: [one for document in documents for one in listed(document["Statement"])] for key, documents in given.items()}
    for key, all_of_key in parsed.items():
        for one in all_of_key:
            if one.get("Effect") != "Allow" or "Sid" not in one:
                raise ValueError(f"{key}: a statement is not an Allow with a Sid: {one}")
    statements.clear()
    statements.update(parsed)
    used.clear()
    used.update({key: defaultdict(dict) for key in parsed})


def allows(access_key_id: str, request) -> bool:
    """Whether a judged caller may; notes the statement that allows it. `request` is one of policies.py."""
    for statement in statements[access_key_id]:
        if is_about(statement, request):
            used[access_key_id][statement["Sid"]].setdefault(request.action, request.resource)
            return True
    return False
