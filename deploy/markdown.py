"""Tables and first sentences, as the reference pages write them."""


def head(*names: str) -> list[str]:
    """The two first lines of a table."""
    return [row(*names), "|" + "---|" * len(names)]


def row(*cells: str) -> str:
    """A line of a table."""
    return "| " + " | ".join(cell.replace("\n", " ").replace("|", "\\|") for cell in cells) + " |"


def paragraphs(text: str | None) -> list[str]:
    """The paragraphs of a docstring, each in one line."""
    return [" ".join(one.split()) for one in (text or "").strip().split("\n\n")]
