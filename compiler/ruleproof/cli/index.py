"""`ruleproof index`: the paragraph index of an article, without its text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ruleproof.cli.options import format_option

if TYPE_CHECKING:
    from ruleproof.articles.outline import Outline


@click.command("index")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Write to this file.")
@click.option("--outline", type=click.Path(path_type=Path), help="A file that says where the sections begin.")
@click.option("--like", type=click.Path(path_type=Path), metavar="INDEX", help="Take the sections of this index.")
@click.option("--ids", is_flag=True, help="Print each id with the first words of its sentence instead, to choose from.")
@format_option("text", "json")
def command(source: Path, output: Path | None, outline: Path | None, like: Path | None, ids: bool, format: str) -> int:
    """Make the paragraph index of an article: ids and hashes, no text.

    SOURCE is the text of an article as plain text, Markdown or HTML.  Without -o the index goes to standard output.

    \b
    Examples:
      ruleproof index a56518.txt --outline a56518.outline -o sources/a56518.index.json
      ruleproof index a56518_r9.txt --like sources/a56518.index.json --ids
    """
    from ruleproof.articles.index import UnreadableArticleError, index_to_json, read_article
    from ruleproof.cli.failures import Failure
    from ruleproof.cli.formats.to_json import dumps
    from ruleproof.cli.reading import shown
    from ruleproof.cli.terminal import emit, say
    from ruleproof.cli.writing import write_all

    sections = _sections(outline, like)
    try:
        article, index = read_article(_content(source), source.name, sections)
    except UnreadableArticleError as error:
        raise Failure(f"{shown(source)}: {error}", "name the text of an article") from None
    for section in article.not_there:
        say(f"{shown(source)}: the beginning of the section `{section}` is not in this text", err=True)
    if ids:
        for paragraph in article.paragraphs:
            for number, sentence in enumerate(paragraph.sentences, 1):
                emit(f"{paragraph.id}.{number}  {' '.join(sentence.split()[:8])}\n")
        return 0
    if output is None:
        emit(index_to_json(index))
        return 0
    write_all(output.parent, {output.name: index_to_json(index).encode("utf-8")}, [source])
    counts = {"paragraphs": len(index.paragraphs), "sentences": len(index.sentences)}
    if format == "json":
        emit(dumps({"index": shown(output), **counts, "not_there": list(article.not_there)}))
    else:
        say(f"written: {shown(output)}, {counts['paragraphs']} paragraphs, {counts['sentences']} sentences")
    return 0


def _sections(outline: Path | None, like: Path | None) -> Outline | None:
    from ruleproof.articles.index import UnreadableIndexError, index_from_json
    from ruleproof.articles.outline import OutlineError, outline_from_text
    from ruleproof.cli.failures import Failure
    from ruleproof.cli.reading import shown

    if outline is not None and like is not None:
        raise click.UsageError("give --outline or --like, not both")
    if like is not None:
        try:
            return index_from_json(_content(like)).outline
        except UnreadableIndexError as error:
            raise Failure(f"{shown(like)} is no index: {error}", "make one with `ruleproof index`") from None
    if outline is not None:
        try:
            return outline_from_text(_content(outline).decode("utf-8"))
        except UnicodeDecodeError:
            raise Failure(f"{shown(outline)} is no UTF-8 text", "save it as UTF-8") from None
        except OutlineError as error:
            raise Failure(f"{shown(outline)}:{error.line}: {error}", error.help) from None
    return None


def _content(path: Path) -> bytes:
    """Read a file of an index, an outline or an article, of bounded size."""
    from ruleproof.articles.lines import LONGEST_ARTICLE

    with path.open("rb") as stream:
        return stream.read(2 * LONGEST_ARTICLE + 1)
