"""An S3 service on this machine (moto), and what a test puts there, reads and counts."""

import contextlib
import json
from pathlib import Path

import boto3
import pytest
import requests
from moto.server import ThreadedMotoServer

BUCKET = "soil"
LOGIN = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}


class FakeS3:
    """A running service with one bucket."""

    def __init__(self, server):
        self.server = server
        host, port = server.get_host_and_port()
        self.url = f"http://{host}:{port}"
        nowhere = {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
        self.environment = {**LOGIN, **nowhere, "AWS_ENDPOINT_URL": self.url, "AWS_EC2_METADATA_DISABLED": "true"}
        login = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
        self.client = boto3.client("s3", endpoint_url=self.url, region_name="us-east-1", **login)
        requests.post(f"{self.url}/moto-api/reset", timeout=30)  # what it holds is of the process, not of the service
        self.client.create_bucket(Bucket=BUCKET)

    def put_folder(self, folder, prefix):
        """Put all files below a folder there, as any other program would."""
        for path in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
            self.put(f"{prefix}/{path.relative_to(folder).as_posix()}", path.read_bytes())

    def put(self, key, content):
        """Put one object there."""
        self.client.put_object(Bucket=BUCKET, Key=key, Body=content)

    def listed(self, prefix=""):
        """ETag and time of each object below a prefix, by key."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        items = [item for page in pages for item in page.get("Contents", ())]
        return {item["Key"]: (item["ETag"], item["LastModified"]) for item in items}

    def content(self, key):
        """The bytes of an object."""
        return self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    def contents(self, prefix):
        """The bytes of all objects below a prefix, by the rest of their keys."""
        return {key.removeprefix(f"{prefix}/"): self.content(key) for key in self.listed(f"{prefix}/")}

    def publish(self):
        """Let everybody read, without a login."""
        allowed = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
        }
        policy = {"Version": "2012-10-17", "Statement": [allowed]}
        self.client.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))

    def remove(self, key):
        """Remove an object."""
        self.client.delete_object(Bucket=BUCKET, Key=key)


@contextlib.contextmanager
def fake_s3():
    """Start a service with an empty bucket on a free port of the loopback, and stop it at the end."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield FakeS3(server)
    finally:
        server.stop()


@pytest.fixture(name="s3")
def s3_service(monkeypatch):
    """A service with an empty bucket, whose login and endpoint this process uses."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with fake_s3() as service:
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        yield service
