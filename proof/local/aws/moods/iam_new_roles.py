"""EC2, Auto Scaling and Lambda do not know an instance profile or a role until some time after it was made, and never one that
is not there.

- EC2: InvalidParameterValue, "Invalid IAM Instance Profile name"
  (https://github.com/aws/aws-sdk-js-v3/issues/5253). A launch by Auto Scaling fails with it too.
- Auto Scaling: ValidationError, "You must use a valid fully-formed launch template"
  (https://github.com/hashicorp/terraform-provider-aws/pull/40088).
- Lambda: InvalidParameterValueException, "The role defined for the function cannot be assumed by Lambda."
  (https://repost.aws/knowledge-center/lambda-function-assume-iam-role).

An instance profile counts as new when it gets its role as well.
"""

from extensions import auto_scaling_launch, replaces
from mood import clock, seconds
from moto.autoscaling.exceptions import ValidationError
from moto.autoscaling.models import FakeAutoScalingGroup
from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaBackend
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import iam_instance_profile
from moto.ec2.responses import instances
from moto.iam.exceptions import NotFoundException
from moto.iam.models import IAMBackend, InstanceProfile, Role, iam_backends


@replaces(IAMBackend)
def create_role(moto, self, *args, **kwargs):
    return renewed(moto(self, *args, **kwargs))


@replaces(IAMBackend)
def create_instance_profile(moto, self, *args, **kwargs):
    return renewed(moto(self, *args, **kwargs))


@replaces(IAMBackend)
def add_role_to_instance_profile(moto, self, profile_name, role_name):
    moto(self, profile_name, role_name)
    renewed(self.get_instance_profile(profile_name))


def renewed(one: Role | InstanceProfile) -> Role | InstanceProfile:
    one.known_at = clock.now() + seconds("iam-change")
    return one


def is_known(one: Role | InstanceProfile) -> bool:
    return clock.now() >= getattr(one, "known_at", 0)


def filter_iam_instance_profiles(moto, account_id, partition, iam_instance_profile_arn, iam_instance_profile_name):
    if not (iam_instance_profile_arn or iam_instance_profile_name):
        return None
    try:
        profile = moto(
            account_id,
            partition=partition,
            iam_instance_profile_arn=iam_instance_profile_arn,
            iam_instance_profile_name=iam_instance_profile_name,
        )
    except NotFoundException:
        profile = None
    if profile is None or not is_known(profile):
        field = "arn" if iam_instance_profile_arn else "name"
        named = f"Value ({iam_instance_profile_arn or iam_instance_profile_name}) for parameter iamInstanceProfile.{field}"
        kind = "ARN" if iam_instance_profile_arn else "name"
        raise EC2ClientError("InvalidParameterValue", f"{named} is invalid. Invalid IAM Instance Profile {kind}")
    return profile


for module in (instances, iam_instance_profile, auto_scaling_launch):
    replaces(module)(filter_iam_instance_profiles)


@replaces(FakeAutoScalingGroup)
def _set_launch_configuration(moto, self, launch_config_name, launch_template, mixed_instances_policy):
    moto(self, launch_config_name, launch_template, mixed_instances_policy)
    if not launch_template and not mixed_instances_policy:
        return
    given = auto_scaling_launch.launch_version(self).data.get("IamInstanceProfile", {})
    try:
        auto_scaling_launch.filter_iam_instance_profiles(
            self.account_id, self.ec2_backend.partition, given.get("Arn"), given.get("Name")
        )
    except EC2ClientError as error:
        message = f"You must use a valid fully-formed launch template. {error.message}"
        raise ValidationError(message) from error


@replaces(LambdaBackend)
def create_function(moto, self, spec):
    roles = iam_backends[self.account_id][self.partition].get_roles()
    if any(role.arn == spec["Role"] and not is_known(role) for role in roles):
        message = "The role defined for the function cannot be assumed by Lambda."
        raise LambdaClientError("InvalidParameterValueException", message)
    return moto(self, spec)
