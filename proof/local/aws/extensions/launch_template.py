"""Launch templates: a version holds exactly what the caller gave for it.

- The template's own tags are not part of its first version
  (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html). moto adds them,
  and the next update would take them back as a change.
- User data of a later version works like those of the first
  (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html). moto keeps
  them as text, and then fails to launch from that.
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
