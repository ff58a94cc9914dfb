"""The package for QTI 2.1: each element holds what the specification allows, in its order, and nothing points nowhere.

The schemas themselves may not be copied into this project. `tests/conformance/test_qti.py` uses them if you have them.
"""

import re
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup

from teaching import qti
from teaching.questions import banks

GRAMMAR = {  # of the elements that we use: the children in their order, and the attributes that are needed
    "assessmentItem": (
        "responseDeclaration (outcomeDeclaration )+itemBody responseProcessing (modalFeedback )+",
        "identifier title adaptive timeDependent lang",
    ),
    "responseDeclaration": ("correctResponse ", "identifier cardinality baseType"),
    "correctResponse": ("value ", ""),
    "outcomeDeclaration": ("(defaultValue )?", "identifier cardinality baseType"),
    "defaultValue": ("value ", ""),
    "value": ("", ""),
    "itemBody": ("(p )+choiceInteraction ", ""),
    "choiceInteraction": ("(simpleChoice ){2,}", "responseIdentifier shuffle maxChoices"),
    "simpleChoice": ("(em |strong |code )*", "identifier"),
    "responseProcessing": ("(responseCondition |setOutcomeValue )+", ""),
    "responseCondition": ("responseIf ", ""),
    "responseIf": ("match setOutcomeValue ", ""),
    "match": ("variable correct ", ""),
    "variable": ("", "identifier"),
    "correct": ("", "identifier"),
    "setOutcomeValue": ("(baseValue |variable |sum )", "identifier"),
    "baseValue": ("", "baseType"),
    "modalFeedback": ("(p )+", "outcomeIdentifier identifier showHide"),
    "assessmentTest": ("outcomeDeclaration testPart outcomeProcessing ", "identifier title"),
    "testPart": ("assessmentSection ", "identifier navigationMode submissionMode"),
    "assessmentSection": ("(assessmentItemRef )+", "identifier title visible"),
    "assessmentItemRef": ("", "identifier href"),
    "outcomeProcessing": ("setOutcomeValue ", ""),
    "sum": ("testVariables ", ""),
    "testVariables": ("", "variableIdentifier"),
    "manifest": ("metadata organizations resources ", "identifier"),
    "metadata": ("schema schemaversion ", ""),
    "organizations": ("", ""),
    "resources": ("(resource )+", ""),
    "resource": ("file (dependency )*", "identifier type href"),
    "file": ("", "href"),
    "dependency": ("", "identifierref"),
    **dict.fromkeys(["p", "em", "strong", "code"], ("(em |strong |code )*", "")),
    **dict.fromkeys(["schema", "schemaversion"], ("", "")),
}
HOLDS_TEXT = {"p", "em", "strong", "code", "simpleChoice", "value", "baseValue", "schema", "schemaversion"}


def name(tag):
    return tag.rpartition("}")[2]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    path = tmp_path_factory.mktemp("qti") / "package.zip"
    qti.write(path)
    with ZipFile(path) as archive:
        return {each: ET.fromstring(archive.read(each)) for each in archive.namelist()}


def faults(root, namespace):
    for element in root.iter():
        children, attributes = GRAMMAR[name(element.tag)]
        inside = "".join(f"{name(child.tag)} " for child in element)
        told = [element.text, *(child.tail for child in element)]
        text = "".join(each for each in told if each).strip()
        if (
            element.tag != f"{{{namespace}}}{name(element.tag)}"
            or not re.fullmatch(children, inside)
            or {name(key) for key in element.attrib} != set(attributes.split())
            or bool(text) > (name(element.tag) in HOLDS_TEXT)
        ):
            yield ET.tostring(element, "unicode")


def test_each_element_holds_what_the_specification_allows(files):
    for each, root in files.items():
        namespace = qti.PACKAGING if each == "imsmanifest.xml" else qti.NAMESPACE
        assert list(faults(root, namespace)) == [], each


@pytest.mark.parametrize("child", ["responseDeclaration", "itemBody", "responseProcessing"])
def test_a_file_without_a_needed_part_is_found_out(files, child):
    root = ET.fromstring(ET.tostring(files["final-test-further-1.xml"]))
    root.remove(root.find(f"{{*}}{child}"))
    assert len(list(faults(root, qti.NAMESPACE))) == 1


def test_identifiers_are_names_and_no_two_are_the_same(files):
    for root in files.values():
        given = [
            element.get("identifier") for element in root.iter() if name(element.tag) not in {"variable", "correct"}
        ]
        assert all(re.fullmatch(r"[A-Za-z_][\w.-]*", each) for each in given if each)
    own = [root.get("identifier") for root in files.values()]
    assert len(set(own)) == len(own) == len(files)


def test_the_manifest_lists_each_file_once_and_nothing_else(files):
    resources = files["imsmanifest.xml"].findall(".//{*}resource")
    assert sorted(["imsmanifest.xml", *(each.get("href") for each in resources)]) == sorted(files)
    for each in resources:
        root = files[each.get("href")]
        needed = [item.get("identifierref") for item in each.findall("{*}dependency")]
        kind = {"assessmentTest": "test", "assessmentItem": "item"}[name(root.tag)]
        assert each.get("type") == f"imsqti_{kind}_xmlv2p1" and each.find("{*}file").get("href") == each.get("href")
        assert needed == [item.get("identifier") for item in root.iter(f"{{{qti.NAMESPACE}}}assessmentItemRef")]


def words(element):
    return BeautifulSoup(ET.tostring(element, "unicode"), "html.parser").get_text().strip()


def test_each_question_has_its_choices_replies_and_the_right_one(files):
    items = [root for root in files.values() if name(root.tag) == "assessmentItem"]
    asked = [question for _, questions in banks() for question in questions]
    for root, (text, choices) in zip(items, asked, strict=True):
        found = {each.get("identifier"): words(each) for each in root.iter(f"{{{qti.NAMESPACE}}}simpleChoice")}
        replies = {each.get("identifier"): words(each) for each in root.findall("{*}modalFeedback")}
        plain = [[BeautifulSoup(each, "html.parser").get_text().strip() for each in choice[:2]] for choice in choices]
        assert [[found[each], replies[each]] for each in found] == plain and found.keys() == replies.keys()
        assert replies[root.findtext("{*}responseDeclaration/{*}correctResponse/{*}value")].startswith("Right")
        assert BeautifulSoup(text, "html.parser").p.text in words(root.find("{*}itemBody"))
