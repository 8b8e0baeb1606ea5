"""Every SQL function of the house, in the order the migrations make them."""

from models.auth.functions import FUNCTIONS as AUTH
from models.masters.functions import FUNCTIONS as MASTERS
from models.members.functions import FUNCTIONS as MEMBERS

FUNCTIONS: tuple[str, ...] = (
    *AUTH,
    *MEMBERS,
    *MASTERS,
)
