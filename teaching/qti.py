"""Write all questions, with the reply to each choice, as one package of IMS QTI 2.1: ``python -m teaching.qti``.

A package is a zip: one file a question, one a chapter or final test, and the manifest that lists them.
"""

import re
from xml.etree import ElementTree as ET
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from teaching.questions import banks
from teaching.sources import OUT, ROOT

NAMESPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGING = "http://www.imsglobal.org/xsd/imscp_v1p1"
PROCESSING = """
<responseProcessing>
  <responseCondition>
    <responseIf>
      <match><variable identifier="RESPONSE" /><correct identifier="RESPONSE" /></match>
      <setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue>
    </responseIf>
  </responseCondition>
  <setOutcomeValue identifier="REPLY"><variable identifier="RESPONSE" /></setOutcomeValue>
</responseProcessing>"""
SUM = """
<outcomeProcessing>
  <setOutcomeValue identifier="SCORE"><sum><testVariables variableIdentifier="SCORE" /></sum></setOutcomeValue>
</outcomeProcessing>"""


def add(parent, name, html="", **attributes):
    """An element that holds some HTML."""
    child = ET.fromstring(f"<{name}>{html}</{name}>")
    child.attrib.update(attributes)
    parent.append(child)
    return child


def score(parent):
    declared = add(parent, "outcomeDeclaration", identifier="SCORE", cardinality="single", baseType="float")
    add(declared, "defaultValue", "<value>0</value>")


def item(identifier, title, asked, choices):
    """One question. The reply is named like the choice, so the response says which one is shown."""
    root = ET.Element("assessmentItem", xmlns=NAMESPACE, identifier=identifier, title=title)
    root.attrib.update(adaptive="false", timeDependent="false", **{"xml:lang": "en"})
    names = [f"C{place}" for place in range(1, len(choices) + 1)]
    right = names[[right for _, _, right in choices].index(True)]
    declared = add(root, "responseDeclaration", identifier="RESPONSE", cardinality="single", baseType="identifier")
    add(declared, "correctResponse", f"<value>{right}</value>")
    score(root)
    add(root, "outcomeDeclaration", identifier="REPLY", cardinality="single", baseType="identifier")
    body = add(root, "itemBody", asked)
    interaction = add(body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="true", maxChoices="1")
    for name, (choice, _, _) in zip(names, choices, strict=True):
        add(interaction, "simpleChoice", choice, identifier=name)
    root.append(ET.fromstring(PROCESSING))
    for name, (_, reply, _) in zip(names, choices, strict=True):
        add(root, "modalFeedback", reply, outcomeIdentifier="REPLY", identifier=name, showHide="show")
    return root


def test(identifier, title, items):
    """The questions of a chapter or a final test, in their order; the score counts the right ones."""
    root = ET.Element("assessmentTest", xmlns=NAMESPACE, identifier=identifier, title=title)
    score(root)
    part = add(root, "testPart", identifier="part", navigationMode="nonlinear", submissionMode="individual")
    section = add(part, "assessmentSection", identifier="section", title=title, visible="true")
    for name in items:
        add(section, "assessmentItemRef", identifier=name, href=f"{name}.xml")
    root.append(ET.fromstring(SUM))
    return root


def manifest(tests):
    root = ET.Element("manifest", xmlns=PACKAGING, identifier="pooling")
    add(root, "metadata", "<schema>QTIv2.1 Package</schema><schemaversion>1.0.0</schemaversion>")
    add(root, "organizations")
    resources = add(root, "resources")
    for name, items in tests.items():
        for kind, each, needed in [("test", name, items), *(("item", each, []) for each in items)]:
            href = f"{each}.xml"
            resource = add(resources, "resource", identifier=each, type=f"imsqti_{kind}_xmlv2p1", href=href)
            add(resource, "file", href=href)
            for other in needed:
                add(resource, "dependency", identifierref=other)
    return root


def package():
    """The files of the package: names, and what they hold."""
    files, tests = {}, {}
    for title, asked in banks():
        name = re.sub(r"\W+", "-", title).strip("-").lower()
        tests[name] = [f"{name}-{place}" for place in range(1, len(asked) + 1)]
        for place, (each, question) in enumerate(zip(tests[name], asked, strict=True), 1):
            files[f"{each}.xml"] = item(each, f"{title} {place}", *question)
        files[f"{name}.xml"] = test(name, title, tests[name])
    return {"imsmanifest.xml": manifest(tests)} | files


def write(path):
    with ZipFile(path, "w") as archive:
        for name, root in package().items():
            archive.writestr(ZipInfo(name), ET.tostring(root, "utf-8", xml_declaration=True), ZIP_DEFLATED)


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    write(OUT / "pooling-qti.zip")
    print((OUT / "pooling-qti.zip").relative_to(ROOT))
