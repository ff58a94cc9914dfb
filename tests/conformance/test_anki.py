"""The deck of recall cards, opened by Anki's own library."""

import genanki
import pytest
from anki.collection import Collection, ImportAnkiPackageRequest

from teaching import cards
from teaching.sources import chapters

EXPECTED = {f"Pooling::{title}": cards.cards(soup) for title, soup in chapters() if cards.cards(soup)}


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    path = tmp_path_factory.mktemp("anki") / "pooling.apkg"
    genanki.Package(list(cards.decks())).write_to_file(path)
    return str(path)


@pytest.fixture(scope="module")
def collection(package, tmp_path_factory):
    collection = Collection(str(tmp_path_factory.mktemp("profile") / "collection.anki2"))
    log = collection.import_anki_package(ImportAnkiPackageRequest(package_path=package)).log
    assert len(log.new) == sum(map(len, EXPECTED.values()))
    yield collection
    collection.close()


def fields(collection, name):
    found = [collection.get_note(note).fields for note in collection.find_notes(f'deck:"{name}"')]
    return sorted(map(tuple, found))


def test_anki_finds_a_deck_for_each_chapter_with_its_questions_and_answers(collection):
    decks = {deck.name for deck in collection.decks.all_names_and_ids()} - {"Default", "Pooling"}
    assert decks == EXPECTED.keys() and len(decks) > 10
    assert {name: fields(collection, name) for name in decks} == {name: sorted(EXPECTED[name]) for name in decks}


def test_anki_asks_the_question_first_and_then_shows_both(collection):
    for number in collection.find_cards("deck:Pooling::*"):
        card = collection.get_card(number)
        question, answer = card.note().fields
        assert question in card.question() and answer not in card.question()
        assert question in card.answer() and answer in card.answer()


def test_a_newer_package_brings_no_card_twice_and_keeps_what_was_learned(collection, package):
    card = collection.get_card(collection.find_cards("deck:Pooling::*")[0])
    card.start_timer()
    collection.decks.select(card.did)
    collection.sched.answerCard(card, 3)
    before = len(collection.find_cards(""))
    log = collection.import_anki_package(ImportAnkiPackageRequest(package_path=package)).log
    assert not log.new and len(collection.find_cards("")) == before
    assert collection.get_card(card.id).reps == 1
