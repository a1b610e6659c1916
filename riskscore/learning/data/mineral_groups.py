"""Minerals by group, as reports on mining usually group them; for metrics by group only."""

GROUPS: dict[str, tuple[str, ...]] = {
    "iron and ferro-alloys": (
        "chromium",
        "cobalt",
        "iron",
        "manganese",
        "molybdenum",
        "nickel",
        "niobium",
        "tantalum",
        "titanium",
        "tungsten",
        "vanadium",
    ),
    "non-ferrous metals": (
        "aluminium",
        "antimony",
        "arsenic",
        "bauxite",
        "beryllium",
        "bismuth",
        "cadmium",
        "copper",
        "gallium",
        "germanium",
        "indium",
        "lead",
        "lithium",
        "mercury",
        "rare_earths",
        "rhenium",
        "selenium",
        "tellurium",
        "tin",
        "zinc",
    ),
    "precious metals": ("gold", "palladium", "platinum", "rhodium", "silver"),
    "fuels": (
        "coking_coal",
        "lignite",
        "natural_gas",
        "oil_sands",
        "oil_shales",
        "petroleum",
        "steam_coal",
        "uranium",
    ),
}
OTHER = "industrial minerals"
GROUP_OF = {mineral: group for group, minerals in GROUPS.items() for mineral in minerals}


def group_of(mineral: str) -> str:
    """The group of a mineral; what stands in none is an industrial mineral."""
    return GROUP_OF.get(mineral, OTHER)
