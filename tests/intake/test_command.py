"""`manage.py intake`: what it refuses before it begins."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from riskscore.models import Intake, Project

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("options", [["--dry-run"], ["--skip-bad"], ["--licence", "CC0"]])
def test_options_without_a_file_load_no_bundle(options: list[str]) -> None:
    with pytest.raises(CommandError, match="name a file"):
        call_command("intake", *options)
    assert not Project.objects.exists()


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is a folder"):
        call_command("intake", str(tmp_path), "--source", "wgi")
    assert not Intake.objects.exists()
