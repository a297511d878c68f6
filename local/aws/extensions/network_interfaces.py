"""An instance's own network interface goes with it.

RunInstances makes the primary interface with DeleteOnTermination
(https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html#change_term_behavior); moto keeps it for ever.
"""

from moto.ec2.models.instances import Instance

from . import replaces


@replaces(Instance)
def terminate(moto, self):
    if 0 in self.nics:
        self.nics[0].delete_on_termination = True
    return moto(self)
