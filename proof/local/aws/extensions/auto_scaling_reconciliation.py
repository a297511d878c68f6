"""Every group is brought to what it should be, after each request and ten times a second.

AWS does so in its own time, too: what changes a group answers at once, and the group shows how it goes on
(https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html). Where nobody boots the instances
there is nothing to wait for: a group is all it should be when the request that changed it is answered.

Requests to Auto Scaling and EC2 and these changes come one after the other, under one lock.
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
    """One step, or without machines all steps that there are. What goes wrong is told in the log, and tried again."""
    try:
        for _ in range(1 if options.machines else MOST_STEPS_AT_ONCE):
            if not step(group):
                return
    except Exception:
        print(f"Auto Scaling group {group.name} could not go on:\n{traceback.format_exc()}", flush=True)


def step(group: FakeAutoScalingGroup) -> bool:
    """False if nothing is to be done now."""
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
