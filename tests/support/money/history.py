"""A random history of one person who wants as many pictures for as little money as there is.

Every step is told to the local Stripe and to all books, which must agree. After every step the sums are checked against
what was bought, read from Stripe's invoices alone.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Final

from libs.services.billing.paid_time import month_of
from local.stripe.billing import CardRefused
from local.stripe.objects import Object
from tests.support.money.books import MOMENT, PLANS, Books, Model, calendar_month, plan_of
from tests.support.money.stripe_account import SOLD, Clock, Paid, StripeAccount

GOOD_CARD: Final = "4242 4242 4242 4242"
FAILS_LATER: Final = "4000 0000 0000 0341"
STEPS: Final = 30
# Credits are whole: a month of shares is rounded.
ROUNDED: Final = 0.5 + 1e-6


class History:
    """The steps and the books. `others` keep the same books in another way and must say the same."""

    def __init__(self, seed: int, others: Callable[[Clock], Sequence[Books]] = lambda _clock: ()) -> None:
        self.random = Random(seed)
        start = datetime(2028, 1, 1, tzinfo=UTC) + timedelta(seconds=self.random.randrange(730 * 86_400))
        self.clock = Clock(start)
        self.stripe = StripeAccount(self.clock)
        self.model = Model(self.clock)
        self.books: list[Books] = [self.model, *others(self.clock)]
        self.log: list[str] = [f"seed {seed}"]
        self.account = 0
        self.customer = ""
        self.runs = 0
        self.open: int | None = None
        self.lost: dict[str, datetime] = {}
        self.disputes: dict[str, str] = {}
        self.customers: list[str] = []
        self.sign_up()

    def run(self) -> None:
        """A whole history. Raises AssertionError, with the steps that led to it."""
        steps: dict[Callable[[], None], int] = {
            self.submit: 8,
            self.spend: 4,
            self.end_run: 8,
            self.pass_time: 7,
            self.buy: 5,
            self.change_plan: 5,
            self.change_card: 3,
            self.cancel_plan: 1,
            self.resume_plan: 1,
            self.give_up: 1,
            self.dispute: 1,
            self.decide_dispute: 2,
            self.refund: 1,
            self.grant: 1,
            self.delete_and_come_back: 2,
        }
        try:
            for step in self.random.choices([*steps], [*steps.values()], k=STEPS):
                self.clock.now += MOMENT
                self.log.append(f"{self.clock.now:%Y-%m-%d %H:%M:%S} {step.__name__}")
                step()
                self.check()
        except AssertionError as error:
            raise AssertionError("\n".join([*self.log, str(error)])) from error

    # ---- Runs

    def submit(self) -> None:
        self._reserve(self.random.choice([1, 1, 2, 2, 3, 4]))

    def spend(self) -> None:
        """All that is left, picture by picture."""
        while self._reserve(1) is None:
            self._succeed(1)
        if self.random.random() < 0.5 and self.open is not None:
            self.end_run()

    def end_run(self) -> None:
        if self.open is None:
            return
        job = self.model.jobs[self.open]
        kind = self.random.choice(["succeed", "succeed", "short", "cancel", "cancel_late", "refused", "failed"])
        self.log.append(f"  run {job.number}: {kind}")
        match kind:
            case "succeed":
                self._succeed(job.variants)
            case "short":
                self._succeed(self.random.randint(1, job.variants))
            case "cancel_late":
                pictures = self.random.randint(1, job.variants)
                self._end(lambda books: books.cancel(job.number, pictures))
            case _:
                code = {"cancel": "canceled", "refused": "safety_blocked", "failed": "provider_failed"}[kind]
                self._end(lambda books: books.fail(job.number, code))

    def grant(self) -> None:
        amount = self.random.randint(1, 6)
        for books in self.books:
            books.grant(self.account, amount)

    # ---- Plans

    def buy(self) -> None:
        if self.stripe.running(self.customer) is None:
            price = self.random.choice([*SOLD])
            self.log.append(f"  {price}")
            self.stripe.buy(self.customer, price, self.random.choice([GOOD_CARD, GOOD_CARD, FAILS_LATER]))
            self._sync()

    def change_plan(self) -> None:
        """As the portal does it that `setup` has made: upgrades at once, downgrades and shorter intervals later.

        Who has canceled resumes first.
        """
        running = self.stripe.running(self.customer)
        if running is None or running["status"] not in {"active", "past_due"} or running["cancel_at"] is not None:
            return
        # Stripe's credit for what was disputed pays nothing (decision 31).
        if self.lost:
            return
        price = self.random.choice([one for one in SOLD if one != self.stripe.price_of(running).id])
        self.log.append(f"  {price}")
        self.stripe.change(running, SOLD[price], self.stripe.portal())
        self._sync()

    def change_card(self) -> None:
        """A good card pays what is open, the credits in it included: see change_plan()."""
        if self.lost:
            return
        try:
            self.stripe.use_card(self.customer, self.random.choice([GOOD_CARD, FAILS_LATER]))
        except CardRefused:
            return
        self._sync()

    def cancel_plan(self) -> None:
        running = self.stripe.running(self.customer)
        if running is not None and running["status"] == "active":
            self.stripe.cancel(running, self.stripe.portal())
            self._sync()

    def resume_plan(self) -> None:
        running = self.stripe.running(self.customer)
        if running is not None and running["cancel_at"] is not None:
            self.stripe.resume(running)
            self._sync()

    def give_up(self) -> None:
        """Stripe ends what was not paid for some weeks."""
        running = self.stripe.running(self.customer)
        if running is not None and running["status"] == "past_due":
            self.stripe.end(running)
            self._sync()

    def dispute(self) -> None:
        for charge in self.stripe.charges(self.customer)[:1]:
            if not charge["disputed"] and not charge["refunded"]:
                dispute = self.stripe.invoices.dispute(charge, "needs_response")
                self.disputes[dispute["id"]] = self._lose(charge)
                self._sync()

    def decide_dispute(self) -> None:
        for dispute, invoice in list(self.disputes.items()):
            outcome = self.random.choice(["won", "lost"])
            self.log.append(f"  {outcome}")
            self.stripe.invoices.close_dispute(self.stripe.store.get("dispute", dispute), outcome)
            del self.disputes[dispute]
            if outcome == "won":
                del self.lost[invoice]
            self._sync()

    def refund(self) -> None:
        for charge in self.stripe.charges(self.customer)[:1]:
            if charge["disputed"] or charge["refunded"]:
                return
            in_full = self.random.random() < 0.5
            self.stripe.invoices.refund(charge, None if in_full else charge["amount"] // 3)
            if in_full:
                self._lose(charge)
            self._sync()

    # ---- Accounts and time

    def sign_up(self) -> None:
        self.account += 1
        for books in self.books:
            books.sign_up(self.account)
        self.customer = self.stripe.add_customer()
        self.customers.append(self.customer)

    def delete_and_come_back(self) -> None:
        self.stripe.delete_customer(self.customer)
        for books in self.books:
            books.delete(self.account)
        self.open = None
        self.disputes.clear()
        self.clock.now += MOMENT
        self.sign_up()

    def pass_time(self) -> None:
        """Minutes to weeks; what Stripe has to do meanwhile is done at its time."""
        until = self.clock.now + self.random.choice([timedelta(hours=1), timedelta(days=1), timedelta(days=40)]) * (
            self.random.random()
        )
        while (due := self.stripe.due(self.customer)) is not None and due <= until:
            self.clock.now = max(due, self.clock.now)
            self.stripe.renew_due()
            self._sync()
            self.check()
        self.clock.now = max(until.replace(microsecond=0), self.clock.now)

    # ---- What must hold

    def check(self) -> None:
        """The books agree, who paid has exactly what was bought, and the provider works for what is paid or free."""
        said = [books.usage(self.account) for books in self.books]
        assert all(one == said[0] for one in said), said
        self._check_month(said[0].used, said[0].limit)
        self._check_sums()

    def _check_month(self, used: int, limit: int) -> None:
        standing, _ = self.stripe.paid_time(self.customer, self.lost)
        running = [one for one in standing if one.starts <= self.clock.now < one.ends]
        if not running:
            return
        part, soon = running[-1], self.clock.now + MOMENT
        first, first_ends, bought = _bought_in_first_month(standing, part)
        since = first
        if first_ends <= self.clock.now:
            since, _ = month_of(part.period_start, part.period_end, self.clock.now)
            monthly = PLANS[plan_of(part.price_id)].credits
            if first < part.starts:
                # What was used before a change beyond what was bought is missing now; what was left is gone.
                months = round((since - first_ends) / timedelta(days=30.4)) + 1
                before, granted = self.model.between(self.account, first, since)
                bought = max(min(monthly, bought + months * monthly + granted - before), 0)
            else:
                bought = monthly
        own, granted = self.model.between(self.account, since, soon)
        facts = f"used {used}, limit {limit}; used {own}, bought {bought:.2f}, granted {granted} since {since}"
        assert used == own, facts
        assert abs(limit - bought - granted) <= ROUNDED, facts

    def _check_sums(self) -> None:
        granted = sum(amount for _, _, amount in self.model.grants)
        free: Counter[datetime] = Counter()
        days: Counter[date] = Counter()
        paid = 0
        for job in self.model.jobs.values():
            if job.is_free:
                free[calendar_month(job.at)[0]] += job.taken
            else:
                paid += job.taken
            if job.given_back_at is not None:
                days[job.given_back_at.date()] += 1
        times = [self.stripe.paid_time(customer, self.lost) for customer in self.customers]
        soon = self.clock.now + MOMENT
        bought = sum(
            # Used before a change, and paid by the months after it.
            _bought(one, one.ends if before is not None and before.is_cut else min(one.ends, soon))
            for standing, gone in times
            for before, one in [*pairwise([None, *standing]), *((None, one) for one in gone)]
            if one is not None
        )
        changes = sum(len(standing) + len(gone) for standing, gone in times)
        assert paid <= bought + granted + ROUNDED * changes, f"paid runs took {paid}, bought {bought:.2f}"
        assert max(free.values(), default=0) <= PLANS["free"].credits + granted, free
        assert max(days.values(), default=0) <= max(plan.given_back for plan in PLANS.values()), days

    # ---- How a step is told to everybody

    def _reserve(self, variants: int) -> str | None:
        self.clock.now += MOMENT
        self.runs += 1
        answers = [books.reserve(self.account, self.runs, variants) for books in self.books]
        self.log.append(f"  run {self.runs} of {variants}: {answers}")
        assert len(set(answers)) == 1, answers
        if answers[0] is None:
            self.open = self.runs
        return answers[0]

    def _succeed(self, pictures: int) -> None:
        number = self.runs if self.open is None else self.open
        self._end(lambda books: books.succeed(number, pictures))

    def _end(self, tell: Callable[[Books], None]) -> None:
        for books in self.books:
            tell(books)
        self.open = None

    def _sync(self) -> None:
        """As each event of Stripe makes us."""
        state = self.stripe.state_of(self.customer)
        for books in self.books:
            books.apply(self.account, state)

    def _lose(self, charge: Object) -> str:
        invoice = self.stripe.invoice_of_charge(charge)
        self.lost[invoice] = self.clock.now
        return invoice


def _bought_in_first_month(standing: Sequence[Paid], running: Paid) -> tuple[datetime, datetime, float]:
    """From when to when credits count together at first, and how many were bought: shares of months, by their time."""
    begins, first_ends = month_of(running.period_start, running.period_end, running.starts)
    since, follower = running.starts, running
    bought = PLANS[plan_of(running.price_id)].credits * ((first_ends - since) / (first_ends - begins))
    for before in reversed(standing[: standing.index(running)]):
        if before.subscription_id != follower.subscription_id or not before.is_cut or since != follower.starts:
            break
        begins, ends = month_of(before.period_start, before.period_end, before.ends - timedelta(seconds=1))
        if ends == before.ends:
            break
        since, follower = max(begins, before.starts), before
        bought += PLANS[plan_of(before.price_id)].credits * ((before.ends - since) / (ends - begins))
    return since, first_ends, bought


def _bought(paid: Paid, until: datetime) -> float:
    """The credits of the months of a part that begin until then; a part that was cut has a share of its last one."""
    bought, begins = 0.0, paid.starts
    while begins < until:
        month = month_of(paid.period_start, paid.period_end, begins)
        cut = min(month[1], paid.ends) if paid.is_cut else month[1]
        bought += PLANS[plan_of(paid.price_id)].credits * ((cut - begins) / (month[1] - month[0]))
        begins = month[1]
    return bought
