"""Who may see what: the standard's tables of permissions, written down as they are published, not as our code has them.

Source: AIS profile v4.0.1, "Permissions" and "Detail Permissions"; the fields are those of the resources' own pages.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

CODES = """
    ReadAccountsBasic ReadAccountsDetail ReadBalances ReadBeneficiariesBasic ReadBeneficiariesDetail ReadDirectDebits
    ReadOffers ReadPAN ReadParty ReadPartyPSU ReadProducts ReadScheduledPaymentsBasic ReadScheduledPaymentsDetail
    ReadStandingOrdersBasic ReadStandingOrdersDetail ReadStatementsBasic ReadStatementsDetail ReadTransactionsBasic
    ReadTransactionsCredits ReadTransactionsDebits ReadTransactionsDetail
"""
DIRECTIONS = ("ReadTransactionsCredits", "ReadTransactionsDebits")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One resource of the standard.

    paths: where it is read. opened_by: any one of these codes opens it; also_one_of: with one of these, if there are
    any. basic: the fields that are then shown; unlocked: those that need the code `detail`. card_number: the fields
    that a card's number stands in.
    """

    member: str
    paths: tuple[str, ...]
    opened_by: tuple[str, ...]
    basic: frozenset[str]
    also_one_of: tuple[str, ...] = ()
    detail: str = ""
    unlocked: frozenset[str] = frozenset()
    card_number: frozenset[str] = frozenset()

    @property
    def fields(self) -> frozenset[str]:
        """Every field of the resource."""
        return self.basic | self.unlocked

    def is_open(self, held: frozenset[str]) -> bool:
        """Whether a consent with these permissions may read it."""
        return bool(held & set(self.opened_by)) and (not self.also_one_of or bool(held & set(self.also_one_of)))

    def shown(self, held: frozenset[str]) -> frozenset[str]:
        """The fields that a consent with these permissions is shown."""
        if not self.is_open(held):
            return frozenset()
        return self.fields if self.detail in held else self.basic

    def shows_a_card(self, held: frozenset[str]) -> bool:
        """Whether a card's number stands in the answer: as it is under ReadPAN, else its last digits."""
        return bool(self.shown(held) & self.card_number)

    def directions(self, held: frozenset[str]) -> set[str]:
        """Credit or Debit: what a consent with these permissions is shown of either."""
        return {code.removeprefix("ReadTransactions").removesuffix("s") for code in held & set(self.also_one_of)}


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TRANSACTIONS = Subject(
    member="Transaction",
    paths=("accounts/<str:AccountId>/transactions", "transactions"),
    opened_by=("ReadTransactionsBasic", "ReadTransactionsDetail"),
    also_one_of=DIRECTIONS,
    basic=words("""
        AccountId TransactionId TransactionReference StatementReference CreditDebitIndicator Status
        TransactionMutability BookingDateTime ValueDateTime AddressLine Amount ChargeAmount CurrencyExchange
        BankTransactionCode ProprietaryBankTransactionCode ExtendedProprietaryBankTransactionCodes CardInstrument
        CategoryPurposeCode PaymentPurposeCode
    """),
    detail="ReadTransactionsDetail",
    unlocked=words("""
        TransactionInformation Balance MerchantDetails CreditorAgent CreditorAccount DebtorAgent DebtorAccount
        UltimateCreditor UltimateDebtor IntermediaryAgent1 IntermediaryAgent2 IntermediaryAgent3
    """),
    card_number=words("CreditorAccount DebtorAccount CardInstrument"),
)
SUBJECTS = (
    Subject(
        member="Account",
        paths=("accounts", "accounts/<str:AccountId>"),
        opened_by=("ReadAccountsBasic", "ReadAccountsDetail"),
        basic=words("""
            AccountId Status StatusUpdateDateTime Currency AccountCategory AccountTypeCode Description Nickname
            OpeningDate MaturityDate SwitchStatus
        """),
        detail="ReadAccountsDetail",
        unlocked=words("Account Servicer StatementFrequencyAndFormat"),
        card_number=words("Account"),
    ),
    Subject(
        member="Balance",
        paths=("accounts/<str:AccountId>/balances", "balances"),
        opened_by=("ReadBalances",),
        basic=words("AccountId CreditDebitIndicator Type DateTime Amount CreditLine"),
    ),
    TRANSACTIONS,
    Subject(
        member="Beneficiary",
        paths=("accounts/<str:AccountId>/beneficiaries", "beneficiaries"),
        opened_by=("ReadBeneficiariesBasic", "ReadBeneficiariesDetail"),
        basic=words("AccountId BeneficiaryId BeneficiaryType Reference"),
        detail="ReadBeneficiariesDetail",
        unlocked=words("CreditorAgent CreditorAccount"),
        card_number=words("CreditorAccount"),
    ),
    Subject(
        member="DirectDebit",
        paths=("accounts/<str:AccountId>/direct-debits", "direct-debits"),
        opened_by=("ReadDirectDebits",),
        basic=words("""
            AccountId DirectDebitId DirectDebitStatusCode Name MandateRelatedInformation PreviousPaymentDateTime
            PreviousPaymentAmount
        """),
    ),
    Subject(
        member="StandingOrder",
        paths=("accounts/<str:AccountId>/standing-orders", "standing-orders"),
        opened_by=("ReadStandingOrdersBasic", "ReadStandingOrdersDetail"),
        basic=words("""
            AccountId StandingOrderId NextPaymentDateTime LastPaymentDateTime StandingOrderStatusCode
            FirstPaymentAmount NextPaymentAmount LastPaymentAmount FinalPaymentAmount MandateRelatedInformation
            RemittanceInformation
        """),
        detail="ReadStandingOrdersDetail",
        unlocked=words("CreditorAgent CreditorAccount"),
        card_number=words("CreditorAccount"),
    ),
    Subject(
        member="Product",
        paths=("accounts/<str:AccountId>/product", "products"),
        opened_by=("ReadProducts",),
        basic=words("AccountId ProductName ProductId SecondaryProductId ProductType MarketingStateId PCA"),
    ),
    Subject(
        member="Offer",
        paths=("accounts/<str:AccountId>/offers", "offers"),
        opened_by=("ReadOffers",),
        basic=words("""
            AccountId OfferId OfferType Description StartDateTime EndDateTime Rate Value Term URL Amount Fee
        """),
    ),
    Subject(
        member="Party",
        paths=("accounts/<str:AccountId>/parties", "accounts/<str:AccountId>/party"),
        opened_by=("ReadParty",),
        basic=words("""
            PartyId PartyNumber PartyType Name FullLegalName LegalStructure LEI BeneficialOwnership AccountRole
            EmailAddress Phone Mobile Relationships Address
        """),
    ),
    Subject(
        member="Party",
        paths=("party",),
        opened_by=("ReadPartyPSU",),
        basic=words("PartyId PartyNumber Name FullLegalName LegalStructure LEI EmailAddress Phone Mobile Address"),
    ),
    Subject(
        member="ScheduledPayment",
        paths=("accounts/<str:AccountId>/scheduled-payments", "scheduled-payments"),
        opened_by=("ReadScheduledPaymentsBasic", "ReadScheduledPaymentsDetail"),
        basic=words("""
            AccountId ScheduledPaymentId ScheduledPaymentDateTime ScheduledType Reference DebtorReference
            InstructedAmount
        """),
        detail="ReadScheduledPaymentsDetail",
        unlocked=words("CreditorAgent CreditorAccount"),
        card_number=words("CreditorAccount"),
    ),
    Subject(
        member="Statement",
        paths=(
            "accounts/<str:AccountId>/statements",
            "statements",
            "accounts/<str:AccountId>/statements/<str:StatementId>",
        ),
        opened_by=("ReadStatementsBasic", "ReadStatementsDetail"),
        basic=words("""
            AccountId StatementId StatementReference Type StartDateTime EndDateTime CreationDateTime
            StatementDescription StatementBenefit StatementFee StatementInterest StatementDateTime StatementRate
            StatementValue TotalValue
        """),
        detail="ReadStatementsDetail",
        unlocked=words("StatementAmount"),
    ),
    Subject(
        member="",  # a document
        paths=("accounts/<str:AccountId>/statements/<str:StatementId>/file",),
        opened_by=("ReadStatementsDetail",),
        basic=frozenset(),
    ),
    replace(TRANSACTIONS, paths=("accounts/<str:AccountId>/statements/<str:StatementId>/transactions",)),
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One consent that asks for one path; a cell for each field of the resource."""

    held: frozenset[str]
    path: str
    subject: Subject

    @property
    def name(self) -> str:
        """How a test run calls it."""
        return f"{'+'.join(sorted(self.held))} {self.path}".replace("<str:", "").replace(">", "")

    @property
    def cells(self) -> int:
        """How many answers of the table it is held against: whether it is open, the card, directions, each field."""
        return 2 + len(self.subject.also_one_of) + len(self.subject.fields)


def cases() -> Iterator[Case]:
    """Every code alone with every path; and with its own paths, every sum of the codes that a resource knows."""
    for subject in SUBJECTS:
        for held in sorted({frozenset({code}) for code in words(CODES)} | set(_sums(subject)), key=sorted):
            for path in subject.paths:
                yield Case(held=held, path=path, subject=subject)


def _sums(subject: Subject) -> Iterator[frozenset[str]]:
    own = [frozenset({code}) for code in subject.opened_by]
    for opened in [*own, frozenset(subject.opened_by)]:
        for number in (frozenset(), frozenset({"ReadPAN"})):
            for directions in ((), subject.also_one_of[:1], subject.also_one_of[1:], subject.also_one_of):
                yield opened | number | frozenset(directions)
