"""What the portal's templates may say."""

from __future__ import annotations

from flask import Blueprint

from service_app import refusals
from service_app.contracts.allowed import Reason
from service_app.portal import words


def reason(found: Reason) -> str:
    """Why not, in a sentence."""
    return refusals.say(*found)


def install(pages: Blueprint) -> None:
    """Hand these to the templates."""
    pages.add_app_template_filter(reason, "reason")
    pages.add_app_template_filter(words.of_contract, "contract_said")
    pages.add_app_template_filter(words.of_line, "line_said")
    pages.app_context_processor(
        lambda: {
            "portal_charges": words.CHARGE, "portal_deposit": words.DEPOSIT, "portal_documents": words.DOCUMENTS,
            "portal_requests": words.REQUESTS, "portal_swap_reasons": words.SWAP_REASONS,
        }
    )  # fmt: skip
