"""Results of cases for other programs: JUnit's XML, JSON and GitHub's workflow commands.

JUnit's XML has no standard; this keeps to the elements and attributes that continuous integration servers read.
Nothing in it tells when the cases ran or how long they took: the same results give the same bytes.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final
from xml.etree import ElementTree

from cds.cases.everything import Broken
from cds.cases.running import CaseResult, Executor, Failure
from cds.diagnostics import Language, as_dict, as_github
from cds.diagnostics.formats import workflow_command

# Characters that XML 1.0 cannot hold, escaped or not.
_NOT_IN_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(results: Sequence[CaseResult], language: Language = "en", broken: Sequence[Broken] = ()) -> str:
    """One suite per file that cannot be used, with one test case that holds its errors; then one per case file, in it
    one test case per case and executor.
    """
    suites = ElementTree.Element("testsuites", name="cds")
    for each in broken:
        _counted(ElementTree.SubElement(suites, "testsuite", name=_in_xml(each.file)), [_error(each, language)])
    for file, group in groupby(results, lambda each: each.case.place.file):
        _counted(ElementTree.SubElement(suites, "testsuite", name=_in_xml(file)), _tests(group, language))
    _counted(suites, ())
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode")


def _counted(suite: ElementTree.Element, tests: Iterable[ElementTree.Element]) -> None:
    suite.extend(tests)
    suite.set("tests", str(len(list(suite.iter("testcase")))))
    suite.set("failures", str(len(list(suite.iter("failure")))))
    suite.set("errors", str(len(list(suite.iter("error")))))


def _error(broken: Broken, language: Language) -> ElementTree.Element:
    file, first = _in_xml(broken.file), broken.errors[0]
    test = ElementTree.Element("testcase", classname=file, name=file, file=file, line=str(broken.place.line))
    error = ElementTree.SubElement(test, "error", type=first.code, message=_in_xml(first.message(language)))
    error.text = _in_xml(broken.report(language))
    return test


def _tests(results: Iterable[CaseResult], language: Language) -> Iterator[ElementTree.Element]:
    for result in results:
        for executor in result.executors:
            place = result.case.place
            name, file = _in_xml(f"{result.case.name} [{executor}]"), _in_xml(place.file)
            test = ElementTree.Element("testcase", classname=file, name=name, file=file, line=str(place.line))
            failures = _of(executor, result.failures(language))
            if failures:
                message = "; ".join(each.sentence for each in failures)
                failure = ElementTree.SubElement(test, "failure", type="AssertionError", message=_in_xml(message))
                failure.text = _in_xml("\n".join(_lines(failures)))
            yield test


def _of(executor: Executor, failures: Sequence[Failure]) -> list[Failure]:
    """What an executor has failed: what it says otherwise than `single` is the other's failure."""
    return [each for each in failures if executor != "single" or not each.is_disagreement]


def _lines(failures: Iterable[Failure]) -> Iterator[str]:
    for each in failures:
        yield f"{each.place}: {each.sentence}"
        yield from (f"    {line}" for line in each.why)


def _in_xml(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)


def results_as_json(results: Sequence[CaseResult], language: Language = "en", broken: Sequence[Broken] = ()) -> str:
    """A JSON object: how many cases there are and how many came as expected, on which executors, each case, and the
    errors of files that cannot be used.
    """
    made = {
        "cases": len(results),
        "as_expected": sum(each.is_ok for each in results),
        "executors": list(results[0].executors) if results else [],
        "results": [_as_dict(each, language) for each in results],
        "errors": [as_dict(error, language) for each in broken for error in each.errors],
    }
    return json.dumps(made, ensure_ascii=False, indent=2)


def _as_dict(result: CaseResult, language: Language) -> dict[str, Any]:
    place = result.case.place
    return {
        "name": result.case.name,
        "place": {"file": place.file, "line": place.line, "column": place.column},
        "is_ok": result.is_ok,
        "failures": [
            {
                "place": {"file": each.place.file, "line": each.place.line, "column": each.place.column},
                "message": each.sentence,
                "why": list(each.why),
                "is_disagreement": each.is_disagreement,
            }
            for each in result.failures(language)
        ],
    }


def results_as_github(results: Iterable[CaseResult], language: Language = "en", broken: Sequence[Broken] = ()) -> str:
    """One workflow command per error and failure, so that a pull request shows each at its line."""
    failures = [
        workflow_command("error", each.place, result.case.name, "\n".join([each.sentence, *each.why]))
        for result in results
        for each in result.failures(language)
    ]
    return "\n".join([as_github(each.errors, language) for each in broken] + failures)
