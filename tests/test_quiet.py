import os

import pytest

from poolkit.quiet import quiet

NAME = "TF_CPP_MIN_LOG_LEVEL"


def lowest_free():
    """The two file descriptors that would be opened next."""
    found = os.dup(2), os.dup(2)
    for descriptor in found:
        os.close(descriptor)
    return found


@pytest.mark.parametrize("chosen, level", [(None, "3"), ("0", "0")])
def test_the_log_level_is_set_unless_somebody_chose_one(monkeypatch, chosen, level):
    monkeypatch.setenv(NAME, "0")
    if not chosen:
        monkeypatch.delenv(NAME)
    with quiet():
        assert os.environ[NAME] == level


def test_what_native_code_writes_to_stderr_inside_is_dropped(capfd):
    with quiet():
        os.write(2, b"inside")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_stdout_is_left_alone(capfd):
    with quiet():
        os.write(1, b"inside")
    assert capfd.readouterr().out == "inside"


def test_stderr_comes_back_after_an_error(capfd):
    with pytest.raises(KeyError, match="inside"), quiet():
        raise KeyError("inside")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"


def test_no_file_descriptor_is_left_open():
    free = lowest_free()
    with quiet():
        assert lowest_free() != free
    assert lowest_free() == free
