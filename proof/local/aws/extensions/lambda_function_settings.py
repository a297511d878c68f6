"""A function keeps its dead-letter queue and logging settings, and every description shows them.

CreateFunction and UpdateFunctionConfiguration accept DeadLetterConfig and LoggingConfig. Every description
of the function has them (https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html).
moto forgets them.
"""

from moto.awslambda.models import LambdaFunction

from . import replaces

SETTINGS = ("DeadLetterConfig", "LoggingConfig")


@replaces(LambdaFunction)
def __init__(moto, self, *, spec, **kwargs):
    remember(self, spec)
    moto(self, spec=spec, **kwargs)


@replaces(LambdaFunction)
def update_configuration(moto, self, config_updates):
    remember(self, config_updates)
    return moto(self, config_updates)


@replaces(LambdaFunction)
def get_configuration(moto, self, *args, **kwargs):
    return moto(self, *args, **kwargs) | self.kept_settings


def remember(function: LambdaFunction, given: dict) -> None:
    known = function.__dict__.setdefault("kept_settings", {})
    known.update({name: given[name] for name in SETTINGS if name in given})
