"""Write the recall cards of all chapters as a deck for Anki, a part for each chapter: ``python -m teaching.cards``."""

from zlib import crc32

from genanki import Deck, Model, Note, Package, guid_for

from teaching.sources import OUT, ROOT, chapters, inside

STYLE = ".card { font: 20px/1.4 sans-serif; max-width: 32em; margin: auto; padding: 1em } code { font-size: 90% }"
MODEL = Model(  # numbers that stay the same, so that a newer deck takes the place of an older one
    1846350177,
    "Pooling: recall",
    fields=[{"name": "Question"}, {"name": "Answer"}],
    templates=[{"name": "Card", "qfmt": "{{Question}}", "afmt": "{{FrontSide}}<hr id=answer>{{Answer}}"}],
    css=STYLE,
)


def cards(soup):
    """Question and answer of each card of a chapter."""
    return [(card.summary.decode_contents(), inside(card)) for card in soup.select("details.card")]


def decks():
    for title, soup in chapters():
        deck = Deck(crc32(title.encode()), f"Pooling::{title}")
        for question, answer in cards(soup):
            deck.add_note(Note(MODEL, [question, answer], guid=guid_for(title, question)))
        if deck.notes:
            yield deck


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / "pooling.apkg"
    Package(list(decks())).write_to_file(path)
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
