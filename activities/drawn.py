"""The jobs that set papers, as a worker knows them.

What draws weighs twelve megabytes, and a worker as a rule draws nothing: it is loaded with the first of these jobs, in
the job's own thread.
"""

from temporalio import activity

from models.processes.messages import Job


@activity.defn(name="build_contract_papers")
def build_contract_papers(job: Job) -> None:
    from activities.contract_papers import ContractPapers

    ContractPapers().build_contract_papers(job)


@activity.defn(name="build_contract_finals")
def build_contract_finals(job: Job) -> None:
    from activities.contract_papers import ContractPapers

    ContractPapers().build_contract_finals(job)


@activity.defn(name="build_order_sheet")
def build_order_sheet(job: Job) -> None:
    from activities import order_papers

    order_papers.build_order_sheet(job)


@activity.defn(name="build_order_final")
def build_order_final(job: Job) -> None:
    from activities import order_papers

    order_papers.build_order_final(job)


@activity.defn(name="build_settlement_statement")
def build_settlement_statement(job: Job) -> None:
    from activities import settlement_papers

    settlement_papers.build_settlement_statement(job)


@activity.defn(name="build_tax_invoice_paper")
def build_tax_invoice_paper(job: Job) -> None:
    from activities import tax_invoice_papers

    tax_invoice_papers.build_tax_invoice_paper(job)


@activity.defn(name="build_tax_invoice_preview")
def build_tax_invoice_preview(job: Job) -> None:
    from activities import tax_invoice_papers

    tax_invoice_papers.build_tax_invoice_preview(job)


@activity.defn(name="build_credit_statement")
def build_credit_statement(job: Job) -> None:
    """The statement of one report whose sums were put right."""
    from activities import credits_statements

    credits_statements.build_statement(job)
