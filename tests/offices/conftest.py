"""Tests of this folder make many applications: they share compiled templates."""

import pytest
from jinja2 import FileSystemBytecodeCache


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory):
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(app, compiled_templates):
    app.jinja_env.bytecode_cache = compiled_templates
    return app
