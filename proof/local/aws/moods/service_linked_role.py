"""The first launches in an account fail: Auto Scaling makes its service-linked role with the first group, and cannot assume it yet.

It tries again by itself, as after every failed launch (https://github.com/RaJiska/terraform-aws-fck-nat/issues/85). If the account
has the role before, nothing fails. This local AWS does not make the role for the first group: it would be left over.
"""

from extensions import auto_scaling_launch, replaces
from mood import clock, seconds
from moto.autoscaling.models import AutoScalingBackend
from moto.iam.models import iam_backends

ROLE = "AWSServiceRoleForAutoScaling"

usable_at: dict[str, float] = {}
"""By account: when Auto Scaling can assume its role."""


@replaces(AutoScalingBackend)
def create_auto_scaling_group(moto, self, *args, **kwargs):
    roles = iam_backends[self.account_id][self.partition].get_roles()
    if all(role.name != ROLE for role in roles):
        usable_at.setdefault(self.account_id, clock.now() + seconds("service-linked-role"))
    return moto(self, *args, **kwargs)


@replaces(auto_scaling_launch)
def refusal(moto, group, zone):
    if clock.now() >= usable_at.get(group.account_id, 0):
        return moto(group, zone)
    arn = f"arn:aws:iam::{group.account_id}:role/aws-service-role/autoscaling.amazonaws.com/{ROLE}"
    failed = "Validating load balancer configuration" if group.target_group_arns else "Launching EC2 instance"
    return f"Access denied when attempting to assume role {arn}. {failed} failed."
