"""The explorer's programs for PyTorch."""

from tests.book.test_explorer import LINES, as_in_a_notebook, prints_what_is_shown, show  # noqa: F401


def test_the_programs_for_pytorch_print_what_is_shown_or_say_why_there_is_none(show, capsys):  # noqa: F811
    answers = [prints_what_is_shown(show(*arguments, **options), "PyTorch", capsys) for arguments, options in LINES]
    assert answers.count(None) == 20
