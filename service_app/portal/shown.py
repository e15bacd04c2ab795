"""What the portal's templates may say."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from service_app import refusals
from service_app.contracts.allowed import Reason
from service_app.portal import costs, words


def reason(found: Reason) -> str:
    """Why not, in a sentence."""
    return refusals.say(*found)


def because_of(row: Any, currency: str) -> str:
    """Why an amount is what it is, where the rule has words."""
    return costs.why(row.rule, row.figures, currency)


def install(pages: Blueprint) -> None:
    """Hand these to the templates."""
    pages.add_app_template_filter(reason, "reason")
    pages.add_app_template_filter(because_of, "because_of")
    pages.add_app_template_filter(words.of_contract, "contract_said")
    pages.add_app_template_filter(words.of_line, "line_said")
    pages.app_context_processor(
        lambda: {
            "portal_charges": words.CHARGE, "portal_deposit": words.DEPOSIT, "portal_documents": words.DOCUMENTS,
            "portal_requests": words.REQUESTS, "portal_swap_reasons": words.SWAP_REASONS,
        }
    )  # fmt: skip
