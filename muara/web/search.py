"""One box to search by: officials over what they may open, applicants over their own."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from muara.cases.models import Case
from muara.records.finding import SHORTEST
from muara.records.searching import Hit, search
from muara.web.desk import desk_links, desk_officer
from muara.web.desk_forms import LABEL
from muara.web.files import person


class SearchForm(forms.Form):
    """What is searched for, as one types it."""

    cari = forms.CharField(
        label="Cari",
        max_length=100,
        error_messages={
            "required": "Ketik nomor, nama, atau kata yang dicari.",
            "max_length": "Terlalu panjang. Ketik paling banyak 100 huruf.",
            "null_characters_not_allowed": "Ada tanda yang tidak dapat dicari. Ketik ulang kata-katanya.",
        },
    )

    def clean_cari(self) -> str:
        text = " ".join(str(self.cleaned_data["cari"]).split())
        if len(text) < SHORTEST:
            raise forms.ValidationError(f"Ketik sedikitnya {SHORTEST} huruf atau angka.")
        return text


@login_required
@never_cache
@require_safe
def search_all(request: HttpRequest) -> HttpResponse:
    """What I may open and that has these words, kind by kind."""
    me, at = person(request), timezone.now()
    asked = "cari" in request.GET
    form = SearchForm(request.GET if asked else None)
    official = bool(me.actors(at))
    scanned = LABEL.search(request.GET.get("cari", "")) if official else None
    if scanned and Case.objects.visible_to(me, at=at).filter(pk=int(scanned[1])).exists():
        return redirect("case", int(scanned[1]))
    text = form.cleaned_data["cari"] if asked and form.is_valid() else ""
    groups = search(text, by=me, at=at)
    context: dict[str, Any] = {
        "form": form,
        "text": text,
        "groups": [(group, [(hit, _address(hit)) for hit in group.hits]) for group in groups],
        "count": sum(len(group.hits) for group in groups),
        "official": official,
        "layout": "layouts/desk.html" if official else "layouts/page.html",
    }
    if official:
        context |= {"side": desk_links(desk_officer(request), "search"), "side_title": "Meja kerja"}
    return render(request, "search.html", context, status=422 if form.errors else 200)


def _address(hit: Hit) -> str:
    if hit.page == "cases":
        return f"{reverse('cases')}?{urlencode({'cari': hit.key})}"
    return reverse(hit.page, args=[hit.key])
