"""How Django forms become Muara's field groups: label, hint, error, control."""

from __future__ import annotations

from typing import Any

from django.forms import BoundField
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest

# Only fields in which people give their own data (WCAG 2.2, 1.3.5); a widget's own attribute wins.
AUTOCOMPLETE = {"email": "email", "full_name": "name", "phone": "tel"}


class FormRenderer(TemplatesSetting):
    """Renders forms with the templates of muara/web/templates/django/forms."""

    form_template_name = "django/forms/form.html"
    formset_template_name = "django/forms/formset.html"
    field_template_name = "django/forms/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """Render a template; a field's gets its kind and its control as well."""
        field = context.get("field")
        if isinstance(field, BoundField):
            kind = kind_of(field)
            context = {**context, "kind": kind, "control": control_of(field, kind=kind)}
        return str(super().render(template_name, context, request))


def kind_of(field: BoundField) -> str:
    """Say how a field is framed: a group of choices, one checkbox, or one labelled control."""
    input_type = getattr(field.field.widget, "input_type", "")
    if input_type == "file":
        return "single"
    if field.use_fieldset:
        return "group"
    return "checkbox" if input_type == "checkbox" else "single"


def control_of(field: BoundField, *, kind: str) -> str:
    """Render the widget, described by its hint and error, without a placeholder (it vanishes when typing)."""
    attrs: dict[str, Any] = {"placeholder": False}
    if kind != "group" and (described_by := field.aria_describedby):
        attrs["aria-describedby"] = described_by
    if field.name in AUTOCOMPLETE and "autocomplete" not in field.field.widget.attrs:
        attrs["autocomplete"] = AUTOCOMPLETE[field.name]
    return str(field.as_widget(attrs=attrs))
