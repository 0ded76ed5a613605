"""What goes wrong with a bucket, in words, each with what to do."""

from __future__ import annotations

from typing import Any

from smen.errors import StorageError

LOGIN = (
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE with a profile of ~/.aws/credentials; for another "
    "service than Amazon's also AWS_ENDPOINT_URL"
)

MISSING = "needs packages that are not installed: pip install 'smen[s3]'"
"""What to say where the extra is missing."""

ADVICE = {
    "NoSuchBucket": "there is no such bucket. Correct its name, or make it",
    "NoSuchKey": "there is no such object (any more). Put it there again, or run `smen refresh`",
    "AccessDenied": "access is denied. The account needs s3:ListBucket and s3:GetObject; to put results there also "
    "s3:PutObject and s3:DeleteObject",
    "InvalidAccessKeyId": f"the access key is not known there. {LOGIN}",
    "SignatureDoesNotMatch": f"the secret key is wrong. {LOGIN}",
    "ExpiredToken": "the login has expired. Log in again",
    "PreconditionFailed": "it changed meanwhile. Run again",
}
"""What to do, by the code that the service answers with."""

OTHER_CODES = {"403": "AccessDenied", "Forbidden": "AccessDenied", "404": "NoSuchKey", "Not Found": "NoSuchKey"}
"""Codes of answers without a body, which are those of HTTP."""


def explained(error: Exception, place: str) -> StorageError:
    """Return an error of the library as one that a user can mend.

    Args:
        error: as boto3 raised it.
        place: address of what was asked for.
    """
    answer: dict[str, Any] = getattr(error, "response", None) or {}
    code = str(answer.get("Error", {}).get("Code", ""))
    code = OTHER_CODES.get(code, code)
    name = type(error).__name__
    if code in ADVICE:
        return StorageError(f"{place}: {ADVICE[code]}")
    if code:
        return StorageError(f"{place}: the service says {code} ({answer['Error'].get('Message', '')}). Try again later")
    if "Credential" in name or name in {"ProfileNotFound", "TokenRetrievalError", "UnauthorizedSSOTokenError"}:
        return StorageError(f"{place}: there is no login for it ({error}). {LOGIN}")
    return StorageError(f"{place}: no answer ({name}: {error}). Check AWS_ENDPOINT_URL and the network, and run again")
