"""The shape of what is typed about products, plans and care plans; the rules are in the operations."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.fields.choices import SelectChoice

from service_app.catalogue import repair_categories, words
from service_app.catalogue.characteristics import EndOfLife, Facilities, Function, Geometry, Properties
from service_app.catalogue.defaults import STANDARD_IN, STANDARD_OUT, new_product
from service_app.catalogue.models import Plan, Product
from service_app.catalogue.operations import Handling, ProductFacts
from service_app.catalogue.plan_operations import PlanFacts, Tier
from service_app.catalogue.rules import PlanRules
from service_app.catalogue.rules_form import RulesFields
from service_app.core import clock
from service_app.core.fields import AmountField, LinesField, MeasureField, WholeField
from service_app.core.forms import VersionedForm, choices_of
from service_app.core.i18n import LANGUAGES
from service_app.core.money import ZERO
from service_app.workshops.models import HouseDefaults
from service_app.workshops.operations.defaults import ProductDefaults

_CODE_FIELD = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}


def tidy(text: str | None) -> str:
    """A text without the spaces around it."""
    return (text or "").strip()


def choices(table: Mapping[str, Any], blank: Any = None) -> list[SelectChoice]:
    """A table of words as the choices of a field."""
    first = [SelectChoice("", blank)] if blank is not None else []
    return first + [SelectChoice(code, label) for code, label in table.items()]


def _number_or_none(value: Any) -> int | None:
    """A number chosen from a list; None for no choice and for what is no number of the list."""
    return int(value) if str(value or "").isdecimal() else None


def _repair_categories() -> list[SelectChoice]:
    """The categories of the standard that can be chosen today."""
    return choices_of([("", gettext("none")), *repair_categories.named(clock.now().date())])


class TextsForm(Form):
    """A text in each language."""

    fr = StringField("Français", filters=[tidy])
    nl = StringField("Nederlands", filters=[tidy])
    en = StringField("English", filters=[tidy])


class LongTextsForm(Form):
    """A longer text in each language."""

    fr = TextAreaField("Français", filters=[tidy], render_kw={"rows": 2})
    nl = TextAreaField("Nederlands", filters=[tidy], render_kw={"rows": 2})
    en = TextAreaField("English", filters=[tidy], render_kw={"rows": 2})


class MaterialForm(Form):
    """A material and its share of the mass."""

    code = SelectField(_l("Material"), choices=choices(words.MATERIALS, _l("Choose…")))
    share = WholeField(_l("Share"))


class PartForm(Form):
    """A part worth taking out."""

    part = StringField(_l("Part"), filters=[tidy])
    share = WholeField(_l("Usable in"))


class RepairPriceForm(Form):
    """What it costs to put a part right."""

    part = StringField(_l("Part"), filters=[tidy])
    amount = AmountField(_l("Cost to put right"))


class FractionForm(Form):
    """What is left of it, by fraction."""

    code = SelectField(_l("Fraction"), choices=choices(words.FRACTIONS, _l("Choose…")))
    mass = MeasureField(_l("Mass"))


class ProductForm(VersionedForm):
    """A product: what it is, the five characteristics, how it is handled."""

    code = StringField(_l("Code"), filters=[tidy], render_kw=_CODE_FIELD, description=_l("Short, such as CB-L."))
    name = FormField(TextsForm, _l("Name"))
    description = FormField(LongTextsForm, _l("Description for customers"))
    brand = StringField(_l("Brand"), filters=[tidy])
    category = StringField(_l("Category"), filters=[tidy])
    repair_category_id = SelectField(
        _l("Category for repairs"), coerce=_number_or_none, choices=_repair_categories, validate_choice=False,
        description=_l("Of the Open Repair Data list, by which repairs are counted. None for what has no plug or battery."),
    )  # fmt: skip
    circular_model = RadioField(_l("Circular model"), choices=choices(words.MODELS), default="better_use")
    is_active = BooleanField(_l("Offered: new contracts can be made on it"), default=True)
    length_mm = WholeField(_l("Length"))
    width_mm = WholeField(_l("Width"))
    height_mm = WholeField(_l("Height"))
    mass_g = MeasureField(_l("Mass"))
    storage_volume_ml = MeasureField(_l("Storage volume"))
    materials = FieldList(FormField(MaterialForm), max_entries=20)
    hazard_classes = SelectMultipleField(
        _l("Hazards"), choices=choices(words.HAZARDS), option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
    )  # fmt: skip
    function = FormField(TextsForm, _l("What it is for"))
    service_unit = SelectField(_l("Its service is counted by"), choices=choices(words.UNITS, _l("not counted")))
    bench = StringField(_l("Bench"), filters=[tidy], description=_l("The place that making or repairing it takes."))
    tools = LinesField(_l("Tools"), description=_l("One a line."), render_kw={"rows": 3})
    skills = LinesField(_l("Skills"), description=_l("One a line."), render_kw={"rows": 3})
    end_of_life_route = RadioField(_l("Route at end of life"), choices=choices(words.ROUTES), default="redeploy")
    recoverable_parts = FieldList(FormField(PartForm), max_entries=20)
    fractions = FieldList(FormField(FractionForm), max_entries=20)
    buffer_before_minutes = WholeField(_l("Kept free before"), default=0)
    buffer_after_minutes = WholeField(_l("Kept free after"), default=0)
    replacement_amount = AmountField(_l("Replacement value"))
    meter_unit = StringField(_l("Unit of its meter"), filters=[tidy], description=_l("Such as km or h."))
    exchange_group = StringField(
        _l("Exchange group"),
        filters=[tidy],
        description=_l("Products with the same word here may be swapped for each other."),
    )
    repair_prices = FieldList(FormField(RepairPriceForm), max_entries=30)
    accessories = LinesField(_l("What belongs to it"), description=_l("One a line."), render_kw={"rows": 3})
    out_checklist = LinesField(
        _l("Checked when it goes out"), render_kw={"rows": 3},
        description=_l("One a line; in several languages as: French | Dutch | English."),
    )  # fmt: skip
    in_checklist = LinesField(_l("Checked when it comes back"), render_kw={"rows": 3}, description=_l("One a line."))

    @classmethod
    def begun(cls, defaults: HouseDefaults) -> Any:
        """The form of a new product, with what products here begin with."""
        filled = DefaultsForm.over(defaults)
        return cls(
            formdata=None, data={name: field.data for name, field in filled._fields.items() if name != "version"}
        )

    @classmethod
    def over(cls, product: Product) -> Any:
        """The form filled from a product, bare of what was posted."""
        columns = {column.key: getattr(product, column.key) for column in Product.__table__.columns}
        columns |= {
            "materials": [{"code": row["material"], "share": row["share"]} for row in product.materials],
            "fractions": [{"code": row["fraction"], "mass": row["mass_g"]} for row in product.fractions],
            "repair_prices": [row | {"amount": Decimal(row["amount"])} for row in product.repair_prices],
            "out_checklist": [_as_line(step) for step in product.out_checklist],
            "in_checklist": [_as_line(step) for step in product.in_checklist],
        }
        return cls(formdata=None, data=columns)

    def facts(self) -> ProductFacts:
        """What was typed, for the operations."""
        return ProductFacts(
            code=self.code.data,
            name=self.name.data,
            description=self.description.data,
            brand=self.brand.data,
            category=self.category.data,
            repair_category_id=self.repair_category_id.data,
            circular_model=self.circular_model.data,
            is_active=self.is_active.data,
            geometry=Geometry(*(self[name].data for name in Geometry.__dataclass_fields__)),
            properties=Properties(self._shares(self.materials, "material"), tuple(self.hazard_classes.data or ())),
            function=Function(self.function.data, self.service_unit.data or ""),
            facilities=Facilities(self.bench.data, self.tools.data or (), self.skills.data or ()),
            end_of_life=self._end_of_life(),
            handling=self._handling(),
        )

    def _shares(self, rows: FieldList, name: str) -> tuple[Mapping[str, Any], ...]:
        return tuple({name: row["code"], "share": row["share"] or 0} for row in rows.data if row["code"])

    def _end_of_life(self) -> EndOfLife:
        parts = [
            {"part": row["part"], "share": row["share"] or 0} for row in self.recoverable_parts.data if row["part"]
        ]
        left = [{"fraction": row["code"], "mass_g": row["mass"] or 0} for row in self.fractions.data if row["code"]]
        return EndOfLife(self.end_of_life_route.data, tuple(parts), tuple(left))

    def _handling(self) -> Handling:
        return Handling(
            buffer_before_minutes=self.buffer_before_minutes.data or 0,
            buffer_after_minutes=self.buffer_after_minutes.data or 0,
            replacement_amount=self.replacement_amount.data,
            meter_unit=self.meter_unit.data,
            exchange_group=self.exchange_group.data or "",
            accessories=self.accessories.data or (),
            out_checklist=_steps(self.out_checklist.data or ()),
            in_checklist=_steps(self.in_checklist.data or ()),
            repair_prices=tuple(
                {"part": row["part"], "amount": row["amount"] or ZERO} for row in self.repair_prices.data if row["part"]
            ),
        )

    def rows_changed(self, posted: Mapping[str, str]) -> bool:
        """Whether a button asked for one more row of a list; adds it."""
        name = posted.get("more", "")
        if name not in ("materials", "recoverable_parts", "fractions", "repair_prices"):
            return False
        self[name].append_entry()
        return True


def _as_line(step: Mapping[str, Any]) -> str:
    texts = [step["text"].get(code, "") for code in LANGUAGES]
    return " | ".join(texts) if any(texts[1:]) else texts[0]


def _steps(lines: Sequence[str]) -> tuple[Mapping[str, Any], ...]:
    """Lines of a checklist as steps: a code from the first words, a text per language."""
    found = []
    for number, line in enumerate(lines, start=1):
        texts = [part.strip() for part in line.split("|")]
        named = dict(zip(LANGUAGES, texts, strict=False))
        plain = unicodedata.normalize("NFKD", texts[0].casefold()).encode("ascii", "ignore").decode()
        slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40]
        found.append({"code": f"{number}-{slug}", "text": {code: text for code, text in named.items() if text}})
    return tuple(found)


class DefaultsForm(VersionedForm):
    """What new products begin with."""

    buffer_before_minutes = WholeField(_l("Kept free before"), default=0)
    buffer_after_minutes = WholeField(_l("Kept free after"), default=0)
    out_checklist = LinesField(
        _l("Checked when it goes out"), render_kw={"rows": 4},
        description=_l("One a line; in several languages as: French | Dutch | English."),
    )  # fmt: skip
    in_checklist = LinesField(_l("Checked when it comes back"), render_kw={"rows": 4}, description=_l("One a line."))

    @classmethod
    def over(cls, defaults: HouseDefaults) -> Any:
        """The form filled from what stands, bare of what was posted."""
        columns = new_product(defaults)
        lines = {name: [_as_line(step) for step in columns[name]] for name in ("out_checklist", "in_checklist")}
        return cls(formdata=None, data=columns | lines | {"version": defaults.version})

    def wanted(self) -> ProductDefaults:
        """What was typed; a checklist that says what the house's does stays the house's."""
        typed = {name: self[name].data or [] for name in ("out_checklist", "in_checklist")}
        standard = {"out_checklist": STANDARD_OUT, "in_checklist": STANDARD_IN}
        lists = {
            name: None if list(lines) == [_as_line(step) for step in standard[name]] else _steps(lines)
            for name, lines in typed.items()
        }
        return ProductDefaults(self.buffer_before_minutes.data or 0, self.buffer_after_minutes.data or 0, **lists)


class TierForm(Form):
    """From this many days on, each day costs this."""

    from_days = WholeField(_l("From day"))
    day_amount = AmountField(_l("A day"))


class PlanForm(RulesFields, VersionedForm):
    """What a product is offered on, with its rules. Amounts are what the customer pays, VAT included."""

    code = StringField(_l("Code"), filters=[tidy], render_kw=_CODE_FIELD)
    name = FormField(TextsForm, _l("Name"))
    pricing = RadioField(_l("Priced"), choices=choices(words.PRICINGS), default="tiers")
    tiers = FieldList(FormField(TierForm), min_entries=3, max_entries=12)
    monthly_amount = AmountField(_l("A month"))
    deposit_amount = AmountField(_l("Deposit"))
    min_days = WholeField(_l("Shortest"))
    max_days = WholeField(_l("Longest"))
    min_term_months = WholeField(_l("Minimum term"))
    notice_days = WholeField(_l("Notice"))
    late_amount = AmountField(_l("Late, a day"))
    late_grace_minutes = WholeField(_l("Grace"), default=60)
    late_open_days_only = BooleanField(_l("Count only days on which the workshop is open"), default=True)
    late_cap_amount = AmountField(_l("Late, never more than"))
    is_active = BooleanField(_l("Offered"), default=True)

    @classmethod
    def over(cls, plan: Plan) -> Any:
        """The form filled from a plan, bare of what was posted."""
        columns = {column.key: getattr(plan, column.key) for column in Plan.__table__.columns}
        tiers = [{"from_days": tier.from_days, "day_amount": tier.day_amount} for tier in plan.tiers]
        rules = {name: value for name, value in asdict(PlanRules.from_json(plan.rules)).items() if value is not None}
        return cls(formdata=None, data=columns | rules | {"tiers": [*tiers, {}]})

    def facts(self) -> PlanFacts:
        """What was typed, for the operations. A row of prices in which nothing was typed is left out."""
        typed = [row for row in self.tiers.data if row["from_days"] is not None or row["day_amount"] is not None]
        return PlanFacts(
            code=self.code.data,
            name=self.name.data,
            pricing=self.pricing.data,
            tiers=tuple(Tier(row["from_days"] or 1, row["day_amount"] or ZERO) for row in typed),
            monthly_amount=self.monthly_amount.data,
            deposit_amount=self.deposit_amount.data or ZERO,
            min_days=self.min_days.data,
            max_days=self.max_days.data,
            min_term_months=self.min_term_months.data,
            notice_days=self.notice_days.data,
            late_amount=self.late_amount.data or ZERO,
            late_grace_minutes=self.late_grace_minutes.data or 0,
            late_open_days_only=self.late_open_days_only.data,
            late_cap_amount=self.late_cap_amount.data,
            rules=self.rules(),
            is_active=self.is_active.data,
        )
