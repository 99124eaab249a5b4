"""Faults of an instrument in Indonesian."""

from __future__ import annotations


def test_faults_are_told_in_the_language_asked_for(run, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("format: 1\nid: x\nid: y\nsurprise: 1\n", encoding="utf-8")
    english = run("check", str(path))
    indonesian = run("--lang", "id", "check", str(path))
    if indonesian.code == 2:
        indonesian = run("check", str(path), "--lang", "id")
    assert english.code == indonesian.code == 1
    assert "the key 'id' stands here twice" in english.out
    assert "kunci 'id' tertulis dua kali" in indonesian.out
    assert "kunci tidak dikenal" in indonesian.out
    places = [line.split(": ", 2)[:2] for line in english.out.splitlines()]
    assert [line.split(": ", 2)[:2] for line in indonesian.out.splitlines()] == places
