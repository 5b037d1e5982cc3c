"""What can be checked of a page's accessibility without a person: in the spirit of axe, as few rules as matter here."""

from playwright.sync_api import Page

RULES = """
() => {
  const faults = [];
  const shown = (element) => element.getClientRects().length > 0;
  if (!document.documentElement.lang) faults.push("the page names no language");
  if (!document.title.trim()) faults.push("the page has no title");
  const headings = [...document.querySelectorAll("h1")].filter(shown);
  if (headings.length !== 1) faults.push(`${headings.length} main headings`);
  if (!document.querySelector("main")) faults.push("no main landmark");
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
    if (shown(field) && !field.labels?.length && !field.ariaLabel && !field.getAttribute("aria-labelledby"))
      faults.push(`no label: ${field.id || field.name}`);
  for (const button of document.querySelectorAll("button, a[href]"))
    if (shown(button) && !button.textContent.trim() && !button.ariaLabel) faults.push("a button or link without words");
  for (const image of document.querySelectorAll("img"))
    if (!image.hasAttribute("alt")) faults.push(`no alternative text: ${image.src}`);
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) faults.push(`id twice: ${id}`);
  for (const element of document.querySelectorAll("[tabindex]"))
    if (element.tabIndex > 0) faults.push("an order of focus of its own");
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
    return page.evaluate(RULES)
