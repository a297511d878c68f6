"""A copied image can boot, and a deregistered image cannot be launched.

A copy has the root device, boot mode and network support of its source. Its name must be unique in the
account (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopyImage.html). EC2 launches no
instance from a deregistered image
(https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/deregister-ami.html). moto gives copies its own
defaults, and launches every image.
"""

from moto.ec2.exceptions import EC2ClientError, InvalidAMIIdError
from moto.ec2.models import ec2_backends
from moto.ec2.models.amis import AmiBackend
from moto.ec2.models.instances import InstanceBackend

from . import replaces

COPIED = ("root_device_type", "root_device_name", "hypervisor", "sriov", "boot_mode")


@replaces(AmiBackend)
def copy_image(moto, self, source_image_id, source_region, name=None, description=None):
    for image in self.describe_images(owners=["self"]):
        if image.name == name:
            raise EC2ClientError("InvalidAMIName.Duplicate", f"AMI name {name} is already in use by AMI {image.id}")
    copy = moto(self, source_image_id, source_region, name, description)
    source = ec2_backends[self.account_id][source_region].amis[source_image_id]
    for attribute in COPIED:
        setattr(copy, attribute, getattr(source, attribute))
    return copy


@replaces(InstanceBackend)
def run_instances(moto, self, image_id, *arguments, **settings):
    if image_id in self.deleted_amis:
        raise InvalidAMIIdError(image_id)
    return moto(self, image_id, *arguments, **settings)
