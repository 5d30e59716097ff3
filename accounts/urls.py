"""Signing in, the second factor and one's own account: allauth's addresses, but for changing one's e-mail."""

from allauth.urls import urlpatterns as allauth_urls
from django.urls import path
from django.views.generic import RedirectView

from accounts.views.first_owner import first_owner
from accounts.views.password_reset import password_reset

_OURS = RedirectView.as_view(pattern_name="account_change_password")

urlpatterns = [
    # One address an account: owners change it, so that nobody takes over somebody else's.
    path("email/", _OURS, name="account_email"),
    path("", RedirectView.as_view(pattern_name="mfa_index"), name="account"),
    path("first-owner/<str:token>/", first_owner, name="first_owner"),
    path("password/reset/", password_reset, name="account_reset_password"),
    *allauth_urls,
]
