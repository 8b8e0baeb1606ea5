"""The rows of the tax invoices: their names and limits. How fast they are is the bench's to say."""

from bench import etax


def test_rows_stand_beside_their_floors() -> None:
    per_second, whole, checked = etax.rows(rounds=1, count=3)
    assert (per_second.name, per_second.unit, per_second.floor, per_second.limit) == (
        "tax_invoices_per_s",
        "1/s",
        etax.PER_SECOND_MIN,
        1.0,
    )
    assert (whole.name, whole.limit, checked.limit) == ("tax_invoice_vs_rsa_2048", etax.RSA_LIMIT, None)
    assert whole.floor == checked.floor
    assert per_second.value > 0
