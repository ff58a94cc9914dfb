"""The package for QTI 2.1, read by another program and played by a third; and by the schemas, if you have them.

The schemas may be read by everybody, but not copied into this project, and no package of the registries holds them.
If QTI_SCHEMAS names a folder with `qtiv2p1/imsqti_v2p1.xsd` and `imscp_v1p1.xsd`, they judge each file, too.
"""

import os
from pathlib import Path

import pytest
from lxml import etree
from qti_convert import read_package, upgrade_package_files

from teaching import qti
from tests.book.pages import ROOT

PLAYER = ROOT / ".venv/node_modules/@citolab/qti-components/cdn/index.global.js"
SCHEMAS = os.environ.get("QTI_SCHEMAS")
ITEM = "document.querySelector('item-container').shadowRoot.querySelector('qti-assessment-item')"
ANSWER = f"""async (choice) => {{
  const item = {ITEM}
  item.updateResponseVariable("RESPONSE", choice)
  item.processResponse()
  await new Promise(requestAnimationFrame)
  const open = [...item.querySelectorAll("qti-modal-feedback")].filter(({{showStatus}}) => showStatus === "on")
  const value = (name) => item.variables.find(({{identifier}}) => identifier === name).value
  return [value("SCORE"), open.map((one) => one.textContent.trim())]
}}"""


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    path = tmp_path_factory.mktemp("qti") / "package.zip"
    qti.write(path)
    return read_package(path)


@pytest.fixture(scope="module")
def items(package):
    """The questions as another program reads them and writes them anew, for version 3 of QTI."""
    files = upgrade_package_files(package).files
    assert files.keys() == package.keys()
    texts = {name: text if isinstance(text, str) else text.decode() for name, text in files.items()}
    return {name: text for name, text in texts.items() if "<qti-assessment-item " in text}


@pytest.fixture(scope="module")
def player(browser):
    page = browser.new_page()
    page.set_content("<qti-item><item-container></item-container></qti-item>")
    page.add_script_tag(path=PLAYER)
    yield page
    page.close()


def play(player, name, text):
    """What each choice of a question is worth, and what is replied to it."""
    player.evaluate("text => (document.querySelector('item-container').itemXML = text)", text)
    player.wait_for_function(f"name => {ITEM}?.identifier === name", arg=name.removesuffix(".xml"))
    choices = player.locator("qti-simple-choice")
    choices.first.wait_for()
    names = choices.evaluate_all("all => all.map((one) => one.getAttribute('identifier'))")
    return {choice: player.evaluate(ANSWER, choice) for choice in names}


def test_a_player_gives_one_point_for_the_right_choice_and_replies_to_each(items, player):
    assert len(items) > 80
    for name, text in items.items():
        for score, replies in play(player, name, text).values():
            assert len(replies) == 1 and replies[0].startswith("Right" if float(score) else "No"), name


def test_a_question_with_another_key_is_found_out(items, player):
    name = "final-test-further-1.xml"
    text = items[name].replace("<qti-value>C1</qti-value>", "<qti-value>C2</qti-value>")
    played = play(player, name, text).values()
    assert {replies[0][:2] for score, replies in played if float(score)} == {"No"}


@pytest.mark.skipif(not SCHEMAS, reason="QTI_SCHEMAS names no folder with the schemas")
def test_the_schemas_find_each_file_valid(package):
    schemas = [etree.XMLSchema(file=Path(SCHEMAS) / name) for name in ("imscp_v1p1.xsd", "qtiv2p1/imsqti_v2p1.xsd")]
    for name, data in package.items():
        schemas[name != "imsmanifest.xml"].assertValid(etree.fromstring(data))
