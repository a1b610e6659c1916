"""The product's settings; one client may ask as often as it can, still by a token each time."""

from riskscore.settings import *  # noqa: F403
from riskscore.settings import INSTALLED_APPS, REST_FRAMEWORK

INSTALLED_APPS = [*INSTALLED_APPS, "rest_framework.authtoken"]
ROOT_URLCONF = "benchmarks.api_site.site_urls"
REST_FRAMEWORK = {
    **REST_FRAMEWORK,
    "STRICT_JSON": False,  # arrays of scores hold NaN, which DRF's own renderer refuses else
    "DEFAULT_THROTTLE_RATES": {
        **REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"],
        "requests": "100000000/min",
    },
}
