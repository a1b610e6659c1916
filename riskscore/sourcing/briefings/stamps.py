"""What made a briefing: method version, edition, days."""

from datetime import datetime

from django.db.models import Max

from riskscore.models import Edition, Score


def made_at(now: datetime) -> str:
    """When it was made, and from how much of what is recorded."""
    edition = Edition.objects.aggregate(last=Max("number"))["last"]
    return f"Made {now:%d %b %Y %H:%M} UTC from edition {edition or 0}"


def of_score(score: Score | None) -> list[str]:
    """Which method and facts a score is from."""
    if score is None:
        return ["Not scored"]
    return [
        f"Method {score.method.code} v{score.method.version}",
        f"Facts of {score.as_of:%d %b %Y}",
        f"Score of edition {score.edition}, computed {score.computed_at:%d %b %Y %H:%M} UTC",
    ]


def of_scores(scores: list[Score]) -> list[str]:
    """Which methods and facts several scores are from, each once."""
    methods = sorted({f"{score.method.code} v{score.method.version}" for score in scores})
    days = sorted({score.as_of for score in scores})
    if not days:
        return ["Nothing is scored"]
    span = f"{days[0]:%d %b %Y}" if len(days) == 1 else f"{days[0]:%d %b %Y} to {days[-1]:%d %b %Y}"
    return [f"Method {', '.join(methods)}", f"Facts of {span}"]
