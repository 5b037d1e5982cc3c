"""How the pages show what others wrote: names and references can carry characters that mislead the eye."""

import unicodedata
from datetime import datetime, time, timedelta

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Me"})
MARKS_MAX = 2  # on one letter; more of them run over the lines around
LOOK_ALIKES = ("Cyrillic", "Greek", "Armenian", "Cherokee", "Coptic", "Lisu")  # alphabets with letters that look Latin
NAME_CHARACTERS_MAX = 350


def plain(text: object) -> str:
    """Leave out control, direction-changing and invisible characters and heaps of marks; a gap is one space.

    Letters in fancy dress (full width, mathematical, ligatures) are written as the plain ones that they stand for.
    """
    kept, marks = [], 0
    for letter in unicodedata.normalize("NFKC", str(text)[:NAME_CHARACTERS_MAX])[:NAME_CHARACTERS_MAX]:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if letter.isspace():
            kept.append(" ")
        elif unicodedata.category(letter) not in INVISIBLE and marks <= MARKS_MAX:
            kept.append(letter)
    return " ".join("".join(kept).split())


def foreign_alphabets(text: str) -> list[str]:
    """The alphabets other than ours whose letters a name holds and that could be taken for ours."""
    first_words = {unicodedata.name(letter, "").split(" ")[0] for letter in text if letter.isalpha()}
    return [name for name in LOOK_ALIKES if name.upper() in first_words]


@register.filter
def foreign(text: object) -> SafeString:
    """Show what a TPP or payee wrote: plain, and set apart so that its direction turns nothing around it."""
    return format_html('<bdi class="foreign">{}</bdi>', plain(text) or "(no name)")


@register.filter
def caution(text: object) -> SafeString:
    """Warn of a name whose letters may only look like those that the customer knows."""
    alphabets = " and ".join(foreign_alphabets(plain(text)))
    if not alphabets:
        return SafeString("")
    return format_html(
        '<span class="caution">Look twice: this name holds {} letters, which can pass for others.</span>', alphabets
    )


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
