"""The receiver that docs/webhooks.md shows is a whole one, and refuses what is not ours."""

import re
import threading
import time
import urllib.error
import urllib.request
from http.server import HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as real
from django.contrib.auth.models import User

from riskscore.models import WebhookDelivery
from riskscore.webhooks import replays, send, subscriptions
from tests.make import make_job

PAGE = Path(real.BASE_DIR) / "docs" / "webhooks.md"


@pytest.mark.django_db
def test_the_receiver_on_the_page_takes_a_message_once_and_refuses_a_forged_one(
    ana: User, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = re.findall(r"```python receiver\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, Any] = {"SEEN": []}
    exec(compile(code, str(PAGE), "exec"), names)  # noqa: S102 - our own page
    shown = names["Receiver"]
    shown.log_message = lambda *_: None
    server = HTTPServer(("127.0.0.1", 0), shown)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    address = f"127.0.0.1:{server.server_port}"
    settings.WEBHOOK_DEVELOPMENT = [address]
    try:
        webhook, names["SECRET"] = subscriptions.create(
            ana, f"http://{address}/", ["job.finished"], lens=make_job().lens
        )
        delivery = subscriptions.send_test(webhook)
        assert send.drain() == 1
        replays.replay(delivery)
        assert send.drain() == 1
        delivery.refresh_from_db()
        assert delivery.state == WebhookDelivery.State.DELIVERED
        assert names["SEEN"] == [str(delivery.pk)]
        assert capsys.readouterr().out == "webhook.test\n"
        forged = urllib.request.Request(
            f"http://{address}/",
            b'{"type":"job.finished"}',
            {
                "webhook-id": "msg_1",
                "webhook-timestamp": str(int(time.time())),
                "webhook-signature": "v1,AAAA",
            },
        )
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(forged)  # noqa: S310 - our own server
    finally:
        server.shutdown()
        server.server_close()


def test_the_receiver_on_the_page_has_about_ten_lines() -> None:
    (code,) = re.findall(r"```python receiver\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len([line for line in code.splitlines() if line]) <= 14
