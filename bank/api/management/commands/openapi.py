"""`manage.py openapi`: write the documents that this bank publishes, or check that they are up to date."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

from bank.api import schema


def render(family: schema.Family) -> bytes:
    """The document of a family, validated, as it stands in its file."""
    document = schema.Generator(family).document()
    validate_schema(document)
    rendered: bytes = OpenApiYamlRenderer().render(document, renderer_context={})
    return rendered


class Command(BaseCommand):
    """Write openapi/*.yaml from the code."""

    help = "Write the OpenAPI documents from the code; with --check, tell whether the files are up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--check, --folder."""
        parser.add_argument("--check", action="store_true", help="write nothing, fail where a file is out of date")
        parser.add_argument("--folder", type=Path, default=settings.BASE_DIR / "openapi")

    def handle(self, *, check: bool, folder: Path, **_: Any) -> None:
        """Write or compare each family's file."""
        for family in schema.FAMILIES:
            path, rendered = folder / f"{family.name}.yaml", render(family)
            if not check:
                path.write_bytes(rendered)
                self.stdout.write(f"{path} written")
            elif not path.exists() or path.read_bytes() != rendered:
                raise CommandError(f"{path} is out of date: run `manage.py openapi`")
