"""A change of a role's policies takes effect later: calls are judged by the policies before it meanwhile.

IAM is eventually consistent
(https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency): it returns the new
policies at once, and the services do not know them yet. What judges calls (policies.py, and the lab's front door with the access
key id `enforcement`) gets the policies that hold. This covers inline policies and attachments. Documents of managed policies,
trust policies and policies of buckets and keys change at once.
"""

import copy
import inspect
from contextvars import ContextVar

import policies
from aws_parts import ENFORCEMENT, caller_of
from extensions import replaces
from mood import seconds
from moto.core.responses import BaseResponse
from moto.iam.models import IAMBackend, Role
from moto.iam.responses import IamResponse
from propagated import Propagated

judging: ContextVar[bool] = ContextVar("judging", default=False)


def take_effect_later(name: str) -> None:
    """Lets the effect of a call that changes a role's policies come later."""

    def call(moto, self, *args, **kwargs):
        given = inspect.signature(moto).bind(self, *args, **kwargs).arguments
        role = self.get_role(given["role_name"])
        effective = effective_policies(role)
        moto(self, *args, **kwargs)
        effective.change(contents(role), seconds("iam-policy"))

    call.__name__ = name
    replaces(IAMBackend)(call)


for name in ("put_role_policy", "delete_role_policy", "attach_role_policy", "detach_role_policy"):
    take_effect_later(name)


@replaces(IAMBackend)
def get_role(moto, self, role_name):
    role = moto(self, role_name)
    if not judging.get():
        return role
    effective = copy.copy(role)
    effective.policies, effective.managed_policies = effective_policies(role).now()
    return effective


@replaces(BaseResponse)
def call_action(moto, self):
    if not isinstance(self, IamResponse) or caller_of(self) != ENFORCEMENT:
        return moto(self)
    token = judging.set(True)
    try:
        return moto(self)
    finally:
        judging.reset(token)


@replaces(policies)
def statements_of(moto, role_arn):
    token = judging.set(True)
    try:
        return moto(role_arn)
    finally:
        judging.reset(token)


def effective_policies(role: Role) -> Propagated:
    """The policies that calls with the role are judged by: inline ones and attached ones, as in a Role."""
    return role.__dict__.setdefault("effective_policies", Propagated(contents(role)))


def contents(role: Role) -> tuple[dict, dict]:
    return dict(role.policies), dict(role.managed_policies)
