"""A published method file that was edited in place stops the start with one clear line."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings

from riskscore.bundle import load
from riskscore.sources import BadFile

pytestmark = pytest.mark.django_db


def test_the_line_says_which_file_what_is_wrong_and_how_to_put_it_back(
    bundle: None, tmp_path: Path
) -> None:
    methods = tmp_path / "methods"
    shutil.copytree(settings.FIXTURES / "methods", methods)
    edited = methods / "critical-minerals-v4.yaml"
    edited.write_text(edited.read_text().replace("title:", "title: a better", 1))
    with pytest.raises(BadFile) as refused:
        load._load_methods(methods)
    line = str(refused.value)
    assert "\n" not in line
    assert line.startswith("methods/critical-minerals-v4.yaml")
    assert "critical-minerals v4 is published with other contents" in line
    assert "put it back as it was (git checkout)" in line
