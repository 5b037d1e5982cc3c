"""The town around the sandbox's cast: employers, landlords, shops. All of it, and every number, is made up."""

from dataclasses import dataclass
from datetime import time

from accounts import ledger
from bank.sandbox import cast

SCHEME = ledger.SORT_CODE_ACCOUNT_NUMBER


@dataclass(frozen=True, kw_only=True)
class Party:
    """Somebody outside this bank: a name and an account."""

    name: str
    identification: str

    @property
    def account(self) -> dict[str, str]:
        """The party's account as the standard shows it."""
        return {"SchemeName": SCHEME, "Identification": self.identification, "Name": self.name}


@dataclass(frozen=True, kw_only=True)
class Regular:
    """What comes every month on the same day: a payment in if amount_minor is positive, out if negative."""

    holding: cast.Holding
    day: int
    at: time
    amount_minor: int
    kind: str
    code: tuple[str, str]
    line: str
    party: Party


@dataclass(frozen=True, kw_only=True)
class Merchant:
    """Where a card is used: a name, its category code (ISO 18245), and what one pays there, in pence."""

    name: str
    category_code: str
    from_minor: int
    to_minor: int
    weight: int


WEXBRIDGE_COUNCIL = Party(name="Wexbridge Borough Council", identification="20004411803205")
KESTREL_ENERGY = Party(name="Kestrel Energy", identification="20004422914016")
HARBOUR_BROADBAND = Party(name="Harbour Broadband", identification="20004433025127")
NIMBUS_MOBILE = Party(name="Nimbus Mobile", identification="20004444136238")
LETTINGS = Party(name="Pemberton Lettings", identification="20005511223344")
FENWATER = Party(name="Fenwater", identification="20004455247349")
FORGE_GYM = Party(name="Forge Gym", identification="20004466358450")

REGULARS = (
    Regular(
        holding=cast.ALICE_CURRENT,
        day=25,
        at=time(0, 12),
        amount_minor=2_846_71,
        kind="salary",
        code=("RCDT", "SALA"),
        line="TIDEWELL ENGINEERING SALARY",
        party=Party(name="Tidewell Engineering Ltd", identification="20001187654321"),
    ),
    Regular(
        holding=cast.ALICE_CURRENT,
        day=1,
        at=time(1, 5),
        amount_minor=-1_095_00,
        kind="standing order",
        code=("ICDT", "STDO"),
        line="PEMBERTON LETTINGS FLAT 4",
        party=LETTINGS,
    ),
    *(
        Regular(
            holding=cast.ALICE_CURRENT,
            day=day,
            at=time(3, 30),
            amount_minor=-minor,
            kind="direct debit",
            code=("RDDT", "PMDD"),
            line=line,
            party=party,
        )
        for day, minor, line, party in (
            (3, 148_00, "WEXBRIDGE COUNCIL TAX", WEXBRIDGE_COUNCIL),
            (7, 93_40, "KESTREL ENERGY", KESTREL_ENERGY),
            (14, 32_00, "HARBOUR BROADBAND", HARBOUR_BROADBAND),
            (18, 17_50, "NIMBUS MOBILE", NIMBUS_MOBILE),
            (21, 36_25, "FENWATER", FENWATER),
        )
    ),
    Regular(
        holding=cast.BOB_CURRENT,
        day=28,
        at=time(0, 20),
        amount_minor=2_118_09,
        kind="salary",
        code=("RCDT", "SALA"),
        line="WEXBRIDGE GENERAL HOSPITAL PAY",
        party=Party(name="Wexbridge General Hospital", identification="20001176543210"),
    ),
    Regular(
        holding=cast.BOB_CURRENT,
        day=2,
        at=time(1, 5),
        amount_minor=-780_00,
        kind="standing order",
        code=("ICDT", "STDO"),
        line="PEMBERTON LETTINGS ROOM 2",
        party=LETTINGS,
    ),
    Regular(
        holding=cast.BOB_CURRENT,
        day=29,
        at=time(1, 5),
        amount_minor=-450_00,
        kind="standing order",
        code=("ICDT", "STDO"),
        line="WEXBRIDGE BUILDING SOC BOAT FUND",
        party=Party(name="Bob Ashdown", identification="20007712345670"),
    ),
    *(
        Regular(
            holding=cast.BOB_CURRENT,
            day=day,
            at=time(3, 30),
            amount_minor=-minor,
            kind="direct debit",
            code=("RDDT", "PMDD"),
            line=line,
            party=party,
        )
        for day, minor, line, party in (
            (4, 52_00, "WEXBRIDGE COUNCIL TAX", WEXBRIDGE_COUNCIL),
            (5, 61_80, "KESTREL ENERGY", KESTREL_ENERGY),
            (12, 24_00, "NIMBUS MOBILE", NIMBUS_MOBILE),
            (16, 29_99, "FORGE GYM", FORGE_GYM),
        )
    ),
)

MERCHANTS = (
    Merchant(name="Greengate Foods", category_code="5411", from_minor=6_20, to_minor=64_80, weight=8),
    Merchant(name="Copper Kettle Coffee", category_code="5814", from_minor=2_60, to_minor=7_95, weight=9),
    Merchant(name="Wexbridge Transit", category_code="4111", from_minor=1_75, to_minor=5_50, weight=8),
    Merchant(name="The Lamb & Lantern", category_code="5813", from_minor=9_40, to_minor=38_20, weight=3),
    Merchant(name="Saffron Yard Kitchen", category_code="5812", from_minor=14_50, to_minor=52_00, weight=3),
    Merchant(name="Harrow & Finch Books", category_code="5942", from_minor=5_99, to_minor=27_97, weight=2),
    Merchant(name="Oakley Chemist", category_code="5912", from_minor=3_20, to_minor=18_75, weight=2),
    Merchant(name="Roundabout Fuels", category_code="5541", from_minor=28_00, to_minor=61_40, weight=2),
    Merchant(name="Linden & Loom", category_code="5651", from_minor=16_00, to_minor=74_00, weight=1),
)
