"""The product's settings for a server that is sent wrong keys on purpose, all from one address."""

from riskscore.settings import *  # noqa: F403
from riskscore.settings import REST_FRAMEWORK as _FRAMEWORK

REST_FRAMEWORK = {
    **_FRAMEWORK,
    "DEFAULT_THROTTLE_RATES": {**_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "wrong_keys": "6000000/min"},
}
