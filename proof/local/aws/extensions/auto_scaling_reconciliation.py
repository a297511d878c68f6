"""Every group moves towards its desired state, after each request and ten times a second.

AWS does this in the background: a request that changes a group is answered at once, and the group's state
shows the progress (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html).
If nobody boots the instances, there is nothing to wait for. Then the group reaches its desired state
before the request is answered.

One lock serializes these changes with the requests to Auto Scaling and EC2.
"""

import threading
import time
import traceback

from moto.autoscaling.models import FakeAutoScalingGroup, autoscaling_backends
from moto.autoscaling.responses import AutoScalingResponse
from moto.ec2.responses import EC2Response
from options import options

from . import replaces
from .auto_scaling_capacity import keep_capacity
from .instance_refresh_progress import advance_refresh, replacement_of

changes = threading.RLock()
PERIOD_SECONDS = 0.1
MOST_STEPS_AT_ONCE = 1000


def call_action(moto, self):
    with changes:
        answer = moto(self)
        if isinstance(self, AutoScalingResponse) and not self._get_action().startswith("Describe"):
            for group in list(self.autoscaling_backend.autoscaling_groups.values()):
                reconcile(group)
        return answer


for response in (AutoScalingResponse, EC2Response):
    replaces(response)(call_action)


def reconcile(group: FakeAutoScalingGroup) -> None:
    """Makes one step; without machines, all steps. An error goes into the log, and the step is tried again.
    """
    try:
        for _ in range(1 if options.machines else MOST_STEPS_AT_ONCE):
            if not step(group):
                return
    except Exception:
        print(f"Auto Scaling group {group.name} could not go on:\n{traceback.format_exc()}", flush=True)


def step(group: FakeAutoScalingGroup) -> bool:
    """False if there is nothing to do now."""
    return advance_refresh(group) | keep_capacity(group, replacement_of(group))


def reconcile_forever() -> None:
    while True:
        time.sleep(PERIOD_SECONDS)
        with changes:
            for account in list(autoscaling_backends.values()):
                for backend in list(account.values()):
                    for group in list(backend.autoscaling_groups.values()):
                        reconcile(group)


threading.Thread(target=reconcile_forever, daemon=True, name="auto-scaling").start()
