"""Credits: what things cost in the sandbox, and one account for each merchant.

The vendor's guide says what costs credits, and the surcharges for translation and full-session recording (API facts:
+0.1 a result, +0.2 audio, +0.4 video). The base prices are the sandbox's own.
"""

from attrs import define

from jobmojito.sandbox.refusals import Refusal

# In tenths of a credit, so that sums stay exact.
PRICES = {
    "interview_created": 10,
    "pre_screening": 5,
    "interview_invitation": 1,
    "report": 2,
    "report_translation": 1,
}
RECORDING = {"audio_all": 2, "video_all": 4}
MONTHLY_LIMIT = 1000


@define
class Account:
    """A merchant's credits in tenths: this month's are used up first, then the extra ones."""

    monthly: int
    monthly_limit: int
    extra: int
    spent: int = 0

    @classmethod
    def opened(cls, balance: float) -> "Account":
        """An account with so many credits, at most a hundred of them monthly."""
        tenths = round(balance * 10)
        monthly = min(tenths, MONTHLY_LIMIT)
        return cls(monthly, monthly, tenths - monthly)

    @property
    def left(self) -> int:
        """What can still be spent."""
        return self.monthly + self.extra

    def spend(self, tenths: int) -> None:
        """Take credits. Raises a 422 without a field, and takes nothing, if there are too few."""
        if tenths > self.left:
            raise Refusal(422, f"Not enough credits: {tenths / 10:g} needed, {self.left / 10:g} left")
        from_month = min(tenths, self.monthly)
        self.monthly -= from_month
        self.extra -= tenths - from_month
        self.spent += tenths
