"""What can be checked of a page's accessibility without a person: axe's rules in light and dark, and three of ours."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe()
SERIOUS = {"serious", "critical"}

RULES = """
() => {
  const faults = [];
  const shown = (element) => element.getClientRects().length > 0;
  const headings = [...document.querySelectorAll("h1")].filter(shown);
  if (headings.length !== 1) faults.push(`${headings.length} main headings`);
  const fields = [...document.querySelectorAll("input:not([type=hidden]), button, select")].filter(shown);
  for (let i = 1; i < fields.length; i++) {
    const [above, below] = [fields[i - 1].getBoundingClientRect(), fields[i].getBoundingClientRect()];
    if (below.bottom <= above.top) faults.push(`focus jumps up to ${fields[i].id || fields[i].name}`);
  }
  if (document.documentElement.scrollWidth > window.innerWidth) faults.push("the page is wider than the screen");
  return faults;
}
"""


def faults_of(page: Page) -> list[str]:
    """Everything that is wrong with the page before us."""
    faults: list[str] = page.evaluate(RULES)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = AXE.run(page).response["violations"]
        faults += [
            f"{scheme}: {each['help']}: {node['html'][:200]}"
            for each in found
            if each["impact"] in SERIOUS
            for node in each["nodes"]
        ]
    page.emulate_media(color_scheme="null")  # as the screen had it
    return faults
