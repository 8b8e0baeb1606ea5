"""Whether two spellings of 예금주 are the same name: banks write companies and blanks each in their own way. Pure."""

import re

from models.kernel.text import clean_line, narrow

_FORMS = re.compile(
    r"㈜|㈔|㈕|\((?:주|유|재|사|합)\)|주식회사|유한회사|유한책임회사|재단법인|사단법인|합자회사|합명회사"
)
_SIGNS = re.compile(r"[\s().,·&'\"-]")


def plain_name(name: str) -> str:
    """A name without legal form, blanks, brackets and case: 「주식회사 카카오」 and 「㈜ 카카오」 are one."""
    found = narrow(clean_line(name))
    return _SIGNS.sub("", _FORMS.sub("", found)).casefold()


def same_holder(typed: str, found: str) -> bool:
    """Whether the bank's holder is the one that was typed; a name of nothing but its legal form is nobody's."""
    wanted = plain_name(typed)
    return bool(wanted) and wanted == plain_name(found)
