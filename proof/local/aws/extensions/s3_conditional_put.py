"""Conditional PUT: of several writers at the same moment exactly one wins, as S3 promises.

`If-None-Match: *` succeeds for the first write and answers 412 to all others
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html). moto checks first and then
writes, and serves requests in threads. So two writers could win.
"""

import threading

from moto.s3.responses import S3Response

from . import replaces

one_at_a_time = threading.Lock()


@replaces(S3Response)
def put_object(moto, self):
    if "If-None-Match" not in self.headers:
        return moto(self)
    with one_at_a_time:
        return moto(self)
