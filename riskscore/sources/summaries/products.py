"""Which statistics of the USGS are production, reserves or capacity of a mineral of ours, in which
unit.

Left out are products whose places are stated in different terms (boron, feldspar, talc), reserves
of a group (platinum-group metals), and what is no mineral of ours. The file of 2025 has traps: the
unit of a row is that of its production, not always that of its reserves (iron, molybdenum,
vanadium, titanium), and its reserves of indium are capacities in the wrong column.
"""

from collections.abc import Mapping
from typing import NamedTuple

PRODUCTION_OF, CAPACITY_OF, RESERVES_OF = "usgs.production", "usgs.capacity", "usgs.reserves"


class Product(NamedTuple):
    """What an amount is about: mineral, indicator, unit, and of what in the mineral."""

    mineral: str
    indicator: str
    unit: str
    words: str

    @property
    def label(self) -> str:
        """The same in both editions, so that two years of one thing are one series."""
        return f"{self.unit}; {self.words}"


def _reserves(mineral: str, unit: str, of_what: str = "") -> Product:
    return Product(mineral, RESERVES_OF, unit, f"reserves, {of_what}" if of_what else "reserves")


def _capacity(mineral: str, unit: str, words: str) -> Product:
    return Product(mineral, CAPACITY_OF, unit, words)


T, KT, MT, KG = "metric tons", "thousand metric tons", "million metric tons", "kilograms"
#: Units that the files write otherwise than the publisher's tables. Vanadium: reserves are in
#: thousand tonnes, as the edition of 2025 notes at its total.
UNITS = {"vanadium": T, "diamonds_gem": "thousands of carats"}
_RESERVES: Mapping[str, tuple[str, Product]] = {
    "antimony": ("antimony", _reserves("antimony", T)),
    "asbestos": ("asbestos", _reserves("asbestos", T)),
    "barite": ("barite", _reserves("baryte", KT)),
    "cobalt": ("cobalt", _reserves("cobalt", T)),
    "copper": ("copper", _reserves("copper", KT)),
    "diamond (industrial)": (
        "diamond (industrial)", _reserves("diamonds_industrial", "million carats")
    ),
    "diatomite": ("diatomite", _reserves("diatomite", KT)),
    "fluorspar": ("fluorspar", _reserves("fluorspar", KT)),
    "gemstones": ("gemstones", _reserves("diamonds_gem", "thousand carats")),
    "gold": ("gold", _reserves("gold", T)),
    "graphite (natural)": ("graphite", _reserves("graphite", T)),
    "gypsum": ("gypsum", _reserves("gypsum", KT)),
    "lead": ("lead", _reserves("lead", KT)),
    "lithium": ("lithium", _reserves("lithium", T)),
    "magnesium compounds": ("magnesium compounds", _reserves("magnesite", KT)),
    "manganese": ("manganese", _reserves("manganese", KT)),
    "nickel": ("nickel", _reserves("nickel", T)),
    "niobium (columbium)": ("niobium", _reserves("niobium", T)),
    "perlite": ("perlite", _reserves("perlite", KT)),
    "phosphate rock": ("phosphate rock", _reserves("phosphate_rock", KT)),
    "rare earths": ("rare earths", _reserves("rare_earths", T)),
    "rhenium": ("rhenium", _reserves("rhenium", KG)),
    "silver": ("silver", _reserves("silver", T)),
    "tantalum": ("tantalum", _reserves("tantalum", T)),
    "tin": ("tin", _reserves("tin", T)),
    "tungsten": ("tungsten", _reserves("tungsten", T)),
    "vanadium": ("vanadium", _reserves("vanadium", KT)),
    "vermiculite": ("vermiculite", _reserves("vermiculite", KT)),
    "zinc": ("zinc", _reserves("zinc", KT)),
}  # fmt: skip
BAUXITE = _reserves("bauxite", "thousand metric dry tons")
IRON_ORE = _reserves("iron", MT, "crude ore")
IRON = _reserves("iron", MT, "iron content")
MOLYBDENUM = _reserves("molybdenum", KT)
POTASH_ORE = _reserves("potash", KT, "recoverable ore")
POTASH = _reserves("potash", KT, "K2O equivalent")
ILMENITE = _reserves("titanium", KT, "ilmenite, TiO2 content")
RUTILE = _reserves("titanium", KT, "rutile, TiO2 content")
ZIRCON = _reserves("zircon", KT, "ZrO2 content")
ALUMINIUM = _capacity("aluminium", KT, "smelter capacity")
ARSENIC = _capacity("arsenic", T, "capacity, arsenic trioxide")
GALLIUM = _capacity("gallium", KG, "capacity, primary production")
SPONGE = _capacity("titanium", T, "capacity, sponge metal")
PIGMENT = _capacity("titanium", T, "capacity, TiO2 pigment")

#: (commodity, statistic) of the edition of 2026.
NEWER_PRODUCTS: Mapping[tuple[str, str], Product] = {
    **{(name, "reserves"): product for name, (_, product) in _RESERVES.items()},
    ("bauxite", "bauxite reserves"): BAUXITE,
    ("chromium", "reserves: ore"): _reserves("chromium", KT, "ore"),
    ("chromium", "reserves: cr2o3 content"): _reserves("chromium", KT, "Cr2O3 content"),
    ("iron ore", "reserves (million metric tons): crude ore"): IRON_ORE,
    ("iron ore", "reserves (million metric tons): iron content"): IRON,
    ("molybdenum", "reserves (thousand metric tons)"): MOLYBDENUM,
    ("potash", "reserves, recoverable ore"): POTASH_ORE,
    ("potash", "reserves: k2o equivalent"): POTASH,
    ("titanium mineral concentrates", "reserves: ilmenite"): ILMENITE,
    ("titanium mineral concentrates", "reserves: rutile"): RUTILE,
    ("zirconium", "zirconium reserves(thousand metric tons, zro2 content)"): ZIRCON,
    ("aluminum", "yearend capacity"): ALUMINIUM,
    ("arsenic", "refinery capacity (arsenic trioxide, gross weight)"): ARSENIC,
    ("bismuth", "production capacity"): _capacity("bismuth", T, "refinery capacity"),
    ("gallium", "production capacity"): GALLIUM,
    ("indium", "refinery capacity"): _capacity("indium", T, "refinery capacity"),
    ("selenium", "refinery capacity"): _capacity("selenium", T, "refinery capacity"),
    ("selenium", "refinery capacity: crude and anode slimes"): _capacity(
        "selenium", T, "refinery capacity, crude and anode slimes"
    ),
    ("tellurium", "refinery capacity: concentrate"): _capacity(
        "tellurium", T, "capacity, concentrate"
    ),
    ("tellurium", "refinery capacity: copper telluride"): _capacity(
        "tellurium", T, "capacity, copper telluride"
    ),
    ("tellurium", "refinery capacity"): _capacity("tellurium", T, "refinery capacity"),
    ("titanium sponge metal", "titanium sponge metal capacity"): SPONGE,
    ("tio2 pigment", "tio2 pigment capacity"): PIGMENT,
}
#: (commodity, part of its type, product) of the edition of 2025.
EARLIER_PRODUCTS: tuple[tuple[str, str, Product], ...] = (
    *((name, "", product) for name, product in _RESERVES.values()),
    ("bauxite", "", BAUXITE),
    ("chromium", "", _reserves("chromium", KT, "shipping grade")),
    ("iron ore", "usable ore", IRON_ORE),
    ("iron ore", "iron content", IRON),
    ("molybdenum", "", MOLYBDENUM),
    ("potash", "recoverable ore", POTASH_ORE),
    ("potash", "k2o", POTASH),
    ("selenium", "", _reserves("selenium", T)),
    ("tellurium", "", _reserves("tellurium", T)),
    ("titanium mineral concentrates", "ilmentite", ILMENITE),
    ("titanium mineral concentrates", "rutile", RUTILE),
    ("zirconium and hafnium", "", ZIRCON),
    ("aluminum", "", ALUMINIUM),
    ("arsenic", "", ARSENIC),
    ("gallium", "", GALLIUM),
    ("titanium & titanium dioxide", "sponge", SPONGE),
    ("titanium & titanium dioxide", "pigment", PIGMENT),
)
MINED, REFINED = "mine production", "refinery production"
#: (commodity, product) in the publisher's words: our mineral and its stage. Left out are products
#: whose places are stated in different terms (boron, titanium, feldspar), and what is no mineral of
#: ours.
PRODUCTS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("aluminum", "smelter production"): ("aluminium", REFINED),
    ("antimony", "mine production"): ("antimony", MINED),
    ("barite", "mine production"): ("baryte", MINED),
    ("bauxite", "bauxite, mine production"): ("bauxite", MINED),
    ("beryllium", "mine production"): ("beryllium", MINED),
    ("bismuth", "refinery production"): ("bismuth", REFINED),
    ("cadmium", "refinery production"): ("cadmium", REFINED),
    ("chromium", "mine production"): ("chromium", MINED),
    ("cobalt", "mine production"): ("cobalt", MINED),
    ("copper", "mine production"): ("copper", MINED),
    ("copper", "refinery production"): ("copper", REFINED),
    ("fluorspar", "mine production"): ("fluorspar", MINED),
    ("gallium", "primary production"): ("gallium", REFINED),
    ("gold", "mine production"): ("gold", MINED),
    ("graphite (natural)", "mine production"): ("graphite", MINED),
    ("indium", "refinery production"): ("indium", REFINED),
    ("iron ore", "mine production: iron content"): ("iron", MINED),
    ("lead", "mine production"): ("lead", MINED),
    ("lithium", "mine production"): ("lithium", MINED),
    ("manganese", "mine production"): ("manganese", MINED),
    ("molybdenum", "mine production"): ("molybdenum", MINED),
    ("nickel", "mine production"): ("nickel", MINED),
    ("niobium (columbium)", "mine production"): ("niobium", MINED),
    ("palladium", "mine production: palladium"): ("palladium", MINED),
    ("phosphate rock", "mine production"): ("phosphate_rock", MINED),
    ("platinum", "mine production: platinum"): ("platinum", MINED),
    ("potash", "mine production"): ("potash", MINED),
    ("rare earths", "mine production"): ("rare_earths", MINED),
    ("selenium", "refinery production"): ("selenium", REFINED),
    ("silver", "mine production"): ("silver", MINED),
    ("tantalum", "mine production"): ("tantalum", MINED),
    ("tellurium", "refinery production"): ("tellurium", REFINED),
    ("tin", "mine production"): ("tin", MINED),
    ("tungsten", "mine production"): ("tungsten", MINED),
    ("vanadium", "mine production"): ("vanadium", MINED),
    ("zinc", "mine production"): ("zinc", MINED),
    ("zirconium",
     "zirconium mineral concentrates, mine production (thousand metric tons, gross weight)",
     ): ("zircon", MINED),
}  # fmt: skip
