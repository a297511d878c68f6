"""What the signature of a request says of its sender, by
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
"""

import re

CREDENTIAL = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/")


def signer(authorization: str | None) -> str | None:
    """The access key id in an Authorization header; None if the request is not signed."""
    found = CREDENTIAL.search(authorization or "")
    return found and found["key"]
