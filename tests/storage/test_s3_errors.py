"""Errors of the library in words."""

import pytest

from smen.storage.s3_errors import explained


class Answer(Exception):
    def __init__(self, code, message=""):
        super().__init__(code)
        self.response = {"Error": {"Code": code, "Message": message}}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("NoSuchBucket", "there is no such bucket"), ("404", "there is no such object"), ("403", "access is denied"),
        ("Forbidden", "access is denied"), ("ExpiredToken", "has expired"), ("SignatureDoesNotMatch", "secret key"),
        ("InvalidAccessKeyId", "AWS_ACCESS_KEY_ID"), ("SlowDown", r"the service says SlowDown \(too fast\)"),
    ],
)  # fmt: skip
def test_each_answer_has_its_advice(code, words):
    error = explained(Answer(code, "too fast"), "s3://soil/a")
    assert str(error).startswith("s3://soil/a: ")
    with pytest.raises(type(error), match=words):
        raise error


def test_what_is_no_answer_is_about_the_network():
    assert "no answer (ValueError: odd)" in str(explained(ValueError("odd"), "s3://soil/a"))
