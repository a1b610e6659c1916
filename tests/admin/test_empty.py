"""Before anything is loaded, pages say what to do."""

import pytest
from django.contrib.auth.models import User
from django.test import Client


@pytest.mark.django_db
def test_before_anything_is_loaded_the_page_says_what_to_do(client: Client) -> None:
    client.force_login(User.objects.create_superuser("first"))
    assert "make run" in client.get("/admin/").text
    said = client.post("/admin/rescore-everything/", follow=True).text
    assert "No job was started" in said
    assert "load the bundle" in said
