"""Every edge case of recurring care (workflow 5.6), by the names of the tests that hold them; here are most.

- Done early, inside the window or before it: test_done_early_inside_the_window_counts_and_before_it_is_one_more; from
  completion: test_from_completion_the_next_is_counted_from_when_it_was_done.
- The next done ahead makes up for the one that was left:
  test_held_back.test_care_of_the_next_day_done_ahead_makes_up_for_the_one_that_was_left.
- Done late keeps the cadence, the latest missed and no flood: test_done_late_keeps_the_cadence_and_an_outage_makes_no_flood.
- Plan edited: test_changed_plan_keeps_what_is_done_or_announced_and_writes_the_rest_anew,
  test_plan_put_away_falls_away_and_goes_on_when_it_is_used_again,
  test_changed.test_new_name_after_a_rest_asks_nothing_again,
  test_changed.test_new_name_after_a_swap_asks_nothing_that_was_done_on_the_thing_before,
  test_changed.test_shorter_interval_counts_from_when_it_was_done_though_that_was_far_ahead,
  test_changed.test_day_that_is_added_before_what_is_announced_comes_once.
- A thing younger than the start of its plan:
  test_changed.test_thing_that_came_in_behind_the_start_of_its_plan_missed_nothing_of_it.
- Checklist changed: test_checks.test_changed_checklist_changes_nothing_of_what_was_found_or_is_under_way.
- Paused, shifted or kept by setting: test_duties.test_days_of_what_rests_come_later_or_stay_as_the_plan_says,
  test_held_back.test_care_that_rests_asks_nobody_and_holds_nothing_back; a season's day or one named by its date:
  test_rests.test_season_care_stays_in_its_season_after_a_rest,
  test_rests.test_season_day_inside_a_rest_comes_once_when_it_is_over,
  test_rests.test_day_the_owner_named_stays_while_the_rhythm_moves; done or begun within it:
  test_rests.test_care_done_in_a_rest_is_counted_from_its_end,
  test_rests.test_rhythm_that_begins_after_a_rest_or_within_it_is_not_put_off_by_all_of_it,
  test_rests.test_what_was_told_before_the_plan_began_anew_waits_only_until_the_end_of_the_rest; called for within it:
  test_rests.test_check_that_failed_in_a_rest_is_seen_to_when_it_is_over; as long as it was, and once:
  test_rests.test_planner_that_was_away_counts_the_days_of_the_rest_and_not_its_own,
  test_rests.test_rest_is_counted_once_when_the_thing_is_lost_and_found_meanwhile,
  test_rests.test_plan_made_within_a_rest_waits_for_what_is_left_of_it.
- Comes back where it stopped: test_comes_back.test_recall_that_is_corrected_or_put_away_comes_back_until_it_is_done,
  test_comes_back.test_thing_that_was_lost_and_is_found_misses_no_care,
  test_comes_back.test_corrected_plan_asks_no_second_time_for_a_day_that_was_moved_to_an_open_one,
  test_comes_back.test_after_a_rest_no_day_comes_twice_where_months_differ_in_length,
  test_comes_back.test_what_falls_due_within_a_long_rest_comes_after_it_and_none_is_missed,
  test_comes_back.test_what_was_announced_before_a_rest_and_not_answered_waits_as_long,
  test_comes_back.test_after_an_outage_only_the_latest_day_is_announced.
- Unit swapped: test_duties.test_what_was_planned_stays_with_the_swapped_thing_and_the_duty_goes_on_with_the_contract,
  test_duties.test_what_was_announced_follows_the_thing_into_other_hands,
  test_contract_care.test_what_was_told_of_the_swapped_thing_stays_with_it_and_the_rest_goes_with_the_contract,
  test_contract_care.test_thing_that_is_still_to_come_back_is_asked_no_more_of_what_the_new_one_is_asked,
  test_contract_care.test_what_falls_due_between_the_old_thing_and_the_new_one_is_asked_of_the_new_one; back to the first one:
  test_contract_care.test_first_thing_that_goes_out_again_owes_nothing_that_was_done_on_the_other; in a rest:
  test_contract_care.test_rest_that_began_with_the_other_thing_counts_for_the_first_one_again,
  test_contract_care.test_thing_that_goes_out_during_a_rest_waits_as_long_as_the_one_before_it.
- The contract has it no more: test_contract_care.test_contract_asks_no_care_of_what_came_back_but_for_what_somebody_began.
- Unit retired: test_retired_thing_is_cancelled_whatever_was_planned; found again:
  test_recalls.test_thing_that_is_meant_again_is_looked_after_from_then_on.
- Meter reset or lower: test_lower_reading_is_confirmed_and_what_it_counted_stays_counted; read at home:
  test_at_home.test_reading_is_kept_of_what_was_done_at_home.
- Meter and time: test_meter_or_time_whichever_comes_first_resets_both.
- 29 February and month ends: test_rhythm.test_month_ends_and_leap_days_come_back.
- Job down for a week: test_duties.test_after_a_week_without_the_planner_it_catches_up_once.
- Two workers: test_duties.test_two_planners_at_once_write_each_once,
  test_first_day.test_who_plans_second_leaves_it_to_the_first.
- DST: test_duties.test_time_that_is_blocked_keeps_the_hour_on_the_wall_over_the_change_of_the_clock,
  test_rhythm.test_days_over_both_clock_changes_stay_days.
- Nobody with the skill: test_what_nobody_here_can_do_is_listed_and_the_report_counts.
- No-show twice: test_answers.test_customer_books_a_slot_and_who_stays_away_twice_is_a_matter_for_people,
  test_duties.test_who_stays_away_twice_is_charged_what_the_contract_says_and_keeps_it.
- Came after all: test_answers.test_who_came_after_all_or_was_put_down_by_mistake_has_the_visit_again.
- Only looked at: test_pages.test_look_at_the_checklist_of_what_a_customer_has_leaves_them_asked,
  test_put_back.test_look_at_what_nobody_was_told_of_is_put_back_and_announced_on_its_day,
  test_put_back.test_what_was_announced_follows_its_thing_again_once_it_is_put_back,
  test_put_back.test_answer_of_a_customer_stands_as_it_is_by_now.
- Agreed by telephone: test_agreed.test_moment_agreed_by_telephone_is_booked_from_the_line_and_is_the_visits,
  test_agreed.test_moment_is_agreed_anew_once_the_one_before_went_by,
  test_agreed.test_wish_that_is_no_longer_wanted_is_taken_back_and_the_customer_asked_anew.
- Open after its appointment: test_answers.test_care_that_is_open_after_its_appointment_is_shown_to_people,
  test_agreed.test_appointment_leads_to_its_care_and_promises_no_day_that_is_past.
- A wish from an old page: test_answers.test_wish_from_an_old_page_is_refused_once_a_moment_is_booked.
- Recall: test_recall_by_serial_stops_the_use_at_once_and_tells_the_holder,
  test_recalls.test_serials_lie_between_two_by_their_number_and_its_surroundings,
  test_recalls.test_serials_that_are_no_range_or_nobody_has_are_refused; a wrong range or serial that is corrected:
  test_recalls.test_corrected_range_lets_go_what_was_never_meant_but_not_what_somebody_began,
  test_recalls.test_corrected_serial_lets_the_thing_go,
  test_recalls.test_recall_that_is_changed_before_anybody_was_told_is_still_one.
- After a return, no sale blocked: test_after_each_return_once_and_it_blocks_no_sale,
  test_duties.test_care_after_a_return_blocks_no_sale; of a contract:
  test_contract_care.test_return_and_its_inspection_call_for_the_care_of_the_contract_that_gave_it_back.
- Signature and photo inherited: test_failed_or_missing_check_is_done_in_part_and_photo_and_signature_are_inherited;
  at home: test_at_home.test_plan_for_the_customer_asks_no_signature,
  test_at_home.test_signature_that_an_older_plan_asks_is_not_asked_at_home.
- Exclusions, inclusions, closed days: test_duties.test_excluded_day_falls_out_an_included_one_comes_in_and_a_closed_one_is_moved,
  test_duties.test_closed_days_put_no_second_time_on_an_open_one_nor_any_on_an_excluded,
  test_rests.test_day_a_rest_moves_to_is_never_one_the_owner_excluded.
- Several plans, one visit: test_several_plans_inside_one_window_are_one_visit_and_one_block_of_time;
  each with its own answers: test_checks.test_two_plans_in_one_visit_have_answers_of_their_own,
  test_checks.test_tick_at_home_passes_its_own_plan_alone; what comes up later:
  test_joined.test_plan_that_is_new_behind_an_announcement_comes_with_it_where_its_day_fits.
- Late care holds back: test_late_care_that_stops_lending_hides_the_thing_and_blocks_its_hand_over,
  test_held_back.test_held_back_thing_goes_out_by_no_door, test_held_back.test_hold_outlives_the_next_day_of_the_plan,
  test_held_back.test_what_failed_or_was_left_out_holds_until_somebody_says_what_made_it_fit.
- What is near before what is far: test_pages.test_what_is_near_and_what_was_done_stand_on_the_item_and_its_passport.
- Values that nobody means: test_odd_input, test_checks.test_measure_is_a_number_and_what_was_typed_stays.
- Done at home with a remark or in part:
  test_at_home.test_what_was_done_at_home_with_a_remark_or_in_part_is_looked_at_by_somebody.
- Another one instead: test_pages.test_who_would_rather_have_another_is_one_press_from_the_swap,
  test_answers.test_customer_does_it_with_a_photo_or_asks_for_another.
- A newer one passed what was announced: test_off.test_visit_that_a_newer_one_passed_is_over_and_follows_its_thing_nowhere,
  test_off.test_bench_time_of_a_visit_that_a_newer_one_passed_is_free.
- One tap on a row: test_one_tap.test_one_tap_finishes_its_own_row_and_leaves_the_recall,
  test_one_tap.test_one_tap_leads_to_the_page_of_what_asks_for_more,
  test_one_tap.test_of_many_rows_each_finishes_its_own_and_what_asks_for_more_is_refused_and_stays.
- Offered moments count: test_answers.test_who_comes_at_the_first_moment_offered_comes_inside_the_window,
  test_answers.test_who_is_late_or_finds_the_window_full_is_offered_the_next_moments; done before all the same:
  test_answers.test_what_is_done_before_its_window_is_announced_again_for_its_own_day.
- Booked, and skipped, done on another day, sold or put away: test_off.test_skipped_care_calls_off_what_was_booked_for_it,
  test_off.test_care_done_on_another_day_calls_off_what_was_booked_and_on_its_day_keeps_it,
  test_off.test_thing_that_is_sold_calls_off_what_was_booked_for_it,
  test_off.test_plan_put_away_calls_off_what_was_booked_and_asks_anew_when_it_is_used_again.
- Told what is so: test_answers.test_who_is_asked_later_is_reminded_from_then_on_and_not_within_minutes,
  test_off.test_invitation_that_waited_for_the_morning_is_not_sent_to_who_answered_before,
  test_held_back.test_who_was_told_not_to_use_it_is_told_when_they_may_again,
  test_at_home.test_who_may_not_use_it_gets_the_link_that_is_of_use,
  test_held_back.test_who_was_not_told_to_wait_is_not_told_that_it_is_over.
- Bench time of what comes and goes: test_off.test_who_came_and_left_the_thing_has_nothing_called_off,
  test_bench_time.test_thing_that_leaves_the_bench_after_a_repair_keeps_the_time_of_its_care,
  test_bench_time.test_thing_that_comes_back_has_time_kept_for_its_care_once_it_was_inspected,
  test_bench_time.test_time_for_care_of_today_begins_now_and_not_this_morning,
  test_bench_time.test_care_of_a_closed_day_has_its_time_on_the_next_open_one,
  test_bench_time.test_day_that_several_share_is_an_open_one_where_their_windows_have_one,
  test_bench_time.test_care_that_finds_no_time_is_asked_for_once_a_day_until_there_is_one.
- At home, without the photo or in part: test_checks.test_what_was_ticked_at_home_stays_when_the_photo_is_missing,
  test_checks.test_who_did_it_in_part_reads_that_it_may_not_be_used.
- Announced, and the plan put away: test_off.test_plan_put_away_after_it_was_announced_asks_nobody,
  test_off.test_letter_says_done_of_what_was_done_and_off_of_what_is_off.
- A check fails while the thing is in repair, and where its repair is:
  test_found.test_what_fails_while_the_thing_is_in_repair_is_written_into_that_repair_once,
  test_found.test_repair_that_a_failed_check_begins_and_its_visit_lead_to_each_other.
- What counts as late and as in time: test_found.test_report_counts_late_only_what_somebody_is_to_do,
  test_found.test_report_counts_nothing_late_that_rests_but_what_was_late_before,
  test_found.test_report_counts_in_time_only_what_was_done_wholly; in the digest:
  test_found.test_digest_counts_each_thing_once_whose_care_is_near; on the passport:
  test_found.test_passport_counts_a_care_once_and_says_of_it_what_was_found.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from service_app.bookings.models import Skill
from service_app.core import clock, events
from service_app.core.access import WORKER
from service_app.core.db import session
from service_app.core.errors import Invalid
from service_app.core.states import move
from service_app.items import availability
from service_app.items.availability import Stretch
from service_app.items.models import Allocation, ItemEntry
from service_app.items.operations import retire_item
from service_app.workorders import operations, queries
from service_app.workorders.models import CareOccurrence
from service_app.workorders.operations import calls, plans
from service_app.workorders.operations.doing import Done
from service_app.workorders.operations.plans import CarePlanFacts
from service_app.workshops.models import Workshop
from tests.conftest import Scoped
from tests.factories.bookings import a_person
from tests.factories.catalogue import a_care_plan, a_product
from tests.factories.rentals import an_active, an_item
from tests.workorders.days import DAY, a_photo, occurrences, plan_all

NAME = {"fr": "Révision"}
CHECKS = (
    {"code": "c1", "text": {"fr": "Freins"}, "kind": "tick"},
    {"code": "c2", "text": {"fr": "Pneus"}, "kind": "tick"},
)


def due(**facts: object) -> CareOccurrence:
    """An item whose care is due on 15 September."""
    product = a_product()
    a_care_plan(product, **({"every": 1, "horizon_days": 1} | facts))
    an_item(product, acquired_on=date(2026, 6, 15))
    plan_all()
    return next(one for one in occurrences() if one.due_on == date(2026, 9, 15))


def live() -> list[tuple[date, str]]:
    return [(one.due_on, one.status) for one in occurrences() if one.status != "superseded"]


def test_done_early_inside_the_window_counts_and_before_it_is_one_more(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        first = due(early_days=3)
        operations.do_care(WORKER, first)
        extra = next(one for one in occurrences() if one.is_extra)
        assert (extra.due_on, extra.status, first.status) == (date(2026, 9, 7), "done", "forecast")
        with clock.travelled(DAY + timedelta(days=6)):
            operations.do_care(WORKER, first)
            assert first.status == "done"


def test_from_completion_the_next_is_counted_from_when_it_was_done(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        product = a_product()
        a_care_plan(product, every=30, unit="day", basis="completion")
        an_item(product, acquired_on=date(2026, 8, 20))
        plan_all()
        operations.do_care(WORKER, occurrences()[0])
        plan_all()
        assert live() == [(date(2026, 9, 19), "done"), (date(2026, 10, 7), "planned")]


def test_done_late_keeps_the_cadence_and_an_outage_makes_no_flood(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        with clock.travelled(DAY):
            due()
        with clock.travelled(DAY + timedelta(days=130)):
            plan_all()
            operations.announce_due_care(WORKER)
            plan_all()
            states = live()
            assert states[:2] == [(date(2026, 8, 15), "missed"), (date(2026, 9, 15), "missed")]
            open_ones = [day for day, status in states if status not in ("missed", "done")]
            assert open_ones == [date(2027, 1, 15), date(2027, 2, 15)], "the latest missed and the next, no flood"


def test_changed_plan_keeps_what_is_done_or_announced_and_writes_the_rest_anew(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(DAY):
        first = due(horizon_days=90)
        operations.announce_due_care(WORKER)
        plan = first.plan
        plans.change_plan(WORKER, plan, 1, CarePlanFacts(NAME, 2, horizon_days=90))
        plan_all()
        assert live() == [
            (date(2026, 8, 15), "notified"), (date(2026, 9, 15), "notified"), (date(2026, 10, 15), "planned"),
        ]  # fmt: skip


def test_plan_put_away_falls_away_and_goes_on_when_it_is_used_again(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        plan = due().plan
        plans.change_plan(WORKER, plan, 1, CarePlanFacts(NAME, 1, is_active=False))
        plan_all()
        assert [status for _day, status in live()] == []
        plans.change_plan(WORKER, plan, 2, CarePlanFacts(NAME, 1, horizon_days=1))
        plan_all()
        assert [day for day, _status in live()] == [date(2026, 8, 15), date(2026, 9, 15)]


def test_retired_thing_is_cancelled_whatever_was_planned(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        first = due()
        operations.announce_due_care(WORKER)
        retire_item(WORKER, first.item, "Frame cracked")
        plan_all()
        assert {one.status for one in occurrences()} == {"superseded"}
        assert plan_all() == 0


def test_meter_or_time_whichever_comes_first_resets_both(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        product = a_product()
        a_care_plan(product, every=6, meter_step=1000)
        item = an_item(product, acquired_on=date(2026, 9, 1), meter=500)
        plan_all()
        item.meter = 1499
        plan_all()
        assert live() == [(date(2027, 3, 1), "forecast")]
        item.meter = 1500
        session().flush()
        plan_all()
        assert live() == [(date(2026, 9, 7), "planned")]
        visit = operations.start_visit(WORKER, occurrences()[0])
        operations.finish_visit(WORKER, visit, Done(meter=1510))
        plan_all()
        assert live() == [(date(2026, 9, 7), "done"), (date(2027, 3, 6), "forecast")]


def test_lower_reading_is_confirmed_and_what_it_counted_stays_counted(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        product = a_product()
        a_care_plan(product, kind="meter", meter_step=100, every=None)
        item = an_item(product, meter=900)
        plan_all()
        item.meter = 1000
        session().flush()
        plan_all()
        visit = operations.start_visit(WORKER, occurrences()[0])
        with pytest.raises(Invalid, match=r"care\.meter_lower"):
            operations.finish_visit(WORKER, visit, Done(meter=5))
        operations.finish_visit(WORKER, visit, Done(meter=5, is_meter_new=True))
        assert (item.meter, item.meter_offset) == (5, 995)
        item.meter = 104
        session().flush()
        plan_all()
        assert len(occurrences()) == 1
        item.meter = 105
        session().flush()
        plan_all()
        assert [one.status for one in occurrences()] == ["done", "planned"]


def test_several_plans_inside_one_window_are_one_visit_and_one_block_of_time(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        product = a_product()
        a_care_plan(product, every=3, horizon_days=1)
        a_care_plan(product, every=13, unit="week", horizon_days=1, notice_days=20)
        a_care_plan(product, every=12, horizon_days=1)
        item = an_item(product, acquired_on=date(2026, 6, 15))
        plan_all()
        assert operations.announce_due_care(WORKER) == 2
        visits = {one.visit_id for one in occurrences() if one.status == "notified"}
        assert len(visits) == 1
        visit = queries.get_visit(visits.pop())
        block = session().scalars(select(Allocation).where(Allocation.item_id == item.id)).one()
        assert (block.kind, block.ends_at - block.starts_at) == ("work", timedelta(minutes=120))  # type: ignore[operator]
        operations.finish_visit(WORKER, visit, Done(minutes=40, cost=Decimal("12.50")))
        assert session().scalars(select(Allocation).where(Allocation.item_id == item.id)).all() == []
        entry = session().scalars(select(ItemEntry).where(ItemEntry.kind == "maintenance")).one()
        assert entry.amount == Decimal("-12.50")
        assert "care.done" in [event.name for event in events.timeline(item)]


def test_late_care_that_stops_lending_hides_the_thing_and_blocks_its_hand_over(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(DAY):
        first = due(severity="stop_lending", late_days=2)
        item = first.item
        with clock.travelled(DAY + timedelta(days=10)):
            stretch = Stretch(clock.now() + timedelta(days=1), clock.now() + timedelta(days=2))
            assert availability.count_free(item.product, stretch) == 1
            with clock.travelled(DAY + timedelta(days=11)):
                plan_all()
                assert operations.hold_back_late(WORKER) == 1
                assert operations.hold_back_late(WORKER) == 0
                assert availability.count_free(item.product, stretch) == 0
                operations.do_care(WORKER, first)
                assert item.held_back == ""


def test_recall_by_serial_stops_the_use_at_once_and_tells_the_holder(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = an_active()
        product, item = contract.lines[0].product, contract.lines[0].item
        assert item is not None
        item.serial = "B100"
        an_item(product, serial="A999")
        plans.recall(WORKER, product, CarePlanFacts(NAME, serial_from="B000", serial_to="B999"))
        plan_all()
        assert [one.item_id for one in occurrences()] == [item.id]
        operations.announce_due_care(WORKER)
        assert operations.hold_back_late(WORKER) == 1
        assert item.held_back == "stop_use"
        assert "care.held_back" in [event.name for event in events.timeline(contract.customer)]
        operations.do_care(WORKER, occurrences()[0])
        plan_all()
        assert (item.held_back, len(occurrences())) == ("", 1)


def test_after_each_return_once_and_it_blocks_no_sale(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        contract = an_active()
        line = contract.lines[0]
        item = line.item
        assert item is not None
        a_care_plan(line.product, kind="return", every=None, severity="stop_lending")
        assert calls.call_for_care(item.id, "return", 71) == 1
        assert calls.call_for_care(item.id, "return", 71) == 0
        mine = [one for one in occurrences() if one.item_id == item.id]
        operations.do_care(WORKER, mine[0])
        assert calls.call_for_care(item.id, "return", 71) == 0, "told again it changes nothing"
        assert calls.call_for_care(item.id, "return", 72) == 1
        item.held_back = "stop_lending"
        session().flush()
        move(item, "sold")
        plan_all()
        assert {one.status for one in occurrences() if one.item_id == item.id} == {"done", "superseded"}


def test_grade_and_failed_check_call_for_care(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop):
        product = a_product()
        a_care_plan(product, kind="condition", grade="C", every=None)
        a_care_plan(product, kind="condition", every=None)
        item = an_item(product, grade="B")
        assert calls.call_for_care(item.id, "grade", 1) == 0
        item.grade = "D"
        session().flush()
        assert calls.call_for_care(item.id, "grade", 2) == 1
        assert calls.call_for_care(item.id, "failure", 3) == 1


def test_failed_or_missing_check_is_done_in_part_and_photo_and_signature_are_inherited(
    workshop: Workshop, scope: Scoped
) -> None:
    with scope(workshop), clock.travelled(DAY + timedelta(days=8)):
        first = due(checklist=CHECKS, needs_photo=True, needs_signature=True)
        assert (first.needs_photo, first.needs_signature) == (True, True)
        visit = operations.start_visit(WORKER, first)
        with pytest.raises(Invalid, match=r"care\.photo_needed"):
            operations.finish_visit(WORKER, visit, Done())
        with pytest.raises(Invalid, match=r"care\.signature_needed"):
            operations.finish_visit(WORKER, visit, Done(photos=[(a_photo(), "a.jpg")]))
        results = {"c1": "pass", "c2": "fail"}
        done = Done(results, photos=[(a_photo(), "a.jpg")], signature=a_photo())
        operations.finish_visit(WORKER, visit, done)
        assert first.status == "done_partial"
        assert "care.failed" in [event.name for event in events.timeline(first.item)]


def test_what_nobody_here_can_do_is_listed_and_the_report_counts(workshop: Workshop, scope: Scoped) -> None:
    with scope(workshop), clock.travelled(DAY):
        skill = Skill(name="Gas")
        session().add(skill)
        session().flush()
        first = due(skill=skill, late_days=1, severity="stop_use")
        assert {one.id for one in queries.unplannable()} == {one.id for one in occurrences() if one.status != "missed"}
        a_person("Gus", Gas=2)
        assert queries.unplannable() == []
        with clock.travelled(DAY + timedelta(days=8)):
            plan_all()
            operations.do_care(WORKER, first)
        report = queries.report()
        assert (report.counted, report.on_time, dict(report.late)) == (2, 1, {})
