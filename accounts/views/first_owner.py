from django import forms
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import BaseUserCreationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.first_owner import OwnerExistsError, is_good, make_first_owner
from accounts.models import User
from accounts.sign_in import sign_in
from core.gates import ANYBODY, open_to


class FirstOwnerForm(BaseUserCreationForm[User]):
    class Meta:
        model = User
        fields = ("email", "name")
        widgets = {"email": forms.EmailInput(attrs={"autocomplete": "email"})}


@open_to(ANYBODY)
@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def first_owner(request: HttpRequest, token: str) -> HttpResponse:
    """A form for the first account; 410 when the link is used, old, or nobody's."""
    if not is_good(token):
        return render(request, "accounts/first_owner_gone.html", status=410)
    form = FirstOwnerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            user = make_first_owner(token, given["email"], given["name"], given["password1"])
        except OwnerExistsError:
            return render(request, "accounts/first_owner_gone.html", status=410)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return sign_in(request, user)
    return render(request, "accounts/first_owner.html", {"form": form}, status=422 if form.errors else 200)
