"""Launch templates: what a version holds is what was given for it.

- The tags of the template itself are no part of its first version
  (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html); moto adds them to it, which
  reads as a change to be taken back by the next update.
- User data of a later version is as good as that of the first
  (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html); moto keeps it as text
  that it then fails to launch from.
"""

from moto.core.types import Base64EncodedString
from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ec2.utils import parse_user_data

from . import replaces


@replaces(LaunchTemplate)
def create_version(moto, self, data, description):
    data = dict(data)
    if "TagSpecifications" in data:
        data["TagSpecifications"] = [
            tags for tags in data["TagSpecifications"] if tags["ResourceType"] != "launch-template"
        ]
    if not isinstance(data.get("UserData"), Base64EncodedString):
        data["UserData"] = parse_user_data(data.get("UserData"))
    return moto(self, data, description)
