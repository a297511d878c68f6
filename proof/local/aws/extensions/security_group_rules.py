"""A security group's rule that is not there is told as such, so that taking it away twice does no harm.

`InvalidSecurityGroupRuleId.NotFound` is what EC2 answers to the id of a rule that does not exist
(https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html), and what clients take for "gone already" when
they repeat a call whose answer they lost; moto answers `InvalidPermission.NotFound`, which is for a rule that was described.
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
