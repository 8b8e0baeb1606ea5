"""Every SQL function of the house, in the order the migrations make them."""

from models.auth.functions import FUNCTIONS as AUTH
from models.changes.functions import FUNCTIONS as CHANGES
from models.contracts.names import FUNCTIONS as CONTRACT_NAMES
from models.conversions.functions import FUNCTIONS as CONVERSIONS
from models.harmony.functions import FUNCTIONS as HARMONY
from models.identity.functions import FUNCTIONS as IDENTITY
from models.masters.functions import FUNCTIONS as MASTERS
from models.members.functions import FUNCTIONS as MEMBERS
from models.policies import FUNCTIONS as ROW_RULES
from models.signups.functions import FUNCTIONS as SIGNUPS
from models.tax_invoices.events import FUNCTIONS as HUB_EVENTS

FUNCTIONS: tuple[str, ...] = (
    *AUTH,
    *MEMBERS,
    *MASTERS,
    *IDENTITY,
    *HARMONY,
    *CHANGES,
    *CONVERSIONS,
    *SIGNUPS,
    *CONTRACT_NAMES,
    *HUB_EVENTS,
    *ROW_RULES,
)
