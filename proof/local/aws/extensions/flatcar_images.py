"""Flatcar's public images: DescribeImages finds these for owner 075585003325, and no others.

Names, owner and root device are Flatcar's (https://www.flatcar.org/docs/latest/installing/cloud/aws-ec2/);
the image ids and dates are made up. There are two releases, so that an update can be tried.
"""

import hashlib
from datetime import datetime, timezone

from moto.ec2.models.amis import Ami, AmiBackend

from . import replaces

FLATCAR = "075585003325"
RELEASES = {
    "4459.2.0": datetime(2026, 1, 20, tzinfo=timezone.utc),
    "4757.2.1": datetime(2026, 10, 20, tzinfo=timezone.utc),
}


@replaces(AmiBackend)
def _load_amis(moto, self):
    for release, published in RELEASES.items():
        for architecture in ("x86_64", "arm64"):
            digest = hashlib.sha256(f"{self.region_name} {release} {architecture}".encode()).hexdigest()
            image_id = f"ami-{digest[:17]}"
            self.amis[image_id] = Ami(
                self,
                image_id,
                name=f"Flatcar-stable-{release}-hvm",
                description=f"Flatcar Container Linux stable {release}",
                owner_id=FLATCAR,
                owner_alias=None,
                public=True,
                creation_date=published,
                virtualization_type="hvm",
                architecture=architecture,
                hypervisor="xen",
                root_device_type="ebs",
                root_device_name="/dev/xvda",
                boot_mode="uefi" if architecture == "arm64" else "legacy-bios",
                sriov="simple",
            )
