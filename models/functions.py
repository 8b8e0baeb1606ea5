"""Every SQL function of the house, in the order the migrations make them."""

from models.auth.functions import FUNCTIONS as AUTH

FUNCTIONS: tuple[str, ...] = (*AUTH,)
