"""How the pages show what others wrote: names and references can carry characters that mislead the eye."""

import unicodedata
from datetime import datetime, time, timedelta

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
NAME_CHARACTERS_MAX = 350


def plain(text: object) -> str:
    """Leave out control, direction-changing and invisible characters; a gap of any width is one space."""
    kept = "".join(
        " " if letter.isspace() else letter
        for letter in str(text)[:NAME_CHARACTERS_MAX]
        if letter.isspace() or unicodedata.category(letter) not in INVISIBLE
    )
    return " ".join(kept.split())


@register.filter
def foreign(text: object) -> SafeString:
    """Show what a TPP or payee wrote: plain, and set apart so that its direction turns nothing around it."""
    return format_html('<bdi class="foreign">{}</bdi>', plain(text) or "(no name)")


@register.filter
def foreign_words(text: object) -> SafeString:
    """Show a sentence of ours that holds what others wrote: plain and set apart, without emphasis."""
    return format_html("<bdi>{}</bdi>", plain(text))


@register.filter
def plain_text(text: object) -> str:
    """The same without markup, for a title or an attribute."""
    return plain(text)


@register.filter
def day(instant: datetime) -> str:
    """A day as people write it: 7 March 2027."""
    return f"{instant.day} {instant:%B %Y}"


@register.filter
def ends(instant: datetime) -> str:
    """When something is over: the end of 6 March 2027 for the midnight that follows it, else with the hour."""
    before = instant - timedelta(microseconds=1)
    if before.time() >= time(23, 59, 59) or instant.time() >= time(23, 59, 59):
        return f"the end of {day(before)}"
    return f"{day(instant)}, {instant:%H:%M} UTC"


@register.filter
def sort_code(identification: str) -> str:
    """Six digits in pairs: 04-00-04."""
    return f"{identification[:2]}-{identification[2:4]}-{identification[4:6]}"


@register.filter
def account_number(identification: str) -> str:
    """What follows the sort code."""
    return identification[6:]
