"""GetFunction's Code.Location: an address from which the deployment package can be downloaded.

AWS keeps the package in a bucket of its own account and answers with a URL of that object
(https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCodeLocation.html). moto's URL does not work.
Here too the package is in another account's bucket, so no list of buckets shows it.
"""

import json

from moto.awslambda.responses import LambdaResponse
from moto.s3.models import get_canned_acl, s3_backends

from . import replaces

AWS_LAMBDA_ACCOUNT = "000000000000"


@replaces(LambdaResponse)
def get_function(moto, self):
    answer = json.loads(moto(self))
    name, digest = answer["Configuration"]["FunctionName"], answer["Configuration"]["CodeSha256"]
    function = self.backend.get_function(name)
    if function.package_type == "Zip":
        s3 = s3_backends[AWS_LAMBDA_ACCOUNT][self.partition]
        bucket, key = f"awslambda-{self.region}-tasks", f"{self.current_account}/{name}-{digest.encode().hex()}"
        if bucket not in s3.buckets:
            s3.create_bucket(bucket, self.region)
        s3.put_object(bucket, key, function.code_bytes).set_acl(get_canned_acl("public-read"))
        answer["Code"] = {"RepositoryType": "S3", "Location": f"http://{self.headers['Host']}/{bucket}/{key}"}
    return json.dumps(answer)
