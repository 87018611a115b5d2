"""Every task page in a real browser: it fits, it is accessible, and it works without scripts."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from muara.cases.models import Task
from muara.people.models import User
from muara.web import demo
from tests.browser import LiveApp, assert_accessible, assert_fits


def open_tasks() -> list[tuple[Task, User]]:
    """Every open task of the demonstration, with who works it (the applicant's: who only reads it)."""
    tasks = Task.objects.filter(closed_at=None).select_related("case")
    found = []
    for task in tasks:
        actor = task.actor
        if actor == "joint_meeting":
            actor = task.case.process.step(task.case.call_stack[-1]).actor
        found.append((task, demo.officer("auditor" if actor == "applicant" else actor)))
    return found


def visit_all(app: LiveApp, page: Page) -> None:
    for number, (task, user) in enumerate(open_tasks()):
        app.sign_in(page, user)
        page.goto(f"{app.url}/meja/tugas/{task.pk}/")
        assert_fits(page)
        take = page.get_by_role("button", name="Terima berkas")
        if take.count():
            if number % 5 == 0:  # the page before receiving differs little from step to step
                assert_accessible(page)
            take.click()
            page.get_by_text("Berkas Anda terima").wait_for()
        assert_accessible(page)
        assert_fits(page)


def test_every_task_page_on_a_desk(demo_app: LiveApp, desktop: Page) -> None:
    visit_all(demo_app, desktop)


def test_every_task_page_on_a_phone(demo_app: LiveApp, phone: Page) -> None:
    visit_all(demo_app, phone)


def test_a_checklist_is_filled_in_by_keyboard_and_without_scripts(
    demo_app: LiveApp, new_page: Callable[..., Page]
) -> None:
    page = new_page(java_script_enabled=False)
    task, user = next((task, user) for task, user in open_tasks() if task.step_key == "check")
    demo_app.sign_in(page, user)
    page.goto(f"{demo_app.url}/meja/tugas/{task.pk}/")
    page.get_by_role("button", name="Terima berkas").click()
    for number in range(1, 18):
        page.locator(f"#id_mark_{number}_0").focus()
        page.keyboard.press("Space")
    page.get_by_label("Lengkap dan benar").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Catat hasil").press("Enter")
    page.get_by_text("Langkah ini selesai").wait_for()
    assert Task.objects.get(pk=task.pk).outcome == "complete"
