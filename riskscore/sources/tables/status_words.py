"""What others call the status of a site, as a word of ours: one table for files and the bundle.

A word that is not in it is never guessed: in a table of one's own it is a fault, in the bundle it
is counted. Left out are words that say too little: "planned" and "development" may be an idea, a
study or a building site.
"""

from riskscore.sources.names import folded

STATUS_WORDS = (
    "exploration", "feasibility", "construction", "operating", "suspended", "closed", "cancelled",
)  # fmt: skip
#: Takes back what was said of a day.
UNKNOWN = "unknown"
WORDS = {
    folded(word): status
    for status, several in {
        "exploration": (
            "occurrence", "exploración", "en exploración", "exploração", "em exploração",
            "pesquisa", "prospección", "Erkundung",
            "exploration", "exploring", "early exploration", "advanced exploration", "prospect",
            "prospecting", "grassroots",
        ),
        "feasibility": (
            "bfs", "factibilidad", "prefactibilidad", "pre-factibilidad",
            "viabilidade", "pré-viabilidade", "estudio de factibilidad", "definitive feasibility",
            "bankable feasibility study", "pre-feasibility study", "prefeasibility study",
            "feasibility", "prefeasibility", "pre-feasibility", "scoping", "pea", "pfs", "dfs",
            "evaluation", "preliminary economic assessment", "feasibility study",
        ),
        "construction": (
            "construcción", "en construcción", "construção", "em construção",
            "im Bau",
            "construction", "under construction", "in construction", "construction started",
            "commissioning", "preproduction", "pre-production",
        ),
        "operating": (
            "producer", "operation", "en operación", "operando", "operativa",
            "operativo", "activa", "activo", "ativa", "ativo", "em operação", "en producción",
            "produciendo", "produção", "em produção", "en exploitation", "in Betrieb",
            "operating", "operational", "in operation", "active", "producing", "production",
            "in production", "operating mine", "expansion", "limited production",
        ),
        "suspended": (
            "suspendida", "suspendido", "suspensa", "suspenso", "paralizada",
            "paralizado", "paralisada", "paralisado", "cuidado y mantenimiento",
            "en cuidado y mantenimiento", "cuidados e manutenção", "c&m",
            "suspended", "care and maintenance", "care & maintenance", "in care and maintenance",
            "on care and maintenance", "mothballed", "idle", "idled", "temporarily closed",
            "temporarily suspended", "paused", "on hold", "standby",
        ),
        "closed": (
            "abandoned", "abandonada", "abandonado", "cerrada", "cerrado", "fechada",
            "fechado", "encerrada", "encerrado", "shut", "closure", "stillgelegt", "fermée",
            "closed", "permanently closed", "shut down", "decommissioned", "rehabilitation",
            "reclamation", "depleted", "exhausted", "historic", "historical", "past producer",
            "ceased", "retired", "post-closure",
        ),
        "cancelled": ("cancelled", "canceled", "cancelada", "cancelado"),
    }.items()
    for word in several
}  # fmt: skip


def status_of(text: str) -> str | None:
    """The status that a word stands for, "unknown" among them; None: a word not understood."""
    plain = folded(text)
    return UNKNOWN if plain == UNKNOWN else WORDS.get(plain)
