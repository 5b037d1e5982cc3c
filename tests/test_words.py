"""The README and the pages in docs/ speak of what exists."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / ".github").glob("*.md"))]
words = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@words
def test_links_to_files_that_exist(page):
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", page.read_text()) if "://" not in link]

    assert [link for link in links if not (page.parent / link).exists()] == []


@words
def test_names_make_targets_and_commands_that_exist(page):
    text = page.read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"make ([a-z-]+)`", text)) - targets == set()
    assert set(re.findall(r"manage\.py ([a-z]+)", text)) - set(get_commands()) == set()


def test_tells_every_setting_of_the_environment():
    settings = (ROOT / "bank" / "settings.py").read_text()
    read = set(re.findall(r'env(?:_int|_list)?\(\s*"([A-Z_]+)"', settings)) | set(
        re.findall(r'environ\.get\("([A-Z_]+)"', settings)
    )

    told = set(re.findall(r"`([A-Z_]{5,})`", (ROOT / "README.md").read_text()))
    assert {name for name in read if not name.endswith("_")} - told == set()
