"""HTML to the text that a person sees, quoted parts marked with “>”, without losing any."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

BLOCKS = "address article aside center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header li main nav ol p pre section table tr ul".split()  # noqa: E501, SIM905
UNSEEN = ["script", "style", "head", "title", "template", "noscript"]
MOST = 2_000_000  # characters


def html_to_text(html: str) -> str:
    """The text of an HTML mail; what stands in a block quote gets a “>” before each line."""
    try:
        tree = LexborHTMLParser(html[:MOST])
        tree.strip_tags(UNSEEN, recursive=True)
        for tag in tree.css("br"):
            tag.replace_with("\n")
        for tag in tree.css(", ".join(BLOCKS)):
            tag.insert_before("\n")
            tag.insert_after("\n")
        for tag in tree.css("blockquote"):
            tag.insert_before("\n\ue010\n")
            tag.insert_after("\n\ue011\n")
        body = tree.body or tree.root
        text = body.text(separator="", deep=True) if body is not None else ""
    except Exception:  # noqa: BLE001  a tree that cannot be built: the words without the tags
        text = re.sub(r"<[^>]{0,2000}>", " ", html[:MOST])
    return _quoted(text.replace("\xa0", " "))


def _quoted(text: str) -> str:
    depth, lines = 0, []
    for line in text.split("\n"):
        if "\ue010" in line:
            depth += 1
        elif "\ue011" in line:
            depth = max(0, depth - 1)
        else:
            clean = " ".join(line.split())
            lines.append("> " * min(depth, 5) + clean if depth else clean)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
