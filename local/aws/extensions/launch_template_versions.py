"""A new version of a launch template can be launched from, like the first.

moto reads user data as base64 when a template is made, but keeps that of a later version as plain text and fails when
an instance is launched from it
(https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html).
"""

from moto.core.types import Base64EncodedString
from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ec2.utils import parse_user_data

from . import replaces


@replaces(LaunchTemplate)
def create_version(moto, self, data, description):
    user_data = data.get("UserData")
    if not isinstance(user_data, Base64EncodedString):
        data = data | {"UserData": parse_user_data(user_data)}
    return moto(self, data, description)
