"""Which key encrypts volumes for which nobody names one: `alias/aws/ebs`, until ModifyEbsDefaultKmsKeyId sets another
(https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetEbsDefaultKmsKeyId.html); moto sets it and tells nobody.

The key behind that alias, which moto makes with the first volume, is one of AWS's own, not of the customer's
(https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key).
"""

from moto.core.responses import ActionResult
from moto.ec2.models.elastic_block_store import EBSBackend
from moto.ec2.responses.elastic_block_store import ElasticBlockStore

from . import adds_to, replaces

ALIAS = "alias/aws/ebs"


@replaces(EBSBackend)
def _create_default_encryption_key(moto, self):
    from moto.kms import kms_backends

    arn = moto(self)
    kms_backends[self.account_id][self.region_name].describe_key(ALIAS).key_manager = "AWS"
    return arn


@adds_to(ElasticBlockStore)
def get_ebs_default_kms_key_id(self):
    self.error_on_dryrun()
    return ActionResult({"KmsKeyId": self.ec2_backend.default_kms_key_id or ALIAS})
