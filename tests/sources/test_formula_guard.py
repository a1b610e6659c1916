"""One rule for what a spreadsheet would run: every way out disarms it, every way in undoes that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riskscore.sources.readers.formula_guard import disarmed, is_formula, restored

#: A text, and how it leaves.
DANGEROUS = {
    "=1": "'=1",
    "+1": "'+1",
    "-1": "'-1",
    "@x": "'@x",
    "＝1": "'＝1",
    "＋1": "'＋1",
    "－1": "'－1",
    "＠x": "'＠x",
    " =1": "' =1",
    "\u00a0=1": "'\u00a0=1",
    "\u3000=1": "'\u3000=1",
    "\u200b=1": "'\u200b=1",
    "\u200c=1": "'\u200c=1",
    "\u200d+1": "'\u200d+1",
    "\u2060@x": "'\u2060@x",
    "\ufeff=1": "'\ufeff=1",
    "\ufeff \u200b\u00a0-x": "'\ufeff \u200b\u00a0-x",
    "\x00=1": "'\x00=1",
    "\ttext": "'\ttext",
    "\rtext": "'\rtext",
    "\ntext": "'\ntext",
    # A tab is skipped at the beginning of a cell, and begins a new one: both places are guarded.
    "\t=1": "'\t'=1",
    "\r=1": "'\r'=1",
    "mine;=1": "mine;'=1",
    "mine,=1": "mine,'=1",
    "mine\t=1": "mine\t'=1",
    "mine\n=1": "mine\n'=1",
    "mine|=1": "mine|'=1",
    "mine；＝1": "mine；'＝1",
    "mine; \u200b=1": "mine;' \u200b=1",
    "mine;@SUM(1)": "mine;'@SUM(1)",
    "mine;-2+3+cmd|' /C calc'!D2": "mine;'-2+3+cmd|' /C calc'!D2",
    ";=1;=2": ";'=1;'=2",
    "=cmd|' /C calc'!A0": "'=cmd|' /C calc'!A0",
    # What has an apostrophe already gets another, or it would come back without its own.
    "'=1": "''=1",
    "mine;'=1": "mine;''=1",
}
HARMLESS = (
    "", "Codelco", "icmm-00026", "a = b", "x@example.org", "copper;gold", "south of -23",
    "74, -18, -44, 5.5", "at 68.5; -23.1", '["a",-1,-2.5e-7]', "'quoted'", "it's; 'so'",
    "A, B - C", "https://example.org/?a=1;b=2",
)  # fmt: skip


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_that_a_spreadsheet_would_run_leaves_disarmed_and_comes_back(text: str) -> None:
    assert disarmed(text) == DANGEROUS[text]
    assert restored(disarmed(text)) == text
    assert not is_formula(disarmed(text))


@pytest.mark.parametrize("text", [text for text in DANGEROUS if "'=" not in text])
def test_a_formula_is_recognised_on_the_way_in(text: str) -> None:
    assert is_formula(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_text_leaves_and_comes_back_as_it_is(text: str) -> None:
    assert disarmed(text) == restored(text) == text
    assert not is_formula(text)


@given(st.text(alphabet="'=+-@＝ \t\n\u200b\ufeff;,|a1.e)", max_size=12))
def test_whatever_leaves_comes_back_and_nothing_runs_on_the_way(text: str) -> None:
    assert restored(disarmed(text)) == text
    assert not is_formula(disarmed(text))
