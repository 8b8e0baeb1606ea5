"""What can be wrong with a document, its signature or a certificate: codes, with their Korean sentences in wording."""

from models.etax.wording import SENTENCES


class Fault(Exception):  # noqa: N818 - an expected answer, not an error of the program
    """Base: `code` is a key of wording.SENTENCES, `sentence` what a person reads."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    @property
    def sentence(self) -> str:
        """The Korean sentence of the code."""
        return SENTENCES[self.code]


class Malformed(Fault):
    """XML that is refused before anybody looks at what it says, or that cannot be read as an invoice."""

    def __init__(self, code: str, path: str = "/") -> None:
        super().__init__(code)
        self.path = path

    def __str__(self) -> str:
        return f"{self.code} at {self.path}"


class BadSignature(Fault):
    """A signature that is missing, of another profile, or does not fit the document."""


class BadCertificate(Fault):
    """A PKCS#12 file or a certificate that cannot be used."""


class NotAmendable(Fault):
    """The original and the reason do not go together."""
