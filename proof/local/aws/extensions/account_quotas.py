"""Quotas of the account that the product looks up, with AWS's defaults of an account that has been used for a while.

GetAWSDefaultServiceQuota and GetServiceQuota (https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/); moto has
those of VPCs alone, and no defaults by code. `PUT /local-aws/quotas` with `{"L-1216C47A": 5}` replaces all values by code, so
that one can see what a new account does: `{}` brings the defaults back. Nothing else here keeps to them.
"""

import json

from moto.servicequotas.exceptions import NoSuchResource
from moto.servicequotas.models import ServiceQuotasBackend
from moto.servicequotas.responses import ServiceQuotasResponse

from . import adds_to, replaces

DEFAULTS = {
    ("ec2", "L-1216C47A"): ("Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 640.0),
    ("ec2", "L-34B43A08"): ("All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", 640.0),
    ("ec2", "L-0263D0A3"): ("EC2-VPC Elastic IPs", 20.0),
    ("vpc", "L-F678F1CE"): ("VPCs per Region", 20.0),
}

values: dict[str, float] = {}


def put(given: dict) -> None:
    """Replaces the values that differ from the defaults. Raises ValueError, naming what is wrong, and changes nothing then."""
    known = {code for _, code in DEFAULTS}
    if not isinstance(given, dict):
        raise ValueError("the body must be an object")
    for code, value in given.items():
        if code not in known:
            raise ValueError(f"{code} is not known: there are {', '.join(sorted(known))}")
        if not isinstance(value, (int, float)) or isinstance(value, bool) or value < 0:
            raise ValueError(f"{code} is {value}: it must be a number")
    values.clear()
    values.update({code: float(value) for code, value in given.items()})


def quota(service_code: str, quota_code: str, region: str, value: float | None = None) -> dict:
    if (service_code, quota_code) not in DEFAULTS:
        raise NoSuchResource
    name, default = DEFAULTS[service_code, quota_code]
    return {
        "ServiceCode": service_code,
        "QuotaCode": quota_code,
        "QuotaName": name,
        "QuotaArn": f"arn:aws:servicequotas:{region}::{service_code}/{quota_code}",
        "Value": default if value is None else value,
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }


@replaces(ServiceQuotasBackend)
def get_service_quota(moto, self, service_code, quota_code):
    return quota(service_code, quota_code, self.region_name, values.get(quota_code))


@adds_to(ServiceQuotasResponse)
def get_aws_default_service_quota(self):
    asked = json.loads(self.body)
    found = quota(asked.get("ServiceCode"), asked.get("QuotaCode"), self.region)
    return json.dumps({"Quota": found})
