"""A missing rule of a security group has its own error, so that clients can revoke a rule twice.

For the id of a rule that does not exist, EC2 answers `InvalidSecurityGroupRuleId.NotFound`
(https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html). Clients that repeat a call
after a lost answer read it as "already gone". moto answers `InvalidPermission.NotFound`, which is for a
rule that the caller described.
"""

from moto.ec2.exceptions import EC2ClientError, InvalidPermissionNotFoundError
from moto.ec2.models.security_groups import SecurityGroupBackend

from . import replaces


def revoke(moto, self, *arguments, security_rule_ids=None, **rule):
    try:
        return moto(self, *arguments, security_rule_ids=security_rule_ids, **rule)
    except InvalidPermissionNotFoundError:
        if not security_rule_ids:
            raise
        raise EC2ClientError(
            "InvalidSecurityGroupRuleId.NotFound",
            f"The security group rule ID '{', '.join(security_rule_ids)}' does not exist",
        ) from None


@replaces(SecurityGroupBackend)
def revoke_security_group_ingress(moto, self, *arguments, **rule):
    return revoke(moto, self, *arguments, **rule)


@replaces(SecurityGroupBackend)
def revoke_security_group_egress(moto, self, *arguments, **rule):
    return revoke(moto, self, *arguments, **rule)
