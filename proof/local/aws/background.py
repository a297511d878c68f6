"""Actions that AWS does later, or while its caller goes on."""

import threading
import traceback


def after(seconds: float, action, *arguments) -> None:
    """Runs an action once, that many seconds from now, in a thread that does not keep the server alive."""
    timer = threading.Timer(seconds, attempt, (action, *arguments))
    timer.daemon = True
    timer.start()


def attempt(action, *arguments) -> None:
    try:
        action(*arguments)
    except Exception:
        print(f"{action.__module__}.{action.__name__} failed in the background:\n{traceback.format_exc()}", flush=True)
